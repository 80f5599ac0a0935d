package alert

import (
	"maps"
	"slices"
	"strings"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// Matcher is one query, made ready.
type Matcher struct {
	Query
	names    names
	need     []uint32   // countries, topics and the source that an article must have
	labels   []Miss     // what each of need is, should it be missing
	members  []uint32   // of a region: one of them
	terms    [][]uint32 // words: each a phrase of one or more
	not      []uint32   // countries, topics and sources that it must not have
	notLabel []Miss
	notTerms [][]uint32
	filter   filter
	wordy    bool  // the article's words are needed
	under    []key // where it stands in an index
}

// Miss is what keeps an article from matching; the zero Miss is a match.
type Miss struct {
	Kind  MissKind
	Value string // the country, the word, the source, …
}

// MissKind says what is missing, or in the way.
type MissKind string

// The kinds of miss.
const (
	NoCountry   MissKind = "country"
	NoRegion    MissKind = "region"
	NoTopic     MissKind = "topic"
	NoWord      MissKind = "word"
	OtherSource MissKind = "source"
	OtherLang   MissKind = "language"
	Excluded    MissKind = "excluded" // by the query
	Filtered    MissKind = "filtered" // by the subscription's filter
)

// NewMatcher makes one query ready. The error is that of Check.
func NewMatcher(q Query) (*Matcher, error) { return compile(q, names{}) }

func compile(q Query, n names) (*Matcher, error) {
	m := &Matcher{Query: q, names: n, members: n.numbers(countryName, q.Query.Members)}
	f, err := newFilter(&m.Filter, n)
	if err != nil {
		return nil, err
	}
	m.filter = f
	need := func(kind string, miss MissKind, list ...string) {
		for _, v := range list {
			m.need, m.labels = append(m.need, n.number(kind, v)), append(m.labels, Miss{miss, v})
		}
	}
	need(countryName, NoCountry, q.Query.Countries...)
	need(topicName, NoTopic, q.Query.Topics...)
	if q.Query.Source != "" {
		need(sourceName, OtherSource, q.Query.Source)
	}
	not := func(kind string, list []string) {
		for _, v := range list {
			m.not, m.notLabel = append(m.not, n.number(kind, v)), append(m.notLabel, Miss{Excluded, v})
		}
	}
	not(countryName, q.Query.Exclude.Countries)
	not(topicName, q.Query.Exclude.Topics)
	not(sourceName, q.Query.Exclude.Sources)
	m.terms, m.notTerms = n.phrases(q.Query.Terms), n.phrases(q.Query.Exclude.Terms)
	m.wordy = len(m.terms)+len(m.notTerms) > 0 || f.wordy()
	return m, nil
}

// phrases are words or phrases as numbers of index terms. One without any term,
// such as a mark, is an empty phrase, which stands in every article.
func (n names) phrases(list []string) [][]uint32 {
	out := make([][]uint32, len(list))
	for i, s := range list {
		out[i] = n.numbers(wordName, text.QueryTerms(s, ""))
	}
	return out
}

// Miss returns the first thing that keeps an article from matching.
func (m *Matcher) Miss(a *digest.Article) Miss { return m.miss(newSubject(a, m.names, m.wordy)) }

func (m *Matcher) miss(s *subject) Miss {
	for i, id := range m.need {
		if !s.bit(id) {
			return m.labels[i]
		}
	}
	if len(m.members) > 0 && !slices.ContainsFunc(m.members, s.bit) {
		return Miss{NoRegion, m.Query.Query.Region}
	}
	if langs := m.Query.Query.Langs; len(langs) > 0 && !slices.Contains(langs, s.a.Lang) {
		return Miss{OtherLang, s.a.Lang}
	}
	for i, id := range m.not {
		if s.bit(id) {
			return m.notLabel[i]
		}
	}
	for i, w := range m.terms {
		if !s.holds(w) {
			return Miss{NoWord, m.Query.Query.Terms[i]}
		}
	}
	for i, w := range m.notTerms {
		if len(w) > 0 && s.holds(w) {
			return Miss{Excluded, m.Query.Query.Exclude.Terms[i]}
		}
	}
	return m.filter.miss(s)
}

// Why names what of an article a query asked for, in the words that people
// see: codes of countries, slugs of topics, quoted words, a source.
func Why(q Query, a *digest.Article) []string {
	var out []string
	out = append(out, q.Query.Countries...)
	for _, c := range digest.Firm(a.Countries) {
		if slices.Contains(q.Query.Members, c) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	out = append(out, q.Query.Topics...)
	for _, w := range q.Query.Terms {
		out = append(out, "“"+w+"”")
	}
	if q.Query.Source != "" {
		out = append(out, q.Query.Source)
	}
	for _, w := range q.Filter.Include {
		if m, err := NewMatcher(Query{Query: digest.Query{Terms: []string{w}}}); err == nil && m.Miss(a).Kind == "" {
			out = append(out, "“"+w+"”")
		}
	}
	return out
}

// subject is an article made ready to be matched.
type subject struct {
	a           *digest.Article
	has         []uint32 // its firm countries and topics and its source, as far as queries name them
	title, body []uint32 // its words; 0 for those that no query names
	bits        []uint64 // which numbers it has at all: most candidates fail here
	whole       string   // title and body, once an expression wants them
}

func newSubject(a *digest.Article, n names, wordy bool) *subject {
	s := &subject{a: a, bits: make([]uint64, len(n)/64+1)}
	put := func(kind, name string) {
		if id := n[kind+name]; id != 0 {
			s.has = append(s.has, id)
			s.set(id)
		}
	}
	for _, t := range a.Countries {
		if t.Firm() {
			put(countryName, t.Slug)
		}
	}
	for _, t := range a.Topics {
		if t.Firm() {
			put(topicName, t.Slug)
		}
	}
	put(sourceName, a.Source)
	if wordy {
		title, body := text.Analyse(a.Title, a.Body, a.Lang).Terms()
		s.title, s.body = n.known(title), n.known(body)
		for _, list := range [][]uint32{s.title, s.body} {
			for _, id := range list {
				s.set(id)
			}
		}
	}
	return s
}

func (s *subject) set(id uint32) { s.bits[id/64] |= 1 << (id % 64) }

func (s *subject) bit(id uint32) bool {
	return int(id/64) < len(s.bits) && s.bits[id/64]&(1<<(id%64)) != 0
}

// known numbers the words of an article.
func (n names) known(words []string) []uint32 {
	out := make([]uint32, len(words))
	var full []byte
	for i, w := range words {
		full = append(append(full[:0], wordName...), w...)
		out[i] = n[string(full)]
	}
	return out
}

// keys are all the keys under which a query may be that the article matches.
func (s *subject) keys() []key {
	keys := make([]key, 0, len(s.has)*(len(s.has)+1)/2+32)
	for i, a := range s.has {
		keys = append(keys, key{a, 0})
		for _, b := range s.has[i+1:] {
			keys = append(keys, pair(a, b))
		}
	}
	seen := map[uint32]bool{}
	for _, list := range [][]uint32{s.title, s.body} {
		for _, id := range list {
			if id != 0 && !seen[id] {
				seen[id] = true
				keys = append(keys, key{id, 0})
			}
		}
	}
	return keys
}

// holds reports whether a phrase stands in the title or in the body.
func (s *subject) holds(phrase []uint32) bool {
	for _, id := range phrase {
		if !s.bit(id) {
			return false
		}
	}
	return len(phrase) < 2 || runIn(s.title, phrase) || runIn(s.body, phrase)
}

func runIn(words, phrase []uint32) bool {
	for i := 0; i+len(phrase) <= len(words); i++ {
		if words[i] == phrase[0] && slices.Equal(words[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}

// text is what expressions look at.
func (s *subject) text() string {
	if s.whole == "" {
		s.whole = s.a.Title + "\n" + strings.TrimSpace(s.a.Body[:min(len(s.a.Body), maxSearched)])
	}
	return s.whole
}

func sortedIDs[V any](m map[int64]V) []int64 { return slices.Sorted(maps.Keys(m)) }

// Search asks a store for the articles that may match a query fully: all that
// do are among those found, if the limit holds them.
func Search(q digest.Query) digest.Search {
	out := digest.Search{Countries: q.Countries, Members: q.Members, Topics: q.Topics, Source: q.Source, Langs: q.Langs}
	for _, w := range q.Terms {
		if terms := text.QueryTerms(w, ""); len(terms) > 0 {
			out.Terms = append(out.Terms, terms)
		}
	}
	return out
}

// SearchHeadline asks a store for the articles that have the words of a
// headline.
func SearchHeadline(headline string) digest.Search {
	const most = 8 // words: a headline is told by fewer
	var out digest.Search
	for _, t := range text.QueryTerms(headline, "") {
		if len(out.Terms) < most {
			out.Terms = append(out.Terms, []string{t})
		}
	}
	return out
}
