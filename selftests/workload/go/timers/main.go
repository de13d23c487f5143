// SPDX-License-Identifier: GPL-2.0

// Goroutines that sleep: the thread in the netpoller waits with a timeout, the
// others are parked.
package main

import (
	"flag"
	"sync"
	"sync/atomic"
	"time"

	"mpscope/workload/wl"
)

var (
	sleepers = flag.Int("n", 20, "goroutines")
	step     = flag.Duration("step", 2*time.Millisecond, "goroutine i sleeps (i+1) steps at a time")
)

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		var fired int64
		for i := 0; i < *sleepers; i++ {
			wg.Add(1)
			go func(d time.Duration) {
				defer wg.Done()
				for !wl.Stopped(stop) {
					time.Sleep(d)
					atomic.AddInt64(&fired, 1)
				}
			}(time.Duration(i+1) * *step)
		}
		wg.Wait()
		wl.Fact("sleepers %d", *sleepers)
		wl.Fact("fired %d", fired)
	})
}
