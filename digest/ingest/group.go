package ingest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
)

// arrival is an article that was just stored and waits for its story.
type arrival struct {
	article  *digest.Article
	features []byte
	revised  bool
}

// load fills the grouper with the live window and groups what a crash left
// behind; once, and again when another program has stored articles meanwhile.
func (p *Pipeline) load(ctx context.Context) error {
	if p.loaded {
		return nil
	}
	since := p.o.Now().Add(-p.o.Window)
	err := p.o.Store.Live(ctx, since, func(a digest.LiveArticle) error {
		p.o.Grouper.Load(a)
		p.last = max(p.last, a.ID)
		return nil
	})
	if err == nil {
		err = p.groupLeftovers(ctx)
	}
	if err != nil {
		p.reset()
		return err
	}
	p.loaded, p.reloaded, p.forgotten = true, p.o.Now(), p.o.Now()
	return nil
}

// reset empties the grouper after a failure: it may know of groupings that
// were never stored. The next batch loads it anew.
func (p *Pipeline) reset() {
	p.o.Grouper.Forget(p.o.Now().AddDate(1000, 0, 0))
	p.cast.clear()
	p.loaded, p.last = false, 0
}

// groupLeftovers groups the articles that have no story.
func (p *Pipeline) groupLeftovers(ctx context.Context) error {
	var last int64
	for {
		left, err := p.o.Store.Ungrouped(ctx, p.o.Batch)
		if err != nil {
			return err
		}
		if len(left) == 0 || left[len(left)-1].ID <= last {
			return nil
		}
		last = left[len(left)-1].ID
		p.o.Log.Info("articles without a story are grouped", "articles", len(left))
		late, err := p.lateArrivals(ctx, left)
		if err != nil {
			return err
		}
		if err := p.group(ctx, late); err != nil {
			return err
		}
	}
}

