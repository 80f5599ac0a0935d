package feed

import (
	"context"
	"sync"
	"time"
)

// turnstile lets a limited number in per host, with a pause after each. Who
// would wait for the end of a pause in vain does not wait. It holds nothing for
// hosts at which nobody is or waits, apart from pauses that are not over.
type turnstile struct {
	limit int
	pause time.Duration
	now   func() time.Time

	mu    sync.Mutex
	hosts map[string]*gate
}

type gate struct {
	free  chan struct{} // tokens
	users int           // inside or waiting
	open  time.Time     // not before
}

func newTurnstile(limit int, pause time.Duration, now func() time.Time) *turnstile {
	return &turnstile{limit: limit, pause: pause, now: now, hosts: map[string]*gate{}}
}

func (t *turnstile) enter(ctx context.Context, host string) error {
	g := t.join(host)
	select {
	case <-g.free:
	case <-ctx.Done():
		t.part(host, g)
		return ctx.Err()
	}
	t.mu.Lock()
	wait := g.open.Sub(t.now())
	t.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	if end, ends := ctx.Deadline(); ends && time.Until(end) < wait {
		t.giveBack(host, g)
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		t.giveBack(host, g)
		return ctx.Err()
	}
}

// giveBack lets another in instead of one that does not enter.
func (t *turnstile) giveBack(host string, g *gate) {
	g.free <- struct{}{}
	t.part(host, g)
}

func (t *turnstile) leave(host string) { t.leaveFor(host, 0) }

// leaveFor is leave with a pause that the host asks for, where that is longer.
func (t *turnstile) leaveFor(host string, pause time.Duration) {
	t.mu.Lock()
	g := t.hosts[host]
	g.open = t.now().Add(max(t.pause, pause))
	t.mu.Unlock()
	g.free <- struct{}{}
	t.part(host, g)
}

func (t *turnstile) join(host string) *gate {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.hosts[host]
	if g == nil {
		g = &gate{free: make(chan struct{}, t.limit)}
		for range t.limit {
			g.free <- struct{}{}
		}
		t.hosts[host] = g
	}
	g.users++
	return g
}

// part forgets a host that nobody uses, and now and then those whose pause is
// over.
func (t *turnstile) part(host string, g *gate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g.users--
	now := t.now()
	if g.users == 0 && !g.open.After(now) {
		delete(t.hosts, host)
	}
	if len(t.hosts) > 256 && t.pause > 0 {
		for h, g := range t.hosts {
			if g.users == 0 && !g.open.After(now) {
				delete(t.hosts, h)
			}
		}
	}
}
