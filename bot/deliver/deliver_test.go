package deliver_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// desk is a store with one edition in parts, a fake platform, and a worker.
type desk struct {
	store     *store.Store
	clock     *digesttest.Clock
	platform  *bottest.Platform
	worker    *deliver.Worker
	troubles  *troubles
	edition   digest.Edition
	delivered []digest.Delivery
}

type troubles struct {
	ledger              deliver.Ledger
	suspended, reported []string
}

func (t *troubles) Suspend(ctx context.Context, d digest.Delivery, cause *bot.SendError) error {
	t.suspended = append(t.suspended, cause.Reason)
	return t.ledger.FinishDelivery(ctx, d)
}

func (t *troubles) Report(_ context.Context, _ digest.Delivery, what string) {
	t.reported = append(t.reported, what)
}

func newDesk(t testing.TB, parts int, as func(*bottest.Platform) bot.Platform, change ...func(*digest.EditionPlan)) *desk {
	t.Helper()
	d := &desk{store: storetest.SQLite(t), clock: digesttest.NewClock(time.Time{}), platform: bottest.NewPlatform("slack"), troubles: &troubles{}}
	d.troubles.ledger = d.store
	sub, err := d.store.CreateSubscription(t.Context(), digesttest.Subscription(nil))
	if err != nil {
		t.Fatal(err)
	}
	plan := digesttest.Plan(sub, parts, func(p *digest.EditionPlan) {
		for i := range p.Deliveries {
			p.Deliveries[i].Deadline = d.clock.Now().Add(6 * time.Hour)
		}
		for _, f := range change {
			f(p)
		}
	})
	if d.edition, _, err = d.store.CreateEdition(t.Context(), plan, nil); err != nil {
		t.Fatal(err)
	}
	if d.delivered, err = d.store.Deliveries(t.Context(), d.edition.ID); err != nil {
		t.Fatal(err)
	}
	d.worker = deliver.New(deliver.Options{Ledger: d.store, Troubles: d.troubles, Platforms: []bot.Platform{as(d.platform)}, Now: d.clock.Now,
		Elapsed: d.elapsed, Log: slog.New(slog.DiscardHandler), Jitter: func(w time.Duration) time.Duration { return w }})
	return d
}

func plain(p *bottest.Platform) bot.Platform    { return p }
func findable(p *bottest.Platform) bot.Platform { return bottest.Findable{Platform: p} }
func blind(p *bottest.Platform) bot.Platform    { return bottest.Findable{Platform: p, Blind: true} }

// elapsed is the clock that nobody sets, as the desk's goes: no test is late
// because its machine is slow.
func (d *desk) elapsed() time.Duration { return d.clock.Now().Sub(digesttest.Now()) }

func (d *desk) deliver(t testing.TB, part int) time.Time {
	t.Helper()
	again, err := d.worker.Deliver(t.Context(), d.delivered[part].ID)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func (d *desk) state(t testing.TB, part int) digest.DeliveryState {
	t.Helper()
	row, err := d.store.Delivery(t.Context(), d.delivered[part].ID)
	if err != nil {
		t.Fatal(err)
	}
	return row.State
}

func (d *desk) visible() []string { return d.platform.Visible(d.delivered[0].Destination) }

func unsent(wait time.Duration) bottest.Outcome {
	return bottest.Outcome{Err: &bot.SendError{Fate: bot.Unsent, RetryAfter: wait, Reason: "ratelimited", Err: errors.New("429")}}
}

func unclear(shows bool) bottest.Outcome {
	return bottest.Outcome{Err: &bot.SendError{Fate: bot.Unclear, Reason: "timeout", Err: errors.New("timeout")}, Shows: shows}
}

func TestAPostIsSentOnceHoweverOftenItIsDelivered(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, plain)
	for range 3 {
		d.deliver(t, 0)
	}
	if got := d.visible(); len(got) != 1 || d.state(t, 0) != digest.Sent {
		t.Errorf("visible %v, state %s", got, d.state(t, 0))
	}
}

func TestPartsAreReadInTheirOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3, plain)
	d.platform.Script(unsent(time.Minute))
	for _, part := range []int{2, 1, 0, 1, 2} { // the first part is refused for a minute
		d.deliver(t, part)
	}
	if got := d.visible(); len(got) != 0 {
		t.Errorf("a later part stands before the first: %v", got)
	}
	d.clock.Advance(2 * time.Minute)
	for _, part := range []int{2, 0, 1, 2} {
		d.deliver(t, part)
	}
	want := []string{deliver.Key(d.delivered[0]), deliver.Key(d.delivered[1]), deliver.Key(d.delivered[2])}
	if got := d.visible(); !slices.Equal(got, want) {
		t.Errorf("visible %v, want %v", got, want)
	}
}

func TestWhatIsUnsentWaitsAsLongAsAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, plain)
	d.platform.Script(unsent(90 * time.Second))
	again := d.deliver(t, 0)
	if want := d.clock.Now().Add(90 * time.Second); !again.Equal(want) {
		t.Errorf("again at %v, want %v", again, want)
	}
	d.clock.Advance(80 * time.Second)
	if d.deliver(t, 0); len(d.visible()) != 0 {
		t.Error("posted before the wait was over")
	}
	d.clock.Advance(20 * time.Second)
	if d.deliver(t, 0); len(d.visible()) != 1 {
		t.Error("not posted after the wait")
	}
}

func TestNobodyWantsThisMorningsNewsTomorrow(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, plain)
	d.platform.Script(unsent(7 * time.Hour))
	d.deliver(t, 0)
	if d.state(t, 0) != digest.Dead || len(d.troubles.reported) != 1 {
		t.Errorf("state %s, reported %v", d.state(t, 0), d.troubles.reported)
	}
}

