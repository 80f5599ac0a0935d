package tag

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// How topics are judged, in the order things happen:
//
//	taxonomy.go       the files of data/topics -> Definitions
//	topicterm.go      "tariff*^1.2" -> a term
//	topiccompile.go   the terms of all topics -> one trie of words
//	topicmatch.go     one pass over an article's words -> terms found
//	topiclang.go      which languages' terms count in an article
//	topicscore.go     terms found -> for each topic what title, lead and body say
//	topicfit.go       that -> a probability
//	topicname.go      what people may type for a topic
//
// The words are written by hand, so that anyone can see why an article has a
// topic and change it; only how much they count was fitted. A model learned from
// old labelled copy alone scores better on more of the same, and knows nothing
// of chatbots or stablecoins.

// Definition is a topic, built in or the operator's own.
//
// A term is written
//
//	tariff          the word in any of its forms: tariff, tariffs
//	tariff*         any word that begins so
//	rate hike       words one after the other, each in any form; quotes may stand around them
//	=Fed            as written: no other form, and capitals where they are written
//	tariff^1.5      with a weight of its own, above 0 and at most 3
//	ko:무역          only in texts of one language
//
// in any combination of these.
type Definition struct {
	Slug       string            // lower case, digits and hyphens: "monetary-policy"
	Title      map[string]string // by language; without one the slug stands for it
	Definition string            // what belongs to it, one sentence
	Strong     []string          // terms of which one in a title is enough; weight 1
	Weak       []string          // terms that count together; weight 0.4
	Exclude    []string          // terms that hide what they cover: "trade union"
	Aliases    []string          // what people may type for it: "commerce", "ko:통상", "fed=US" for a country too, "prices?" if it may mean other things
	Countries  []string          // countries that its aliases stand for as well, ISO 3166-1 alpha-2
	Examples   []string          // headlines that belong to it
}

// validate returns what is wrong with an operator's own definition, apart
// from its terms, which compileTopics reads.
func (d *Definition) validate() error {
	invalid := func(format string, args ...any) error {
		return digest.Errorf(digest.Invalid, "topic %s: "+format, append([]any{quoted(d.Slug)}, args...)...)
	}
	switch {
	case d.Slug == "":
		return digest.Errorf(digest.Invalid, "a topic has no slug").WithHint("Give it one such as semiconductors.")
	case !isSlug(d.Slug) || len(d.Slug) > maxSlug:
		return invalid("a slug is at most %d lower-case letters, digits and hyphens between them", maxSlug)
	case isCountryCode(strings.ToUpper(d.Slug)) && !slices.Contains(builtinSlugs[:], d.Slug):
		return invalid("two letters would be taken for a country")
	case len(d.Strong)+len(d.Weak) == 0:
		return invalid("it has no strong or weak terms, so nothing would match")
	}
	for lang, title := range d.Title {
		if title == "" || utf8.RuneCountInString(title) > maxTermRunes || strings.ContainsAny(title, "\n\r\t") {
			return invalid("the title in %q is empty, or too long for one line", quoted(lang))
		}
	}
	for _, c := range d.Countries {
		if !isCountryCode(c) {
			return invalid("%q is not a country of two capital letters, such as KR", quoted(c))
		}
	}
	for _, spec := range d.Aliases {
		if _, err := parseAlias(spec); err != nil {
			return invalid("the alias %q %s", quoted(spec), err)
		}
	}
	return nil
}

// Topics returns the definitions of all topics, the operator's own among
// them: built-in ones in a fixed order, then new ones in that of Options.
// Their lists are shared and must not be changed.
func (t *Tagger) Topics() []Definition { return slices.Clone(t.topics.defs) }

// TopicTitle is what people call a topic in a language (BCP 47): its title in
// that language, else in English, else its slug; the slug too for a topic that
// does not exist.
func (t *Tagger) TopicTitle(slug, lang string) string {
	i, ok := t.topics.index[slug]
	if !ok {
		return slug
	}
	return titleIn(t.topics.defs[i].Title, slug, lang)
}

func titleIn(titles map[string]string, slug, lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	for _, l := range []string{lang, base, "en", ""} {
		if title, ok := titles[l]; ok {
			return title
		}
	}
	return slug
}

// Explanation is why an article is, or is not, about a topic.
type Explanation struct {
	Slug   string
	Weight float64 // probability, as in the article's Tag; 0 when nothing matched
	Terms  []TermMatch
}

// TermMatch is a term found in a part of an article.
type TermMatch struct {
	Term   string  // as defined, without language and weight: "tariff*"
	Text   string  // as it stands in the article, where it stands first
	Place  string  // "title", "lead" or "body"
	Count  int     // how often, in that place
	Weight float64 // what it adds there; 0 for one that only hides others
	Hides  bool    // it is an excluding term: what it covers did not count
}

// Lines says the matches for people, strongest place first:
//
//	title: “import duties” (import duty, 1.0)
func (e Explanation) Lines() []string {
	out := make([]string, len(e.Terms))
	for i, m := range e.Terms {
		note := fmt.Sprintf("%.1f", m.Weight)
		if m.Hides {
			note = "excluded"
		}
		if m.Count > 1 {
			note += fmt.Sprintf(", %d times", m.Count)
		}
		out[i] = fmt.Sprintf("%s: “%s” (%s, %s)", m.Place, m.Text, m.Term, note)
	}
	return out
}

// Explain tells which terms of a topic stand in an article, excluding ones
// too, and what they come to. A topic that does not exist is NotFound.
func (t *Tagger) Explain(slug string, doc *text.Document) (Explanation, error) {
	e, ok := t.topics.explain(slug, doc)
	if !ok {
		return e, digest.Errorf(digest.NotFound, "there is no topic %q", quoted(slug)).WithHint("daybrief topics lists them.")
	}
	return e, nil
}

func (s *topicScorer) explain(slug string, doc *text.Document) (Explanation, bool) {
	out := Explanation{Slug: slug}
	topic, ok := s.index[slug]
	if !ok {
		return out, false
	}
	w := s.pool.Get().(*topicWork)
	defer s.pool.Put(w)
	w.read(doc)
	e := &w.evidence[topic]
	if e.first != 0 {
		out.Weight = s.fits[topic].probability(e, w.shape(w.best()))
	}
	for i := e.first; i != 0; i = w.hits[i-1].next {
		h := w.hits[i-1]
		t := &s.m.terms[h.match.term]
		out.Terms = append(out.Terms, TermMatch{Term: t.text, Text: w.surface(doc, h.match), Place: placeNames[h.place], Count: int(h.count), Weight: float64(w.weight(t))})
	}
	for _, m := range w.hidden {
		if t := &s.m.terms[m.term]; int(t.topic) == topic {
			out.Terms = append(out.Terms, TermMatch{Term: t.text, Text: w.surface(doc, m), Place: placeNames[w.placeOf(m.from)], Count: 1, Hides: true})
		}
	}
	w.clear()
	return out, true
}
