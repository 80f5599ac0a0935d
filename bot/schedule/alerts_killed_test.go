package schedule_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

// fragile is a store that fails after so many writes, before or after it has
// done them: the program is killed there.
type fragile struct {
	*store.Store
	left  int
	after bool
}

var errKilled = errors.New("killed")

func (f *fragile) guard(write func() error) error {
	f.left--
	if f.left == 0 && !f.after {
		return errKilled
	}
	err := write()
	if f.left == 0 {
		return errKilled
	}
	return err
}

func (f *fragile) CreateEditions(ctx context.Context, plans []digest.EditionPlan, enqueue func(context.Context, *sql.Tx, []int64) error) (n int, err error) {
	err = f.guard(func() (err error) { n, err = f.Store.CreateEditions(ctx, plans, enqueue); return err })
	return n, err
}

func (f *fragile) AddHeld(ctx context.Context, held ...digest.Held) error {
	return f.guard(func() error { return f.Store.AddHeld(ctx, held...) })
}

func (f *fragile) SetSetting(ctx context.Context, key, value string) error {
	return f.guard(func() error { return f.Store.SetSetting(ctx, key, value) })
}

func (f *fragile) DelayHeld(ctx context.Context, ids []int64, until time.Time) error {
	return f.guard(func() error { return f.Store.DelayHeld(ctx, ids, until) })
}

// alertsKilled kills the program at each of its writes, before and after, and
// compares the outcome with that of one that lives.
func alertsKilled(d *desk) {
	sub := d.alert("korea", func(s *digest.Subscription) { s.Rules.PerHour = 2 })
	_, _, direct := digesttest.Destinations()
	other := d.alert("korea-trade", func(s *digest.Subscription) { s.Destination = direct })
	for kill := 1; kill <= 12; kill++ {
		first := d.add(nil, 0)
		d.add(nil, first)
		f := &fragile{Store: d.store, left: (kill + 1) / 2, after: kill%2 == 0}
		d.alerts = schedule.NewAlerts(d.options(f))
		for range 5 {
			if _, err := d.alerts.Step(d.Context()); err != nil && !errors.Is(err, errKilled) {
				d.Fatal(err)
			}
		}
		d.restart()
		d.clock.Advance(20 * time.Minute)
		d.step()
	}
	d.clock.Advance(2 * time.Hour)
	d.step()
	if sent := d.sent(other); len(sent) != 12 {
		d.Errorf("%d alerts of 12 stories: %q", len(sent), sent)
	}
	told := strings.Join(d.sent(sub), "\n")
	for n := 2; n <= d.n; n += 2 {
		if want := fmt.Sprintf("round %d\"", n); strings.Count(told, want) > 1 {
			d.Errorf("%s was told twice", want)
		}
	}
}
