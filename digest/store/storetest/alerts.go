package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func alertCases() []testCase {
	return []testCase{
		{"alerts/profiles", alertsProfiles},
		{"alerts/changed", alertsChanged},
		{"alerts/alerted", alertsAlerted},
		{"alerts/once among several", alertsConcurrent},
		{"alerts/many at once", alertsMany},
		{"alerts/held", alertsHeld},
		{"alerts/next run", alertsNextRun},
		{"alerts/times", alertsTimes},
		{"alerts/new articles", alertsArticles},
		{"alerts/keep", alertsKeep},
		{"alerts/thread", alertsThread},
	}
}

func alertsProfiles(t *testing.T, s *store.Store) {
	ctx := context.Background()
	slack, discord, direct := digesttest.Destinations()
	wantEqual(t, "none", got(s.Profile(ctx, direct))(t), digest.Profile{Destination: direct})
	p := digest.Profile{Destination: direct, Quiet: digest.QuietHours{From: 22 * 60, To: 7 * 60, Weekends: true, Drop: true, Zone: "Asia/Seoul"},
		Mutes:    []digest.Mute{{Kind: digest.MuteStory, Value: "7", Label: "“quoted” \\", Created: now(), Until: now().Add(time.Hour)}},
		Leanings: map[string]float64{"KR": 0.5, "trade": -1}, Updated: now()}
	must(t, s.SaveProfile(ctx, p))
	wantEqual(t, "profile", got(s.Profile(ctx, direct))(t), p)
	p.Mutes, p.Leanings = nil, nil
	must(t, s.SaveProfile(ctx, p))
	wantEqual(t, "changed", got(s.Profile(ctx, direct))(t), p)
	must(t, s.SaveProfile(ctx, digest.Profile{Destination: discord}))
	wantEqual(t, "all", got(s.Profiles(ctx))(t), []digest.Profile{{Destination: discord}, p})
	wantEqual(t, "of a channel", got(s.Profile(ctx, slack))(t), digest.Profile{Destination: slack})
}

func alertsChanged(t *testing.T, s *store.Store) {
	ctx := context.Background()
	_, _, direct := digesttest.Destinations()
	none := got(s.Changed(ctx, 0))(t)
	wantEqual(t, "nothing", none, digest.Changed{})
	one := subscribe(t, s, func(s *digest.Subscription) { s.Kind = digest.AlertKind })
	two := subscribe(t, s, func(s *digest.Subscription) { s.Kind = digest.FollowKind })
	subscribe(t, s, nil)
	must(t, s.SaveProfile(ctx, digest.Profile{Destination: direct}))
	first := got(s.Changed(ctx, none.UpTo))(t)
	wantEqual(t, "first", []int{len(first.Subscriptions), len(first.Profiles), first.Active, first.People}, []int{3, 1, 2, 1})
	wantEqual(t, "again", got(s.Changed(ctx, first.UpTo))(t), digest.Changed{UpTo: first.UpTo})
	one.State = digest.Paused
	must(t, s.UpdateSubscription(ctx, one))
	next := got(s.Changed(ctx, first.UpTo))(t)
	wantEqual(t, "next", next, digest.Changed{Subscriptions: []digest.Subscription{one}, UpTo: next.UpTo, Active: 1, People: 1})
	_, _, err := s.CreateEdition(ctx, digesttest.Plan(two, 1, nil), nil)
	must(t, err)
	wantEqual(t, "a run is no change", got(s.Changed(ctx, next.UpTo))(t), digest.Changed{UpTo: next.UpTo})
	wantEqual(t, "all", len(got(s.Changed(ctx, 0))(t).Subscriptions), 3)
}

// alert is a subscription of that kind and the plan of its first alert of a
// story.
func alert(t testing.TB, s *store.Store, change func(*digest.Subscription)) (digest.Subscription, digest.EditionPlan) {
	t.Helper()
	sub := subscribe(t, s, func(s *digest.Subscription) {
		s.Kind, s.Schedule, s.NextRun = digest.AlertKind, "", time.Time{}
		if change != nil {
			change(s)
		}
	})
	return sub, alertPlan(sub, 7, 1)
}

