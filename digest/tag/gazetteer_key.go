package tag

import (
	"strings"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest/text"
)

// wordKey is what a word is looked up by in a language's trie: its form, or in
// languages that inflect names ("России", "Niemczech") what is left without
// the ending. lang "" and "en" use the form.
func wordKey(w *text.Word, lang string) string {
	switch {
	case lang == "" || lang == "en":
		return w.Form
	case lang == "he":
		return withoutHebrewPrefix(w.Form)
	case stemmedScript(w.Form):
		return w.Stem
	}
	if endings, ok := nameEndings[lang]; ok {
		return cutEnding(w.Form, endings)
	}
	return w.Form
}

// withoutHebrewPrefix takes off the one letter that stands for "and", "in",
// "to", "the", "from", "that" or "as" and is written with the word.
func withoutHebrewPrefix(form string) string {
	r, size := utf8.DecodeRuneInString(form)
	if strings.ContainsRune("ובלהמשכ", r) && utf8.RuneCountInString(form) > minName {
		return form[size:]
	}
	return form
}

// stemmedScript reports whether package text's stem of a word takes off the
// endings of names: Cyrillic, Arabic, Greek.
func stemmedScript(form string) bool {
	r, _ := utf8.DecodeRuneInString(form)
	return r >= 0x370 && r < 0x530 || r >= 0x600 && r < 0x780
}

// nameEndings are the endings of names in languages that decline them, longest
// first. They are taken off the names in the data and the words of articles
// alike, so that "Polska" and "Polski" meet.
var nameEndings = map[string][]string{
	"de": {"s"},
	"sv": {"s"}, "da": {"s"}, "nb": {"s"}, "no": {"s"}, "nl": {"s"},
	"pl": {"iego", "iemu", "ami", "ach", "iej", "ich", "imi", "ego", "ej", "ie", "im", "ia", "ią", "ię", "ii", "io", "y", "i", "a", "e", "ę", "ą", "u", "o", "em"},
	"cs": {"ského", "ské", "ský", "ská", "sku", "ách", "ami", "ech", "em", "ou", "y", "i", "a", "e", "é", "í", "u", "o", "ě"},
	"sk": {"ského", "ské", "ský", "ská", "sku", "ách", "ami", "och", "om", "ou", "y", "i", "a", "e", "é", "u", "o"},
	"hr": {"ima", "ama", "om", "em", "ke", "u", "a", "e", "i", "o"},
	"sl": {"ima", "ami", "om", "em", "ji", "u", "a", "e", "i", "o"},
	"lt": {"oje", "uose", "ose", "ijos", "ija", "iją", "os", "as", "is", "us", "ą", "a", "e", "o", "ų", "u"},
	"lv": {"ijas", "ijā", "iju", "ija", "as", "ā", "u", "a", "s", "ē", "e", "i"},
	"et": {"sse", "lt", "le", "st", "ga", "is", "s", "t", "i"},
	"fi": {"ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "ksi", "hin", "an", "än", "en", "in", "n", "a", "ä"},
	"hu": {"ország", "országi", "országban", "országgal", "országnak", "országot", "országra", "ban", "ben", "ból", "ből", "nak", "nek", "val", "vel", "ra", "re", "ot", "et", "t", "i"},
	"tr": {"'nin", "'nın", "'nun", "'nün", "'ye", "'ya", "'de", "'da", "'den", "'dan", "'te", "'ta", "'ten", "'tan", "'in", "'ın", "'un", "'ün", "'e", "'a", "'i", "'ı", "'yi", "'yı", "'u", "'ü"},
	"ro": {"ului", "iei", "ei", "ul", "ia", "a"},
}

// minName is how many letters cutEnding leaves of a name.
const minName = 4

func cutEnding(form string, endings []string) string {
	best := form
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(form, e); ok && utf8.RuneCountInString(rest) >= minName && len(rest) < len(best) {
			best = rest
		}
	}
	return best
}
