package schedule_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// dying is a store at whose suspension the program is killed: before it is
// written, or after and before anyone hears of it.
type dying struct {
	*store.Store
	after bool
}

func (s dying) SuspendDelivery(ctx context.Context, p digest.Suspension, enqueue func(context.Context, *sql.Tx, []int64) error) (bool, error) {
	if s.after {
		_, err := s.Store.SuspendDelivery(ctx, p, enqueue)
		return false, errors.Join(errKilled, err)
	}
	return s.Store.SuspendDelivery(ctx, p, func(context.Context, *sql.Tx, []int64) error { return errKilled })
}

// hand delivers by hand, without a queue.
func (o *office) hand(s schedule.Store, ledger deliver.Ledger) *deliver.Worker {
	opts := schedule.Options{Store: s, Platforms: []bot.Platform{bottest.Findable{Platform: o.platform}}, Now: o.clock.Now, Log: slog.New(slog.DiscardHandler), Lang: "en"}
	return deliver.New(deliver.Options{Ledger: ledger, Troubles: schedule.NewTroubles(opts), Platforms: opts.Platforms, Now: o.clock.Now, Elapsed: elapsed(o.clock), Log: opts.Log})
}

func archived() bottest.Outcome {
	return bottest.Outcome{Err: &bot.SendError{Fate: bot.Refused, Reason: "is_archived", Remedy: "Unarchive the channel.", Suspend: true, Err: errors.New("archived")}}
}

// all delivers what is due until nothing is.
func (o *office) all(t *testing.T, w *deliver.Worker) {
	t.Helper()
	for {
		due, err := o.store.DueDeliveries(t.Context(), o.clock.Now(), 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		for _, d := range due {
			if _, err := w.Deliver(t.Context(), d.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestAKillAtASuspensionTellsTheOwnerOnce kills the program at either side of
// what it writes when a channel refuses for good.
func TestAKillAtASuspensionTellsTheOwnerOnce(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, o *office) {
				owner := digest.Destination{Platform: "slack", Workspace: o.sub.Owner.Workspace, Channel: o.sub.Owner.ID, Direct: true}
				o.tick(t)
				parts, err := o.store.Deliveries(t.Context(), o.editions(t)[0].ID)
				if err != nil || len(parts) < 2 {
					t.Fatal(parts, err)
				}
				o.platform.Script(archived())
				if _, err := o.hand(dying{o.store, after}, o.store).Deliver(t.Context(), parts[0].ID); !errors.Is(err, errKilled) {
					t.Fatalf("it goes on: %v", err)
				}
				if !after { // it is found again, and each part is refused in its turn
					o.platform.Script(archived())
				}
				o.platform.Script(archived())
				alive := o.hand(o.store, o.store)
				for range 3 {
					o.clock.Advance(time.Minute)
					if _, err := alive.Reconcile(t.Context(), 10); err != nil {
						t.Fatal(err)
					}
					o.all(t, alive)
				}
				sub, err := o.store.Subscription(t.Context(), o.sub.ID)
				if err != nil || sub.State != digest.Suspended || sub.Reason != "Unarchive the channel." || !sub.NextRun.IsZero() {
					t.Errorf("%+v %v", sub, err)
				}
				if told := o.platform.Visible(owner); len(told) != 1 {
					t.Errorf("the owner was told %d times", len(told))
				}
				if seen := o.platform.Visible(o.sub.Destination); len(seen) != 0 {
					t.Errorf("visible where it was refused: %v", seen)
				}
			})
		})
	}
}

