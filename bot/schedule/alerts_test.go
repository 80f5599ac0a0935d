package schedule_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/story"
)

// desk has Alerts on a real store, and puts articles into stories by hand.
type desk struct {
	*testing.T
	store  *store.Store
	clock  *digesttest.Clock
	alerts *schedule.Alerts
	jobs   int
	n      int
}

func newDesk(t *testing.T, s *store.Store) *desk {
	t.Helper()
	d := &desk{T: t, store: s, clock: digesttest.NewClock(time.Time{})}
	d.restart()
	d.step() // the cursor stands at the end of what is there
	d.add(func(a *digest.Article) {
		a.Source, a.Stored, a.Countries, a.Topics = "Old Times", d.clock.Now().AddDate(0, 0, -9), nil, nil
	}, 0)
	return d
}

// readKR reads the queries of these tests.
func readKR(q string, _ time.Time) (digest.Query, error) {
	switch q {
	case "korea-trade":
		return digest.Query{Name: q, Countries: []string{"KR"}, Topics: []string{"trade"}}, nil
	case "korea":
		return digest.Query{Name: q, Countries: []string{"KR"}}, nil
	case "deal":
		return digest.Query{Name: q, Terms: []string{"deal"}}, nil
	}
	return query.New(query.Options{}).Read(q, time.Time{})
}

func (d *desk) options(s schedule.AlertStore) schedule.AlertOptions {
	return schedule.AlertOptions{Store: s, Read: readKR, Platforms: []bot.Platform{bottest.NewPlatform("slack")}, Now: d.clock.Now, Lang: "en", Zone: "UTC",
		Enqueue: func(_ context.Context, _ *sql.Tx, ids []int64) error { d.jobs += len(ids); return nil }}
}

func (d *desk) restart() { d.alerts = schedule.NewAlerts(d.options(d.store)) }

func (d *desk) check(err error) {
	d.Helper()
	if err != nil {
		d.Fatalf("%v (%s)", err, digest.HintOf(err))
	}
}

func (d *desk) step() {
	d.Helper()
	for more := true; more; {
		var err error
		more, err = d.alerts.Step(d.Context())
		d.check(err)
	}
}

// add stores an article in a story, 0 for a new one, and returns its ID. It is
// from a source that was read before, and new.
func (d *desk) add(change func(*digest.Article), storyID int64) int64 {
	d.Helper()
	d.n++
	e := digesttest.Entry(d.n, func(a *digest.Article) {
		a.Stored, a.Published, a.Source = d.clock.Now(), d.clock.Now().Add(-time.Minute), fmt.Sprintf("Paper %d", d.n)
		a.Body = fmt.Sprintf("Report number %d says in its own words what happened at the table of the talks today. ", d.n) + a.Body
		a.Countries, a.Topics = []digest.Tag{{Slug: "KR", Weight: 0.9}}, []digest.Tag{{Slug: "trade", Weight: 0.9}}
		if change != nil {
			change(a)
		}
	})
	old := digesttest.Entry(900+d.n, func(a *digest.Article) { // its source is no new one
		a.Source, a.Stored, a.Published, a.Countries, a.Topics = e.Source, e.Stored.AddDate(0, 0, -30), e.Stored.AddDate(0, 0, -30), nil, nil
	})
	batch := []digest.Entry{old, e}
	if e.Source == "New Paper" {
		batch = batch[1:]
	}
	added, err := d.store.AddArticles(d.Context(), batch)
	d.check(err)
	id := added[len(added)-1].ID
	if storyID == 0 {
		storyID = id
	}
	groups := []digest.Grouping{{ArticleID: id, StoryID: storyID}}
	if len(added) > 1 {
		groups = append(groups, digest.Grouping{ArticleID: added[0].ID, StoryID: added[0].ID})
	}
	d.check(d.store.SaveGroups(d.Context(), groups))
	all, err := d.store.StoryArticles(d.Context(), []int64{storyID})
	d.check(err)
	st := story.Describe(all[storyID])
	st.ID = storyID
	d.check(d.store.SaveStories(d.Context(), []digest.Story{st}))
	return id
}

