package query

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// readLangs are the languages that requests are read in with their own
// words. Names in other languages are known too, but give way.
var readLangs = []string{"", "en", "ko", "ja", "zh", "es", "fr", "de", "pt", "ru", "ar"}

// otherLangs are languages whose names of countries are known too. Others
// would cost memory and time at every start, and are asked in by nobody whose
// messages could be read otherwise.
var otherLangs = []string{"it", "nl", "pl", "tr", "uk", "vi", "id", "th", "hi", "sv", "cs", "el", "he", "fa", "ro", "hu", "bn", "ms", "da", "fi", "nb"}

// safeCodes are the country codes and other short names that stand for
// nothing else in lower case, in any of the languages.
var safeCodes = strings.Fields(`kr jp cn tw hk uk gb ru ua fr br mx vn ph sg pl kz kp nz cz dk fi gr bg rs pk bd lk np qa
	kw bh uz eg za ng usa uae drc prc dprk rok gbr kor jpn chn deu fra rus ukr mex bra ksa`)

// addNames stores the aliases of requests, then the given names.
func (lex *lexicon) addNames(names []digest.Name) {
	fillers := lex.fillers()
	for _, e := range aliases() {
		if e.class != split {
			lex.addName(scan(e.name.Text), e)
		}
	}
	for _, n := range names {
		if !slices.Contains(readLangs, baseLang(n.Lang)) && (n.Kind != digest.CountryName || !slices.Contains(otherLangs, baseLang(n.Lang))) {
			continue
		}
		tokens := nameTokens(n.Text)
		if e, ok := admit(n, tokens, fillers); ok {
			lex.addName(tokens, e)
			lex.given = append(lex.given, n)
		}
	}
	for text := range bodies() {
		if tokens := scan(text); len(tokens) > 1 || !fillers[text] {
			lex.names.add(tokens, entry{class: stays})
		}
	}
}

// nameTokens cuts a name into tokens as scan does; for most names, which are
// plain letters and spaces, in a fraction of the time.
func nameTokens(s string) []token {
	for i := range len(s) {
		if c := s[i]; c != ' ' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return scan(s)
		}
	}
	words := strings.Fields(strings.ToLower(s))
	out := make([]token, len(words))
	for i, w := range words {
		out[i] = token{text: w, form: w}
	}
	return out
}

// addName stores a name under its words, and a Cyrillic one under their stems
// too.
func (lex *lexicon) addName(tokens []token, e entry) {
	lex.names.add(tokens, e)
	if isASCII(tokens[0].form) {
		return
	}
	stems := slices.Clone(tokens)
	changed := false
	for i, t := range stems {
		if r, _ := utf8.DecodeRuneInString(t.form); unicode.Is(unicode.Cyrillic, r) && len(t.form) >= 8 {
			stems[i].form, changed = cyrillicStem(t.form), true
		}
	}
	if changed {
		lex.names.add(stems, e)
	}
}

// addOutlets stores the names of sources, the operator's first. A well-known
// newsroom is the first of the operator's sources that begins with its name:
// "from bbc" is "BBC World".
func (lex *lexicon) addOutlets(sources []string) {
	for _, s := range sources {
		lex.addOutlet(scan(s), s)
	}
	for _, s := range wordSections()["outlet"] {
		tokens := scan(s)
		text := s
		for _, own := range sources {
			if hasPrefix(scan(own), tokens) {
				text = own
				break
			}
		}
		lex.addOutlet(tokens, text)
	}
}

// addOutlet stores one name of a source; an earlier one stays.
func (lex *lexicon) addOutlet(tokens []token, text string) {
	for _, e := range lex.names.whole(tokens) {
		if e.class == outlet {
			return
		}
	}
	lex.names.add(tokens, entry{class: outlet, name: digest.Name{Text: text}})
	if len(tokens) > 1 && tokens[0].form == "the" {
		lex.addOutlet(tokens[1:], text) // "from the times" is "from the" and "times"
	}
}

func hasPrefix(tokens, prefix []token) bool {
	return len(tokens) >= len(prefix) && joined(tokens[:len(prefix)]) == joined(prefix)
}

// fillers returns the single words of the lexicon that can be no names.
// Those that only lean on a topic can: "prices" alone may be inflation.
func (lex *lexicon) fillers() map[string]bool {
	out := make(map[string]bool)
	for form, id := range lex.names.forms {
		for _, have := range lex.names.at[lex.names.edges[edge{0, id}]] { // without an edge: the root, which has no entries
			out[form] = out[form] || have.class != leans
		}
	}
	return out
}