// TestARefusedNoticeSuspendsNothing has the owner bring the subscription back
// before the notice is refused: direct messages are closed.
func TestARefusedNoticeSuspendsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	o.tick(t)
	w := o.hand(o.store, o.store)
	o.platform.Script(archived(), archived())
	due, err := o.store.DueDeliveries(t.Context(), o.clock.Now(), 10)
	if err != nil || len(due) != 1 {
		t.Fatal(due, err)
	}
	if _, err := w.Deliver(t.Context(), due[0].ID); err != nil {
		t.Fatal(err)
	}
	sub, err := o.store.Subscription(t.Context(), o.sub.ID)
	if err != nil || sub.State != digest.Suspended {
		t.Fatal(sub, err)
	}
	sub.State, sub.Reason, sub.NextRun = digest.Active, "", o.clock.Now().Add(time.Hour)
	if err := o.store.UpdateSubscription(t.Context(), sub); err != nil {
		t.Fatal(err)
	}
	notices, err := o.store.Editions(t.Context(), digest.EditionFilter{Destination: digest.Destination{Platform: "slack", Channel: sub.Owner.ID, Direct: true}})
	if err != nil || len(notices) != 1 {
		t.Fatal(notices, err)
	}
	parts, err := o.store.Deliveries(t.Context(), notices[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Deliver(t.Context(), parts[0].ID); err != nil {
		t.Fatal(err)
	}
	if again, err := o.store.Subscription(t.Context(), sub.ID); err != nil || again.State != digest.Active {
		t.Errorf("%+v %v", again, err)
	}
}

// TestWhatIsForgottenIsNoTrouble has the subscription deleted while its post is
// on its way.
func TestWhatIsForgottenIsNoTrouble(t *testing.T) {
	t.Parallel()
	o := newOffice(t, storetest.SQLite(t))
	_, _, direct := digesttest.Destinations()
	o.sub.Destination = direct
	if err := o.store.UpdateSubscription(t.Context(), o.sub); err != nil {
		t.Fatal(err)
	}
	o.tick(t)
	due, err := o.store.DueDeliveries(t.Context(), o.clock.Now(), 1)
	if err != nil || len(due) != 1 {
		t.Fatal(due, err)
	}
	d, ok, err := o.store.ClaimDelivery(t.Context(), due[0].ID, o.clock.Now())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := o.store.ForgetPerson(t.Context(), digest.Person{Platform: direct.Platform, Workspace: direct.Workspace, ID: direct.Channel}); err != nil {
		t.Fatal(err)
	}
	d.State = digest.Failed
	troubles := schedule.NewTroubles(schedule.Options{Store: o.store, Now: o.clock.Now, Log: slog.New(slog.DiscardHandler)})
	if err := troubles.Suspend(t.Context(), d, archived().Err); err != nil {
		t.Error(err)
	}
}

// TestAScheduleThatCannotBeReadIsToldOnce has a subscription that an older
// program, or a hand in the database, left with a schedule that is none.
func TestAScheduleThatCannotBeReadIsToldOnce(t *testing.T) {
	t.Parallel()
	for _, to := range []digest.Destination{{Platform: "slack", Channel: "C1"}, {Platform: "slack", Channel: digesttest.Person().ID, Direct: true}} {
		o := newOffice(t, storetest.SQLite(t))
		sub, err := o.store.CreateSubscription(t.Context(), digesttest.Subscription(func(s *digest.Subscription) {
			s.Schedule, s.Destination = "not cron", to
		}))
		if err != nil {
			t.Fatal(err)
		}
		o.tickWith(t, func(s *schedule.Options) { s.Store = lazy{o.store} }) // killed before it is suspended
		for range 3 {
			o.clock.Advance(time.Minute)
			o.tick(t)
			o.all(t, o.hand(o.store, o.store))
		}
		if sub, err = o.store.Subscription(t.Context(), sub.ID); err != nil || sub.State != digest.Suspended || sub.Reason == "" {
			t.Errorf("%+v %v", sub, err)
		}
		if n := len(o.platform.Visible(digest.Destination{Platform: "slack", Channel: sub.Owner.ID, Direct: true})); n != 1 {
			t.Errorf("%s: the owner was told %d times", to, n)
		}
	}
}

// lazy changes no subscription.
type lazy struct{ *store.Store }

func (lazy) UpdateSubscription(context.Context, digest.Subscription) error { return errKilled }
