// SPDX-License-Identifier: GPL-2.0

// Goroutines that only compute: as many threads run as there are Ps, sysmon
// preempts them by signal.
package main

import (
	"flag"
	"sync"
	"sync/atomic"

	"mpscope/workload/wl"
)

var busy = flag.Int("n", 4, "goroutines")

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		var rounds, sum uint64
		for i := 0; i < *busy; i++ {
			wg.Add(1)
			go func(x uint64) {
				defer wg.Done()
				n := uint64(0)
				for ; !wl.Stopped(stop); n++ {
					for j := 0; j < 100000; j++ {
						x = x*6364136223846793005 + 1442695040888963407
					}
				}
				atomic.AddUint64(&rounds, n)
				atomic.AddUint64(&sum, x)
			}(uint64(i))
		}
		wg.Wait()
		wl.Fact("busy %d", *busy)
		wl.Fact("rounds %d", rounds)
		wl.Fact("sum %d", sum)
	})
}
