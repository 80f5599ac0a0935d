package tag

import (
	"strings"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest/text"
)

// topicMatcher finds the terms of all topics in one pass over a document's words.
// It is a trie over word ids: a word has an id for its stem, one for its form,
// one for its form as written, and one for each open beginning ("tariff*").
// It does not change once built, so that any number of goroutines may use it.
type topicMatcher struct {
	words  map[string]wordIDs
	opens  openings
	starts []int32          // by word id: the node it leads to from the root, 0 for none
	edges  map[uint64]int32 // node and word id -> node
	ends   []termEnding     // the terms that end at nodes, those of a node together
	endsOf []topicSpan      // by node
	terms  []compiledTerm
}

type topicSpan struct{ from, to int32 }

// wordIDs are the ids under one string: those of a form, 0 for none, however
// it is written and with each way of writing that is not lower case; and those
// of a stem. Both stand in one map since most words are their own stem, and one
// look then serves both.
type wordIDs struct {
	any   int32
	cased [text.Mixed + 1]int32
	stems []stemID
}

// stemID is the id of a word of a term, in any of its forms.
type stemID struct {
	form string
	id   int32
}

// termEnding is a term that ends at a node.
type termEnding struct {
	term  int32
	langs langSet
}

// compiledTerm is what scoring needs of a term.
type compiledTerm struct {
	text   string
	weight float32 // in headlines
	fitted float32 // in articles with a body
	topic  int16
	kind   termKind
}

// openings are the beginnings that stars leave open. They are found by their
// first three bytes: most words then have none to be compared with.
type openings struct {
	lists [][]opening
	of    []uint16  // by openKey: index in lists, 0 for none
	short []opening // those of two bytes
}

type opening struct {
	start string
	id    int32
}

// minOpening is how many bytes a beginning has at least.
const minOpening = 2

func newOpenings() openings { return openings{lists: [][]opening{nil}, of: make([]uint16, 1<<15)} }

func openKey(s string) uint16 {
	return (uint16(s[0])<<10 ^ uint16(s[1])<<5 ^ uint16(s[2])) & (1<<15 - 1)
}

func (o *openings) add(start string, id int32) {
	if len(start) == minOpening {
		o.short = append(o.short, opening{start, id})
		return
	}
	key := openKey(start)
	if o.of[key] == 0 {
		o.of[key] = uint16(len(o.lists))
		o.lists = append(o.lists, nil)
	}
	list := &o.lists[o.of[key]]
	*list = append(*list, opening{start, id})
}

// topicMatch is a term found at the words [from, to) of the document.
type topicMatch struct {
	from, to int32
	term     int32
}

// topicFinder is the working memory of one pass.
type topicFinder struct {
	m       *topicMatcher
	words   []text.Word
	langs   langSet
	ids     []int32 // the ids of all words, one after the other
	idsOf   []int32 // by word: where its ids begin; one more at the end
	matches []topicMatch
}

// find appends to f.matches the terms in doc, by where they begin.
func (f *topicFinder) find(doc *text.Document, langs langSet) {
	f.words, f.langs = doc.Words, langs
	f.ids, f.idsOf, f.matches = f.ids[:0], f.idsOf[:0], f.matches[:0]
	shouting := isShouting(doc.Words[:doc.BodyFrom])
	for i := range f.words {
		f.idsOf = append(f.idsOf, int32(len(f.ids)))
		f.addIDs(&f.words[i], shouting && i < int(doc.BodyFrom))
	}
	f.idsOf = append(f.idsOf, int32(len(f.ids)))
	for i := range f.words {
		for _, id := range f.ids[f.idsOf[i]:f.idsOf[i+1]] {
			if node := f.m.starts[id]; node != 0 {
				f.walk(node, int32(i), int32(i)+1)
			}
		}
	}
}

