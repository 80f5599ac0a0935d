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

func newClock(now func() time.Time, wait func(context.Context, time.Duration) error) clock {
	if now == nil {
		now = time.Now
	}
	if wait == nil {
		wait = sleep
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
