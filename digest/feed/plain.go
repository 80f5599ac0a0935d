package feed

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// A plain-text news page is read in three steps: lines become units with the
// separator before them, units are told apart into prose and headlines, and
// runs of units become articles. No step looks further than one page of
// pageLimit bytes, so that a file of any size can be read.

// pageLimit is how much plain text is judged together, in bytes.
const pageLimit = maxLine

// gap is what stands between a unit and the one before it.
type gap int

const (
	adjacent gap = iota // the next line
	blank               // one empty line
	wide                // two or more empty lines
	rule                // a line of dashes, stars, …; also the start of the page
)

// unitKind is what a line or paragraph looks like.
type unitKind int

const (
	headline unitKind = iota // no closing mark, not long
	short                    // one short closed sentence: prose or headline, as its neighbours are
	prose                    // sentences
)

// unit is one line, or one paragraph that was wrapped over several.
type unit struct {
	text string
	line int
	gap  gap
	kind unitKind
}

// draft is an article in the making.
type draft struct {
	line  int
	title string
	paras []string
	meta  digest.Article // URL, author and so on from lines of their own
}

// readText reads plain text from r, page by page.
func (im *importer) readText(r io.Reader) {
	lines := newLineReader(r)
	page := &textPage{}
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, errLineTooLong):
			if !im.bad(lines.line, err) {
				return
			}
			continue
		case err != nil:
			if im.page(page) && !errors.Is(err, io.EOF) {
				im.bad(lines.line+1, plainError(err))
			}
			return
		}
		full := page.size > pageLimit && (len(bytes.TrimSpace(line)) == 0 || page.size > 2*pageLimit)
		if full && !im.page(page) {
			return
		}
		if full {
			page = &textPage{}
		}
		page.add(string(line), lines.line)
	}
}

// page turns one page into articles. It reports whether to go on.
func (im *importer) page(p *textPage) bool {
	for _, d := range draftsOf(p.units()) {
		if !im.article(d.line, d.article()) {
			return false
		}
	}
	return true
}

func (d *draft) article() digest.Article {
	a := d.meta
	a.Title = d.title
	a.Body = strings.Join(d.paras, "\n\n")
	if a.Title == "" {
		a.Title = titleFrom(a.Body)
	}
	return a
}

// textPage gathers lines into blocks of adjacent ones.
type textPage struct {
	size   int
	blocks []textBlock
	gap    gap
	begun  bool
}

type textBlock struct {
	gap   gap
	line  int // of the first
	lines []string
}

func (p *textPage) add(line string, number int) {
	p.size += len(line) + 1
	line = strings.TrimSpace(line)
	switch {
	case line == "":
		p.gap = nextGap(p.gap)
		return
	case isRule(line):
		p.gap = rule
		return
	}
	if !p.begun {
		p.gap, p.begun = rule, true
	}
	if p.gap == adjacent {
		last := &p.blocks[len(p.blocks)-1]
		last.lines = append(last.lines, line)
		return
	}
	p.blocks = append(p.blocks, textBlock{p.gap, number, []string{line}})
	p.gap = adjacent
}

// isRule reports whether a line is a drawn separator.
func isRule(line string) bool {
	n := 0
	for _, r := range line {
		if !strings.ContainsRune("-–—=_*~#•· ", r) {
			return false
		}
		if r != ' ' {
			n++
		}
	}
	return n >= 3
}

// units joins wrapped paragraphs and classifies what results.
func (p *textPage) units() []unit {
	var out []unit
	for _, b := range p.blocks {
		if isWrapped(b.lines) {
			text := strings.Join(b.lines, " ")
			out = append(out, unit{text, b.line, b.gap, kindOf(text)})
			continue
		}
		for i, line := range b.lines {
			g := adjacent
			if i == 0 {
				g = b.gap
			}
			out = append(out, unit{line, b.line + i, g, kindOf(line)})
		}
	}
	return out
}

// isWrapped reports whether adjacent lines are one paragraph broken at a
// column: many of them begin in lower case, or only the last one ends a
// sentence while all others are about equally long.
func isWrapped(lines []string) bool {
	if len(lines) < 2 {
		return false
	}
	lower, open, least, most := 0, 0, 1<<30, 0
	for i, line := range lines {
		if isMeta(line) {
			return false
		}
		first, _ := utf8.DecodeRuneInString(line)
		if i > 0 && unicode.IsLower(first) {
			lower++
		}
		if i < len(lines)-1 {
			least, most = min(least, len(line)), max(most, len(line))
			if !endsSentence(line) {
				open++
			}
		}
	}
	if lower*3 >= len(lines)-1 && open > 0 {
		return true
	}
	even := least*100 >= most*80 && most >= 40
	return even && open == len(lines)-1 && len(lines) > 2 && endsSentence(lines[len(lines)-1])
}

// width counts runes, those of Chinese, Japanese and Korean twice: they say as
// much as two letters do.
func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
			n++
		}
	}
	return n
}

func kindOf(s string) unitKind {
	n, closed := width(s), endsSentence(s)
	several := len(firstSentence(s)) < len(s)
	switch {
	case closed && (n > 140 || several && n > 90), several && n > 200, n > 280:
		return prose
	case closed && (several || strings.ContainsAny(s[max(0, len(s)-6):], ".。")):
		return short
	}
	return headline
}

