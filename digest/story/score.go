package story

import (
	"math"
	"slices"
)

// match is how an article, or a story, compares with a story.
type match struct {
	group  *group
	score  float64
	needed float64
	veto   string
}

// margin is the score in units of what is needed: 1 is enough.
func (m *match) margin() float64 {
	if m.needed == 0 {
		return 0
	}
	return m.score / m.needed
}

// better orders matches: the greater margin first, then the lower ID. Margins
// that differ by rounding alone count as equal.
func better(a, b match) int {
	if d := b.margin() - a.margin(); math.Abs(d) > 1e-9 {
		return int(math.Copysign(1, d))
	}
	if a.group.id < b.group.id {
		return -1
	}
	return 1
}

// compare measures an article against a story: full text with full texts,
// and headline with headlines where one of them has no more.
func (g *Grouper) compare(a *article, s *group) match {
	p, size := &g.tuning.head, len(s.live)
	full := a.full && s.full > 0
	if full {
		p, size = &g.tuning.full, s.full
	}
	score := g.cosine(a, s, p, full) * p.decay(hoursApart(a.time, s))
	if score > 0 {
		x, y := g.contrast(a, s)
		score *= math.Exp(-(p.theirs+p.theirs1/float64(size))*x - p.ours*y)
		same, other := amountsAgree(a, s)
		if same > 0 {
			score *= math.Exp(p.agree * float64(min(same, 3)))
		} else {
			score *= math.Exp(-p.conflict * float64(min(other, 2)))
		}
	}
	return match{group: s, score: score, needed: p.bar(1, size)}
}

// hoursApart is how far t lies from the latest article of s; 0 when one of
// them has no time.
func hoursApart(t int64, s *group) float64 {
	if t == 0 || s.last == 0 {
		return 0
	}
	return math.Abs(float64(t-s.last)) / 3600
}

// cosine is the similarity of a's vector and the sum of s's.
func (g *Grouper) cosine(a *article, s *group, p *profile, full bool) float64 {
	least := int32(1 + len(s.live)/g.tuning.core)
	var dot, own, theirs float64
	at := 0
	for i := range a.terms {
		w := &a.terms[i]
		x := float64(w.title)
		if full {
			x = float64(w.body)
		}
		if x == 0 {
			continue
		}
		k := p.weigh(&g.rare, w.id)
		k *= k
		own += x * x * k
		pos, ok := findSum(s.terms[at:], w.id)
		at += pos
		if ok {
			dot += x * s.terms[at].weight(full) * k
		}
	}
	if dot == 0 {
		return 0
	}
	for i := range s.terms {
		if t := &s.terms[i]; t.n >= least {
			x := t.weight(full) * p.weigh(&g.rare, t.id)
			theirs += x * x
		}
	}
	if own == 0 || theirs == 0 {
		return 0
	}
	return min(dot/math.Sqrt(own*theirs), 1)
}

func (s *sum) weight(full bool) float64 {
	if full {
		return float64(s.body)
	}
	return float64(s.title)
}

// compareStories measures two stories.
func (g *Grouper) compareStories(a, b *group) match {
	p, na, nb := &g.tuning.head, len(a.live), len(b.live)
	full := a.full > 0 && b.full > 0
	if full {
		p, na, nb = &g.tuning.full, a.full, b.full
	}
	score := g.cosineStories(a, b, p, full) * p.decay(storiesApart(a, b))
	if score > 0 {
		x, y := g.contrastStories(a, b)
		score *= math.Exp(-p.mtheirs * (x + y))
	}
	return match{group: b, score: score, needed: p.bar(na, nb) * p.merge * (1 + p.myoung/float64(min(na, nb)))}
}

// storiesApart is the gap in hours between two stories' spans of time.
func storiesApart(a, b *group) float64 {
	if a.last == 0 || b.last == 0 {
		return 0
	}
	return math.Max(0, float64(max(a.first, b.first)-min(a.last, b.last))/3600)
}

func (g *Grouper) cosineStories(a, b *group, p *profile, full bool) float64 {
	leastA, leastB := int32(1+len(a.live)/g.tuning.core), int32(1+len(b.live)/g.tuning.core)
	var dot, aa, bb float64
	j := 0
	for i := range a.terms {
		s := &a.terms[i]
		for j < len(b.terms) && b.terms[j].id < s.id {
			j++
		}
		if s.n < leastA {
			continue
		}
		k := p.weigh(&g.rare, s.id)
		x := s.weight(full) * k
		aa += x * x
		if j < len(b.terms) && b.terms[j].id == s.id && b.terms[j].n >= leastB {
			dot += x * b.terms[j].weight(full) * k
		}
	}
	if dot == 0 {
		return 0
	}
	for j := range b.terms {
		if s := &b.terms[j]; s.n >= leastB {
			x := s.weight(full) * p.weigh(&g.rare, s.id)
			bb += x * x
		}
	}
	return min(dot/math.Sqrt(aa*bb), 1)
}

// shared returns the rarest words that a and s have in common, at most n, as
// they are written.
func (g *Grouper) shared(a *article, s *group, n int) []string {
	type rareWord struct {
		id uint32
		k  float64
	}
	var all []rareWord
	at := 0
	for i := range a.terms {
		pos, ok := findSum(s.terms[at:], a.terms[i].id)
		at += pos
		if ok {
			all = append(all, rareWord{a.terms[i].id, g.rare.of(a.terms[i].id)})
		}
	}
	slices.SortFunc(all, func(x, y rareWord) int {
		if x.k != y.k {
			if x.k > y.k {
				return -1
			}
			return 1
		}
		return compareStrings(g.words.words[x.id].stem, g.words.words[y.id].stem)
	})
	out := []string{}
	for _, w := range all[:min(n, len(all))] {
		out = append(out, g.words.words[w.id].surface)
	}
	return out
}
