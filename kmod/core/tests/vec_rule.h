/* SPDX-License-Identifier: GPL-2.0 */
/* Included by vec_cmdline.h: the same for rules. */

#define A16	"aaaaaaaaaaaaaaaa"
#define A240	A16 A16 A16 A16 A16 A16 A16 A16 A16 A16 A16 A16 A16 A16 "aaaaaaaaaaaaaaaa"
#define A254	A240 "aaaaaaaaaaaaaa"
#define A255	A254 "a"
#define A256	A255 "a"

struct vec_rule {
	const char *line;
	struct mps_rule_cmd cmd;
};

#define COMM(v)		.value[MPS_RULE_COMM] = v
#define EXE(v)		.value[MPS_RULE_EXE] = v
#define CGROUP(v)	.value[MPS_RULE_CGROUP] = v
#define RULE(c, f, ...)							\
	{ .opts = { .children = c, .features = f }, __VA_ARGS__ }
#define UNRULE(...)							\
	{ .remove = true, .opts = { .features = EP | MI }, __VA_ARGS__ }

static const struct vec_rule vec_rule[] = {
	{ "comm=nginx", RULE(false, EP | MI, COMM("nginx")) },
	{ " \tcomm=nginx\t\040\n", RULE(false, EP | MI, COMM("nginx")) },
	{ "comm=nginx\ncomm=", RULE(false, EP | MI, COMM("nginx")) },
	{ "exe=/usr/sbin/nginx", RULE(false, EP | MI, EXE("/usr/sbin/nginx")) },
	{ "exe=/", RULE(false, EP | MI, EXE("/")) },
	{ "cgroup=/system.slice", RULE(false, EP | MI, CGROUP("/system.slice")) },
	{ "cgroup=/", RULE(false, EP | MI, CGROUP("/")) },
	{ "comm=a exe=/b cgroup=/c children wakers",
	  RULE(true, WA, COMM("a"), EXE("/b"), CGROUP("/c")) },
	{ "cgroup=/c exe=/b comm=a",
	  RULE(false, EP | MI, COMM("a"), EXE("/b"), CGROUP("/c")) },
	{ "exe=/b threads none", RULE(false, 0, EXE("/b")) },
	{ "exe=/b epoll", RULE(false, EP, EXE("/b")) },
	/* a value may hold all but its end, control bytes and a first quote */
	{ "comm=a=b", RULE(false, EP | MI, COMM("a=b")) },
	{ "comm==", RULE(false, EP | MI, COMM("=")) },
	{ "comm=!x", RULE(false, EP | MI, COMM("!x")) },
	{ "comm=#x", RULE(false, EP | MI, COMM("#x")) },
	{ "comm=a\"b", RULE(false, EP | MI, COMM("a\"b")) },
	{ "comm=a\"", RULE(false, EP | MI, COMM("a\"")) },
	{ "comm=\xc3\xa9", RULE(false, EP | MI, COMM("\xc3\xa9")) },
	{ "comm=-", RULE(false, EP | MI, COMM("-")) },
	{ "comm=version", RULE(false, EP | MI, COMM("version")) },
	/* quotes */
	{ "comm=\"Web Content\"", RULE(false, EP | MI, COMM("Web Content")) },
	{ "comm=\"a b\" exe=\"/c d\" children",
	  RULE(true, EP | MI, COMM("a b"), EXE("/c d")) },
	{ "comm=\"a\"", RULE(false, EP | MI, COMM("a")) },
	{ "comm=\"a\"\nx", RULE(false, EP | MI, COMM("a")) },
	{ "comm=\"a\"\tnone", RULE(false, 0, COMM("a")) },
	{ "comm=\" \"", RULE(false, EP | MI, COMM(" ")) },
	{ "comm=\"a exe=/b\"", RULE(false, EP | MI, COMM("a exe=/b")) },
	{ "comm=\"a\\\"", RULE(false, EP | MI, COMM("a\\")) },
	/* globs */
	{ "comm=*", RULE(false, EP | MI, COMM("*")) },
	{ "comm=php-fpm*", RULE(false, EP | MI, COMM("php-fpm*")) },
	{ "comm=[ab]?", RULE(false, EP | MI, COMM("[ab]?")) },
	{ "comm=[!ab]", RULE(false, EP | MI, COMM("[!ab]")) },
	{ "comm=[]]", RULE(false, EP | MI, COMM("[]]")) },
	{ "comm=[!]]", RULE(false, EP | MI, COMM("[!]]")) },
	{ "comm=[[]", RULE(false, EP | MI, COMM("[[]")) },
	{ "comm=\\[", RULE(false, EP | MI, COMM("\\[")) },
	{ "comm=a]", RULE(false, EP | MI, COMM("a]")) },
	{ "exe=/[", RULE(false, EP | MI, EXE("/[")) },	/* paths are no globs */
	/* the longest */
	{ "comm=" A255, RULE(false, EP | MI, COMM(A255)) },
	{ "comm=\"" A255 "\" none", RULE(false, 0, COMM(A255)) },
	{ "exe=/" A254 " cgroup=/" A254,
	  RULE(false, EP | MI, EXE("/" A254), CGROUP("/" A254)) },
	{ "!comm=nginx", UNRULE(COMM("nginx")) },
	{ "!exe=/b comm=\"a b\"", UNRULE(COMM("a b"), EXE("/b")) },
	{ " !cgroup=/c\040\n", UNRULE(CGROUP("/c")) },
	/* as rules prints them */
	{ "comm=nginx threads epoll,migrate", RULE(false, EP | MI, COMM("nginx")) },
	{ "comm=\"a b\" exe=/b children none",
	  RULE(true, 0, COMM("a b"), EXE("/b")) },
};

