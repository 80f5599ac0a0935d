package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// grade is how fit a sentence is to be told.
type grade uint8

const (
	noise grade = iota // never
	loose              // when the article has nothing better: headings, fragments
	echo               // it begins with the headline and goes on
	solid
)

// line is a sentence of a body, as the choice sees it.
type line struct {
	index      int   // in Document.Sentences
	start, end int32 // bytes of the body; start may leave out a dateline
	runes      int   // with white space folded
	para       int   // number of its paragraph
	order      int   // among the lines of the pool
	grade      grade
	credit     bool    // it credits a picture
	refers     bool    // it begins with "he", "this", "but": of what stands before it
	follows    bool    // the line before it stands in the same paragraph and can be told
	soft       bool    // it begins with an article and a common noun: "The stalemate"
	facts      float64 // numbers and names, 0 to maxFacts
	own        float64 // of the focus, in its own words
	focus      float64 // own, and what the line before it lends
}

// piece is an article that is being told.
type piece struct {
	doc     *text.Document
	id      int64
	lines   []line
	pool    grade // the lines to choose from; noise when there are none
	lead    *line // the first of them, unless the headline took its words
	focused bool  // a line of the pool speaks of the focus
}

// maxLines is how many sentences of a body are looked at.
const maxLines = 200

// read judges the sentences of an article.
func read(doc *text.Document, id int64, focus []string) *piece {
	p := &piece{doc: doc, id: id}
	if doc == nil || doc.BodyText == "" {
		return p
	}
	p.collect()
	p.judge()
	p.weigh(focus)
	return p
}

// collect finds the lines and their paragraphs. A single line break parts
// paragraphs here, since feeds often have no blank lines.
func (p *piece) collect() {
	p.lines = make([]line, 0, min(len(p.doc.Sentences), maxLines))
	para, last := 0, int32(0)
	for i, s := range p.doc.Sentences {
		if s.Field != text.Body {
			continue
		}
		if len(p.lines) == maxLines {
			return
		}
		if len(p.lines) > 0 && strings.IndexByte(p.doc.BodyText[last:s.Start], '\n') >= 0 {
			para++
		}
		last = s.End
		p.lines = append(p.lines, line{index: i, start: s.Start, end: s.End, para: para})
	}
}

// judge grades the lines and settles which of them can be told.
func (p *piece) judge() {
	var marks quotes
	title := p.titleForms()
	begun := false // a solid line was seen: datelines come no more
	told := false  // the headline says what a line says
	for i := range p.lines {
		l := &p.lines[i]
		if i == 0 || p.lines[i-1].para != l.para {
			marks = quotes{}
			if !begun {
				p.strip(l)
			}
		}
		l.grade = min(p.grade(l), p.quoted(l, &marks))
		whole := l.grade == solid
		if whole {
			l.grade = p.echoes(l, title)
		}
		begun = begun || l.grade == solid
		told = told || whole && l.grade < solid
	}
	p.dropCaptions()
	for i := range p.lines {
		p.pool = max(p.pool, p.lines[i].grade)
	}
	p.rank()
	for i := range p.lines {
		if l := &p.lines[i]; !told && p.eligible(l) {
			p.lead = l
			break
		}
	}
}

// rank numbers the lines of the pool and tells which of them lean on the line
// before.
func (p *piece) rank() {
	order := 0
	for i := range p.lines {
		l := &p.lines[i]
		if !p.eligible(l) {
			continue
		}
		l.order = order
		order++
		l.runes = foldedRunes(p.raw(l))
		l.refers = l.refers || p.beginsWithReference(l)
		l.soft = p.beginsSoftly(l)
		l.follows = i > 0 && p.lines[i-1].para == l.para && p.eligible(&p.lines[i-1])
		l.facts = p.facts(l)
	}
}

func (p *piece) eligible(l *line) bool { return p.pool != noise && l.grade == p.pool }

func (p *piece) raw(l *line) string { return p.doc.BodyText[l.start:l.end] }

func (p *piece) words(l *line) []text.Word {
	s := p.doc.Sentences[l.index]
	return p.doc.Words[s.From:s.To]
}

// sentence is a whole line.
func (p *piece) sentence(l *line) digest.Sentence {
	return digest.Sentence{Text: fold(p.raw(l)), ArticleID: p.id}
}

// tell gives the chosen lines in their order; the last is cut where it does
// not fit.
func (p *piece) tell(chosen []*line, budget int) []digest.Sentence {
	var out []digest.Sentence
	for _, l := range chosen {
		if l.runes <= budget {
			out = append(out, p.sentence(l))
		} else if short, ok := p.shorten(l, budget); ok {
			out = append(out, digest.Sentence{Text: short, ArticleID: p.id, Cut: true})
		}
		budget -= l.runes + 1
	}
	return out
}

// fold puts a text on one line with single spaces.
func fold(s string) string { return strings.Join(strings.Fields(s), " ") }

// foldedRunes is the length of fold(s).
func foldedRunes(s string) int {
	if !strings.ContainsAny(s, "\n\t\r") && !strings.Contains(s, "  ") {
		return utf8.RuneCountInString(s)
	}
	n, space := 0, false
	for _, r := range s {
		if !unicode.IsSpace(r) {
			n++
			space = false
		} else if !space {
			n++
			space = true
		}
	}
	return n
}
