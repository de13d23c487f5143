// SPDX-License-Identifier: GPL-2.0

// Goroutines that fight for one sync.Mutex: it never sleeps on a futex of its
// own, the Ms park.
package main

import (
	"flag"
	"sync"

	"mpscope/workload/wl"
)

var (
	fighters = flag.Int("n", 8, "goroutines")
	hold     = flag.Int("hold", 2000, "rounds of a loop with the mutex held")
)

var sink uint64

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		held := 0
		for i := 0; i < *fighters; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for !wl.Stopped(stop) {
					mu.Lock()
					held++
					for j := 0; j < *hold; j++ {
						sink = sink*31 + uint64(j)
					}
					mu.Unlock()
				}
			}()
		}
		wg.Wait()
		wl.Fact("fighters %d", *fighters)
		wl.Fact("held %d", held)
	})
}
