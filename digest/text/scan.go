package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is the longest run that counts as a word, in bytes; longer ones are
// keys, base64 or noise and are left out.
const maxWord = 128

// scanner reads the words of one field.
type scanner struct {
	doc   *Document
	s     string // the field's text
	field Field
	forms *arena

	after    int  // where the latest word, its possessive and acronym dot end
	dotted   bool // the latest word ended in an acronym's dot: "U.S."
	sentence int  // index of the open sentence; -1 when none is open
	para     int32
	from     int // where the dateline ends; 0 without
	shouting bool
}

func scanField(doc *Document, field Field, forms *arena) {
	sc := &scanner{doc: doc, s: doc.fieldText(field), field: field, forms: forms, sentence: -1}
	sc.shouting = allCaps(sc.s)
	mark := len(doc.Words)
	if field == Body {
		doc.Dateline.Place, sc.from = findDateline(sc.s)
	}
	sc.run()
	if sc.from > 0 && sc.sentence < 0 { // a dateline and nothing after it is no dateline
		doc.Words, doc.Dateline = doc.Words[:mark], Dateline{}
		sc.from, sc.after = 0, 0
		sc.run()
	}
	sc.close(len(sc.s))
	if sc.from > 0 {
		doc.Dateline.End = int32(sc.from)
	}
}

// run finds the words from the start of the field to its end.
func (sc *scanner) run() {
	s := sc.s
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			i = sc.unicodeAt(i)
		case asciiClass[c]&wordByte != 0:
			i = sc.asciiWord(i)
		default:
			i++
		}
	}
}

// The classes of ASCII bytes.
const (
	lowerByte = 1 << iota
	upperByte
	digitByte
	letterByte = lowerByte | upperByte
	wordByte   = letterByte | digitByte
)

var asciiClass = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c] = lowerByte
		t[c-'a'+'A'] = upperByte
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = digitByte
	}
	return t
}()

func (sc *scanner) classAt(i int) uint8 {
	if i >= len(sc.s) {
		return 0
	}
	return asciiClass[sc.s[i]]
}

// asciiWord reads the word that starts at i and returns where to go on.
func (sc *scanner) asciiWord(start int) int {
	s := sc.s
	if sc.classAt(start)&letterByte != 0 && start+2 < len(s) && s[start+1] == '.' {
		if end := sc.acronym(start); end > 0 {
			return end
		}
	}
	var seen uint8
	i := start
	for i < len(s) {
		c := s[i]
		if cl := asciiClass[c]; cl != 0 {
			seen |= cl
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if r, _ := utf8.DecodeRuneInString(s[i:]); isWordRune(r) && !isRunScript(r) {
				return sc.unicodeWord(start)
			}
			if sc.apostrophe(i) > 0 {
				return sc.unicodeWord(start)
			}
			break
		}
		if !sc.joins(i, start) {
			break
		}
		i++
	}
	if next := sc.skipAddress(start, i); next > 0 {
		return next
	}
	if i-start > maxWord {
		return i
	}
	sc.emit(start, i, sc.asciiForm(start, i, seen), asciiCase(s[start:i], seen))
	sc.after = sc.skipPossessive(i)
	return sc.after
}

// joins reports whether the ASCII mark at i holds the word together: the
// points of a number, an apostrophe between letters, "S&P".
func (sc *scanner) joins(i, start int) bool {
	if i == start || i+1 >= len(sc.s) {
		return false
	}
	before, after := sc.classAt(i-1), sc.classAt(i+1)
	switch sc.s[i] {
	case '.', ',':
		return before&digitByte != 0 && after&digitByte != 0
	case '\'':
		return before&letterByte != 0 && after&letterByte != 0 && !sc.possessiveAt(i+1) && !elided(sc.s[start:i])
	case '&':
		return before&upperByte != 0 && after&upperByte != 0 && i-start <= 2
	}
	return false
}

// elided reports whether the letters before an apostrophe are an article or
// preposition that lost its vowel, as in "l'Allemagne" and "dell'Italia": a
// word of its own.
func elided(before string) bool {
	switch len(before) {
	case 1:
		switch before[0] | 0x20 {
		case 'l', 'd', 'c', 'n', 'j', 'm', 't':
			return true
		}
	case 2, 3, 4, 5, 6:
		switch strings.ToLower(before) {
		case "qu", "un", "all", "dall", "dell", "nell", "sull", "coll", "jusqu", "lorsqu", "puisqu", "quest", "gl":
			return true
		}
	}
	return false
}

// possessiveAt reports whether an "s" that ends a word stands at i.
func (sc *scanner) possessiveAt(i int) bool {
	if i >= len(sc.s) || sc.s[i]|0x20 != 's' {
		return false
	}
	if i+1 < len(sc.s) && sc.s[i+1] >= utf8.RuneSelf {
		r, _ := utf8.DecodeRuneInString(sc.s[i+1:])
		return !isWordRune(r)
	}
	return sc.classAt(i+1) == 0
}

