package story

import (
	"cmp"
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// sharedShown is how many shared words a Join names.
const sharedShown = 6

// choose decides which story an article joins, and says why.
func (g *Grouper) choose(a *article) digest.Join {
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
		if m.veto = g.veto(a, m); m.veto == "" {
			j := digest.Join{StoryID: m.group.id, Score: m.score, Needed: m.needed, Shared: g.shared(a, m.group, sharedShown)}
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
	if b := g.byURL[a.url]; a.url != 0 && b != nil && b != a {
		return b
	}
	if b := g.byWords[a.words]; b != nil && b != a && !anotherDay(a, b) {
		return b
	}
	return nil
}

// copyIn finds an article in s whose text is nearly that of a.
func (g *Grouper) copyIn(a *article, s *group) *article {
	live := s.live[max(0, len(s.live)-copyArticles):]
	for _, b := range live {
		if sameText(a, b) && !anotherDay(a, b) {
			return b
		}
	}
	return nil
}

func (g *Grouper) copied(a, original *article) digest.Join {
	s := original.group
	m := g.compare(a, s)
	return digest.Join{StoryID: s.id, Score: m.score, Needed: m.needed, Shared: g.shared(a, s, sharedShown), Same: true}
}

// matches compares a with the live stories that share its rarest words, best
// first.
func (g *Grouper) matches(a *article) []match {
	var out []match
	for _, slot := range g.candidates(a) {
		if m := g.compare(a, g.slots[slot]); m.score > 0 {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, better)
	return out
}

// longList is how many stories may have a word that is still looked up when
// rarer ones were.
const longList = 3000

// candidates asks the index for the stories that share a's rarest words, and
// returns the slots of those that share most.
func (g *Grouper) candidates(a *article) []int32 {
	asked := g.asked(a)
	g.touched = g.touched[:0]
	for i, q := range asked {
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
	top := g.touched
	slices.SortFunc(top, func(x, y int32) int {
		if c := cmp.Compare(g.score[y], g.score[x]); c != 0 {
			return c
		}
		return cmp.Compare(g.slots[x].id, g.slots[y].id)
	})
	for _, slot := range top {
		g.score[slot] = 0
	}
	return top[:min(len(top), g.tuning.candidates)]
}

type askedTerm struct {
	id uint32
	k  float64
}

// asked returns the terms of a to look for, those of greatest weight first.
func (g *Grouper) asked(a *article) []askedTerm {
	out := make([]askedTerm, 0, len(a.terms))
	for i := range a.terms {
		w := &a.terms[i]
		if g.words.words[w.id].df < 2 {
			continue
		}
		k := g.rare.of(w.id)
		if a.full {
			k *= float64(w.body)
		} else {
			k *= float64(w.title)
		}
		if k > 0 {
			out = append(out, askedTerm{w.id, k * k / (unit * unit)})
		}
	}
	slices.SortFunc(out, func(x, y askedTerm) int {
		if c := cmp.Compare(y.k, x.k); c != 0 {
			return c
		}
		return compareStrings(g.words.words[x.id].stem, g.words.words[y.id].stem)
	})
	return out[:min(len(out), g.tuning.asked)]
}
