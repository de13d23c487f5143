// SPDX-License-Identifier: GPL-2.0

// Package wl is the frame of a workload: a Go program that does a known kind
// of thing on command. Lines on standard input and output:
//
//	-> (start)	<- pid N, version V, gomaxprocs N, ready
//	-> go		<- running
//	-> stop		<- fact lines, done
//	-> quit		(end of input does the same)
//
// The main goroutine waits for commands in a read(2) that does not go through
// the netpoller: one thread is always in a system call without a P.
package wl

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/trace"
	"strings"
	"syscall"
)

var traceTo = flag.String("trace", "", "file for the runtime's own trace, from go to stop")

// traced does the work and has the runtime record it, if that was asked for.
func traced(work func(stop <-chan struct{}), stop <-chan struct{}) {
	if *traceTo == "" {
		work(stop)
		return
	}
	f, err := os.Create(*traceTo)
	Check("trace", err)
	Check("trace", trace.Start(f))
	work(stop)
	trace.Stop()
	Check("trace", f.Close())
}

// Fact prints one line about what was done.
func Fact(format string, args ...interface{}) {
	fmt.Printf(format+"\n", args...)
}

// Die ends the program with a sentence.
func Die(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// Check ends the program if err is one.
func Check(what string, err error) {
	if err != nil {
		Die("%s: %v", what, err)
	}
}

// command reads a line from standard input, byte by byte and blocking.
func command() string {
	var line []byte
	b := make([]byte, 1)
	for {
		n, err := syscall.Read(0, b)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n != 1 {
			return "quit"
		}
		if b[0] == '\n' {
			return strings.TrimSpace(string(line))
		}
		line = append(line, b[0])
	}
}

// Run obeys the commands. work does its thing until stop is closed, then
// prints its facts and returns.
func Run(work func(stop <-chan struct{})) {
	flag.Parse()
	Fact("pid %d", os.Getpid())
	Fact("version %s", runtime.Version())
	Fact("gomaxprocs %d", runtime.GOMAXPROCS(0))
	Fact("ready")
	var stop, done chan struct{}
	for {
		switch cmd := command(); cmd {
		case "go":
			stop, done = make(chan struct{}), make(chan struct{})
			go func() {
				traced(work, stop)
				close(done)
			}()
			Fact("running")
		case "stop":
			if stop == nil {
				Die("stop before go")
			}
			close(stop)
			<-done
			stop = nil
			Fact("done")
		case "quit":
			return
		default:
			Die("no command %q", cmd)
		}
	}
}

// Stopped tells whether stop is closed.
func Stopped(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}
