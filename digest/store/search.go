package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/daybrief/daybrief/digest"
)

const (
	defaultLimit = 2000
	// maxDays is the longest window whose days are named in a match; a longer
	// one is left to the rows.
	maxDays = 45
)

// Search returns the articles that have all facets of q, then those that lack
// exactly one, each newest first, at most q.Limit in all. A query of one facet
// has no second kind, and a query of none finds what its window, source and
// languages let through. Both databases give the same candidates in the same
// order with the same weights.
func (s *Store) Search(ctx context.Context, q digest.Search) ([]digest.Candidate, error) {
	out, err := s.search(ctx, q)
	if err != nil {
		return nil, s.fail("search", err)
	}
	return out, nil
}

func (s *Store) search(ctx context.Context, q digest.Search) ([]digest.Candidate, error) {
	f := &finder{c: s.reading(), q: q, facets: facetsOf(q), limit: q.Limit}
	if f.limit <= 0 {
		f.limit = defaultLimit
	}
	if open, err := f.frame(ctx); err != nil || !open {
		return nil, err
	}
	var hits []hit
	var sample []frequency
	err := f.together(
		func() (err error) { hits, err = f.hits(ctx); return err },
		func() (err error) { sample, err = f.sample(ctx); return err })
	if err != nil {
		return nil, err
	}
	return f.candidates(hits, newScorer(f.facets, sample, hits)), nil
}

// together runs the parts of a search, at once where a server works at them.
func (f *finder) together(parts ...func() error) error {
	var group errgroup.Group
	if group.SetLimit(1); f.c.kind.server {
		group.SetLimit(atOnce)
	}
	for _, part := range parts {
		group.Go(part)
	}
	return group.Wait()
}

// atOnce is how many statements of one search a server is given.
const atOnce = 4

// hits are all that is found, complete.
func (f *finder) hits(ctx context.Context) ([]hit, error) {
	hits, err := f.find(ctx, f.facets, f.limit)
	if err == nil && len(f.facets) > 1 && len(hits) < f.limit {
		hits, err = f.addNear(ctx, hits)
	}
	if err != nil {
		return nil, err
	}
	if f.c.kind.server {
		return hits, f.completeAtOnce(ctx, hits)
	}
	return hits, f.complete(ctx, hits)
}

// facet is one thing asked for.
type facet struct {
	slugs  []string // any of these tags; nil for words
	words  phrase   // these terms in this order
	hashes []uint32 // of words
	marks  []phrase // the tags as terms of the index
}

func (f *facet) isWords() bool { return f.slugs == nil }

// facetsOf lists the facets in the order of a Candidate's fields: countries,
// the region, topics, terms.
func facetsOf(q digest.Search) []facet {
	var out []facet
	for _, c := range q.Countries {
		out = append(out, tagFacet([]string{c}, countryTerm))
	}
	if len(q.Members) > 0 {
		out = append(out, tagFacet(q.Members, countryTerm))
	}
	for _, t := range q.Topics {
		out = append(out, tagFacet([]string{t}, topicTerm))
	}
	for _, terms := range q.Terms {
		out = append(out, wordFacet(terms))
	}
	return out
}

func tagFacet(slugs []string, term func(string) string) facet {
	f := facet{slugs: slices.Clone(slugs)}
	for _, s := range slugs {
		f.marks = append(f.marks, phrase{term(s)})
	}
	return f
}

// wordFacet drops what no article can hold; when nothing is left, the facet is
// one that no article has.
func wordFacet(terms []string) facet {
	var f facet
	for _, t := range terms {
		if t = plainTerm(t); t != "" {
			f.words = append(f.words, t)
			f.hashes = append(f.hashes, hashTerm(t))
		}
	}
	if len(f.words) == 0 {
		f.words = phrase{mark + "none"}
	}
	return f
}

// hit is an article that was found, before scoring.
type hit struct {
	id, story, time int64
	source          string
	weights         []float64 // by facet, 0 for one it lacks; of words only that they are there
	byWords         bool      // found by words: story, source, terms and weights of tags are read later
	terms           frequency
}

func newestFirst(a, b hit) int {
	return cmp.Or(cmp.Compare(b.time, a.time), cmp.Compare(b.id, a.id))
}

// finder is one search under way.
type finder struct {
	c        *session
	q        digest.Search
	facets   []facet
	limit    int
	from, to int64 // the window: no wider than what is stored
	few      bool  // the region has few rows in the window
}

