package summary

import "github.com/daybrief/daybrief/digest/text"

// said is what was told already: its content terms.
type said struct{ terms map[string]bool }

func newSaid(p *piece, picks []*line) *said {
	s := &said{terms: make(map[string]bool, 32)}
	for _, l := range picks {
		s.add(p, l)
	}
	return s
}

func (s *said) add(p *piece, l *line) {
	words := p.words(l)
	for i := range words {
		if isContent(&words[i]) {
			s.terms[words[i].Stem] = true
		}
	}
}

// Shares of a line's content terms that were told already, from which it says
// nothing new: within an article, and from another source, which tells the
// same event in other words.
const (
	repeatShare        = 0.7
	foreignRepeatShare = 0.6
)

// repeats reports a line that says again what was said.
func (s *said) repeats(p *piece, l *line) bool { return s.share(p.words(l)) >= repeatShare }

// share is the share of content terms that were said.
func (s *said) share(words []text.Word) float64 {
	known, all := 0, 0
	for i := range words {
		if !isContent(&words[i]) {
			continue
		}
		all++
		if s.terms[words[i].Stem] {
			known++
		}
	}
	if all == 0 {
		return 1
	}
	return float64(known) / float64(all)
}

// isContent leaves out the small words of alphabets. Bigrams of the scripts
// without spaces all count.
func isContent(w *text.Word) bool {
	if w.Stem == "" {
		return false
	}
	return w.Case != text.Lower && !w.First || len(w.Form) > 3 || isNumber(w.Form) || w.Form[0] >= 0x80
}

// addition finds among further sources the line that adds most and fits; nil
// when none adds anything. Earlier sources and earlier lines win ties. A source
// of nothing but fragments is no addition to whole sentences.
func addition(rest []*piece, told *said, left int) (*piece, *line) {
	var best *line
	var from *piece
	var most float64
	for rank, p := range rest {
		for i := range p.lines {
			l := &p.lines[i]
			if !p.eligible(l) || l.order > reach && l.focus == 0 || l.runes > left || l.refers || p.pool < solid {
				continue
			}
			v := told.news(p, l) / (1 + 0.1*float64(rank)) / (1 + 0.15*float64(l.order)) * (1 + min(l.focus, 1))
			if v > most {
				best, from, most = l, p, v
			}
		}
	}
	return from, best
}

// minNews is what a line of a further source must add.
const minNews = 0.9

// news weighs the numbers, names and causes of a line that were not told; 0
// when they are too few, or when the line mostly repeats.
func (s *said) news(p *piece, l *line) float64 {
	words := p.words(l)
	share := s.share(words)
	if share >= foreignRepeatShare {
		return 0
	}
	var v float64
	inName := false
	for i := range words {
		w := &words[i]
		fresh := w.Stem != "" && !s.terms[w.Stem]
		named := w.Case != text.Lower && !w.First
		switch {
		case isNumber(w.Form) && fresh:
			v += 0.5 + p.numberWeight(words, i)
		case causes()[w.Form]:
			v += 0.6
		case named && fresh && !inName:
			v += 0.4
		case w.Form[0] >= 0xE0 && fresh: // scripts without case: what is new is new terms
			v += 0.06
		}
		inName = named
	}
	if v < minNews {
		return 0
	}
	return min(v, 3) * (1 - share)
}
