package tag

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a term.
const (
	maxTermRunes = 80
	maxTermWords = 8
	maxWeight    = 3
)

// termKind says what a term does for its topic.
type termKind uint8

const (
	strongTerm  termKind = iota // in a title it is enough by itself
	weakTerm                    // it takes two or three in a title
	excludeTerm                 // hides what it covers
)

// defaultWeight is the weight of a term that names none.
var defaultWeight = [...]float64{strongTerm: 1, weakTerm: 0.4, excludeTerm: 0}

// topicTerm is one entry of a topic's word list, read but not yet analysed.
type topicTerm struct {
	text   string // for people: the words with their stars
	lang   string // "" in all languages
	exact  bool   // "=": no other endings, and capitals as written
	weight float64
	kind   termKind
	words  []termWord
}

type termWord struct {
	text string // without its star
	open bool   // "tariff*": any termEnding
}

// termFault is what is wrong with a term, as the end of a sentence that
// begins with the term.
type termFault string

func (f termFault) Error() string { return string(f) }

// parseTerm reads the syntax described at Definition.
func parseTerm(spec string, kind termKind) (topicTerm, error) {
	t := topicTerm{kind: kind, weight: defaultWeight[kind]}
	s := strings.Join(strings.Fields(spec), " ")
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return t, termFault("has characters that are no text")
	}
	s, t.lang = cutLanguage(s)
	s, err := t.cutWeight(s)
	if err != nil {
		return t, err
	}
	if rest, ok := strings.CutPrefix(s, "="); ok {
		s, t.exact = rest, true
	}
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	t.text = strings.TrimSpace(s)
	return t, t.readWords()
}

// cutLanguage takes "ko:" off the start. Only languages that have a lexicon
// count, so that "re:" stays a word.
func cutLanguage(s string) (rest, lang string) {
	before, after, ok := strings.Cut(s, ":")
	if ok && slices.Contains(lexiconLangs[:], before) {
		return strings.TrimSpace(after), before
	}
	return s, ""
}

// cutWeight takes "^1.5" off the end.
func (t *topicTerm) cutWeight(s string) (string, error) {
	i := strings.LastIndexByte(s, '^')
	if i < 0 {
		return s, nil
	}
	if t.kind == excludeTerm {
		return s, termFault("has a weight, which excluding terms have not")
	}
	w, err := strconv.ParseFloat(s[i+1:], 64)
	if err != nil || math.IsNaN(w) || w <= 0 || w > maxWeight {
		return s, termFault("has a weight that is not a number above 0 and at most 3")
	}
	t.weight = w
	return strings.TrimSpace(s[:i]), nil
}

func (t *topicTerm) readWords() error {
	switch {
	case t.text == "":
		return termFault("has no words")
	case utf8.RuneCountInString(t.text) > maxTermRunes:
		return termFault("is longer than 80 characters")
	}
	fields := strings.Fields(t.text)
	if len(fields) > maxTermWords {
		return termFault("has more than 8 words")
	}
	t.words = make([]termWord, len(fields))
	for i, f := range fields {
		stem, open := strings.CutSuffix(f, "*")
		switch {
		case strings.ContainsRune(stem, '*'):
			return termFault("has a * that does not end a word")
		case open && utf8.RuneCountInString(stem) < 2 && stem < "\u0370":
			return termFault("has a * after fewer than two letters, which would match too much")
		case open && t.exact:
			return termFault("has both = and *, which contradict each other")
		case !strings.ContainsFunc(stem, isLetterOrDigit):
			return termFault("has a word without letters or digits")
		}
		t.words[i] = termWord{text: spelled(stem), open: open}
	}
	return nil
}

// spelled writes the United States as articles do: in lower case the word
// would be the pronoun.
func spelled(word string) string {
	if word == "us" || word == "u.s." {
		return "US"
	}
	if rest, ok := strings.CutPrefix(word, "us-"); ok {
		return "US-" + rest
	}
	return word
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// topicAlias is one way to ask for a topic, read.
type topicAlias struct {
	text    string
	lang    string
	country string // "" or a country, or the slug of a group of countries
	strong  bool   // it can stand for nothing else
}

// parseAlias reads "[language:]words[=COUNTRY][?]".
func parseAlias(spec string) (topicAlias, error) {
	s := strings.Join(strings.Fields(spec), " ")
	s, lang := cutLanguage(s)
	s, unsure := strings.CutSuffix(s, "?")
	text, country, named := strings.Cut(s, "=")
	a := topicAlias{text: strings.TrimSpace(text), lang: lang, country: strings.TrimSpace(country), strong: !unsure}
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return a, termFault("has characters that are no text")
	case !strings.ContainsFunc(a.text, isLetterOrDigit):
		return a, termFault("has no words")
	case utf8.RuneCountInString(a.text) > maxTermRunes:
		return a, termFault("is longer than 80 characters")
	case named && !isCountryCode(a.country) && !isSlug(a.country):
		return a, termFault("names a country that is not two capital letters, such as KR")
	}
	return a, nil
}

// isCountryCode reports the form of an ISO 3166-1 alpha-2 code.
func isCountryCode(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

// isSlug reports whether s is lower-case letters, digits and inner hyphens.
func isSlug(s string) bool {
	for i := range len(s) {
		c := s[i]
		inner := i > 0 && i < len(s)-1
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' && inner && s[i-1] != '-') {
			return false
		}
	}
	return s != ""
}
