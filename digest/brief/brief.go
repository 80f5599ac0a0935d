package brief

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/query"
)

// Options are what a Briefer needs.
type Options struct {
	Store  Store
	Reader *query.Reader // reads the queries of subscriptions, and says queries for people
	Tagger Titles        // titles of topics; nil leaves them to the Reader
	// Share lets digests with the same query, window and minute share what was
	// found for the first of them: for a server that builds thousands at once.
	// An article stored within that minute may then wait for the next digest.
	Share bool
}

// Briefer answers queries and builds digests. It is safe for concurrent use.
type Briefer struct {
	store  Store
	reader *query.Reader
	titles Titles
	shared *pools // nil: nothing is shared
}

// New makes a Briefer.
func New(o Options) *Briefer {
	b := &Briefer{store: o.Store, reader: o.Reader, titles: o.Tagger}
	if o.Share {
		b.shared = &pools{byID: make(map[string]*pool), born: make(map[string]time.Time)}
	}
	return b
}

// Ask is a question.
type Ask struct {
	Query  digest.Query  // without a window: the last digest.DefaultWindow
	Limit  int           // stories shown; 0 means digest.DefaultLength
	Offset int           // stories passed over, for the next page
	Now    time.Time     // when it is asked
	Format digest.Format // how much of a summary; "" means digest.Compact
	Lang   string        // of the words around the news; "" means English

	Profile digest.Profile // of who asks: what is muted, and what they lean to
}

// Answer answers a question with ranked stories. With none, Nearest says what
// near it has some; where nothing near has, Top are the day's top stories. The
// brief's Query has the window that was looked through, and in Dropped the words
// that no story has.
func (b *Briefer) Answer(ctx context.Context, a Ask) (digest.Brief, error) {
	s := &search{b: b, q: a.Query, now: a.Now, limit: cmp.Or(a.Limit, digest.DefaultLength), offset: max(a.Offset, 0)}
	if s.q.Since.IsZero() {
		s.q.Since = a.Now.Add(-digest.DefaultWindow)
		if !s.q.Until.IsZero() {
			s.q.Since = s.q.Until.Add(-digest.DefaultWindow)
		}
	}
	if err := s.run(ctx); err != nil {
		return digest.Brief{}, err
	}
	out, err := s.brief(ctx)
	if err != nil {
		return out, err
	}
	out.Title = b.title(out.Query, a.Lang)
	s.found, out.Muted = personal(s.found, a.Profile, a.Now)
	page := s.found[min(s.offset, len(s.found)):]
	page = page[:min(s.limit, len(page))]
	out.More = len(s.found) - min(s.offset, len(s.found)) - len(page)
	t := teller{b: b, q: s.q, now: a.Now, format: a.Format, lang: a.Lang}
	all, err := t.load(ctx, page)
	if err != nil {
		return out, err
	}
	if out.Stories, err = t.tell(ctx, withoutSources(all, a.Profile, a.Now)); err != nil {
		return out, err
	}
	if len(s.found) == 0 && out.Muted == 0 {
		if out.Nearest, err = b.nearest(ctx, s); err == nil && len(out.Nearest) == 0 {
			out.Top, err = b.top(ctx, a)
		}
	}
	return out, err
}

// search is the finding of stories for a query, and what was found.
type search struct {
	b             *Briefer
	q             digest.Query
	now           time.Time
	limit, offset int

	found []hit // all that fit, best first
}

// hit is a story that fits.
type hit struct {
	Ranked
	story digest.Story
}

// maxCandidates is how many articles a search without any facet looks at: a
// day's news of a few hundred sources.
const maxCandidates = 6000

// run finds and ranks. When nothing is found and the query has words, those
// that no story has are dropped, and then the rarest, until something is.
func (s *search) run(ctx context.Context) error {
	for {
		ranked, err := s.rank(ctx, s.q)
		if err != nil {
			return err
		}
		if len(ranked) > 0 || len(s.q.Terms) == 0 {
			return s.load(ctx, ranked)
		}
		dropped, err := s.drop(ctx)
		if err != nil {
			return err
		}
		if !dropped {
			return nil
		}
	}
}

// drop takes the words with the least support out of the query, and reports
// whether it did. A query of nothing but words keeps one: without any it would
// be answered with everything.
func (s *search) drop(ctx context.Context) (bool, error) {
	support := make([]int, len(s.q.Terms))
	for i, t := range s.q.Terms {
		q := s.q
		q.Terms = []string{t}
		ranked, err := s.rank(ctx, q)
		if err != nil {
			return false, err
		}
		support[i] = len(ranked)
	}
	bare := s.q
	bare.Terms = nil
	if bare.Empty() && (len(support) == 1 || slices.Max(support) == 0) {
		return false, nil
	}
	least, last := slices.Min(support), len(s.q.Dropped)
	var kept []string
	for i, t := range s.q.Terms {
		if support[i] == least && (least == 0 || len(s.q.Dropped) == last) {
			s.q.Dropped = append(slices.Clip(s.q.Dropped), t)
		} else {
			kept = append(kept, t)
		}
	}
	s.q.Terms = kept
	s.q.Name = s.b.reader.Slug(s.q)
	return true, nil
}

