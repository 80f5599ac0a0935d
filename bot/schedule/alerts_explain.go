package schedule

import (
	"cmp"
	"context"
	"fmt"
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
	seen := p.art.Stored
	v := alert.Judge(alert.Case{Now: seen, Trigger: alert.Trigger{Source: p.art.Source, Seen: seen}, Story: p.story, Profile: p.prof, Told: &digest.Alerted{}})
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
	if p.art.Stored.Before(p.sub.Created) {
		return p.say(false, p.w.Say("It is older than the subscription.")), nil
	}
	r, err := p.x.rehearse(ctx, p.sub)
	if err == nil {
		err = r.read(ctx, map[int64]bool{p.story.ID: true})
	}
	if err != nil {
		return false, err
	}
	r.run(time.Time{}, p.x.Now().Add(time.Nanosecond))
	if r.would[p.story.ID] {
		return p.say(true, p.w.Say("By all rules it is to be sent; where it was not, the subscription was off, or its platform was not reached.")), nil
	}
	return p.say(false, p.reason(r)), nil
}

// reason says why a rehearsal did not send the article's story.
func (p *path) reason(r *rehearsal) string {
	switch v := r.verdicts[p.art.ID]; v.Why {
	case alert.Old:
		return p.w.Say("It was old when I first saw it.")
	case alert.Reprint:
		return p.w.Say("Its source had printed the same text before.")
	case alert.OldStory:
		return p.w.Say("Its story had begun too long before to be told as new.")
	case alert.Small:
		return p.w.Say("Its story was not big enough: %s of %d.", p.w.Say("%d sources", r.most(p.story.ID)), p.sub.Rules.Big)
	case alert.Muted:
		return p.w.Say("It is muted: %s.", cmp.Or(v.Mute, p.art.Title))
	}
	return p.w.Say("It came in quiet hours, which drop alerts.")
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
