package discord

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter holds back requests as Discord asks: a global rate, buckets that
// its answers name, and a stop before too many requests were invalid.
// https://docs.discord.com/developers/topics/rate-limits
// It decides and never waits, so that a waiting request can end with its
// context and holds no lock.
type limiter struct {
	mu      sync.Mutex
	tokens  float64
	filled  time.Time
	blocked time.Time          // global: nothing before it
	names   map[string]string  // route -> bucket
	buckets map[string]*bucket // bucket and major id -> state
	invalid window
	refused bool // Discord refused the token: nothing goes out any more
}

type bucket struct {
	limit, remaining int
	reset            time.Time
}

// maxBuckets bounds the buckets kept. Those that are past their reset say
// nothing and are dropped first.
const maxBuckets = 2000

func newLimiter() *limiter {
	return &limiter{tokens: globalBurst, names: map[string]string{}, buckets: map[string]*bucket{},
		invalid: window{span: invalidWindow, limit: invalidBreak}}
}

// lane is what requests are counted by: a route without its ids, and the id
// (of a channel, a server, a webhook) that has limits of its own.
type lane struct {
	route string
	major string
	free  bool // interactions: no global limit, and too many to keep a bucket for each
}

// take lets a request through (0), or says how long it has to wait before it
// asks again.
func (l *limiter) take(ln lane, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ln.free {
		return 0
	}
	l.fill(now)
	if wait := l.blocked.Sub(now); wait > 0 {
		return wait
	}
	b := l.buckets[l.key(ln)]
	if b != nil && b.remaining <= 0 && b.reset.After(now) {
		return b.reset.Sub(now)
	}
	if l.tokens < 1 {
		return time.Duration((1 - l.tokens) / globalRate * float64(time.Second))
	}
	l.tokens--
	if b != nil {
		if !b.reset.After(now) {
			b.remaining = max(1, b.limit)
		}
		b.remaining--
	}
	return 0
}

func (l *limiter) fill(now time.Time) {
	if l.filled.IsZero() || now.Before(l.filled) {
		l.filled = now
	}
	l.tokens = min(globalBurst, l.tokens+now.Sub(l.filled).Seconds()*globalRate)
	l.filled = now
}

func (l *limiter) key(ln lane) string {
	name := l.names[ln.route]
	if name == "" {
		name = ln.route
	}
	return name + " " + ln.major
}

// learn takes in what an answer says about limits. wait is how long a 429
// asks for, from header or body, whichever is longer.
func (l *limiter) learn(ln lane, h http.Header, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ln.free {
		return
	}
	if name := h.Get("X-RateLimit-Bucket"); name != "" && len(l.names) < maxBuckets {
		l.names[ln.route] = name
	}
	after, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	limit, err3 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	if err != nil || err2 != nil || err3 != nil || after < 0 {
		return
	}
	l.set(l.key(ln), bucket{limit: limit, remaining: remaining, reset: now.Add(seconds(after))}, now)
}

func (l *limiter) set(key string, b bucket, now time.Time) {
	if len(l.buckets) >= maxBuckets {
		l.sweep(now)
	}
	l.buckets[key] = &b
}

// sweep drops what says nothing any more, and everything when that was not
// enough: the worst of it is a 429 that is then honoured.
func (l *limiter) sweep(now time.Time) {
	for k, b := range l.buckets {
		if !b.reset.After(now) {
			delete(l.buckets, k)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}

// hold keeps a lane, or everything, back for a while after a 429.
func (l *limiter) hold(ln lane, wait time.Duration, global bool, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case global:
		if until := now.Add(wait); until.After(l.blocked) {
			l.blocked = until
		}
	case !ln.free:
		l.set(l.key(ln), bucket{limit: 1, reset: now.Add(wait)}, now)
	}
}

// refuse remembers that the token is no good.
func (l *limiter) refuse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused = true
}

func (l *limiter) isRefused() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

// seconds turns Discord's float seconds into a duration of at most a day.
func seconds(s float64) time.Duration {
	if !(s > 0) {
		return 0
	}
	return time.Duration(min(s, 86400) * float64(time.Second))
}
