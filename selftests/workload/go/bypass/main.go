// SPDX-License-Identifier: GPL-2.0

// An echo server and its clients over TCP that leave the netpoller out: sockets
// that block, one thread for each end of a connection, as with a file that was
// taken out of a net.Conn.
package main

import (
	"flag"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"mpscope/workload/wl"
)

var (
	conns = flag.Int("conns", 6, "connections")
	think = flag.Duration("think", 5*time.Millisecond, "pause of a client between messages")
)

// exchange tries again what a signal has interrupted.
func exchange(call func() (int, error)) (n int) {
	for {
		n, err := call()
		if err == syscall.EINTR {
			continue
		}
		wl.Check("socket", err)
		return n
	}
}

func serve(fd int) {
	b := make([]byte, 64)
	for {
		n := exchange(func() (int, error) { return syscall.Read(fd, b) })
		if n == 0 {
			syscall.Close(fd)
			return
		}
		exchange(func() (int, error) { return syscall.Write(fd, b[:n]) })
	}
}

func listen() (int, syscall.Sockaddr) {
	l, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	wl.Check("socket", err)
	wl.Check("bind", syscall.Bind(l, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	wl.Check("listen", syscall.Listen(l, *conns))
	addr, err := syscall.Getsockname(l)
	wl.Check("getsockname", err)
	return l, addr
}

func client(addr syscall.Sockaddr, stop <-chan struct{}, echoes *int64) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	wl.Check("socket", err)
	wl.Check("connect", syscall.Connect(fd, addr))
	b := make([]byte, 64)
	for !wl.Stopped(stop) {
		exchange(func() (int, error) { return syscall.Write(fd, b) })
		exchange(func() (int, error) { return syscall.Read(fd, b) })
		atomic.AddInt64(echoes, 1)
		time.Sleep(*think)
	}
	syscall.Close(fd)
}

func main() {
	wl.Run(func(stop <-chan struct{}) {
		var echoes int64
		var wg sync.WaitGroup
		l, addr := listen()
		wg.Add(2 * *conns)
		for i := 0; i < *conns; i++ {
			go func() {
				defer wg.Done()
				client(addr, stop, &echoes)
			}()
			fd, _, err := syscall.Accept(l)
			wl.Check("accept", err)
			go func() {
				defer wg.Done()
				serve(fd)
			}()
		}
		wg.Wait()
		syscall.Close(l)
		wl.Fact("conns %d", *conns)
		wl.Fact("echoes %d", echoes)
	})
}
