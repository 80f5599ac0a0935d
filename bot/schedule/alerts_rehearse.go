package schedule

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// drySearch bounds how many articles a dry run reads, newest first.
const drySearch = 3000

// maxRelease bounds how often what is held at the end is looked at.
const maxRelease = 100

// DryRun tells what an alert, stored or not, would have sent of the articles
// that were first seen from since on and before until: judged by the rules
// that send, with the mutes and quiet hours of its destination as they are
// now, as if nothing had been sent before. What a story is about is taken from
// how it stands now. What is held at the end counts as sent when it is let go.
func (x Explainer) DryRun(ctx context.Context, sub digest.Subscription, since, until time.Time) (digest.Trial, error) {
	out := digest.Trial{Since: since, Until: until}
	var err error
	if out.Looked, _, err = x.Store.Window(ctx, since, until); err != nil {
		return out, fmt.Errorf("count articles: %w", err)
	}
	r, err := x.rehearse(ctx, sub)
	if err != nil {
		return out, err
	}
	stories, err := r.find(ctx, since, until)
	if err != nil {
		return out, err
	}
	if err := r.read(ctx, stories); err != nil {
		return out, err
	}
	r.run(since, until)
	out.Alerts, out.Held = r.alerts, r.held
	return out, nil
}

// rehearsal judges articles of the past in the order in which they came, as
// Alerts did or would have done. A dry run and the question why not ask the
// same one.
type rehearsal struct {
	x        Explainer
	sub      digest.Subscription
	query    digest.Query
	matcher  *alert.Matcher
	profile  digest.Profile
	matches  map[int64]bool // articles that match
	stories  map[int64]alert.Story
	titles   map[int64]string
	articles []alert.Trigger // of those stories, in the order they were seen
	of       map[int64]int64 // story of an article

	told     map[int64]*digest.Alerted
	interest map[int64]bool // stories of which an article has matched
	sent     []time.Time
	waiting  []waiting

	alerts   []digest.TrialAlert
	held     int                     // of alerts: after having waited
	would    map[int64]bool          // stories that are among alerts
	verdicts map[int64]alert.Verdict // about articles
}

// waiting is a held alert of a rehearsal.
type waiting struct {
	story int64
	until time.Time
}

func (x Explainer) rehearse(ctx context.Context, sub digest.Subscription) (*rehearsal, error) {
	r := &rehearsal{x: x, sub: sub, matches: map[int64]bool{}, stories: map[int64]alert.Story{}, titles: map[int64]string{}, of: map[int64]int64{},
		told: map[int64]*digest.Alerted{}, interest: map[int64]bool{}, would: map[int64]bool{}, verdicts: map[int64]alert.Verdict{}}
	var err error
	if r.query, err = x.Read(sub.Query, x.Now()); err != nil {
		return nil, err
	}
	if r.matcher, err = alert.NewMatcher(alert.Query{Query: r.query, Filter: sub.Rules.Filter}); err != nil {
		return nil, err
	}
	if r.profile, err = x.Store.Profile(ctx, sub.Destination); err != nil {
		return nil, fmt.Errorf("read what was chosen: %w", err)
	}
	return r, nil
}

// find looks for the stories of which an article matches.
func (r *rehearsal) find(ctx context.Context, since, until time.Time) (map[int64]bool, error) {
	search := alert.Search(r.query)
	search.Since, search.Until, search.Limit = since.Add(-alert.DatedWithin), until, drySearch
	found, err := r.x.Store.Search(ctx, search)
	if err != nil {
		return nil, fmt.Errorf("look for articles: %w", err)
	}
	stories := map[int64]bool{}
	for batch := range slices.Chunk(found, 200) {
		ids := make([]int64, len(batch))
		for i, c := range batch {
			ids[i] = c.ArticleID
		}
		articles, err := r.x.Store.Articles(ctx, ids)
		if err != nil {
			return nil, fmt.Errorf("read articles: %w", err)
		}
		for i := range articles {
			a := &articles[i]
			if a.StoryID != 0 && !a.Stored.Before(since) && a.Stored.Before(until) && r.matcher.Miss(a).Kind == "" {
				stories[a.StoryID] = true
			}
		}
	}
	return stories, nil
}

// read reads stories with all their articles.
func (r *rehearsal) read(ctx context.Context, stories map[int64]bool) error {
	sources, err := r.x.Store.Sources(ctx)
	if err != nil {
		return fmt.Errorf("read sources: %w", err)
	}
	rooms := map[string]string{}
	for _, s := range sources {
		rooms[s.Name] = s.Group
	}
	since := map[string]time.Time{}
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(stories)), 50) {
		if err := r.readSome(ctx, batch, rooms, since); err != nil {
			return err
		}
	}
	slices.SortFunc(r.articles, func(a, b alert.Trigger) int {
		return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(a.ArticleID, b.ArticleID))
	})
	return nil
}

