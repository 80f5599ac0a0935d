package story

import (
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// settle puts stories together that the article a, having joined one of them,
// proves to be one, and looks again at what has grown.
func (g *Grouper) settle(a *article, out *Outcome) {
	near := g.near(a)
	for range maxMerges {
		s := a.group
		best := match{}
		for _, o := range near {
			if o == s || g.groups[o.id] != o {
				continue
			}
			m := g.compareStories(s, o)
			if m.margin() < 1 || g.vetoStories(s, o) != "" {
				continue
			}
			if best.group == nil || better(m, best) < 0 {
				best = m
			}
		}
		if best.group == nil {
			break
		}
		g.merge(s, best, out)
	}
	if s := a.group; len(out.Merged) > 0 || dueForReview(s.full) {
		g.review(s, g.neighbours(s, near), out)
	}
}

// nearMargin is the margin of an article to a story from which its own story
// is compared with that, and maxNear how many such are.
const (
	nearMargin = 0.3
	maxNear    = 6
)

// near returns the stories that came nearest when a was compared.
func (g *Grouper) near(a *article) []*group {
	var out []*group
	for i := range g.found {
		if m := &g.found[i]; len(out) < maxNear && m.group != a.group && m.margin() > nearMargin {
			out = append(out, m.group)
		}
	}
	return out
}

// neighbours are the stories among near that s is to be looked at with.
func (g *Grouper) neighbours(s *group, near []*group) []*group {
	most := newTop(reviewNear, func(x, y match) bool { return better(x, y) < 0 })
	for _, o := range near {
		if o == s || g.groups[o.id] != o || o.full == 0 {
			continue
		}
		if m := g.compareStories(s, o); m.margin() > g.tuning.nearby {
			most.add(m)
		}
	}
	out := make([]*group, len(most.list))
	for i, m := range most.list {
		out[i] = m.group
	}
	return out
}

// maxMerges is how many stories one article can put together.
const maxMerges = 4

// merge makes one story of two. It keeps the lower ID.
func (g *Grouper) merge(s *group, m match, out *Outcome) {
	into, from := s, m.group
	if from.id < into.id {
		into, from = from, into
	}
	moved := slices.Clone(from.live)
	join := digest.Join{StoryID: into.id, Score: m.score, Needed: m.needed, Shared: g.sharedStories(into, from)}
	g.close(from)
	for _, a := range moved {
		g.place(a, into.id)
		if a.id == out.Grouping.ArticleID {
			out.Grouping.StoryID = into.id
			out.Grouping.Join.StoryID = into.id
			continue
		}
		out.Moved = slices.DeleteFunc(out.Moved, func(x digest.Grouping) bool { return x.ArticleID == a.id })
		out.Moved = append(out.Moved, digest.Grouping{ArticleID: a.id, StoryID: into.id, Join: join})
	}
	for i := range out.Merged {
		if out.Merged[i].Into == from.id {
			out.Merged[i].Into = into.id
		}
	}
	out.Merged = append(out.Merged, Merge{From: from.id, Into: into.id})
}

// sharedStories returns the rarest words that two stories have in common.
func (g *Grouper) sharedStories(a, b *group) []string {
	small := a
	if len(g.sums(b)) < len(g.sums(a)) {
		small, b = b, a
	}
	sums := g.sums(small)
	probe := &article{terms: make([]weight, len(sums))}
	for i := range sums {
		probe.terms[i].id = sums[i].id
	}
	return g.shared(probe, b)
}

// changed lists the stories that an outcome changed, ascending.
func changed(out *Outcome) []int64 {
	ids := []int64{out.Grouping.StoryID}
	for _, m := range out.Merged {
		ids = append(ids, m.Into)
	}
	ids = append(ids, out.changed...)
	slices.Sort(ids)
	return slices.Compact(ids)
}
