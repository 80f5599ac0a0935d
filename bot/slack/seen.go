package slack

import (
	"sync"
	"time"
)

// seen remembers what was taken on, so that a repeat does nothing: Slack
// delivers at least once, and up to four times when an answer is late.
type seen struct {
	now func() time.Time

	mu    sync.Mutex
	until map[string]time.Time
	order []string // by time of arrival
}

// maxSeen bounds the memory: at 50 requests a second it is the last half hour.
const maxSeen = 100_000

func newSeen(now func() time.Time) *seen {
	return &seen{now: now, until: map[string]time.Time{}}
}

// add reports whether key is new, and remembers it. An empty key is always new.
func (s *seen) add(key string) bool {
	if key == "" {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.forget(now)
	if until, ok := s.until[key]; ok && until.After(now) {
		return false
	}
	s.until[key] = now.Add(seenLife)
	s.order = append(s.order, key)
	return true
}

// drop forgets a key, for what was not taken on after all.
func (s *seen) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.until, key)
}

// forget drops what is past. The oldest go too when there are too many.
func (s *seen) forget(now time.Time) {
	for len(s.order) > 0 {
		oldest := s.order[0]
		if until, ok := s.until[oldest]; ok && until.After(now) && len(s.order) < maxSeen {
			return
		}
		delete(s.until, oldest)
		s.order = s.order[1:]
	}
}