func (r *rehearsal) readSome(ctx context.Context, ids []int64, rooms map[string]string, since map[string]time.Time) error {
	rows, err := r.x.Store.Stories(ctx, ids)
	if err != nil {
		return fmt.Errorf("read stories: %w", err)
	}
	articles, err := r.x.Store.StoryArticles(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the articles of stories: %w", err)
	}
	first := len(r.articles)
	for _, row := range rows {
		st := alert.Story{ID: row.ID, Countries: digest.Firm(row.Countries), Topics: digest.Firm(row.Topics)}
		for i := range articles[row.ID] {
			a := &articles[row.ID][i]
			st.Prints = append(st.Prints, alert.NewPrint(a, rooms[a.Source]))
			r.of[a.ID], r.matches[a.ID] = row.ID, r.matcher.Miss(a).Kind == ""
			r.articles = append(r.articles, alert.Trigger{ArticleID: a.ID, Source: a.Source, Seen: a.Stored, Dated: a.Published})
		}
		r.stories[row.ID], r.titles[row.ID] = st, row.Title
	}
	return r.date(ctx, r.articles[first:], since)
}

// date fills in what tells news from what is only new to us: when its text was
// first seen, and its source.
func (r *rehearsal) date(ctx context.Context, articles []alert.Trigger, since map[string]time.Time) error {
	ids := make([]int64, len(articles))
	for i, t := range articles {
		ids[i] = t.ArticleID
	}
	printed, err := r.x.Store.Printed(ctx, ids)
	if err != nil {
		return fmt.Errorf("look for earlier prints: %w", err)
	}
	for i := range articles {
		t := &articles[i]
		began, ok := since[t.Source]
		if !ok {
			if began, err = r.x.Store.SourceSince(ctx, t.Source); err != nil {
				return fmt.Errorf("find when a source began: %w", err)
			}
			since[t.Source] = began
		}
		t.Printed, t.SourceSince = printed[t.ArticleID], began
	}
	return nil
}

// run judges the articles that were first seen from since on and before until.
func (r *rehearsal) run(since, until time.Time) {
	for _, t := range r.articles {
		story := r.of[t.ArticleID]
		if t.Seen.Before(since) || !t.Seen.Before(until) {
			continue
		}
		r.release(t.Seen)
		r.interest[story] = r.interest[story] || r.matches[t.ArticleID]
		if r.interest[story] && (r.matches[t.ArticleID] || r.sub.Rules.Big > 1 || r.told[story] != nil) {
			r.judge(t, story)
		}
	}
	r.release(until)
	for n := 0; n < maxRelease && len(r.waiting) > 0; n++ { // quiet hours that never end let nothing go
		r.release(r.waiting[0].until)
	}
}

func (r *rehearsal) caseAt(t alert.Trigger, story int64, now time.Time) alert.Case {
	st := r.stories[story]
	st.Prints = slices.DeleteFunc(slices.Clone(st.Prints), func(p alert.Print) bool { return p.Seen.After(now) })
	w := alert.Wish{Subscription: r.sub.ID, Rules: r.sub.Rules, Zone: cmp.Or(r.sub.Zone, r.x.Zone), Sent: r.sent}
	waits := slices.ContainsFunc(r.waiting, func(w waiting) bool { return w.story == story })
	return alert.Case{Now: now, Trigger: t, Story: st, Wishes: []alert.Wish{w}, Profile: r.profile, Told: r.told[story], Waits: waits}
}

// most is how many sources a story had at once within the time that the alert
// asks for.
func (r *rehearsal) most(story int64) (n int) {
	st := r.stories[story]
	for _, p := range st.Prints {
		n = max(n, st.SourcesWithin(cmp.Or(r.sub.Rules.Within, digest.DefaultWithin), p.Seen))
	}
	return n
}

func (r *rehearsal) judge(t alert.Trigger, story int64) {
	v := alert.Judge(r.caseAt(t, story, t.Seen))
	r.verdicts[t.ArticleID] = v
	switch v.Do {
	case alert.Hold:
		r.waiting = append(r.waiting, waiting{story, v.Until})
	case alert.Send:
		r.send(story, t.Seen, v)
		r.sent = append(r.sent, t.Seen)
	case alert.Drop:
		r.told[story] = &v.Said
	case alert.Nothing:
	}
}

func (r *rehearsal) send(story int64, at time.Time, v alert.Verdict) {
	r.alerts = append(r.alerts, digest.TrialAlert{At: at, StoryID: story, Title: r.titles[story]})
	r.told[story], r.would[story] = &v.Said, true
}

// release lets go what is held and due by a time, first first.
func (r *rehearsal) release(now time.Time) {
	for {
		slices.SortStableFunc(r.waiting, func(a, b waiting) int { return a.until.Compare(b.until) })
		if len(r.waiting) == 0 || r.waiting[0].until.After(now) {
			return
		}
		at, shipped := r.waiting[0].until, false
		for len(r.waiting) > 0 && !r.waiting[0].until.After(at) {
			w := r.waiting[0]
			r.waiting = r.waiting[1:]
			v := alert.Release(r.caseAt(alert.Trigger{}, w.story, at))
			switch v.Do {
			case alert.Send:
				r.send(w.story, at, v)
				r.held, shipped = r.held+1, true
			case alert.Hold:
				if v.Until.After(at) {
					r.waiting = append(r.waiting, waiting{w.story, v.Until})
				}
			case alert.Drop, alert.Nothing:
			}
		}
		if shipped {
			r.sent = append(r.sent, at)
		}
	}
}
