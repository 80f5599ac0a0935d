package slack

import (
	"context"
	"time"
)

// clock is the time and how to wait for it, so that a test can move both.
type clock struct {
	now  func() time.Time
	wait func(ctx context.Context, d time.Duration) error
}

// newClock is the clock of what Slack counts: rates, sockets, triggers. It is
// the machine's, even where the time of digests is another, unless waiting was
// given too: a clock that stands still while the program waits would never
// come to the end of a wait.
func newClock(now func() time.Time, wait func(context.Context, time.Duration) error) clock {
	if wait == nil {
		return clock{time.Now, sleep}
	}
	return clock{now, wait}
}

// sleep waits for d or until ctx is done, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
