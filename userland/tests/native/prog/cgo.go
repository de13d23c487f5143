// SPDX-License-Identifier: GPL-2.0

package main

// #include <pthread.h>
// #include <unistd.h>
// static __thread long own[4] = { 1, 2, 3, 4 };
// static void *idle(void *p) { own[0]++; for (;;) pause(); return p; }
// static void thread(void) { pthread_t t; own[1]++; pthread_create(&t, 0, idle, 0); }
import "C"

// start makes a thread that Go does not know.
func start() { C.thread() }
