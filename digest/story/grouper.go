package story

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// Options sets up a Grouper. The zero value is right for news.
type Options struct{}

// Outcome is what became of an added article, and what else changed by it.
type Outcome struct {
	// Grouping is the story of the article.
	Grouping digest.Grouping
	// Moved are articles that came into another story: because two became one, or
	// on second thoughts.
	Moved []digest.Grouping
	// Merged are the stories that became part of another. Articles of From that
	// lie before the live window are not in Moved: the store knows them.
	Merged []Merge
	// Changed are the stories to describe again, ascending: that of the article,
	// those that took in another, and those that articles left or came to. One of
	// them may have no live article any more.
	Changed []int64

	changed []int64 // stories that articles were moved from or to
}

// Merge says that the articles of one story now belong to another.
type Merge struct{ From, Into int64 }

// Grouper puts articles into stories. It may be used by several goroutines;
// what it answers depends on the order of the calls alone.
type Grouper struct {
	mu      sync.Mutex
	tuning  tuning
	words   *vocabulary
	rare    rarity
	groups  map[int64]*group    // by ID
	slots   []*group            // by slot; nil where free
	free    []int32             // slots to use again
	byID    map[int64]*article  // live articles
	order   []*article          // the same, as they arrived
	byURL   map[uint64]*article // the latest with an address
	byWords map[uint64]*article // the latest with the same words

	f       features // scratch
	score   []float64
	touched []int32
	found   []match // stories compared with the article that is added, best first
	ids     []uint32
	lent    [2]lent // see sums
	lender  int     // which of them is lent next
}

// New returns a Grouper without stories.
func New(Options) *Grouper {
	g := &Grouper{
		tuning: defaultTuning(), groups: map[int64]*group{}, byID: map[int64]*article{},
		byURL: map[uint64]*article{}, byWords: map[uint64]*article{},
	}
	g.words = newVocabulary(&g.tuning)
	return g
}

// Load puts a stored article back where it was, after a restart. Articles are
// loaded in the order in which they were added. One without a story is left
// out: it is to be added.
func (g *Grouper) Load(l digest.LiveArticle) {
	if l.StoryID == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byID[l.ID] != nil {
		return
	}
	a := g.read(l.ID, l.Time, l.Title, l.Features)
	g.admit(a)
	g.place(a, l.StoryID)
}

// Add puts an article with its features into a story: one that is there, or a
// new one whose ID is the article's. An article that is there already, with
// another text, stays in its story. The article needs its ID, times and title.
func (g *Grouper) Add(a *digest.Article, features []byte) Outcome {
	g.mu.Lock()
	defer g.mu.Unlock()
	if old := g.byID[a.ID]; old != nil {
		return g.replace(old, a, features)
	}
	art := g.read(a.ID, a.Time(), a.Title, features)
	join := g.choose(art)
	g.admit(art)
	g.place(art, join.StoryID)
	out := Outcome{Grouping: digest.Grouping{ArticleID: a.ID, StoryID: join.StoryID, Join: join}}
	if join.StoryID != art.id {
		g.settle(art, &out)
	}
	out.Changed = changed(&out)
	return out
}

// replace puts the new text of an article in the place of the old one.
func (g *Grouper) replace(old *article, a *digest.Article, features []byte) Outcome {
	id := old.group.id
	fresh := g.read(a.ID, a.Time(), a.Title, features)
	at := slices.Index(g.order, old)
	g.leave(old)
	g.forgetArticle(old)
	g.admit(fresh)
	g.order = g.order[:len(g.order)-1]
	g.order[at] = fresh
	g.place(fresh, id)
	join := digest.Join{StoryID: id, Same: true, Shared: []string{}}
	return Outcome{Grouping: digest.Grouping{ArticleID: a.ID, StoryID: id, Join: join}, Changed: []int64{id}}
}

// Forget drops the articles from before a time, and those without any, and
// the stories that have no others.
func (g *Grouper) Forget(before time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	limit := before.Unix()
	g.order = slices.DeleteFunc(g.order, func(a *article) bool {
		if a.time != 0 && a.time >= limit {
			return false
		}
		g.leave(a)
		g.forgetArticle(a)
		return true
	})
}

// Stories returns how many stories and articles are live.
func (g *Grouper) Stories() (stories, articles int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.groups), len(g.order)
}

