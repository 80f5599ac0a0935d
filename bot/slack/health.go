package slack

import (
	"sync"
	"sync/atomic"
	"time"
)

// health is what goes on, for Health.
type health struct {
	bad, refused, panics, connects atomic.Int64

	mu        sync.Mutex
	connected bool
	since     time.Time // of the latest change
	problem   string
}

// Health is how the connection to Slack is. A quiet workspace is no problem:
// nothing is concluded from silence.
type Health struct {
	Connected  bool      // over Socket Mode; always false over HTTP
	Since      time.Time // of the latest connect or disconnect
	Problem    string    // one sentence, "" when all is well
	Connects   int64     // sockets opened since the start
	Queue      int       // requests that wait
	Refused    int64     // requests that found the queue full
	Unreadable int64     // deliveries that could not be read
	Panics     int64     // requests that hit a bug
}

// Health says how things are.
func (a *App) Health() Health {
	h := &a.health
	h.mu.Lock()
	defer h.mu.Unlock()
	return Health{Connected: h.connected, Since: h.since, Problem: h.problem, Connects: h.connects.Load(),
		Queue: len(a.jobs) + len(a.urgent), Refused: h.refused.Load(), Unreadable: h.bad.Load(), Panics: h.panics.Load()}
}

// set notes a change. The problem stays until the next connect.
func (h *health) set(connected bool, problem string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.connected != connected {
		h.since = now
	}
	h.connected, h.problem = connected, problem
}
