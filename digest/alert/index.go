package alert

import (
	"slices"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Query is an alert query with what narrows it.
type Query struct {
	ID      int64 // of the subscription
	Query   digest.Query
	Filter  digest.Filter
	Created time.Time
}

// Index holds alert queries under what they need. It is safe for concurrent
// use.
type Index struct {
	mu      sync.Mutex
	names   names
	all     map[int64]*Matcher
	under   map[key][]*Matcher
	any     []*Matcher // queries that need nothing in particular
	words   int        // how many queries need an article's words
	seen    int        // articles that were matched
	often   map[key]int
	rekeyed int // seen, when the queries were last put in order
}

// key is what an article has and a query needs: one thing, or a pair of two
// with the greater one first.
type key struct{ a, b uint32 }

func pair(a, b uint32) key {
	if a < b {
		a, b = b, a
	}
	return key{a, b}
}

// names numbers countries, topics, sources and words, from 1. Only what some
// query has is numbered: whatever else stands in an article is 0 there.
type names map[string]uint32

// The kinds of name, each its own space.
const (
	countryName = "c:"
	topicName   = "t:"
	sourceName  = "s:"
	wordName    = "w:"
)

func (n names) number(kind, name string) uint32 {
	full := kind + name
	id, ok := n[full]
	if !ok {
		id = uint32(len(n) + 1)
		n[full] = id
	}
	return id
}

func (n names) numbers(kind string, list []string) []uint32 {
	out := make([]uint32, len(list))
	for i, name := range list {
		out[i] = n.number(kind, name)
	}
	return out
}

// NewIndex returns an empty index.
func NewIndex() *Index {
	return &Index{names: names{}, all: map[int64]*Matcher{}, under: map[key][]*Matcher{}, often: map[key]int{}}
}

// Len is how many queries there are.
func (x *Index) Len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.all)
}

// Add puts a query in, in place of the one with the same ID. A filter that
// cannot be read is an Invalid error, and the query is not in.
func (x *Index) Add(q Query) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(q.ID)
	m, err := compile(q, x.names)
	if err != nil {
		return err
	}
	x.all[q.ID] = m
	if m.wordy {
		x.words++
	}
	x.put(m)
	return nil
}

// Remove takes a query out, if it is there.
func (x *Index) Remove(id int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

func (x *Index) remove(id int64) {
	m := x.all[id]
	if m == nil {
		return
	}
	delete(x.all, id)
	if m.wordy {
		x.words--
	}
	for _, k := range m.under {
		if x.under[k] = without(x.under[k], m); len(x.under[k]) == 0 {
			delete(x.under, k)
		}
	}
	if len(m.under) == 0 {
		x.any = without(x.any, m)
	}
}

func without(list []*Matcher, m *Matcher) []*Matcher {
	if i := slices.Index(list, m); i >= 0 {
		list[i] = list[len(list)-1]
		list[len(list)-1] = nil
		list = list[:len(list)-1]
	}
	return list
}

func (x *Index) put(m *Matcher) {
	m.under = x.rarest(m)
	for _, k := range m.under {
		x.under[k] = append(x.under[k], m)
	}
	if len(m.under) == 0 {
		x.any = append(x.any, m)
	}
}

// priors are how many of a thousand articles have one country, topic, source
// or word, before any was seen.
const (
	priorTag  = 30.0
	priorWord = 2.0
	// priorWeight is how many articles a prior counts as.
	priorWeight = 200
)

// share estimates how many of a thousand articles have a key.
func (x *Index) share(k key, prior float64) float64 {
	return (prior*priorWeight + 1000*float64(x.often[k])) / float64(priorWeight+x.seen)
}

// rarest returns the keys under which a query is found: the one thing, or
// pair, that it needs and that is rarest. A region is under all its members.
func (x *Index) rarest(m *Matcher) []key {
	var best []key
	least := 0.0
	try := func(share float64, keys ...key) {
		if best == nil || share < least {
			best, least = keys, share
		}
	}
	for _, w := range m.terms {
		for _, id := range w {
			k := key{id, 0}
			try(x.share(k, priorWord), k)
		}
	}
	for i, a := range m.need {
		k := key{a, 0}
		try(x.share(k, priorTag), k)
		for _, b := range m.need[i+1:] {
			k := pair(a, b)
			try(x.share(k, priorTag*priorTag/1000), k)
		}
	}
	if len(m.members) > 0 {
		x.rarestRegion(m, try)
	}
	return best
}

// rarestRegion tries a region alone, and with each other thing.
func (x *Index) rarestRegion(m *Matcher, try func(float64, ...key)) {
	for _, with := range append([]uint32{0}, m.need...) {
		sum, prior := 0.0, priorTag
		if with != 0 {
			prior = priorTag * priorTag / 1000
		}
		keys := make([]key, len(m.members))
		for i, member := range m.members {
			keys[i] = pair(member, with)
			sum += x.share(keys[i], prior)
		}
		try(sum, keys...)
	}
}

// rekeyFirst is after how many articles the queries are first put in order by
// what articles really have; then each time that twice as many were seen.
const rekeyFirst = 500

func (x *Index) rekey() {
	if x.seen < max(rekeyFirst, 2*x.rekeyed) {
		return
	}
	x.rekeyed = x.seen
	clear(x.under)
	x.any = nil
	for _, id := range sortedIDs(x.all) {
		x.put(x.all[id])
	}
}

// Match returns the IDs of the queries that an article matches, ascending.
func (x *Index) Match(a *digest.Article) []int64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := newSubject(a, x.names, x.words > 0)
	keys := s.keys()
	x.seen++
	for _, k := range keys {
		x.often[k]++
	}
	x.rekey()
	var out []int64
	look := func(list []*Matcher) {
		for _, m := range list {
			if m.miss(s).Kind == "" {
				out = append(out, m.ID)
			}
		}
	}
	look(x.any)
	for _, k := range keys {
		look(x.under[k])
	}
	slices.Sort(out)
	return slices.Compact(out) // a region may be found by two members
}

// Query returns a query of the index.
func (x *Index) Query(id int64) (Query, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	m := x.all[id]
	if m == nil {
		return Query{}, false
	}
	return m.Query, true
}
