package slack

import (
	"fmt"
	"testing"
	"time"
)

// TestProcessesShareOneBudget has processes post as fast as their shares let
// them, by a clock that goes on when all of them wait, to a workspace that lets
// through what one process may send: its rate, and its burst at once.
func TestProcessesShareOneBudget(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3} {
		now := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
		begin, due, refused, sent := now, now, 0, 0
		var all []*limiter
		for range n {
			l := newLimiter(func() time.Time { return now })
			l.setShare(n)
			all = append(all, l)
		}
		for now.Sub(begin) < 2*time.Minute {
			next := time.Hour
			for _, l := range all {
				// Each post is to a channel of its own, so that the workspace is the limit.
				wait, ok := l.take(0, "chat.postMessage", postRates(fmt.Sprint("C", sent), false)...)
				if !ok {
					next = min(next, wait)
					continue
				}
				next, sent = 0, sent+1
				if now.Before(due.Add(-workspaceSpacing * (postBurst - 1))) {
					refused++
				}
				due = later(due, now).Add(workspaceSpacing)
			}
			now = now.Add(next)
		}
		budget := int(now.Sub(begin) / workspaceSpacing)
		if refused > 0 || sent < budget*9/10 {
			t.Errorf("%d processes: %d of a budget of %d were sent, %d of them too early", n, sent, budget, refused)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// TestAPauseOfAnotherProcessIsKept takes a 429 over from one App to another
// that works already.
func TestAPauseOfAnotherProcessIsKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
	one, two := newLimiter(func() time.Time { return now }), newLimiter(func() time.Time { return now })
	one.pause("chat.postMessage", time.Minute)
	two.pause("chat.postMessage", 2*time.Minute)
	one.restore("T1", two.export("T1"))
	two.restore("T1", map[string]time.Time{"T1 chat.postMessage": now.Add(time.Second)}) // shorter: no change
	for _, l := range []*limiter{one, two} {
		if wait, ok := l.take(0, "chat.postMessage"); ok || wait != 2*time.Minute {
			t.Errorf("the next is in %v", wait)
		}
	}
}
