package story

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// live puts articles into one story of a new Grouper and returns a further one
// to compare with it.
func live(t *testing.T, articles ...digest.Article) (*Grouper, *article, *group) {
	t.Helper()
	g := New(Options{})
	for i := range articles[:len(articles)-1] {
		a := &articles[i]
		a.ID = int64(i + 1)
		g.Load(digest.LiveArticle{ID: a.ID, StoryID: 1, Time: a.Time(), Title: a.Title, Features: features1(a)})
	}
	last := &articles[len(articles)-1]
	return g, g.read(99, last.Time(), last.Title, features1(last)), g.groups[1]
}

func in(weight float64, slugs ...string) (out []digest.Tag) {
	for _, s := range slugs {
		out = append(out, digest.Tag{Slug: s, Weight: weight})
	}
	return out
}

func TestPlacesApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		story [][]digest.Tag
		own   []digest.Tag
		want  string
	}{
		"others":                 {[][]digest.Tag{in(.9, "KR")}, in(.9, "BR"), "BR, not KR"},
		"one in common":          {[][]digest.Tag{in(.9, "KR", "US")}, in(.9, "US"), ""},
		"none known":             {[][]digest.Tag{in(.9, "KR")}, nil, ""},
		"none known of them":     {[][]digest.Tag{nil}, in(.9, "BR"), ""},
		"weak ones do not count": {[][]digest.Tag{in(.9, "KR")}, in(.5, "BR"), ""},
		"no country is common":   {[][]digest.Tag{in(.9, "KR"), in(.9, "JP"), in(.9, "CN")}, in(.9, "BR"), ""},
		"most have it":           {[][]digest.Tag{in(.9, "KR"), in(.9, "KR", "JP"), nil}, in(.9, "BR"), "BR, not KR"},
	} {
		var all []digest.Article
		for _, tags := range c.story {
			all = append(all, digest.Article{Title: "Ferry sinks", Stored: start, Countries: tags})
		}
		_, a, s := live(t, append(all, digest.Article{Title: "Ferry sinks", Stored: start, Countries: c.own})...)
		if got := placesApart(a, s); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDatesApart(t *testing.T) {
	t.Parallel()
	at := func(days int, body string) digest.Article {
		a := digest.Article{Title: "Vote in Turmalia", Body: body}
		if days != 0 {
			a.Published = start.AddDate(0, 0, days)
			a.Stored = a.Published
		}
		return a
	}
	for name, c := range map[string]struct {
		story, own digest.Article
		want       bool
	}{
		"near":                  {at(1, ""), at(20, ""), false},
		"years apart":           {at(1, ""), at(800, ""), true},
		"one undated":           {at(0, ""), at(800, ""), false},
		"undated, named day":    {at(0, "May 2, 2013. Polls opened."), at(0, "May 2, 2019. Polls opened."), true},
		"undated, the same day": {at(0, "May 2, 2013. Polls opened."), at(0, "3 May 2013. Polls closed."), false},
	} {
		_, a, s := live(t, c.story, c.own)
		if got := datesApart(a, s); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestSeriesApart(t *testing.T) {
	t.Parallel()
	on := func(hours int, title string) digest.Article {
		return digest.Article{Title: title, Stored: start.Add(time.Duration(hours) * time.Hour)}
	}
	for name, c := range map[string]struct {
		story, own digest.Article
		want       bool
	}{
		"market, next day":     {on(0, "Tokyo stocks close higher"), on(24, "Seoul stocks close lower"), true},
		"market, same day":     {on(0, "Tokyo stocks close higher"), on(2, "Seoul stocks close lower"), false},
		"dated, another day":   {on(0, "Harbour log, 3 May"), on(48, "Harbour log, 5 May"), true},
		"dated, another thing": {on(0, "Harbour log, 3 May"), on(48, "Airport log, 5 May"), false},
		"no series":            {on(0, "Ferry sinks"), on(48, "Ferry sinks"), false},
	} {
		_, a, s := live(t, c.story, c.own)
		if got := seriesApart(a, s); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	text := func(s string) digest.Article { return digest.Article{Title: s, Stored: start} }
	for name, c := range map[string]struct {
		story, own  string
		same, other int
	}{
		"the same":     {"Navy captures 23 pirates", "Warship holds 23 pirates", 1, 0},
		"another":      {"Navy captures 23 pirates", "Warship holds 26 pirates", 0, 1},
		"other things": {"Navy captures 23 pirates", "Warship sinks 2 boats", 0, 0},
		"years":        {"Election of 2018 in May", "Election of 2023 in May", 0, 0},
		"large":        {"Pledge of 350 billion dollars", "A pledge: 350 billion", 1, 0},
		"with a comma": {"Some 12,000 homes dark", "Power lost in 12000 homes", 1, 0},
	} {
		_, a, s := live(t, text(c.story), text(c.own))
		if same, other := amountsAgree(a, s); same != c.same || other != c.other {
			t.Errorf("%s: %d the same, %d others, want %d and %d", name, same, other, c.same, c.other)
		}
	}
	g, a, s := live(t, text("Magnitude 6.4 quake off Sulwara"), text("Quake of magnitude 4.1 off Sulwara"))
	if g.labelsApart(a, s) == "" {
		t.Error("quakes of magnitude 6.4 and 4.1 are one")
	}
	g, a, s = live(t, text("Magnitude 6.4 quake off Sulwara"), text("Quake of magnitude 6.1 off Sulwara"))
	if v := g.labelsApart(a, s); v != "" {
		t.Errorf("first reports differ: %s", v)
	}
}

func TestContained(t *testing.T) {
	t.Parallel()
	long := digest.Article{Title: "Velden mourns its exchange", Body: "Fire destroyed the roof of the grain exchange in Velden on Tuesday. Nobody was hurt. Sixty firefighters carried out the map collection before the beams fell, the mayor said.", Stored: start}
	for title, want := range map[string]float64{
		"Fire destroys roof of Velden grain exchange":                           1,
		"Roof tiles fall from town hall of Ostrava":                             0, // but a word or two in common
		"Velden exchange roof: cranes arrive from Oslo, Bergen, Turku and Riga": .5,
	} {
		g, a, s := live(t, long, digest.Article{Title: title, Stored: start})
		got := g.contained(a, s)
		if math.Abs(got-want) > .26 {
			t.Errorf("%q: %v, want about %v", title, got, want)
		}
		g, a, s = live(t, digest.Article{Title: title, Stored: start}, long)
		if back := g.contained(a, s); math.Abs(back-got) > .2 {
			t.Errorf("%q: %v one way, %v the other", title, got, back)
		}
	}
}

func TestAverageLink(t *testing.T) {
	t.Parallel()
	// Two tight pairs, and one between them that is nearer to the first.
	like := [][]float64{
		{0, .9, .1, .1, .6},
		{.9, 0, .1, .1, .5},
		{.1, .1, 0, .8, .2},
		{.1, .1, .8, 0, .3},
		{.6, .5, .2, .3, 0},
	}
	for least, want := range map[float64]string{.95: "[0 1 2 3 4]", .7: "[0 0 2 2 4]", .5: "[0 0 2 2 0]", .1: "[0 0 0 0 0]"} {
		if got := fmt.Sprint(averageLink(like, least)); got != want {
			t.Errorf("at %v: %s, want %s", least, got, want)
		}
	}
	if got := averageLink(nil, .5); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// TestSecondThoughts: two events whose first articles were wrongly joined are
// parted once there are enough articles to see it.
func TestSecondThoughts(t *testing.T) {
	t.Parallel()
	p := &press{r: rand.New(rand.NewPCG(3, 1))}
	g := New(Options{})
	id := int64(0)
	tell := func(event int) digest.Article {
		id++
		a := digest.Article{ID: id, Title: "The " + p.pick(event, 8, 4), Stored: start.Add(time.Duration(id) * time.Minute)}
		for range 5 {
			a.Body += "The " + p.pick(event, 14, 8) + " of the region. "
		}
		return a
	}
	for _, event := range []int{1, 2, 1, 2, 1} { // all in story 1
		a := tell(event)
		g.Load(digest.LiveArticle{ID: a.ID, StoryID: 1, Time: a.Stored, Title: a.Title, Features: features1(&a)})
	}
	a := tell(2)
	out := g.Add(&a, features1(&a))
	for want, got := g.byID[1].group, int64(1); got <= 5; got += 2 {
		if g.byID[got].group != want {
			t.Errorf("article %d left the first event", got)
		}
	}
	if g.byID[2].group == g.byID[1].group || g.byID[2].group != g.byID[4].group || g.byID[2].group != g.byID[6].group {
		t.Errorf("the second event was not parted from the first: %+v", out)
	}
	if len(out.Changed) != 2 || len(out.Moved) != 2 || out.Grouping.StoryID == 1 {
		t.Errorf("told %+v", out)
	}
}

func TestTop(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 8))
	for range 200 {
		all := make([]int, r.IntN(30))
		most := newTop(5, func(a, b int) bool { return a > b })
		for i := range all {
			all[i] = r.IntN(50)
			most.add(all[i])
		}
		slices.SortFunc(all, func(a, b int) int { return b - a })
		if want := all[:min(5, len(all))]; !slices.Equal(most.list, want) {
			t.Fatalf("got %v, want %v", most.list, want)
		}
	}
}

func TestFindSum(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		sums := make([]sum, n)
		for i := range sums {
			sums[i].id = uint32(2 * i)
		}
		for id := range uint32(2*n + 3) {
			at, ok := findSum(sums, id)
			if want := int(id+1) / 2; at != min(want, n) || ok != (id%2 == 0 && int(id) < 2*n) {
				t.Fatalf("%d among %d: %d %t", id, n, at, ok)
			}
		}
	}
}

func TestVotes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 9))
	var v votes
	var want [64]int
	const n = 1001
	for range n {
		h := r.Uint64()
		v.add(h)
		for b := range want {
			want[b] += int(h >> b & 1)
		}
	}
	got := v.sum()
	for b, ones := range want {
		if (got>>b&1 == 1) != (2*ones > n) {
			t.Errorf("bit %d: %d of %d", b, ones, n)
		}
	}
}
