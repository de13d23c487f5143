// SPDX-License-Identifier: GPL-2.0

// handover: what one operation costs a Go program, by the machine's own clock;
// the Go part of selftests/bench/ops.c, and talks as that does. It wants
// GOMAXPROCS of 4: with as many Ps as CPUs, which is one, who gets the P when
// is sysmon's timing, and a hand-over may cost half as much again.
//
//	gopipe	a hand-over between two threads that are locked to their
//		goroutines: write(), read() that blocks; in many small batches, for
//		sysmon takes Ps away every 10 ms
//	goecho	a round trip of a byte through a TCP connection to itself
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"runtime"
	"sort"
	"syscall"
	"time"
)

const warmUp = 2

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "handover:", err)
		os.Exit(1)
	}
}

func pass(fd int) {
	_, err := syscall.Write(fd, []byte{1})
	die(err)
}

func take(fd int) {
	var b [1]byte
	_, err := syscall.Read(fd, b[:])
	die(err)
}

var there, back [2]int

// partner is one for all batches: no thread begins or ends while it is measured.
func partner() {
	die(syscall.Pipe(there[:]))
	die(syscall.Pipe(back[:]))
	go func() {
		runtime.LockOSThread()
		for {
			take(there[0])
			pass(back[1])
		}
	}()
}

func pipe(n int) {
	for i := 0; i < n/2; i++ {
		pass(there[1])
		take(back[0])
	}
}

var conn net.Conn

func connect() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	die(err)
	go func() {
		c, err := l.Accept()
		die(err)
		var b [1]byte
		for {
			if _, err := c.Read(b[:]); err != nil {
				return
			}
			c.Write(b[:])
		}
	}()
	conn, err = net.Dial("tcp", l.Addr().String())
	die(err)
}

func echo(n int) {
	var b [1]byte

	for ; n > 0; n-- {
		_, err := conn.Write(b[:])
		die(err)
		_, err = conn.Read(b[:])
		die(err)
	}
}

// wanted: no arguments, or one of them is its name.
func wanted(name string) bool {
	for _, arg := range os.Args[1:] {
		if arg == name {
			return true
		}
	}
	return len(os.Args) == 1
}

func measure(name string, op func(int), n, batches int) {
	var each []float64

	if !wanted(name) {
		return
	}
	for i := 0; i < warmUp+batches; i++ {
		began := time.Now()
		op(n)
		if i >= warmUp {
			each = append(each, float64(time.Since(began).Nanoseconds())/float64(n))
		}
	}
	sort.Float64s(each)
	fmt.Printf("%s %.1f %d\n", name, each[batches/2], n*(warmUp+batches))
}

func main() {
	runtime.LockOSThread()
	connect()
	partner()
	fmt.Printf("pid %d\n", os.Getpid())
	bufio.NewReader(os.Stdin).ReadString('\n')
	measure("gopipe", pipe, 200, 45)
	measure("goecho", echo, 1000, 9)
	fmt.Println("end")
}
