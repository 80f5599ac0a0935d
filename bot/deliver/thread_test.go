package deliver_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/digest"
)

// threaded makes every part after the first go under it.
func threaded(p *digest.EditionPlan) {
	for i := 1; i < len(p.Deliveries); i++ {
		p.Deliveries[i].Thread = digest.ThreadFirst
	}
}

// ref is where the first part of a desk is.
func (d *desk) ref(t testing.TB) string {
	t.Helper()
	row, err := d.store.Delivery(t.Context(), d.delivered[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return row.Ref
}

func TestDetailsGoUnderTheFirstPart(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3, plain, threaded)
	for part := range 3 {
		d.deliver(t, part)
	}
	first := d.ref(t)
	if first == "" {
		t.Fatal("the first part has no reference")
	}
	for part, want := range []string{"", first, first} {
		if got := d.platform.Under(deliver.Key(d.delivered[part])); got != want {
			t.Errorf("part %d is under %q, want %q", part, got, want)
		}
	}
}

func TestAnUpdateGoesUnderTheMessageItNames(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, plain, func(p *digest.EditionPlan) { p.Deliveries[0].Thread = "C1/1.2" })
	d.deliver(t, 0)
	if got := d.platform.Under(deliver.Key(d.delivered[0])); got != "C1/1.2" {
		t.Errorf("it is under %q", got)
	}
}

// Details whose headline was refused, or may not be there, are read by
// themselves rather than not at all.
func TestDetailsWithoutAFirstPartStandByThemselves(t *testing.T) {
	t.Parallel()
	refused := bottest.Outcome{Err: &bot.SendError{Fate: bot.Refused, Reason: "invalid_blocks", Err: errors.New("refused")}}
	for _, c := range []struct {
		name  string
		first bottest.Outcome
		want  digest.DeliveryState
	}{
		{"refused", refused, digest.Failed},
		{"unknown", unclear(true), digest.Unknown},
		{"too late", unsent(7 * time.Hour), digest.Dead},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 2, blind, threaded)
			d.platform.Script(c.first)
			d.deliver(t, 0)
			d.deliver(t, 1)
			if got := d.state(t, 0); got != c.want {
				t.Errorf("the first part is %s, want %s", got, c.want)
			}
			details := deliver.Key(d.delivered[1])
			if !slices.Contains(d.visible(), details) || d.platform.Under(details) != "" {
				t.Errorf("visible %v, the details under %q", d.visible(), d.platform.Under(details))
			}
		})
	}
}

// What a crash interrupted goes, or is looked for, where it went at first.
func TestInterruptedDetailsGoUnderTheFirstPartToo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2, func(p *bottest.Platform) bot.Platform { p.Window = 10 * time.Minute; return p }, threaded)
	d.deliver(t, 0)
	if _, ok, err := d.store.ClaimDelivery(t.Context(), d.delivered[1].ID, d.clock.Now()); err != nil || !ok {
		t.Fatal(ok, err)
	}
	d.clock.Advance(2 * time.Minute)
	if n, err := d.worker.Reconcile(t.Context(), 10); err != nil || n != 1 {
		t.Fatalf("reconciled %d, %v", n, err)
	}
	if got := d.platform.Under(deliver.Key(d.delivered[1])); got != d.ref(t) || d.state(t, 1) != digest.Sent {
		t.Errorf("it is %s under %q, want %q", d.state(t, 1), got, d.ref(t))
	}
}
