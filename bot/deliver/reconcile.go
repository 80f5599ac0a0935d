package deliver

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// atOnce is how many interrupted deliveries are looked into at a time, so that
// a platform that does not answer keeps no other waiting.
const atOnce = 16

// Reconcile takes up the deliveries that a crash left in "sending", and those
// whose fate could not be told yet. It returns how many it looked into. One
// that another process takes up at the same time is left to that one.
func (w *Worker) Reconcile(ctx context.Context, limit int) (n int, err error) {
	// An attempt that is still running in another process is younger than this,
	// by a clock that may differ from ours.
	before := w.o.Now().Add(-w.o.Timeout - w.o.Skew)
	stuck, err := w.o.Ledger.StuckDeliveries(ctx, before, limit)
	if err != nil {
		return 0, err
	}
	var group errgroup.Group
	var done atomic.Int64
	group.SetLimit(atOnce)
	for _, d := range stuck {
		group.Go(func() error {
			err := w.takeUp(ctx, d)
			if err == nil {
				done.Add(1)
			}
			return err
		})
	}
	err = group.Wait()
	return int(done.Load()), err
}

// takeUp looks into one interrupted delivery.
func (w *Worker) takeUp(ctx context.Context, d digest.Delivery) error {
	post, err := w.post(ctx, d)
	if err != nil {
		return err
	}
	post.Started = d.Started
	cause := &bot.SendError{Fate: bot.Unclear, Reason: "interrupted", Err: errors.New("the program stopped while posting")}
	_, err = w.unclear(ctx, d, post, cause)
	return w.elsewhere(ctx, d, err)
}

// unclear finds out what became of a post that may be visible. It never posts
// blindly: it sends again only where the platform shows the same key once.
func (w *Worker) unclear(ctx context.Context, d digest.Delivery, post bot.Post, cause *bot.SendError) (time.Time, error) {
	p := w.platforms[d.Destination.Platform]
	if r, ok := p.(bot.Repeater); ok && !post.Started.IsZero() && w.o.Now().Add(w.o.Timeout).Sub(post.Started) < r.RepeatWindow() {
		return w.repeat(ctx, d, p, post)
	}
	ref, err := w.find(ctx, p, post)
	switch {
	case err == nil && ref != "":
		return w.sent(ctx, d, ref)
	case err == nil:
		return w.later(ctx, d, w.o.Jitter(backoff(d.Attempts)), cause.Error())
	}
	w.o.Log.WarnContext(ctx, "a post cannot be looked for", append(d.Attrs(), "error", err)...)
	if !errors.Is(err, bot.ErrCannotLook) && w.o.Now().Sub(post.Started) < w.o.Patience {
		// The row stays "sending" with its start, so that Reconcile comes again.
		return time.Time{}, nil
	}
	d.State, d.LastError, d.Updated = digest.Unknown, cause.Error(), w.o.Now()
	if err := w.o.Ledger.FinishDelivery(ctx, d); err != nil {
		return time.Time{}, err
	}
	w.o.Troubles.Report(ctx, d, "it may or may not be visible: "+cause.Reason)
	return time.Time{}, nil
}

// find looks for a post. A platform that is not connected may be at the next
// start: a token may be missing for one.
func (w *Worker) find(ctx context.Context, p bot.Platform, post bot.Post) (string, error) {
	if p == nil {
		return "", errors.New(post.To.Platform + " is not connected")
	}
	f, ok := p.(bot.Finder)
	if !ok {
		return "", fmt.Errorf("%s: %w", p.Name(), bot.ErrCannotLook)
	}
	ctx, cancel := context.WithTimeout(ctx, w.o.Timeout)
	defer cancel()
	return f.Find(ctx, post)
}

// repeat sends the same key again, within the time in which the platform
// shows it once.
func (w *Worker) repeat(ctx context.Context, d digest.Delivery, p bot.Platform, post bot.Post) (time.Time, error) {
	f := &fence{o: &w.o, d: d, began: w.o.Now(), elapsed: w.o.Elapsed()}
	ref, err := f.send(ctx, p, post)
	if err == nil {
		return w.sent(ctx, d, ref)
	}
	var cause *bot.SendError
	if errors.As(err, &cause) && cause.Fate == bot.Refused {
		return time.Time{}, w.refused(ctx, d, cause)
	}
	// Still not told. The row stays "sending" with its start, so that Reconcile
	// comes again until the window closes.
	w.o.Log.WarnContext(ctx, "a repeated post is not confirmed either", append(d.Attrs(), "error", err)...)
	return time.Time{}, nil
}
