package brief

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// pool is what the digests of one query and minute share: at eight in the
// morning thousands of subscriptions are due that ask for a few hundred
// different things. What destinations were told differs and is not shared.
type pool struct {
	once  sync.Once
	err   error
	query digest.Query // without the words that no story has
	found []hit
	frame digest.Brief
	news  digest.Health

	mu     sync.Mutex
	loaded map[int64]loaded
	told   map[string]digest.StoryBrief
}

// looked is how many articles and sources a window holds: a number that is told
// with every answer, and that reads every row of the window to be counted. A
// count of the same minute does as well.
type looked struct {
	mu     sync.Mutex
	minute int64 // that the counts are of
	counts map[[2]int64]count
}

type count struct{ articles, sources int }

// window counts what the window of a query holds, where the Briefer shares once
// a minute.
func (s *search) window(ctx context.Context) (articles, sources int, err error) {
	b, since, until := s.b, s.q.Since, s.q.Until
	if b.shared == nil {
		return b.store.Window(ctx, since, until)
	}
	l := &b.shared.looked
	minute := s.now.Unix() / 60
	key := [2]int64{since.Unix() / 60, until.Unix() / 60}
	l.mu.Lock()
	if l.minute != minute || l.counts == nil {
		l.minute, l.counts = minute, map[[2]int64]count{}
	}
	c, ok := l.counts[key]
	l.mu.Unlock()
	if ok {
		return c.articles, c.sources, nil
	}
	articles, sources, err = b.store.Window(ctx, since, until)
	if err == nil && articles > 0 { // the first articles are seen at once
		l.mu.Lock()
		if l.minute == minute {
			l.counts[key] = count{articles, sources}
		}
		l.mu.Unlock()
	}
	return articles, sources, err
}

// pools keeps the pools of the last minutes.
type pools struct {
	looked
	mu   sync.Mutex
	byID map[string]*pool
	born map[string]time.Time
}

// keptFor is how long, by the orders' own time, a pool is kept.
const keptFor = 3 * time.Minute

// pool returns the one for an order, found at most once. Without sharing each
// order has its own.
func (b *Briefer) pool(ctx context.Context, q digest.Query, o Order) (*pool, error) {
	p := &pool{}
	if b.shared != nil {
		p = b.shared.get(fmt.Sprint(q.Slug(), "\x00", strings.Join(q.Langs, ","), "\x00", o.Since.UnixNano(), "\x00", o.Until.Truncate(time.Minute).Unix()), o.Until)
	}
	p.once.Do(func() { p.err = b.fill(ctx, p, q, o) })
	if p.err != nil && b.shared != nil {
		b.shared.forget(p)
	}
	return p, p.err
}

func (b *Briefer) fill(ctx context.Context, p *pool, q digest.Query, o Order) error {
	q.Since, q.Until = o.Since, o.Until
	s := &search{b: b, q: q, now: o.Until, limit: digest.DefaultLength}
	if err := s.run(ctx); err != nil {
		return err
	}
	p.query, p.found = s.q, s.found
	for i := range p.found {
		p.found[i].trim()
	}
	p.loaded, p.told = make(map[int64]loaded), make(map[string]digest.StoryBrief)
	var err error
	if p.frame, err = s.brief(ctx); err != nil {
		return err
	}
	p.news, err = b.store.HealthBetween(ctx, o.Since, o.Until)
	return err
}

// maxKept is how many of a story's articles are kept in the order of closeness.
const maxKept = 64

// trim lets go of what ranking needed and telling does not.
func (h *hit) trim() {
	h.Articles = h.Articles[:min(len(h.Articles), maxKept)]
	for i := range h.Articles {
		c := &h.Articles[i]
		c.Countries, c.Topics, c.Terms = nil, nil, nil
	}
}

func (ps *pools) get(id string, now time.Time) *pool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p, ok := ps.byID[id]; ok {
		return p
	}
	for old, born := range ps.born {
		if age := now.Sub(born); age > keptFor || age < -keptFor {
			delete(ps.byID, old)
			delete(ps.born, old)
		}
	}
	p := &pool{}
	ps.byID[id], ps.born[id] = p, now
	return p
}

// forget drops a pool that failed, so that the next order tries again.
func (ps *pools) forget(failed *pool) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for id, p := range ps.byID {
		if p == failed {
			delete(ps.byID, id)
			delete(ps.born, id)
		}
	}
}

// load reads the articles of the stories that nobody needed before.
func (p *pool) load(ctx context.Context, t teller, hits []hit) ([]loaded, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var missing []hit
	for _, h := range hits {
		if _, ok := p.loaded[h.StoryID]; !ok {
			missing = append(missing, h)
		}
	}
	fresh, err := t.load(ctx, missing)
	if err != nil {
		return nil, err
	}
	for _, l := range fresh {
		p.loaded[l.StoryID] = l
	}
	out := make([]loaded, 0, len(hits))
	for _, h := range hits {
		if l, ok := p.loaded[h.StoryID]; ok {
			out = append(out, l)
		}
	}
	return out, nil
}

// tell tells stories, each at most once for one format, language, lead and
// choice of articles: filters and mutes take some away.
func (p *pool) tell(ctx context.Context, t teller, all []loaded) ([]digest.StoryBrief, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]digest.StoryBrief, 0, len(all))
	for _, l := range all {
		key := fmt.Sprint(l.StoryID, t.format, t.lang, l.articles[0].ID, "\x00", len(l.articles))
		s, ok := p.told[key]
		if !ok {
			told, err := t.tell(ctx, []loaded{l})
			if err != nil {
				return nil, err
			}
			s = told[0]
			p.told[key] = s
		}
		out = append(out, s)
	}
	return out, nil
}