func (d *desk) alert(q string, change func(*digest.Subscription)) digest.Subscription {
	d.Helper()
	sub, err := d.store.CreateSubscription(d.Context(), digesttest.Subscription(func(s *digest.Subscription) {
		s.Kind, s.Query, s.Name, s.Schedule, s.NextRun, s.Zone = digest.AlertKind, q, "", "", time.Time{}, "UTC"
		if change != nil {
			change(s)
		}
	}))
	d.check(err)
	return sub
}

// sent are the titles of what a subscription sent, first first; "-" before one
// that was dropped.
func (d *desk) sent(sub digest.Subscription) []string {
	d.Helper()
	all, err := d.store.Editions(d.Context(), digest.EditionFilter{SubscriptionID: sub.ID, Limit: 100})
	d.check(err)
	var out []string
	for i := len(all) - 1; i >= 0; i-- {
		parts, err := d.store.Deliveries(d.Context(), all[i].ID)
		d.check(err)
		text := "-"
		for _, p := range parts {
			text += string(p.Payload)
		}
		out = append(out, text)
	}
	return out
}

// wants steps and compares how often a subscription has sent.
func (d *desk) wants(sub digest.Subscription, n int, has ...string) {
	d.Helper()
	d.step()
	sent := d.sent(sub)
	if len(sent) != n {
		d.Fatalf("%d sent, want %d: %q", len(sent), n, sent)
	}
	for _, h := range has {
		if n == 0 || !strings.Contains(sent[n-1], h) {
			d.Errorf("the last does not say %q: %s", h, sent[n-1])
		}
	}
}

func title(s string) func(*digest.Article) { return func(a *digest.Article) { a.Title = s } }

func (d *desk) quiet(q digest.QuietHours, mutes ...digest.Mute) {
	d.Helper()
	slack, _, _ := digesttest.Destinations()
	d.check(d.store.SaveProfile(d.Context(), digest.Profile{Destination: slack, Quiet: q, Mutes: mutes}))
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	onDesks(t, map[string]func(*desk){
		"once, and again when it escalates": alertsEscalate,
		"overlapping alerts":                alertsOverlap,
		"only big":                          alertsBig,
		"what is old":                       alertsOld,
		"quiet hours hold":                  alertsQuiet,
		"quiet hours drop":                  alertsDrop,
		"mutes":                             alertsMutes,
		"limits":                            alertsLimits,
		"changes are seen":                  alertsChanged,
		"a merged story":                    alertsMerged,
		"following":                         alertsFollow,
		"following what is old or muted":    alertsFollowFresh,
		"killed at any moment":              alertsKilled,
	})
}

// onDesks runs cases on a desk of either database.
func onDesks(t *testing.T, cases map[string]func(*desk)) {
	t.Helper()
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onStores(t, func(t *testing.T, s *store.Store) { run(newDesk(t, s)) })
		})
	}
}

func alertsEscalate(d *desk) {
	sub := d.alert("korea-trade", nil)
	first := d.add(title("Tariff talks in Gyeongju"), 0)
	d.wants(sub, 1, "Alert: korea-trade", "Tariff talks in Gyeongju", "why: KR, trade", fmt.Sprintf("v1:mute:%d/%d", sub.ID, first), "Report number")
	d.restart()
	d.wants(sub, 1)
	d.add(title("Talks go on"), first) // a second source
	d.wants(sub, 2, "now 2 sources, 1 before")
	d.add(title("Talks still go on"), first)
	d.wants(sub, 2)
	d.add(title("Talks go on and on"), first)
	d.wants(sub, 3, "now 4 sources, 2 before")
	d.add(title("Blast near the talks: one dead"), first)
	d.wants(sub, 4, "now with ")
	china := []digest.Tag{{Slug: "KR", Weight: 0.9}, {Slug: "CN", Weight: 1}}
	for range 3 {
		d.add(func(a *digest.Article) { a.Countries = china }, first)
	}
	d.wants(sub, 5, "now CN too")
	d.restart()
	d.wants(sub, 5)
	if d.jobs != 5 {
		d.Errorf("%d jobs for 5 alerts", d.jobs)
	}
}

