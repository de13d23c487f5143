// SPDX-License-Identifier: GPL-2.0

// The demo's server: net/http with handlers that keep the Go scheduler busy
// each in its own way. Nothing in it knows of mpscope.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// burn does n rounds of hashing: a goroutine that runs and nothing else.
func burn(n int) [sha256.Size]byte {
	var block [16 << 10]byte

	for ; n > 0; n-- {
		sum := sha256.Sum256(block[:])
		copy(block[:], sum[:])
	}
	return sha256.Sum256(block[:])
}

func cpu(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, "%x\n", burn(10))
}

// timer parks its goroutine, which costs no thread.
func timer(w http.ResponseWriter, _ *http.Request) {
	time.Sleep(15 * time.Millisecond)
	fmt.Fprintln(w, "slept")
}

type journal struct{ *os.File }

// ServeHTTP waits for the disk, and its thread with it.
func (j journal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, err := j.WriteString(r.URL.Path + "\n")
	if err == nil {
		err = j.Sync()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "written")
}

// pipe blocks its thread in read(2) until another goroutine has written: too
// long for the runtime, which takes the P away from such a thread.
func pipe(w http.ResponseWriter, _ *http.Request) {
	var ends [2]int
	var buf [1]byte

	if err := syscall.Pipe(ends[:]); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	time.AfterFunc(25*time.Millisecond, func() {
		syscall.Write(ends[1], []byte{1})
		syscall.Close(ends[1])
	})
	n, err := syscall.Read(ends[0], buf[:])
	syscall.Close(ends[0])
	fmt.Fprintln(w, "read", n, err)
}

// mutex makes its callers queue.
func mutex() http.HandlerFunc {
	var mu sync.Mutex

	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		sum := burn(1)
		mu.Unlock()
		fmt.Fprintf(w, "%x\n", sum)
	}
}

// thread ends a goroutine that owns its thread: the thread ends too.
func thread(w http.ResponseWriter, _ *http.Request) {
	done := make(chan int)

	go func() {
		runtime.LockOSThread()
		done <- syscall.Gettid()
	}()
	fmt.Fprintln(w, "thread", <-done)
}

func main() {
	addr := flag.String("listen", "127.0.0.1:18080", "address to serve on")
	name := flag.String("journal", "journal", "file to write to")
	flag.Parse()

	file, err := os.Create(*name)
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/cpu", cpu)
	http.HandleFunc("/timer", timer)
	http.Handle("/file", journal{file})
	http.HandleFunc("/pipe", pipe)
	http.HandleFunc("/mutex", mutex())
	http.HandleFunc("/thread", thread)
	log.Fatal(http.ListenAndServe(*addr, nil))
}
