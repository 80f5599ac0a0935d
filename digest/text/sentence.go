package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// emit adds a word, and ends a sentence before it where one ends.
func (sc *scanner) emit(start, end int, form string, c Case) {
	w := Word{Form: form, Start: int32(start), End: int32(end), Field: sc.field, Case: c}
	switch {
	case start < sc.from: // a dateline belongs to the sentence that it opens
	case sc.sentence < 0:
		sc.open(sc.from, start)
		w.First = true
	default:
		if cut := sc.boundary(coming{start, end, c}); cut > 0 {
			sc.close(cut)
			sc.open(cut, start)
			w.First = true
		}
	}
	w.Sentence = int32(sc.sentence)
	if sc.sentence < 0 {
		w.Sentence = int32(len(sc.doc.Sentences))
	}
	sc.doc.Words = append(sc.doc.Words, w)
	sc.after, sc.dotted = end, false
}

// open begins a sentence whose first word stands at start, after cut.
func (sc *scanner) open(cut, start int) {
	if sc.from > 0 && sc.sentence < 0 {
		sc.doc.Dateline.To = int32(len(sc.doc.Words))
	}
	for cut < start {
		r, size := utf8.DecodeRuneInString(sc.s[cut:])
		if !unicode.IsSpace(r) && !strings.ContainsRune("•·*▪-–—●■►_#>|,;:", r) {
			break
		}
		cut += size
	}
	sc.sentence = len(sc.doc.Sentences)
	sc.doc.Sentences = append(sc.doc.Sentences, Sentence{
		Field: sc.field, Start: int32(cut), From: int32(len(sc.doc.Words)), Para: sc.para,
	})
}

// close ends the open sentence, whose text stands before cut.
func (sc *scanner) close(cut int) {
	if sc.sentence < 0 {
		return
	}
	end := len(strings.TrimRightFunc(sc.s[:cut], unicode.IsSpace))
	open := &sc.doc.Sentences[sc.sentence]
	open.End, open.To = int32(end), int32(len(sc.doc.Words))
}

// coming is the word that is about to be added.
type coming struct {
	start, end int
	written    Case
}

// boundary looks at what stands between the latest word and the coming one, and
// returns where in it the sentence ends; 0 when it goes on.
func (sc *scanner) boundary(next coming) int {
	gap := sc.s[sc.after:next.start]
	if gap == "" || gap == "-" || gap == " " && !sc.dotted {
		return 0
	}
	if newline := strings.IndexByte(gap, '\n'); newline >= 0 {
		if strings.IndexByte(strings.TrimLeft(gap[newline+1:], " \t\r"), '\n') == 0 {
			sc.para++
			return sc.after + max(newline, 1)
		}
		if sc.lineEnds(sc.after+newline, gap[newline:], next) {
			return sc.after + max(newline, 1)
		}
	}
	mark := readMark(gap, sc.dotted)
	if mark.end == 0 && !sc.dotted {
		return 0
	}
	if !sc.ends(mark, gap, next) {
		return 0
	}
	return sc.after + max(mark.end, 1)
}

// lineEnds reports whether a single line break at i parts two sentences: a
// list item follows, or a short line (a heading, not a wrapped one) is
// followed by a capital.
func (sc *scanner) lineEnds(i int, rest string, next coming) bool {
	if strings.ContainsAny(rest, "•▪●■►*") || strings.Contains(rest, "\n- ") {
		return true
	}
	line := i - 1 - strings.LastIndexByte(sc.s[:i], '\n')
	return line < 50 && (next.written != Lower || sc.classAt(next.start)&digitByte != 0)
}

// mark is the sign that may end a sentence, found in a gap between words.
type mark struct {
	r       rune // the first such sign; 0 for the dot inside an acronym
	end     int  // bytes of the gap up to the end of the signs and closing quotes
	dots    int  // how many signs in a row
	quoted  bool // a closing quote or bracket follows at once
	bracket rune // the last of those
}

