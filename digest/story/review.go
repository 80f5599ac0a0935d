package story

import (
	"cmp"
	"math"
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// An article joins on what is known when it comes. The first two of an event
// say little, and one wrong step at the start draws others after it. So a
// young story is looked at again whenever it has grown by half: its articles
// and those of its nearest neighbours are clustered anew, all at once, and put
// where they then belong.
const (
	reviewFrom  = 3  // full texts from which a story is looked at again
	reviewUntil = 40 // and up to which: what is told widely is not turned over
	reviewNear  = 2  // neighbours that are looked at with it
)

// dueForReview reports whether a story that now has n full texts is looked at.
func dueForReview(n int) bool {
	at := reviewFrom
	for at < n {
		at += max(1, at/2)
	}
	return n == at && n <= reviewUntil
}

// review clusters the articles of s and of the stories near it anew.
func (g *Grouper) review(s *group, near []*group, out *Outcome) {
	stories := append([]*group{s}, near...)
	slices.SortFunc(stories, func(a, b *group) int { return cmp.Compare(a.id, b.id) })
	var articles []*article
	for _, o := range stories {
		for _, a := range o.live {
			if a.full {
				articles = append(articles, a)
			}
		}
	}
	if len(articles) < reviewFrom || len(articles) > 2*reviewUntil {
		return
	}
	slices.SortFunc(articles, func(a, b *article) int { return cmp.Compare(a.id, b.id) })
	like := g.pairs(articles)
	g.regroup(articles, averageLink(like, g.tuning.review), like, out)
}

// Weights of what makes two full texts tell of one event, fitted by logistic
// regression on half of a labelled set, and rounded.
const (
	pairBase     = -0.2
	pairWords    = 3.2  // cosine of the texts
	pairHead     = 1.8  // of the headlines
	pairNames    = 2.2  // of the names that they are about
	pairApart    = -1.2 // share of the names of each that the other never mentions, added
	pairStranger = -1.5 // multiplied
	pairSame     = 1.0  // per number that counts the same, up to three
	pairOther    = -0.4 // per number that counts otherwise, up to two
)

// view is an article made ready for comparing with many.
type view struct {
	*article
	text  []float64 // weights of the terms in the text's vector, of length 1
	head  []float64 // in the headline's
	names []float64 // in that of the names that it is about
	total float64   // of the weights of those names
	rare  []float64 // weight of each term
}

func (g *Grouper) view(a *article) view {
	n := len(a.terms)
	v := view{article: a, text: make([]float64, n), head: make([]float64, n), names: make([]float64, n), rare: make([]float64, n)}
	for i := range a.terms {
		w := &a.terms[i]
		k := math.Sqrt(g.rare.square(true, w.id))
		v.rare[i] = k
		v.text[i], v.head[i] = float64(w.body())*k, float64(w.title())*k
		if w.salient() {
			v.names[i] = k
			v.total += k
		}
	}
	for _, x := range [][]float64{v.text, v.head, v.names} {
		unitLength(x)
	}
	return v
}

func unitLength(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	if sum == 0 {
		return
	}
	norm := math.Sqrt(sum)
	for i := range v {
		v[i] /= norm
	}
}

// pairs returns, for each two articles, the probability that they tell of one
// event.
func (g *Grouper) pairs(articles []*article) [][]float64 {
	views := make([]view, len(articles))
	like := make([][]float64, len(articles))
	for i, a := range articles {
		views[i] = g.view(a)
		like[i] = make([]float64, len(articles))
		for j := range i {
			p := g.oneEvent(&views[i], &views[j])
			like[i][j], like[j][i] = p, p
		}
	}
	return like
}

func (g *Grouper) oneEvent(a, b *view) float64 {
	if moved(a.article, b.article) {
		return 0
	}
	var text, head, names, knownA, knownB float64
	j := 0
	for i := range a.terms {
		w := &a.terms[i]
		for j < len(b.terms) && b.terms[j].id < w.id {
			j++
		}
		if j == len(b.terms) {
			break
		}
		o := &b.terms[j]
		if o.id != w.id {
			continue
		}
		text += a.text[i] * b.text[j]
		head += a.head[i] * b.head[j]
		names += a.names[i] * b.names[j]
		if w.salient() {
			knownA += a.rare[i]
		}
		if o.salient() {
			knownB += b.rare[j]
		}
	}
	x, y := 0.0, 0.0
	if a.total > 0 {
		x = 1 - knownA/a.total
	}
	if b.total > 0 {
		y = 1 - knownB/b.total
	}
	same, other := amountsOf(a.article, b.article, count.any)
	z := pairBase + pairWords*text + pairHead*head + pairNames*names + pairApart*(x+y) + pairStranger*x*y +
		pairSame*float64(min(same, 3)) + pairOther*float64(min(other, 2))
	return 1 / (1 + math.Exp(-z))
}

// averageLink clusters by joining, again and again, the two clusters whose
// members are most alike on average, while they are at least as alike as least
// says. It returns the cluster of each, numbered by its first member.
func averageLink(like [][]float64, least float64) []int {
	n := len(like)
	of := make([]int, n)
	size := make([]float64, n)
	sim := make([][]float64, n)
	for i := range of {
		of[i], size[i], sim[i] = i, 1, slices.Clone(like[i])
	}
	for {
		a, b, top := -1, -1, least
		for i := range n {
			for j := i + 1; size[i] > 0 && j < n; j++ {
				if size[j] > 0 && sim[i][j] > top {
					a, b, top = i, j, sim[i][j]
				}
			}
		}
		if a < 0 {
			return of
		}
		for k := range n {
			sim[a][k] = (size[a]*sim[a][k] + size[b]*sim[b][k]) / (size[a] + size[b])
			sim[k][a] = sim[a][k]
		}
		size[a], size[b] = size[a]+size[b], 0
		for k := range of {
			if of[k] == b {
				of[k] = a
			}
		}
	}
}

// regroup moves the articles whose cluster is not their story. A cluster has
// the ID of the story whose first article it holds, else of the one that most
// of its articles come from, else of its own first article. An article that is
// alone stays where it is.
func (g *Grouper) regroup(articles []*article, of []int, like [][]float64, out *Outcome) {
	members := map[int][]int{}
	for i, c := range of {
		members[c] = append(members[c], i)
	}
	ids := clusterIDs(articles, members)
	for i, a := range articles {
		c := of[i]
		if len(members[c]) < 2 || a.group.id == ids[c] {
			continue
		}
		sum := 0.0
		for _, j := range members[c] {
			if j != i {
				sum += like[i][j]
			}
		}
		g.move(a, ids[c], digest.Join{StoryID: ids[c], Score: sum / float64(len(members[c])-1), Needed: g.tuning.review}, out)
	}
}

// clusterIDs gives each cluster of two or more the ID of its story.
func clusterIDs(articles []*article, members map[int][]int) map[int]int64 {
	ids := map[int]int64{}
	taken := map[int64]int{} // story -> articles it has in the cluster that got its ID; its first article counts most
	var order []int
	for c := range members {
		if len(members[c]) > 1 {
			order = append(order, c)
		}
	}
	slices.Sort(order)
	claim := map[int64]int{} // story -> cluster
	for _, c := range order {
		votes := map[int64]int{}
		for _, i := range members[c] {
			s := articles[i].group.id
			votes[s]++
			if articles[i].id == s {
				votes[s] += len(articles)
			}
		}
		for s, n := range votes {
			if n > taken[s] {
				taken[s], claim[s] = n, c
			}
		}
	}
	for _, c := range order {
		for s, by := range claim {
			if by == c && (ids[c] == 0 || s < ids[c]) {
				ids[c] = s
			}
		}
		if ids[c] == 0 {
			ids[c] = articles[members[c][0]].id
		}
	}
	return ids
}

// move puts a live article into another story and notes it.
func (g *Grouper) move(a *article, storyID int64, join digest.Join, out *Outcome) {
	from := a.group
	g.leave(a)
	g.place(a, storyID)
	join.Shared = g.shared(a, a.group)
	out.changed = append(out.changed, from.id, storyID)
	if a.id == out.Grouping.ArticleID {
		out.Grouping = digest.Grouping{ArticleID: a.id, StoryID: storyID, Join: join}
		return
	}
	out.Moved = slices.DeleteFunc(out.Moved, func(x digest.Grouping) bool { return x.ArticleID == a.id })
	out.Moved = append(out.Moved, digest.Grouping{ArticleID: a.id, StoryID: storyID, Join: join})
}