func (p *Pipeline) lateArrivals(ctx context.Context, left []digest.LiveArticle) ([]arrival, error) {
	features := make(map[int64][]byte, len(left))
	ids := make([]int64, len(left))
	for i, l := range left {
		ids[i], features[l.ID] = l.ID, l.Features
	}
	articles, err := p.o.Store.Articles(ctx, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(articles, func(a, b digest.Article) int { return cmp.Compare(a.ID, b.ID) })
	out := make([]arrival, len(articles))
	for i := range articles {
		out[i] = arrival{article: &articles[i], features: features[articles[i].ID]}
	}
	return out, nil
}

// reloadAfter is how soon the live window may be read again because another
// program stores articles too.
const reloadAfter = time.Minute

// catchUp loads the articles that another program stored between ours: their
// IDs are missing in the row of those that the grouper has seen.
func (p *Pipeline) catchUp(ctx context.Context, first int64) error {
	now := p.o.Now()
	if p.last == 0 || first <= p.last+1 || now.Sub(p.reloaded) < reloadAfter {
		return nil
	}
	p.reloaded = now
	p.cast.clear()
	return p.o.Store.Live(ctx, now.Add(-p.o.Window), func(a digest.LiveArticle) error {
		p.o.Grouper.Load(a)
		return nil
	})
}

// group puts articles into stories and stores what changed. The stories are
// stored first: when the program dies in between, the articles have no story
// yet, and grouping them again ends the same.
func (p *Pipeline) group(ctx context.Context, arrivals []arrival) error {
	if len(arrivals) == 0 {
		return nil
	}
	i := slices.IndexFunc(arrivals, func(a arrival) bool { return !a.revised })
	if i >= 0 {
		if err := p.catchUp(ctx, arrivals[i].article.ID); err != nil {
			return err
		}
	}
	c := change{groups: map[int64]digest.Grouping{}, fresh: map[int64]*digest.Article{}, stories: map[int64]bool{}, into: map[int64]int64{}}
	for _, a := range arrivals {
		c.add(a, p.o.Grouper.Add(a.article, a.features))
		p.last = max(p.last, a.article.ID)
	}
	stories, err := p.describe(ctx, &c)
	if err != nil {
		return err
	}
	if err := p.o.Store.SaveStories(ctx, stories); err != nil {
		return err
	}
	if err := p.o.Store.SaveGroups(ctx, c.groupings()); err != nil {
		return err
	}
	p.cast.keep(&c)
	return nil
}

// change is all that one batch changed.
type change struct {
	groups  map[int64]digest.Grouping  // by article; the latest
	order   []int64                    // articles in the order in which they came in
	fresh   map[int64]*digest.Article  // articles of the batch
	stories map[int64]bool             // to be described again
	into    map[int64]int64            // stories that became part of another
	members map[int64][]digest.Article // of the changed stories, after the change
}

func (c *change) add(a arrival, o story.Outcome) {
	c.fresh[a.article.ID] = a.article
	c.put(o.Grouping)
	for _, g := range o.Moved {
		c.put(g)
	}
	for _, m := range o.Merged {
		c.into[m.From] = m.Into
		c.stories[m.From] = true
	}
	for _, id := range o.Changed {
		c.stories[id] = true
	}
}

func (c *change) put(g digest.Grouping) {
	if _, ok := c.groups[g.ArticleID]; !ok {
		c.order = append(c.order, g.ArticleID)
	}
	c.groups[g.ArticleID] = g
}

func (c *change) groupings() []digest.Grouping {
	out := make([]digest.Grouping, len(c.order))
	for i, id := range c.order {
		out[i] = c.groups[id]
	}
	return out
}

// describe returns the changed stories as they are with this change. Old
// articles of a merged story, which the grouper no longer holds, follow the
// others.
func (p *Pipeline) describe(ctx context.Context, c *change) ([]digest.Story, error) {
	ids := slices.Sorted(maps.Keys(c.stories))
	stored, err := p.cast.of(ctx, p.o.Store, ids)
	if err != nil {
		return nil, err
	}
	members := make(map[int64][]digest.Article, len(ids))
	for _, id := range ids {
		for _, a := range stored[id] {
			if now := c.fresh[a.ID]; now != nil { // a revision
				now.Stored = a.Stored
				continue
			}
			to := c.follow(a.ID, id)
			members[to] = append(members[to], a)
		}
	}
	for _, id := range c.order {
		if a := c.fresh[id]; a != nil {
			to := c.groups[id].StoryID
			members[to] = append(members[to], slim(*a))
		}
	}
	out := make([]digest.Story, len(ids))
	for i, id := range ids {
		out[i] = p.storyOf(ctx, id, members[id])
	}
	c.members = members
	return out, nil
}

// follow returns the story of an article that was in a story before.
func (c *change) follow(article, was int64) int64 {
	if g, ok := c.groups[article]; ok {
		return g.StoryID
	}
	to := c.final(was)
	if to != was {
		c.put(digest.Grouping{ArticleID: article, StoryID: to, Join: digest.Join{StoryID: to, Shared: []string{}}})
	}
	return to
}

// final follows merges to the story that took in all others.
func (c *change) final(id int64) int64 {
	for range len(c.into) {
		to, ok := c.into[id]
		if !ok || to == id {
			break
		}
		id = to
	}
	return id
}

// storyOf describes a story; without articles it is one to be removed.
func (p *Pipeline) storyOf(ctx context.Context, id int64, articles []digest.Article) digest.Story {
	if len(articles) == 0 {
		return digest.Story{ID: id}
	}
	slices.SortFunc(articles, func(a, b digest.Article) int { return cmp.Compare(a.ID, b.ID) })
	voices := slices.Clone(articles)
	for i := range voices {
		voices[i].StoryID = id
		voices[i].Source = p.hints.voice(ctx, voices[i].Source)
	}
	s := story.Describe(voices)
	s.ID = id
	return s
}

// forgetEvery is how often the grouper lets go of what is older than the
// window. An import of an archive lies before the window altogether; it is
// kept until then, so that its articles find each other, as long as they are
// no more than forgetAfter: each costs about 3 kB, and archives have millions.
const (
	forgetEvery = time.Hour
	forgetAfter = 15_000
)

// forget counts articles that were grouped, and forgets when it is time.
func (p *Pipeline) forget(grouped int) {
	now := p.o.Now()
	p.grouped += grouped
	if now.Sub(p.forgotten) < forgetEvery && p.grouped < forgetAfter {
		return
	}
	p.forgotten, p.grouped = now, 0
	p.cast.clear()
	p.o.Grouper.Forget(now.Add(-p.o.Window))
}
