package summary

import (
	"strings"

	"github.com/daybrief/daybrief/digest/text"
)

// titleForms are the words of the headline; of one that was cut, without the
// last, which may be a part of a word.
func (p *piece) titleForms() []string {
	words := p.doc.Words[:p.doc.BodyFrom]
	if t := strings.TrimRight(p.doc.TitleText, " ]"); len(words) > 1 && (strings.HasSuffix(t, "…") || strings.HasSuffix(t, "...")) {
		words = words[:len(words)-1]
	}
	out := make([]string, len(words))
	for i := range words {
		out[i] = words[i].Form
	}
	return out
}

// minBeyond is how many words a sentence that begins with the headline must
// add to be told when there is nothing else.
const minBeyond = 5

// echoes grades a line that repeats the headline: noise when it says no more,
// echo when it does.
func (p *piece) echoes(l *line, title []string) grade {
	if len(title) == 0 {
		return solid
	}
	words := p.words(l)
	if begins(words, title) {
		if len(words)-len(title) >= minBeyond {
			return echo
		}
		return noise
	}
	if sameWords(words, title) {
		return noise
	}
	return solid
}

// begins reports words that begin with the forms, or that the forms begin with.
func begins(words []text.Word, forms []string) bool {
	n := min(len(words), len(forms))
	for i := range n {
		if words[i].Form != forms[i] {
			return false
		}
	}
	return true
}

// sameWords reports a line of nearly the headline's words in another order.
func sameWords(words []text.Word, title []string) bool {
	if len(title) < 4 || len(words) > len(title)+len(title)/3 {
		return false
	}
	common := 0
	for _, t := range title {
		for i := range words {
			if words[i].Form == t {
				common++
				break
			}
		}
	}
	return 10*common >= 9*len(title)
}

// strip leaves a dateline out of a line that opens a paragraph after a byline
// or a caption; the one at the head of the body is found by the analysis.
func (p *piece) strip(l *line) {
	raw := p.raw(l)
	head := raw[:min(len(raw), 90)]
	if !strings.ContainsAny(head, "-–—=)】]") {
		return
	}
	doc := text.Analyse("", raw, p.doc.Lang)
	if end := doc.Dateline.End; end > 0 && int(end) < len(raw) {
		l.start += end
	}
}