// draftsOf turns the units of a page into articles.
func draftsOf(units []unit) []draft {
	split := splitsAt(units)
	var out []draft
	sections := sectionsOf(units, split)
	bodies := 0
	for _, s := range sections {
		if hasProse(s) {
			bodies++
		}
	}
	for _, s := range sections {
		out = append(out, sectionDrafts(s, bodies > 1)...)
	}
	return out
}

// splitsAt returns the least separator that divides articles: two empty lines,
// unless this page puts them between all its paragraphs.
func splitsAt(units []unit) gap {
	pairs := 0
	for i := 1; i < len(units); i++ {
		if units[i-1].kind == prose && units[i].kind == prose && units[i].gap != rule {
			pairs++
			if units[i].gap < wide {
				return wide
			}
		}
	}
	if pairs == 0 {
		return wide
	}
	return rule
}

func sectionsOf(units []unit, split gap) [][]unit {
	var out [][]unit
	for i, u := range units {
		if i == 0 || u.gap >= split {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], u)
	}
	return out
}

func hasProse(units []unit) bool {
	for _, u := range units {
		if u.kind == prose {
			return true
		}
	}
	return false
}

// sectionDrafts reads one section. With divided, articles are divided by
// sections, so that a line between paragraphs is a subheading.
func sectionDrafts(units []unit, divided bool) []draft {
	if !hasProse(units) {
		return listDrafts(units)
	}
	s := section{divided: divided}
	for i, u := range units {
		next := headline
		if i+1 < len(units) {
			next = units[i+1].kind
			if isMeta(units[i+1].text) && i+2 < len(units) {
				next = units[i+2].kind
			}
		}
		s.take(u, next)
	}
	return s.drafts
}

// listDrafts reads a section without prose: headlines, one a unit; or a few
// short sentences, which are one article.
func listDrafts(units []unit) []draft {
	closed, total := 0, 0
	for _, u := range units {
		if u.kind == short {
			closed++
		}
		total += width(u.text)
	}
	titled := len(units) > 1 && units[0].kind == headline && closed == len(units)-1
	note := closed == len(units) && (len(units) < 4 || total/len(units) > 90)
	s := section{divided: true}
	for i, u := range units {
		switch {
		case note || (titled && i > 0 && (units[1].gap > adjacent || len(units) > 2)):
			s.take(unit{u.text, u.line, u.gap, prose}, prose)
		case titled && i == 0:
			s.take(u, prose)
		default:
			s.take(unit{bullet(u.text), u.line, u.gap, headline}, headline)
		}
	}
	return s.drafts
}

// section assembles the articles of one section.
type section struct {
	divided bool
	drafts  []draft
}

// isSubheading reports whether a line between paragraphs, where nothing else
// divides the articles, is too short for a headline.
func isSubheading(s string) bool { return len(strings.Fields(s)) <= 4 && width(s) <= 30 }

// take adds a unit; next is the kind of the following one.
func (s *section) take(u unit, next unitKind) {
	var cur *draft
	if n := len(s.drafts); n > 0 {
		cur = &s.drafts[n-1]
	}
	inBody := cur != nil && len(cur.paras) > 0
	switch {
	case cur != nil && len(cur.paras) == 0 && readMeta(cur, u.text):
	case cur != nil && u.kind != headline && (inBody || cur.title != ""):
		cur.paras = append(cur.paras, u.text)
	case u.kind != headline:
		s.drafts = append(s.drafts, draft{line: u.line, paras: []string{u.text}})
	case inBody && next != headline && (s.divided || isSubheading(u.text)):
		cur.paras = append(cur.paras, u.text)
	default:
		s.drafts = append(s.drafts, draft{line: u.line, title: u.text})
	}
}

var bulletMark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[-*•·▪◦‣–]|\(?\d{1,3}[.)])\s+`) })

// bullet removes a list mark.
func bullet(s string) string {
	if rest := bulletMark().ReplaceAllString(s, ""); rest != "" {
		return rest
	}
	return s
}

var metaLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i:(by|source|url|link|date|published|author):?)\s+(\S.{0,200})$`)
})

// isMeta reports whether a line says something about the article above it.
func isMeta(line string) bool { return readMeta(&draft{}, line) }

// readMeta reads a line that holds an address, an author, a source or a time,
// and reports whether it was one.
func readMeta(d *draft, line string) bool {
	if strings.HasPrefix(line, "https://") || strings.HasPrefix(line, "http://") {
		ok := !strings.ContainsAny(line, " \t") && d.meta.URL == ""
		if ok {
			d.meta.URL = line
		}
		return ok
	}
	m := metaLine().FindStringSubmatch(line)
	if m == nil || endsSentence(m[2]) {
		return false
	}
	switch key := strings.ToLower(m[1]); key {
	case "by", "author":
		return readByline(d, m[2])
	case "source":
		d.meta.Source = m[2]
	case "url", "link":
		return readMeta(d, m[2])
	default:
		t, err := readTime(m[2])
		d.meta.Published = t
		return err == nil
	}
	return true
}

// readByline takes "Jane Doe and John Roe" for authors, and not "the end of
// the year".
func readByline(d *draft, name string) bool {
	words := strings.Fields(name)
	if len(words) > 8 {
		return false
	}
	for _, w := range words {
		first, _ := utf8.DecodeRuneInString(w)
		if unicode.IsLower(first) && w != "and" && w != "de" && w != "van" && w != "von" {
			return false
		}
	}
	d.meta.Author = name
	return true
}

// nextGap widens a separator by one empty line.
func nextGap(g gap) gap {
	if g < wide {
		return g + 1
	}
	return g
}
