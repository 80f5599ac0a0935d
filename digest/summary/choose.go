package summary

import (
	"cmp"
	"math"
	"slices"
)

// choose picks lines for a budget, in their order in the text. A line that is
// longer than the budget is picked only alone.
func (p *piece) choose(o Options) []*line {
	anchor := p.anchor(o.Budget)
	if anchor == nil {
		return nil
	}
	picks := []*line{anchor}
	told := newSaid(p, picks)
	for left := o.Budget - anchor.runes - 1; len(picks) < o.Sentences && left > 0; {
		l := p.companion(picks, told, left)
		if l == nil {
			break
		}
		picks = append(picks, l)
		told.add(p, l)
		left -= l.runes + 1
	}
	slices.SortFunc(picks, func(a, b *line) int { return cmp.Compare(a.index, b.index) })
	return picks
}

// nearEnough is the share of the best line's worth for which a line that fits
// is taken instead of cutting the best.
const nearEnough = 0.5

// anchor is the line that tells most: the lead, or with a focus the line that
// speaks most of it. When it does not fit, another that does may take its place.
func (p *piece) anchor(budget int) *line {
	var best, fits *line
	var bestWorth, fitWorth float64
	for i := range p.lines {
		l := &p.lines[i]
		if !p.eligible(l) {
			continue
		}
		w := p.worth(l)
		if w > bestWorth {
			best, bestWorth = l, w
		}
		if l.runes <= budget && !(l.refers && l.order > 0) && w > fitWorth {
			fits, fitWorth = l, w
		}
	}
	if best != nil && best.runes > budget && fits != nil && fitWorth >= nearEnough*bestWorth {
		return fits
	}
	return best
}

// worth is what a line is worth as the one to begin with.
func (p *piece) worth(l *line) float64 {
	if !p.focused {
		return 1 / (1 + 0.35*float64(l.order))
	}
	return l.focus * (1 + l.facts) / (1 + 0.02*float64(l.order))
}

// reach is how far behind the lead, in lines, a companion is looked for when
// it does not speak of the focus.
const reach = 8

// companion is the line that goes best with those picked and fits into what is
// left; nil when none does.
func (p *piece) companion(picks []*line, told *said, left int) *line {
	if l := p.before(picks[0]); l != nil && l.runes <= left && !slices.Contains(picks, l) && !told.repeats(p, l) {
		return l
	}
	var best *line
	var bestValue float64
	for i := range p.lines {
		l := &p.lines[i]
		if !p.eligible(l) || l.runes > left || slices.Contains(picks, l) {
			continue
		}
		if v := p.value(l, picks); v > max(bestValue, minValue) && !told.repeats(p, l) {
			best, bestValue = l, v
		}
	}
	return best
}

const (
	minSays  = 8    // words without which a line tells little: "Prices are another concern."
	minValue = 0.35 // what a companion must be worth: less is left out
)

// says is how many words a line has; two characters count as one.
func (p *piece) says(l *line) int {
	words := p.words(l)
	if words[0].Form[0] >= 0xE0 {
		return len(words) / 2
	}
	return len(words)
}

// before is the line before an anchor that leans on it: it refers to it, or
// both speak of the focus.
func (p *piece) before(anchor *line) *line {
	if !anchor.follows {
		return nil
	}
	for i := 1; i < len(p.lines); i++ {
		if l := &p.lines[i-1]; &p.lines[i] == anchor && (anchor.refers || l.own > 0) {
			return l
		}
	}
	return nil
}

// value is what a line is worth beside those picked; 0 rules it out.
func (p *piece) value(l *line, picks []*line) float64 {
	distance := math.Abs(float64(l.order - picks[0].order))
	near := 1 / (1 + 0.25*distance)
	switch {
	case l.focus > 0:
		near = max(near, 0.5)
	case l.order == 0: // the lead says what the article is about
		near = 0.8
	case l.order > reach || p.focused && picks[0].order > 0:
		return 0
	}
	v := near * (1 + 0.5*l.facts) * (1 + 2*min(l.focus, 1))
	if p.says(l) < minSays {
		v *= 0.4
	}
	if l.refers && !(l.follows && slices.ContainsFunc(picks, func(q *line) bool { return q.index == l.index-1 })) {
		v *= 0.3
	}
	return v
}