static const struct vec_refused vec_rule_refused[] = {
	{ "", MPS_CMD_SKIP },
	{ "\ncomm=a", MPS_CMD_SKIP },
	{ "version 1", MPS_CMD_SKIP },
	{ "# " MPSCOPE_COLS_RULES, MPS_CMD_SKIP },
	{ "#comm=a", MPS_CMD_SKIP },
	{ "nginx", MPS_CMD_BAD_KEY },
	{ "4711", MPS_CMD_BAD_KEY },
	{ "name=nginx", MPS_CMD_BAD_KEY },
	{ "Comm=nginx", MPS_CMD_BAD_KEY },
	{ "com=nginx", MPS_CMD_BAD_KEY },
	{ "comms=nginx", MPS_CMD_BAD_KEY },
	{ "=nginx", MPS_CMD_BAD_KEY },
	{ "comm", MPS_CMD_BAD_KEY },
	{ "comm =nginx", MPS_CMD_BAD_KEY },
	{ "version=1", MPS_CMD_BAD_KEY },
	{ "!", MPS_CMD_BAD_KEY },
	{ "! comm=nginx", MPS_CMD_BAD_KEY },
	{ "!!comm=nginx", MPS_CMD_BAD_KEY },
	{ "comm=a !exe=/b", MPS_CMD_BAD_KEY },
	{ "comm=a pid=5", MPS_CMD_BAD_KEY },
	{ "threads", MPS_CMD_BAD_KEY },
	{ "none comm=a", MPS_CMD_BAD_KEY },
	{ "comm=a comm=b", MPS_CMD_TWICE },
	{ "exe=/a comm=b exe=/a", MPS_CMD_TWICE },
	{ "comm=", MPS_CMD_NO_VALUE },
	{ "comm=\n", MPS_CMD_NO_VALUE },
	{ "comm= nginx", MPS_CMD_NO_VALUE },
	{ "comm=\"\"", MPS_CMD_NO_VALUE },
	{ "exe=", MPS_CMD_NO_VALUE },
	{ "comm=" A256, MPS_CMD_TOO_LONG },
	{ "comm=\"" A256 "\"", MPS_CMD_TOO_LONG },
	{ "exe=/" A255, MPS_CMD_TOO_LONG },
	{ "comm=\"a", MPS_CMD_QUOTE },
	{ "comm=\"", MPS_CMD_QUOTE },
	{ "comm=\"a\n\"", MPS_CMD_QUOTE },
	{ "comm=\"" A255, MPS_CMD_QUOTE },
	{ "comm=\"a\"b", MPS_CMD_QUOTE },
	{ "comm=\"a\"epoll", MPS_CMD_QUOTE },
	{ "comm=\"a\"exe=/b", MPS_CMD_QUOTE },
	{ "comm=\"a\"\"b\"", MPS_CMD_QUOTE },
	{ "comm=\"a\\\"b\"", MPS_CMD_QUOTE },	/* a quote is not escaped */
	{ "exe=nginx", MPS_CMD_NOT_ABSOLUTE },
	{ "exe=./nginx", MPS_CMD_NOT_ABSOLUTE },
	{ "exe=\" /nginx\"", MPS_CMD_NOT_ABSOLUTE },
	{ "cgroup=system.slice", MPS_CMD_NOT_ABSOLUTE },
	{ "comm=[", MPS_CMD_BAD_GLOB },
	{ "comm=[]", MPS_CMD_BAD_GLOB },
	{ "comm=[!]", MPS_CMD_BAD_GLOB },
	{ "comm=[!", MPS_CMD_BAD_GLOB },
	{ "comm=[ab", MPS_CMD_BAD_GLOB },
	{ "comm=[ab\\", MPS_CMD_BAD_GLOB },
	{ "comm=[a][b", MPS_CMD_BAD_GLOB },
	{ "comm=\\\\[", MPS_CMD_BAD_GLOB },
	{ "comm=a\x01", MPS_CMD_BAD_BYTE },
	{ "comm=a\r\n", MPS_CMD_BAD_BYTE },
	{ "comm=\x7f", MPS_CMD_BAD_BYTE },
	{ "comm=\"a\tb\"", MPS_CMD_BAD_BYTE },
	{ "exe=/\x1b[0m", MPS_CMD_BAD_BYTE },
	{ "comm=a nonsense", MPS_CMD_BAD_FEATURE },
	{ "comm=a b", MPS_CMD_BAD_FEATURE },
	{ "comm=a threads epoll=1", MPS_CMD_BAD_FEATURE },
	{ "comm=a epoll,", MPS_CMD_BAD_FEATURE },
	{ "comm=a\"b c\"", MPS_CMD_BAD_FEATURE },
	{ "comm=a epoll threads", MPS_CMD_BAD_WORD },
	{ "comm=a none exe=/b", MPS_CMD_BAD_WORD },
	{ "!comm=a threads", MPS_CMD_REMOVE_OPTS },
	{ "!comm=a epoll", MPS_CMD_REMOVE_OPTS },
	{ "!comm=a nonsense", MPS_CMD_REMOVE_OPTS },
};

#undef COMM
#undef EXE
#undef CGROUP
#undef RULE
#undef UNRULE
