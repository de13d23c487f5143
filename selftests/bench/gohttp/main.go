// SPDX-License-Identifier: GPL-2.0

// gohttp: a server of HTTP, and a load for it.
//
//	gohttp			says "pid N" and "addr HOST:PORT", waits for a line,
//				serves until its standard input ends
//	gohttp ADDR CONNS N	N requests over CONNS connections, after a tenth of
//				them to warm up; says "http NS NR", per request
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gohttp:", err)
		os.Exit(1)
	}
}

func serve() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	die(err)
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", r.URL.Path)
	}))
	fmt.Printf("pid %d\naddr %s\n", os.Getpid(), l.Addr())
	in := bufio.NewReader(os.Stdin)
	for {
		if _, err := in.ReadString('\n'); err != nil {
			return
		}
	}
}

func get(c *http.Client, url string, n int) {
	for ; n > 0; n-- {
		r, err := c.Get(url)
		die(err)
		_, err = io.Copy(io.Discard, r.Body)
		die(err)
		r.Body.Close()
	}
}

func load(addr string, conns, n int) time.Duration {
	client := &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: conns},
	}
	round := func(each int) {
		var wg sync.WaitGroup

		for i := 0; i < conns; i++ {
			wg.Add(1)
			go func() {
				get(client, "http://"+addr+"/bench", each)
				wg.Done()
			}()
		}
		wg.Wait()
	}
	round(n/conns/10 + 1)
	began := time.Now()
	round(n / conns)
	return time.Since(began)
}

func main() {
	if len(os.Args) == 1 {
		serve()
		return
	}
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: gohttp [ADDR CONNS N]")
		os.Exit(2)
	}
	conns, err := strconv.Atoi(os.Args[2])
	die(err)
	n, err := strconv.Atoi(os.Args[3])
	die(err)
	n -= n % conns
	took := load(os.Args[1], conns, n)
	fmt.Printf("http %.1f %d\n", float64(took.Nanoseconds())/float64(n), n)
}
