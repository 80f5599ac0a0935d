package query

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// unit is a stretch of a request that was read as one thing.
type unit struct {
	class  class
	from   int // tokens[from:to]
	to     int
	name   digest.Name // class named or outlet
	also   []digest.Name
	text   string // what stays as a word or phrase when it is one
	phrase bool   // text was quoted
	word   bool   // nothing knows it
	minus  bool
	comma  bool
	cue    bool // "us" after it is people
	window window
	isTime bool
	keyed  token // a key:value
	lent   bool  // it leaned on a topic and vanished
}

// parser reads tokens into units, left to right.
type parser struct {
	r      *Reader
	tokens []token
	now    time.Time
	units  []unit
	slug   bool // the whole request is one run joined by hyphens
}

func (r *Reader) parse(tokens []token, now time.Time) []unit {
	p := parser{r: r, tokens: tokens, now: now, slug: isSlug(tokens)}
	for i := 0; i < len(tokens); {
		i = p.unit(i)
	}
	return p.units
}

// isSlug reports a request like "kr-trade", in which a first code is meant.
func isSlug(tokens []token) bool {
	for i, t := range tokens {
		if i > 0 && !t.glued && !t.minus && t.key == "" {
			return false
		}
	}
	return len(tokens) > 0
}

// unit reads what begins at tokens[i] and returns the index after it.
func (p *parser) unit(i int) int {
	t := p.tokens[i]
	switch {
	case t.key != "":
		return p.add(unit{from: i, to: i + 1, keyed: t})
	case p.expectsSource() && p.outlet(i):
		return p.units[len(p.units)-1].to
	case t.quoted:
		return p.quoted(i)
	}
	h, u := p.best(i)
	if w, ok := p.r.windowAt(p.tokens, i, p.now); ok && w.end >= h {
		return p.add(unit{from: i, to: w.end, window: w, isTime: true})
	}
	if h > i {
		return p.add(u)
	}
	return p.unknown(i)
}

func (p *parser) add(u unit) int {
	u.minus, u.comma = p.tokens[u.from].minus, p.tokens[u.from].comma
	p.units = append(p.units, u)
	return u.to
}

// expectsSource reports that a source may be named next: "from reuters".
func (p *parser) expectsSource() bool {
	if len(p.units) == 0 {
		return false
	}
	c := p.units[len(p.units)-1].class
	return !p.units[len(p.units)-1].isTime && (c == sourceComes || c == excludes || c == weakExcludes)
}

// outlet reads a source at tokens[i].
func (p *parser) outlet(i int) bool {
	tokens := p.tokens[i:]
	if tokens[0].quoted {
		tokens = scan(tokens[0].text)
	}
	for _, h := range p.r.lex.names.find(tokens, 0) {
		for _, e := range h.entries {
			if e.class != outlet || h.varied {
				continue
			}
			end := i + h.end
			if p.tokens[i].quoted {
				end = i + 1
			}
			p.add(unit{from: i, to: end, class: outlet, name: e.name})
			return true
		}
	}
	return false
}

// quoted keeps a phrase as it is, except the name of a country or group: its
// quotes only keep its words together.
func (p *parser) quoted(i int) int {
	t := p.tokens[i]
	inner := scan(t.text)
	for _, h := range p.r.lex.names.find(inner, 0) {
		if h.end != len(inner) || h.varied {
			continue
		}
		for _, e := range h.entries {
			if e.class == named && !e.code && (e.name.Kind == digest.CountryName || e.name.Kind == digest.GroupName) {
				return p.add(unit{from: i, to: i + 1, class: named, name: e.name, text: t.text})
			}
		}
	}
	return p.add(unit{from: i, to: i + 1, class: stays, text: t.text, phrase: true})
}

// best returns the longest valid reading by the lexicon at tokens[i]; end is
// i when there is none.
func (p *parser) best(i int) (end int, u unit) {
	for _, h := range p.r.lex.names.find(p.tokens, i) {
		if h.varied && h.end == i+1 && plainWords()[p.tokens[i].form] {
			continue
		}
		if u, ok := p.choose(i, h); ok {
			return h.end, u
		}
	}
	return i, unit{}
}

// choose picks the entry of a hit that counts here.
func (p *parser) choose(i int, h hit) (unit, bool) {
	u := unit{from: i, to: h.end, text: p.text(i, h.end)}
	valid := slices.DeleteFunc(slices.Clone(h.entries), func(e entry) bool {
		return h.varied && e.class != named || !p.valid(i, h.end, e)
	})
	slices.SortStableFunc(valid, func(a, b entry) int { return weightOf(a) - weightOf(b) })
	for _, e := range valid {
		u.cue = u.cue || e.class == pronounCue
	}
	valid = slices.DeleteFunc(valid, func(e entry) bool { return e.class == pronounCue || e.class == outlet })
	for i := range valid {
		if valid[i].class == affix {
			valid[i].class = filler
		}
	}
	if len(valid) == 0 {
		return u, false
	}
	u.class, u.name = valid[0].class, valid[0].name
	for _, e := range valid[1:] {
		if e.class == named && (u.class == leans || u.class == named && together(u.name, e.name)) {
			u.also = append(u.also, e.name)
		}
	}
	return u, true
}

