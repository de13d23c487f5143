// SPDX-License-Identifier: GPL-2.0
/* The terminal as a screen; the only user of ncurses. */
#include "out_screen.h"

#include <curses.h>
#include <stdlib.h>
#include <unistd.h>

#include "fmt.h"

#define LINE_MAX_BYTES	4096
#define ESCAPE_MS	50	/* after ESC, to tell it from an arrow key */

static SCREEN *screen;
static bool colors;

bool mps_screen_open(bool color)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return false;
	/* not initscr(): it exits where the terminal is unknown */
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return false;
	set_term(screen);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	colors = color && has_colors() && start_color() == OK;
	if (colors) {
		use_default_colors();
		init_pair(MPS_LOOK_WARN, COLOR_YELLOW, -1);
		init_pair(MPS_LOOK_GOOD, COLOR_GREEN, -1);
	}
	return true;
}

void mps_screen_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

void mps_screen_size(int *rows, int *columns)
{
	getmaxyx(stdscr, *rows, *columns);
}

static attr_t attr_of(enum mps_look look)
{
	switch (look) {
	case MPS_LOOK_BOLD:
		return A_BOLD;
	case MPS_LOOK_HEAD:
		return A_REVERSE;
	case MPS_LOOK_WARN:
		return colors ? (attr_t)COLOR_PAIR(MPS_LOOK_WARN) : A_BOLD;
	case MPS_LOOK_GOOD:
		return colors ? (attr_t)COLOR_PAIR(MPS_LOOK_GOOD) : A_BOLD;
	default:
		return A_NORMAL;
	}
}

void mps_screen_begin(void)
{
	erase();
}

void mps_screen_put(int y, int x, enum mps_look look, const char *text)
{
	char cut[LINE_MAX_BYTES];
	int rows, columns;

	mps_screen_size(&rows, &columns);
	if (y < 0 || y >= rows || x < 0 || x >= columns)
		return;
	mps_fmt_clip(cut, sizeof(cut), text, (size_t)(columns - x));
	attrset((int)attr_of(look));
	mvaddstr(y, x, cut);
	attrset(A_NORMAL);
}

void mps_screen_fill(int y, enum mps_look look)
{
	mvchgat(y, 0, -1, attr_of(look), 0, NULL);
}

void mps_screen_end(void)
{
	refresh();
}

int mps_screen_key(int ms)
{
	int c;

	timeout(ms < 0 ? 0 : ms);
	c = getch();
	switch (c) {
	case ERR:
		return MPS_KEY_NONE;
	case KEY_UP:
		return MPS_KEY_UP;
	case KEY_DOWN:
		return MPS_KEY_DOWN;
	case KEY_PPAGE:
		return MPS_KEY_PAGE_UP;
	case KEY_NPAGE:
		return MPS_KEY_PAGE_DOWN;
	case KEY_HOME:
		return MPS_KEY_HOME;
	case KEY_END:
		return MPS_KEY_END;
	case KEY_RESIZE:
		return MPS_KEY_RESIZE;
	case KEY_BACKSPACE:
	case 127:
	case '\b':
		return MPS_KEY_ERASE;
	case KEY_ENTER:
	case '\r':
	case '\n':
		return MPS_KEY_ENTER;
	case 27:
		return MPS_KEY_ESCAPE;
	default:
		return c > 0 && c < 256 ? c : MPS_KEY_NONE;
	}
}
