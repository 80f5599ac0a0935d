package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func keepCases() []testCase {
	return []testCase{
		{"keep/articles", keepArticles},
		{"keep/ledger", keepLedger},
		{"keep/everything", keepEverything},
		{"keep/reindex", keepReindex},
	}
}

func keepArticles(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var entries []digest.Entry
	for n := 1; n <= 25; n++ {
		entries = append(entries, digesttest.Entry(n, func(a *digest.Article) {
			if n%5 != 0 { // first seen long ago; every fifth has an old date and came now
				a.Stored = now().AddDate(0, 0, -100)
			} else {
				a.Stored = now()
			}
			a.Published = now().AddDate(0, 0, -101)
		}))
	}
	ids := add(t, s, entries...)
	revised := digesttest.Entry(1, func(a *digest.Article) { a.Title = "Changed" })
	add(t, s, revised)
	var groups []digest.Grouping
	var stories []digest.Story
	for i, id := range ids { // two stories: one all old, one mixed
		story := ids[0]
		if i > 10 {
			story = ids[11]
		}
		if i != 4 && i != 9 {
			groups = append(groups, digest.Grouping{ArticleID: id, StoryID: story})
		}
	}
	stories = append(stories, digesttest.Story(ids[0], nil), digesttest.Story(ids[11], nil))
	must(t, s.SaveGroups(ctx, groups))
	must(t, s.SaveStories(ctx, stories))

	p, err := s.Prune(ctx, store.Horizons{Articles: now().AddDate(0, 0, -90)}, 3)
	must(t, err)
	wantEqual(t, "pruned", p, store.Pruned{Articles: 20, Stories: 1})
	kept := []int64{ids[4], ids[9], ids[14], ids[19], ids[24]}
	wantEqual(t, "by words", sorted(find(t, s, word("tariffs"))), kept)
	wantEqual(t, "by tag", sorted(find(t, s, digest.Search{Topics: []string{"trade"}, Countries: []string{"KR"}})), kept)
	wantEqual(t, "articles", len(got(s.Articles(ctx, ids))(t)), 5)
	wantEqual(t, "revisions", len(got(s.Revisions(ctx, ids[0]))(t)), 0)
	wantEqual(t, "stories", len(got(s.Stories(ctx, []int64{ids[0], ids[11]}))(t)), 1)
	next := add(t, s, digesttest.Entry(1, nil))[0]
	if next <= ids[24] {
		t.Errorf("ID %d was given twice", next)
	}

	p, err = s.Prune(ctx, store.Horizons{Features: now().AddDate(0, 0, -14)}, 2)
	must(t, err)
	wantEqual(t, "features", p, store.Pruned{Features: 3}) // those of ungrouped articles stay
	waiting := got(s.Ungrouped(ctx, 10))(t)
	if len(waiting) != 3 || len(waiting[0].Features) == 0 {
		t.Errorf("ungrouped: %+v", waiting)
	}
}

func keepLedger(t *testing.T, s *store.Store) {
	ctx := context.Background()
	old := func(p *digest.EditionPlan) { p.Edition.Scheduled = now().AddDate(-2, 0, 0) }
	open := edition(t, s, 1, old)[0]
	done := edition(t, s, 2, old)
	recent := edition(t, s, 1, nil)[0]
	for _, d := range append(done, recent) {
		c, _ := claim(t, s, d.ID, now())
		must(t, s.FinishDelivery(ctx, digest.Delivery{ID: c.ID, State: digest.Sent, Attempts: 1, Updated: now().AddDate(-2, 0, 0)}))
	}
	removed := subscribe(t, s, func(s *digest.Subscription) { s.State, s.Created = digest.Removed, now().AddDate(-3, 0, 0) })
	must(t, s.SaveAnswer(ctx, digest.Answer{ID: "old", Created: now().AddDate(0, -2, 0)}))
	must(t, s.SaveAnswer(ctx, digest.Answer{ID: "new", Created: now()}))
	must(t, s.AddAudit(ctx, digest.Audit{At: now().AddDate(-2, 0, 0), Action: "subscribe"}))
	must(t, s.AddAudit(ctx, digest.Audit{At: now(), Action: "pause"}))
	for name, until := range map[string]time.Time{"gone": now().AddDate(0, 0, -3), "gone too": now().AddDate(0, 0, -2), "held": now().Add(time.Second)} {
		got(s.AcquireLease(ctx, digest.Lease{Name: name, Holder: "a", Until: until}, now()))(t)
	}

	year := now().AddDate(-1, 0, 0)
	p, err := s.Prune(ctx, store.Horizons{Editions: year, Answers: now().AddDate(0, -1, 0), Audit: year, Leases: now().AddDate(0, 0, -1)}, 1)
	must(t, err)
	wantEqual(t, "pruned", p, store.Pruned{Editions: 1, Told: 2, Subscriptions: 1, Answers: 1, Audit: 1, Leases: 2})
	wantEqual(t, "leases kept", len(got(s.Leases(ctx))(t)), 1)
	for _, d := range []digest.Delivery{open, recent} {
		wantEqual(t, "kept", got(s.Delivery(ctx, d.ID))(t).ID, d.ID)
	}
	_, err = s.Delivery(ctx, done[0].ID)
	wantCode(t, err, digest.NotFound)
	_, err = s.Subscription(ctx, removed.ID)
	wantCode(t, err, digest.NotFound)
}

func keepEverything(t *testing.T, s *store.Store) {
	ctx := context.Background()
	add(t, s, digesttest.Entry(1, func(a *digest.Article) { a.Stored = now().AddDate(-50, 0, 0) }))
	p, err := s.Prune(ctx, store.Horizons{}, 0)
	must(t, err)
	wantEqual(t, "pruned", p, store.Pruned{})
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.Prune(stopped, store.Horizons{Articles: now()}, 10)
	wantCode(t, err, digest.Unavailable)
	n, _, err := s.Window(ctx, time.Time{}, time.Time{})
	must(t, err)
	wantEqual(t, "kept", n, 1)
}

func keepReindex(t *testing.T, s *store.Store) {
	var entries []digest.Entry
	for n := 1; n <= 450; n++ { // more than two pages
		entries = append(entries, digesttest.Entry(n, nil))
	}
	ids := add(t, s, entries...)
	steps := 0
	must(t, s.Reindex(context.Background(), store.Copying{
		Terms: func(a *digest.Article) (title, body []string) {
			return []string{"new" + a.Source[len(a.Source)-1:]}, nil
		},
		Progress: func(string, int) { steps++ },
	}))
	wantEqual(t, "old words", find(t, s, word("tariffs")), nil)
	wantEqual(t, "new words", len(find(t, s, word("new3"))), len(ids)/5)
	wantEqual(t, "with a tag", len(find(t, s, digest.Search{Terms: [][]string{{"new3"}}, Countries: []string{"KR"}, Limit: 90})), 90)
	if steps == 0 {
		t.Error("no progress was told")
	}
}