// apostrophe returns the width of the apostrophe at i, 0 when there is none.
func (sc *scanner) apostrophe(i int) int {
	switch {
	case i >= len(sc.s):
		return 0
	case sc.s[i] == '\'':
		return 1
	case len(sc.s) >= i+3 && (sc.s[i:i+3] == "’" || sc.s[i:i+3] == "ʼ"):
		return 3
	}
	return 0
}

func (sc *scanner) skipPossessive(i int) int {
	if w := sc.apostrophe(i); w > 0 && sc.possessiveAt(i+w) {
		return i + w + 1
	}
	return i
}

// acronym reads "U.S.", "U.K", "a.m." at start; 0 when there is none.
func (sc *scanner) acronym(start int) int {
	s, i, n := sc.s, start, 0
	var seen uint8
	var form [16]byte
	for n < len(form) && sc.classAt(i)&letterByte != 0 && sc.classAt(i+1) == 0 {
		seen |= asciiClass[s[i]]
		form[n] = s[i] | 0x20
		n++
		i++
		if i >= len(s) || s[i] != '.' {
			break
		}
		i++
	}
	last := s[i-1] == '.'
	if n < 2 || (i < len(s) && s[i] >= utf8.RuneSelf && isWordRune(firstRune(s[i:]))) || (last && sc.classAt(i)&letterByte != 0) {
		return 0
	}
	c := Upper
	if seen&upperByte == 0 {
		c = Lower
	}
	sc.emit(start, i, sc.acronymForm(form[:n], c), c)
	sc.dotted = last
	sc.after = sc.skipPossessive(i)
	return sc.after
}

func (sc *scanner) acronymForm(form []byte, c Case) string {
	if f := string(form); c == Upper && (f == "us" || f == "usa") {
		return unitedStates
	}
	return sc.forms.bytes(form)
}

// skipAddress returns where a web or mail address that begins with the word
// [start, end) stops; 0 when it is a word. Addresses say nothing about places.
func (sc *scanner) skipAddress(start, end int) int {
	s := sc.s
	if end >= len(s) {
		return 0
	}
	rest := s[end:]
	isAddress := (s[end] == ':' && len(rest) > 3 && rest[1] == '/' && rest[2] == '/') ||
		(s[end] == '@' && sc.classAt(end+1) != 0 && end > start) ||
		(s[end] == '.' && (s[start:end] == "www" || s[start:end] == "WWW"))
	if !isAddress {
		return 0
	}
	for end < len(s) && s[end] > ' ' && s[end] != '"' && s[end] != ')' && s[end] != '>' {
		end++
	}
	return end
}

const unitedStates = "usa"

// asciiForm is the normal form of the word [start, end).
func (sc *scanner) asciiForm(start, end int, seen uint8) string {
	word := sc.s[start:end]
	if seen&upperByte == 0 {
		if word == unitedStates {
			return unitedStates
		}
		return word
	}
	if (word == "US" && !sc.meansWe()) || word == "USA" {
		return unitedStates
	}
	return sc.forms.lower(word)
}

// meansWe reports whether a "US" that comes next is the pronoun: only in text
// that is all capitals, after a verb that takes a person.
func (sc *scanner) meansWe() bool {
	n := len(sc.doc.Words)
	if !sc.shouting || n == 0 || sc.doc.Words[n-1].Field != sc.field {
		return false
	}
	switch sc.doc.Words[n-1].Form {
	case "let", "give", "gives", "gave", "tell", "tells", "told", "help", "helps", "show", "shows", "join", "follow",
		"contact", "make", "makes", "made", "teach", "save", "keep", "all", "let's", "takes", "bring", "ask", "email", "forgive":
		return true
	}
	return false
}

func asciiCase(word string, seen uint8) Case {
	first := asciiClass[word[0]]
	switch {
	case seen&upperByte == 0:
		return Lower
	case seen&lowerByte == 0:
		return Upper
	case first&upperByte != 0 && restLower(word[1:]):
		return Capital
	}
	return Mixed
}

func restLower(s string) bool {
	for i := range len(s) {
		if asciiClass[s[i]]&upperByte != 0 && (i == 0 || s[i-1] != '\'') {
			return false
		}
	}
	return true
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// isWordRune reports whether r can stand in a word: letters, digits, and the
// marks that belong to letters (without them Arabic and Hindi fall apart).
func isWordRune(r rune) bool {
	if r >= 0x410 && r <= 0x44f { // Russian: no need to look it up
		return true
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

// allCaps reports whether a text is written in capitals alone, as old wire
// headlines are: there a capital says nothing.
func allCaps(s string) bool {
	upper, lower := 0, 0
	for i := 0; i < len(s) && lower < 3; i++ {
		switch asciiClass[s[i]] {
		case upperByte:
			upper++
		case lowerByte:
			lower++
		}
	}
	return upper > 6 && lower < 3 && upper > 10*lower
}
