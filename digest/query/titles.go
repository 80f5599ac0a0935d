package query

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// titles are what countries, topics and groups are called.
type titles struct {
	by     map[string]map[string]string // slug -> language -> title
	groups map[string][]string          // group's slug -> countries
	words  map[string][]string          // group's slug -> its names in English
	order  []string                     // slugs as they came
}

// newTitles takes the first name of each topic and group in each language. A
// country's names come in several lists, of which the last is the standard's
// (CLDR): the first name in it is the title.
func newTitles(names []digest.Name) *titles {
	t := &titles{by: make(map[string]map[string]string), groups: make(map[string][]string), words: make(map[string][]string)}
	for i, n := range names {
		if len(n.Slugs) == 0 || n.Kind != digest.CountryName && n.Kind != digest.TopicName && n.Kind != digest.GroupName {
			continue
		}
		slug := n.Slugs[0]
		if t.by[slug] == nil {
			t.by[slug] = make(map[string]string)
			t.order = append(t.order, slug)
		}
		t.addGroup(slug, n)
		if n.Text == slug || strings.EqualFold(n.Text, slug) && n.Lang == "" {
			continue // a code or slug is no title
		}
		_, have := t.by[slug][n.Lang]
		if !have || n.Kind == digest.CountryName && !sameList(names[i-1], n) {
			t.by[slug][n.Lang] = n.Text
		}
	}
	return t
}

func (t *titles) addGroup(slug string, n digest.Name) {
	if n.Kind != digest.GroupName || len(n.Slugs) < 2 {
		return
	}
	t.groups[slug] = n.Slugs[1:]
	if english(n) && n.Text != slug {
		t.words[slug] = append(t.words[slug], n.Text)
	}
}

// sameList reports that a name goes on with the names of the country before.
func sameList(before, n digest.Name) bool {
	return before.Kind == n.Kind && before.Lang == n.Lang && slices.Equal(before.Slugs, n.Slugs)
}

func (t *titles) known(slug string) bool { return t.by[slug] != nil }

// title returns what people call slug in a language, in English or in any
// when that language has no name for it, and the slug when none has.
func (t *titles) title(slug, lang string) string {
	names := t.by[slug]
	for _, l := range []string{lang, baseLang(lang), "en", ""} {
		if s, ok := names[l]; ok {
			return s
		}
	}
	return slug
}

// has returns the title in just this language.
func (t *titles) has(slug, lang string) (string, bool) {
	s, ok := t.by[slug][lang]
	return s, ok
}

// phrases are the few words that a title needs, by language: "%s" is what
// they are about.
var phrases = map[string]struct{ without, from, all string }{
	"en": {"without %s", "from %s", "All news"},
	"ko": {"%s 제외", "출처 %s", "모든 뉴스"},
	"ja": {"%sを除く", "出典 %s", "すべてのニュース"},
	"zh": {"不含%s", "来源 %s", "全部新闻"},
	"es": {"sin %s", "de %s", "Todas las noticias"},
	"fr": {"sans %s", "de %s", "Toute l’actualité"},
	"de": {"ohne %s", "von %s", "Alle Nachrichten"},
	"pt": {"sem %s", "de %s", "Todas as notícias"},
	"ru": {"без %s", "источник %s", "Все новости"},
	"ar": {"بدون %s", "من %s", "كل الأخبار"},
}

// Title says a query for people: "South Korea, trade". Language is BCP 47;
// names that it lacks are given in English.
func (r *Reader) Title(q digest.Query, lang string) string {
	words, ok := phrases[baseLang(lang)]
	if !ok {
		words = phrases["en"]
	}
	var parts []string
	for i, slug := range slugs(q) {
		title := r.titles.title(slug, lang)
		if i > 0 && len(q.Countries)+len(q.Region) > 0 && !isCode(slug) && r.titles.groups[slug] == nil {
			title = lowerTitle(title, lang)
		}
		parts = append(parts, title)
	}
	for _, t := range q.Terms {
		parts = append(parts, "“"+t+"”")
	}
	if q.Source != "" {
		parts = append(parts, strings.ReplaceAll(words.from, "%s", q.Source))
	}
	for _, x := range r.excluded(q, lang) {
		parts = append(parts, strings.ReplaceAll(words.without, "%s", x))
	}
	if len(parts) == 0 {
		return words.all
	}
	return strings.Join(parts, ", ")
}

