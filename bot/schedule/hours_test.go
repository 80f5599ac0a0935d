package schedule_test

import (
	"errors"
	"fmt"
	"log/slog"
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

// night is a desk just before quiet hours, with a platform and who posts there.
type night struct {
	*desk
	platform *bottest.Platform
	worker   *deliver.Worker
}

func newNight(d *desk, q digest.QuietHours) *night {
	d.Helper()
	n := &night{desk: d, platform: bottest.NewPlatform("slack")}
	log := slog.New(slog.DiscardHandler)
	troubles := schedule.NewTroubles(schedule.Options{Store: d.store, Platforms: []bot.Platform{n.platform}, Now: d.clock.Now, Log: log})
	n.worker = deliver.New(deliver.Options{Ledger: d.store, Troubles: troubles, Platforms: []bot.Platform{n.platform}, Now: d.clock.Now, Elapsed: elapsed(d.clock), Log: log,
		Hours: schedule.Hours{Store: d.store, Zone: "UTC", Now: d.clock.Now, Log: log}, Jitter: func(w time.Duration) time.Duration { return w }})
	q.From, q.To, q.Zone = 22*60, 7*60, "UTC"
	d.quiet(q)
	d.clock.Set(time.Date(2026, 11, 24, 21, 59, 0, 0, time.UTC))
	return n
}

// post attempts all that is due.
func (n *night) post() {
	n.Helper()
	due, err := n.store.DueDeliveries(n.Context(), n.clock.Now(), 100)
	n.check(err)
	for _, d := range due {
		_, err := n.worker.Deliver(n.Context(), d.ID)
		n.check(err)
	}
}

func (n *night) away(times int) {
	for range times {
		n.platform.Script(bottest.Outcome{Err: &bot.SendError{Fate: bot.Unsent, RetryAfter: 2 * time.Minute, Reason: "ratelimited", Err: errors.New("429")}})
	}
}

func (n *night) seen(sub digest.Subscription, want int) {
	n.Helper()
	if got := n.platform.Visible(sub.Destination); len(got) != want {
		n.Errorf("at %s %d posts are visible, want %d: %v", n.clock.Now().Format("15:04"), len(got), want, got)
	}
}

func TestQuietHoursComeBeforeARetry(t *testing.T) {
	t.Parallel()
	onDesks(t, map[string]func(*desk){"an alert is held": nightAlert, "or dropped": nightDrop, "a bundle": nightBundle, "an update waits": nightUpdate, "the rest of a post waits": nightRest})
}

// nightAlert has an alert that cannot be posted in time go out in the morning,
// with one of the night, and be told once.
func nightAlert(d *desk) {
	n := newNight(d, digest.QuietHours{})
	sub := d.alert("korea-trade", func(s *digest.Subscription) { s.Rules.Cooldown = 10 * time.Hour })
	first := d.add(title("Just before the night"), 0)
	d.wants(sub, 1)
	n.away(1)
	n.post()
	for range 3 {
		d.clock.Advance(2 * time.Minute)
		n.post()
	}
	n.seen(sub, 0)
	d.add(title("More of it in the night"), first) // it waits already
	d.add(title("In the night"), 0)
	d.wants(sub, 1)
	d.restart()
	d.clock.Set(time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC))
	d.wants(sub, 2, "2 alerts that waited", "Just before the night", "In the night")
	n.post()
	d.step()
	n.post()
	n.seen(sub, 2)                        // the parts of one message
	d.add(title("In the morning"), first) // three sources, two when it was told
	d.wants(sub, 2)
	all, err := d.store.HeldFor(d.Context(), sub.Destination)
	d.check(err)
	if len(all) != 0 {
		d.Errorf("still held: %+v", all)
	}
}

// nightDrop has chosen to hear nothing of the night.
func nightDrop(d *desk) {
	n := newNight(d, digest.QuietHours{Drop: true})
	sub := d.alert("korea-trade", nil)
	d.add(nil, 0)
	d.wants(sub, 1)
	n.away(1)
	for range 3 {
		n.post()
		d.clock.Advance(2 * time.Minute)
	}
	d.clock.Set(time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC))
	d.wants(sub, 1)
	n.post()
	n.seen(sub, 0)
}

