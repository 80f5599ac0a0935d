package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest/text"
)

// quotes follows quotation marks through a paragraph.
type quotes struct{ closer rune } // what ends the open quote; 0 outside

// step reads a rune that stands between before and after.
func (q *quotes) step(r, before, after rune) {
	switch {
	case q.closer == '’' && r == '’':
		if !unicode.IsLetter(after) {
			q.closer = 0
		}
	case q.closer != 0 && r == q.closer:
		q.closer = 0
	case q.closer == 0:
		q.closer = opens(r, before)
	}
}

// opens gives the mark that closes what r opens, 0 when r opens nothing.
func opens(r, before rune) rune {
	switch r {
	case '"':
		return '"'
	case '“':
		return '”'
	case '„':
		return '“'
	case '«':
		return '»'
	case '「':
		return '」'
	case '『':
		return '』'
	case '‘':
		if !unicode.IsLetter(before) {
			return '’'
		}
	}
	return 0
}

// quoted grades a line by its quotation marks: a quote without a speaker is
// noise, one that begins or ends within the line only is loose. It also tells a
// line whose speaker is only a pronoun.
func (p *piece) quoted(l *line, q *quotes) grade {
	raw := p.raw(l)
	if q.closer == 0 && !strings.ContainsAny(raw, "\"“„«「『‘") {
		return solid
	}
	inside := q.closer != 0
	out, capital, within := p.outside(l, q)
	if inside || q.closer != 0 {
		if out < 3 || inside {
			return noise
		}
		return loose
	}
	if within == 0 {
		return solid
	}
	if out < minOutside(p.words(l)) {
		return noise
	}
	if out <= 4 && !capital && opens(firstRune(raw), 0) != 0 {
		l.refers = true // "…," he said
	}
	return solid
}

// minOutside is how many words a speaker takes; in scripts without spaces a
// word is one character.
func minOutside(words []text.Word) int {
	if len(words) > 0 && words[len(words)-1].Form[0] >= 0xE3 {
		return 4
	}
	return 2
}

// outside counts the words of a line that no quote holds, and those that one
// does; capital says whether one outside may be a name.
func (p *piece) outside(l *line, q *quotes) (out int, capital bool, within int) {
	words := p.words(l)
	raw := p.raw(l)
	next := 0
	for next < len(words) && words[next].Start < l.start {
		next++
	}
	var before rune
	for i, r := range raw {
		if next < len(words) && int(words[next].Start-l.start) <= i {
			if q.closer == 0 {
				out++
				capital = capital || words[next].Case != text.Lower || r >= 0x2E80
			} else {
				within++
			}
			next++
		}
		after, _ := utf8.DecodeRuneInString(raw[i+utf8.RuneLen(r):])
		q.step(r, before, after)
		before = r
	}
	return out, capital, within
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
