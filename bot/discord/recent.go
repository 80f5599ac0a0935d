package discord

import (
	"container/list"
	"sync"
	"time"
)

// recent remembers a bounded number of things for a bounded time. When it is
// full the oldest goes first.
type recent[V any] struct {
	mu    sync.Mutex
	limit int
	life  time.Duration
	m     map[string]*list.Element
	order *list.List // of kept[V], oldest first
}

type kept[V any] struct {
	key   string
	value V
	at    time.Time
}

func newRecent[V any](limit int, life time.Duration) *recent[V] {
	return &recent[V]{limit: limit, life: life, m: map[string]*list.Element{}, order: list.New()}
}

func (r *recent[V]) get(key string, now time.Time) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.find(key, now)
}

func (r *recent[V]) find(key string, now time.Time) (V, bool) {
	if e, ok := r.m[key]; ok {
		if k := e.Value.(kept[V]); now.Sub(k.at) < r.life {
			return k.value, true
		}
	}
	var none V
	return none, false
}

func (r *recent[V]) put(key string, v V, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(kept[V]{key, v, now})
}

// add keeps a key that is not there yet and reports whether it was new.
func (r *recent[V]) add(key string, v V, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.find(key, now); ok {
		return false
	}
	r.keep(kept[V]{key, v, now})
	return true
}

func (r *recent[V]) drop(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.m[key]; ok {
		r.order.Remove(e)
		delete(r.m, key)
	}
}

func (r *recent[V]) keep(k kept[V]) {
	if e, ok := r.m[k.key]; ok {
		r.order.Remove(e)
	}
	r.m[k.key] = r.order.PushBack(k)
	for r.order.Len() > r.limit {
		oldest := r.order.Front()
		delete(r.m, oldest.Value.(kept[V]).key)
		r.order.Remove(oldest)
	}
}

// window counts how often something happened in the span before now.
type window struct {
	mu    sync.Mutex
	span  time.Duration
	limit int
	times []time.Time // at most limit, oldest first
}

// take counts one more, or says how long until that is allowed.
func (w *window) take(now time.Time) (wait time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.times) == w.limit {
		if wait := w.times[0].Add(w.span).Sub(now); wait > 0 {
			return wait
		}
		w.times = w.times[1:]
	}
	w.times = append(w.times, now)
	return 0
}

// full reports how long the span stays full: 0 when it is not.
func (w *window) full(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.times) < w.limit {
		return 0
	}
	return max(0, w.times[0].Add(w.span).Sub(now))
}

// pacer keeps a least time between two posts to one channel.
type pacer struct {
	mu    sync.Mutex
	next  map[string]time.Time
	share int // that this process has, as one of so many; 0 is 1
}

func (p *pacer) setShare(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.share = n
}

// Discord lets five posts through in five seconds. Several processes know not
// when the others post to a channel, so each has whole posts of the five.
const (
	channelPosts  = 5
	channelWindow = 5 * time.Second
)

func (p *pacer) spacing() time.Duration {
	if p.share <= 1 {
		return channelSpacing
	}
	return channelWindow / time.Duration(max(channelPosts/p.share, 1))
}

// take reserves the channel's next turn and says how long until then. Where
// that is longer than patience nothing is reserved.
func (p *pacer) take(channel string, now time.Time, patience time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now
	if n := p.next[channel]; n.After(at) {
		at = n
	}
	wait := at.Sub(now)
	if wait > patience {
		return wait
	}
	if len(p.next) >= keptPlace {
		for c, n := range p.next {
			if !n.After(now) {
				delete(p.next, c)
			}
		}
	}
	p.next[channel] = at.Add(p.spacing())
	return wait
}
