// SPDX-License-Identifier: GPL-2.0

// Pairs of goroutines that hand a value back and forth over a channel: almost
// no system call, Ms that spin for work, naps of 3 us before a steal.
package main

import (
	"flag"
	"sync"
	"sync/atomic"
	"time"

	"mpscope/workload/wl"
)

var (
	pairs = flag.Int("pairs", 2, "pairs of goroutines")
	pause = flag.Duration("pause", 0, "sleep after each 1000 round trips")
)

func pingpong(stop <-chan struct{}, trips *int64) {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
		close(pong)
	}()
	n := 0
	for ; !wl.Stopped(stop); n++ {
		ping <- n
		if got := <-pong; got != n+1 {
			wl.Die("sent %d, got %d", n, got)
		}
		if *pause > 0 && n%1000 == 999 {
			time.Sleep(*pause)
		}
	}
	close(ping)
	<-pong
	atomic.AddInt64(trips, int64(n))
}

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		var trips int64
		for i := 0; i < *pairs; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				pingpong(stop, &trips)
			}()
		}
		wg.Wait()
		wl.Fact("pairs %d", *pairs)
		wl.Fact("trips %d", trips)
	})
}
