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
	n := considered(sub, length)
	t := teller{b: b, q: p.query, now: o.Until, format: sub.Format, lang: sub.Lang}
	all, err := p.load(ctx, t, diversify(roomForNew(news, updates, length, n), n))
	if err != nil {
		return digest.Digest{}, err
	}
	before := len(all)
	if all, err = filtered(withoutSources(all, o.Profile, o.Until), sub.Rules.Filter); err != nil {
		return digest.Digest{}, err
	}
	stories, err := p.tell(ctx, t, ration(balance(all, updates, length), length))
	if err != nil {
		return digest.Digest{}, err
	}
	t.mark(stories, updates, o)
	out := digest.Digest{Brief: p.frame, Name: sub.Name, Since: o.Since, Until: o.Until, Zone: sub.Zone, Late: o.Late,
		Also: max(len(news)-(before-len(all))-len(stories), 0), Health: p.news, Sections: b.parts(p.query, stories, sub.Lang)}
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