func alertPlan(sub digest.Subscription, story int64, n int) digest.EditionPlan {
	at := now().Add(time.Duration(n) * time.Minute)
	return digest.EditionPlan{
		Edition: digest.Edition{SubscriptionID: sub.ID, Slot: fmt.Sprintf("alert:%d:%d", story, n), Scheduled: at, Built: at, Content: []byte("{}")},
		Deliveries: []digest.Delivery{{Destination: sub.Destination, Parts: 1, Payload: []byte("{}"), State: digest.Pending,
			NotBefore: at, Deadline: at.Add(time.Hour)}},
		Alerted: []digest.Alerted{{Destination: sub.Destination, StoryID: story, SubscriptionID: sub.ID, Times: n, Sources: 3,
			Countries: []string{"KR", "US"}, Severity: "killed", At: at}},
	}
}

func alertsAlerted(t *testing.T, s *store.Store) {
	ctx := context.Background()
	sub, plan := alert(t, s, nil)
	_, created, err := s.CreateEdition(ctx, plan, nil)
	must(t, err)
	wantEqual(t, "created", created, true)
	want := map[int64]digest.Alerted{7: plan.Alerted[0]}
	wantEqual(t, "alerted", got(s.Alerted(ctx, sub.Destination, []int64{7, 8}))(t), want)
	_, discord, _ := digesttest.Destinations()
	wantEqual(t, "elsewhere", len(got(s.Alerted(ctx, discord, []int64{7}))(t)), 0)
	wantEqual(t, "of the story", got(s.AlertedOf(ctx, []int64{7}))(t), plan.Alerted)

	_, created, err = s.CreateEdition(ctx, plan, nil) // the same again is nothing
	must(t, err)
	wantEqual(t, "again", created, false)
	other, late := alert(t, s, nil) // another alert of the same person, judged on what was known before
	_, _, err = s.CreateEdition(ctx, late, nil)
	wantCode(t, err, digest.Conflict)
	wantEqual(t, "nothing of it is left", len(got(s.Editions(ctx, digest.EditionFilter{SubscriptionID: other.ID}))(t)), 0)

	second := alertPlan(sub, 7, 2)
	second.Alerted[0].Countries, second.Alerted[0].Severity = nil, ""
	_, _, err = s.CreateEdition(ctx, second, nil)
	must(t, err)
	wantEqual(t, "last", got(s.Alerted(ctx, sub.Destination, []int64{7}))(t)[7], second.Alerted[0])
	full := alertPlan(sub, 9, 1)
	fillFields(t, &full.Alerted[0])
	_, _, err = s.CreateEdition(ctx, full, nil)
	must(t, err)
	wantEqual(t, "every field", got(s.AlertedOf(ctx, []int64{full.Alerted[0].StoryID}))(t), full.Alerted)
}

// alertsConcurrent has two alerts of one person, in two programs, tell the same
// story at once.
func alertsConcurrent(t *testing.T, s *store.Store) {
	const stories = 8
	var made atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		sub, _ := alert(t, s, nil)
		wg.Go(func() {
			for story := range int64(stories) {
				_, created, err := s.CreateEdition(context.Background(), alertPlan(sub, story, 1), nil)
				if err != nil && digest.CodeOf(err) != digest.Conflict {
					t.Error(err)
				}
				if created {
					made.Add(1)
				}
			}
		})
	}
	wg.Wait()
	wantEqual(t, "alerts", made.Load(), stories)
}

func alertsMany(t *testing.T, s *store.Store) {
	ctx := context.Background()
	_, discord, _ := digesttest.Destinations()
	one, first := alert(t, s, nil)
	_, second := alert(t, s, func(s *digest.Subscription) { s.Destination = discord })
	var jobs int
	enqueue := func(_ context.Context, _ *sql.Tx, ids []int64) error { jobs += len(ids); return nil }
	n, err := s.CreateEditions(ctx, []digest.EditionPlan{first, second, first}, enqueue)
	must(t, err)
	wantEqual(t, "created, jobs", []int{n, jobs}, []int{2, 2})
	third := alertPlan(one, 8, 1)
	stale, _ := alert(t, s, nil)
	_, err = s.CreateEditions(ctx, []digest.EditionPlan{third, alertPlan(stale, 7, 1)}, enqueue)
	wantCode(t, err, digest.Conflict)
	wantEqual(t, "all or nothing", len(got(s.AlertedOf(ctx, []int64{8}))(t)), 0)
	wantEqual(t, "jobs", jobs, 2)
	n, err = s.CreateEditions(ctx, nil, enqueue)
	must(t, err)
	wantEqual(t, "none", n, 0)
}

