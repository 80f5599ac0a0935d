package main

import (
	"context"
	"math/rand/v2"
	"runtime"
	"time"
)

// Asking is how people ask in a platform, and over how many articles.
type Asking struct {
	Articles int           `help:"How many articles are stored." default:"100000"`
	Rate     float64       `help:"Requests a second, at random times." default:"50"`
	For      time.Duration `help:"How long they come." default:"60s"`
	People   int           `help:"How many people ask." default:"300"`
	Cores    int           `help:"Cores to use; 0 for all." default:"2"`
	Profile  string        `help:"Write a CPU profile to this file." placeholder:"FILE"`
}

// askedFigures is what is measured of any platform.
type askedFigures struct {
	Articles   int     `json:"articles"`
	TakenIn    float64 `json:"taken_in_per_s"`
	Ack        spread  `json:"ack"`
	Answer     spread  `json:"answer"`
	HeapBefore uint64  `json:"heap_before_bytes"`
	HeapAfter  uint64  `json:"heap_after_bytes"`
}

// world is all that answers, with its articles. It must be closed.
func (a Asking) world(c *call, now func() time.Time) (*answering, error) {
	if a.Cores > 0 {
		runtime.GOMAXPROCS(a.Cores)
	}
	return newAnswering(c, a.Articles, now)
}

// come has requests come at random times, whether or not those before are
// answered: do must not wait.
func (a Asking) come(ctx context.Context, r *rand.Rand, do func()) {
	began := time.Now()
	for due := began; due.Sub(began) < a.For; due = due.Add(time.Duration(r.ExpFloat64() / a.Rate * float64(time.Second))) {
		if wait(ctx, time.Until(due)) != nil {
			return
		}
		do()
	}
}
