package discord

import (
	"context"
	"time"
)

// Fast shortens the times that tests wait for, and makes those that strike
// only when something is slow so long that they do not strike by chance: a
// test about one of them sets it.
func Fast(o Options) Options {
	o.timing = defaultTiming()
	for _, limit := range []*time.Duration{&o.timing.ack, &o.timing.hand, &o.timing.complete, &o.timing.form, &o.timing.answer, &o.timing.endpoint,
		&o.timing.once, &o.timing.event, &o.timing.door, &o.timing.open, &o.timing.ready, &o.timing.close} {
		*limit = time.Minute
	}
	o.timing.backoff = 5 * time.Millisecond
	o.timing.identify = time.Millisecond
	o.timing.invalid = 50 * time.Millisecond
	o.timing.retry = 2 * time.Millisecond
	return o
}

// HandAfter sets how long a request waits while others are worked on.
func HandAfter(o Options, d time.Duration) Options {
	o.timing.hand = d
	return o
}

// OpenWithin sets how long connecting to the gateway may take.
func OpenWithin(o Options, d time.Duration) Options {
	o.timing.open = d
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

// Permissions is what the bot may do in a channel, by its own reckoning.
func Permissions(ctx context.Context, a *Adapter, channel string) (int64, error) {
	have, err := a.permissions(ctx, channel)
	return have.rights, err
}

// PostText is what a payload shows.
func PostText(data []byte) string { return postText(data) }

// Knows reports whether it is known what a channel is.
func Knows(a *Adapter, channel string) bool {
	_, ok := a.places.get(channel, a.opts.timing.now())
	return ok
}
