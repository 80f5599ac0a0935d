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

// slowLedger is one whose answer to a claim comes late: the claim is written,
// then the network is cut for a while.
type slowLedger struct {
	*store.Store
	meanwhile func()
}

// ClaimDelivery claims, and answers after what happens meanwhile.
func (s slowLedger) ClaimDelivery(ctx context.Context, id int64, now time.Time) (digest.Delivery, bool, error) {
	d, ok, err := s.Store.ClaimDelivery(ctx, id, now)
	s.meanwhile()
	return d, ok, err
}

// slow is a second worker at the same desk, with a ledger that is slow.
func (d *desk) slow(meanwhile func()) *deliver.Worker {
	return deliver.New(deliver.Options{Ledger: slowLedger{d.store, meanwhile}, Troubles: d.troubles, Platforms: []bot.Platform{bottest.Findable{Platform: d.platform}},
		Now: d.clock.Now, Elapsed: d.elapsed, Log: slog.New(slog.DiscardHandler)})
}

func TestAClaimThatIsAnsweredTooLateIsNotActedUpon(t *testing.T) {
	t.Parallel()
	for _, taken := range []bool{true, false} {
		d := newDesk(t, 1, findable)
		worker := d.slow(func() {
			d.clock.Advance(time.Minute)
			if !taken {
				return
			}
			if _, err := d.worker.Reconcile(t.Context(), 10); err != nil {
				t.Error(err)
			}
			d.clock.Advance(time.Minute)
			d.deliver(t, 0)
		})
		if _, err := worker.Deliver(t.Context(), d.delivered[0].ID); err != nil {
			t.Error(err)
		}
		want := map[bool]digest.DeliveryState{true: digest.Sent, false: digest.Pending}[taken]
		if got := d.state(t, 0); got != want || taken != (len(d.visible()) == 1) {
			t.Errorf("taken %t: visible %v, state %s", taken, d.visible(), got)
		}
		d.clock.Advance(time.Minute)
		if d.deliver(t, 0); len(d.visible()) != 1 {
			t.Errorf("taken %t: visible %v in the end", taken, d.visible())
		}
	}
}
