package query

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// special are letters that have no decomposition but are typed without their
// mark all the same.
var special = strings.NewReplacer(
	"ß", "ss", "ø", "o", "ł", "l", "ı", "i", "æ", "ae", "œ", "oe", "đ", "d", "ð", "d", "þ", "th", "ё", "е",
	"أ", "ا", "إ", "ا", "آ", "ا", "ٱ", "ا", "ى", "ي", "ة", "ه", "ـ", "",
)

// fold brings a word into the form in which names and requests are compared:
// compatibility forms unified, lower case, no accents, Arabic without vowel
// marks. Marks that make another letter (Japanese voicing, Indic vowels) stay.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	d := norm.NFKD.String(strings.ToLower(norm.NFKC.String(s)))
	d = strings.Map(func(r rune) rune {
		if isAccent(r) {
			return -1
		}
		return r
	}, d)
	return special.Replace(norm.NFC.String(d))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isAccent reports a mark that people leave out: Latin, Greek and Cyrillic
// accents, Arabic and Hebrew vowel marks.
func isAccent(r rune) bool {
	return r >= 0x300 && r <= 0x36f || r >= 0x591 && r <= 0x5c7 || r >= 0x64b && r <= 0x65f || r == 0x670
}

// solid reports a script that puts no spaces between words, or, like Korean,
// glues its particles to them: each of its characters is a token of its own.
func solid(r rune) bool {
	if r < 0xe00 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai,
		unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー' || r == '々'
}

func hangul(s string) bool {
	for _, r := range s {
		return unicode.Is(unicode.Hangul, r)
	}
	return false
}

func hiragana(s string) bool {
	for _, r := range s {
		return unicode.Is(unicode.Hiragana, r)
	}
	return false
}

// variants returns other forms under which a name may know the word: number,
// case endings, gender, glued articles. They are only tried when the word
// itself is unknown, and count only when a name has them, so they may be
// generous; words under five letters have none, since too much meets there.
func variants(w string) []string {
	runes := []rune(w)
	if len(runes) < 4 {
		return nil
	}
	switch {
	case unicode.Is(unicode.Cyrillic, runes[0]):
		return []string{cyrillicStem(w)}
	case unicode.Is(unicode.Arabic, runes[0]):
		return arabicForms(w)
	case unicode.Is(unicode.Latin, runes[0]) && len(runes) >= 5:
		return latinForms(w)
	}
	return nil
}

// latinEndings are the endings that come and go in the Latin-script languages
// that requests are read in.
var latinEndings = []string{"s", "es", "e", "en", "er", "em", "n"}

// genders are the Romance endings that change for one another.
var genders = []string{"as", "os", "a", "o"}

func latinForms(w string) []string {
	out := make([]string, 0, 24)
	for _, e := range latinEndings {
		if base, ok := strings.CutSuffix(w, e); ok && len(base) >= 4 {
			out = append(out, base)
		}
	}
	for _, e := range genders {
		if base, ok := strings.CutSuffix(w, e); ok && len(base) >= 4 {
			out = append(out, base+"o", base+"a")
			break
		}
	}
	if base, ok := strings.CutSuffix(w, "ies"); ok {
		out = append(out, base+"y")
	}
	if base, ok := strings.CutSuffix(w, "y"); ok {
		out = append(out, base+"ies")
	}
	return append(out, w+"s", w+"es", w+"e")
}

// cyrillicEndings are those of nouns and adjectives that end in a consonant,
// longest first; vowels are taken off one by one.
var cyrillicEndings = []string{"ами", "ями", "ого", "его", "ому", "ему", "ыми", "ими", "ых", "их", "ым", "им", "ом", "ем", "ам", "ям", "ах", "ях", "ов", "ев"}

// cyrillicStem is the part of a word that its case endings leave alone. Names
// are known under it as well as under their own form. It starts with "~", so
// that a stem is never taken for a word.
func cyrillicStem(w string) string {
	base := strings.TrimRight(w, "аеиоуыэюяйьіїє")
	for _, e := range cyrillicEndings {
		if b, ok := strings.CutSuffix(w, e); ok && len(b) >= 6 {
			base = strings.TrimRight(b, "аеиоуыэюяйьіїє")
			break
		}
	}
	if len(base) < 6 { // three letters
		return "~" + w
	}
	return "~" + base
}

// arabicForms takes off, and puts on, the article and the one-letter words
// that are written together with the next.
func arabicForms(w string) []string {
	bare := w
	for _, p := range []string{"و", "ف", "ب", "ل", "ك"} {
		if b, ok := strings.CutPrefix(bare, p); ok && len(b) >= 6 {
			bare = b
			break
		}
	}
	out := []string{bare}
	for _, form := range []string{w, bare} {
		if b, ok := strings.CutPrefix(form, "ال"); ok && len(b) >= 6 {
			out = append(out, b)
		}
		if b, ok := strings.CutPrefix(form, "لل"); ok && len(b) >= 6 {
			out = append(out, b, "ال"+b)
		}
		if b, ok := strings.CutPrefix(form, "ل"); ok && bare != w && len(b) >= 6 {
			out = append(out, b, "ال"+b)
		}
		out = append(out, "ال"+form)
	}
	return out
}
