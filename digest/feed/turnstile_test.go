package feed

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/temoto/robotstxt"
)

func TestTurnstileLimitsAndPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ts := newTurnstile(1, time.Second, time.Now)
		began := time.Now()
		var entered []time.Duration
		for range 3 {
			if err := ts.enter(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
			entered = append(entered, time.Since(began))
			ts.leave("a")
		}
		if entered[0] != 0 || entered[1] != time.Second || entered[2] != 2*time.Second {
			t.Errorf("entered after %v", entered)
		}
		if err := ts.enter(t.Context(), "b"); err != nil || time.Since(began) != 2*time.Second {
			t.Errorf("another host waits: %v after %v", err, time.Since(began))
		}
		ts.leave("b")
	})
}

func TestTurnstileGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ts := newTurnstile(1, time.Minute, time.Now)
		if err := ts.enter(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		full, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := ts.enter(full, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while full: %v", err)
		}
		ts.leave("a")
		pausing, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := ts.enter(pausing, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("in the pause: %v", err)
		}
		if err := ts.enter(t.Context(), "a"); err != nil {
			t.Errorf("a waiter that gave up kept the turn: %v", err)
		}
		ts.leave("a")
	})
}

func TestTurnstileForgetsHosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, pause := range []time.Duration{0, time.Second} {
			ts := newTurnstile(2, pause, time.Now)
			for i := range 1_000 {
				host := "h" + strconv.Itoa(i)
				if err := ts.enter(t.Context(), host); err != nil {
					t.Fatal(err)
				}
				ts.leave(host)
				<-time.After(10 * time.Millisecond) // of the bubble's clock
			}
			if n := len(ts.hosts); n > 300 {
				t.Errorf("pause %v: %d hosts are kept", pause, n)
			}
		}
	})
}

func TestCrawlDelayIsBounded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "User-agent: *\nDisallow: /x\n": 0, "User-agent: *\nCrawl-delay: 7\n": 7 * time.Second, "User-agent: *\nCrawl-delay: 86400\n": maxCrawlDelay,
		"User-agent: *\nCrawl-delay: -5\n": 0, "User-agent: daybrief\nCrawl-delay: 3\n\nUser-agent: *\nCrawl-delay: 9\n": 3 * time.Second,
	} {
		data, err := robotstxt.FromString(text)
		if err != nil {
			continue // what cannot be read asks for nothing
		}
		if got := (robotsEntry{data: data}).delay(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if got := (robotsEntry{}).delay(); got != 0 {
		t.Errorf("without a file: %v", got)
	}
}

func TestRobotsCacheIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c := &robotsCache{now: func() time.Time { return now }, entries: map[string]robotsEntry{}}
	for i := range 3 * maxRobots {
		c.put(strconv.Itoa(i), robotsEntry{until: now.Add(time.Hour)})
	}
	if len(c.entries) > maxRobots {
		t.Errorf("%d entries", len(c.entries))
	}
	c.put("x", robotsEntry{until: now.Add(time.Hour)})
	if _, ok := c.get("x"); !ok {
		t.Error("the latest is gone")
	}
	now = now.Add(2 * time.Hour)
	if _, ok := c.get("x"); ok {
		t.Error("an old entry is used")
	}
}
