package brief

import (
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// maxSections is how many headings a digest has, not counting the rest.
const maxSections = 4

// sections puts a digest's stories under headings: countries where the query
// asks for a topic and no place, topics otherwise. Without two headings that
// hold two stories there are none: one section of all, as ranked.
func (b *Briefer) sections(q digest.Query, stories []digest.StoryBrief, lang string) []digest.Section {
	if len(stories) == 0 {
		return nil
	}
	byCountry := len(q.Topics) > 0 && len(q.Countries) < 2 && len(q.Countries)+len(q.Members) != 1
	order, under := group(stories, byCountry)
	full := slices.DeleteFunc(order, func(slug string) bool { return len(under[slug]) < 2 })
	if len(full) < 2 {
		return []digest.Section{{Stories: stories}}
	}
	full = full[:min(len(full), maxSections)]
	var out []digest.Section
	placed := make(map[int64]bool)
	for _, slug := range full {
		out = append(out, digest.Section{Slug: slug, Title: b.heading(slug, lang), Stories: under[slug]})
		for _, s := range under[slug] {
			placed[s.ID] = true
		}
	}
	rest := slices.DeleteFunc(slices.Clone(stories), func(s digest.StoryBrief) bool { return placed[s.ID] })
	top, other := splitRest(rest, out[0].Stories[0].Score)
	if len(top) > 0 {
		out = append([]digest.Section{{Title: say(lang, "Top stories"), Stories: top}}, out...)
	}
	if len(other) > 0 {
		out = append(out, digest.Section{Title: say(lang, "Other"), Stories: other})
	}
	return out
}

// splitRest parts stories that are under no heading into those that rank before
// the first heading's, which go before it, and the others: the most important
// comes first whatever it is about.
func splitRest(rest []digest.StoryBrief, first float64) (top, other []digest.StoryBrief) {
	for _, s := range rest {
		if s.Score > first {
			top = append(top, s)
		} else {
			other = append(other, s)
		}
	}
	return top, other
}

// group puts each story under its strongest firm country or topic, in the
// order of the best story of each.
func group(stories []digest.StoryBrief, byCountry bool) (order []string, under map[string][]digest.StoryBrief) {
	under = make(map[string][]digest.StoryBrief)
	for _, s := range stories {
		tags := s.Topics
		if byCountry {
			tags = s.Countries
		}
		if len(tags) == 0 || !tags[0].Firm() {
			continue
		}
		slug := tags[0].Slug
		if under[slug] == nil {
			order = append(order, slug)
		}
		under[slug] = append(under[slug], s)
	}
	return order, under
}

// heading is the title of a section.
func (b *Briefer) heading(slug, lang string) string {
	if lang == "" {
		lang = "en"
	}
	if b.titles != nil && !isCountry(slug) {
		if t := b.titles.TopicTitle(slug, lang); t != "" {
			return t
		}
	}
	q := digest.Query{Topics: []string{slug}}
	if isCountry(slug) {
		q = digest.Query{Countries: []string{slug}}
	}
	return b.reader.Title(q, lang)
}

// isCountry tells a country's code from a topic's slug.
func isCountry(slug string) bool {
	return len(slug) == 2 && slug[0] >= 'A' && slug[0] <= 'Z'
}
