// SPDX-License-Identifier: GPL-2.0

// gohttp: a server of HTTP, and a load for it.
//
//	gohttp			says "pid N" and "addr HOST:PORT", waits for a line,
//				serves until its standard input ends
//	gohttp ADDR CONNS N	N requests over CONNS connections in batches, after one
//				to warm up; says "http NS NR", per request, the median
//				of the batches
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sort"
	"strconv"
	"sync"
	"time"
)

const batches = 10

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

func load(addr string, conns, n int) float64 {
	var took []float64

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
	each := n / conns / batches
	for i := 0; i <= batches; i++ {
		began := time.Now()
		round(each)
		if i > 0 {
			took = append(took, float64(time.Since(began).Nanoseconds())/float64(each*conns))
		}
	}
	sort.Float64s(took)
	return took[batches/2]
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
	if n < conns*batches {
		die(fmt.Errorf("at least %d requests", conns*batches))
	}
	fmt.Printf("http %.1f %d\n", load(os.Args[1], conns, n), n-n%(conns*batches))
}
