/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting for the next interval, and being told to stop. */
#ifndef _MPS_WAIT_H
#define _MPS_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* From here on SIGINT, SIGTERM and SIGHUP only ask to stop. */
void mps_wait_init(void);
bool mps_wait_stopped(void);

/*
 * A reader that leaves is an error of write(), not a death; a command that is
 * run gets back what we were given.
 */
void mps_wait_ignore_pipe(void);
void mps_wait_restore_pipe(void);

/* CLOCK_MONOTONIC in ns. */
uint64_t mps_wait_now(void);

/* Sleep until CLOCK_MONOTONIC is @ns. Return: false if stopped before. */
bool mps_wait_until(uint64_t ns);

#endif /* _MPS_WAIT_H */