// admit decides under which conditions a name counts in requests. A short
// one that is a word of some language counts only in capitals; a town, or a
// name from a language that requests are seldom in, gives way to every word.
func admit(n digest.Name, tokens []token, fillers map[string]bool) (entry, bool) {
	e := entry{name: n}
	if len(tokens) == 0 || slices.ContainsFunc(tokens, func(t token) bool { return t.quoted || t.key != "" }) {
		return e, false
	}
	if form := fold(n.Text); n.Kind != digest.CountryName && (bodies()[form] || splits()[form]) && !slices.Contains(n.Slugs, "sport") {
		return e, false
	}
	ours := slices.Contains(readLangs, baseLang(n.Lang))
	e.exact = !ours && latin(n.Text) && !isASCII(n.Text)
	if topic := seatTopic(n); topic != "" {
		e.name.Kind, e.name.Slugs = digest.AliasName, append(slices.Clone(n.Slugs), topic)
	}
	if len(tokens) > 1 {
		return e, true
	}
	form := tokens[0].form
	ordinary := fillers[form] || plainWords()[form]
	short := utf8.RuneCountInString(form) <= 3 && !tokens[0].solid
	switch n.Kind {
	case digest.TopicName, digest.AliasName, digest.GroupName:
		return e, english(n) && !fillers[form] || !ordinary && (ours || !short)
	case digest.CountryName:
		if n.Text == n.Slugs[0] {
			e.code = !slices.Contains(safeCodes, form)
			return e, true
		}
		e.code = short && isASCII(n.Text) && !slices.Contains(safeCodes, form)
		e.exact = e.exact || short && !isASCII(n.Text) // "irã", not "ira"
		return e, english(n) && (short || !fillers[form]) || !ordinary && (ours || !short)
	case digest.DemonymName:
		return e, english(n) && !fillers[form] || !ordinary && (ours || !short)
	}
	return e, !ordinary && (ours && !short || !short || isCurrency(n))
}

// money are the names of currencies in the singular.
var money = strings.Fields(`dollar yen won yuan renminbi pound sterling franc euro peso real rupee rupiah ringgit baht dong lira krona krone
	kroner zloty forint koruna leu lev shekel dirham riyal rial dinar naira cedi shilling rand hryvnia rouble ruble tenge manat kwacha birr taka
	kyat kip riel tugrik lari dram sol boliviano guarani bolivar quetzal lempira colon`)

// splits are the names that a request means by their words: "coal india".
var splits = sync.OnceValue(func() map[string]bool {
	out := make(map[string]bool)
	for _, e := range aliases() {
		if e.class == split {
			out[fold(e.name.Text)] = true
		}
	}
	return out
})

// english reports a name that goes before ordinary words of English.
func english(n digest.Name) bool { return n.Lang == "" || baseLang(n.Lang) == "en" }

// seatTopic is the topic that a seat also stands for: who asks for a central
// bank asks for what it decides, and who asks for a currency for its rate.
func seatTopic(n digest.Name) string {
	if n.Kind != digest.SeatName {
		return ""
	}
	form := fold(n.Text)
	for _, s := range []string{"central bank", "reserve bank", "national bank of", "monetary authority", "banco central", "bank negara"} {
		if strings.Contains(form, s) {
			return "monetary-policy"
		}
	}
	if strings.HasPrefix(form, "bank of ") {
		return "monetary-policy"
	}
	if strings.HasSuffix(form, "stock exchange") || strings.HasSuffix(form, "stock market") {
		return "markets"
	}
	words := strings.Fields(form)
	if last := strings.TrimSuffix(words[len(words)-1], "s"); slices.Contains(money, last) {
		return "currencies"
	}
	return ""
}

// bodies are the companies, parties and landmarks that stay words, folded.
// Leagues are the exception: who asks for one asks for sport.
var bodies = sync.OnceValue(func() map[string]bool {
	out := make(map[string]bool)
	data, err := files.ReadFile("bodies.txt")
	if err != nil {
		return out
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for name := range strings.SplitSeq(line, "|") {
			out[fold(strings.TrimSpace(name))] = true
		}
	}
	return out
})

// isCurrency reports a short seat that people do ask by: "yen", "won".
func isCurrency(n digest.Name) bool {
	return n.Kind == digest.SeatName && utf8.RuneCountInString(n.Text) == 3 && strings.ToLower(n.Text) == n.Text
}

func baseLang(lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	return base
}

// aliases are the entries of aliases.txt, in its order.
var aliases = sync.OnceValue(func() []entry {
	data, err := files.ReadFile("aliases.txt")
	if err != nil {
		return nil
	}
	var out []entry
	lang := "en"
	for line := range strings.Lines(string(data)) {
		if l, ok := strings.CutPrefix(line, "@"); ok {
			lang = strings.TrimSpace(l)
		}
		left, right, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "?") {
			continue
		}
		e := aliasEntry(strings.Fields(left))
		e.name.Lang = lang
		for text := range strings.SplitSeq(right, ",") {
			if e.name.Text = strings.TrimSpace(text); e.name.Text != "" {
				out = append(out, e)
			}
		}
	}
	return out
})

// aliasEntry reads the left side of a line of aliases.txt: "word", "nothing",
// "region:eu", or countries and topics.
func aliasEntry(slugs []string) entry {
	e := entry{own: true, name: digest.Name{Kind: digest.AliasName}}
	countries, groups := 0, 0
	for _, s := range slugs {
		slug, isGroup := strings.CutPrefix(s, "region:")
		switch {
		case slug == "word":
			return entry{class: stays, own: true}
		case slug == "nothing":
			return entry{class: filler, own: true}
		case slug == "split":
			return entry{class: split, own: true}
		case isGroup:
			groups++
		case isCode(slug):
			countries++
		}
		e.name.Slugs = append(e.name.Slugs, slug)
	}
	switch len(slugs) {
	case countries:
		e.name.Kind = digest.CountryName
	case groups:
		e.name.Kind = digest.GroupName
	default:
		if countries+groups == 0 {
			e.name.Kind = digest.TopicName
		}
	}
	return e
}

// isCode reports an ISO 3166-1 alpha-2 code: that is how a Name's slugs tell
// a country from a topic or group.
func isCode(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
