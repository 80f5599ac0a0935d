package schedule_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

// shared is a platform that remembers its share.
type shared struct {
	*bottest.Platform
	mu     sync.Mutex
	share  int
	pauses map[string]time.Time
}

func (s *shared) Share(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.share = n
}

func (s *shared) Heed(pauses map[string]time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pauses = pauses
}

func (s *shared) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.share
}

// hand is a worker of a crew, whose waits end when the test lets them.
type hand struct {
	platform *shared
	crew     *schedule.Crew
	steps    chan struct{}
	goOn     chan struct{}
	stop     context.CancelFunc
	done     chan error
}

func newHand(t *testing.T, s *store.Store, clock *digesttest.Clock, name string) *hand {
	t.Helper()
	h := &hand{platform: &shared{Platform: bottest.NewPlatform("slack"), share: 1}, steps: make(chan struct{}), goOn: make(chan struct{}), done: make(chan error, 1)}
	wait := func(ctx context.Context, _ time.Duration) error {
		for _, on := range []chan struct{}{h.steps, h.goOn} {
			select {
			case on <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}
	h.crew = &schedule.Crew{Store: s, Process: name, Platforms: []bot.Platform{h.platform}, Now: clock.Now, Wait: wait, Log: slog.New(slog.DiscardHandler),
		Pauses: func(platform string) map[string]time.Time { return map[string]time.Time{platform: clock.Now()} }}
	ctx, cancel := context.WithCancel(t.Context())
	h.stop = cancel
	go func() { h.done <- h.crew.Run(ctx) }()
	// Two wait: the one that renews the lease, and the one that looks.
	<-h.steps
	<-h.steps
	return h
}

// step lets the lease be renewed and the workers be counted.
func (h *hand) step() {
	for range 2 {
		<-h.goOn
	}
	for range 2 {
		<-h.steps
	}
}

// TestWorkersShareTheBudget lets a worker come, work beside another, and die:
// at no time do their shares make more than one.
func TestWorkersShareTheBudget(t *testing.T) {
	t.Parallel()
	onStores(t, func(t *testing.T, s *store.Store) {
		clock := digesttest.NewClock(time.Time{})
		one := newHand(t, s, clock, "a")
		one.step()
		if got := one.platform.now(); got != 1 {
			t.Errorf("alone it has 1/%d", got)
		}
		two := newHand(t, s, clock, "b")
		if got := two.platform.now(); got < 10 {
			t.Errorf("before the other knows, it takes 1/%d", got)
		}
		for range 3 {
			clock.Advance(3 * time.Second)
			one.step()
			two.step()
		}
		if a, b := one.platform.now(), two.platform.now(); a != 2 || b != 2 {
			t.Errorf("they have 1/%d and 1/%d", a, b)
		}
		if one.platform.pauses["slack"].IsZero() {
			t.Error("it does not hear of pauses")
		}
		// The second dies: it renews no more.
		for died := clock.Now(); one.platform.now() != 1; {
			clock.Advance(3 * time.Second)
			if one.step(); clock.Now().Sub(died) > 15*time.Second {
				t.Fatalf("after %v the other has 1/%d", clock.Now().Sub(died), one.platform.now())
			}
		}
		one.stop()
		if err := <-one.done; err != nil {
			t.Error(err)
		}
		two.stop()
		<-two.done
		if n, err := s.LeasesHeld(t.Context(), "worker:", clock.Now()); err != nil || n != 0 {
			t.Errorf("%d workers are left, %v", n, err)
		}
	})
}
