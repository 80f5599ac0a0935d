package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
	"github.com/daybrief/daybrief/digest/text"
)

// Articles is where articles are kept.
type Articles interface {
	// AddArticles stores a batch in one transaction, order kept.
	AddArticles(ctx context.Context, entries []digest.Entry) ([]digest.Added, error)
	Articles(ctx context.Context, ids []int64) ([]digest.Article, error)
	// Ungrouped returns articles without a story, first stored first.
	Ungrouped(ctx context.Context, limit int) ([]digest.LiveArticle, error)
	// Live calls fn for each grouped article since a time, in stored order.
	Live(ctx context.Context, since time.Time, fn func(digest.LiveArticle) error) error
}

// Stories is where stories are kept.
type Stories interface {
	StoryArticles(ctx context.Context, storyIDs []int64) (map[int64][]digest.Article, error)
	SaveGroups(ctx context.Context, groups []digest.Grouping) error
	// SaveStories stores stories; one without articles is removed.
	SaveStories(ctx context.Context, stories []digest.Story) error
}

// Sources tells what is known of a source; NotFound when nothing is.
type Sources interface {
	Source(ctx context.Context, name string) (digest.Source, error)
}

// Store is all that the pipeline needs of the store.
type Store interface {
	Articles
	Stories
	Sources
}

// Tagger tells what an analysed article is about.
type Tagger interface {
	Tag(doc *text.Document, hint tag.Hint) (countries, topics []digest.Tag)
}

// Grouper puts articles into stories.
type Grouper interface {
	Load(digest.LiveArticle)
	Add(a *digest.Article, features []byte) story.Outcome
	Forget(before time.Time)
}

// Options of a Pipeline. Store, Tagger and Grouper are needed.
type Options struct {
	Store   Store
	Tagger  Tagger
	Grouper Grouper
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: none
	// Window is how long an article can still gather others around it. 0
	// means DefaultWindow.
	Window time.Duration
	// Batch is how many articles are stored and grouped together. 0 means 256.
	Batch int
	// Workers is how many articles are analysed at once. 0 means one per core.
	Workers int
}

// DefaultWindow is how long a story stays open for further articles.
const DefaultWindow = 7 * 24 * time.Hour

// Pipeline takes articles in. It is safe for concurrent use.
type Pipeline struct {
	o     Options
	hints hints
	seen  *seen
	line  line

	mu        sync.Mutex // storing and grouping: one batch at a time
	loaded    bool       // the grouper holds the live window
	last      int64      // highest article ID that the grouper was shown
	reloaded  time.Time  // when it was last loaded
	forgotten time.Time  // when it last forgot
	grouped   int        // articles since then
	cast      cast       // articles of the stories that changed lately
}

