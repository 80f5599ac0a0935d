package story

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// Limits of describing: a story of hundreds of articles is told by its first
// and its latest as well as by all of them.
const (
	maxTitles = 60 // headlines compared
	maxWhy    = 4  // reasons kept for a tag
)

// Describe says what a story is, from its articles: headline, first and last
// time, how many articles from how many independent sources, and its own
// countries and topics. The articles come in the order in which they were
// added; their StoryID is the story's. It returns the zero Story for none.
//
// Sources count as independent when neither their name (or the newsroom that
// the caller put in its place) nor their text is the same: forty papers that
// print one agency's report are one source.
func Describe(articles []digest.Article) digest.Story {
	if len(articles) == 0 {
		return digest.Story{}
	}
	s := digest.Story{ID: articles[0].StoryID, Title: headline(articles), Articles: len(articles), Sources: independent(articles), Sample: true}
	for i := range articles {
		a := &articles[i]
		at := a.Time()
		if i == 0 || at.Before(s.First) {
			s.First = at
		}
		if i == 0 || at.After(s.Last) {
			s.Last = at
		}
		s.Sample = s.Sample && a.Sample
	}
	s.Countries = shared(articles, func(a *digest.Article) []digest.Tag { return a.Countries })
	s.Topics = shared(articles, func(a *digest.Article) []digest.Tag { return a.Topics })
	return s
}

// independent counts sources that speak for themselves. Two articles are one
// voice when their source is the same or their text is; what is one voice with
// a third is one voice.
func independent(articles []digest.Article) int {
	voice := map[string]int{} // by source name
	said := map[uint64]int{}  // by text
	root := []int{}           // of each voice
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for i := range articles {
		a := &articles[i]
		name := strings.ToLower(a.Source)
		v, known := voice[name]
		if !known {
			v = len(root)
			root = append(root, v)
			voice[name] = v
		}
		words := textHash(a)
		if other, copied := said[words]; copied {
			root[find(v)] = find(other)
		} else {
			said[words] = v
		}
	}
	n := 0
	for i := range root {
		if root[i] == i {
			n++
		}
	}
	return n
}

// textHash is the same for texts that differ only in spacing and case. Short
// bodies say too little to be a copy; then the headline counts with them.
func textHash(a *digest.Article) uint64 {
	h := fnv.New64a()
	said := a.Body
	if len(said) < 200 {
		said = a.Title + " " + a.Body
	}
	for _, w := range strings.Fields(strings.ToLower(said)) {
		_, _ = h.Write([]byte(w))
		_, _ = h.Write([]byte{' '})
	}
	return h.Sum64()
}

// headline is the title most like the others: the one that says what most of
// them say. Titles in the language of most articles go first, whole ones
// before those cut short, longer texts before bare headlines, earlier before
// later.
func headline(articles []digest.Article) string {
	if len(articles) < 3 {
		return articles[best(articles, make([]float64, len(articles)))].Title
	}
	told := articles[:min(len(articles), maxTitles)]
	sets := make([]map[string]bool, len(told))
	in := map[string]int{}
	for i := range told {
		sets[i] = map[string]bool{}
		for _, t := range text.QueryTerms(told[i].Title, told[i].Lang) {
			sets[i][t] = true
		}
		for t := range sets[i] {
			in[t]++
		}
	}
	central := make([]float64, len(told))
	for i, set := range sets {
		if len(set) == 0 {
			continue
		}
		terms := make([]string, 0, len(set))
		for t := range set {
			terms = append(terms, t)
		}
		slices.Sort(terms) // sums of floats depend on their order
		sum := 0.0
		for _, t := range terms {
			sum += float64(in[t]-1) / float64(len(told)-1)
		}
		// Dividing by the root favours titles that say more of what is shared.
		central[i] = sum / math.Sqrt(float64(len(terms)))
	}
	return told[best(told, central)].Title
}

// best is the index of the article whose title is shown.
func best(articles []digest.Article, central []float64) int {
	langs := map[string]int{}
	for i := range articles {
		langs[articles[i].Lang]++
	}
	score := func(i int) float64 {
		a := &articles[i]
		s := central[i] + 0.5*float64(langs[a.Lang])/float64(len(articles))
		if strings.HasSuffix(a.Title, "…") || strings.HasSuffix(a.Title, "...") {
			s -= 0.4
		}
		if a.Body != "" {
			s += 0.1
		}
		if a.URL != "" {
			s += 0.05
		}
		return s
	}
	at := 0
	for i := 1; i < len(articles); i++ {
		if score(i) > score(at)+1e-9 {
			at = i
		}
	}
	return at
}

// shared are the tags of a story: each weighs what it weighs in its articles
// on average, full texts counting twice, since they had more to say. A tag
// that one article of many is alone with falls away.
func shared(articles []digest.Article, tags func(*digest.Article) []digest.Tag) []digest.Tag {
	type tally struct {
		sum float64
		why []string
	}
	all := map[string]*tally{}
	var order []string
	weight := 0.0
	for i := range articles {
		a := &articles[i]
		w := 1.0
		if a.Body != "" {
			w = 2
		}
		weight += w
		for _, t := range tags(a) {
			got := all[t.Slug]
			if got == nil {
				got = &tally{}
				all[t.Slug] = got
				order = append(order, t.Slug)
			}
			got.sum += w * t.Weight
			got.why = addWhy(got.why, t.Why)
		}
	}
	var out []digest.Tag
	for _, slug := range order {
		if w := all[slug].sum / weight; w >= digest.WeakWeight {
			out = append(out, digest.Tag{Slug: slug, Weight: w, Why: all[slug].why})
		}
	}
	slices.SortStableFunc(out, func(a, b digest.Tag) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Slug, b.Slug))
	})
	return out
}

func addWhy(have, more []string) []string {
	for _, w := range more {
		if len(have) < maxWhy && !slices.Contains(have, w) {
			have = append(have, w)
		}
	}
	return have
}
