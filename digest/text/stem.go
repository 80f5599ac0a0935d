package text

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// stemWords gives every word its index term.
//
// There is one stemmer for a script, not for a language: a request of one or
// two words does not tell its language, and a term made by another language's
// rules would never find the article. "grève" in a request without a language
// must give the term that it gave in a French article.
func stemWords(doc *Document, forms *arena) {
	words := doc.Words
	for i := range words {
		w := &words[i]
		switch {
		case w.Stem == noTerm:
			w.Stem = ""
		case w.Stem != "":
		case w.Form == unitedStates || w.Form[0] < 'a':
			w.Stem = w.Form
		case isASCII(w.Form):
			w.Stem = englishStem(w.Form, forms)
		default:
			w.Stem = unicodeStem(w.Form, forms)
		}
	}
}

func unicodeStem(form string, forms *arena) string {
	switch r := firstRune(form); runeScript(r) {
	case scriptLatin:
		s := foldLatin(form)
		if isASCII(s) {
			return englishStem(s, forms)
		}
		return s
	case scriptCyrillic:
		return russianStem(strings.ReplaceAll(form, "ё", "е"))
	case scriptArabic:
		return arabicStem(form)
	case scriptGreek:
		return cutEnding(foldMarks(form), greekEndings)
	case scriptHebrew:
		return cutEnding(form, hebrewEndings)
	case scriptDevanagari:
		return cutEnding(form, hindiEndings)
	}
	return form
}

// The commonest inflections of scripts without a library, longest first.
// Taking too little off only misses a match; taking too much makes false ones.
var (
	greekEndings  = []string{"ους", "ων", "ες", "ος", "ας", "ης", "οι", "ου", "εις", "α", "η", "ο", "ε"}
	hebrewEndings = []string{"ים", "ות"}
	hindiEndings  = []string{"ियों", "ाओं", "ों", "ें", "ाँ", "ी", "ा", "े", "ो"}
)

// minLight is how many letters cutEnding leaves.
const minLight = 4

func cutEnding(s string, endings []string) string {
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(s, e); ok && atLeastRunes(rest, minLight) {
			return rest
		}
	}
	return s
}

func atLeastRunes(s string, n int) bool { return utf8.RuneCountInString(s) >= n }

// arabicStem takes the article, joined conjunctions and the commonest endings
// off, as the light10 stemmer of Larkey and others (2002) does.
func arabicStem(s string) string {
	if rest, ok := strings.CutPrefix(s, "و"); ok && atLeastRunes(rest, 4) {
		s = rest
	}
	for _, p := range []string{"وال", "بال", "كال", "فال", "ال", "لل"} {
		if rest, ok := strings.CutPrefix(s, p); ok && atLeastRunes(rest, 3) {
			s = rest
			break
		}
	}
	for _, e := range []string{"ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي"} {
		if rest, ok := strings.CutSuffix(s, e); ok && atLeastRunes(rest, 3) {
			return rest
		}
	}
	return s
}

// foldLatin writes Latin letters without their marks, so that "elections"
// asked for finds "élections".
func foldLatin(s string) string {
	return foldMarks(foldLetters.Replace(s))
}

// foldMarks drops combining marks.
func foldMarks(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFD.String(s) {
		if r < 0x300 || r > 0x36f {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// foldLetters are the letters whose mark is no combining one.
var foldLetters = strings.NewReplacer("ß", "ss", "ø", "o", "ł", "l", "đ", "d", "æ", "ae", "œ", "oe", "ı", "i", "ð", "d", "þ", "th")
