/* SPDX-License-Identifier: GPL-2.0 */
/* The terminal as a screen, for "top"; the only user of ncurses. */
#ifndef _MPS_OUT_SCREEN_H
#define _MPS_OUT_SCREEN_H

#include <stdbool.h>

enum mps_look { MPS_LOOK_PLAIN, MPS_LOOK_BOLD, MPS_LOOK_HEAD, MPS_LOOK_WARN,
	MPS_LOOK_GOOD };

/* Keys that are no characters. */
enum mps_key {
	MPS_KEY_NONE = 0,	/* the time was over, or a signal came */
	MPS_KEY_UP = 0x1000, MPS_KEY_DOWN, MPS_KEY_PAGE_UP, MPS_KEY_PAGE_DOWN,
	MPS_KEY_HOME, MPS_KEY_END, MPS_KEY_RESIZE, MPS_KEY_ERASE,
	MPS_KEY_ENTER, MPS_KEY_ESCAPE,
};

/* Return: false if this is no terminal that can do it. */
bool mps_screen_open(bool color);
void mps_screen_close(void);
void mps_screen_size(int *rows, int *columns);

void mps_screen_begin(void);
/* At row @y from column @x on; cut at the end of the row. */
void mps_screen_put(int y, int x, enum mps_look look, const char *text);
/* Give a whole row a look. */
void mps_screen_fill(int y, enum mps_look look);
void mps_screen_end(void);

/* A character, or enum mps_key; waits for at most @ms. */
int mps_screen_key(int ms);

#endif /* _MPS_OUT_SCREEN_H */
