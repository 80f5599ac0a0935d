package brief

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// The constants of ranking. They were set on labelled requests; the ones that
// matter are the floors, which decide what is foreign.
const (
	// soft is what a facet that an article lacks is worth, so that nothing is
	// lost to a single zero.
	soft = 0.01
	// termHalf is the BM25F at which a word counts half.
	termHalf = 0.6
	// facetFloor is the least weight of each asked country and topic.
	facetFloor = 0.25
	// matchFloor is the least geometric mean of all facets.
	matchFloor = 0.35
	// nearFacetFloor and nearMatchFloor hold where nothing passes the others:
	// what is nearly right is better than nothing, what is not about the
	// query is not.
	nearFacetFloor = 0.12
	nearMatchFloor = 0.38
	// sourceWorth is how much the first doubling of a story's independent
	// sources adds.
	sourceWorth = 0.35
	// oldWorth is what is left of a story's score when it is old.
	oldWorth = 0.4
)

// Ranking says how candidates are ranked.
type Ranking struct {
	Now      time.Time     // zero: time does not count
	HalfLife time.Duration // after which newness has lost half of its worth; 0 means two days
	Sources  map[int64]int // independent sources by story; those not in it are counted among the candidates
	Region   bool          // a region was asked for: Candidate.Member counts
	Floor    bool          // leave out what is foreign to the query
	Near     bool          // with Floor: keep what is nearly right
}

// Ranked is a story that answers, with the articles of it that do.
type Ranked struct {
	StoryID  int64
	Score    float64            // what it is ranked by; comparable within one ranking
	Match    float64            // how close to the query, 0 to 1
	Sources  int                // independent sources, or those seen among the candidates
	Last     time.Time          // of its latest candidate
	Articles []digest.Candidate // closest first
}

// Rank groups candidates by story and orders the stories, best first. It is
// a pure function: the same candidates give the same order, whatever order
// they come in. An article that is in no story yet (StoryID 0) is one by
// itself, under the negative of its id.
func Rank(candidates []digest.Candidate, r Ranking) []Ranked {
	byStory := make(map[int64]*Ranked)
	order := make([]int64, 0, len(candidates))
	candidates = slices.Clone(candidates)
	slices.SortFunc(candidates, func(a, b digest.Candidate) int { return cmp.Compare(b.ArticleID, a.ArticleID) })
	for _, c := range candidates {
		if r.Floor && r.foreign(c) {
			continue
		}
		id := c.StoryID
		if id == 0 {
			id = -c.ArticleID
		}
		s := byStory[id]
		if s == nil {
			s = &Ranked{StoryID: id}
			byStory[id] = s
			order = append(order, id)
		}
		s.Articles = append(s.Articles, c)
	}
	out := make([]Ranked, 0, len(order))
	for _, id := range order {
		s := byStory[id]
		r.judge(s)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Ranked) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.Last.Compare(a.Last), cmp.Compare(b.StoryID, a.StoryID))
	})
	return out
}

// judge orders a story's articles and gives it its score.
func (r Ranking) judge(s *Ranked) {
	matches := make(map[int64]float64, len(s.Articles))
	sources := make(map[string]bool)
	sum := 0.0
	for _, c := range s.Articles {
		m := r.product(c)
		matches[c.ArticleID] = m
		sum += m
		sources[c.Source] = true
		if c.Time.After(s.Last) {
			s.Last = c.Time
		}
	}
	slices.SortFunc(s.Articles, func(a, b digest.Candidate) int {
		return cmp.Or(cmp.Compare(matches[b.ArticleID], matches[a.ArticleID]), b.Time.Compare(a.Time), cmp.Compare(b.ArticleID, a.ArticleID))
	})
	best := matches[s.Articles[0].ArticleID]
	s.Match = 0.7*best + 0.3*sum/float64(len(s.Articles))
	s.Sources = max(r.Sources[s.StoryID], len(sources))
	s.Score = r.score(*s)
}

// score weighs closeness, independent sources and newness.
func (r Ranking) score(s Ranked) float64 {
	return s.Match * (1 + sourceWorth*math.Log2(float64(max(s.Sources, 1)))) * r.newness(s.Last)
}

// product is how close an article is to the query: the product of its
// weights, softened.
func (r Ranking) product(c digest.Candidate) float64 {
	p := 1.0
	for _, w := range r.weights(c) {
		p *= (w + soft) / (1 + soft)
	}
	return p
}

// weights are an article's facets between 0 and 1.
func (r Ranking) weights(c digest.Candidate) []float64 {
	out := r.tags(c)
	for _, t := range c.Terms {
		out = append(out, t/(t+termHalf))
	}
	return out
}

// tags are the weights of the asked countries, region and topics.
func (r Ranking) tags(c digest.Candidate) []float64 {
	out := make([]float64, 0, len(c.Countries)+len(c.Topics)+len(c.Terms)+1)
	out = append(out, c.Countries...)
	if r.Region {
		out = append(out, c.Member)
	}
	return append(out, c.Topics...)
}

// foreign reports that an article is not about what was asked for: some
// country or topic is too weak, a word is missing (one in three may be), or
// all of it together is too little.
func (r Ranking) foreign(c digest.Candidate) bool {
	missing, sum := 0, 0.0
	for _, t := range c.Terms {
		if t <= 0 {
			missing++
		}
	}
	if missing > len(c.Terms)/3 {
		return true
	}
	facet, match := facetFloor, matchFloor
	if r.Near {
		facet, match = nearFacetFloor, nearMatchFloor
	}
	tags := r.tags(c)
	for _, w := range tags {
		if w < facet {
			return true
		}
		sum += math.Log(w)
	}
	return len(tags) > 0 && math.Exp(sum/float64(len(tags))) < match
}

// newness is between oldWorth and 1.
func (r Ranking) newness(t time.Time) float64 {
	if r.Now.IsZero() {
		return 1
	}
	half := cmp.Or(r.HalfLife, 48*time.Hour)
	age := max(r.Now.Sub(t), 0)
	return oldWorth + (1-oldWorth)*math.Exp2(-age.Hours()/half.Hours())
}