// readMark finds the first sign that may end a sentence. After an acronym's
// dot the dot counts, and the gap may only close quotes.
func readMark(gap string, dotted bool) mark {
	var m mark
	i := 0
	if !dotted {
		for i < len(gap) {
			r, size := utf8.DecodeRuneInString(gap[i:])
			if endMark(r) != markNone {
				m.r = r
				break
			}
			i += size
		}
		if m.r == 0 {
			return m
		}
	}
	for i < len(gap) {
		r, size := utf8.DecodeRuneInString(gap[i:])
		switch {
		case endMark(r) != markNone:
			m.dots++
		case strings.ContainsRune(closers, r):
			m.quoted, m.bracket = true, r
		default:
			return m
		}
		i += size
		m.end = i
	}
	return m
}

const closers = "\"'”’»)]」』》〉）】›〕"

type markKind uint8

const (
	markNone markKind = iota
	markDot           // a full stop, which is also the mark of an abbreviation
	markLoud          // ! ?
	markSure          // a full stop that is nothing else
)

func endMark(r rune) markKind {
	switch r {
	case '.', '…':
		return markDot
	case '!', '?', '‼', '⁉', '‽':
		return markLoud
	case '。', '！', '？', '｡', '．', '؟', '۔', '।', '॥', '։', '።', '။':
		return markSure
	}
	return markNone
}

// ends decides whether a mark ends the sentence before the coming word.
func (sc *scanner) ends(m mark, gap string, next coming) bool {
	rest := gap[m.end:]
	spaced := rest != "" && unicode.IsSpace(firstRune(rest))
	switch {
	case m.r != 0 && endMark(m.r) == markSure:
		return !(rest == "" && (m.bracket == '」' || m.bracket == '』')) // 「…。」と述べた goes on
	case unicode.IsLower(firstRune(sc.s[next.start:])) && next.written != Mixed:
		return false
	case m.r != 0 && endMark(m.r) == markLoud:
		return spaced && !(gap[0] == '!' && sc.latest().Form == "yahoo")
	case !spaced:
		return sc.glued(m, rest, next.written)
	case m.dots > 1 || m.r == '…':
		return true
	case m.quoted && m.bracket != ')' && m.bracket != ']':
		return true
	}
	return sc.dotEnds(m, next)
}

func (sc *scanner) latest() *Word { return &sc.doc.Words[len(sc.doc.Words)-1] }

// glued is for a full stop without a space after it, as feeds lose them:
// "…last year.Officials said" ends, "Amazon.com" and "Booking.Com" do not.
func (sc *scanner) glued(m mark, rest string, c Case) bool {
	if m.r != '.' || m.dots != 1 || (rest != "" && !strings.ContainsRune("\"“‘«(", firstRune(rest))) {
		return false
	}
	w := sc.latest()
	return w.Case == Lower && len(w.Form) > 3 && (c == Capital || rest != "" || m.quoted) && unicode.IsLetter(firstRune(w.Form))
}

// dotEnds decides about a single full stop followed by a space.
func (sc *scanner) dotEnds(m mark, word coming) bool {
	w := sc.latest()
	next := strings.ToLower(sc.s[word.start:word.end])
	switch kind := abbreviations()[w.Form]; {
	case m.r == 0 || sc.dotted: // "U.S. The", but "U.S. President"
		if w.Form == "am" || w.Form == "pm" {
			return word.written != Lower && !afterHour()[next]
		}
		return starters()[next]
	case kind == abbrevTitle && w.Case != Lower, kind == abbrevAny:
		return false
	case kind == abbrevNumber:
		return !unicode.IsDigit(firstRune(next))
	case kind == abbrevName && w.Case != Lower:
		return starters()[next]
	case w.Case == Upper && utf8.RuneCountInString(w.Form) == 1: // "J. Smith", but "Plan B. The"
		return starters()[next]
	case isNumber(w.Form) && len(w.Form) <= 3 && (w.First || ordinalNouns()[next]): // "1. First", "3. Oktober"
		return false
	}
	return true
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
