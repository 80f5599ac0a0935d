package tag

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest/text"
)

// match is a name found in an article: the longest that begins at its first
// word.
type match struct {
	from, to int32 // words, to exclusive
	senses   []sense
	pick     int16 // the sense that was chosen; -1 none
	sure     bool  // it stands for its country whatever else the article says
	located  bool  // "in Paris", "Paris, Texas": surely a place
	contain  bool  // it only says where the place before it is: "Texas"
}

// reading is one article being looked through for countries.
type reading struct {
	g               *gazetteer
	doc             *text.Document
	local           *trie // names in the article's language; nil for English
	lang            string
	matches         []match
	shouting        [2]bool // by field: all in capitals
	titled          bool    // the title's words have capitals: "Fed Holds Rates"
	support         []uint16
	dollars, pounds bool            // their signs stand in the text
	namesakes       map[string]bool // surnames in phrases that mean no country: "Michael Jordan"
	home            uint16          // country of the source; noCountry when unknown
}

func (g *gazetteer) read(doc *text.Document, home string) *reading {
	r := &reading{g: g, doc: doc, support: make([]uint16, len(g.codes)), home: noCountry, matches: make([]match, 0, 32)}
	if id, ok := g.index[home]; ok {
		r.home = id
	}
	r.lang, _, _ = strings.Cut(doc.Lang, "-")
	if r.lang != "en" && r.lang != "" {
		if build := g.langs[localFile(r.lang)]; build != nil {
			r.local = build()
		}
	}
	r.styles()
	r.find()
	r.resolve()
	return r
}

// localFile maps languages to the one that CLDR writes their names under.
func localFile(lang string) string {
	if lang == "nb" || lang == "nn" {
		return "no"
	}
	return lang
}

// styles finds out what a capital means in each field.
func (r *reading) styles() {
	var capital, upper, lower [2]int
	for i := range r.doc.Words {
		w := &r.doc.Words[i]
		if len(w.Form) < 3 || w.Form[0] < 'a' {
			continue
		}
		switch w.Case {
		case text.Lower:
			lower[w.Field]++
		case text.Upper:
			upper[w.Field]++
		default:
			capital[w.Field]++
		}
	}
	for f := range upper {
		r.shouting[f] = upper[f] > 1 && upper[f] > 6*(lower[f]+capital[f])
	}
	r.titled = capital[text.Title] > 2 && capital[text.Title] > 2*lower[text.Title]
}

// find fills matches from the first word to the last.
func (r *reading) find() {
	words := r.doc.Words
	for i := 0; i < len(words); {
		senses, to := r.longest(r.g.main, "", i)
		if r.local != nil {
			if s, end := r.longest(r.local, r.lang, i); end > i && end >= to {
				senses, to = s, end
			}
		}
		if to <= i {
			senses, to = r.abbreviation(i)
		}
		if to <= i || senses[0].kind == kindTown {
			if s, end := r.county(i); end > to {
				senses, to = s, end
			}
		}
		if to <= i {
			i++
			continue
		}
		switch {
		case senses[0].kind == kindNothing:
			r.namesake(i, to)
		case !r.ticker(i, to):
			r.matches = append(r.matches, match{from: int32(i), to: int32(to), senses: senses, pick: -1})
		}
		i = to
	}
}

// namesake remembers the surname of a person's whole name.
func (r *reading) namesake(i, to int) {
	if !r.g.given[r.doc.Words[i].Form] || to-i < 2 {
		return
	}
	if r.namesakes == nil {
		r.namesakes = map[string]bool{}
	}
	r.namesakes[r.doc.Words[to-1].Form] = true
}

// ticker reports whether words [i, to) are a stock's symbol: "<ROK>", "(SAN.MC)".
func (r *reading) ticker(i, to int) bool {
	a, b := &r.doc.Words[i], &r.doc.Words[to-1]
	t := r.fieldText(a.Field)
	if a.Start == 0 || int(b.End) >= len(t) || a.Case != text.Upper {
		return false
	}
	before, after := t[a.Start-1], t[b.End]
	return before == '<' && (after == '>' || after == '.') || before == '(' && after == '.' && int(b.End)+1 < len(t) && t[b.End+1] > ' ' ||
		after == ')' && strings.HasSuffix(strings.TrimRight(t[:a.Start], " "), ":") || before == '$' && a.Form[0] >= 'a'
}

// longest is the longest name of a trie that begins at word i and is written
// as its rules want; to is 0 when there is none.
func (r *reading) longest(t *trie, lang string, i int) (found []sense, to int) {
	words := r.doc.Words
	key := words[i].Form
	if lang != "" {
		key = wordKey(&words[i], lang)
	}
	node := t.root(key)
	for j := i; node != 0; {
		if s := t.senses[node]; s != nil {
			if ok := r.written(s, i, j+1); ok {
				found, to = s, j+1
			}
		}
		j++
		if j >= len(words) || !r.joined(j) {
			break
		}
		key = words[j].Form
		if lang != "" {
			key = wordKey(&words[j], lang)
		}
		node = t.next(node, key)
	}
	return found, to
}

