package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/unicode/norm"
)

// unicodeAt reads what stands at i, a byte beyond ASCII, and returns where to
// go on.
func (sc *scanner) unicodeAt(i int) int {
	r, size := utf8.DecodeRuneInString(sc.s[i:])
	switch {
	case isRunScript(r):
		return sc.characterRun(i)
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return sc.unicodeWord(i)
	}
	return i + size
}

// unicodeWord reads a word of an alphabet that goes beyond ASCII.
func (sc *scanner) unicodeWord(start int) int {
	s, i := sc.s, start
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isWordRune(r) || isRunScript(r) {
			size = sc.joinsUnicode(i, start)
			if size == 0 {
				break
			}
		}
		i += size
	}
	if i-start > maxWord {
		return i
	}
	form := sc.unicodeForm(s[start:i])
	if form == "" {
		return i
	}
	sc.emit(start, i, form, unicodeCase(s[start:i]))
	sc.after = sc.skipPossessive(i)
	return sc.after
}

// joinsUnicode is the width of an apostrophe, a zero-width joiner or a
// number's point inside a word at i; 0 when the word ends there.
func (sc *scanner) joinsUnicode(i, start int) int {
	if strings.HasPrefix(sc.s[i:], "\u200c") || strings.HasPrefix(sc.s[i:], "\u200d") {
		return 3 // Persian and Indic words are written with them
	}
	if c := sc.s[i]; c == '.' || c == ',' {
		before, _ := utf8.DecodeLastRuneInString(sc.s[start:i])
		if unicode.IsDigit(before) && i+1 < len(sc.s) && unicode.IsDigit(firstRune(sc.s[i+1:])) {
			return 1
		}
		return 0
	}
	w := sc.apostrophe(i)
	if w == 0 || i == start || elided(sc.s[start:i]) || i+w >= len(sc.s) || sc.possessiveAt(i+w) || !unicode.IsLetter(firstRune(sc.s[i+w:])) {
		return 0
	}
	return w
}

// unicodeForm is the normal form of a word: compatibility forms folded, lower
// case, one kind of apostrophe, Arabic without vowel marks.
func (sc *scanner) unicodeForm(word string) string {
	if !plain(word) && !norm.NFKC.IsNormalString(word) {
		word = norm.NFKC.String(word)
	}
	if word == "US" || word == "USA" {
		return unitedStates
	}
	lower := strings.ToLower(word)
	if strings.Contains(lower, "’") || strings.Contains(lower, "ʼ") {
		lower = apostrophes.Replace(lower)
	}
	if r := firstRune(lower); r >= 0x590 && r <= 0x8ff {
		return foldArabic(lower)
	}
	if strings.Contains(lower, "i\u0307") { // the lower case of Turkish İ
		lower = strings.ReplaceAll(lower, "i\u0307", "i")
	}
	return strings.Trim(lower, "'\u200c\u200d")
}

// plain reports whether a word consists of letters that have no other form:
// ASCII, the letters of western Europe, Russian ones. It spares most words the
// normaliser.
func plain(word string) bool {
	for _, r := range word {
		if r >= utf8.RuneSelf && (r < 0xc0 || r > 0xff) && (r < 0x410 || r > 0x44f) {
			return false
		}
	}
	return true
}

var apostrophes = strings.NewReplacer("’", "'", "ʼ", "'")

// foldArabic drops vowel marks and tatweel and writes one alef, one yeh and
// one kaf, as every Arabic search does.
func foldArabic(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0x640, r >= 0x64b && r <= 0x65f, r == 0x670, r == 0x200c, r == 0x200d:
			return -1
		case r == 'أ', r == 'إ', r == 'آ', r == 'ٱ':
			return 'ا'
		case r == 'ى', r == 'ی':
			return 'ي'
		case r == 'ک':
			return 'ك'
		}
		return r
	}, s)
}

func unicodeCase(word string) Case {
	first, upper, lower, n := false, 0, 0, 0
	for i, r := range word {
		switch {
		case unicode.IsUpper(r):
			upper++
			first = first || i == 0
		case unicode.IsLower(r):
			lower++
		}
		n++
	}
	switch {
	case upper == 0:
		return Lower
	case lower == 0:
		return Upper
	case first && upper == 1:
		return Capital
	}
	return Mixed
}

