package brief

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// maxNearest is how many near queries are offered.
const maxNearest = 5

// nearest finds queries near one that found nothing, with how many stories
// each has in the same window: the same country or region with other topics,
// the same topic elsewhere, its words one by one, names that look like a word,
// the region around a country. What shares nothing with the query is not near,
// however many stories it has.
func (b *Briefer) nearest(ctx context.Context, s *search) ([]digest.Nearby, error) {
	var out []digest.Nearby
	places := placesOf(s.q)
	for _, place := range places {
		near, err := b.otherTopics(ctx, s, place, 4-len(places)) // three of one place, two of each of two
		if err != nil {
			return nil, err
		}
		out = append(out, near...)
	}
	for _, part := range b.neighbours(s.q) {
		if len(out) >= maxNearest {
			break
		}
		n, err := b.count(ctx, s, part)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = distinct(append(out, digest.Nearby{Query: b.reader.Slug(part), Stories: n}))
		}
	}
	return out[:min(len(out), maxNearest)], nil
}

// placesOf are the first two countries of a query, or its region.
func placesOf(q digest.Query) []digest.Query {
	var out []digest.Query
	for _, c := range q.Countries {
		out = append(out, digest.Query{Countries: []string{c}})
	}
	if q.Region != "" {
		out = append(out, digest.Query{Region: q.Region, Members: q.Members})
	}
	return out[:min(len(out), 2)]
}

// neighbours are queries that share something with one, nearest first.
func (b *Briefer) neighbours(q digest.Query) []digest.Query {
	var out []digest.Query
	for _, t := range q.Topics[:min(len(q.Topics), 2)] {
		out = append(out, digest.Query{Topics: []string{t}})
	}
	words := wordsOf(slices.Concat(q.Terms, q.Dropped))
	for _, w := range words {
		out = append(out, digest.Query{Terms: []string{w}})
	}
	for _, w := range words {
		out = append(out, b.reader.Alike(w)...)
	}
	for _, c := range q.Countries[:min(len(q.Countries), 1)] {
		for _, around := range b.reader.Around(c) {
			around.Topics = q.Topics
			out = append(out, around)
		}
	}
	return out[:min(len(out), maxNeighbours)]
}

// Bounds of how much a query that found nothing costs: each neighbour is a
// search.
const (
	maxNeighbours = 12
	maxWords      = 4
)

// wordsOf are the words of terms, each phrase by itself and then by its words.
// Those of three letters and fewer mostly join others; where no spaces are
// written, one sign and more is a word.
func wordsOf(terms []string) []string {
	var out []string
	for _, t := range terms {
		out = append(out, t)
		for _, w := range strings.Fields(t) {
			if w != t && (len(w) > 3 || utf8.RuneCountInString(w) < len(w)) && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out[:min(len(out), maxWords)]
}

// Of the day's top stories, for when nothing is near.
const (
	maxTop    = 3
	topWindow = 24 * time.Hour
)

// top are the day's top stories but for what is excluded, headlines alone: what
// there is to read for someone who asked for what nothing is near to.
func (b *Briefer) top(ctx context.Context, a Ask) ([]digest.StoryBrief, error) {
	s := &search{b: b, q: digest.Query{Since: a.Now.Add(-topWindow), Langs: a.Query.Langs, Exclude: a.Query.Exclude}, now: a.Now, limit: maxTop}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	found, _ := personal(s.found, a.Profile, a.Now)
	t := teller{b: b, q: s.q, now: a.Now, format: digest.Headlines, lang: a.Lang}
	all, err := t.load(ctx, found[:min(len(found), maxTop)])
	if err != nil {
		return nil, err
	}
	return t.tell(ctx, withoutSources(all, a.Profile, a.Now))
}

// within gives a query the window, source and languages of the search.
func (s *search) within(q digest.Query) *search {
	q.Since, q.Until, q.Source, q.Langs, q.Exclude = s.q.Since, s.q.Until, s.q.Source, s.q.Langs, s.q.Exclude
	return &search{b: s.b, q: q, now: s.now}
}

func (b *Briefer) count(ctx context.Context, s *search, q digest.Query) (int, error) {
	sub := s.within(q)
	ranked, err := sub.rank(ctx, sub.q)
	return len(ranked), err
}

// otherTopics counts a place's stories by topic: the n with most, and the
// place itself where no topic stands out.
func (b *Briefer) otherTopics(ctx context.Context, s *search, place digest.Query, n int) ([]digest.Nearby, error) {
	sub := s.within(place)
	ranked, err := sub.rank(ctx, sub.q)
	if err != nil || len(ranked) == 0 {
		return nil, err
	}
	if err := sub.load(ctx, ranked); err != nil {
		return nil, err
	}
	_, counts := tally(sub.found)
	var out []digest.Nearby
	for _, t := range most(counts, n) {
		q := place
		q.Topics = []string{t}
		out = append(out, digest.Nearby{Query: b.reader.Slug(q), Stories: counts[t]})
	}
	if len(out) == 0 && len(sub.found) > 0 {
		out = append(out, digest.Nearby{Query: b.reader.Slug(place), Stories: len(sub.found)})
	}
	return out, nil
}

// most returns the n keys with the greatest counts.
func most(counts map[string]int, n int) []string {
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	keys = slices.DeleteFunc(keys, func(k string) bool { return counts[k] <= 0 })
	return keys[:min(n, len(keys))]
}

func distinct(list []digest.Nearby) []digest.Nearby {
	seen := make(map[string]bool)
	return slices.DeleteFunc(slices.Clone(list), func(n digest.Nearby) bool {
		was := seen[n.Query]
		seen[n.Query] = true
		return was
	})
}
