package tag

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// topicScorer judges which topics an article is about. It does not change
// once built and may be used by any number of goroutines.
type topicScorer struct {
	defs  []Definition
	index map[string]int // slug -> index in defs
	m     *topicMatcher
	fits  []topicFit // by topic
	pool  sync.Pool  // *topicWork
}

// newTopicScorer builds the scorer of the built-in topics and the operator's
// own; one of those with a built-in slug replaces it. An error is
// digest.Invalid and names the topic and what is wrong with it.
func newTopicScorer(own []Definition) (*topicScorer, error) {
	if len(own) == 0 {
		return builtinScorer()
	}
	return buildTopicScorer(own)
}

// builtinScorer is the scorer without topics of an operator's own, built once:
// it takes some 50 ms and 20 MB.
var builtinScorer = sync.OnceValues(func() (*topicScorer, error) { return buildTopicScorer(nil) })

func buildTopicScorer(own []Definition) (*topicScorer, error) {
	builtin, err := readBuiltins()
	if err != nil {
		return nil, err
	}
	s := &topicScorer{defs: slices.Clone(builtin), index: map[string]int{}}
	for i := range s.defs {
		s.index[s.defs[i].Slug] = i
	}
	if err := s.merge(own); err != nil {
		return nil, err
	}
	if s.m, err = compileTopics(s.defs); err != nil {
		return nil, err
	}
	if err := s.fit(own); err != nil {
		return nil, err
	}
	s.pool.New = func() any { return newTopicWork(s.m, len(s.defs)) }
	return s, nil
}

func (s *topicScorer) merge(own []Definition) error {
	seen := map[string]bool{}
	for _, d := range own {
		if err := d.validate(); err != nil {
			return err
		}
		if seen[d.Slug] {
			return digest.Errorf(digest.Invalid, "topic %s: it is defined twice", d.Slug)
		}
		seen[d.Slug] = true
		if i, ok := s.index[d.Slug]; ok {
			s.defs[i] = d
			continue
		}
		s.index[d.Slug] = len(s.defs)
		s.defs = append(s.defs, d)
	}
	return nil
}

// fit gives the built-in topics what was learned about them. The operator's
// own keep the plain weights: nothing was learned about theirs.
func (s *topicScorer) fit(own []Definition) error {
	factors, err := readFactors()
	if err != nil {
		return err
	}
	s.fits = make([]topicFit, len(s.defs))
	byTopic := make([]map[string]float32, len(s.defs))
	for i := range s.defs {
		slug := s.defs[i].Slug
		if !slices.ContainsFunc(own, func(d Definition) bool { return d.Slug == slug }) {
			s.fits[i].bias, byTopic[i] = topicBias[slug], factors[slug]
		}
	}
	for i := range s.m.terms {
		t := &s.m.terms[i]
		if f, ok := byTopic[t.topic][t.text]; ok {
			t.fitted = t.weight * f
		}
	}
	return nil
}

// place is where in an article a term stands.
type place uint8

const (
	inTitle place = iota
	inLead
	inBody
	places
)

// topicEvidence is what speaks for one topic: the weights of its distinct
// terms in each place.
type topicEvidence struct {
	sum   [places]float32
	first int32 // index in topicWork.hits of its first term, from 1; 0 without any
	last  int32
}

// termHit is a distinct term in a place.
type termHit struct {
	match topicMatch
	place place
	count int32
	next  int32 // the next hit of the topic, index from 1
}

// topicWork is the memory of one scoring, used again.
type topicWork struct {
	find     topicFinder
	hidden   []topicMatch // what excluding terms cover
	evidence []topicEvidence
	hits     []termHit
	seen     [places][]int32 // by term: its hit in this document, from 1
	found    []int32         // by topic: words up to here are taken by a match
	words    int             // of the body
	lead     int32           // the first word after the lead
	body     int32           // the first word of the body
}

func newTopicWork(m *topicMatcher, topics int) *topicWork {
	w := &topicWork{evidence: make([]topicEvidence, topics), found: make([]int32, topics)}
	w.find.m = m
	for p := range w.seen {
		w.seen[p] = make([]int32, len(m.terms))
	}
	return w
}

// score returns the topics with a weight of at least digest.WeakWeight,
// strongest first.
func (s *topicScorer) score(doc *text.Document) []digest.Tag {
	w := s.pool.Get().(*topicWork)
	defer s.pool.Put(w)
	w.read(doc)
	var tags []digest.Tag
	best := w.best()
	for topic := range w.evidence {
		e := &w.evidence[topic]
		if e.first == 0 {
			continue
		}
		p := s.fits[topic].probability(e, w.shape(best))
		if p >= digest.WeakWeight {
			tags = append(tags, digest.Tag{Slug: s.defs[topic].Slug, Weight: p, Why: w.why(doc, e)})
		}
	}
	w.clear()
	slices.SortStableFunc(tags, func(a, b digest.Tag) int { return cmp.Compare(b.Weight, a.Weight) })
	return tags
}

