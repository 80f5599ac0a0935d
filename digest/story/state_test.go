package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

var start = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// press makes up news: events of which each has its own names and words, told
// by articles that pick from them and from what all news says. Few events and
// many shared words make stories grow, merge and be looked at again.
type press struct {
	r      *rand.Rand
	events int
	full   int // of ten articles, those with a text
	id     int64

	printed []digest.Article
}

func (p *press) word(event, n int) string {
	vowels, consonants := "aeiou", "bdfgklmnprst"
	x := uint64(event*7919 + n*104729 + 17)
	var b strings.Builder
	for range 3 {
		x = mix(x)
		b.WriteByte(consonants[x%12])
		b.WriteByte(vowels[x>>8%5])
	}
	return b.String()
}

func (p *press) pick(event, from, n int) string {
	words := make([]string, n)
	for i := range words {
		k := p.r.IntN(from)
		words[i] = p.word(event, k)
		if k < 4 && event > 0 {
			words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
		}
	}
	return strings.Join(words, " ")
}

// next is an article on a random event, hours after the one before.
func (p *press) next() digest.Article {
	p.id++
	event := 1 + p.r.IntN(p.events)
	if p.r.IntN(12) == 0 && len(p.printed) > 0 { // a copy
		a := p.printed[p.r.IntN(len(p.printed))]
		a.ID, a.Published, a.Source = p.id, start.Add(time.Duration(p.id)*20*time.Minute), fmt.Sprint("Mirror ", p.id)
		a.Stored = a.Published
		return a
	}
	a := digest.Article{ID: p.id, Title: "The " + p.pick(event, 8, 3) + " " + p.pick(0, 40, 3), Source: fmt.Sprint("Wire ", p.r.IntN(6))}
	if p.r.IntN(10) < p.full {
		for range 3 {
			a.Body += "The " + p.pick(event, 14, 7) + " " + p.pick(0, 60, 6) + ". "
		}
	}
	if p.r.IntN(12) > 0 {
		a.Published = start.Add(time.Duration(p.id) * 20 * time.Minute)
	}
	a.Stored = start.Add(time.Duration(p.id) * 20 * time.Minute)
	if p.r.IntN(3) == 0 {
		a.URL = fmt.Sprint("https://valley.example/", p.id)
	}
	p.printed = append(p.printed, a)
	return a
}

func features1(a *digest.Article) []byte {
	return Features(text.Analyse(a.Title, a.Body, ""), a)
}

// desk keeps what a caller knows of the stories, from the outcomes alone.
type desk struct {
	t  *rapid.T
	g  *Grouper
	of map[int64]int64
}

func (d *desk) add(a *digest.Article, features []byte) {
	out := d.g.Add(a, features)
	was := map[int64]int64{}
	for id, s := range d.of {
		was[id] = s
	}
	if out.Grouping.ArticleID != a.ID || out.Grouping.StoryID != out.Grouping.Join.StoryID {
		d.t.Fatalf("grouping of %d: %+v", a.ID, out.Grouping)
	}
	d.of[a.ID] = out.Grouping.StoryID
	for _, m := range out.Moved {
		d.of[m.ArticleID] = m.StoryID
	}
	told := map[int64]bool{}
	for _, id := range out.Changed {
		told[id] = true
	}
	for _, m := range out.Merged {
		told[m.From] = true
		if m.From <= m.Into {
			d.t.Fatalf("%d became part of %d", m.From, m.Into)
		}
	}
	for id, s := range d.of {
		if was[id] != s && (!told[s] || (was[id] != 0 && !told[was[id]])) {
			d.t.Fatalf("article %d went from %d to %d untold: %+v", id, was[id], s, out)
		}
	}
	if !slices.IsSorted(out.Changed) {
		d.t.Fatalf("changed: %v", out.Changed)
	}
}

// check compares what the caller knows with what the Grouper holds, and what
// it holds with what it would hold had it never done anything else.
func (d *desk) check() {
	g := d.g
	docs := 0
	for id, a := range g.byID {
		docs++
		if d.of[id] != a.group.id {
			d.t.Fatalf("article %d is in %d, told %d", id, a.group.id, d.of[id])
		}
	}
	if docs != g.words.docs || docs != len(g.order) {
		d.t.Fatalf("%d articles, %d counted, %d in order", docs, g.words.docs, len(g.order))
	}
	df := map[uint32]int32{}
	for _, s := range g.groups {
		fresh := &group{id: s.id, slot: s.slot}
		for _, a := range s.live {
			for _, w := range a.terms {
				df[w.id]++
			}
			c := *a
			fresh.insert(&c, nil)
		}
		if !slices.Equal(fresh.terms, s.terms) || (len(s.terms) == 0) != (len(s.live) == 1) || fresh.full != s.full || fresh.first != s.first || fresh.last != s.last {
			d.t.Fatalf("the sums of story %d are not those of its articles", s.id)
		}
		if len(s.live) == 0 || g.slots[s.slot] != s {
			d.t.Fatalf("story %d is empty or lost", s.id)
		}
	}
	if len(g.words.ids) != len(df) {
		d.t.Fatalf("%d terms known, %d used", len(g.words.ids), len(df))
	}
	d.checkIndex(df)
}