func alertsHeld(t *testing.T, s *store.Store) {
	ctx := context.Background()
	slack, discord, _ := digesttest.Destinations()
	hold := func(sub, story int64, to digest.Destination, minutes int) digest.Held {
		return digest.Held{Destination: to, SubscriptionID: sub, StoryID: story, ArticleID: story * 10, Why: "quiet", Created: now(),
			Release: now().Add(time.Duration(minutes) * time.Minute)}
	}
	all := []digest.Held{hold(1, 1, slack, 5), hold(1, 2, slack, 2), hold(2, 1, discord, 9)}
	must(t, s.AddHeld(ctx, all...))
	must(t, s.AddHeld(ctx, hold(1, 1, slack, 99))) // waits already
	must(t, s.AddHeld(ctx))
	for i := range all {
		all[i].ID = int64(i + 1)
	}
	mine := got(s.HeldFor(ctx, slack))(t)
	for i := range all { // a row that was there may have used up an ID
		if i < len(mine) {
			all[i].ID = mine[i].ID
		}
	}
	all[2].ID = got(s.HeldFor(ctx, discord))(t)[0].ID
	wantEqual(t, "held", mine, all[:2])
	wantEqual(t, "of a story", got(s.HeldOf(ctx, []int64{1}))(t), []digest.Held{all[0], all[2]})
	wantEqual(t, "not due", len(got(s.HeldDue(ctx, now(), 9))(t)), 0)
	wantEqual(t, "due", got(s.HeldDue(ctx, now().Add(5*time.Minute), 9))(t), []digest.Held{all[1], all[0]})
	wantEqual(t, "limited", got(s.HeldDue(ctx, now().Add(time.Hour), 1))(t), []digest.Held{all[1]})
	must(t, s.DelayHeld(ctx, []int64{all[1].ID}, now().Add(7*time.Minute)))
	wantEqual(t, "delayed", len(got(s.HeldDue(ctx, now().Add(6*time.Minute), 9))(t)), 1)

	_, plan := alert(t, s, nil)
	plan.Released = []int64{all[0].ID}
	_, _, err := s.CreateEdition(ctx, plan, nil)
	must(t, err)
	wantEqual(t, "released", len(got(s.HeldFor(ctx, slack))(t)), 1)
	must(t, s.DropHeld(ctx, []int64{all[1].ID, all[2].ID}))
	wantEqual(t, "dropped", len(got(s.HeldDue(ctx, now().Add(time.Hour), 9))(t)), 0)
	var full digest.Held
	fillFields(t, &full)
	must(t, s.AddHeld(ctx, full))
	kept := got(s.HeldOf(ctx, []int64{full.StoryID}))(t)[0]
	full.ID = kept.ID
	wantEqual(t, "every field", kept, full)
}

// alertsNextRun sees that neither an alert nor a followed story gets a next
// run from what it sends.
func alertsNextRun(t *testing.T, s *store.Store) {
	for _, kind := range []digest.SubscriptionKind{digest.AlertKind, digest.FollowKind} {
		sub, plan := alert(t, s, func(s *digest.Subscription) { s.Kind = kind })
		plan.NextRun, plan.Alerted = now().Add(time.Hour), nil
		_, _, err := s.CreateEdition(context.Background(), plan, nil)
		must(t, err)
		after := got(s.Subscription(context.Background(), sub.ID))(t)
		wantEqual(t, "next run", after.NextRun, time.Time{})
		wantEqual(t, "last run", after.LastRun, plan.Edition.Scheduled)
	}
}

func alertsTimes(t *testing.T, s *store.Store) {
	ctx := context.Background()
	one, first := alert(t, s, nil)
	two, _ := alert(t, s, nil)
	bundle := alertPlan(two, 8, 2) // of the first one's too
	bundle.Alerted = append(bundle.Alerted, digest.Alerted{Destination: one.Destination, StoryID: 9, SubscriptionID: one.ID, Times: 1, At: bundle.Edition.Built})
	dropped := alertPlan(one, 11, 3)
	dropped.Edition.Missed, dropped.Deliveries = true, nil
	again := alertPlan(two, 12, 2) // at the time of the bundle, another message
	_, err := s.CreateEditions(ctx, []digest.EditionPlan{first, bundle, dropped, again}, nil)
	must(t, err)
	minute := func(n int) time.Time { return now().Add(time.Duration(n) * time.Minute) }
	wantEqual(t, "times", got(s.AlertTimes(ctx, now()))(t), map[int64][]time.Time{one.ID: {minute(1), minute(2)}, two.ID: {minute(2), minute(2)}})
	wantEqual(t, "since", got(s.AlertTimes(ctx, minute(2)))(t), map[int64][]time.Time{one.ID: {minute(2)}, two.ID: {minute(2), minute(2)}})
}