// rank asks the store about a query and ranks what it finds.
func (s *search) rank(ctx context.Context, q digest.Query) ([]Ranked, error) {
	candidates, err := s.b.store.Search(ctx, s.ask(q))
	if err != nil {
		return nil, err
	}
	if q.Region != "" {
		if candidates, err = s.named(ctx, q, candidates); err != nil {
			return nil, err
		}
	}
	if candidates, err = s.exclude(ctx, candidates); err != nil {
		return nil, err
	}
	how := s.ranking()
	ranked := Rank(candidates, how)
	if len(ranked) == 0 {
		how.Near = true
		ranked = Rank(candidates, how)
	}
	return ranked, nil
}

func (s *search) ranking() Ranking {
	return Ranking{Now: s.now, HalfLife: halfLife(s.now.Sub(s.q.Since)), Region: len(s.q.Members) > 0, Floor: true}
}

// halfLife fits a window: a third of it, within bounds.
func halfLife(window time.Duration) time.Duration {
	return min(max(window/3, 12*time.Hour), 10*24*time.Hour)
}

// ask puts a query into the store's terms.
func (s *search) ask(q digest.Query) digest.Search {
	out := digest.Search{Countries: q.Countries, Members: q.Members, Topics: q.Topics, Source: q.Source, Langs: q.Langs, Since: q.Since, Until: q.Until}
	for _, t := range q.Terms {
		out.Terms = append(out.Terms, terms(t))
	}
	if len(q.Countries)+len(q.Members)+len(q.Topics)+len(q.Terms) == 0 {
		out.Limit = maxCandidates
	}
	return out
}

// exclude leaves out the candidates that have an excluded word or source.
// Countries and topics are left out by story, since an article may mention
// what its story is not about.
func (s *search) exclude(ctx context.Context, candidates []digest.Candidate) ([]digest.Candidate, error) {
	x := s.q.Exclude
	out := make(map[int64]bool)
	for _, t := range x.Terms {
		found, err := s.b.store.Search(ctx, digest.Search{Terms: [][]string{terms(t)}, Since: s.q.Since, Until: s.q.Until, Limit: maxCandidates})
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			out[c.ArticleID] = true
		}
	}
	return slices.DeleteFunc(candidates, func(c digest.Candidate) bool {
		return out[c.ArticleID] || slices.Contains(x.Sources, c.Source)
	}), nil
}

// load reads the stories that were ranked, without their articles, leaves out
// those about what is excluded, and ranks again by how many independent
// sources each has.
func (s *search) load(ctx context.Context, ranked []Ranked) error {
	ids := make([]int64, 0, len(ranked))
	for _, r := range ranked[:min(len(ranked), s.offset+s.limit+maxLoaded)] {
		if r.StoryID > 0 {
			ids = append(ids, r.StoryID)
		}
	}
	stories, err := s.b.store.Stories(ctx, ids)
	if err != nil {
		return err
	}
	byID := make(map[int64]digest.Story, len(stories))
	for _, st := range stories {
		byID[st.ID] = st
	}
	how := s.ranking()
	for i, r := range ranked {
		st, ok := byID[r.StoryID]
		if !ok && i < s.offset+s.limit+maxLoaded || ok && s.excluded(st) {
			continue // not grouped yet, pruned meanwhile, or not wanted
		}
		r.Match *= s.wholly(st)
		r.rescore(how, st.Sources)
		s.found = append(s.found, hit{r, st})
	}
	slices.SortStableFunc(s.found, func(a, b hit) int { return cmp.Compare(b.Score, a.Score) })
	return nil
}

// wholly is between a half and 1: how much a story as a whole is about what was
// asked for, where a single article of it may only stray there.
func (s *search) wholly(st digest.Story) float64 {
	if st.ID == 0 {
		return 1 // not loaded
	}
	whole := 1.0
	for _, c := range s.q.Countries {
		whole *= 0.5 + 0.5*min(digest.WeightOf(st.Countries, c)/digest.FirmWeight, 1)
	}
	for _, t := range s.q.Topics {
		whole *= 0.5 + 0.5*min(digest.WeightOf(st.Topics, t)/digest.FirmWeight, 1)
	}
	return max(whole, 0.5)
}

// maxLoaded is how many stories beyond the page are read, so that excluded
// ones are not counted and well-sourced ones can rise.
const maxLoaded = 200

// rescore replaces the number of sources that was seen by that of the story.
func (r *Ranked) rescore(how Ranking, sources int) {
	if sources > 0 {
		r.Sources = sources
	}
	r.Score = how.score(*r)
}

// excluded reports a story that is about what is to be left out.
func (s *search) excluded(st digest.Story) bool {
	for _, c := range s.q.Exclude.Countries {
		if digest.WeightOf(st.Countries, c) >= digest.FirmWeight {
			return true
		}
	}
	for _, t := range s.q.Exclude.Topics {
		if digest.WeightOf(st.Topics, t) >= digest.FirmWeight {
			return true
		}
	}
	return false
}

// brief is the frame of an answer: what was looked through.
func (s *search) brief(ctx context.Context) (digest.Brief, error) {
	out := digest.Brief{Query: s.q, Generated: s.now}
	var err error
	out.From, out.Sources, err = s.window(ctx)
	return out, err
}

func (b *Briefer) title(q digest.Query, lang string) string {
	if q.Empty() && len(q.Exclude.Countries)+len(q.Exclude.Topics)+len(q.Exclude.Terms)+len(q.Exclude.Sources) == 0 {
		return ""
	}
	return b.reader.Title(q, cmp.Or(lang, "en"))
}
