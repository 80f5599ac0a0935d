package discord

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
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
	paused  map[string]time.Time // by what 429s asked for: route and major id, or everything
	names   map[string]string    // route -> bucket
	buckets map[string]*bucket   // bucket and major id -> state
	invalid window
	refused bool // Discord refused the token: nothing goes out any more
	share   int  // this process has one of so many shares of the global rate
}

type bucket struct {
	limit, remaining int
	reset            time.Time
}

// maxBuckets bounds the buckets kept. Those that are past their reset say
// nothing and are dropped first.
const maxBuckets = 2000

func newLimiter() *limiter {
	return &limiter{share: 1, tokens: globalBurst, paused: map[string]time.Time{}, names: map[string]string{}, buckets: map[string]*bucket{},
		invalid: window{span: invalidWindow, limit: invalidBreak}}
}

// Pace is how many posts a second this process lets out, when nothing else goes
// out.
func (a *Adapter) Pace() float64 {
	a.rest.limits.mu.Lock()
	defer a.rest.limits.mu.Unlock()
	return a.rest.limits.rate()
}

// Share has this process take one of n equal shares of what Discord lets
// through: of the global rate, and of the pace of a channel.
func (a *Adapter) Share(n int) {
	a.rest.limits.setShare(n)
	a.pace.setShare(n)
}

// Heed keeps to pauses that another process was asked for.
func (a *Adapter) Heed(pauses map[string]time.Time) {
	a.rest.limits.restore(pauses, a.opts.timing.now())
}

func (l *limiter) setShare(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.share = max(n, 1)
	l.tokens = min(l.tokens, l.burst())
}

// rate and burst are this process's shares.
func (l *limiter) rate() float64  { return globalRate / float64(l.share) }
func (l *limiter) burst() float64 { return max(globalBurst/float64(l.share), 1) }

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
	if wait := max(l.paused[pauseAll].Sub(now), l.paused[ln.pauseKey()].Sub(now)); wait > 0 {
		return wait
	}
	b := l.buckets[l.key(ln)]
	if b != nil && b.remaining <= 0 && b.reset.After(now) {
		return b.reset.Sub(now)
	}
	if l.tokens < 1 {
		return time.Duration((1 - l.tokens) / l.rate() * float64(time.Second))
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
	l.tokens = min(l.burst(), l.tokens+now.Sub(l.filled).Seconds()*l.rate())
	l.filled = now
}

func (l *limiter) key(ln lane) string {
	name := l.names[ln.route]
	if name == "" {
		name = ln.route
	}
	return name + " " + ln.major
}

// learn takes in what the headers of an answer say about limits.
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

// pauseAll is the key of a pause of everything.
const pauseAll = "*"

// pauseKey names a lane in pauses. It is not the bucket's name, which is
// learned anew after a restart.
func (ln lane) pauseKey() string { return strings.TrimSpace(ln.route + " " + ln.major) }

// hold keeps a lane, or everything, back for a while after a 429. It reports
// whether that is worth remembering over a restart.
func (l *limiter) hold(ln lane, wait time.Duration, global bool, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	until, key := now.Add(wait), ln.pauseKey()
	switch {
	case global:
		key = pauseAll
	case ln.free:
		return false
	default:
		l.set(l.key(ln), bucket{limit: 1, reset: until}, now)
	}
	if len(l.paused) >= maxBuckets {
		maps.DeleteFunc(l.paused, func(_ string, t time.Time) bool { return !t.After(now) })
	}
	if until.After(l.paused[key]) && (len(l.paused) < maxBuckets || key == pauseAll) {
		l.paused[key] = until
	}
	return wait >= keptPause
}

// keptPause is the shortest pause that is remembered over a restart, which
// takes about as long.
const keptPause = 2 * time.Second

// export returns the pauses that are still to come. Too many refused requests
// are a pause of everything.
func (l *limiter) export(now time.Time) map[string]time.Time {
	full := l.invalid.full(now)
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]time.Time{}
	for key, until := range l.paused {
		if until.After(now) {
			out[key] = until
		}
	}
	if until := now.Add(full); full > 0 && until.After(out[pauseAll]) {
		out[pauseAll] = until
	}
	return out
}

// restore takes in what export returned. A pause of more than a day is no
// pause that Discord gives.
func (l *limiter) restore(pauses map[string]time.Time, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, until := range pauses {
		if until.After(now) && until.After(l.paused[key]) && until.Before(now.Add(24*time.Hour)) && len(l.paused) < maxBuckets {
			l.paused[key] = until
		}
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
