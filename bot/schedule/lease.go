package schedule

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Leases is where it stands who alone does something; the store is one.
type Leases interface {
	AcquireLease(ctx context.Context, l digest.Lease, now time.Time) (bool, error)
	RenewLease(ctx context.Context, l digest.Lease, now time.Time) (bool, error)
	ReleaseLease(ctx context.Context, l digest.Lease) error
}

// Times of a lease. One whose holder died is taken over within leaseFor and
// leaseEvery, 14 s; a holder that cannot reach the database has two more tries
// before it must stop, and stops a second before another may begin.
const (
	leaseFor   = 11 * time.Second
	leaseEvery = 3 * time.Second
	leaseStop  = leaseFor - time.Second
)

// Holder does what one of several processes may do at a time: hold the
// connection of a gateway, look for alerts. It is safe for concurrent use.
type Holder struct {
	Leases  Leases
	Process string // names this process among all: host, number, start
	Now     func() time.Time
	Wait    func(ctx context.Context, d time.Duration) error // nil: the clock of the machine
	Log     *slog.Logger
}

// Hold runs work whenever this process has the lease of one of the names, and
// cancels it when the lease is lost. It returns when ctx is done, giving the
// lease up at once so that another need not wait, or with the error of work,
// which is then over for good. Several names are several places: a process
// takes one of them.
func (h *Holder) Hold(ctx context.Context, names []string, work func(ctx context.Context) error) error {
	for ctx.Err() == nil {
		for _, name := range names {
			lease, ok := h.acquire(ctx, name)
			if !ok {
				continue
			}
			if err := h.during(ctx, lease, work); err != nil {
				return err
			}
			break
		}
		if h.wait(ctx, leaseEvery) != nil {
			break
		}
	}
	return nil
}

func (h *Holder) acquire(ctx context.Context, name string) (digest.Lease, bool) {
	now := h.Now()
	lease := digest.Lease{Name: name, Holder: h.Process, Until: now.Add(leaseFor)}
	ok, err := h.Leases.AcquireLease(ctx, lease, now)
	if err != nil && ctx.Err() == nil {
		h.Log.WarnContext(ctx, "a lease could not be asked for", "lease", name, "error", err)
	}
	return lease, ok && err == nil
}

// during runs work while the lease is renewed.
func (h *Holder) during(ctx context.Context, lease digest.Lease, work func(ctx context.Context) error) error {
	h.Log.InfoContext(ctx, "lease taken", "lease", lease.Name)
	wctx, cancel := context.WithCancel(ctx)
	defer cancel()
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		defer cancel()
		h.keep(wctx, lease)
	}()
	err := contained(wctx, work)
	if wctx.Err() != nil { // lost, or the end of the program: no fault of the work's
		err = nil
	}
	cancel()
	<-kept
	// The row says who may begin, so it goes even when the program is stopping.
	rctx, done := context.WithTimeout(context.WithoutCancel(ctx), leaseEvery)
	defer done()
	if rerr := h.Leases.ReleaseLease(rctx, lease); rerr != nil {
		h.Log.WarnContext(ctx, "a lease could not be given up; it runs out by itself", "lease", lease.Name, "error", rerr)
	}
	return err
}

// keep renews a lease until it is lost or ctx is done.
func (h *Holder) keep(ctx context.Context, lease digest.Lease) {
	sure := h.Now() // the lease is ours for leaseFor from here
	for h.wait(ctx, leaseEvery) == nil {
		now := h.Now()
		lease.Until = now.Add(leaseFor)
		ok, err := h.renew(ctx, lease, sure.Add(leaseStop).Sub(now))
		switch {
		case err == nil && ok:
			sure = now
		case err == nil:
			h.Log.WarnContext(ctx, "lease lost to another process", "lease", lease.Name)
			return
		case ctx.Err() == nil && h.Now().Sub(sure)+leaseEvery > leaseStop:
			h.Log.WarnContext(ctx, "lease lost: the database cannot be reached", "lease", lease.Name, "error", err)
			return
		}
	}
}

// renew gives up in time to stop before the lease has run out, of which left
// is left: a database that does not answer is as one that refuses.
func (h *Holder) renew(ctx context.Context, lease digest.Lease, left time.Duration) (bool, error) {
	rctx, done := context.WithTimeout(ctx, min(leaseEvery, left))
	defer done()
	return h.Leases.RenewLease(rctx, lease, lease.Until.Add(-leaseFor))
}

func (h *Holder) wait(ctx context.Context, d time.Duration) error {
	if h.Wait != nil {
		return h.Wait(ctx, d)
	}
	return pause(ctx, d)
}

// pause waits by the clock of the machine.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// contained turns a panic of work into its error: a process must not keep a
// lease that it no longer uses.
func contained(ctx context.Context, work func(ctx context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return work(ctx)
}
