// SPDX-License-Identifier: GPL-2.0

// Goroutines locked to their threads: some hand a value back and forth with
// free ones, others wait for ever, under a thread name of their own.
package main

import (
	"flag"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"mpscope/workload/wl"
)

var (
	pairs  = flag.Int("pairs", 1, "locked goroutines that hand values to free ones")
	parked = flag.Int("parked", 2, "locked goroutines that only wait")
	pause  = flag.Duration("pause", time.Millisecond, "between two round trips")
)

const prSetName = 15

func nameThread(name string) {
	b := append([]byte(name), 0)
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prSetName,
		uintptr(unsafe.Pointer(&b[0])), 0)
	if errno != 0 {
		wl.Die("prctl: %v", errno)
	}
}

func pingpong(stop <-chan struct{}, trips *int64) {
	ping, pong := make(chan int), make(chan int)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
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
		time.Sleep(*pause)
	}
	close(ping)
	<-pong
	atomic.AddInt64(trips, int64(n))
}

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var wg sync.WaitGroup
		var trips int64
		for i := 0; i < *parked; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				runtime.LockOSThread() // ends with the thread
				nameThread("keeper")
				wl.Fact("keeper %d", syscall.Gettid())
				<-stop
			}()
		}
		for i := 0; i < *pairs; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				pingpong(stop, &trips)
			}()
		}
		wg.Wait()
		wl.Fact("pairs %d", *pairs)
		wl.Fact("parked %d", *parked)
		wl.Fact("trips %d", trips)
	})
}
