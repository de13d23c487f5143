# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts of this folder share: the cache, the kernel table, apt
# with package lists of its own. Sourced, never run.

VM_DIR=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
CACHE=${MPSCOPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mpscope}
ME=${0##*/}

say() { printf '%s: %s\n' "$ME" "$*" >&2; }
die() { say "$*"; exit 2; }

# usage: print the script's first comment block
usage() { sed -n '3,/^[^#]/{/shellcheck/d;s/^# \{0,1\}//;t show;d;:show;p}' "$0"; }

# need TOOL PACKAGE
need() {
	command -v "$1" >/dev/null ||
		die "no $1 here: run scripts/deps vm, or apt-get install $2"
}

# shellcheck disable=SC2034 # the scripts that source this use them
# kernel_row NAME: set SUITE FLAVOUR ARCH BUILD
kernel_row() {
	local name
	while read -r name SUITE FLAVOUR ARCH BUILD; do
		[ "$name" != "$1" ] || return 0
	done < <(grep -v '^#' "$VM_DIR/kernels")
	die "no kernel '$1' in selftests/vm/kernels; it has: $(kernel_names)"
}

kernel_names() {
	awk '!/^#/ && NF { printf "%s%s", sep, $1; sep = " " }' "$VM_DIR/kernels"
}

# own_arch: this machine's, as Debian calls it
own_arch() { dpkg --print-architecture; }

# cross_prefix ARCH: of the compiler's and linker's names; nothing if ARCH is
# this machine's own
cross_prefix() {
	[ "$1" != "$(own_arch)" ] || return 0
	case $1 in
	arm64)
		need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
		echo aarch64-linux-gnu-
		;;
	*) die "no cross compiler known for $1" ;;
	esac
}

# site_of DIST: the mirror this machine's apt is configured with. apt knows only
# what it has lists of; before its first update, ask the sources themselves.
site_of() {
	local want='^bookworm$|^trixie$|^stable$|-updates$|-backports$' site=
	local path='/debian/?$'

	case $1 in
	*-security)
		want='-security$'
		path='/debian-security/?$'
		;;
	esac
	# shellcheck disable=SC2016 # apt expands it
	site=$(apt-get indextargets --format '$(SITE) $(CODENAME)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v want="$want" '$1 ~ /debian/ && $2 ~ want { print $1; exit }')
	[ -n "$site" ] || site=$(cat /etc/apt/sources.list \
		/etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
		grep -v '^ *#' | grep -oE '[a-z+]+://[^ ]+' | grep -m 1 -E "$path") || :
	[ -n "$site" ] ||
		die "no mirror for $1 among the sources of apt: see man 5 sources.list"
	echo "${site%/}"
}

# write_sources SUITE: sources.list lines for the suite and what belongs to it
write_sources() {
	local key=/usr/share/keyrings/debian-archive-keyring.gpg dist dists=$1 site

	[ -r "$key" ] || die "no $key: apt-get install debian-archive-keyring"
	case $1 in
	*-*) ;;
	*) dists="$1 $1-updates $1-security" ;;
	esac
	for dist in $dists; do
		site=$(site_of "$dist") || exit
		echo "deb [signed-by=$key] $site $dist main"
	done
}

# own_apt SUITE ARCH CMD...: apt-get or apt-cache with state, lists and cache
# in our cache; the machine's sources, lists, status and architectures stay as
# they are.
own_apt() {
	local suite=$1 arch=$2 cmd=$3 dir=$CACHE/apt/$1-$2
	shift 3

	mkdir -p "$dir"/{lists/partial,archives/partial}
	[ -e "$dir/status" ] || : >"$dir/status"
	write_sources "$suite" >"$dir/sources.list.new"
	cmp -s "$dir/sources.list.new" "$dir/sources.list" ||
		cp "$dir/sources.list.new" "$dir/sources.list"
	# The cache may lie in a home that the user _apt cannot enter.
	"$cmd" -qq -o APT::Architecture="$arch" -o APT::Architectures::="$arch" \
		-o APT::Sandbox::User=root \
		-o APT::Default-Release= \
		-o Acquire::Languages=none \
		-o Dir::Etc::sourcelist="$dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State="$dir" -o Dir::State::status="$dir/status" \
		-o Dir::Cache="$dir" "$@"
}

# as_root CMD...: as root, be it only the root of a user namespace
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		unshare -r "$@"
	fi
}

# hold_lock NAME: one process at a time fills this part of the cache
hold_lock() {
	mkdir -p "$CACHE"
	exec {LOCK_FD}>"$CACHE/.lock-$1"
	flock -n "$LOCK_FD" || {
		say "waiting for another $ME"
		flock "$LOCK_FD"
	}
}

drop_lock() { exec {LOCK_FD}>&-; }

# hash_of FILE...: a short name for their contents
hash_of() { cat -- "$@" | sha256sum | cut -c1-12; }
