package story

import (
	"cmp"
	"slices"
)

// article is what the Grouper keeps of a live article.
type article struct {
	id      int64
	group   *group
	time    int64 // Unix seconds; 0 when it has none
	day     int32 // see features.day
	full    bool
	routine routine
	url     uint64
	words   uint64
	simhash uint64
	sketch  *sketch // of a full text
	series  uint64
	places  []uint16
	amounts []count
	terms   []weight // by id
}

// count is an amount with the number of its unit's term, or measure.
type count struct {
	unit  uint32
	value float32
}

// weight is a term of an article. The weights of a vector are whole numbers,
// so that what is added to a story can be taken away again exactly, scaled so
// that the squares of each vector sum up to unit². An article has many: what is
// known of the term as a name stands in bits that no weight needs.
type weight struct {
	id   uint32
	head uint16 // weight in the vector of the headline, and nameBit
	text uint16 // weight in the vector of the full text, 0 for a headline alone, and nameBit where the article is about the name
}

const (
	unit       = 1024
	nameBit    = 1 << 15
	weightBits = nameBit - 1
)

func (w *weight) title() uint16 { return w.head & weightBits }
func (w *weight) body() uint16  { return w.text & weightBits }
func (w *weight) name() bool    { return w.head&nameBit != 0 }
func (w *weight) salient() bool { return w.text&nameBit != 0 }

// group is a live story: the sums of its articles' vectors.
type group struct {
	id    int64
	slot  int32
	live  []*article // by ID
	full  int        // of them, those with a text
	terms []sum      // by id; none of a single article, see Grouper.sums
	first int64      // time of the earliest and the latest dated one; 0 without
	last  int64
}

// sum is a term of a story.
type sum struct {
	id      uint32
	n       int32 // articles that have it
	salient int32 // of them, those that are about it as a name
	title   int32
	body    int32
}

// insert adds the sums of an article to g and returns the terms that are new
// to it.
func (g *group) insert(a *article, fresh []uint32) []uint32 {
	a.group = g
	at, _ := slices.BinarySearchFunc(g.live, a.id, func(x *article, id int64) int { return cmp.Compare(x.id, id) })
	g.live = slices.Insert(g.live, at, a)
	g.stretch(a)
	if a.full {
		g.full++
	}
	if len(g.live) == 1 {
		for i := range a.terms {
			fresh = append(fresh, a.terms[i].id)
		}
		return fresh
	}
	if len(g.live) == 2 {
		first := g.live[1-at]
		g.terms = appendSums(make([]sum, 0, len(a.terms)+len(first.terms)), first)
	}
	at = 0
	missing := 0
	for i := range a.terms {
		w := &a.terms[i]
		pos, ok := findSum(g.terms[at:], w.id)
		at += pos
		if !ok {
			missing++
			fresh = append(fresh, w.id)
			continue
		}
		g.terms[at].plus(w)
	}
	if missing > 0 {
		g.splice(a, missing)
	}
	return fresh
}

// splice merges the terms of a that g lacks into its sorted sums, from the
// back, in place.
func (g *group) splice(a *article, missing int) {
	old := len(g.terms)
	if cap(g.terms) < old+missing {
		// Most stories stay small: room for a quarter more, not for as much again.
		g.terms = append(make([]sum, 0, old+missing+old/4), g.terms...)
	}
	g.terms = g.terms[:old+missing]
	to, from := len(g.terms)-1, old-1
	for i := len(a.terms) - 1; i >= 0; i-- {
		w := &a.terms[i]
		for from >= 0 && g.terms[from].id > w.id {
			g.terms[to] = g.terms[from]
			to, from = to-1, from-1
		}
		if from >= 0 && g.terms[from].id == w.id {
			continue
		}
		g.terms[to] = sum{id: w.id}
		g.terms[to].plus(w)
		to--
	}
}

func (s *sum) plus(w *weight) {
	s.n++
	if w.salient() {
		s.salient++
	}
	s.title += int32(w.title())
	s.body += int32(w.body())
}

func (s *sum) minus(w *weight) {
	s.n--
	if w.salient() {
		s.salient--
	}
	s.title -= int32(w.title())
	s.body -= int32(w.body())
}

// remove takes an article's sums away and returns the terms that g has no
// more.
func (g *group) remove(a *article, gone []uint32) []uint32 {
	g.live = slices.DeleteFunc(g.live, func(x *article) bool { return x == a })
	if a.full {
		g.full--
	}
	g.first, g.last = 0, 0
	for _, x := range g.live {
		g.stretch(x)
	}
	if len(g.live) == 0 {
		for i := range a.terms {
			gone = append(gone, a.terms[i].id)
		}
		return gone
	}
	for i := range a.terms {
		w := &a.terms[i]
		if pos, ok := findSum(g.terms, w.id); ok {
			g.terms[pos].minus(w)
			if g.terms[pos].n == 0 {
				gone = append(gone, w.id)
			}
		}
	}
	g.terms = slices.DeleteFunc(g.terms, func(s sum) bool { return s.n == 0 })
	if len(g.live) == 1 {
		g.terms = nil
	}
	return gone
}

// appendSums appends the sums of one article.
func appendSums(sums []sum, a *article) []sum {
	for i := range a.terms {
		s := sum{id: a.terms[i].id}
		s.plus(&a.terms[i])
		sums = append(sums, s)
	}
	return sums
}

// lent are the sums of a story of one article, made when they are asked for.
type lent struct {
	of   *article
	sums []sum
}

// sums returns the sums of a story by id. Half of all stories stay with one
// article, whose terms say all: their sums are made when they are asked for, and
// hold until those of two others were.
func (g *Grouper) sums(s *group) []sum {
	if len(s.live) > 1 {
		return s.terms
	}
	a := s.live[0]
	for i := range g.lent {
		if g.lent[i].of == a {
			g.lender = 1 - i
			return g.lent[i].sums
		}
	}
	l := &g.lent[g.lender]
	g.lender = 1 - g.lender
	l.of, l.sums = a, appendSums(l.sums[:0], a)
	return l.sums
}

// isRoutine reports whether g holds nothing but articles of routine series.
func (g *group) isRoutine() bool {
	for _, a := range g.live {
		if a.routine == noRoutine {
			return false
		}
	}
	return true
}

func (g *group) stretch(a *article) {
	if a.time == 0 {
		return
	}
	if g.first == 0 || a.time < g.first {
		g.first = a.time
	}
	g.last = max(g.last, a.time)
}

// findSum looks for id in sums sorted by it. It gallops, since callers look
// for ascending ids that mostly stand near.
func findSum(sums []sum, id uint32) (int, bool) {
	hi := 1
	for hi < len(sums) && sums[hi].id < id {
		hi *= 2
	}
	lo := hi / 2
	if lo > 0 || (len(sums) > 0 && sums[0].id < id) {
		sub := sums[lo:min(hi+1, len(sums))]
		i, ok := slices.BinarySearchFunc(sub, id, func(s sum, id uint32) int { return cmp.Compare(s.id, id) })
		return lo + i, ok
	}
	return 0, len(sums) > 0 && sums[0].id == id
}
