package query

import (
	"embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest"
)

//go:embed words.txt aliases.txt plain.txt bodies.txt
var files embed.FS

// class says what an entry of the lexicon does in a request.
type class uint8

const (
	named          class = iota // a country, topic or group: name says which
	stays                       // a phrase that stays words though a name is in it: "south china sea"
	excludes                    // leaves out what follows
	weakExcludes                // the same, but only before something named
	excludesBefore              // leaves out what stands before
	sourceComes                 // a source follows
	joins                       // and, or
	leans                       // vanishes beside a topic
	filler                      // vanishes
	particle                    // vanishes when glued to what was matched
	affix                       // vanishes when a hyphen joins it to a name
	pronounCue                  // "us" after it is people
	outlet                      // a source: counts only where a source is expected
	split                       // no name in a request: only in aliases.txt
)

// classNames are the sections of words.txt that hold entries of the lexicon.
var classNames = []struct {
	section string
	class   class
}{
	{"not", excludes}, {"weaknot", weakExcludes}, {"notafter", excludesBefore}, {"from", sourceComes},
	{"and", joins}, {"lean", leans}, {"filler", filler}, {"onlyafter", particle}, {"pronoun", pronounCue}, {"affix", affix},
}

// entry is one meaning of a sequence of tokens.
type entry struct {
	class class
	name  digest.Name
	code  bool // a short name that counts only in capitals or in a slug: "KR"
	own   bool // from aliases.txt: goes before what others call it
	exact bool // counts only with its accents typed: a name from a language that requests are seldom in
}

// edge is one step in a trie: from a node by a form.
type edge struct{ node, form int32 }

// trie finds the longest known sequence of tokens.
type trie struct {
	forms map[string]int32 // every form that stands in a sequence, numbered from 1
	edges map[edge]int32
	at    [][]entry // by node
}

func newTrie() *trie {
	return &trie{forms: make(map[string]int32), edges: make(map[edge]int32), at: make([][]entry, 1)}
}

// add stores e under the tokens' forms. The same slugs under the same forms
// are stored once.
func (t *trie) add(tokens []token, e entry) {
	if len(tokens) == 0 {
		return
	}
	node := int32(0)
	for _, tok := range tokens {
		form, ok := t.forms[tok.form]
		if !ok {
			form = int32(len(t.forms) + 1)
			t.forms[tok.form] = form
		}
		next, ok := t.edges[edge{node, form}]
		if !ok {
			next = int32(len(t.at))
			t.at = append(t.at, nil)
			t.edges[edge{node, form}] = next
		}
		node = next
	}
	for i, old := range t.at[node] {
		if old.class == e.class && old.name.Kind == e.name.Kind && slices.Equal(old.name.Slugs, e.name.Slugs) {
			if old.exact && !e.exact || old.code && !e.code || old.own == e.own && !old.name.Strong && e.name.Strong {
				t.at[node][i] = e
			}
			return
		}
	}
	t.at[node] = append(t.at[node], e)
}

// hit is a sequence of tokens that the trie knows: those before index end.
type hit struct {
	end     int
	entries []entry
	varied  bool // some word had to be taken in another form
}

// find returns the known sequences that begin at tokens[i], longest first.
// A word that the trie cannot follow is tried in its other forms.
func (t *trie) find(tokens []token, i int) []hit {
	var hits []hit
	t.walk(tokens, i, 0, false, &hits)
	slices.SortStableFunc(hits, func(a, b hit) int {
		if a.end != b.end {
			return b.end - a.end
		}
		return rank(a) - rank(b)
	})
	return hits
}

func rank(h hit) int {
	if h.varied {
		return 1
	}
	return 0
}

func (t *trie) walk(tokens []token, i int, node int32, varied bool, hits *[]hit) {
	if node > 0 && len(t.at[node]) > 0 {
		*hits = append(*hits, hit{end: i, entries: t.at[node], varied: varied})
	}
	if i == len(tokens) || tokens[i].key != "" || tokens[i].quoted || node > 0 && tokens[i].minus {
		return
	}
	tok := &tokens[i]
	if tok.known == nil {
		tok.known = t.known(*tok)
	}
	if next, ok := t.edges[edge{node, tok.known[0]}]; ok {
		t.walk(tokens, i+1, next, varied, hits)
	}
	for _, form := range tok.known[1:] {
		if len(*hits) > 32 {
			return
		}
		if next, ok := t.edges[edge{node, form}]; ok {
			t.walk(tokens, i+1, next, true, hits)
		}
	}
}

