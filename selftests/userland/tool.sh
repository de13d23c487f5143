# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# How the tests of this group call the tool: sourced after mpscope.sh.

TOOL=${MPSCOPE_TOOL:-$(command -v mpscope)}

# tool ARG...: TOOL_RC, TOOL_OUT and TOOL_ERR of one call, at most 30 s
tool()
{
	timeout 30 "$TOOL" "$@" >"$MPS_TMP/tool.out" 2>"$MPS_TMP/tool.err" </dev/null
	TOOL_RC=$?
	TOOL_OUT=$(cat "$MPS_TMP/tool.out")
	TOOL_ERR=$(cat "$MPS_TMP/tool.err")
}

# says WHAT EXITCODE PATTERN ARG...: the exit code, and a message or output
# that matches; on a failure nothing but one line, begun by the tool's name.
says()
{
	local what=$1 rc=$2 pattern=$3
	shift 3
	tool "$@"
	if [ "$TOOL_RC" != "$rc" ]; then
		not_ok "$what" "mpscope $*: exit status $TOOL_RC, expected $rc" "$TOOL_ERR"
		return
	fi
	# shellcheck disable=SC2053 # a pattern is meant
	if [[ $TOOL_OUT$TOOL_ERR != $pattern ]]; then
		not_ok "$what" "mpscope $*: says '$TOOL_OUT$TOOL_ERR'" "expected '$pattern'"
	elif [ "$rc" -ge 2 ] && [[ $TOOL_ERR != "mpscope: "* || $TOOL_ERR == *$'\n'* ]]; then
		not_ok "$what" "mpscope $*: not one sentence: '$TOOL_ERR'"
	else
		ok "$what"
	fi
}

# table_csv ARG...: a command's CSV, its first table, in the form of the module's
# files. By semicolon, for a list of features has commas.
table_csv()
{
	timeout 30 "$TOOL" "$@" -x';' 2>"$MPS_TMP/tool.err" |
		awk -F';' '/^#/ { next } !n { n = NF } NF != n { exit } 1' |
		tr ' ;' '_ ' | sed '1s/^/version 1\n# /'
}