func (d *desk) checkIndex(df map[uint32]int32) {
	for stem, id := range d.g.words.ids {
		w := &d.g.words.words[id]
		if w.stem != stem || w.df != df[id] {
			d.t.Fatalf("term %q: %d articles counted, %d have it", stem, w.df, df[id])
		}
		for _, slot := range w.groups {
			if _, ok := findSum(d.g.sums(d.g.slots[slot]), id); !ok {
				d.t.Fatalf("term %q leads to a story without it", stem)
			}
		}
		for _, s := range d.g.groups {
			if _, ok := findSum(d.g.sums(s), id); ok && !slices.Contains(w.groups, s.slot) && !s.live[0].routine.alone() {
				d.t.Fatalf("term %q does not lead to story %d", stem, s.id)
			}
		}
	}
}

// TestEveryChangeIsTold: whatever comes, in whatever order, with revisions and
// forgetting in between, the outcomes tell all that changed.
func TestEveryChangeIsTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &press{r: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), events: rapid.IntRange(1, 9).Draw(t, "events"), full: rapid.IntRange(0, 10).Draw(t, "full")}
		d := &desk{t: t, g: New(Options{}), of: map[int64]int64{}}
		for range rapid.IntRange(1, 70).Draw(t, "articles") {
			a := p.next()
			d.add(&a, features1(&a))
			switch p.r.IntN(25) {
			case 0: // a revision
				if old := d.g.order[p.r.IntN(len(d.g.order))]; old.id != a.ID {
					b := p.next()
					b.ID = old.id
					d.add(&b, features1(&b))
				}
			case 1:
				d.g.Forget(start.Add(time.Duration(p.id-30) * 20 * time.Minute))
			}
		}
		d.check()
		d.g.Forget(start.AddDate(1, 0, 0))
		if n := len(d.g.words.ids) + len(d.g.groups) + len(d.g.byURL) + len(d.g.byWords); n != 0 {
			t.Fatalf("%d things are left of nothing", n)
		}
	})
}

// TestRestartAtAnyPoint: a Grouper that was filled from the store goes on as
// the one that never stopped.
func TestRestartAtAnyPoint(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &press{r: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)), events: rapid.IntRange(2, 8).Draw(t, "events"), full: rapid.IntRange(0, 10).Draw(t, "full")}
		one := &desk{t: t, g: New(Options{}), of: map[int64]int64{}}
		stored := map[int64]digest.LiveArticle{}
		n, stop := 60, rapid.IntRange(1, 59).Draw(t, "stop")
		var two *desk
		for i := range n {
			a := p.next()
			f := features1(&a)
			if i == stop {
				one.g.Forget(start.Add(time.Duration(p.id-40) * 20 * time.Minute))
				two = reload(t, one, stored)
			}
			one.add(&a, f)
			if two != nil {
				two.add(&a, f)
			}
			stored[a.ID] = digest.LiveArticle{ID: a.ID, Time: a.Time(), Title: a.Title, Features: f}
		}
		for id, a := range one.g.byID {
			if b := two.g.byID[id]; b == nil || a.group.id != b.group.id {
				t.Fatalf("stopped before %d: article %d is in story %d, without a stop in %d", stop, id, two.of[id], one.of[id])
			}
		}
	})
}

func reload(t *rapid.T, one *desk, stored map[int64]digest.LiveArticle) *desk {
	two := &desk{t: t, g: New(Options{}), of: map[int64]int64{}}
	for _, a := range one.g.order {
		l := stored[a.id]
		l.StoryID = a.group.id
		two.g.Load(l)
		two.of[a.id] = a.group.id
	}
	return two
}

// TestFeaturesKeep: what is encoded is what is decoded.
func TestFeaturesKeep(t *testing.T) {
	t.Parallel()
	p := &press{r: rand.New(rand.NewPCG(1, 3)), events: 9, full: 5}
	articles := []digest.Article{
		{Title: "Weather forecast for Tuesday, 24 November", URL: "https://valley.example/weather"},
		{Title: "한라호 여객선 침몰", Body: strings.Repeat("추자도 앞바다에서 350명을 구조했다고 해경이 밝혔다. ", 9)},
		{Title: "Quake", Body: "July 7, 2012. A magnitude 6.1 earthquake struck 23 km off Sulwara. " + strings.Repeat("Nobody was hurt in the town of Tarek, officials said. ", 5),
			Countries: []digest.Tag{{Slug: "ID", Weight: .9}, {Slug: "US", Weight: .1}}},
		{},
	}
	for range 40 {
		articles = append(articles, p.next())
	}
	for i := range articles {
		a := &articles[i]
		want := new(reader).read(text.Analyse(a.Title, a.Body, ""), a)
		var got features
		if err := got.decode(want.encode()); err != nil {
			t.Fatalf("%q: %v", a.Title, err)
		}
		if !want.full {
			got.sketch, got.simhash = want.sketch, want.simhash // not kept of a headline
		}
		if fmt.Sprint(got) != fmt.Sprint(*want) {
			t.Errorf("%q:\ngot  %+v\nwant %+v", a.Title, got, *want)
		}
	}
}

