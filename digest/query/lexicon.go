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

// edge is one step in a trie.
type edge struct {
	node int32
	form string
}

// trie finds the longest known sequence of tokens.
type trie struct {
	edges map[edge]int32
	at    [][]entry // by node
}

func newTrie() *trie { return &trie{edges: make(map[edge]int32), at: make([][]entry, 1)} }

// add stores e under the tokens' forms. The same slugs under the same forms
// are stored once.
func (t *trie) add(tokens []token, e entry) {
	if len(tokens) == 0 {
		return
	}
	node := int32(0)
	for _, tok := range tokens {
		next, ok := t.edges[edge{node, tok.form}]
		if !ok {
			next = int32(len(t.at))
			t.at = append(t.at, nil)
			t.edges[edge{node, tok.form}] = next
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
	if next, ok := t.edges[edge{node, tokens[i].form}]; ok {
		t.walk(tokens, i+1, next, varied, hits)
	}
	if tokens[i].solid || len(*hits) > 32 {
		return
	}
	for _, form := range variants(tokens[i].form) {
		if next, ok := t.edges[edge{node, form}]; ok && form != tokens[i].form {
			t.walk(tokens, i+1, next, true, hits)
		}
	}
}

// lexicon is all that requests are read with.
type lexicon struct {
	names   *trie // names and the words of requests
	numbers map[string]float64
	units   *values
	days    *values
	months  *values
	windows map[string][]pattern // by first literal; "" for those that begin with a slot
	given   []digest.Name        // the names that were admitted
}

// values finds the longest known sequence of tokens that stands for a number.
type values struct {
	by      map[string]float64 // by forms joined with spaces
	longest int
}

func (t *values) add(tokens []token, v float64) {
	t.by[joined(tokens)] = v
	t.longest = max(t.longest, len(tokens))
}

// at returns the value of the longest sequence at tokens[i] and its length, 0
// when there is none.
func (t *values) at(tokens []token, i int) (v float64, n int) {
	for n := min(t.longest, len(tokens)-i); n > 0; n-- {
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
	lex := &lexicon{names: newTrie(), numbers: make(map[string]float64), windows: make(map[string][]pattern)}
	lex.units, lex.days, lex.months = newValues(), newValues(), newValues()
	sections := wordSections()
	for _, c := range classNames {
		for _, e := range sections[c.section] {
			lex.names.add(scan(e), entry{class: c.class})
		}
	}
	for _, e := range sections["number"] {
		addValue(e, func(tokens []token, v float64) { lex.numbers[joined(tokens)] = v })
	}
	for kind, t := range map[string]*values{"unit": lex.units, "weekday": lex.days, "month": lex.months} {
		for _, e := range sections[kind] {
			addValue(e, t.add)
		}
	}
	for _, e := range sections["window"] {
		lex.addWindow(e)
	}
	lex.addNames(o.Names)
	lex.addOutlets(o.Sources)
	return lex
}

func newValues() *values { return &values{by: make(map[string]float64)} }

func addValue(line string, add func([]token, float64)) {
	word, value, ok := strings.Cut(line, "=")
	v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if tokens := scan(word); ok && err == nil && len(tokens) > 0 {
		add(tokens, v)
	}
}

// whole returns the entries of just these tokens.
func (t *trie) whole(tokens []token) []entry {
	node := int32(0)
	for _, tok := range tokens {
		next, ok := t.edges[edge{node, tok.form}]
		if !ok {
			return nil
		}
		node = next
	}
	return t.at[node]
}
