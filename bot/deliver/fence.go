package deliver

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// lookAfter is how old an attempt, or the last look into the ledger, may be
// when a request goes out without another look. Most go out within
// milliseconds of the claim.
const lookAfter = 2 * time.Second

// fence keeps back the requests of an attempt that may no longer be the only
// one: see the package comment.
type fence struct {
	o       *Options
	d       digest.Delivery // as it was claimed
	began   time.Time
	elapsed time.Duration // by Options.Elapsed when the attempt began

	mu     sync.Mutex
	looked time.Duration // the attempt's age when the ledger was last asked
}

// age is how long ago the attempt began, by the clock that says more: the one
// on the wall goes on while a machine sleeps, and the other when the first is
// set back.
func (f *fence) age() time.Duration {
	return max(f.o.Now().Round(0).Sub(f.began.Round(0)), f.o.Elapsed()-f.elapsed)
}

// left is how much of the attempt is left.
func (f *fence) left() time.Duration { return f.o.Timeout - f.age() }

// check returns an error that wraps bot.ErrLate once the attempt is over, or
// another has taken the delivery up.
func (f *fence) check(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	age := f.age()
	if age < f.o.Timeout && age-f.looked >= lookAfter {
		row, err := f.o.Ledger.Delivery(ctx, f.d.ID)
		switch {
		case err != nil:
			return fmt.Errorf("%w, or not: the ledger cannot be asked: %w", bot.ErrLate, err)
		case row.State != digest.Sending || row.Attempts != f.d.Attempts:
			return fmt.Errorf("%w: delivery %d is %s, attempt %d", bot.ErrLate, row.ID, row.State, row.Attempts)
		}
		f.looked = age
	}
	if age = f.age(); age >= f.o.Timeout { // asking takes time too
		return fmt.Errorf("%w: it began %s ago", bot.ErrLate, age.Round(time.Millisecond))
	}
	return nil
}

// send posts while the fence is open.
func (f *fence) send(ctx context.Context, p bot.Platform, post bot.Post) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, f.left())
	defer cancel()
	ctx = bot.WithFence(ctx, f.check)
	if err := f.check(ctx); err != nil {
		return "", &bot.SendError{Fate: bot.Unsent, Reason: "late", Err: err}
	}
	return p.Send(ctx, post)
}