func alertsOverlap(d *desk) {
	one, two, three := d.alert("korea-trade", nil), d.alert("korea", nil), d.alert("deal", func(s *digest.Subscription) {
		s.Destination = digest.Destination{Platform: "slack", Channel: "C2"}
	})
	d.add(nil, 0)
	d.wants(one, 1)
	d.wants(two, 0)
	d.wants(three, 1, "why: “deal”")
}

func alertsBig(d *desk) {
	sub := d.alert("korea-trade", func(s *digest.Subscription) { s.Rules.Big, s.Rules.Within = 3, time.Hour })
	first := d.add(nil, 0)
	d.wants(sub, 0)
	elsewhere := func(a *digest.Article) { a.Countries = []digest.Tag{{Slug: "US", Weight: 0.9}} }
	d.add(elsewhere, first) // it counts, though it does not match
	d.wants(sub, 0)
	d.add(func(a *digest.Article) { a.Source = "Paper 2" }, first) // of a source that has it already
	d.wants(sub, 0)
	d.restart() // who is interested is found again
	d.add(elsewhere, first)
	d.wants(sub, 1, "3 sources")

	slow := d.add(nil, 0)
	for range 4 {
		d.clock.Advance(40 * time.Minute)
		d.add(nil, slow)
		d.wants(sub, 1)
	}
}

func alertsOld(d *desk) {
	sub := d.alert("korea-trade", nil)
	now := d.clock.Now()
	d.add(func(a *digest.Article) { a.Published = now.Add(-13 * time.Hour) }, 0)
	d.wants(sub, 0)
	d.add(func(a *digest.Article) { a.Stored = now.Add(-7 * time.Hour) }, 0)
	d.wants(sub, 0)
	d.add(func(a *digest.Article) { a.Source, a.Published = "New Paper", now.Add(-2*time.Hour) }, 0)
	d.add(func(a *digest.Article) { a.Source, a.Published = "New Paper", time.Time{} }, 0)
	d.wants(sub, 0)
	d.add(func(a *digest.Article) { a.Source = "New Paper" }, 0)
	d.wants(sub, 1)
	reprint := func(a *digest.Article) { a.Source, a.Title, a.Body = "Paper X", "The same", "word for word" }
	d.add(reprint, 0)
	d.wants(sub, 2)
	d.clock.Advance(3 * time.Hour)
	d.add(reprint, 0) // at another address, dated now
	d.wants(sub, 2)
	old := d.add(func(a *digest.Article) { a.Countries, a.Topics = nil, nil }, 0)
	d.clock.Advance(80 * time.Hour)
	d.add(nil, old)
	d.wants(sub, 2)
}

func alertsQuiet(d *desk) {
	sub, other := d.alert("korea-trade", nil), d.alert("deal", nil)
	d.quiet(digest.QuietHours{From: 22 * 60, To: 7 * 60, Zone: "UTC"}) // it is 23:00
	first := d.add(title("In the night"), 0)
	d.add(title("In the night too"), first)
	d.add(func(a *digest.Article) { a.Title, a.Countries = "A deal far away", nil }, 0)
	d.wants(sub, 0)
	d.restart()
	d.clock.Set(time.Date(2026, 11, 24, 6, 59, 59, 0, time.UTC))
	d.wants(sub, 0)
	d.clock.Advance(time.Second)
	d.wants(sub, 1, "2 alerts that waited", "In the night", "A deal far away")
	d.wants(other, 0)
	d.add(title("In the morning"), first)
	d.wants(sub, 1) // two sources when it was told, three now
	d.restart()
	d.wants(sub, 1)
}

func alertsDrop(d *desk) {
	sub := d.alert("korea-trade", nil)
	d.quiet(digest.QuietHours{From: 22 * 60, To: 7 * 60, Zone: "UTC", Drop: true})
	first := d.add(nil, 0)
	d.wants(sub, 1)
	if sent := d.sent(sub); sent[0] != "-" {
		d.Errorf("it was sent: %q", sent)
	}
	d.clock.Advance(9 * time.Hour)
	d.add(func(a *digest.Article) { a.Source = "Paper 2" }, first)
	d.wants(sub, 1)
	d.add(nil, 0)
	d.wants(sub, 2, "Alert")
}

