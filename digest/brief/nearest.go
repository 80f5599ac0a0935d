package brief

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// maxNearest is how many near queries are offered.
const maxNearest = 5

// nearest finds queries near one that found nothing, with how many stories
// each has in the same window: the same country with other topics, the same
// topic elsewhere, the words alone; else what has most stories.
func (b *Briefer) nearest(ctx context.Context, s *search) ([]digest.Nearby, error) {
	var out []digest.Nearby
	for _, c := range s.q.Countries[:min(len(s.q.Countries), 2)] {
		near, err := b.otherTopics(ctx, s, digest.Query{Countries: []string{c}})
		if err != nil {
			return nil, err
		}
		out = append(out, near...)
	}
	if s.q.Region != "" {
		near, err := b.otherTopics(ctx, s, digest.Query{Region: s.q.Region, Members: s.q.Members})
		if err != nil {
			return nil, err
		}
		out = append(out, near...)
	}
	for _, part := range elsewhere(s.q) {
		n, err := b.count(ctx, s, part)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, digest.Nearby{Query: b.reader.Slug(part), Stories: n})
		}
	}
	if len(out) == 0 {
		return b.popular(ctx, s)
	}
	out = distinct(out)
	return out[:min(len(out), maxNearest)], nil
}

// elsewhere are the parts of a query that may have stories by themselves.
func elsewhere(q digest.Query) []digest.Query {
	var out []digest.Query
	for _, t := range q.Topics[:min(len(q.Topics), 2)] {
		out = append(out, digest.Query{Topics: []string{t}})
	}
	for _, t := range q.Terms[:min(len(q.Terms), 2)] {
		out = append(out, digest.Query{Terms: []string{t}})
	}
	return out
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

// otherTopics counts a place's stories by topic: the three with most, and
// the place itself where no topic stands out.
func (b *Briefer) otherTopics(ctx context.Context, s *search, place digest.Query) ([]digest.Nearby, error) {
	sub := s.within(place)
	ranked, err := sub.rank(ctx, sub.q)
	if err != nil || len(ranked) == 0 {
		return nil, err
	}
	if err := sub.load(ctx, ranked); err != nil {
		return nil, err
	}
	counts := make(map[string]int)
	for _, h := range sub.found {
		for _, t := range digest.Firm(h.story.Topics) {
			counts[t]++
		}
	}
	var out []digest.Nearby
	for _, t := range most(counts, 3) {
		q := place
		q.Topics = []string{t}
		out = append(out, digest.Nearby{Query: b.reader.Slug(q), Stories: counts[t]})
	}
	if len(out) == 0 && len(sub.found) > 0 {
		out = append(out, digest.Nearby{Query: b.reader.Slug(place), Stories: len(sub.found)})
	}
	return out, nil
}

// popular offers what has most stories in the window.
func (b *Briefer) popular(ctx context.Context, s *search) ([]digest.Nearby, error) {
	counts, err := b.store.Popular(ctx, s.q.Since)
	if err != nil {
		return nil, err
	}
	var out []digest.Nearby
	for _, slug := range most(counts, 3) {
		q := digest.Query{Topics: []string{slug}}
		if isCountry(slug) {
			q = digest.Query{Countries: []string{slug}}
		}
		out = append(out, digest.Nearby{Query: b.reader.Slug(q), Stories: counts[slug]})
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
