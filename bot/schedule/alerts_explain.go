package schedule

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
)

// ExplainStore is the part of the store that explaining needs. It writes
// nothing.
type ExplainStore interface {
	Search(ctx context.Context, q digest.Search) ([]digest.Candidate, error)
	Window(ctx context.Context, since, until time.Time) (articles, sources int, err error)
	Articles(ctx context.Context, ids []int64) ([]digest.Article, error)
	ArticleByURL(ctx context.Context, url string) (digest.Article, error)
	Stories(ctx context.Context, ids []int64) ([]digest.Story, error)
	StoryArticles(ctx context.Context, storyIDs []int64) (map[int64][]digest.Article, error)
	Sources(ctx context.Context) ([]digest.Source, error)
	SourceSince(ctx context.Context, name string) (time.Time, error)
	Printed(ctx context.Context, articleIDs []int64) (map[int64]time.Time, error)
	Profile(ctx context.Context, of digest.Destination) (digest.Profile, error)
	Alerted(ctx context.Context, to digest.Destination, storyIDs []int64) (map[int64]digest.Alerted, error)
	HeldOf(ctx context.Context, storyIDs []int64) ([]digest.Held, error)
	Told(ctx context.Context, to digest.Destination, storyIDs []int64) (map[int64]digest.Told, error)
	Editions(ctx context.Context, f digest.EditionFilter) ([]digest.Edition, error)
}

// Explainer says what an alert would have sent, and why an article was not.
type Explainer struct {
	Store ExplainStore
	Read  func(query string, now time.Time) (digest.Query, error)
	Lang  string
	Zone  string
	Now   func() time.Time
}

// drySearch bounds how many articles a dry run reads, newest first.
const drySearch = 3000

// DryRun tells what an alert, stored or not, would have sent of the articles
// that were first seen from since on and before until: judged by the rules
// that send, with the mutes and quiet hours of its destination as they are
// now, as if nothing had been sent before. What a story is about is taken from
// how it stands now.
func (x Explainer) DryRun(ctx context.Context, sub digest.Subscription, since, until time.Time) (digest.Trial, error) {
	out := digest.Trial{Since: since, Until: until}
	var err error
	if out.Looked, _, err = x.Store.Window(ctx, since, until); err != nil {
		return out, fmt.Errorf("count articles: %w", err)
	}
	r := rehearsal{x: x, sub: sub, trial: &out, told: map[int64]*digest.Alerted{}, matches: map[int64]bool{}, interest: map[int64]bool{}}
	if r.profile, err = x.Store.Profile(ctx, sub.Destination); err != nil {
		return out, fmt.Errorf("read what was chosen: %w", err)
	}
	if err := r.find(ctx, since, until); err != nil {
		return out, err
	}
	r.run(since, until)
	return out, nil
}

// rehearsal is one dry run.
type rehearsal struct {
	x        Explainer
	sub      digest.Subscription
	profile  digest.Profile
	trial    *digest.Trial
	matches  map[int64]bool // articles that match
	stories  map[int64]alert.Story
	titles   map[int64]string
	articles []alert.Trigger // of those stories, in the order they were seen
	of       map[int64]int64 // story of an article
	told     map[int64]*digest.Alerted
	interest map[int64]bool // stories of which an article has matched
	sent     []time.Time
	waiting  []waiting
}

// waiting is a held alert of a dry run.
type waiting struct {
	story int64
	until time.Time
}