// frame narrows the window to what is stored and reports whether anything is.
func (f *finder) frame(ctx context.Context) (bool, error) {
	var first, last int64
	err := f.c.row(ctx, "SELECT coalesce((SELECT min(time) FROM articles), 0), coalesce((SELECT max(time) FROM articles), -1)").
		Scan(&first, &last)
	from, to := bounds(f.q.Since, f.q.Until)
	f.from, f.to = max(from, first), min(to, last+1)
	if err != nil || f.from >= f.to || last < first {
		return false, err
	}
	if len(f.q.Members) > 1 {
		n, err := f.rows(ctx, f.q.Members, fewRows+1)
		f.few = n <= fewRows
		return true, err
	}
	return true, nil
}

// fewRows is up to how many rows of a region are gathered in one go; with more
// it is looked up for each article.
const fewRows = 20_000

// rows counts the rows of tags in the window, up to a most.
func (f *finder) rows(ctx context.Context, slugs []string, most int) (int, error) {
	var n int
	q := &searchQuery{finder: f}
	text := "SELECT count(*) FROM (SELECT 1 FROM article_tags WHERE slug IN (" + q.list(slugs) + ") AND time >= " + q.arg(f.from) +
		" AND time < " + q.arg(f.to) + " LIMIT " + q.arg(most) + ") AS counted"
	err := f.c.row(ctx, text, q.args...).Scan(&n)
	return n, err
}

// addNear adds those that lack exactly one facet. They are what has all the
// others, less the hits, which are complete here.
func (f *finder) addNear(ctx context.Context, full []hit) ([]hit, error) {
	have := make(map[int64]bool, len(full))
	for _, h := range full {
		have[h.id] = true
	}
	lacking := make([][]hit, len(f.facets))
	parts := make([]func() error, len(f.facets))
	for drop := range f.facets {
		parts[drop] = func() (err error) {
			others := slices.Delete(slices.Clone(f.facets), drop, drop+1)
			lacking[drop], err = f.find(ctx, others, f.limit)
			return err
		}
	}
	if err := f.together(parts...); err != nil {
		return nil, err
	}
	var near []hit
	for drop, found := range lacking {
		for _, h := range found {
			if !have[h.id] {
				h.weights = slices.Insert(h.weights, drop, 0)
				near = append(near, h)
			}
		}
	}
	slices.SortFunc(near, newestFirst)
	return append(full, near[:min(len(near), f.limit-len(full))]...), nil
}

// find returns the newest articles that have all of some facets.
func (f *finder) find(ctx context.Context, facets []facet, limit int) ([]hit, error) {
	q := &searchQuery{finder: f, facets: facets, limit: limit}
	if slices.ContainsFunc(facets, func(x facet) bool { return x.isWords() }) {
		q.startFromWords()
	} else if err := q.startFromTags(ctx); err != nil {
		return nil, err
	}
	hits := make([]hit, 0, 64)
	err := f.c.each(ctx, func(row scanner) error {
		h, err := q.scan(row)
		hits = append(hits, h)
		return err
	}, q.text(), q.args...)
	slices.SortFunc(hits, newestFirst)
	return hits, err
}

// incomplete are the hits of a search by words, which complete completes, and
// where each of them is.
func incomplete(hits []hit) (ids []int64, place map[int64]int) {
	place = map[int64]int{}
	for i, h := range hits {
		if h.byWords {
			place[h.id] = i
			ids = append(ids, h.id)
		}
	}
	return ids, place
}

// complete reads what a search by words leaves out: story, source and terms of
// its hits and the weights of their tags. It is left out since most of what the
// searches for near articles find does not stay.
func (f *finder) complete(ctx context.Context, hits []hit) error {
	ids, place := incomplete(hits)
	for _, list := range lists(ids) {
		q := &searchQuery{finder: f, args: list}
		columns := ""
		for _, x := range f.facets {
			if f.looksUp(x) {
				columns += ", coalesce(" + q.weight(x, "a.time", "a.id") + ", 0)"
			}
		}
		err := f.c.each(ctx, func(row scanner) error { return f.scanRest(row, hits, place) },
			"SELECT a.id, a.story_id, a.source, f.terms"+columns+" FROM articles a CROSS JOIN article_terms f WHERE a.id IN "+
				placeholders(0, len(list))+" AND f.article_id = a.id", q.args...)
		if err != nil {
			return err
		}
	}
	return f.weighRegion(ctx, hits, place)
}

// looksUp reports whether a facet's weight is looked up for each article.
func (f *finder) looksUp(x facet) bool { return !x.isWords() && (len(x.slugs) == 1 || !f.few) }

