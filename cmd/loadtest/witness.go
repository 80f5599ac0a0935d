package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// witness is what fakes take for a test: it keeps the first failure and cleans
// up at the end.
type witness struct {
	testing.TB // of which only what follows is used

	mu      sync.Mutex
	failure error
	last    []func()
}

func (w *witness) Helper() {}

// Errorf keeps the first failure.
func (w *witness) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failure == nil {
		w.failure = fmt.Errorf(format, args...)
	}
}

// Fatalf keeps the first failure and ends the goroutine.
func (w *witness) Fatalf(format string, args ...any) {
	w.Errorf(format, args...)
	runtime.Goexit()
}

// Fatal is Fatalf.
func (w *witness) Fatal(args ...any) { w.Fatalf("%s", fmt.Sprint(args...)) }

// Cleanup has f done at the end.
func (w *witness) Cleanup(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = append(w.last, f)
}

// watch runs f, of which a failure may end the goroutine, cleans up, and
// returns the first failure.
func (w *witness) watch(f func() error) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := f(); err != nil {
			w.Errorf("%w", err)
		}
	}()
	<-done
	for _, f := range slices.Backward(w.last) {
		f()
	}
	return w.failure
}

// leap is a clock that goes on with the machine's and leaps over what is
// waited for, so that a platform's budget does not hide the program's speed.
type leap struct{ ahead atomic.Int64 }

// Now is the machine's time and what was leapt over.
func (l *leap) Now() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) }

// Wait leaps.
func (l *leap) Wait(ctx context.Context, d time.Duration) error {
	l.ahead.Add(int64(max(d, 0)))
	return ctx.Err()
}