// find reads the articles that match, and their stories.
func (r *rehearsal) find(ctx context.Context, since, until time.Time) error {
	q, err := r.x.Read(r.sub.Query, r.x.Now())
	if err != nil {
		return err
	}
	m, err := alert.NewMatcher(alert.Query{Query: q, Filter: r.sub.Rules.Filter})
	if err != nil {
		return err
	}
	search := alert.Search(q)
	search.Since, search.Until, search.Limit = since.Add(-alert.DatedWithin), until, drySearch
	found, err := r.x.Store.Search(ctx, search)
	if err != nil {
		return fmt.Errorf("look for articles: %w", err)
	}
	stories := map[int64]bool{}
	for batch := range slices.Chunk(found, 200) {
		ids := make([]int64, len(batch))
		for i, c := range batch {
			ids[i] = c.ArticleID
		}
		articles, err := r.x.Store.Articles(ctx, ids)
		if err != nil {
			return fmt.Errorf("read articles: %w", err)
		}
		for i := range articles {
			a := &articles[i]
			if a.StoryID != 0 && !a.Stored.Before(since) && a.Stored.Before(until) && m.Miss(a).Kind == "" {
				r.matches[a.ID], stories[a.StoryID] = true, true
			}
		}
	}
	return r.read(ctx, stories)
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
	r.stories, r.titles, r.of = map[int64]alert.Story{}, map[int64]string{}, map[int64]int64{}
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(stories)), 50) {
		rows, err := r.x.Store.Stories(ctx, batch)
		if err != nil {
			return fmt.Errorf("read stories: %w", err)
		}
		articles, err := r.x.Store.StoryArticles(ctx, batch)
		if err != nil {
			return fmt.Errorf("read the articles of stories: %w", err)
		}
		for _, row := range rows {
			st := alert.Story{ID: row.ID, Countries: digest.Firm(row.Countries), Topics: digest.Firm(row.Topics)}
			for i := range articles[row.ID] {
				a := &articles[row.ID][i]
				st.Prints = append(st.Prints, alert.NewPrint(a, rooms[a.Source]))
				r.of[a.ID] = row.ID
				r.articles = append(r.articles, alert.Trigger{ArticleID: a.ID, Source: a.Source, Seen: a.Stored, Dated: a.Published})
			}
			r.stories[row.ID], r.titles[row.ID] = st, row.Title
		}
	}
	slices.SortFunc(r.articles, func(a, b alert.Trigger) int {
		return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(a.ArticleID, b.ArticleID))
	})
	return nil
}

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
}

func (r *rehearsal) caseAt(t alert.Trigger, story int64, now time.Time) alert.Case {
	st := r.stories[story]
	st.Prints = slices.DeleteFunc(slices.Clone(st.Prints), func(p alert.Print) bool { return p.Seen.After(now) })
	w := alert.Wish{Subscription: r.sub.ID, Rules: r.sub.Rules, Zone: cmp.Or(r.sub.Zone, r.x.Zone), Sent: r.sent}
	waits := slices.ContainsFunc(r.waiting, func(w waiting) bool { return w.story == story })
	return alert.Case{Now: now, Trigger: t, Story: st, Wishes: []alert.Wish{w}, Profile: r.profile, Told: r.told[story], Waits: waits}
}