func alertsArticles(t *testing.T, s *store.Store) {
	ctx := context.Background()
	wantEqual(t, "none", got(s.LastArticle(ctx))(t), 0)
	ids := add(t, s, digesttest.Entry(1, nil), digesttest.Entry(2, nil), digesttest.Entry(3, nil),
		digesttest.Entry(4, func(a *digest.Article) { // the first one printed again, at another address
			first := digesttest.Article(1, nil)
			a.Title, a.Body, a.Source, a.Stored = first.Title, first.Body, first.Source, now().Add(time.Hour)
		}))
	must(t, s.SaveGroups(ctx, []digest.Grouping{{ArticleID: ids[0], StoryID: ids[0]}, {ArticleID: ids[2], StoryID: ids[0]}, {ArticleID: ids[3], StoryID: ids[3]}}))
	var found []int64
	for _, a := range got(s.ArticlesAfter(ctx, ids[0], 2))(t) {
		found = append(found, a.ID, a.StoryID)
	}
	wantEqual(t, "after", found, []int64{ids[1], 0, ids[2], ids[0]})
	wantEqual(t, "last", got(s.LastArticle(ctx))(t), ids[3])
	wantEqual(t, "members", got(s.Members(ctx, []int64{ids[0], ids[3], 99, 0}))(t), map[int64][]int64{ids[0]: {ids[0], ids[2]}, ids[3]: {ids[3]}})
	first := digesttest.Article(1, nil)
	printed := got(s.Printed(ctx, []int64{ids[1], ids[3], 99}))(t)
	wantEqual(t, "printed", printed, map[int64]time.Time{ids[1]: digesttest.Article(2, nil).Stored, ids[3]: first.Stored})
	wantEqual(t, "source", got(s.SourceSince(ctx, first.Source))(t), first.Stored)
	wantEqual(t, "no source", got(s.SourceSince(ctx, "none"))(t), time.Time{})
}

func alertsKeep(t *testing.T, s *store.Store) {
	ctx := context.Background()
	_, plan := alert(t, s, nil)
	_, _, err := s.CreateEdition(ctx, plan, nil)
	must(t, err)
	must(t, s.AddHeld(ctx, digest.Held{SubscriptionID: 1, StoryID: 1, Release: now()}, digest.Held{SubscriptionID: 1, StoryID: 2, Release: now().AddDate(1, 0, 0)}))
	p, err := s.Prune(ctx, store.Horizons{Editions: now()}, 1)
	must(t, err)
	wantEqual(t, "kept", p, store.Pruned{})
	p, err = s.Prune(ctx, store.Horizons{Editions: now().AddDate(0, 6, 0)}, 1)
	must(t, err)
	wantEqual(t, "pruned", p, store.Pruned{Alerted: 1, Held: 1})
}

func alertsThread(t *testing.T, s *store.Store) {
	ctx := context.Background()
	sub, plan := alert(t, s, func(s *digest.Subscription) { s.Kind, s.Query = digest.FollowKind, "story:7" })
	_, err := s.FirstDelivery(ctx, sub.ID)
	wantCode(t, err, digest.NotFound)
	missed := alertPlan(sub, 7, 0)
	missed.Edition.Missed, missed.Deliveries, missed.Alerted = true, nil, nil
	_, err = s.CreateEditions(ctx, []digest.EditionPlan{missed, plan}, nil)
	must(t, err)
	d := got(s.FirstDelivery(ctx, sub.ID))(t)
	wantEqual(t, "first", []string{string(d.State), d.Ref, d.Thread}, []string{"pending", "", ""})
	c, _ := claim(t, s, d.ID, now().Add(time.Minute))
	c.State, c.Ref = digest.Sent, "1.2"
	must(t, s.FinishDelivery(ctx, c))
	next := alertPlan(sub, 7, 2)
	next.Deliveries[0].Thread = "1.2"
	e, _, err := s.CreateEdition(ctx, next, nil)
	must(t, err)
	wantEqual(t, "thread", got(s.Deliveries(ctx, e.ID))(t)[0].Thread, "1.2")
	wantEqual(t, "first again", got(s.FirstDelivery(ctx, sub.ID))(t).Ref, "1.2")
}
