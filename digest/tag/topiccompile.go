package tag

import (
	"cmp"
	"slices"
	"strings"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// Limits of a definition.
const (
	maxSlug  = 40
	maxTerms = 5000 // of one topic
)

// compileTopics builds the topicMatcher of the topics. All terms are analysed at once,
// as one text with a term a line: that costs a hundredth of one by one.
func compileTopics(defs []Definition) (*topicMatcher, error) {
	m := &topicMatcher{words: make(map[string]wordIDs, 1<<14), edges: make(map[uint64]int32, 1<<15), opens: newOpenings()}
	c := topicCompiler{m: m, nodes: 1, ids: 1, open: map[string]int32{}}
	for i := range defs {
		if err := c.read(&defs[i], int16(i)); err != nil {
			return nil, err
		}
	}
	c.place()
	return c.m, nil
}

type topicCompiler struct {
	m     *topicMatcher
	terms []topicTerm
	topic []int16
	nodes int32 // how many there are; 0 is the root
	ids   int32 // how many word ids are given away; 0 is none
	open  map[string]int32
	ends  []nodeEnding
}

type nodeEnding struct {
	node int32
	termEnding
}

// read parses the terms of a topic.
func (c *topicCompiler) read(d *Definition, topic int16) error {
	lists := [...]struct {
		kind  termKind
		specs []string
	}{{strongTerm, d.Strong}, {weakTerm, d.Weak}, {excludeTerm, d.Exclude}}
	if len(d.Strong)+len(d.Weak)+len(d.Exclude) > maxTerms {
		return digest.Errorf(digest.Invalid, "topic %s: it has more than %d terms", d.Slug, maxTerms)
	}
	for _, l := range lists {
		for _, spec := range l.specs {
			t, err := parseTerm(spec, l.kind)
			if err != nil {
				return digest.Errorf(digest.Invalid, "topic %s: the term %q %s", d.Slug, quoted(spec), err)
			}
			c.terms = append(c.terms, t)
			c.topic = append(c.topic, topic)
		}
	}
	return nil
}

// place puts the terms into the trie.
func (c *topicCompiler) place() {
	doc, lines := c.analyse()
	c.m.terms = make([]compiledTerm, len(c.terms))
	c.m.starts = []int32{0}
	at := 0
	for i := range c.terms {
		t := &c.terms[i]
		c.m.terms[i] = compiledTerm{text: t.text, weight: float32(t.weight), fitted: float32(t.weight), topic: c.topic[i], kind: t.kind}
		from := at
		for at < len(doc.Words) && doc.Words[at].Start < lines[i+1] {
			at++
		}
		if from < at {
			node := c.path(t, doc.Words[from:at], lines[i])
			c.ends = append(c.ends, nodeEnding{node, termEnding{term: int32(i), langs: termLangs(t.lang)}})
		}
	}
	c.finish()
}

// analyse returns the terms' words, without stars, as one document, and where
// each term's line begins in it.
func (c *topicCompiler) analyse() (*text.Document, []int32) {
	var b strings.Builder
	lines := make([]int32, 0, len(c.terms)+1)
	for i := range c.terms {
		lines = append(lines, int32(b.Len()))
		for _, w := range c.terms[i].words {
			b.WriteString(w.text)
			b.WriteByte(' ')
		}
		b.WriteByte('\n')
	}
	lines = append(lines, int32(b.Len()))
	return text.Analyse(b.String(), "", "en"), lines
}

// path adds the words of a term to the trie and returns the last node.
func (c *topicCompiler) path(t *topicTerm, words []text.Word, line int32) int32 {
	var node int32
	for i := range words {
		id := c.wordID(t, &words[i], t.openAt(words[i].End-line))
		next := c.next(node, id)
		if next == 0 {
			next = c.nodes
			c.nodes++
			c.link(node, id, next)
		}
		node = next
	}
	return node
}

// openAt reports whether the word that ends at a place in the term's line is
// followed by a star there.
func (t *topicTerm) openAt(end int32) bool {
	var at int32
	for _, w := range t.words {
		at += int32(len(w.text))
		if end <= at {
			return w.open && end == at
		}
		at++
	}
	return false
}

func (c *topicCompiler) next(node, id int32) int32 {
	if node == 0 {
		if int(id) < len(c.m.starts) {
			return c.m.starts[id]
		}
		return 0
	}
	return c.m.edges[uint64(node)<<32|uint64(id)]
}

func (c *topicCompiler) link(node, id, next int32) {
	if node == 0 {
		for int(id) >= len(c.m.starts) {
			c.m.starts = append(c.m.starts, 0)
		}
		c.m.starts[id] = next
		return
	}
	c.m.edges[uint64(node)<<32|uint64(id)] = next
}

// wordID returns the id under which a word of a term is looked up.
func (c *topicCompiler) wordID(t *topicTerm, w *text.Word, open bool) int32 {
	switch {
	case isRunForm(w.Form):
		return c.formID(w.Form, text.Lower)
	case open && len(w.Form) >= minOpening:
		return c.openID(openText(w.Form, w.Stem))
	case t.exact && w.Case != text.Lower:
		return c.formID(w.Form, w.Case)
	case t.exact:
		return c.formID(w.Form, text.Lower)
	}
	return c.stemID(w)
}

// stemID is the id of a word that a term has in any of its forms.
func (c *topicCompiler) stemID(w *text.Word) int32 {
	ids := c.m.words[w.Stem]
	for _, s := range ids.stems {
		if s.form == w.Form {
			return s.id
		}
	}
	id := c.newID()
	ids.stems = append(ids.stems, stemID{w.Form, id})
	c.m.words[w.Stem] = ids
	return id
}

func (c *topicCompiler) newID() int32 {
	c.ids++
	return c.ids - 1
}

// formID is the id of a form; with text.Lower that of however it is written.
func (c *topicCompiler) formID(form string, written text.Case) int32 {
	ids := c.m.words[form]
	id := &ids.any
	if written != text.Lower {
		id = &ids.cased[written]
	}
	if *id == 0 {
		*id = c.newID()
		c.m.words[form] = ids
	}
	return *id
}

func (c *topicCompiler) openID(start string) int32 {
	if id, ok := c.open[start]; ok {
		return id
	}
	id := c.newID()
	c.open[start] = id
	c.m.opens.add(start, id)
	return id
}

// finish gathers the terms that end at each node, and gives every id a place
// among the starts.
func (c *topicCompiler) finish() {
	for int(c.ids) >= len(c.m.starts) {
		c.m.starts = append(c.m.starts, 0)
	}
	slices.SortStableFunc(c.ends, func(a, b nodeEnding) int { return cmp.Compare(a.node, b.node) })
	c.m.endsOf = make([]topicSpan, c.nodes)
	c.m.ends = make([]termEnding, len(c.ends))
	for i, e := range c.ends {
		c.m.ends[i] = e.termEnding
		s := &c.m.endsOf[e.node]
		if s.to == 0 {
			s.from = int32(i)
		}
		s.to = int32(i) + 1
	}
}
