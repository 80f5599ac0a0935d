package story

import (
	"cmp"
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
	return cmp.Compare(a.group.id, b.group.id)
}

const (
	// worthALook is the share of what is needed from which more is asked than
	// the words.
	worthALook = 0.5
	// routineBar is the factor on the bar of articles that come in the same
	// words whatever they tell.
	routineBar = 2
)

// compare measures an article against a story: full text with full texts,
// and headline with headlines where one of them has no more.
func (g *Grouper) compare(a *article, s *group) match {
	p, size := &g.tuning.head, len(s.live)
	full := a.full && s.full > 0
	if full {
		p, size = &g.tuning.full, s.full
	}
	cos, words := g.cosine(a, s, full)
	m := match{group: s, score: cos * p.thin(words, size), needed: p.bar(1, size) * p.age(ageOf(a.time, s))}
	if a.full != (s.full > 0) {
		m.score = max(m.score, p.contained*g.contained(a, s))
	}
	m.score *= p.decay(hoursApart(a.time, s))
	if a.routine != noRoutine {
		m.needed *= routineBar
	}
	if full && m.score > worthALook*m.needed {
		m.score *= p.evidence(g.contrast(a, s), size)
		same, other := amountsAgree(a, s)
		m.score *= p.numbers(same, other)
	}
	return m
}

// thin is the factor by how few words are shared with a story of n articles.
// Two headlines with a name and a common word in common need not tell of one
// event; of a story of many headlines that name is what it is about.
func (p *profile) thin(words, n int) float64 {
	if words <= fewWords && n < manyHeadlines {
		return p.few
	}
	return 1
}

const (
	fewWords      = 2
	manyHeadlines = 6
)

// evidence is the factor by the names that keep an article and a story of n
// articles apart.
func (p *profile) evidence(c contrast, n int) float64 {
	return math.Exp(-(p.missing+p.missing1/float64(n))*c.missing - p.strange*c.strange)
}

// numbers is the factor by how many numbers count the same, and otherwise.
func (p *profile) numbers(same, other int) float64 {
	if same > 0 {
		return math.Exp(p.agree * float64(min(same, 3)))
	}
	return math.Exp(-p.conflict * float64(min(other, 2)))
}

// ageOf is how many hours before t a story began; 0 where that is not known.
func ageOf(t int64, s *group) float64 {
	if t == 0 || s.first == 0 {
		return 0
	}
	return float64(t-s.first) / 3600
}

// hoursApart is how far t lies from the latest article of s; 0 when one of
// them has no time.
func hoursApart(t int64, s *group) float64 {
	if t == 0 || s.last == 0 {
		return 0
	}
	return math.Abs(float64(t-s.last)) / 3600
}

// cosine is the similarity of a's vector and the sum of s's, and how many words
// they share.
func (g *Grouper) cosine(a *article, s *group, full bool) (cos float64, words int) {
	var dot, own float64
	at, sums := 0, g.sums(s)
	for i := range a.terms {
		w := &a.terms[i]
		x := float64(w.title())
		if full {
			x = float64(w.body())
		}
		if x == 0 {
			continue
		}
		k := g.rare.square(full, w.id)
		own += x * x * k
		pos, ok := findSum(sums[at:], w.id)
		at += pos
		if ok {
			y := sums[at].weight(full)
			if y > 0 {
				words++
			}
			dot += x * y * k
		}
	}
	if dot == 0 {
		return 0, 0
	}
	return min(dot/math.Sqrt(own*g.length(s, full)), 1), words
}

// length is the square of the length of a story's vector. Of a large story,
// what a single article was alone with is left out.
func (g *Grouper) length(s *group, full bool) float64 {
	least := g.least(s)
	sum, sums := 0.0, g.sums(s)
	for i := range sums {
		if t := &sums[i]; t.n >= least {
			x := t.weight(full)
			sum += x * x * g.rare.square(full, t.id)
		}
	}
	return max(sum, 1)
}

// least is how many articles of a story must have a term for it to count.
func (g *Grouper) least(s *group) int32 { return int32(1 + len(s.live)/g.tuning.core) }