// joined reports whether word j goes on with the name of the word before it:
// only spaces, hyphens, apostrophes or an abbreviation's dot part them.
func (r *reading) joined(j int) bool {
	a, b := &r.doc.Words[j-1], &r.doc.Words[j]
	if a.Field != b.Field {
		return false
	}
	gap := r.fieldText(a.Field)[a.End:b.Start]
	switch gap {
	case "", " ", "-":
		return true
	}
	for _, c := range gap {
		switch c {
		case ' ', '-', '\'', '&', '\n', '·', '・', '/', '‑', '–', '\u00a0', '\u3000':
		case '.':
			if len(a.Form) > 3 {
				return false
			}
		default:
			return false
		}
	}
	return len(gap) < 6
}

func (r *reading) fieldText(f text.Field) string {
	if f == text.Title {
		return r.doc.TitleText
	}
	return r.doc.BodyText
}

// written reports whether words [i, j) are written as at least one sense of a
// name wants them, and whether they stand where the script lets names stand.
func (r *reading) written(senses []sense, i, j int) bool {
	w := &r.doc.Words[i]
	if c := w.Form[0]; c >= utf8.RuneSelf && !r.standsAlone(i) {
		return false
	}
	for _, s := range senses {
		if r.cased(s, i, j) {
			return true
		}
	}
	return false
}

func (r *reading) cased(s sense, i, j int) bool {
	w := &r.doc.Words[i]
	if s.marks&markUpper != 0 {
		for k := i; k < j; k++ {
			if r.doc.Words[k].Case == text.Lower || r.doc.Words[k].Case == text.Capital {
				return false
			}
		}
		return !(r.shouting[w.Field] && s.marks&markSupported != 0)
	}
	if s.marks&markCased == 0 {
		return true
	}
	if w.Case == text.Lower {
		return j-i > 1 && r.doc.Words[i+1].Case != text.Lower && isParticle(w.Form) // "al-Sisi", "de Gaulle"
	}
	return !(s.kind == kindTown && w.Case == text.Upper && !r.shouting[w.Field] && j == i+1 && int32(i) >= r.doc.Dateline.To)
}

func isParticle(form string) bool {
	switch form {
	case "al", "el", "de", "van", "von", "bin", "le", "la", "da", "du", "l", "ash", "ben":
		return true
	}
	return false
}

// standsAlone is the rule of scripts whose words are characters: a Korean name
// begins a word and is followed by a particle or a word that goes with names;
// one character of Chinese writing alone is no name.
func (r *reading) standsAlone(i int) bool {
	words := r.doc.Words
	first, _ := utf8.DecodeRuneInString(words[i].Form)
	if !unicode.Is(unicode.Hangul, first) {
		return true
	}
	return i == 0 || words[i-1].Field != words[i].Field || words[i-1].End != words[i].Start || !unicode.Is(unicode.Hangul, lastRune(words[i-1].Form))
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// abbreviation reads a state after a town: "Alexandria, La.", "Waco, TX".
func (r *reading) abbreviation(i int) ([]sense, int) {
	words := r.doc.Words
	w := &words[i]
	if len(w.Form) > 6 || w.Case == text.Lower || i == 0 {
		return nil, 0
	}
	id := r.g.byAbbr[w.Form]
	if id == 0 {
		return nil, 0
	}
	before := &words[i-1]
	if before.Field != w.Field || before.Case == text.Lower || r.fieldText(w.Field)[before.End:w.Start] != ", " {
		return nil, 0
	}
	dotted := int(w.End) < len(r.fieldText(w.Field)) && (r.fieldText(w.Field)[w.End] == '.' || r.fieldText(w.Field)[w.End-1] == '.')
	if !dotted && (w.Case != text.Upper || len(w.Form) > 3) {
		return nil, 0
	}
	return []sense{{country: r.g.index[r.g.admins[id][:2]], admin: id, kind: kindRegion}}, i + 1
}

// county reads "Rapides Parish" and "Orange County": divisions of the United
// States by their form, whatever their name. Other countries have counties too;
// one that is named elsewhere in the article takes them away again.
func (r *reading) county(i int) ([]sense, int) {
	words := r.doc.Words
	if i+1 >= len(words) || words[i].Case != text.Capital || words[i].First || r.shouting[words[i].Field] || words[i+1].Case != text.Capital || !r.joined(i+1) {
		return nil, 0
	}
	if f := words[i+1].Form; f != "county" && f != "parish" {
		return nil, 0
	}
	return r.g.county, i + 2
}

// surface is a match as it stands in the text.
func (r *reading) surface(m *match) string {
	a, b := &r.doc.Words[m.from], &r.doc.Words[m.to-1]
	return r.fieldText(a.Field)[a.Start:b.End]
}

// chosen is the sense that a match was read as; nil when none.
func (m *match) chosen() *sense {
	if m.pick < 0 {
		return nil
	}
	return &m.senses[m.pick]
}
