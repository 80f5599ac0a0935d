package tag

import (
	"slices"

	"github.com/daybrief/daybrief/digest/text"
)

// Mentions returns the countries of all places named in an article, those
// named first first. It asks less than Tag: a place in passing counts.
func (t *Tagger) Mentions(doc *text.Document) []string {
	r := t.names.read(doc, "")
	var out []string
	for i := range r.matches {
		m := &r.matches[i]
		if m.pick < 0 {
			continue
		}
		for k, s := range m.senses {
			if k != int(m.pick) && s.marks&markAll == 0 || s.country == noCountry || !r.mentions(m, s) {
				continue
			}
			if code := r.g.codes[s.country]; !slices.Contains(out, code) {
				out = append(out, code)
			}
		}
	}
	return out
}

// mentions reports whether a match names a place of its country.
func (r *reading) mentions(m *match, s sense) bool {
	switch s.kind {
	case kindName, kindCapital, kindCity, kindRegion:
		return true
	case kindTown:
		return m.sure || m.located || s.size >= 4
	}
	return false
}