func (r *rehearsal) judge(t alert.Trigger, story int64) {
	v := alert.Judge(r.caseAt(t, story, t.Seen))
	switch v.Do {
	case alert.Hold:
		r.waiting = append(r.waiting, waiting{story, v.Until})
	case alert.Send:
		r.trial.Alerts = append(r.trial.Alerts, digest.TrialAlert{At: t.Seen, StoryID: story, Title: r.titles[story]})
		r.sent = append(r.sent, t.Seen)
		r.told[story] = &v.Said
	case alert.Drop:
		r.told[story] = &v.Said
	case alert.Nothing:
	}
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
				r.trial.Alerts = append(r.trial.Alerts, digest.TrialAlert{At: at, StoryID: w.story, Title: r.titles[w.story]})
				r.trial.Held++
				r.told[w.story], shipped = &v.Said, true
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

// WhyNot goes the way of an article to a subscriber, step by step, until one
// that did not let it through. what is its address, or its headline.
func (x Explainer) WhyNot(ctx context.Context, sub digest.Subscription, what string) ([]digest.Step, error) {
	p := path{x: x, sub: sub, w: bot.WordsIn(cmp.Or(sub.Lang, x.Lang))}
	found, err := p.find(ctx, what)
	if err != nil || !found {
		return p.steps, err
	}
	for _, step := range []func(context.Context) (bool, error){p.matches, p.muted, p.told, p.sent} {
		if passed, err := step(ctx); err != nil || !passed {
			return p.steps, err
		}
	}
	return p.steps, nil
}

// path is one article's way to one subscription.
type path struct {
	x     Explainer
	sub   digest.Subscription
	w     bot.Words
	art   digest.Article
	story alert.Story
	prof  digest.Profile
	steps []digest.Step
}

func (p *path) say(passed bool, text string) bool {
	p.steps = append(p.steps, digest.Step{Passed: passed, Text: text})
	return passed
}

// find looks for the article, by its address or by the words of its headline.
func (p *path) find(ctx context.Context, what string) (bool, error) {
	what = strings.TrimSpace(what)
	if u, err := url.Parse(what); err == nil && u.Host != "" {
		canonical, err := digest.CanonicalURL(what)
		if err != nil {
			return false, err
		}
		p.art, err = p.x.Store.ArticleByURL(ctx, canonical)
		if digest.CodeOf(err) == digest.NotFound {
			return p.say(false, p.w.Say("It is not stored: no source that I read had this address.")), nil
		}
		return p.stored(ctx, err)
	}
	q := alert.SearchHeadline(what)
	q.Limit = 50
	if len(q.Terms) == 0 {
		return p.say(false, p.w.Say("It is not stored: no article has these words.")), nil
	}
	found, err := p.x.Store.Search(ctx, q)
	if err != nil {
		return false, fmt.Errorf("look for the headline: %w", err)
	}
	best := slices.MaxFunc(append([]digest.Candidate{{}}, found...), func(a, b digest.Candidate) int {
		return cmp.Or(cmp.Compare(sum(a.Terms), sum(b.Terms)), a.Time.Compare(b.Time))
	})
	missing := 0
	for _, t := range best.Terms {
		if t == 0 {
			missing++
		}
	}
	if best.ArticleID == 0 || 2*missing > len(q.Terms) {
		return p.say(false, p.w.Say("It is not stored: no article has these words.")), nil
	}
	articles, err := p.x.Store.Articles(ctx, []int64{best.ArticleID})
	if err == nil && len(articles) > 0 {
		p.art = articles[0]
	}
	return p.stored(ctx, err)
}

func sum(list []float64) (s float64) {
	for _, v := range list {
		s += v
	}
	return s
}

// stored tells of the article that was found, and reads its story.
func (p *path) stored(ctx context.Context, err error) (bool, error) {
	if err != nil {
		return false, fmt.Errorf("read the article: %w", err)
	}
	if p.prof, err = p.x.Store.Profile(ctx, p.sub.Destination); err != nil {
		return false, fmt.Errorf("read what was chosen: %w", err)
	}
	at := p.w.When(p.art.Stored.In(bot.Zone(cmp.Or(p.sub.Zone, p.x.Zone))), p.x.Now())
	p.say(true, p.w.Say("It is stored: “%s” from %s, first seen %s.", p.art.Title, p.art.Source, at))
	if p.art.StoryID == 0 {
		return p.say(false, p.w.Say("It is in no story yet.")), nil
	}
	rows, err := p.x.Store.Stories(ctx, []int64{p.art.StoryID})
	if err != nil || len(rows) == 0 {
		return false, err
	}
	articles, err := p.x.Store.StoryArticles(ctx, []int64{p.art.StoryID})
	if err != nil {
		return false, fmt.Errorf("read the articles of the story: %w", err)
	}
	p.story = alert.Story{ID: rows[0].ID, Countries: digest.Firm(rows[0].Countries), Topics: digest.Firm(rows[0].Topics)}
	for i := range articles[rows[0].ID] {
		p.story.Prints = append(p.story.Prints, alert.NewPrint(&articles[rows[0].ID][i], ""))
	}
	return true, nil
}

// matches tells whether the article is what was asked for.
func (p *path) matches(context.Context) (bool, error) {
	q, err := p.x.Read(p.sub.Query, p.x.Now())
	if err != nil {
		return false, err
	}
	m, err := alert.NewMatcher(alert.Query{Query: q, Filter: p.sub.Rules.Filter})
	if err != nil {
		return false, err
	}
	miss := m.Miss(&p.art)
	about := strings.Join(append(digest.Firm(p.art.Countries), digest.Firm(p.art.Topics)...), ", ")
	switch miss.Kind {
	case "":
		return p.say(true, p.w.Say("It is about what %s asks for.", cmp.Or(p.sub.Name, p.sub.Query))), nil
	case alert.NoWord:
		return p.say(false, p.w.Say("It does not have the word “%s”.", miss.Value)), nil
	case alert.OtherSource:
		return p.say(false, p.w.Say("It is not from %s, which the subscription asks for.", miss.Value)), nil
	case alert.OtherLang:
		return p.say(false, p.w.Say("It is in another language than the subscription asks for.")), nil
	case alert.Excluded:
		return p.say(false, p.w.Say("The subscription leaves out “%s”.", miss.Value)), nil
	case alert.Filtered:
		return p.say(false, p.w.Say("The filter of the subscription keeps it out: “%s”.", miss.Value)), nil
	}
	return p.say(false, p.w.Say("It is tagged elsewhere: it is about %s, and not firmly about %s.", cmp.Or(about, "–"), miss.Value)), nil
}

// muted tells whether a mute keeps it out.
func (p *path) muted(context.Context) (bool, error) {
	v := alert.Judge(alert.Case{Now: p.x.Now(), Trigger: alert.Trigger{Source: p.art.Source, Seen: p.x.Now()}, Story: p.story, Profile: p.prof, Told: &digest.Alerted{}})
	if v.Why == alert.Muted {
		return p.say(false, p.w.Say("It is muted: %s.", cmp.Or(v.Mute, p.art.Title))), nil
	}
	return p.say(true, p.w.Say("Nothing that you muted keeps it out.")), nil
}

// ids are the story and all that may have been it before.
func (p *path) ids() []int64 {
	out := []int64{p.story.ID}
	for _, print := range p.story.Prints {
		out = append(out, print.ArticleID)
	}
	return out
}

// told tells whether the destination knows the story.
func (p *path) told(ctx context.Context) (bool, error) {
	if p.sub.Kind != digest.AlertKind {
		return true, nil
	}
	alerted, err := p.x.Store.Alerted(ctx, p.sub.Destination, p.ids())
	if err != nil {
		return false, fmt.Errorf("read what was alerted: %w", err)
	}
	for _, a := range alerted {
		at := p.w.When(a.At.In(bot.Zone(cmp.Or(p.sub.Zone, p.x.Zone))), p.x.Now())
		return p.say(false, p.w.Say("Its story was told here already, %s; it comes again when it escalates.", at)), nil
	}
	held, err := p.x.Store.HeldOf(ctx, p.ids())
	if err != nil {
		return false, fmt.Errorf("read what is held: %w", err)
	}
	for _, h := range held {
		if h.Destination.String() == p.sub.Destination.String() {
			at := p.w.When(h.Release.In(bot.Zone(cmp.Or(p.sub.Zone, p.x.Zone))), p.x.Now())
			return p.say(false, p.w.Say("It is held and comes with others, %s.", at)), nil
		}
	}
	return p.say(true, p.w.Say("Its story was not told here before.")), nil
}

// sent tells what of the rules of sending kept it back.
func (p *path) sent(ctx context.Context) (bool, error) {
	if p.sub.Kind != digest.AlertKind {
		return p.inDigest(ctx)
	}
	since, err := p.x.Store.SourceSince(ctx, p.art.Source)
	if err != nil {
		return false, fmt.Errorf("find when the source began: %w", err)
	}
	printed, err := p.x.Store.Printed(ctx, []int64{p.art.ID})
	if err != nil {
		return false, fmt.Errorf("look for earlier prints: %w", err)
	}
	t := alert.Trigger{Source: p.art.Source, Seen: p.art.Stored, Dated: p.art.Published, Printed: printed[p.art.ID], SourceSince: since}
	switch t.Old(p.art.Stored) {
	case alert.Old:
		return p.say(false, p.w.Say("It was old when I first saw it.")), nil
	case alert.Reprint:
		return p.say(false, p.w.Say("Its source had printed the same text before.")), nil
	}
	if p.art.Stored.Before(p.sub.Created) {
		return p.say(false, p.w.Say("It is older than the subscription.")), nil
	}
	if !alert.Big(p.sub.Rules, &p.story, p.art.Stored) {
		return p.say(false, p.w.Say("Its story was not big enough: %s of %d.", p.w.Say("%d sources", p.story.Sources()), p.sub.Rules.Big)), nil
	}
	if _, quiet := alert.Quiet(p.prof.Quiet, cmp.Or(p.sub.Zone, p.x.Zone), p.art.Stored); quiet && p.prof.Quiet.Drop {
		return p.say(false, p.w.Say("It came in quiet hours, which drop alerts.")), nil
	}
	return p.say(true, p.w.Say("By all rules it is to be sent; where it was not, the subscription was off, or its platform was not reached.")), nil
}

// inDigest tells whether an edition has the story, or was cut before it.
func (p *path) inDigest(ctx context.Context) (bool, error) {
	editions, err := p.x.Store.Editions(ctx, digest.EditionFilter{SubscriptionID: p.sub.ID, Limit: 10})
	if err != nil {
		return false, fmt.Errorf("read editions: %w", err)
	}
	for _, e := range editions {
		if slices.ContainsFunc(e.Stories, func(t digest.Told) bool { return slices.Contains(p.ids(), t.StoryID) }) {
			at := p.w.When(e.Scheduled.In(bot.Zone(cmp.Or(p.sub.Zone, p.x.Zone))), p.x.Now())
			return p.say(true, p.w.Say("Its story is in the digest of %s.", at)), nil
		}
	}
	told, err := p.x.Store.Told(ctx, p.sub.Destination, p.ids())
	if err != nil {
		return false, fmt.Errorf("read what was told: %w", err)
	}
	if len(told) > 0 {
		return p.say(false, p.w.Say("Its story was told here already, by another subscription.")), nil
	}
	if len(editions) > 0 && editions[0].Scheduled.After(p.art.Stored) {
		return p.say(false, p.w.Say("It was below the cut: other stories had more sources, or were closer to what was asked.")), nil
	}
	return p.say(true, p.w.Say("It waits for the next digest.")), nil
}
