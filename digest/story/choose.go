package story

import (
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// sharedShown is how many shared words a Join names.
const sharedShown = 6

// choose decides which story an article joins, and says why.
func (g *Grouper) choose(a *article) digest.Join {
	g.found = g.found[:0]
	if original := g.copyOf(a); original != nil {
		return g.copied(a, original)
	}
	own := digest.Join{StoryID: a.id, Shared: []string{}}
	if a.routine.alone() {
		own.Veto = "a routine series of its own"
		return own
	}
	found := g.matches(a)
	for i, m := range found {
		if original := g.copyIn(a, m.group); original != nil {
			return g.copied(a, original)
		}
		if i >= copyStories {
			break
		}
	}
	if len(found) == 0 {
		own.Needed = g.tuning.head.bar(1, 1)
		return own
	}
	return g.join(a, found, own)
}

func (g *Grouper) join(a *article, found []match, own digest.Join) digest.Join {
	for i := range found {
		m := &found[i]
		if m.margin() < 1 {
			break
		}
		if m.veto = g.veto(a, m.group); m.veto == "" {
			j := digest.Join{StoryID: m.group.id, Score: m.score, Needed: m.needed, Shared: g.shared(a, m.group)}
			for k := range found {
				if k != i {
					j.Nearest = found[k].margin() * m.needed
					break
				}
			}
			return j
		}
	}
	own.Needed, own.Nearest, own.Veto = found[0].needed, found[0].score, found[0].veto
	return own
}

// copyStories is how many of the nearest stories are searched for a copy, and
// copyArticles how many of each one's latest articles.
const (
	copyStories  = 3
	copyArticles = 64
)

// copyOf finds a live article with the same address or the same words.
func (g *Grouper) copyOf(a *article) *article {
	if b := g.byURL[a.url]; a.url != 0 && b != nil {
		return b
	}
	if b := g.byWords[a.words]; b != nil && !anotherDay(a, b) {
		return b
	}
	return nil
}

// copyIn finds an article in s whose text is nearly that of a.
func (g *Grouper) copyIn(a *article, s *group) *article {
	live := s.live[max(0, len(s.live)-copyArticles):]
	for _, b := range live {
		if sameText(a, b) && !anotherDay(a, b) && !moved(a, b) && apart(a, b) <= sameEvent {
			return b
		}
	}
	return nil
}

func (g *Grouper) copied(a, original *article) digest.Join {
	s := original.group
	m := g.compare(a, s)
	return digest.Join{StoryID: s.id, Score: m.score, Needed: m.needed, Shared: g.shared(a, s), Same: true}
}

// matches compares a with the live stories that share its rarest words, best
// first.
func (g *Grouper) matches(a *article) []match {
	g.found = g.found[:0]
	for _, c := range g.candidates(a) {
		if m := g.compare(a, g.slots[c.slot]); m.score > 0 {
			g.found = append(g.found, m)
		}
	}
	slices.SortFunc(g.found, better)
	return g.found
}

// longList is how many stories may have a word that is still looked up when
// rarer ones were.
const longList = 3000

// leastShare is how much of what is asked for a story must have to be compared:
// one with less is never alike enough.
const leastShare = 0.08

// candidate is a story that shares words with an article.
type candidate struct {
	slot  int32
	id    int64
	score float64
}

// before orders candidates: those that share more first, then the lower ID.
func (c candidate) before(o candidate) bool {
	return c.score > o.score || (c.score == o.score && c.id < o.id)
}

// candidates asks the index for the stories that share a's rarest words, and
// returns those that share most.
func (g *Grouper) candidates(a *article) []candidate {
	g.touched = g.touched[:0]
	all := 0.0
	for i, q := range g.asked(a) {
		all += q.k
		list := g.words.words[q.id].groups
		if len(list) > longList && i > 2 {
			continue
		}
		for _, slot := range list {
			if g.score[slot] == 0 {
				g.touched = append(g.touched, slot)
			}
			g.score[slot] += q.k
		}
	}
	most := newTop(g.tuning.candidates, candidate.before)
	for _, slot := range g.touched {
		if g.score[slot] >= leastShare*all {
			most.add(candidate{slot, g.slots[slot].id, g.score[slot]})
		}
		g.score[slot] = 0
	}
	return most.list
}

type askedTerm struct {
	id uint32
	k  float64
}

// asked returns the terms of a to look for, those of greatest weight first.
func (g *Grouper) asked(a *article) []askedTerm {
	words := g.words.words
	most := newTop(g.tuning.asked, func(x, y askedTerm) bool {
		return x.k > y.k || (x.k == y.k && words[x.id].stem < words[y.id].stem)
	})
	for i := range a.terms {
		w := &a.terms[i]
		if words[w.id].df < 2 {
			continue
		}
		x := float64(w.title())
		if a.full {
			x = float64(w.body())
		}
		if k := x * x * g.rare.square(a.full, w.id); k > 0 {
			most.add(askedTerm{w.id, k / (unit * unit)})
		}
	}
	return most.list
}

// top keeps the first few of many in order.
type top[T any] struct {
	list   []T
	before func(a, b T) bool
}

func newTop[T any](n int, before func(a, b T) bool) top[T] {
	return top[T]{make([]T, 0, n), before}
}

func (t *top[T]) add(x T) {
	n := len(t.list)
	if n == cap(t.list) {
		if !t.before(x, t.list[n-1]) {
			return
		}
		n--
	} else {
		t.list = append(t.list, x)
	}
	for n > 0 && t.before(x, t.list[n-1]) {
		t.list[n] = t.list[n-1]
		n--
	}
	t.list[n] = x
}