// read finds the terms of doc and adds up what they say.
func (w *topicWork) read(doc *text.Document) {
	w.find.find(doc, documentLangs(doc))
	w.zones(doc)
	terms := w.find.m.terms
	w.hidden = w.hidden[:0]
	for _, m := range w.find.matches {
		if terms[m.term].kind == excludeTerm {
			w.hidden = append(w.hidden, m)
		}
	}
	for i := range w.find.matches {
		m := &w.find.matches[i]
		if terms[m.term].kind != excludeTerm && !w.covered(i) && !w.excluded(m) {
			w.add(*m)
		}
	}
}

// Bounds of the lead.
const (
	leadSentences = 2
	leadWords     = 70
)

// zones tells title, lead and body apart. Without a title the first sentence
// stands for it.
func (w *topicWork) zones(doc *text.Document) {
	w.body = doc.BodyFrom
	sentences := doc.Sentences
	for len(sentences) > 0 && sentences[0].Field == text.Title {
		sentences = sentences[1:]
	}
	if w.body == 0 && len(sentences) > 0 {
		w.body = sentences[0].To
		sentences = sentences[1:]
	}
	w.lead = w.body
	for i := 0; i < len(sentences) && i < leadSentences && (i == 0 || sentences[i].To-w.body <= leadWords); i++ {
		w.lead = sentences[i].To
	}
	w.words = len(doc.Words) - int(w.body)
}

func (w *topicWork) placeOf(word int32) place {
	switch {
	case word < w.body:
		return inTitle
	case word < w.lead:
		return inLead
	}
	return inBody
}

// covered reports whether a longer match of the same topic takes the words of
// match i: one that began earlier, or that begins at the same word. Of two as
// long the heavier counts.
func (w *topicWork) covered(i int) bool {
	matches, terms := w.find.matches, w.find.m.terms
	m := matches[i]
	topic := terms[m.term].topic
	if w.found[topic] > m.from {
		return true
	}
	for j := i + 1; j < len(matches) && matches[j].from == m.from; j++ {
		o := matches[j]
		longer := o.to > m.to || o.to == m.to && terms[o.term].weight > terms[m.term].weight
		if longer && terms[o.term].topic == topic && terms[o.term].kind != excludeTerm && !w.excluded(&matches[j]) {
			return true
		}
	}
	return false
}

// excluded reports whether an excluding term of the topic that is at least as
// long lies over m.
func (w *topicWork) excluded(m *topicMatch) bool {
	terms := w.find.m.terms
	for i := range w.hidden {
		h := &w.hidden[i]
		if h.from >= m.to {
			break
		}
		if h.to > m.from && h.to-h.from >= m.to-m.from && terms[h.term].topic == terms[m.term].topic {
			return true
		}
	}
	return false
}

// add counts a match for its topic.
func (w *topicWork) add(m topicMatch) {
	t := &w.find.m.terms[m.term]
	w.found[t.topic] = m.to
	p := w.placeOf(m.from)
	if hit := w.seen[p][m.term]; hit != 0 {
		w.hits[hit-1].count++
		return
	}
	w.hits = append(w.hits, termHit{match: m, place: p, count: 1})
	hit := int32(len(w.hits))
	w.seen[p][m.term] = hit
	e := &w.evidence[t.topic]
	e.sum[p] += w.weight(t)
	if e.first == 0 {
		e.first = hit
	} else {
		w.hits[e.last-1].next = hit
	}
	e.last = hit
}

func (w *topicWork) weight(t *compiledTerm) float32 {
	if w.words == 0 {
		return t.weight
	}
	return t.fitted
}

// clear makes the memory ready for the next document.
func (w *topicWork) clear() {
	for i := range w.hits {
		h := &w.hits[i]
		w.seen[h.place][h.match.term] = 0
	}
	w.hits = w.hits[:0]
	clear(w.evidence)
	clear(w.found)
}

// maxWhy is how many terms are told as the cause of a tag.
const maxWhy = 3

// why names the terms that speak most for a topic, as they stand in the text.
func (w *topicWork) why(doc *text.Document, e *topicEvidence) []string {
	out := make([]string, 0, maxWhy)
	for p := inTitle; p < places && len(out) < maxWhy; p++ {
		for i := e.first; i != 0 && len(out) < maxWhy; i = w.hits[i-1].next {
			if h := &w.hits[i-1]; h.place == p {
				out = append(out, placeNames[p]+": “"+w.surface(doc, h.match)+"”")
			}
		}
	}
	return out
}

var placeNames = [places]string{"title", "lead", "body"}

// surface is the text of a match, on one line.
func (w *topicWork) surface(doc *text.Document, m topicMatch) string {
	from, to := doc.Words[m.from], doc.Words[m.to-1]
	s := doc.BodyText
	if from.Field == text.Title {
		s = doc.TitleText
	}
	s = s[from.Start:to.End]
	if strings.ContainsAny(s, "\n\t") {
		s = strings.Join(strings.Fields(s), " ")
	}
	return s
}

func (w *topicWork) shape(best float64) topicShape { return topicShape{words: w.words, best: best} }

func (w *topicWork) best() float64 {
	best := 0.0
	for i := range w.evidence {
		best = math.Max(best, w.evidence[i].plain())
	}
	return best
}
