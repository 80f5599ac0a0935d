package discord

import (
	"context"
	"time"
)

// Fast shortens the times that tests would wait for, and keeps the one after
// which a slow handler is answered by "thinking" long enough not to strike by
// chance.
func Fast(o Options) Options {
	o.timing = defaultTiming()
	o.timing.ack = 2 * time.Second
	o.timing.complete = 2 * time.Second
	o.timing.open = 500 * time.Millisecond
	o.timing.ready = 500 * time.Millisecond
	o.timing.backoff = 5 * time.Millisecond
	o.timing.identify = time.Millisecond
	o.timing.invalid = 200 * time.Millisecond
	o.timing.retry = 2 * time.Millisecond
	return o
}

// AckAfter sets when a slow handler is answered by "thinking".
func AckAfter(o Options, d time.Duration) Options {
	o.timing.ack = d
	return o
}

// CompleteWithin sets how long completions may take.
func CompleteWithin(o Options, d time.Duration) Options {
	o.timing.complete = d
	return o
}

// Default keeps the times of the product.
func Default(o Options) Options {
	o.timing = defaultTiming()
	return o
}

// Sleeping replaces waiting, and the machine's time.
func Sleeping(o Options, f func(ctx context.Context, d time.Duration) error, now func() time.Time) Options {
	o.timing.sleep, o.timing.now = f, now
	return o
}

// PostText is what a payload shows.
func PostText(data []byte) string { return postText(data) }
