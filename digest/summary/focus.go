package summary

import "math"

// What the line before lends to a line of the same paragraph, as a share: more
// to one that begins by referring to something known.
const (
	lentToReference = 0.6
	lent            = 0.35
)

// weigh says how much each line speaks of the focus. A term counts less the
// more lines have it: what every line says tells none apart.
func (p *piece) weigh(focus []string) {
	if len(focus) == 0 || p.pool == noise {
		return
	}
	asked := make(map[string]int, len(focus))
	for _, t := range focus {
		if _, ok := asked[t]; !ok && t != "" {
			asked[t] = len(asked)
		}
	}
	has := make([][]mention, len(p.lines)) // the asked terms of each line, once each
	lines := make([]int, len(asked))       // how many lines have each
	for i := range p.lines {
		if !p.eligible(&p.lines[i]) {
			continue
		}
		has[i] = p.askedTerms(&p.lines[i], asked)
		for _, t := range has[i] {
			lines[t.term]++
		}
	}
	p.spread(has, lines)
}

// mention is an asked term in a line.
type mention struct {
	term  int
	early bool // among the first words: the line is about it, and does not list it
}

const (
	earlyWords  = 5
	earlyFavour = 1.3
)

func (p *piece) askedTerms(l *line, asked map[string]int) []mention {
	var out []mention
	var seen uint64 // of the first 64 terms; a request has a dozen
	words := p.words(l)
	for i := range words {
		if t, ok := asked[words[i].Stem]; ok && t < 64 && seen&(1<<t) == 0 {
			seen |= 1 << t
			out = append(out, mention{t, i < earlyWords})
		}
	}
	return out
}

// leadFavour is for a lead that speaks of the focus about as much as any line.
const leadFavour = 1.5

// spread sums the terms of each line, lends to the next and favours the lead.
func (p *piece) spread(has [][]mention, lines []int) {
	var most float64
	for i := range p.lines {
		l := &p.lines[i]
		for _, m := range has[i] {
			v := 1 / math.Sqrt(float64(lines[m.term]))
			if m.early {
				v *= earlyFavour
			}
			l.own += v
		}
		most = max(most, l.own)
	}
	p.focused = most > 0
	for i := range p.lines {
		l := &p.lines[i]
		l.focus = l.own
		if l.follows {
			share := lent
			if l.refers || l.soft {
				share = lentToReference
			}
			l.focus += share * p.lines[i-1].own
		}
		if l == p.lead && l.own > 0 && l.own >= most/2 {
			l.focus *= leadFavour
		}
	}
}
