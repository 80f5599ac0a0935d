package deliver_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/digest"
)

// paced is a platform that lets two posts a second through.
type paced struct{ *bottest.Platform }

func (paced) Pace() float64 { return 2 }

// Those that come too early each get a turn of their own, at the platform's
// pace, however often they were tried.
func TestThoseThatComeTooEarlyFormALine(t *testing.T) {
	t.Parallel()
	const editions = 20
	d := newDesk(t, 1, plain)
	plan := func(i int) digest.EditionPlan {
		return digest.EditionPlan{Edition: digest.Edition{SubscriptionID: d.edition.SubscriptionID, Slot: time.Date(2027, 1, 1+i, 8, 0, 0, 0, time.UTC).Format(digest.SlotFormat), Content: []byte("{}")},
			Deliveries: []digest.Delivery{{Destination: d.delivered[0].Destination, Parts: 1, Payload: []byte("{}")}}}
	}
	worker := deliver.New(deliver.Options{Ledger: d.store, Troubles: d.troubles, Platforms: []bot.Platform{paced{d.platform}}, Now: d.clock.Now, Elapsed: d.elapsed, Log: slog.New(slog.DiscardHandler)})
	for i := range editions {
		e, _, err := d.store.CreateEdition(t.Context(), plan(i), nil)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := d.store.Deliveries(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		d.platform.Script(unsent(5 * time.Second))
		again, err := worker.Deliver(t.Context(), rows[0].ID)
		if want := d.clock.Now().Add(max(5*time.Second, time.Duration(i)*time.Second/2)); err != nil || !again.Equal(want) {
			t.Fatalf("the turn of %d is at %v, want %v (%v)", i, again, want, err)
		}
	}
	d.clock.Advance(time.Minute) // nobody is in line any more
	d.platform.Script(unsent(5 * time.Second))
	if again, err := worker.Deliver(t.Context(), d.delivered[0].ID); err != nil || !again.Equal(d.clock.Now().Add(5*time.Second)) {
		t.Errorf("the turn is at %v, %v", again, err)
	}
}