// walk records the terms that end at node, whose words are [from, to), and
// goes on with the next word of the same sentence.
func (f *topicFinder) walk(node, from, to int32) {
	ends := f.m.endsOf[node]
	for _, e := range f.m.ends[ends.from:ends.to] {
		if e.langs&f.langs != 0 {
			f.matches = append(f.matches, topicMatch{from: from, to: to, term: e.term})
		}
	}
	if int(to) == len(f.words) || f.words[to].Sentence != f.words[from].Sentence {
		return
	}
	for _, id := range f.ids[f.idsOf[to]:f.idsOf[to+1]] {
		if next := f.m.edges[uint64(node)<<32|uint64(id)]; next != 0 {
			f.walk(next, from, to+1)
		}
	}
}

// addIDs appends the ids of a word. In a text that is all capitals a capital
// tells nothing, so there any way of writing will do.
func (f *topicFinder) addIDs(w *text.Word, shouting bool) {
	ids, found := f.m.words[w.Form]
	if found {
		f.addForm(w, &ids, shouting)
	}
	if isRunForm(w.Form) {
		return
	}
	if w.Stem != w.Form {
		ids, found = f.m.words[w.Stem]
	}
	if found {
		for _, s := range ids.stems {
			if s.form == w.Form || inflects(s.form, w.Form) {
				f.ids = append(f.ids, s.id)
			}
		}
	}
	f.ids = f.m.opens.appendIDs(f.ids, openText(w.Form, w.Stem))
}

func (f *topicFinder) addForm(w *text.Word, ids *wordIDs, shouting bool) {
	if ids.any != 0 {
		f.ids = append(f.ids, ids.any)
	}
	if w.Case == text.Lower {
		return
	}
	for c := text.Capital; c <= text.Mixed; c++ {
		if id := ids.cased[c]; id != 0 && (w.Case == c || shouting) {
			f.ids = append(f.ids, id)
		}
	}
}

// inflects reports whether two Latin words of one stem are forms of one word
// ("bank", "banks"). Stems alone would take "important" for "import",
// "several" for "severance" and "productivity" for "products". Stems of other
// scripts are trusted: their languages have too many endings to list.
func inflects(a, b string) bool {
	if a[0] >= utf8.RuneSelf && a[0] >= 0xcd {
		return true
	}
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	if n < 2 {
		return false
	}
	return isInflection(a[n:], a[n-1]) && isInflection(b[n:], b[n-1])
}

// isInflection reports whether rest may follow the common part of two forms,
// which ends with the byte last. The letter before an ending may be doubled.
func isInflection(rest string, last byte) bool {
	if len(rest) > 1 && rest[0] == last {
		rest = rest[1:]
	}
	switch rest {
	case "", "s", "es", "e", "ed", "d", "ing", "y", "ies", "ied", "ying", "as", "os", "a", "o":
		return true
	}
	return false
}

// isRunForm reports a word of a script without spaces: there a word is one
// character, and its Stem is of no use to a trie over characters.
func isRunForm(form string) bool { return form[0] >= 0xe1 && form[0] <= 0xef && runRune(form) }

func runRune(form string) bool {
	r, _ := utf8.DecodeRuneInString(form)
	return r >= 0x3040 && r < 0xa000 || r >= 0xac00 && r < 0xd7a4 || r >= 0xf900 && r < 0xfb00 || r >= 0xff66 && r < 0xffa0
}

// openText is what an open beginning is compared with: the form, or in Arabic
// the stem, since there the article stands before it.
func openText(form, stem string) string {
	if form[0] >= 0xd8 && form[0] <= 0xdb && stem != "" {
		return stem
	}
	return form
}

func (o *openings) appendIDs(ids []int32, s string) []int32 {
	for i := range o.short {
		if strings.HasPrefix(s, o.short[i].start) {
			ids = append(ids, o.short[i].id)
		}
	}
	if len(s) <= minOpening {
		return ids
	}
	if n := o.of[openKey(s)]; n != 0 {
		for _, open := range o.lists[n] {
			if strings.HasPrefix(s, open.start) {
				ids = append(ids, open.id)
			}
		}
	}
	return ids
}

// isShouting reports a title that is written in capitals alone.
func isShouting(words []text.Word) bool {
	upper, letters := 0, 0
	for i := range words {
		if words[i].Case == text.Upper {
			upper++
		}
		if words[i].Form[0] >= 'a' {
			letters++
		}
	}
	return upper >= 3 && upper*10 >= letters*8
}
