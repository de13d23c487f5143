// SPDX-License-Identifier: GPL-2.0

// A Go program that knows its own goroutines. Each line of standard input is
// an order, answered by a line when it is carried out:
//
//	leak N	start N goroutines that wait for a channel forever
//	spin N	start N goroutines that use a CPU
//	churn N	start N pairs of goroutines that wake each other all the time
//	count	say how many goroutines there are and what GOMAXPROCS is
//	quit
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

var (
	never = make(chan int)
	mutex sync.Mutex
	sink  int
)

func leak() { <-never }

func sleep() { time.Sleep(time.Hour) }

func lock() { mutex.Lock() }

func locked(ready chan bool) {
	runtime.LockOSThread()
	ready <- true
	<-never
}

func spin() {
	for i := 0; ; i++ {
		sink += i
	}
}

func churn() {
	c := make(chan int)
	go func() {
		for v := range c {
			sink += v
		}
	}()
	for i := 0; ; i++ {
		c <- i
	}
}

func main() {
	ready := make(chan bool)
	mutex.Lock()
	go sleep()
	go lock()
	go locked(ready)
	<-ready
	start()
	time.Sleep(50 * time.Millisecond)
	runtime.GC()
	runtime.GC()
	runtime.GC()
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var what string
		var n int
		fmt.Sscan(in.Text(), &what, &n)
		switch what {
		case "leak":
			for i := 0; i < n; i++ {
				go leak()
			}
		case "spin":
			for i := 0; i < n; i++ {
				go spin()
			}
		case "churn":
			for i := 0; i < n; i++ {
				go churn()
			}
		case "count":
			fmt.Println("count", runtime.NumGoroutine(), runtime.GOMAXPROCS(0))
			continue
		case "quit":
			return
		}
		time.Sleep(50 * time.Millisecond)
		fmt.Println("done")
	}
}