func (s *sum) weight(full bool) float64 {
	if full {
		return float64(s.body)
	}
	return float64(s.title)
}

// compareStories measures two stories. A full text that is alone is measured as
// when it came.
func (g *Grouper) compareStories(a, b *group) match {
	if len(b.live) == 1 && b.full == 1 && a.full > 0 {
		m := g.compare(b.live[0], a)
		m.group = b
		return m
	}
	p, na, nb := &g.tuning.head, len(a.live), len(b.live)
	full := a.full > 0 && b.full > 0
	if full {
		p, na, nb = &g.tuning.full, a.full, b.full
	}
	m := match{group: b, needed: p.bar(na, nb) * p.merge * p.age(max(ageOf(a.last, b), ageOf(b.last, a)))}
	cos, words := g.cosineStories(a, b, full)
	m.score = cos * p.thin(words, max(na, nb)) * p.decay(storiesApart(a, b))
	if full && m.score > worthALook*m.needed {
		m.score *= math.Exp(-p.apart * (g.unmentioned(a, b) + g.unmentioned(b, a)))
	}
	return m
}

// storiesApart is the gap in hours between two stories' spans of time.
func storiesApart(a, b *group) float64 {
	if a.last == 0 || b.last == 0 {
		return 0
	}
	return math.Max(0, float64(max(a.first, b.first)-min(a.last, b.last))/3600)
}

func (g *Grouper) cosineStories(a, b *group, full bool) (cos float64, words int) {
	leastA, leastB := g.least(a), g.least(b)
	dot, j := 0.0, 0
	ours, theirs := g.sums(a), g.sums(b)
	for i := range ours {
		s := &ours[i]
		for j < len(theirs) && theirs[j].id < s.id {
			j++
		}
		if j == len(theirs) {
			break
		}
		if t := &theirs[j]; t.id == s.id && s.n >= leastA && t.n >= leastB {
			words++
			dot += s.weight(full) * t.weight(full) * g.rare.square(full, s.id)
		}
	}
	if dot == 0 {
		return 0, 0
	}
	return min(dot/math.Sqrt(g.length(a, full)*g.length(b, full)), 1), words
}

// contained is, of a headline and a full text, how much of the headline stands
// in the text: the share of the weight of its words. A story's headline is
// what half of its headlines have; its text, what a third of its texts have.
func (g *Grouper) contained(a *article, s *group) float64 {
	var c containment
	at, sums := 0, g.sums(s)
	if !a.full {
		for i := range a.terms {
			pos, ok := findSum(sums[at:], a.terms[i].id)
			at += pos
			c.add(g.rare.of(a.terms[i].id), ok && 3*int(sums[at].n) >= s.full)
		}
		return c.share()
	}
	for i := range sums {
		t := &sums[i]
		if t.title == 0 || 2*int(t.n) < len(s.live) {
			continue
		}
		for at < len(a.terms) && a.terms[at].id < t.id {
			at++
		}
		c.add(g.rare.of(t.id), at < len(a.terms) && a.terms[at].id == t.id)
	}
	return c.share()
}

// containment adds up the words that stand in a text and those that do not.
type containment struct {
	words      int
	found, all float64
}

func (c *containment) add(k float64, found bool) {
	c.all += k
	if found {
		c.found += k
		c.words++
	}
}

// share is nothing for a word or two: those stand in many texts.
func (c *containment) share() float64 {
	if c.words < 3 {
		return 0
	}
	return ratio(c.found, c.all)
}

// shared returns the rarest words that a and s have in common, at most
// sharedShown, as they are written.
func (g *Grouper) shared(a *article, s *group) []string {
	words := g.words.words
	most := newTop(sharedShown, func(x, y askedTerm) bool {
		return x.k > y.k || (x.k == y.k && words[x.id].stem < words[y.id].stem)
	})
	at, sums := 0, g.sums(s)
	for i := range a.terms {
		id := a.terms[i].id
		pos, ok := findSum(sums[at:], id)
		at += pos
		if ok {
			most.add(askedTerm{id, g.rare.of(id)})
		}
	}
	out := []string{}
	for _, w := range most.list {
		if s := words[w.id].surface; !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
