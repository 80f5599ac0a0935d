package deliver_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// A post that cannot be looked for yet is looked for again, and not given up
// as unknown at the first try.
func TestWhatCannotBeLookedForYetIsLookedForLater(t *testing.T) {
	t.Parallel()
	for _, shows := range []bool{true, false} {
		d := newDesk(t, 1, findable)
		d.platform.Script(unclear(shows))
		d.platform.Early(3)
		for range 6 {
			d.deliver(t, 0)
			if d.state(t, 0) == digest.Unknown {
				t.Fatal("given up too early")
			}
			d.clock.Advance(time.Minute)
			if _, err := d.worker.Reconcile(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
		}
		if d.state(t, 0) != digest.Sent || len(d.visible()) != 1 || len(d.troubles.reported) != 0 {
			t.Errorf("shows %t: %s, visible %v, reported %v", shows, d.state(t, 0), d.visible(), d.troubles.reported)
		}
	}
}

func TestWhatCannotBeLookedForAtLengthIsUnknownAndTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, findable)
	d.platform.Script(unclear(true))
	d.platform.Early(1000)
	d.deliver(t, 0)
	for range 12 {
		d.clock.Advance(time.Minute)
		if _, err := d.worker.Reconcile(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
	}
	if d.state(t, 0) != digest.Unknown || len(d.troubles.reported) != 1 {
		t.Errorf("%s, reported %v", d.state(t, 0), d.troubles.reported)
	}
}

// A token that is missing for one start makes nothing unknown.
func TestAnInterruptedPostWaitsForItsPlatform(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, findable)
	if _, ok, err := d.store.ClaimDelivery(t.Context(), d.delivered[0].ID, d.clock.Now()); err != nil || !ok {
		t.Fatal(ok, err)
	}
	d.clock.Advance(time.Minute)
	away := deliver.New(deliver.Options{Ledger: d.store, Troubles: d.troubles, Now: d.clock.Now, Elapsed: d.elapsed, Log: slog.New(slog.DiscardHandler)})
	if _, err := away.Reconcile(t.Context(), 10); err != nil || d.state(t, 0) != digest.Sending {
		t.Fatalf("%s, %v", d.state(t, 0), err)
	}
	if _, err := d.worker.Reconcile(t.Context(), 10); err != nil || d.state(t, 0) != digest.Pending {
		t.Errorf("%s, %v", d.state(t, 0), err)
	}
}

// twin gives rows that another process finishes first.
type twin struct {
	*store.Store
	before func(d digest.Delivery)
}

func (l twin) FinishDelivery(ctx context.Context, d digest.Delivery) error {
	l.before(d)
	return l.Store.FinishDelivery(ctx, d)
}

// Two processes may take up the same row. The second leaves it, and goes on
// with the others.
func TestTwoMayReconcileTheSame(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, findable)
	if _, ok, err := d.store.ClaimDelivery(t.Context(), d.delivered[0].ID, d.clock.Now()); err != nil || !ok {
		t.Fatal(ok, err)
	}
	d.clock.Advance(time.Minute)
	other := twin{d.store, func(digest.Delivery) {
		if _, err := d.worker.Reconcile(t.Context(), 10); err != nil {
			t.Error(err)
		}
		d.clock.Advance(time.Minute)
		d.deliver(t, 0)
	}}
	second := deliver.New(deliver.Options{Ledger: other, Troubles: d.troubles, Platforms: []bot.Platform{bottest.Findable{Platform: d.platform}}, Now: d.clock.Now, Elapsed: d.elapsed, Log: slog.New(slog.DiscardHandler)})
	if _, err := second.Reconcile(t.Context(), 10); err != nil {
		t.Error(err)
	}
	if d.state(t, 0) != digest.Sent || len(d.visible()) != 1 {
		t.Errorf("%s, visible %v", d.state(t, 0), d.visible())
	}
}
