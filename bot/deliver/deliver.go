package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Ledger is the part of the store that delivering needs.
type Ledger interface {
	// ClaimDelivery moves a due row from pending to sending, or an interrupted
	// one that this worker may reconcile; false when there is nothing to do.
	ClaimDelivery(ctx context.Context, id int64, now time.Time) (digest.Delivery, bool, error)
	FinishDelivery(ctx context.Context, d digest.Delivery) error
	StuckDeliveries(ctx context.Context, startedBefore time.Time, limit int) ([]digest.Delivery, error)
	// Deliveries are those of an edition: a part that goes under the first asks
	// where that is.
	Deliveries(ctx context.Context, editionID int64) ([]digest.Delivery, error)
	// Delivery is one as it is now.
	Delivery(ctx context.Context, id int64) (digest.Delivery, error)
}

// Troubles hears of what needs a person.
type Troubles interface {
	// Suspend writes that the delivery, as it is given, failed, stops its
	// subscription and has its owner told once: all of it or, with an error,
	// nothing.
	Suspend(ctx context.Context, d digest.Delivery, cause *bot.SendError) error
	// Report tells the operator that a part's fate is unknown, or that it was
	// given up.
	Report(ctx context.Context, d digest.Delivery, what string)
}

// Hours knows when a destination is to be left alone.
type Hours interface {
	// Hold takes a claimed delivery back that must not be posted now, and writes
	// what becomes of it; again is when to try it again, zero for never. held is
	// false when it may be posted.
	Hold(ctx context.Context, d digest.Delivery) (again time.Time, held bool, err error)
}

// Options are what a Worker needs.
type Options struct {
	Ledger    Ledger
	Troubles  Troubles
	Hours     Hours // nil: everything may be posted at any time
	Platforms []bot.Platform
	Now       func() time.Time
	Log       *slog.Logger
	Timeout   time.Duration                     // of one attempt; 0 means 30 s
	Skew      time.Duration                     // how far clocks of replicas may differ; 0 means 10 s
	Patience  time.Duration                     // how long a post is looked for that cannot be looked for at once; 0 means 10 min
	Elapsed   func() time.Duration              // a clock that nobody sets; nil means the machine's
	Jitter    func(time.Duration) time.Duration // picks a wait below its argument; nil means at random
}

// Worker delivers. It is safe for concurrent use.
type Worker struct {
	o         Options
	platforms map[string]bot.Platform
	lines     map[string]*line
}

// New makes a Worker.
func New(o Options) *Worker {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Skew == 0 {
		o.Skew = 10 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Minute
	}
	if o.Elapsed == nil {
		start := time.Now()
		o.Elapsed = func() time.Duration { return time.Since(start) }
	}
	if o.Jitter == nil {
		o.Jitter = func(d time.Duration) time.Duration { return rand.N(d) }
	}
	w := &Worker{o: o, platforms: map[string]bot.Platform{}, lines: map[string]*line{}}
	for _, p := range o.Platforms {
		w.platforms[p.Name()] = p
		w.lines[p.Name()] = newLine(p)
	}
	return w
}

// Key is what a platform knows a delivery by: the same for each attempt.
func Key(d digest.Delivery) string {
	return fmt.Sprintf("e%d.%d.%s", d.EditionID, d.Part, d.Destination)
}

// Deliver attempts one delivery. It returns when to try again, the zero time
// for never. An error means that the ledger could not be read or written; the
// sweep comes back to it.
func (w *Worker) Deliver(ctx context.Context, id int64) (again time.Time, err error) {
	f := &fence{o: &w.o, began: w.o.Now(), elapsed: w.o.Elapsed()}
	d, ok, err := w.o.Ledger.ClaimDelivery(ctx, id, f.began)
	switch {
	case digest.CodeOf(err) == digest.NotFound:
		return time.Time{}, nil // deleted meanwhile
	case err != nil:
		return time.Time{}, err
	case !ok:
		again, err = w.waiting(ctx, d)
	default:
		f.d = d
		again, err = w.attempt(ctx, f)
	}
	return again, w.elsewhere(ctx, d, err)
}

// elsewhere takes it as no error that another process has taken a delivery up,
// which is then that one's, or that the delivery was deleted.
func (w *Worker) elsewhere(ctx context.Context, d digest.Delivery, err error) error {
	if code := digest.CodeOf(err); err == nil || code != digest.Conflict && code != digest.NotFound {
		return err
	}
	w.o.Log.InfoContext(ctx, "a delivery was taken up elsewhere", append(d.Attrs(), "error", err)...)
	return nil
}

// attempt posts what was claimed.
func (w *Worker) attempt(ctx context.Context, f *fence) (again time.Time, err error) {
	d := f.d
	p, ok := w.platforms[d.Destination.Platform]
	if !ok {
		// Not a failure: a token may be missing for one start.
		return w.later(context.WithoutCancel(ctx), d, time.Minute, d.Destination.Platform+" is not connected")
	}
	if w.o.Hours != nil {
		if again, held, err := w.o.Hours.Hold(ctx, d); held || err != nil {
			return w.unposted(ctx, d, again, err)
		}
	}
	post, err := w.post(ctx, d)
	if err != nil {
		return w.unposted(ctx, d, again, err)
	}
	ref, err := f.send(ctx, p, post)
	return w.settle(ctx, d, post, ref, err)
}