// isRunScript reports whether r belongs to a script that is written in runs
// without spaces, or (Hangul) whose spaces do not part a noun from its
// particles: its words are characters, its index terms bigrams.
func isRunScript(r rune) bool {
	switch {
	case r < 0x0e00:
		return false
	case r < 0x0f00: // Thai, Lao
		return true
	case r < 0x1000:
		return false
	case r < 0x10a0: // Myanmar
		return true
	case r < 0x1100:
		return false
	case r < 0x1200: // Hangul letters
		return true
	case r < 0x1780:
		return false
	case r < 0x1800: // Khmer
		return unicode.Is(unicode.Khmer, r)
	case r < 0x3005:
		return false
	}
	return (unicode.IsLetter(r) || unicode.IsMark(r)) &&
		(r <= 0x30ff || (r >= 0x3130 && r <= 0x318f) || (r >= 0x31f0 && r <= 0x31ff) || (r >= 0x3400 && r <= 0x9fff) ||
			(r >= 0xac00 && r <= 0xd7a3) || (r >= 0xf900 && r <= 0xfaff) || (r >= 0xff66 && r <= 0xff9f) || (r >= 0x20000 && r <= 0x3ffff))
}

// characterRun reads a run of such a script. Han and hiragana run on into
// each other, hangul and Thai stand for themselves, and katakana, which spells
// whole foreign names, is one word a run.
func (sc *scanner) characterRun(start int) int {
	end := start
	for end < len(sc.s) {
		r, size := utf8.DecodeRuneInString(sc.s[end:])
		if !isRunScript(r) {
			break
		}
		end += size
	}
	first, last := -1, kindNone // the words of the bigram run at hand
	at := start
	tokens := words.FromString(sc.s[start:end])
	for tokens.Next() {
		token := tokens.Value()
		kind := runKind(token)
		if kind != last || kind == kindKatakana {
			sc.bigrams(first)
			first, last = len(sc.doc.Words), kind
		}
		sc.runToken(at, token, kind)
		at += len(token)
	}
	sc.bigrams(first)
	return end
}

type runScript uint8

const (
	kindNone runScript = iota
	kindHan
	kindKatakana
	kindHangul
	kindOther
)

func runKind(token string) runScript {
	r := firstRune(token)
	switch {
	case r >= 0x30a0 && r <= 0x30ff, r >= 0x31f0 && r <= 0x31ff, r >= 0xff66 && r <= 0xff9f:
		return kindKatakana
	case r >= 0xac00 && r <= 0xd7a3, r >= 0x1100 && r <= 0x11ff, r >= 0x3130 && r <= 0x318f:
		return kindHangul
	case r < 0x2000:
		return kindOther
	}
	return kindHan
}

// runToken adds the words of one token of the segmenter, which keeps katakana
// and hangul runs whole: katakana stays so, hangul falls into its syllables.
func (sc *scanner) runToken(at int, token string, kind runScript) {
	if kind == kindKatakana || kind == kindHan {
		sc.emitRun(at, token)
		return
	}
	for i := 0; i < len(token); {
		j := i + utf8.RuneLen(firstRune(token[i:]))
		for j < len(token) && unicode.IsMark(firstRune(token[j:])) {
			j += utf8.RuneLen(firstRune(token[j:]))
		}
		sc.emitRun(at+i, token[i:j])
		i = j
	}
}

func (sc *scanner) emitRun(at int, token string) {
	if len(token) > maxWord {
		return
	}
	form := token
	if !norm.NFKC.IsNormalString(form) {
		form = norm.NFKC.String(form)
	}
	sc.emit(at, at+len(token), form, Lower)
}

// bigrams gives the words from first to the latest their index terms.
func (sc *scanner) bigrams(first int) {
	if first < 0 {
		return
	}
	w := sc.doc.Words
	for i := first; i < len(w); i++ {
		switch {
		case i+1 == len(w) && i > first:
			w[i].Stem = noTerm
		case i+1 == len(w):
			w[i].Stem = w[i].Form
		case w[i+1].Start == w[i].End && len(w[i].Form) == int(w[i].End-w[i].Start) && len(w[i+1].Form) == int(w[i+1].End-w[i+1].Start):
			w[i].Stem = sc.s[w[i].Start:w[i+1].End]
		default:
			w[i].Stem = w[i].Form + w[i+1].Form
		}
	}
}

// noTerm marks a word of a run that has no index term until stemWords sees it.
const noTerm = "\x00"