// nightBundle has several alerts in one message that comes too late.
func nightBundle(d *desk) {
	n := newNight(d, digest.QuietHours{})
	sub := d.alert("korea", func(s *digest.Subscription) { s.Rules.PerHour = 1 })
	d.clock.Set(time.Date(2026, 11, 24, 20, 59, 0, 0, time.UTC))
	for i := range 3 {
		d.add(title(fmt.Sprintf("Story %d", i)), 0)
		d.step()
	}
	n.post()
	n.seen(sub, 1)
	d.clock.Advance(time.Hour)
	d.wants(sub, 2, "2 alerts that waited")
	n.away(1)
	n.post()
	d.clock.Advance(2 * time.Minute)
	n.post()
	n.seen(sub, 1)
	d.clock.Set(time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC))
	d.wants(sub, 3, "2 alerts that waited", "Story 1", "Story 2")
	n.post()
	d.step()
	n.seen(sub, 2)
}

// nightUpdate follows a story: its update goes out as it is, in its thread.
func nightUpdate(d *desk) {
	n := newNight(d, digest.QuietHours{})
	first := d.add(nil, 0)
	sub := d.alert(fmt.Sprintf("story:%d", first), func(s *digest.Subscription) { s.Kind, s.Created = digest.FollowKind, d.clock.Now() })
	d.clock.Advance(time.Second)
	d.add(title("One more thing"), first)
	d.wants(sub, 1)
	n.away(1)
	n.post()
	d.clock.Advance(2 * time.Minute)
	n.post()
	d.clock.Set(time.Date(2026, 11, 25, 6, 59, 0, 0, time.UTC))
	n.post()
	n.seen(sub, 0)
	d.clock.Advance(time.Minute)
	n.post()
	n.seen(sub, 1)
}

// nightRest has a message of two parts, of which one is visible at night.
func nightRest(d *desk) {
	n := newNight(d, digest.QuietHours{})
	sub := d.alert("korea", nil)
	e, _, err := d.store.CreateEdition(d.Context(), digesttest.Plan(sub, 2, func(p *digest.EditionPlan) {
		p.Edition.Slot = "bundle:1"
		for i := range p.Deliveries {
			p.Deliveries[i].NotBefore, p.Deliveries[i].Deadline = d.clock.Now(), d.clock.Now().Add(2*time.Hour)
		}
	}), nil)
	d.check(err)
	n.post()
	n.seen(sub, 1)
	d.clock.Advance(time.Minute)
	n.post()
	d.clock.Set(time.Date(2026, 11, 25, 6, 59, 0, 0, time.UTC))
	n.post()
	n.seen(sub, 1)
	d.clock.Advance(time.Minute)
	n.post()
	n.seen(sub, 2)
	parts, err := d.store.Deliveries(d.Context(), e.ID)
	d.check(err)
	if parts[1].State != digest.Sent {
		d.Errorf("%+v", parts[1])
	}
}

// TestADigestInQuietHoursIsSilent is due at 08:00 in Seoul, where it is quiet
// until nine.
func TestADigestInQuietHoursIsSilent(t *testing.T) {
	t.Parallel()
	for to, silent := range map[int]bool{9 * 60: true, 7 * 60: false} {
		o := newOffice(t, storetest.SQLite(t))
		if err := o.store.SaveProfile(t.Context(), digest.Profile{Destination: o.sub.Destination, Quiet: digest.QuietHours{From: 22 * 60, To: to}}); err != nil {
			t.Fatal(err)
		}
		o.tickWith(t, func(s *schedule.Options) { s.Composer.Profile = o.store.Profile })
		parts, err := o.store.Deliveries(t.Context(), o.editions(t)[0].ID)
		if err != nil || len(parts) == 0 {
			t.Fatal(parts, err)
		}
		for _, p := range parts {
			if strings.Contains(string(p.Payload), `"silent":true`) != silent || p.NotBefore.After(o.clock.Now()) {
				t.Errorf("quiet until %d: %s at %v", to, p.Payload, p.NotBefore)
			}
		}
	}
}

// tickWith is the minute of another process.
func (o *office) tickWith(t *testing.T, change func(*schedule.Options)) {
	t.Helper()
	if err := o.open(t, change).Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}
