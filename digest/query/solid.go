package query

import "slices"

// In scripts without spaces a name may begin in the middle of a word. These
// rules say where it may.

// solidValid reports whether tokens[i:end], of a solid script, may be read as
// e: one Han or kana character only between known things, and in Korean only
// from the start of a spaced word, with nothing but particles or other known
// things after it.
func (p *parser) solidValid(i, end int, e entry) bool {
	if hangul(p.tokens[i].form) {
		return p.hangulValid(i, end, e)
	}
	if e.class == named || e.class == stays {
		return true
	}
	left, right := p.edgeBefore(i), p.edgeAfter(end)
	if hiragana(p.tokens[i].form) {
		return left || right || !p.hiraganaAround(i, end)
	}
	if end-i > 1 {
		return true
	}
	if p.tokens[i].text == "的" {
		return left || right
	}
	return left && right
}

// edgeBefore reports that a word may begin at tokens[i]: something known, or
// nothing, stands before it.
func (p *parser) edgeBefore(i int) bool {
	return i == 0 || !p.tokens[i].glued || p.afterMatch()
}

// edgeAfter reports that a word may end before tokens[end].
func (p *parser) edgeAfter(end int) bool {
	if end == len(p.tokens) || !p.tokens[end].glued || !p.tokens[end].solid {
		return true
	}
	for _, h := range p.r.lex.names.find(p.tokens, end) {
		for _, e := range h.entries {
			if e.class == named || h.end > end+1 {
				return true
			}
		}
	}
	return false
}

// hiraganaAround reports that tokens[i:end] is part of a longer run of
// hiragana, and so may be cut out of the middle of a word.
func (p *parser) hiraganaAround(i, end int) bool {
	return p.tokens[i].glued && i > 0 && hiragana(p.tokens[i-1].form) ||
		end < len(p.tokens) && p.tokens[end].glued && hiragana(p.tokens[end].form)
}

// hangulValid reports whether a Korean word may be read in part.
func (p *parser) hangulValid(i, end int, e entry) bool {
	if p.tokens[i].glued && !p.afterMatch() {
		return false
	}
	if p.hangulRest(end, 0) {
		return true
	}
	// Two syllables and a single one that nobody knows are another word; a
	// longer rest is a word of its own ("한국전력").
	rest := p.runEnd(end) - end
	return e.class == named && end-i >= 2 && rest >= 2
}

// runEnd is the index after the solid run that goes on at tokens[i].
func (p *parser) runEnd(i int) int {
	for i < len(p.tokens) && p.tokens[i].glued && p.tokens[i].solid && !p.tokens[i].hyphen {
		i++
	}
	return i
}

// hangulRest reports that what is glued on from tokens[i] is all known.
func (p *parser) hangulRest(i, depth int) bool {
	if p.runEnd(i) == i {
		return true
	}
	if depth > 4 {
		return false
	}
	for _, h := range p.r.lex.names.find(p.tokens, i) {
		if p.hangulRest(h.end, depth+1) {
			return true
		}
	}
	return p.windowRest(i)
}

// windowRest reports that a window of time follows at tokens[i].
func (p *parser) windowRest(i int) bool {
	_, ok := p.r.windowAt(p.tokens, i, p.now)
	return ok
}

// solidWord reads an unknown stretch of a solid run, up to the next known
// thing. A single unknown syllable after something known is a suffix, and
// vanishes; particles at the end of a Korean word do too.
func (p *parser) solidWord(i int) int {
	end := i + 1
	for end < p.runEnd(end) && !p.knownAt(end) {
		end++
	}
	if hangul(p.tokens[i].form) {
		end = p.runEnd(i + 1)
	}
	if end-i == 1 && p.tokens[i].glued && p.afterMatch() && (hangul(p.tokens[i].form) || hiragana(p.tokens[i].form)) {
		return p.add(unit{from: i, to: end, class: filler})
	}
	cut := end
	if hangul(p.tokens[i].form) {
		cut = p.trimParticles(i, end)
	}
	p.add(unit{from: i, to: cut, class: stays, word: true, text: p.text(i, cut)})
	return end
}

// knownAt reports that something known begins at tokens[k] inside an unknown
// stretch.
func (p *parser) knownAt(k int) bool {
	saved := p.units
	p.units = append(slices.Clone(saved), unit{word: true})
	end, u := p.best(k)
	p.units = saved
	return end > k && (u.class == named && end-k > 1 || u.class != named && (end-k > 1 || p.tokens[k].text == "の" || p.tokens[k].text == "的"))
}

// trimParticles takes the particles off the end of a Korean word, leaving at
// least two syllables.
func (p *parser) trimParticles(i, end int) int {
	for from := i + 2; from < end; from++ {
		for _, h := range p.r.lex.names.find(p.tokens, from) {
			if h.end == end && slices.ContainsFunc(h.entries, func(e entry) bool { return e.class == particle }) {
				return from
			}
		}
	}
	return end
}
