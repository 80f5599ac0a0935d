package query

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// Options are what a Reader knows the world by.
type Options struct {
	Names   []digest.Name  // the tagger's; the first of a country or topic in a language is its title there
	Sources []string       // the names of the sources, for "from reuters"
	Zone    *time.Location // in which days begin; nil means UTC
	// Known reports that articles use the word (in lower case, as typed), so
	// that it is not taken for a slip of the finger. It may be nil, and is
	// called from several goroutines at once.
	Known func(word string) bool
}

// Reader reads requests. It is safe for concurrent use.
type Reader struct {
	lex    *lexicon
	zone   *time.Location
	known  func(string) bool
	titles *titles
	near   func() *near  // made when the first word is mistyped
	offers func() offers // made when the first request is completed
	typed  sync.Map      // country's code -> how people type it, as far as anybody asked
}

// New builds a Reader, in about a hundred milliseconds for the tagger's names.
func New(o Options) *Reader {
	r := &Reader{lex: newLexicon(o), zone: o.Zone, known: o.Known}
	if r.zone == nil {
		r.zone = time.UTC
	}
	if r.known == nil {
		r.known = func(string) bool { return false }
	}
	r.near = sync.OnceValue(func() *near { return newNear(r.lex.given) })
	r.titles = newTitles(o.Names)
	r.offers = sync.OnceValue(func() offers { return r.newOffers(r.lex.given) })
	return r
}

// maxWord is the longest word that is read, in runes: German and Finnish stay
// well below, and what is longer was not typed by a person.
const maxWord = 64

// maxTerms is how many words of a request are looked for. Those beyond are
// told to the asker as left out.
const maxTerms = 8

// Read reads a request as of now. An empty one asks for everything. The error,
// of code Invalid, is for a request that is too long, that holds no words, or
// whose "key:value" cannot be read.
func (r *Reader) Read(s string, now time.Time) (digest.Query, error) {
	if utf8.RuneCountInString(s) > digest.MaxQuery {
		return digest.Query{}, digest.Errorf(digest.Invalid, "that request is longer than %d characters", digest.MaxQuery).
			WithHint("ask for a country and a topic, such as korea-trade")
	}
	raw := clean(s)
	q := digest.Query{Raw: raw}
	tokens := scan(raw)
	if err := readable(raw, tokens); err != nil {
		return digest.Query{}, err
	}
	units := r.parse(tokens, now)
	if fixed, ok := r.correct(tokens, units, now, &q); ok {
		units = r.parse(fixed, now)
	}
	b := builder{r: r, q: &q, now: now, units: r.resolve(tokens, units)}
	if err := b.build(); err != nil {
		return digest.Query{}, err
	}
	q.Name = r.Slug(q)
	return q, nil
}

// clean drops what nobody types on purpose and makes one line of the rest.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		case r == 0x200b || r == 0xfeff || r == 0x200e || r == 0x200f || r == 0xad:
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// readable reports what is wrong with a request as a whole.
func readable(raw string, tokens []token) error {
	words := false
	for _, t := range tokens {
		if !t.quoted && t.key == "" && !t.solid && utf8.RuneCountInString(t.text) > maxWord {
			return digest.Errorf(digest.Invalid, "that request has a word of more than %d letters", maxWord).
				WithHint("ask for a country and a topic, such as korea-trade")
		}
		words = words || t.text != "&"
	}
	if raw != "" && !words {
		return digest.Errorf(digest.Invalid, "there are no words in that request").
			WithHint("ask for a country and a topic, such as korea-trade")
	}
	return nil
}

// resolve settles what only the whole request can settle: names that are other
// words beside certain ones ("atlanta georgia").
func (r *Reader) resolve(tokens []token, units []unit) []unit {
	said := func(cue string) bool { return slices.ContainsFunc(tokens, func(t token) bool { return t.form == cue }) }
	for i, u := range units {
		if u.class != named || u.isTime || u.keyed.key != "" {
			continue
		}
		for _, d := range doubts()[fold(u.text)] {
			if !slices.ContainsFunc(d.cues, said) {
				continue
			}
			if isCode(d.result) {
				units[i].name = digest.Name{Kind: digest.PlaceName, Slugs: []string{d.result}}
			} else {
				units[i].class, units[i].also = stays, nil
			}
		}
	}
	return units
}

// usMeant reports that "us" at tokens[i] is the United States and not people:
// "let us know", "a digest for us".
func (p *parser) usMeant(i int) bool {
	t := p.tokens[i]
	cued := i > 0 && !t.comma && (p.units[len(p.units)-1].cue || slices.Contains(wordSections()["pronoun"], p.tokens[i-1].form))
	joined := t.hyphen || i+1 < len(p.tokens) && p.tokens[i+1].hyphen
	if t.upper || t.dotted || t.minus || joined && !cued {
		return true
	}
	next := ""
	if i+1 < len(p.tokens) {
		next = p.tokens[i+1].form
	}
	if slices.Contains([]string{"know", "all", "posted", "updated", "informed", "both"}, next) {
		return false
	}
	if i == 0 || cued {
		return i == 0
	}
	switch p.tokens[i-1].form {
	case "for", "to", "of", "among":
		return p.meansMuch(i + 1)
	case "with":
		return next == "" || p.meansMuch(i+1)
	}
	return true
}

// meansMuch reports that tokens[i] is something asked for, no filler.
func (p *parser) meansMuch(i int) bool {
	if i >= len(p.tokens) || p.tokens[i].comma {
		return false
	}
	end, u := p.best(i)
	return end == i || u.class == named || u.class == leans
}
