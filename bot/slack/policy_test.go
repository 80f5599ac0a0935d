package slack

import (
	"errors"
	"testing"
	"time"
)

func steady() float64 { return 0 }

// TestPolicyWaits tells one day of a socket to the policy.
func TestPolicyWaits(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	p := &policy{jitter: steady}
	for i, c := range []struct {
		lived time.Duration
		end   ending
		want  time.Duration
	}{
		{5 * time.Hour, ending{reason: reasonRefresh}, 0},
		{5 * time.Hour, ending{reason: reasonWarning}, 0},
		{0, ending{err: errors.New("refused")}, 5 * time.Second},
		{0, ending{err: errors.New("refused")}, 10 * time.Second},
		{0, ending{err: errors.New("refused")}, 20 * time.Second},
		{0, ending{err: errors.New("limited"), wait: 90 * time.Second}, 90 * time.Second},
		{time.Hour, ending{err: errors.New("reset")}, 0},
		{time.Second, ending{reason: reasonRefresh}, 5 * time.Second},
		{0, ending{reason: reasonDisabled}, 5 * time.Minute},
		{0, ending{reason: reasonDisabled}, 5 * time.Minute},
		{0, ending{reason: reasonTooMany}, 2 * time.Minute},
		{0, ending{reason: reasonTooMany}, 4 * time.Minute},
		{0, ending{reason: reasonTooMany}, 8 * time.Minute},
		{0, ending{reason: reasonTooMany}, 15 * time.Minute},
		{0, ending{reason: reasonTooMany}, 15 * time.Minute},
		{2 * time.Hour, ending{reason: reasonRefresh}, 0},
		{0, ending{reason: reasonTooMany}, 2 * time.Minute},
	} {
		p.open(now)
		now = now.Add(c.lived)
		if got := p.next(c.end, now); got != c.want {
			t.Errorf("step %d: %v after %v: wait %v, want %v", i, c.end.reason, c.lived, got, c.want)
		}
	}
}

func TestPolicyBacksOffToItsEndAndSpreads(t *testing.T) {
	t.Parallel()
	p := &policy{jitter: steady}
	now := time.Unix(0, 0)
	var got time.Duration
	for range 100 {
		p.open(now)
		got = p.next(ending{err: errors.New("x")}, now)
	}
	if got != maxBackoff {
		t.Errorf("after 100 failures the wait is %v", got)
	}
	p.jitter = func() float64 { return .9999 }
	if got := p.next(ending{err: errors.New("x")}, now); got >= maxBackoff || got < maxBackoff*3/4 {
		t.Errorf("spread wait is %v", got)
	}
}

func TestLimiterKeepsEachKeysPace(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	l := newLimiter(func() time.Time { return now })
	take := func(channel string, waiting bool) time.Duration {
		wait, ok := l.take(time.Hour, "chat.postMessage", postRates(channel, waiting)...)
		if !ok {
			t.Fatal("refused")
		}
		return wait
	}
	for i, c := range []struct {
		channel string
		waiting bool
		want    time.Duration
	}{
		{"a", false, 0}, {"a", false, channelSpacing}, // a channel at a time
		{"b", false, 0}, {"c", false, workspaceSpacing}, // the burst of three is spent
		{"d", true, 0}, {"e", true, 0}, // people who wait go before
		{"f", false, 4 * workspaceSpacing},
	} {
		if got := take(c.channel, c.waiting); got != c.want {
			t.Errorf("take %d (%s): wait %v, want %v", i, c.channel, got, c.want)
		}
	}
	if wait, ok := l.take(time.Second, "chat.postMessage", postRates("a", false)...); ok || wait < channelSpacing {
		t.Errorf("a wait of %v was taken", wait)
	}
}

func TestLimiterPauses(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	l := newLimiter(func() time.Time { return now })
	l.pause("users.info", 30*time.Second)
	l.pause("users.info", time.Second) // a shorter one takes nothing back
	if wait, ok := l.take(0, "users.info"); ok || wait != 30*time.Second {
		t.Errorf("users.info waits %v", wait)
	}
	if _, ok := l.take(0, "views.open"); !ok {
		t.Error("the pause of one method stops another")
	}
	l.pause(pauseAll, time.Hour)
	if wait, ok := l.take(0, "views.open"); ok || wait != time.Hour {
		t.Errorf("in a pause of all, views.open waits %v", wait)
	}
	other := newLimiter(func() time.Time { return now })
	other.restore("T1", l.export("T1"))
	other.restore("T1", map[string]time.Time{"T2 views.open": now.Add(24 * time.Hour)})
	if wait, _ := other.take(0, "users.info"); wait != time.Hour {
		t.Errorf("restored, users.info waits %v", wait)
	}
}

// TestLimiterForgets checks that keys of channels do not pile up.
func TestLimiterForgets(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	l := newLimiter(func() time.Time { return now })
	for i := range 5000 {
		now = now.Add(time.Second)
		l.take(time.Hour, "chat.postMessage", postRates(string(rune('a'+i%26))+time.Duration(i).String(), true)...)
	}
	if n := len(l.due); n > 1100 {
		t.Errorf("%d keys are kept", n)
	}
}

func TestSeenForgetsInTime(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	s := newSeen(func() time.Time { return now })
	if !s.add("a") || s.add("a") || !s.add("") || !s.add("") {
		t.Error("a repeat is new, or something without a key is a repeat")
	}
	now = now.Add(seenLife - time.Second)
	if s.add("a") {
		t.Error("a repeat within two hours is new")
	}
	now = now.Add(2 * time.Second)
	if !s.add("a") {
		t.Error("after two hours it is still remembered")
	}
	s.drop("a")
	if !s.add("a") {
		t.Error("what was dropped is remembered")
	}
	for i := range 3 * maxSeen {
		s.add(time.Duration(i).String())
	}
	if len(s.until) > maxSeen || len(s.order) > maxSeen {
		t.Errorf("%d and %d are remembered", len(s.until), len(s.order))
	}
}