// together reports that a word means both at once: a currency is a country's
// and a topic.
func together(a, b digest.Name) bool {
	return a.Kind == digest.SeatName && b.Kind == digest.TopicName
}

// weightOf orders the entries of one sequence: the aliases of requests first,
// then what can be nothing else, then by kind.
func weightOf(e entry) int {
	switch {
	case e.class == leans:
		return 0
	case e.class != named && e.own:
		return -2
	case e.class != named:
		return 100 + int(e.class)
	}
	w := map[digest.NameKind]int{
		digest.CountryName: 1, digest.AliasName: 2, digest.GroupName: 3, digest.DemonymName: 4,
		digest.TopicName: 5, digest.SeatName: 6, digest.PlaceName: 7,
	}[e.name.Kind]
	switch {
	case e.own:
		return -1
	case e.name.Strong:
		return w
	case len(e.name.Slugs) == 1 && e.name.Text == e.name.Slugs[0] && !e.code:
		return 0 // "ru": a code that is nothing else in any language
	}
	return w + 10
}

// valid reports whether an entry may be read at tokens[i:end].
func (p *parser) valid(i, end int, e entry) bool {
	first := p.tokens[i]
	switch {
	case e.class == particle:
		return first.glued && first.solid && p.afterMatch()
	case e.class == affix:
		return first.hyphen && p.afterMatch() || p.nameJoined(end)
	case e.code && !p.codeMeant(i), e.exact && p.text(i, end) != strings.ToLower(e.name.Text):
		return false
	case end == i+1 && first.form == "us" && e.class == named && !p.usMeant(i):
		return false
	case first.solid:
		return p.solidValid(i, end, e)
	}
	return true
}

// codeMeant reports that a short word is a code here: in capitals, or leading
// a slug.
func (p *parser) codeMeant(i int) bool {
	t := p.tokens[i]
	if t.upper && !notCodes[t.text] || len(p.tokens) == 1 || t.minus && p.slug {
		return true
	}
	if !p.slug || utf8.RuneCountInString(t.form) != 2 {
		return false
	}
	return i == 0 || len(p.units) > 0 && p.units[len(p.units)-1].class == named && isCode(strings.ToUpper(p.tokens[i-1].form))
}

// nameJoined reports that a hyphen joins a name on at tokens[k].
func (p *parser) nameJoined(k int) bool {
	if k >= len(p.tokens) || !p.tokens[k].hyphen {
		return false
	}
	end, u := p.best(k)
	return end > k && (u.class == named || u.class == stays)
}

// notCodes are short words in capitals that are no countries.
var notCodes = map[string]bool{
	"pm": true, "tv": true, "hr": true, "pr": true, "am": true, "id": true, "ms": true, "mr": true, "md": true,
	"la": true, "cv": true, "cc": true, "ai": true, "gm": true, "ag": true, "sa": true, "co": true, "mp": true, "as": true,
	"and": true, "are": true, "can": true, "per": true, "eu": true, "it": true, "va": true, "ga": true, "pa": true,
}

// afterMatch reports that the last unit was something known.
func (p *parser) afterMatch() bool {
	return len(p.units) > 0 && !p.units[len(p.units)-1].word
}

// text is what was typed at tokens[i:end], lower case.
func (p *parser) text(i, end int) string {
	var b strings.Builder
	for k := i; k < end; k++ {
		t := p.tokens[k]
		switch {
		case k == i || t.solid && p.tokens[k-1].solid && t.glued:
		case t.hyphen:
			b.WriteByte('-')
		case !t.glued:
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// unknown reads a word that nothing knows: up to the next known one in a
// solid run, and with the parts that a hyphen joins to it ("covid-19").
func (p *parser) unknown(i int) int {
	if p.tokens[i].solid {
		return p.solidWord(i)
	}
	end := i + 1
	for end < len(p.tokens) && p.tokens[end].hyphen && !p.tokens[end].solid && p.joins(end) {
		end++
	}
	return p.add(unit{from: i, to: end, class: stays, word: true, text: p.text(i, end)})
}

// joins reports that the hyphen before tokens[k] belongs to a word. In a slug
// hyphens stand between words, unless one side is too short to be one.
func (p *parser) joins(k int) bool {
	if end, _ := p.best(k); end > k && !p.short(k) {
		return false
	}
	return !p.slug || p.short(k) || p.short(k-1)
}

func (p *parser) short(k int) bool {
	form := p.tokens[k].form
	_, number := digits(form)
	return number || utf8.RuneCountInString(form) <= 1
}
