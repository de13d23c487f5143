// SPDX-License-Identifier: GPL-2.0

// Goroutines that compute, others in read(2) outside of the netpoller, others that
// sleep: more work than Ps, which therefore change hands all the time.
package main

import (
	"flag"
	"sync"
	"syscall"
	"time"

	"mpscope/workload/wl"
)

var (
	busy    = flag.Int("busy", 4, "goroutines that compute")
	readers = flag.Int("readers", 4, "readers, each with a pipe")
	period  = flag.Duration("period", 25*time.Millisecond, "time between two writes to all pipes")
)

func compute(stop <-chan struct{}) (x uint64) {
	for !wl.Stopped(stop) {
		for j := 0; j < 100000; j++ {
			x = x*6364136223846793005 + 1442695040888963407
		}
	}
	return x
}

func read(fd int) (reads int) {
	b := make([]byte, 1)
	for {
		n, err := syscall.Read(fd, b)
		if err == syscall.EINTR {
			continue
		}
		wl.Check("read", err)
		if n == 0 {
			return reads
		}
		reads++
	}
}

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		writes := 0
		pipes := make([][2]int, *readers)
		wg.Add(*busy + *readers)
		for i := 0; i < *busy; i++ {
			go func() {
				defer wg.Done()
				compute(stop)
			}()
		}
		for i := range pipes {
			wl.Check("pipe", syscall.Pipe(pipes[i][:]))
			go func(fd int) {
				defer wg.Done()
				read(fd)
			}(pipes[i][0])
		}
		for !wl.Stopped(stop) {
			time.Sleep(*period)
			for _, p := range pipes {
				_, err := syscall.Write(p[1], []byte{1})
				wl.Check("write", err)
				writes++
			}
		}
		for _, p := range pipes {
			syscall.Close(p[1])
		}
		wg.Wait()
		wl.Fact("writes %d", writes)
	})
}