func TestOneThatCannotGoYetSaysWhen(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2, plain)
	if again := d.deliver(t, 1); !again.Equal(d.clock.Now().Add(time.Second)) {
		t.Errorf("the second part is tried again at %v", again)
	}
	d.clock.Advance(7 * time.Hour)
	d.deliver(t, 1)
	if d.state(t, 1) != digest.Dead {
		t.Errorf("past its deadline it is %s", d.state(t, 1))
	}
}

func TestWhatMayBeVisibleIsLookedForAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		as    func(*bottest.Platform) bot.Platform
		shows bool
		want  digest.DeliveryState
	}{
		{"it is there", findable, true, digest.Sent},
		{"it is not there", findable, false, digest.Pending},
		{"nobody may look", blind, true, digest.Unknown},
		{"nobody may look, and it is not there", blind, false, digest.Unknown},
		{"there is no way to look", plain, true, digest.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 1, c.as)
			d.platform.Script(unclear(c.shows))
			d.deliver(t, 0)
			if got := d.state(t, 0); got != c.want {
				t.Errorf("state %s, want %s", got, c.want)
			}
			if told := len(d.troubles.reported); (c.want == digest.Unknown) != (told == 1) {
				t.Errorf("the operator was told %d times", told)
			}
			d.clock.Advance(10 * time.Minute)
			d.deliver(t, 0)
			if n := len(d.visible()); n > 1 || (c.want != digest.Unknown && n != 1) {
				t.Errorf("visible %d times", n)
			}
		})
	}
}

func TestTheSameKeyIsSentAgainWhereItShowsOnce(t *testing.T) {
	t.Parallel()
	for _, shows := range []bool{true, false} {
		d := newDesk(t, 1, func(p *bottest.Platform) bot.Platform { p.Window = 2 * time.Minute; return p })
		d.platform.Script(unclear(shows))
		d.deliver(t, 0)
		if len(d.visible()) != 1 || d.state(t, 0) != digest.Sent {
			t.Errorf("shows %t: visible %v, state %s", shows, d.visible(), d.state(t, 0))
		}
	}
}

func TestWhatIsRefusedSuspends(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, plain)
	d.platform.Script(bottest.Outcome{Err: &bot.SendError{Fate: bot.Refused, Reason: "is_archived", Suspend: true, Err: errors.New("archived")}})
	d.deliver(t, 0)
	if d.state(t, 0) != digest.Failed || !slices.Equal(d.troubles.suspended, []string{"is_archived"}) {
		t.Errorf("state %s, suspended %v", d.state(t, 0), d.troubles.suspended)
	}
}

func TestACrashWhilePostingIsReconciled(t *testing.T) {
	t.Parallel()
	for _, landed := range []bool{true, false} {
		d := newDesk(t, 1, findable)
		row, ok, err := d.store.ClaimDelivery(t.Context(), d.delivered[0].ID, d.clock.Now())
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if landed { // posted, then the program died
			if _, err := d.platform.Send(t.Context(), bot.Post{Key: deliver.Key(row), To: row.Destination}); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := d.worker.Reconcile(t.Context(), 10); err != nil || n != 0 {
			t.Errorf("reconciled %d that may still be running, %v", n, err)
		}
		d.clock.Advance(5 * time.Minute)
		if n, err := d.worker.Reconcile(t.Context(), 10); err != nil || n != 1 {
			t.Errorf("reconciled %d, %v", n, err)
		}
		d.clock.Advance(5 * time.Minute)
		d.deliver(t, 0)
		if len(d.visible()) != 1 || d.state(t, 0) != digest.Sent {
			t.Errorf("landed %t: visible %v, state %s", landed, d.visible(), d.state(t, 0))
		}
	}
}

func TestAPlatformThatIsNotConnectedLosesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, func(*bottest.Platform) bot.Platform { return bottest.NewPlatform("discord") })
	d.deliver(t, 0)
	if d.state(t, 0) != digest.Pending {
		t.Errorf("state %s", d.state(t, 0))
	}
}

// Whatever the platform does, and wherever the program stops, each part is
// seen at most once where posts can be looked for, and once when all is over.
func TestWhateverHappensEachPartIsSeenOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := newDesk(t, rapid.IntRange(1, 3).Draw(rt, "parts"), findable)
		for step := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			part := rapid.IntRange(0, len(d.delivered)-1).Draw(rt, "part")
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0:
				d.platform.Script(unsent(time.Duration(step) * time.Second))
			case 1:
				d.platform.Script(unclear(rapid.Bool().Draw(rt, "shows")))
			case 2: // a crash after claiming, before or after the post
				row, ok, err := d.store.ClaimDelivery(t.Context(), d.delivered[part].ID, d.clock.Now())
				if err != nil {
					rt.Fatal(err)
				}
				if ok && rapid.Bool().Draw(rt, "posted") {
					_, _ = d.platform.Send(t.Context(), bot.Post{Key: deliver.Key(row), To: row.Destination})
				}
			}
			d.deliver(t, part)
			d.clock.Advance(time.Minute)
			if _, err := d.worker.Reconcile(t.Context(), 10); err != nil {
				rt.Fatal(err)
			}
		}
		for range 20 { // all is well again
			d.clock.Advance(6 * time.Minute)
			if _, err := d.worker.Reconcile(t.Context(), 10); err != nil {
				rt.Fatal(err)
			}
			for part := range d.delivered {
				d.deliver(t, part)
			}
		}
		want := []string{}
		for _, row := range d.delivered {
			want = append(want, deliver.Key(row))
		}
		if got := d.visible(); !slices.Equal(got, want) {
			rt.Fatalf("visible %v, want %v", got, want)
		}
	})
}