// TestBrokenFeatures: features cut short, or with more behind them, are refused.
func TestBrokenFeatures(t *testing.T) {
	t.Parallel()
	a := digest.Article{Title: "Ferry Aurelia sinks off Tamborin island", URL: "https://valley.example/ferry"}
	good := features1(&a)
	var f features
	for n := range good {
		if f.decode(good[:n]) == nil {
			t.Errorf("%d of %d bytes were read", n, len(good))
		}
	}
	if f.decode(append(slices.Clone(good), 0)) == nil {
		t.Error("bytes behind the features were read over")
	}
	if f.decode(append([]byte{version + 1}, good[1:]...)) == nil {
		t.Error("another version was read")
	}
}

// FuzzDecode: no bytes make decoding fail otherwise than by an error, and what
// can be decoded can be encoded again to the same features.
func FuzzDecode(f *testing.F) {
	p := &press{r: rand.New(rand.NewPCG(1, 4)), events: 3, full: 5}
	for range 6 {
		a := p.next()
		f.Add(features1(&a))
	}
	f.Add([]byte{version})
	f.Fuzz(func(t *testing.T, data []byte) {
		var one, two features
		if one.decode(data) != nil {
			return
		}
		if err := two.decode(one.encode()); err != nil {
			t.Fatal(err)
		}
		if string(one.encode()) != string(two.encode()) {
			t.Error("encoded otherwise the second time")
		}
	})
}

// TestMemoryFollowsTheWindow: 60,000 headlines of two months, of which a week is
// kept.
func TestMemoryFollowsTheWindow(t *testing.T) {
	t.Parallel()
	p := &press{r: rand.New(rand.NewPCG(1, 5))}
	g := New(Options{})
	const perDay, days = 300, 40
	most := 0
	for i := range perDay * days {
		p.events = 1 // events come and go: each day has its own
		a := digest.Article{ID: int64(i + 1), Stored: start.Add(time.Duration(i) * 24 * time.Hour / perDay)}
		event := i/perDay*40 + p.r.IntN(60) + 1
		a.Title = "The " + p.pick(event, 8, 3) + " " + p.pick(0, 400, 3)
		g.Add(&a, features1(&a))
		if i%perDay == 0 {
			g.Forget(a.Stored.AddDate(0, 0, -7))
			most = max(most, len(g.words.words))
		}
	}
	if n := len(g.order); n > 8*perDay {
		t.Errorf("%d articles are kept", n)
	}
	if len(g.groups) > 8*perDay || len(g.slots) > 9*perDay {
		t.Errorf("%d stories in %d slots", len(g.groups), len(g.slots))
	}
	if now := len(g.words.words); now > 400+8*40*8+2*60*8 || now > most {
		t.Errorf("%d places for words", now)
	}
}

func BenchmarkFeatures(b *testing.B) {
	doc := text.Analyse("Border trade to resume after Tarek meeting", fullText, "")
	a := digest.Article{URL: "https://valley.example/border"}
	b.SetBytes(int64(len(fullText)))
	b.ReportAllocs()
	for b.Loop() {
		Features(doc, &a)
	}
}

// fullText is made up of about 300 words.
var fullText = func() string {
	p := &press{r: rand.New(rand.NewPCG(1, 6)), events: 3}
	var b strings.Builder
	for range 20 {
		b.WriteString("The " + p.pick(1, 60, 7) + " said on Tuesday that " + p.pick(0, 300, 6) + ". ")
	}
	return b.String()
}()

// BenchmarkAddFull adds full texts of 300 words with a week of 7,000 live: a
// third on events that several tell, the others alone.
func BenchmarkAddFull(b *testing.B) { benchmarkAdd(b, true) }

// BenchmarkAddHeadlines is the same with headlines alone.
func BenchmarkAddHeadlines(b *testing.B) { benchmarkAdd(b, false) }

func benchmarkAdd(b *testing.B, full bool) {
	p := &press{r: rand.New(rand.NewPCG(1, 7))}
	const live = 7000
	encoded := make([][]byte, live)
	for i := range encoded {
		event := 1 + i
		if i%3 == 0 {
			event = 1_000_000 + p.r.IntN(300)
		}
		a := digest.Article{Title: "The " + p.pick(event, 8, 4) + " " + p.pick(0, 4000, 4)}
		for range 20 {
			if full {
				a.Body += "The " + p.pick(event, 60, 5) + " said on Tuesday that " + p.pick(0, 4000, 8) + ". "
			}
		}
		encoded[i] = features1(&a)
	}
	g := New(Options{})
	id := int64(0)
	add := func() {
		id++
		a := digest.Article{ID: id, Stored: start.Add(time.Duration(id) * 86 * time.Second)}
		g.Add(&a, encoded[id%live])
		if id%500 == 0 {
			g.Forget(a.Stored.AddDate(0, 0, -7))
		}
	}
	for range live {
		add()
	}
	b.ReportAllocs()
	for b.Loop() {
		add()
	}
}