// read makes an article of its stored features; where they cannot be read, of
// its title.
func (g *Grouper) read(id int64, at time.Time, title string, data []byte) *article {
	f := &g.f
	if f.decode(data) != nil {
		doc := text.Analyse(title, "", "")
		_ = f.decode(Features(doc, &digest.Article{Title: title, Published: at}))
	}
	a := &article{
		id: id, day: f.day, full: f.full, routine: f.routine, url: f.url, words: f.words,
		simhash: f.simhash, series: f.series, terms: make([]weight, len(f.terms)),
	}
	if !at.IsZero() {
		a.time = at.Unix()
	}
	if a.full {
		s := f.sketch
		a.sketch = &s
	}
	for _, p := range f.places {
		a.places = append(a.places, uint16(p[0])<<8|uint16(p[1]))
	}
	g.number(a, f)
	return a
}

// number gives the terms of an article their numbers and weights, and counts
// them.
func (g *Grouper) number(a *article, f *features) {
	weigh := func(c class) float64 {
		switch c {
		case inTitle:
			return g.tuning.title
		case inLead:
			return g.tuning.lead
		}
		return 1
	}
	var title, body float64
	for i := range f.terms {
		if f.terms[i].class == inTitle {
			title++
		}
		x := weigh(f.terms[i].class)
		body += x * x
	}
	g.words.docs++
	for i := range f.terms {
		t := &f.terms[i]
		w := weight{id: g.words.add(t)}
		if t.class == inTitle {
			w.head = uint16(math.Round(unit / math.Sqrt(title)))
		}
		if f.full {
			w.text = uint16(math.Round(unit * weigh(t.class) / math.Sqrt(body)))
		}
		if t.name {
			w.head |= nameBit
		}
		if t.salient {
			w.text |= nameBit
		}
		a.terms[i] = w
	}
	for _, x := range f.amounts {
		if id, ok := measureOf(x.unit); ok {
			a.amounts = append(a.amounts, count{id, x.value})
		} else if id, ok := g.words.ids[x.unit]; ok {
			a.amounts = append(a.amounts, count{id, x.value})
		}
	}
	slices.SortFunc(a.terms, func(x, y weight) int { return cmp.Compare(x.id, y.id) })
	g.rare = g.words.rarity()
}

// admit makes an article live.
func (g *Grouper) admit(a *article) {
	g.byID[a.id] = a
	g.order = append(g.order, a)
	if a.url != 0 {
		keepLatest(g.byURL, a.url, a)
	}
	keepLatest(g.byWords, a.words, a)
}

// keepLatest notes the article of the greatest ID, whatever the order in which
// articles come: so a restarted Grouper notes the same.
func keepLatest(m map[uint64]*article, key uint64, a *article) {
	if b := m[key]; b == nil || b.id < a.id {
		m[key] = a
	}
}

// forgetArticle undoes read and admit, but for g.order.
func (g *Grouper) forgetArticle(a *article) {
	delete(g.byID, a.id)
	if g.byURL[a.url] == a {
		delete(g.byURL, a.url)
	}
	if g.byWords[a.words] == a {
		delete(g.byWords, a.words)
	}
	g.words.docs--
	for i := range a.terms {
		g.words.drop(a.terms[i].id, a.terms[i].name())
	}
	g.rare = g.words.rarity()
}

// place puts a live article into the story of an ID, which begins with it
// where there is none.
func (g *Grouper) place(a *article, storyID int64) {
	s := g.groups[storyID]
	if s == nil {
		s = &group{id: storyID}
		g.open(s)
	}
	g.ids = s.insert(a, g.ids[:0])
	if a.routine.alone() {
		return
	}
	for _, id := range g.ids {
		w := &g.words.words[id]
		w.groups = append(w.groups, s.slot)
	}
}

func (g *Grouper) open(s *group) {
	if n := len(g.free); n > 0 {
		s.slot, g.free = g.free[n-1], g.free[:n-1]
		g.slots[s.slot] = s
	} else {
		s.slot = int32(len(g.slots))
		g.slots = append(g.slots, s)
		g.score = append(g.score, 0)
	}
	g.groups[s.id] = s
}

// leave takes a live article out of its story.
func (g *Grouper) leave(a *article) {
	s := a.group
	g.ids = s.remove(a, g.ids[:0])
	for _, id := range g.ids {
		g.unlist(id, s.slot)
	}
	if len(s.live) == 0 {
		g.close(s)
	}
}

func (g *Grouper) close(s *group) {
	for _, a := range s.live {
		for i := range a.terms {
			g.unlist(a.terms[i].id, s.slot)
		}
	}
	delete(g.groups, s.id)
	g.slots[s.slot] = nil
	g.free = append(g.free, s.slot)
}

func (g *Grouper) unlist(term uint32, slot int32) {
	w := &g.words.words[term]
	if i := slices.Index(w.groups, slot); i >= 0 {
		last := len(w.groups) - 1
		w.groups[i] = w.groups[last]
		w.groups = w.groups[:last]
	}
}
