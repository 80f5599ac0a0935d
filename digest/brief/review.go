package brief

import (
	"context"

	"github.com/daybrief/daybrief/digest"
)

// maxTallies is how many countries, and how many topics, a review counts.
const maxTallies = 4

// review counts the stories of a window by country and topic, beside those of
// the window of the same length before it.
func (b *Briefer) review(ctx context.Context, q digest.Query, o Order, found []hit) ([]digest.Tally, error) {
	q.Since, q.Until = o.Since.Add(o.Since.Sub(o.Until)), o.Since
	s := &search{b: b, q: q, now: o.Since, limit: digest.DefaultLength}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	earlier, _ := personal(s.found, o.Profile, o.Until)
	countries, topics := tally(found)
	countriesBefore, topicsBefore := tally(earlier)
	out := b.tallies(countries, countriesBefore, o.Subscription.Lang)
	return append(out, b.tallies(topics, topicsBefore, o.Subscription.Lang)...), nil
}

// tally counts stories by what they are firmly about.
func tally(found []hit) (countries, topics map[string]int) {
	countries, topics = make(map[string]int), make(map[string]int)
	for _, h := range found {
		for _, c := range digest.Firm(h.story.Countries) {
			countries[c]++
		}
		for _, t := range digest.Firm(h.story.Topics) {
			topics[t]++
		}
	}
	return countries, topics
}

func (b *Briefer) tallies(now, before map[string]int, lang string) []digest.Tally {
	var out []digest.Tally
	for _, slug := range most(now, maxTallies) {
		out = append(out, digest.Tally{Slug: slug, Title: b.heading(slug, lang), Stories: now[slug], Before: before[slug]})
	}
	return out
}