func (f *finder) scanRest(row scanner, hits []hit, place map[int64]int) error {
	var id, story int64
	var source string
	var terms []byte
	weights := make([]float64, len(f.facets))
	dest := []any{&id, &story, &source, &terms}
	for i, x := range f.facets {
		if f.looksUp(x) {
			dest = append(dest, &weights[i])
		}
	}
	if err := row.Scan(dest...); err != nil {
		return err
	}
	h := &hits[place[id]]
	h.story, h.source, h.terms = story, source, terms
	for i, x := range f.facets {
		if f.looksUp(x) {
			h.weights[i] = weights[i]
		}
	}
	return nil
}

// weighRegion gathers the weights of a region that has few rows.
func (f *finder) weighRegion(ctx context.Context, hits []hit, place map[int64]int) error {
	at := slices.IndexFunc(f.facets, func(x facet) bool { return len(x.slugs) > 1 })
	if at < 0 || !f.few || len(place) == 0 {
		return nil
	}
	for _, i := range place {
		hits[i].weights[at] = 0
	}
	q := &searchQuery{finder: f}
	return f.c.each(ctx, weights(hits, place, at), "SELECT article_id, weight FROM "+q.region(f.facets[at])+" AS d", q.args...)
}

// weights returns what takes rows of an article and how firmly it is about a
// facet.
func weights(hits []hit, place map[int64]int, facet int) func(scanner) error {
	return func(row scanner) error {
		var id int64
		var weight float64
		err := row.Scan(&id, &weight)
		if i, found := place[id]; found {
			hits[i].weights[facet] = weight
		}
		return err
	}
}

// candidates turns hits into what was asked for.
func (f *finder) candidates(hits []hit, score scorer) []digest.Candidate {
	out := make([]digest.Candidate, len(hits))
	countries, topics := len(f.q.Countries), len(f.q.Topics)
	for i, h := range hits {
		c := digest.Candidate{ArticleID: h.id, StoryID: h.story, Source: h.source, Time: instant(h.time)}
		w := h.weights
		c.Countries, w = w[:countries:countries], w[countries:]
		if len(f.q.Members) > 0 {
			c.Member, w = w[0], w[1:]
		}
		c.Topics, w = w[:topics:topics], w[topics:]
		c.Terms = w
		for t := range w {
			if w[t] > 0 {
				w[t] = score.of(len(f.facets)-len(w)+t, h.terms)
			}
		}
		out[i] = c
	}
	return out
}

// days is the window as terms of the index; nil when it has too many.
func (f *finder) days() []phrase {
	first, last := dayOf(f.from), dayOf(f.to-1)
	if last-first >= maxDays {
		return nil
	}
	var out []phrase
	for d := first; d <= last; d++ {
		out = append(out, phrase{mark + "d" + strconv.FormatInt(d, 10)})
	}
	return out
}

// sampleSize is how many articles tell how common a word is. With more in the
// window, as many moments spread evenly over it are taken, and of each the
// first article after it: to count all of them would cost more than the
// search. What a word weighs is the logarithm of its share, for which some
// hundreds are enough.
const sampleSize = 256

// sample returns the terms of articles of the window.
func (f *finder) sample(ctx context.Context) ([]frequency, error) {
	if !slices.ContainsFunc(f.facets, func(x facet) bool { return x.isWords() }) {
		return nil, nil
	}
	var n int
	if err := f.c.row(ctx, "SELECT count(*) FROM (SELECT 1 FROM articles WHERE time >= $1 AND time < $2 LIMIT $3) AS counted",
		f.from, f.to, sampleSize+1).Scan(&n); err != nil {
		return nil, err
	}
	const all = `SELECT t.terms FROM articles a JOIN article_terms t ON t.article_id = a.id WHERE a.time >= $1 AND a.time < $2`
	const spread = `WITH RECURSIVE moments (n, moment) AS (SELECT 1, CAST($1 AS BIGINT)
		UNION ALL SELECT n + 1, moment + CAST($3 AS BIGINT) FROM moments WHERE n < $4),
		sampled AS (SELECT DISTINCT (SELECT a.id FROM articles a WHERE a.time >= m.moment AND a.time < $2
		ORDER BY a.time, a.id LIMIT 1) AS id FROM moments m)
		SELECT t.terms FROM sampled CROSS JOIN article_terms t WHERE t.article_id = sampled.id`
	var out []frequency
	take := func(row scanner) error {
		var terms []byte
		err := row.Scan(&terms)
		out = append(out, terms)
		return err
	}
	if n <= sampleSize {
		err := f.c.each(ctx, take, all, f.from, f.to)
		return out, err
	}
	err := f.c.each(ctx, take, spread, f.from, f.to, (f.to-f.from)/sampleSize, sampleSize)
	return out, err
}
