// SPDX-License-Identifier: GPL-2.0

// An echo server and its clients over TCP on the loopback: goroutines wait in
// the netpoller, threads are few, reads find data or EAGAIN.
package main

import (
	"flag"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"mpscope/workload/wl"
)

var (
	conns = flag.Int("conns", 8, "connections")
	size  = flag.Int("size", 64, "bytes of a message")
	think = flag.Duration("think", 0, "pause of a client between messages")
)

func serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			io.Copy(c, c)
			c.Close()
		}()
	}
}

func client(addr string, stop <-chan struct{}, echoes *int64) {
	c, err := net.Dial("tcp", addr)
	wl.Check("dial", err)
	defer c.Close()
	out, in := make([]byte, *size), make([]byte, *size)
	for !wl.Stopped(stop) {
		_, err = c.Write(out)
		wl.Check("write", err)
		_, err = io.ReadFull(c, in)
		wl.Check("read", err)
		atomic.AddInt64(echoes, 1)
		if *think > 0 {
			time.Sleep(*think)
		}
	}
}

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var echoes int64
		var wg sync.WaitGroup
		l, err := net.Listen("tcp", "127.0.0.1:0")
		wl.Check("listen", err)
		go serve(l)
		for i := 0; i < *conns; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				client(l.Addr().String(), stop, &echoes)
			}()
		}
		wg.Wait()
		l.Close()
		wl.Fact("conns %d", *conns)
		wl.Fact("echoes %d", echoes)
	})
}
