package brief

import (
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// crowding is what is left of a story's worth with each story before it that
// is about the same country, or topic.
const crowding = 0.82

// spare is how many times the length of a digest is considered for it, since
// some stories have to give way to other sources.
const spare = 3

// diversify orders the best n stories anew: each next one is weighed against
// what its country and topic have already.
func diversify(found []hit, n int) []hit {
	left := slices.Clone(found[:min(len(found), 4*n)])
	about := make(map[string]int)
	out := make([]hit, 0, n)
	for len(left) > 0 && len(out) < n {
		best := 0
		for i := range left {
			if left[i].Score*room(left[i].story, about) > left[best].Score*room(left[best].story, about) {
				best = i
			}
		}
		for _, slug := range leading(left[best].story) {
			about[slug]++
		}
		out = append(out, left[best])
		left = slices.Delete(left, best, best+1)
	}
	return out
}

// room is how much a story is still worth beside those picked.
func room(st digest.Story, about map[string]int) float64 {
	w := 1.0
	for _, slug := range leading(st) {
		for range min(about[slug], 8) {
			w *= crowding
		}
	}
	return w
}

// leading are the strongest country and topic of a story.
func leading(st digest.Story) []string {
	var out []string
	for _, tags := range [][]digest.Tag{st.Countries, st.Topics} {
		if len(tags) > 0 && tags[0].Firm() {
			out = append(out, tags[0].Slug)
		}
	}
	return out
}

// loaded is a story with its articles, best first.
type loaded struct {
	hit
	articles []digest.Article
}

// ration takes length stories so that no source leads more than a third of
// them. A story whose first source has enough is led by its next one; one that
// has no other gives way. With fewer than three sources in all a third of each
// cannot be kept, and showing their news is worth more.
func ration(all []loaded, length int) []loaded {
	if few(all) {
		return all[:min(len(all), length)]
	}
	for {
		out := rationTo(all, length, max((length+2)/3, 1))
		if len(out) == length || len(out) == 0 {
			return out
		}
		length = len(out) // a third of what there is, not of what was hoped for
	}
}

func few(all []loaded) bool {
	sources := make(map[string]bool)
	for _, l := range all {
		for _, a := range l.articles {
			sources[a.Source] = true
		}
	}
	return len(sources) < 3
}

func rationTo(all []loaded, length, quota int) []loaded {
	led := make(map[string]int)
	var out []loaded
	for _, l := range all {
		if len(out) == length {
			break
		}
		i := slices.IndexFunc(l.articles, func(a digest.Article) bool { return led[a.Source] < quota })
		if i < 0 {
			continue
		}
		led[l.articles[i].Source]++
		if i > 0 {
			l.articles = slices.Insert(slices.Delete(slices.Clone(l.articles), i, i+1), 0, l.articles[i])
		}
		out = append(out, l)
	}
	return out
}