// New builds a Pipeline. The live window is loaded when the first articles
// come, so that a program that only answers never pays for it.
func New(o Options) *Pipeline {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Window == 0 {
		o.Window = DefaultWindow
	}
	if o.Batch == 0 {
		o.Batch = 256
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return &Pipeline{o: o, seen: newSeen(), hints: hints{store: o.Store, now: o.Now, known: map[string]hint{}}}
}

// Counts says what became of articles.
type Counts struct {
	New     int     // stored for the first time
	Revised int     // known, with a changed text
	Known   int     // known as they are
	Bad     []error // not stored; each says which article and what is wrong with it
}

func (c *Counts) add(more Counts) {
	c.New, c.Revised, c.Known, c.Bad = c.New+more.New, c.Revised+more.Revised, c.Known+more.Known, append(c.Bad, more.Bad...)
}

// Add takes articles in, in their order. Articles that cannot be stored are in
// Counts.Bad and keep no other from being stored. An error means that the
// store failed; the counts then tell how far it came, and adding all again is
// harmless.
func (p *Pipeline) Add(ctx context.Context, articles []digest.Article) (Counts, error) {
	var total Counts
	for len(articles) > 0 {
		n := min(len(articles), p.o.Batch)
		batch := p.analyse(ctx, articles[:n], &total)
		articles = articles[n:]
		if err := ctx.Err(); err != nil {
			return total, err
		}
		if err := p.take(ctx, batch, &total); err != nil {
			return total, err
		}
	}
	return total, nil
}

// Resume groups what a crash left without a story. Add does it too, before
// anything else; a program that may not take in anything soon calls it at
// start.
func (p *Pipeline) Resume(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.load(ctx)
}

// take stores and groups one batch, with those of other callers that wait.
func (p *Pipeline) take(ctx context.Context, batch []analysed, total *Counts) error {
	if len(batch) == 0 {
		return nil
	}
	w := &waiting{batch: batch, total: total}
	p.line.join(w)
	p.mu.Lock()
	defer p.mu.Unlock()
	for !w.done {
		p.line.settle(w, p.o.Batch, func(together []*waiting) error { return p.keep(ctx, together) })
	}
	return w.err
}

// keep stores and groups batches, in their order.
func (p *Pipeline) keep(ctx context.Context, batches []*waiting) error {
	if err := p.load(ctx); err != nil {
		return err
	}
	var entries []digest.Entry
	for _, w := range batches {
		for i := range w.batch {
			entries = append(entries, w.batch[i].entry)
		}
	}
	added, err := p.o.Store.AddArticles(ctx, entries)
	if err != nil {
		return err
	}
	counts := make([]Counts, len(batches))
	var arrived []arrival
	for i, w := range batches {
		n := len(w.batch)
		arrived = append(arrived, arrivals(entries[:n], added[:n], &counts[i])...)
		entries, added = entries[n:], added[n:]
	}
	if err := p.group(ctx, arrived); err != nil {
		p.reset()
		return err
	}
	for i, w := range batches {
		w.total.add(counts[i])
		p.seen.add(w.batch)
	}
	p.forget(len(arrived))
	return nil
}

// arrivals counts what became of entries and returns those that have to be
// grouped.
func arrivals(entries []digest.Entry, added []digest.Added, total *Counts) []arrival {
	out := make([]arrival, 0, len(entries))
	for i, a := range added {
		switch {
		case a.New:
			total.New++
		case a.Revised:
			total.Revised++
		default:
			total.Known++
			continue
		}
		entries[i].ID = a.ID
		out = append(out, arrival{article: &entries[i].Article, features: entries[i].Features, revised: a.Revised})
	}
	return out
}

// analysed is an article on its way in.
type analysed struct {
	entry    digest.Entry
	identity uint64 // for seen
	content  uint64
	known    bool // it was stored lately as it is: nothing else is filled
	err      error
}

// analyse cleans, reads and tags articles on all cores, keeping their order.
// It counts those that are bad or known already and leaves them out.
func (p *Pipeline) analyse(ctx context.Context, articles []digest.Article, total *Counts) []analysed {
	now := p.o.Now()
	out := make([]analysed, len(articles))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(p.o.Workers, len(articles)) {
		workers.Go(func() {
			for i := range next {
				out[i] = p.read(articles[i], now, p.hints.of(ctx, articles[i].Source))
			}
		})
	}
	for i := range articles {
		next <- i
	}
	close(next)
	workers.Wait()
	kept := out[:0]
	for _, a := range out {
		switch {
		case a.err != nil:
			total.Bad = append(total.Bad, a.err)
		case a.known:
			total.Known++
		default:
			kept = append(kept, a)
		}
	}
	return kept
}

// read makes of an article what is stored.
func (p *Pipeline) read(a digest.Article, now time.Time, h hint) analysed {
	named := a.Title
	if err := a.Clean(); err != nil {
		return analysed{err: badArticle(named, &a, err)}
	}
	var out analysed
	out.identity, out.content = p.seen.keys(&a, h)
	if p.seen.has(out.identity, out.content) {
		out.known = true
		return out
	}
	if a.Stored.IsZero() {
		a.Stored = now.UTC()
	}
	doc := text.Analyse(a.Title, a.Body, a.Lang)
	a.Lang = doc.Lang
	a.Countries, a.Topics = p.o.Tagger.Tag(doc, h.hint)
	out.entry = digest.Entry{Article: a, Features: story.Features(doc, &a)}
	out.entry.TitleTerms, out.entry.BodyTerms = doc.Terms()
	return out
}

// badArticle names an article by the first thing that it has.
func badArticle(title string, a *digest.Article, err error) error {
	const shown = 60
	for _, name := range []string{title, a.URL, a.GUID, a.Body} {
		if name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " "); name == "" {
			continue
		}
		if r := []rune(name); len(r) > shown {
			name = string(r[:shown-1]) + "…"
		}
		return digest.Errorf(digest.Invalid, "%w (article %s)", err, fmt.Sprintf("%q", name))
	}
	return digest.Errorf(digest.Invalid, "%w (an article that has nothing)", err)
}
