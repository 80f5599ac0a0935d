package slack

import (
	"context"
	"time"
)

// Unhurried gives a minute to all that Slack waits three seconds for, so that
// no test depends on the speed of its machine.
func (o *Options) Unhurried() {
	o.due = deadlines{form: time.Minute, skeleton: time.Minute, submit: time.Minute, http: time.Minute, lookup: time.Minute}
}

// Hurried has forms opened and submissions acknowledged before what they wait
// for is there, for tests in which that never comes by itself.
func (o *Options) Hurried() { o.due.skeleton, o.due.submit = time.Millisecond, time.Millisecond }

// IsOutside reports whether a person is surely not in a channel.
func (a *App) IsOutside(ctx context.Context, channel, user string) bool {
	return a.isOutside(ctx, channel, user)
}
