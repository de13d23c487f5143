// SPDX-License-Identifier: GPL-2.0

// C code in a Go program: a thread that only C knows, goroutines that sleep in
// C, and one that computes there.
package main

/*
#include <pthread.h>
#include <unistd.h>

static void *foreign(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int foreign_start(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, foreign, NULL);
}

static void c_sleep(unsigned int us)
{
	usleep(us);
}

static unsigned long c_compute(unsigned long n)
{
	volatile unsigned long x = n;

	while (n--)
		x = x * 31 + n;
	return x;
}
*/
import "C"

import (
	"flag"
	"sync"
	"sync/atomic"
	"time"

	"mpscope/workload/wl"
)

var (
	sleepers = flag.Int("sleepers", 2, "goroutines that sleep in C")
	computes = flag.Int("computes", 1, "goroutines that compute in C")
	period   = flag.Duration("period", 50*time.Millisecond, "one sleep")
)

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		var calls int64
		if rc := C.foreign_start(); rc != 0 {
			wl.Die("pthread_create: %d", int(rc))
		}
		call := func(f func()) {
			defer wg.Done()
			for !wl.Stopped(stop) {
				f()
				atomic.AddInt64(&calls, 1)
			}
		}
		for i := 0; i < *sleepers; i++ {
			wg.Add(1)
			go call(func() { C.c_sleep(C.uint(period.Microseconds())) })
		}
		for i := 0; i < *computes; i++ {
			wg.Add(1)
			go call(func() { C.c_compute(1000000) })
		}
		wg.Wait()
		wl.Fact("calls %d", calls)
	})
}
