package tag

import (
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest/text"
)

// foundTerms are the terms of a definition in a text, as "term" or "-term" for
// excluding ones, in the order of the text.
func foundTerms(t *testing.T, d Definition, title, body, lang string) []string {
	t.Helper()
	d.Slug = "test"
	m, err := compileTopics([]Definition{d})
	if err != nil {
		t.Fatal(err)
	}
	doc := text.Analyse(title, body, lang)
	f := topicFinder{m: m}
	f.find(doc, documentLangs(doc))
	out := []string{}
	for _, match := range f.matches {
		s := m.terms[match.term].text
		if m.terms[match.term].kind == excludeTerm {
			s = "-" + s
		}
		out = append(out, s)
	}
	return out
}

func TestTermsMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, term, text string
		found            bool
	}{
		{"the word itself", "tariff", "A tariff is set", true},
		{"another form", "tariff", "Tariffs are set", true},
		{"a possessive", "tariff", "The tariff's sting", true},
		{"a doubled letter", "ban", "Banning cars", true},
		{"y to ies", "refinery", "Two refineries burn", true},
		{"a word of the same stem only", "severance", "Several people came", false},
		{"important is no import", "import", "An important step", false},
		{"productivity is no product", "product", "Productivity rises", false},
		{"protestants do not protest", "protest", "Protestants met", false},
		{"a star", "protectionis*", "Protectionism grows", true},
		{"a star needs its start", "protectionis*", "Protection grows", false},
		{"two letters and a star", "ki-*", "Neue KI-Regeln", true},
		{"a phrase", "rate hike", "A rate hike is near", true},
		{"a phrase in other forms", "rate hike", "Rates hiked again", true},
		{"a phrase with a hyphen", "rate hike", "The rate-hike debate", true},
		{"a phrase not in a row", "rate hike", "A rate or a hike", false},
		{"a phrase over two sentences", "rate hike", "This is the rate. Hike it now.", false},
		{"a star inside a phrase", "trade negotiat* team", "The trade negotiating team met", true},
		{"exact, as written", "=Fed", "The Fed waits", true},
		{"exact, small", "=Fed", "He fed the cat", false},
		{"exact, all capitals", "=ICE", "ICE raids a farm", true},
		{"exact, only first capital", "=ICE", "Ice covers a farm", false},
		{"exact without capitals takes any", "=exports", "Exports fall", true},
		{"exact takes no other form", "=exports", "Export falls", false},
		{"exact in a title of capitals", "=Fed", "FED HOLDS RATES STEADY", true},
		{"united states", "us strike*", "U.S. strikes begin", true},
		{"united states, not the pronoun", "us strike*", "Let us strike now", false},
		{"accents", "élection*", "Les élections approchent", true},
		{"han", "関税", "米国の関税措置", true},
		{"katakana is one word", "インフレ", "インフレ率が上がる", true},
		{"hangul inside a word", "무역", "한미무역협상", true},
		{"hangul with a space", "무역 협상", "한미 무역협상", true},
		{"arabic with the article", "بورصة", "ارتفاع البورصة اليوم", true},
		{"an open arabic word", "دبلوماسي*", "الجهود الدبلوماسية مستمرة", true},
		{"cyrillic, another case", "пошлина", "Введены новые пошлины", true},
		{"a number", "S&P 500", "The S&P 500 falls", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := foundTerms(t, Definition{Strong: []string{c.term}}, c.text, "", "")
			if (len(got) > 0) != c.found {
				t.Errorf("%q in %q: found %v", c.term, c.text, got)
			}
		})
	}
}

func TestTermsOfALanguage(t *testing.T) {
	t.Parallel()
	d := Definition{Strong: []string{"fr:or", "en:gold", "de:gold*"}}
	long := strings.Repeat("They said that it would take some time before the price of this could be known. ", 4)
	if got := foundTerms(t, d, "Heads or tails", long, "en"); len(got) > 0 {
		t.Errorf("a French word was found in an English text: %v", got)
	}
	if got := foundTerms(t, d, "L'or recule à Paris", "", "fr"); !slices.Contains(got, "or") {
		t.Errorf("a French word was not found in a French text: %v", got)
	}
	if got := foundTerms(t, d, "Der Goldpreis steigt", "", "de"); !slices.Contains(got, "gold*") {
		t.Errorf("a German word was not found in a German text: %v", got)
	}
}

func TestExcludingTermsAreFound(t *testing.T) {
	t.Parallel()
	got := foundTerms(t, Definition{Weak: []string{"trade"}, Exclude: []string{"trade union"}}, "Trade unions want free trade", "", "en")
	if want := []string{"trade", "-trade union", "trade"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInflects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"bank", "banks", true}, {"ban", "banned", true}, {"city", "cities", true}, {"die", "dying", false}, {"import", "important", false},
		{"execute", "executing", true}, {"several", "severance", false}, {"a", "b", false}, {"опрос", "опросами", true}, {"product", "products", true},
		{"general", "generate", false}, {"stop", "stopping", true}, {"élection", "élections", true},
	} {
		if got := inflects(c.a, c.b); got != c.want {
			t.Errorf("inflects(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

func TestDocumentLangs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		title, lang string
		has, not    string
	}{
		{"The central bank waits", "", "en", "fr"},
		{"Dollar steady", "", "en", "ko"},
		{"Bourse: Paris recule", "", "fr", "ru"},
		{"한국은행, 금리 동결", "", "ko", "ja"},
		{"政府、予算案を決定", "", "ja", "ko"},
		{"政府予算案決定", "", "ja", "ko"},
		{"Нацбанк підвищив ставку", "uk", "ru", "en"},
		{"Börsen stiger", "da", "sv", "ru"},
		{"12345", "", "en", ""},
	} {
		got := documentLangs(text.Analyse(c.title, "", c.lang))
		if got&setOf(c.has) == 0 || c.not != "" && got&setOf(c.not) != 0 {
			t.Errorf("%q: languages %b, want %s and not %s", c.title, got, c.has, c.not)
		}
	}
}