func alertsMutes(d *desk) {
	sub := d.alert("korea", nil)
	first := d.add(nil, 0)
	d.wants(sub, 1)
	until := d.clock.Now().Add(time.Hour)
	d.quiet(digest.QuietHours{}, digest.Mute{Kind: digest.MuteStory, Value: fmt.Sprint(first), Until: until}, digest.Mute{Kind: digest.MuteSource, Value: "Loud Paper"},
		digest.Mute{Kind: digest.MuteTopic, Value: "sport"})
	d.add(nil, first)
	d.add(func(a *digest.Article) { a.Source = "Loud Paper" }, 0)
	d.add(func(a *digest.Article) { a.Topics = []digest.Tag{{Slug: "sport", Weight: 1}} }, 0)
	d.wants(sub, 1)
	d.clock.Advance(2 * time.Hour)
	d.add(nil, first) // no longer muted, and escalated since
	d.wants(sub, 2)
	d.quiet(digest.QuietHours{}, digest.Mute{Kind: digest.MuteCountry, Value: "KR"})
	d.add(nil, 0)
	d.wants(sub, 2)
}

func alertsLimits(d *desk) {
	sub := d.alert("korea", func(s *digest.Subscription) { s.Rules.PerHour = 2 })
	for range 4 {
		d.add(nil, 0)
		d.step()
		d.clock.Advance(time.Minute)
	}
	d.wants(sub, 2)
	d.clock.Advance(55 * time.Minute)
	d.restart()
	d.wants(sub, 2)
	d.clock.Advance(time.Minute)
	d.wants(sub, 3, "2 alerts that waited")

	slow := d.alert("deal", func(s *digest.Subscription) {
		s.Rules.Cooldown, s.Destination = 3*time.Hour, digest.Destination{Platform: "slack", Channel: "C9"}
	})
	d.add(nil, 0)
	d.wants(slow, 1)
	d.clock.Advance(2 * time.Hour)
	d.restart()
	d.add(nil, 0)
	d.wants(slow, 1)
	d.clock.Advance(time.Hour)
	d.wants(slow, 2, "Alert: deal")

	// Two at one time are two, after a restart too.
	pair := d.alert("deal", func(s *digest.Subscription) {
		s.Rules.PerHour, s.Destination = 2, digest.Destination{Platform: "slack", Channel: "C8"}
	})
	for range 3 {
		d.add(nil, 0)
	}
	d.wants(pair, 2)
	d.restart()
	d.clock.Advance(time.Minute)
	d.add(nil, 0)
	d.wants(pair, 2)
}

func alertsChanged(d *desk) {
	sub := d.alert("korea", nil)
	d.step()
	sub.State = digest.Paused
	d.check(d.store.UpdateSubscription(d.Context(), sub))
	d.add(nil, 0)
	d.wants(sub, 0)
	sub.State, sub.Rules.Filter.Match = digest.Active, "lithium|기가"
	d.check(d.store.UpdateSubscription(d.Context(), sub))
	d.add(nil, 0)
	d.wants(sub, 0)
	d.add(title("LITHIUM deal"), 0)
	d.wants(sub, 1)
	direct := d.alert("korea", func(s *digest.Subscription) {
		_, _, s.Destination = digesttest.Destinations()
	})
	d.step()
	d.check(d.store.ForgetPerson(d.Context(), digesttest.Person()))
	d.add(title("LITHIUM again"), 0)
	d.wants(sub, 2)
	if left := d.sent(direct); len(left) != 0 {
		d.Errorf("sent to one who is forgotten: %q", left)
	}
}

// alertsMerged has the story that was told become a part of another.
func alertsMerged(d *desk) {
	sub := d.alert("korea", nil)
	elsewhere := d.add(func(a *digest.Article) { a.Countries = nil }, 0)
	first := d.add(nil, 0)
	d.wants(sub, 1)
	d.check(d.store.SaveGroups(d.Context(), []digest.Grouping{{ArticleID: first, StoryID: elsewhere}}))
	d.check(d.store.SaveStories(d.Context(), []digest.Story{{ID: first}}))
	d.restart()
	d.add(func(a *digest.Article) { a.Source = "Paper 3" }, elsewhere)
	d.wants(sub, 2, "2 sources, 1 before") // it grew; it is not told as new
	d.add(nil, elsewhere)
	d.wants(sub, 2)
}
