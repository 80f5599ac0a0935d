package discord

import (
	"fmt"
	"testing"
	"time"
)

// TestProcessesShareOneBudget has processes post as fast as their shares let
// them, by a clock that goes on when all of them wait, to a Discord that lets
// fifty through in any second.
func TestProcessesShareOneBudget(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3} {
		now := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
		begin, refused := now, 0
		var all []*limiter
		for range n {
			l := newLimiter()
			l.setShare(n)
			all = append(all, l)
		}
		var sent []time.Time
		for now.Sub(begin) < time.Minute {
			next := time.Hour
			for _, l := range all {
				wait := l.take(lane{route: "POST channels/messages", major: fmt.Sprint(len(sent))}, now)
				if wait > 0 {
					next = min(next, wait+time.Nanosecond) // a part of a nanosecond is one
					continue
				}
				next, sent = 0, append(sent, now)
				if n := len(sent); n > 50 && now.Sub(sent[n-51]) < time.Second {
					refused++
				}
			}
			now = now.Add(next)
		}
		if budget := int(globalRate * now.Sub(begin).Seconds()); refused > 0 || len(sent) < budget*9/10 {
			t.Errorf("%d processes: %d of a budget of %d were sent, %d of them too early", n, len(sent), budget, refused)
		}
	}
}

// TestProcessesShareTheLimitOfAChannel posts from several processes to one
// channel of a Discord that lets five through in five seconds.
func TestProcessesShareTheLimitOfAChannel(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 5} {
		now := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
		all := make([]pacer, n)
		for i := range all {
			all[i].next = map[string]time.Time{}
			all[i].setShare(n)
		}
		var sent []time.Time
		for end := now.Add(time.Minute); now.Before(end); now = now.Add(10 * time.Millisecond) {
			for i := range all {
				if all[i].take("1", now, 0) > 0 {
					continue
				}
				if sent = append(sent, now); len(sent) > channelPosts && now.Sub(sent[len(sent)-1-channelPosts]) < channelWindow {
					t.Fatalf("%d processes: six within %v", n, now.Sub(sent[len(sent)-1-channelPosts]))
				}
			}
		}
		if len(sent) < 30 {
			t.Errorf("%d processes: %d in a minute", n, len(sent))
		}
	}
}

// TestAPauseOfAnotherProcessIsKept takes a 429 over from one that works beside
// it, and no shorter one.
func TestAPauseOfAnotherProcessIsKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
	one, two, ln := newLimiter(), newLimiter(), lane{route: "POST channels/messages", major: "1"}
	two.hold(ln, time.Minute, false, now)
	one.restore(two.export(now), now)
	one.restore(map[string]time.Time{ln.pauseKey(): now.Add(time.Second)}, now)
	if wait := one.take(ln, now); wait != time.Minute {
		t.Errorf("the next is in %v", wait)
	}
}
