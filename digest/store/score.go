package store

import "math"

// The constants of BM25F (Robertson and Zaragoza, "The Probabilistic Relevance
// Framework: BM25 and Beyond", 2009, section 3.4): how soon repeats count for
// nothing more, how much length counts, and a title word's worth in body
// words.
const (
	saturation  = 1.2
	titleLength = 0.5
	bodyLength  = 0.75
	titleWorth  = 3.0
)

// scorer gives BM25F, the same for both databases.
type scorer struct {
	facets      []facet
	rarity      []float64
	title, body float64 // mean lengths in words among the hits
}

// newScorer learns from a sample of the window how rare each word is, and from
// the hits how long a text is.
func newScorer(facets []facet, sample []frequency, hits []hit) scorer {
	s := scorer{facets: facets, rarity: make([]float64, len(facets))}
	for i := range facets {
		have := 0.0
		for _, f := range sample {
			if facets[i].within(f) {
				have++
			}
		}
		s.rarity[i] = math.Log(1 + (float64(len(sample))-have+0.5)/(have+0.5))
	}
	var scored float64
	for _, h := range hits {
		if h.terms != nil {
			title, body := h.terms.lengths()
			s.title, s.body, scored = s.title+float64(title), s.body+float64(body), scored+1
		}
	}
	if scored > 0 {
		s.title, s.body = s.title/scored, s.body/scored
	}
	return s
}

// within reports whether an article has all words of a facet.
func (f *facet) within(terms frequency) bool {
	for _, h := range f.hashes {
		if title, body := terms.of(h); title+body == 0 {
			return false
		}
	}
	return len(f.hashes) > 0
}

// of is the BM25F of facet i in an article that has it; it is never 0.
func (s *scorer) of(i int, f frequency) float64 {
	titleWords, bodyWords := f.lengths()
	title, body := s.times(i, f)
	n := titleWorth*float64(title)/longer(titleWords, s.title, titleLength) +
		float64(body)/longer(bodyWords, s.body, bodyLength)
	return s.rarity[i] * n / (saturation + n)
}

// times is how often facet i stands in title and body: a phrase at most as
// often as its rarest word, and at least once, since it was found.
func (s *scorer) times(i int, f frequency) (title, body int) {
	for j, h := range s.facets[i].hashes {
		t, b := f.of(h)
		if j == 0 {
			title, body = t, b
		}
		title, body = min(title, t), min(body, b)
	}
	if title+body == 0 {
		body = 1
	}
	return title, body
}

// longer is the factor by which a text of a length dilutes each of its words.
func longer(words int, mean, share float64) float64 {
	if mean == 0 {
		return 1
	}
	return 1 - share + share*float64(words)/mean
}