func slugs(q digest.Query) []string {
	out := slices.Clone(q.Countries)
	if q.Region != "" {
		out = append(out, q.Region)
	}
	return append(out, q.Topics...)
}

func (r *Reader) excluded(q digest.Query, lang string) []string {
	var out []string
	for _, slug := range r.regroup(q.Exclude.Countries) {
		out = append(out, r.titles.title(slug, lang))
	}
	for _, slug := range q.Exclude.Topics {
		out = append(out, lowerTitle(r.titles.title(slug, lang), lang))
	}
	for _, t := range q.Exclude.Terms {
		out = append(out, "“"+t+"”")
	}
	return append(out, q.Exclude.Sources...)
}

// regroup says many countries as their group, where they are one.
func (r *Reader) regroup(countries []string) []string {
	if len(countries) < 4 {
		return countries
	}
	for _, slug := range r.titles.order {
		members := r.titles.groups[slug]
		if len(members) == len(countries) && !slices.ContainsFunc(members, func(c string) bool { return !slices.Contains(countries, c) }) {
			return []string{slug}
		}
	}
	return countries
}

// lowerTitle makes a topic's title fit inside a line: "Trade" is "trade", "AI"
// stays. German keeps its capitals.
func lowerTitle(s, lang string) string {
	if baseLang(lang) == "de" {
		return s
	}
	first, _, _ := strings.Cut(s, " ")
	if strings.ToUpper(first) == first {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// shortNames are countries whose everyday name in a request is shorter than
// their title.
var shortNames = map[string]string{"KR": "korea", "US": "us", "GB": "uk", "AE": "uae", "RU": "russia", "SY": "syria",
	"IR": "iran", "VN": "vietnam", "LA": "laos", "TZ": "tanzania", "MD": "moldova", "CD": "congo", "HK": "hong-kong",
	"MO": "macau", "CZ": "czechia", "CN": "china", "TW": "taiwan", "PS": "palestine", "TR": "turkey", "BO": "bolivia", "VE": "venezuela", "MM": "myanmar"}

// RegionNames are the names of a region in English: "Asia", "Asian". An article
// may speak of a region and name none of its countries.
func (r *Reader) RegionNames(slug string) []string { return slices.Clone(r.titles.words[slug]) }

// Slug is how people would type the query: "korea-trade". It reads back as
// the same query, apart from the window.
func (r *Reader) Slug(q digest.Query) string {
	var parts []string
	for _, slug := range slugs(q) {
		parts = append(parts, r.word(slug))
	}
	rest := digest.Query{Terms: q.Terms, Source: q.Source, Exclude: q.Exclude}
	if tail := rest.Slug(); tail != "" {
		parts = append(parts, tail)
	}
	return strings.Join(parts, "-")
}

// word is how people type a country, group or topic.
func (r *Reader) word(slug string) string {
	if !isCode(slug) {
		return slug
	}
	if w, ok := r.typed.Load(slug); ok {
		return w.(string) //nolint:forcetypeassert // nothing else is stored
	}
	w := r.typedName(slug)
	r.typed.Store(slug, w)
	return w
}

// typedName finds out how people type a country.
func (r *Reader) typedName(slug string) string {
	if s, ok := shortNames[slug]; ok {
		return s
	}
	if title, ok := r.titles.has(slug, "en"); ok {
		if s := kebab(title); s != "" && r.readsAs(s, slug) {
			return s
		}
	}
	return strings.ToLower(slug)
}

// readsAs reports that a word is read back as just this country.
func (r *Reader) readsAs(word, code string) bool {
	for _, e := range r.lex.names.whole(scan(word)) {
		if e.class == named && len(e.name.Slugs) == 1 && e.name.Slugs[0] == code {
			return true
		}
	}
	return false
}

func kebab(title string) string {
	var forms []string
	for _, t := range scan(strings.ReplaceAll(title, "&", "and")) {
		forms = append(forms, t.form)
	}
	return strings.Join(forms, "-")
}
