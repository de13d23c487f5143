// SPDX-License-Identifier: GPL-2.0

// Goroutines in read(2) on pipes that block, outside of the netpoller: each
// costs a thread, whose P is taken away by sysmon.
package main

import (
	"flag"
	"sync"
	"syscall"
	"time"

	"mpscope/workload/wl"
)

var (
	readers = flag.Int("n", 8, "readers, each with a pipe")
	period  = flag.Duration("period", 20*time.Millisecond, "time between two writes to a pipe")
)

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
		var mu sync.Mutex
		reads, writes := 0, 0
		pipes := make([][2]int, *readers)
		for i := range pipes {
			wl.Check("pipe", syscall.Pipe(pipes[i][:]))
			wg.Add(1)
			go func(fd int) {
				defer wg.Done()
				n := read(fd)
				mu.Lock()
				reads += n
				mu.Unlock()
			}(pipes[i][0])
		}
		for !wl.Stopped(stop) {
			for _, p := range pipes {
				_, err := syscall.Write(p[1], []byte{1})
				wl.Check("write", err)
				writes++
			}
			time.Sleep(*period)
		}
		for _, p := range pipes {
			syscall.Close(p[1])
		}
		wg.Wait()
		for _, p := range pipes {
			syscall.Close(p[0])
		}
		wl.Fact("readers %d", *readers)
		wl.Fact("writes %d", writes)
		wl.Fact("reads %d", reads)
	})
}
