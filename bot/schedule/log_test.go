package schedule_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/deliver"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// lines are those of a log, as JSON.
func lines(t *testing.T, log string) (out []map[string]any) {
	t.Helper()
	for line := range strings.Lines(log) {
		fields := map[string]any{}
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		out = append(out, fields)
	}
	return out
}

// TestEachLineAboutADeliverySaysWhich has a busy morning on which everything
// happens to a post that can, and reads its log.
func TestEachLineAboutADeliverySaysWhich(t *testing.T) {
	t.Parallel()
	o, log := newOffice(t, storetest.SQLite(t)), &bottest.Buffer{}
	logger := slog.New(slog.NewJSONHandler(log, nil))
	for i := range 30 {
		_, err := o.store.CreateSubscription(t.Context(), digesttest.Subscription(func(s *digest.Subscription) {
			s.Destination.Channel, s.Threads = fmt.Sprintf("C%d", i), i%2 == 0
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := o.store.SaveProfile(t.Context(), digest.Profile{Destination: o.sub.Destination, Quiet: digest.QuietHours{From: 0, To: 24 * 60, Drop: true}}); err != nil {
		t.Fatal(err)
	}
	opts := schedule.Options{Store: o.store, Platforms: []bot.Platform{bottest.Findable{Platform: o.platform}}, Now: o.clock.Now, Lang: "en",
		Log: logger.With("by", "schedule"), Operator: &digest.Destination{Platform: "slack", Channel: "COPS"}}
	ours := logger.With("by", "deliver")
	w := deliver.New(deliver.Options{Ledger: o.store, Troubles: schedule.NewTroubles(opts), Platforms: opts.Platforms, Now: o.clock.Now, Elapsed: elapsed(o.clock), Log: ours,
		Hours: schedule.Hours{Store: o.store, Now: o.clock.Now, Log: ours}})
	outcome := func(fate bot.Fate, suspend bool, wait time.Duration) bottest.Outcome {
		return bottest.Outcome{Err: &bot.SendError{Fate: fate, Suspend: suspend, RetryAfter: wait, Reason: "test", Err: errors.New("as told")}}
	}
	if err := o.open(t, func(so *schedule.Options) { so.Log = opts.Log }).Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.platform.Early(2)
	o.platform.Script(outcome(bot.Unsent, false, time.Second), outcome(bot.Unclear, false, 0), outcome(bot.Unclear, false, 0), outcome(bot.Unclear, false, 0),
		outcome(bot.Refused, true, 0), outcome(bot.Refused, false, 0), outcome(bot.Unsent, false, 9*time.Hour))
	o.alertFor(t)
	for range 4 {
		o.clock.Advance(time.Minute)
		if _, err := w.Reconcile(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		o.all(t, w)
	}
	var said []string
	for _, line := range lines(t, log.String()) {
		msg := fmt.Sprint(line["msg"])
		said = append(said, msg)
		want := []string{"edition", "subscription", "destination"}
		if line["delivery"] != nil || line["by"] == "deliver" || msg == "a post needs a look" || msg == "subscription suspended" {
			want = append(want, "delivery")
		}
		for _, key := range want {
			if v := line[key]; v == nil || v == float64(0) || v == "" {
				t.Errorf("%q has no %s: %v", msg, key, line)
			}
		}
	}
	for _, msg := range []string{"edition built", "posted", "post not confirmed", "a post cannot be looked for", "a post needs a look", "subscription suspended", "an alert came too late before quiet hours"} {
		if !slices.Contains(said, msg) {
			t.Errorf("nothing says %q", msg)
		}
	}
}

// alertFor writes an alert to where it is quiet.
func (o *office) alertFor(t *testing.T) {
	t.Helper()
	sub, err := o.store.CreateSubscription(t.Context(), digesttest.Subscription(func(s *digest.Subscription) {
		s.Kind, s.Schedule, s.NextRun, s.Destination = digest.AlertKind, "", time.Time{}, o.sub.Destination
	}))
	if err != nil {
		t.Fatal(err)
	}
	plan := digesttest.Plan(sub, 1, func(p *digest.EditionPlan) {
		p.Edition.Slot, p.Deliveries[0].NotBefore, p.Deliveries[0].Deadline = "alert:1:1", o.clock.Now(), o.clock.Now().Add(time.Hour)
	})
	if _, _, err := o.store.CreateEdition(t.Context(), plan, nil); err != nil {
		t.Fatal(err)
	}
}