// known are the forms of a token that the trie has: its own first, 0 where it
// has not, then those of its variants. A request asks for them at each node.
func (t *trie) known(tok token) []int32 {
	out := []int32{t.forms[tok.form]}
	if tok.solid {
		return out
	}
	for _, v := range variants(tok.form) {
		if form := t.forms[v]; form != 0 && v != tok.form {
			out = append(out, form)
		}
	}
	return out
}

// lexicon is all that requests are read with.
type lexicon struct {
	names   *trie // names and the words of requests
	numbers *values
	units   *values
	days    *values
	months  *values
	windows map[string][]pattern // by first literal; "" for those that begin with a slot
	given   []digest.Name        // the names that were admitted
}

// values finds the longest known sequence of tokens that stands for a number.
type values struct {
	by      map[string]float64 // by forms joined with spaces
	longest map[string]int     // by its first form: most words begin none
}

func (t *values) add(tokens []token, v float64) {
	t.by[joined(tokens)] = v
	t.longest[tokens[0].form] = max(t.longest[tokens[0].form], len(tokens))
}

// at returns the value of the longest sequence at tokens[i] and its length, 0
// when there is none.
func (t *values) at(tokens []token, i int) (v float64, n int) {
	for n := min(t.longest[tokens[i].form], len(tokens)-i); n > 0; n-- {
		if v, ok := t.by[joined(tokens[i:i+n])]; ok {
			return v, n
		}
	}
	return 0, 0
}

func joined(tokens []token) string {
	if len(tokens) == 1 {
		return tokens[0].form
	}
	forms := make([]string, len(tokens))
	for i, t := range tokens {
		forms[i] = t.form
	}
	return strings.Join(forms, " ")
}

// plainWords are ordinary words that lie close to a name or are spelled like
// one: they are never corrected, and never read as a town.
var plainWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	data, err := files.ReadFile("plain.txt")
	if err != nil {
		return words
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for w := range strings.FieldsSeq(line) {
			words[fold(w)] = true
		}
	}
	return words
})

// wordSections parses words.txt: what stands in each section, by kind.
var wordSections = sync.OnceValue(func() map[string][]string {
	data, err := files.ReadFile("words.txt")
	if err != nil {
		return nil
	}
	return parseSections(string(data))
})

func parseSections(data string) map[string][]string {
	sections := make(map[string][]string)
	kind := ""
	for line := range strings.Lines(data) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case line == "#":
		case strings.HasPrefix(line, "["):
			kind, _, _ = strings.Cut(strings.Trim(line, "[]"), " ")
		default:
			for _, e := range strings.Split(line, ",") {
				if e = strings.TrimSpace(e); e != "" {
					sections[kind] = append(sections[kind], e)
				}
			}
		}
	}
	return sections
}

// newLexicon builds the lexicon from the given names and the embedded words.
func newLexicon(o Options) *lexicon {
	lex := &lexicon{names: newTrie(), numbers: newValues(), windows: make(map[string][]pattern)}
	lex.units, lex.days, lex.months = newValues(), newValues(), newValues()
	sections := wordSections()
	for _, c := range classNames {
		for _, e := range sections[c.section] {
			lex.names.add(scan(e), entry{class: c.class})
		}
	}
	for kind, t := range map[string]*values{"number": lex.numbers, "unit": lex.units, "weekday": lex.days, "month": lex.months} {
		for _, e := range sections[kind] {
			t.addLine(e)
		}
	}
	for _, e := range sections["window"] {
		lex.addWindow(e)
	}
	lex.addNames(o.Names)
	lex.addOutlets(o.Sources)
	return lex
}

func newValues() *values { return &values{by: make(map[string]float64), longest: make(map[string]int)} }

// addLine adds a line of words.txt: "dozen = 12".
func (t *values) addLine(line string) {
	word, value, ok := strings.Cut(line, "=")
	v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if tokens := scan(word); ok && err == nil && len(tokens) > 0 {
		t.add(tokens, v)
	}
}

// whole returns the entries of just these tokens.
func (t *trie) whole(tokens []token) []entry {
	node := int32(0)
	for _, tok := range tokens {
		next, ok := t.edges[edge{node, t.forms[tok.form]}]
		if !ok {
			return nil
		}
		node = next
	}
	return t.at[node]
}
