package brief

import (
	"cmp"
	"context"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Order is what a digest is built for.
type Order struct {
	Subscription digest.Subscription
	Since        time.Time     // where the news begins: the run before
	Until        time.Time     // when it is built
	Late         time.Duration // how much later than scheduled; 0 when on time

	Profile digest.Profile // of the destination: what is muted, and what it leans to
}

// Digest builds a digest: the stories of the window that fit the
// subscription's query and that its destination was not told, or that have
// really grown since. A query that cannot be read is an Invalid error.
func (b *Briefer) Digest(ctx context.Context, o Order) (digest.Digest, error) {
	sub := o.Subscription
	q, err := b.reader.Read(sub.Query, o.Until)
	if err != nil {
		return digest.Digest{}, err
	}
	p, err := b.pool(ctx, q, o)
	if err != nil {
		return digest.Digest{}, err
	}
	found, muted := personal(p.found, o.Profile, o.Until)
	news, updates, err := b.untold(ctx, sub.Destination, found)
	if err != nil {
		return digest.Digest{}, err
	}
	length := cmp.Or(sub.Length, digest.DefaultLength)
	t := teller{b: b, q: p.query, now: o.Until, format: sub.Format, lang: sub.Lang}
	all, err := p.load(ctx, t, diversify(news, considered(sub, length)))
	if err != nil {
		return digest.Digest{}, err
	}
	before := len(all)
	if all, err = filtered(withoutSources(all, o.Profile, o.Until), sub.Rules.Filter); err != nil {
		return digest.Digest{}, err
	}
	stories, err := p.tell(ctx, t, ration(all, length))
	if err != nil {
		return digest.Digest{}, err
	}
	t.mark(stories, updates, o)
	out := digest.Digest{Brief: p.frame, Name: sub.Name, Since: o.Since, Until: o.Until, Zone: sub.Zone, Late: o.Late,
		Also: max(len(news)-(before-len(all))-len(stories), 0), Health: p.news, Sections: b.sections(p.query, stories, sub.Lang)}
	out.Query.Raw, out.Brief.Title = q.Raw, b.title(p.query, sub.Lang)
	out.Stories, out.More, out.Muted = stories, out.Also, muted
	if sub.Format == digest.Review {
		if out.Review, err = b.review(ctx, p.query, o, found); err != nil {
			return out, err
		}
	}
	return out, nil
}

// considered is how many stories a digest is made from: more where a filter
// will take some away.
func considered(sub digest.Subscription, length int) int {
	if noFilter(sub.Rules.Filter) {
		return spare * length
	}
	return 4 * spare * length
}

// maxAsked is how many stories the ledger is asked about: those beyond are only
// counted.
const maxAsked = 400

// untold leaves out what a destination was told already, except what has
// really grown; updates has what was told of those.
func (b *Briefer) untold(ctx context.Context, to digest.Destination, found []hit) (news []hit, updates map[int64]digest.Told, err error) {
	updates = make(map[int64]digest.Told)
	if to.Platform == "" || len(found) == 0 {
		return found, updates, nil
	}
	ids := make([]int64, 0, maxAsked)
	for _, h := range found[:min(len(found), maxAsked)] {
		ids = append(ids, h.StoryID)
	}
	told, err := b.store.Told(ctx, to, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range found {
		before, was := told[h.StoryID]
		switch {
		case !was:
			news = append(news, h)
		case grown(before, h.story):
			updates[h.StoryID] = before
			news = append(news, h)
		}
	}
	return news, updates, nil
}

// grown reports that a story has really grown since it was told: two more
// independent sources and half as many again, or, where no source came to it,
// twice the articles and at least four more.
func grown(before digest.Told, now digest.Story) bool {
	more := now.Sources - before.Sources
	if more >= 2 && 2*now.Sources >= 3*before.Sources {
		return true
	}
	return now.Articles >= 2*before.Articles && now.Articles-before.Articles >= 4
}

// mark says of the stories that were told before what is new in them.
func (t teller) mark(stories []digest.StoryBrief, updates map[int64]digest.Told, o Order) {
	for i := range stories {
		s := &stories[i]
		before, is := updates[s.ID]
		if !is {
			continue
		}
		s.IsUpdate = true
		s.Change = t.change(*s, before, o)
	}
}

// change is the headline of the latest article since the last digest that says
// something else than the story's own; without one, how many sources came.
func (t teller) change(s digest.StoryBrief, before digest.Told, o Order) string {
	var latest *digest.Article
	for i := range s.Shown {
		a := &s.Shown[i]
		if a.Time().Before(o.Since) || alike(a.Title, s.Title) {
			continue
		}
		if latest == nil || a.Time().After(latest.Time()) {
			latest = a
		}
	}
	if latest == nil {
		return say(t.lang, "%d more sources since", max(s.Story.Sources-before.Sources, 1))
	}
	zone, err := time.LoadLocation(o.Subscription.Zone)
	if err != nil {
		zone = time.UTC
	}
	return say(t.lang, "new since %s: %s", day(t.lang, o.Since.In(zone), o.Until.In(zone)), latest.Title)
}

// alike reports headlines with more than half of their words in common.
func alike(a, b string) bool {
	first := make(map[string]bool)
	for _, w := range terms(a) {
		first[w] = true
	}
	common, all := 0, len(first)
	seen := make(map[string]bool)
	for _, w := range terms(b) {
		switch {
		case seen[w]:
		case first[w]:
			common++
		default:
			all++
		}
		seen[w] = true
	}
	return 2*common > all
}
