package tag

import (
	"strings"

	"github.com/daybrief/daybrief/digest/text"
)

// lexiconLangs are the languages that a term can be bound to.
var lexiconLangs = [...]string{"en", "ko", "ja", "zh", "es", "fr", "de", "pt", "ar", "ru", "sv", "it", "nl"}

// langSet is a set of lexiconLangs, a bit each.
type langSet uint32

const allLangs langSet = 1<<len(lexiconLangs) - 1

// latinLangs are those of lexiconLangs that write Latin letters.
var latinLangs = setOf("en", "es", "fr", "de", "pt", "sv", "it", "nl")

var english = setOf("en")

func setOf(langs ...string) langSet {
	var s langSet
	for i, l := range lexiconLangs {
		for _, want := range langs {
			if l == want {
				s |= 1 << i
			}
		}
	}
	return s
}

// termLangs is the set of languages in which a term bound to lang counts.
func termLangs(lang string) langSet {
	if lang == "" {
		return allLangs
	}
	return setOf(lang)
}

// lexiconKin lists the languages whose terms a text in a language without terms of its
// own may share, since their words are often the same.
var lexiconKin = map[string]langSet{
	"da": setOf("sv", "de"), "no": setOf("sv", "de"), "nb": setOf("sv", "de"), "nn": setOf("sv", "de"),
	"ca": setOf("es"), "gl": setOf("pt", "es"), "ro": setOf("it", "fr"), "af": setOf("nl"), "lb": setOf("de", "fr"),
	"uk": setOf("ru"), "be": setOf("ru"), "bg": setOf("ru"), "sr": setOf("ru"), "mk": setOf("ru"), "kk": setOf("ru"), "ky": setOf("ru"),
	"fa": setOf("ar"), "ur": setOf("ar"), "ckb": setOf("ar"),
	// A Japanese headline without kana passes for Chinese, and the two share
	// most words that matter here.
	"zh": setOf("zh", "ja"),
}

// documentLangs is the set of languages whose terms may be looked for in doc.
func documentLangs(doc *text.Document) langSet {
	lang, _, _ := strings.Cut(strings.ToLower(doc.Lang), "-")
	set, ok := lexiconKin[lang]
	if !ok {
		set = setOf(lang)
	}
	switch {
	case lang == "":
		return allLangs
	case set == 0 && len(doc.Words) > surelyTold:
		return english
	case set&^latinLangs == 0 && len(doc.Words) <= surelyTold:
		return shortLangs(doc, set)
	}
	return set
}

// surelyTold is how many words a text needs for its language to be beyond
// doubt.
const surelyTold = 30

// shortLangs corrects the language of a headline in Latin letters, which is
// called English when it is too short to tell, and now and then is taken for a
// sister language. One with an English small word and without marked letters is
// English; one without either may be anything.
func shortLangs(doc *text.Document, told langSet) langSet {
	small, ascii := false, true
	toldEnglish := told == english
	for i := range doc.Words {
		form := doc.Words[i].Form
		small = small || isSmallEnglish(form, toldEnglish)
		ascii = ascii && isPlain(form)
	}
	switch {
	case small && ascii:
		return english
	case small:
		return told | english
	}
	return latinLangs
}

// isPlain reports a word without marked letters. Apostrophes and the like are
// no letters.
func isPlain(form string) bool {
	for _, r := range form {
		if r >= 0xc0 && r < 0x250 {
			return false
		}
	}
	return true
}

// isSmallEnglish reports a word that only English has among the languages told
// apart here, or, in a text already taken for English, one that others have too.
func isSmallEnglish(form string, told bool) bool {
	switch form {
	case "the", "of", "to", "and", "for", "with", "after", "by", "from", "how", "what", "why", "is", "are", "his", "its", "their", "this",
		"that", "who", "says", "say", "new", "amid", "against", "into", "out", "up", "off", "down", "be", "has", "have", "been", "were",
		"first", "than", "but", "you", "your", "it", "about", "before", "could", "would", "may", "can", "back", "still", "between", "during",
		"near", "just", "we", "she", "they", "when", "where", "not", "more":
		return true
	case "in", "on", "as", "at", "will", "was", "her", "over", "all", "he", "my", "no":
		return told
	}
	return false
}