// unposted is how an attempt ends before it posted anything. After an error
// the row is to say so; should that fail too, it is reconciled like any that
// was interrupted.
func (w *Worker) unposted(ctx context.Context, d digest.Delivery, again time.Time, err error) (time.Time, error) {
	if code := digest.CodeOf(err); err == nil || code == digest.Conflict || code == digest.NotFound {
		return again, err
	}
	return w.later(context.WithoutCancel(ctx), d, w.o.Jitter(backoff(d.Attempts)), err.Error())
}

// writeTime bounds how long the outcome of an attempt is being written. One
// that cannot be written is found out again, as after a crash.
const writeTime = time.Minute

// partPause is how long a part waits for the one before it.
const partPause = time.Second

// waiting says when a delivery that cannot be posted now may be: when its time
// comes, or shortly, when it waits for the part before it. One whose deadline
// has passed is given up; one that is not pending needs nothing.
func (w *Worker) waiting(ctx context.Context, d digest.Delivery) (time.Time, error) {
	now := w.o.Now()
	switch {
	case d.State != digest.Pending:
		return time.Time{}, nil
	case !d.Deadline.IsZero() && !d.Deadline.After(now):
		return w.giveUp(ctx, d, "it waited too long")
	case d.NotBefore.After(now):
		return d.NotBefore, nil
	}
	return now.Add(partPause), nil
}

// giveUp ends a delivery whose time is over.
func (w *Worker) giveUp(ctx context.Context, d digest.Delivery, why string) (time.Time, error) {
	d.State, d.LastError, d.Updated = digest.Dead, why, w.o.Now()
	if err := w.o.Ledger.FinishDelivery(ctx, d); err != nil {
		return time.Time{}, err
	}
	w.o.Troubles.Report(ctx, d, "given up after its time was over: "+why)
	return time.Time{}, nil
}

// settle writes down what became of an attempt.
func (w *Worker) settle(ctx context.Context, d digest.Delivery, post bot.Post, ref string, err error) (time.Time, error) {
	// What happened is written even when the program is stopping.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	if err == nil {
		return w.sent(ctx, d, ref)
	}
	var cause *bot.SendError
	if !errors.As(err, &cause) {
		cause = &bot.SendError{Fate: bot.Unclear, Reason: "unexpected", Err: err}
	}
	w.o.Log.WarnContext(ctx, "post not confirmed", append(d.Attrs(), "fate", string(cause.Fate), "reason", cause.Reason, "attempt", d.Attempts)...)
	switch cause.Fate {
	case bot.Unsent:
		if errors.Is(err, bot.ErrLate) { // by no fault of the platform's, and nobody is to wait for it
			return w.later(ctx, d, 0, cause.Error())
		}
		return w.later(ctx, d, w.turn(d, cause), cause.Error())
	case bot.Refused:
		return time.Time{}, w.refused(ctx, d, cause)
	}
	post.Started = d.Started
	return w.unclear(ctx, d, post, cause)
}

func (w *Worker) sent(ctx context.Context, d digest.Delivery, ref string) (time.Time, error) {
	d.State, d.Ref, d.LastError, d.Updated = digest.Sent, ref, "", w.o.Now()
	w.o.Log.InfoContext(ctx, "posted", append(d.Attrs(), "ref", ref)...)
	return time.Time{}, w.o.Ledger.FinishDelivery(ctx, d)
}

// later puts a delivery that is surely unsent back, or gives it up when its
// time is over.
func (w *Worker) later(ctx context.Context, d digest.Delivery, wait time.Duration, why string) (time.Time, error) {
	now := w.o.Now()
	d.State, d.LastError, d.NotBefore, d.Updated = digest.Pending, why, now.Add(wait), now
	if !d.Deadline.IsZero() && d.NotBefore.After(d.Deadline) {
		return w.giveUp(ctx, d, why)
	}
	return d.NotBefore, w.o.Ledger.FinishDelivery(ctx, d)
}

func (w *Worker) refused(ctx context.Context, d digest.Delivery, cause *bot.SendError) error {
	d.State, d.LastError, d.Updated = digest.Failed, cause.Error(), w.o.Now()
	if cause.Suspend {
		return w.o.Troubles.Suspend(ctx, d, cause)
	}
	if err := w.o.Ledger.FinishDelivery(ctx, d); err != nil {
		return err
	}
	w.o.Troubles.Report(ctx, d, "refused: "+cause.Reason)
	return nil
}

// backoff is the longest wait before attempt n+1: 2 s doubled, up to 5 min.
func backoff(attempts int) time.Duration {
	return min(5*time.Minute, 2*time.Second<<min(max(attempts-1, 0), 10))
}
