package story

import (
	"cmp"
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// settle puts stories together that the article a, having joined one of them,
// proves to be one.
func (g *Grouper) settle(a *article, out *Outcome) {
	for range maxMerges {
		s := a.group
		best := match{}
		for _, slot := range g.candidates(a) {
			o := g.slots[slot]
			if o == s {
				continue
			}
			m := g.compareStories(s, o)
			if m.margin() < 1 || g.vetoStories(&m, s) != "" {
				continue
			}
			if best.group == nil || better(m, best) < 0 {
				best = m
			}
		}
		if best.group == nil {
			return
		}
		g.merge(s, best, out)
	}
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
	slices.SortFunc(into.live, func(x, y *article) int { return cmp.Compare(x.id, y.id) })
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
	if len(b.terms) < len(a.terms) {
		small, b = b, a
	}
	probe := &article{terms: make([]weight, len(small.terms))}
	for i := range small.terms {
		probe.terms[i].id = small.terms[i].id
	}
	return g.shared(probe, b, sharedShown)
}

// changed lists the stories that an outcome changed, ascending.
func changed(out *Outcome) []int64 {
	ids := []int64{out.Grouping.StoryID}
	for _, m := range out.Merged {
		ids = append(ids, m.Into)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
