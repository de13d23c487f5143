// SPDX-License-Identifier: GPL-2.0

// Goroutines that allocate: the collector stops the world over and over, its
// workers run as ordinary goroutines.
package main

import (
	"flag"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"mpscope/workload/wl"
)

var (
	allocators = flag.Int("n", 2, "goroutines")
	percent    = flag.Int("gogc", 50, "GOGC")
	pause      = flag.Duration("pause", 0, "sleep after each 100 allocations")
)

type node struct {
	next *node
	pad  [10]uint64
}

func allocate(stop <-chan struct{}) (n int) {
	var list *node
	for ; !wl.Stopped(stop); n++ {
		list = &node{next: list}
		if n%10000 == 9999 {
			list = nil
		}
		if *pause > 0 && n%100 == 99 {
			time.Sleep(*pause)
		}
	}
	return n
}

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		var before, after runtime.MemStats
		total := 0
		debug.SetGCPercent(*percent)
		runtime.ReadMemStats(&before)
		for i := 0; i < *allocators; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				n := allocate(stop)
				mu.Lock()
				total += n
				mu.Unlock()
			}()
		}
		wg.Wait()
		runtime.ReadMemStats(&after)
		wl.Fact("allocators %d", *allocators)
		wl.Fact("allocations %d", total)
		wl.Fact("collections %d", after.NumGC-before.NumGC)
	})
}
