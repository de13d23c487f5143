// SPDX-License-Identifier: GPL-2.0

// A service without work: one thread in the netpoller, one that waits for
// signals, locked ones, the template thread, all others parked, no P in use.
package main

import (
	"flag"
	"net"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"

	"mpscope/workload/wl"
)

var locked = flag.Int("locked", 1, "locked goroutines that wait")

// threads leaves n parked Ms behind: n goroutines in a system call at a time.
func threads(n int) {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ts := syscall.NsecToTimespec(30e6)
			syscall.Nanosleep(&ts, nil)
		}()
	}
	wg.Wait()
}

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGUSR1)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		wl.Check("listen", err)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Close()
			}
		}()
		for i := 0; i < *locked; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				<-stop
			}()
		}
		threads(4)
		wg.Wait()
		<-stop
		l.Close()
		signal.Stop(signals)
		wl.Fact("locked %d", *locked)
	})
}
