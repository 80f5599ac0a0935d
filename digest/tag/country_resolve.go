package tag

import (
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/digest/text"
)

// resolve chooses a sense for every match: first countries, peoples and states,
// then the places whose reading those decide, then the rest by what the article
// has shown so far.
func (r *reading) resolve() {
	persons := r.persons()
	r.signs()
	for i := range r.matches {
		m := &r.matches[i]
		m.located = r.locative(m)
		r.address(m)
	}
	for _, places := range []bool{false, true} {
		for i := range r.matches {
			m := &r.matches[i]
			if k := m.senses[0].kind; m.pick == -1 && places == (k == kindCapital || k == kindCity || k == kindTown) {
				r.first(m, persons)
			}
		}
		if !places {
			r.containers()
		}
	}
	r.containers()
	for i := range r.matches {
		if m := &r.matches[i]; m.pick == -1 {
			r.settle(m, persons)
		}
	}
}

// first reads a match that needs nothing of the others, or that a list of
// contexts decides.
func (r *reading) first(m *match, persons map[string]bool) {
	if m.to-m.from == 1 && !m.located && persons[r.doc.Words[m.from].Form] {
		return
	}
	if s, known := r.fromContext(m); known {
		m.pick, m.sure = int16(s), true
		r.credit(m)
		return
	}
	if s := r.certain(m); s >= 0 {
		m.pick, m.sure = int16(s), true
		r.credit(m)
	}
}

// signs looks for the money signs of the English-speaking countries, which
// tell apart the many places that they named alike.
func (r *reading) signs() {
	for _, t := range []string{r.doc.TitleText, r.doc.BodyText} {
		r.dollars = r.dollars || strings.Contains(t, "$")
		r.pounds = r.pounds || strings.Contains(t, "£")
	}
}

// address drops "Memphis" in "2517 Memphis St.", and reads "Santa Clara" in
// "Santa Clara County" as the American one.
func (r *reading) address(m *match) {
	if m.pick != -1 || !placeLike(m.senses[0].kind) || m.senses[0].kind == kindName {
		return
	}
	after := r.neighbour(m.to, r.doc.Words[m.from].Field)
	if after == nil || after.Case != text.Capital || r.gap(m.to) != " " {
		return
	}
	switch {
	case streets[after.Form]:
		m.pick = dropped
	case after.Form == "county" || after.Form == "parish":
		for i, s := range m.senses {
			if r.g.codes[s.country] == "US" {
				m.pick, m.located, m.sure = int16(i), true, true
				r.credit(m)
				return
			}
		}
	}
}

// dropped marks a match that is a person or a thing.
const dropped int16 = -2

// credit counts a sure match for its country.
func (r *reading) credit(m *match) {
	if m.pick < 0 {
		return
	}
	for i, s := range m.senses {
		if int(m.pick) == i || (s.marks&markAll != 0 && s.country != noCountry) {
			r.support[s.country]++
		}
	}
}

// certain is the only sense that a match can have, or -1.
func (r *reading) certain(m *match) int {
	if m.senses[0].marks&markAll != 0 {
		return 0
	}
	pick := -1
	for i, s := range m.senses {
		if !r.cased(s, int(m.from), int(m.to)) {
			continue
		}
		if s.kind == kindTown || s.marks&(markSupported|markDoubtful) != 0 {
			if s.kind != kindTown {
				return -1
			}
			continue
		}
		if pick >= 0 {
			return -1
		}
		pick = i
	}
	if pick >= 0 && m.to-m.from == 1 {
		s := m.senses[pick]
		if (s.kind == kindCity || s.kind == kindCapital) && len(m.senses) > 1 && r.rivalTown(m, pick) {
			return -1
		}
		if r.local == nil && r.lang != "en" && r.lang != "" && s.kind != kindName {
			return -1 // English names in a language without names of its own
		}
	}
	return pick
}

// rivalTown reports whether a city's name is also that of a place in another
// country that is not much smaller, or lies in a state that the article names.
func (r *reading) rivalTown(m *match, pick int) bool {
	for i, s := range m.senses {
		if i == pick || s.country == m.senses[pick].country {
			continue
		}
		if m.senses[pick].kind == kindCity && s.size+2 >= m.senses[pick].size || r.adminNamed(s.admin) {
			return true
		}
	}
	return false
}

// persons are the forms of names that the article shows to be people's:
// "Michael Jordan" makes later "Jordan" the man.
func (r *reading) persons() map[string]bool {
	found := r.namesakes
	for i := range r.matches {
		m := &r.matches[i]
		if m.to-m.from > 1 || !placeLike(m.senses[0].kind) {
			continue
		}
		surname, given := r.isPerson(m)
		if surname || given {
			m.pick = dropped
		}
		if !surname {
			continue
		}
		if i > 0 { // "Kent Israel, 23," is one person
			if p := &r.matches[i-1]; p.to == m.from && p.to-p.from == 1 && p.senses[0].marks&markGiven != 0 && r.gap(m.from) == " " {
				p.pick = dropped
			}
		}
		if found == nil {
			found = map[string]bool{}
		}
		found[r.doc.Words[m.from].Form] = true
	}
	return found
}

func placeLike(k kind) bool {
	return k == kindName || k == kindCapital || k == kindCity || k == kindRegion || k == kindTown
}

// isPerson reports whether the words around a one-word place make it a
// person's surname ("Michael Jordan", "Jordan, 34,") or given name ("Jordan
// Peterson").
func (r *reading) isPerson(m *match) (surname, given bool) {
	w := &r.doc.Words[m.from]
	if before := r.neighbour(m.from-1, w.Field); before != nil && before.Case != text.Lower {
		initial := before.Case == text.Upper && len(before.Form) == 1 && before.Form != "a" && before.Form != "i"
		switch r.gap(m.from) {
		case " ":
			if r.g.given[before.Form] && !r.isPlace(m.from-1) && !r.shouting[w.Field] || personTitles[before.Form] || initial {
				return true, false
			}
		case ". ":
			if personTitles[before.Form] || initial {
				return true, false
			}
		}
	}
	after := r.neighbour(m.to, w.Field)
	if after == nil {
		return false, false
	}
	switch r.gap(m.to) {
	case ", ":
		age, err := strconv.Atoi(after.Form)
		return err == nil && age > 5 && age < 105 && r.closes(m.to+1), false
	case " ":
		return false, m.senses[0].marks&markGiven != 0 && after.Case == text.Capital && !(w.Field == text.Title && r.titled) &&
			m.from >= r.doc.Dateline.To && !afterPlace[after.Form] && !r.isPlace(m.to)
	}
	return false, false
}

// closes reports whether a comma or full stop follows the word before i.
func (r *reading) closes(i int32) bool {
	end := r.doc.Words[i-1].End
	t := r.fieldText(r.doc.Words[i-1].Field)
	return int(end) < len(t) && (t[end] == ',' || t[end] == '.')
}

func (r *reading) neighbour(i int32, f text.Field) *text.Word {
	if i < 0 || int(i) >= len(r.doc.Words) || r.doc.Words[i].Field != f {
		return nil
	}
	return &r.doc.Words[i]
}

// gap is what stands between word i and the one before it.
func (r *reading) gap(i int32) string {
	a, b := &r.doc.Words[i-1], &r.doc.Words[i]
	return r.fieldText(a.Field)[a.End:b.Start]
}

// isPlace reports whether a match begins or ends at word i.
func (r *reading) isPlace(i int32) bool {
	for k := range r.matches {
		if m := &r.matches[k]; m.from <= i && i < m.to {
			return m.senses[0].kind != kindTown
		}
	}
	return false
}

// locative reports whether a preposition of place stands before a match.
func (r *reading) locative(m *match) bool {
	before := r.neighbour(m.from-1, r.doc.Words[m.from].Field)
	if before != nil && r.lang != "en" && localLocatives[before.Form] {
		return true
	}
	return before != nil && r.gap(m.from) == " " && locatives[before.Form] && (before.Case == text.Lower || !before.First)
}

// containers reads "X, Y" where Y says where X is: "Paris, Texas",
// "Alexandria, La.", "Tripoli, Lebanon".
func (r *reading) containers() {
	for i := 0; i+1 < len(r.matches); i++ {
		a, b := &r.matches[i], &r.matches[i+1]
		if a.to != b.from || b.pick == dropped || r.doc.Words[a.from].Field != r.doc.Words[b.from].Field || r.gap(b.from) != ", " {
			continue
		}
		for k, s := range a.senses {
			if !placeLike(s.kind) || s.country == noCountry {
				continue
			}
			for n, c := range b.senses {
				within := c.kind == kindRegion && c.admin != 0 && s.admin == c.admin && s.admin != 0 || c.kind == kindName && c.country == s.country && s.kind != kindName
				if !within {
					continue
				}
				a.pick, a.sure, a.located = int16(k), true, true
				b.pick, b.sure, b.contain = int16(n), true, c.kind == kindRegion
				r.support[s.country] += 2
			}
		}
		if s := b.senses[0]; b.pick == -1 && s.kind == kindRegion && s.admin != 0 { // a place too small to be known
			b.pick, b.sure = 0, true
			r.support[s.country] += 2
			if a.pick >= 0 && a.senses[a.pick].country != s.country {
				a.pick = dropped
			}
		}
	}
}

// settle chooses a sense by what speaks for each.
func (r *reading) settle(m *match, persons map[string]bool) {
	form := r.doc.Words[m.from].Form
	if persons[form] && !m.located && m.to-m.from == 1 {
		m.pick = dropped
		return
	}
	if s, known := r.fromContext(m); known {
		m.pick, m.sure = int16(s), true
		return
	}
	best, score := -1, 0.0
	for i, s := range m.senses {
		if s.country == noCountry || !r.cased(s, int(m.from), int(m.to)) {
			continue
		}
		if v := r.plausible(m, s); v > score {
			best, score = i, v
		}
	}
	if best >= 0 {
		m.pick = int16(best)
		m.sure = score >= 4 && (m.senses[best].kind != kindTown || m.located || r.adminNamed(m.senses[best].admin) && !r.inTitleCase(m))
	}
}

// inTitleCase reports whether a match stands in a title that gives every word
// a capital: there a small town and a person's name look alike.
func (r *reading) inTitleCase(m *match) bool {
	return r.titled && r.doc.Words[m.from].Field == text.Title
}

// plausible scores a sense of a match; 0 rules it out.
func (r *reading) plausible(m *match, s sense) float64 {
	support := float64(min(r.support[s.country], 4))
	if s.country == r.home {
		support++
	}
	var score float64
	sign := r.sign(s)
	switch {
	case s.kind == kindTown:
		if r.lang != "en" && r.lang != "" {
			return 0
		}
		score = 0.1 + 0.3*float64(s.size) + flag(m.located) + 1.5*flag(support > 0) + 3.5*flag(r.adminNamed(s.admin)) + sign
		return score
	case s.marks&markSupported != 0:
		if support == 0 {
			return 0
		}
		score = 1
	case s.kind == kindCity && s.marks&markTowns != 0:
		score = 2 + 0.3*float64(s.size) + sign + 2.5*flag(r.adminNamed(s.admin))
	default:
		score = 4 + 0.2*float64(s.size)
	}
	if support > 0 {
		score += 3 + support
	}
	return score
}

// sign is what the money signs say for a sense's country.
func (r *reading) sign(s sense) float64 {
	switch r.g.codes[s.country] {
	case "US", "CA", "AU", "NZ":
		return flag(r.dollars && !r.pounds)
	case "GB", "IE":
		return flag(r.pounds && !r.dollars)
	}
	return 0
}

// adminNamed reports whether the article surely names a place of a division.
func (r *reading) adminNamed(admin uint16) bool {
	if admin == 0 {
		return false
	}
	for i := range r.matches {
		if s := r.matches[i].chosen(); s != nil && r.matches[i].sure && s.admin == admin && s.kind != kindTown {
			return true
		}
	}
	return false
}

// fromContext decides names that data/countries/context.txt lists: by the
// choice whose words stand in the article most. A choice that is no sense of the
// name (the Indians of a reservation) drops it.
func (r *reading) fromContext(m *match) (pick int, known bool) {
	key := r.doc.Words[m.from].Form
	if m.to-m.from > 1 {
		parts := make([]string, 0, 3)
		for i := m.from; i < m.to; i++ {
			parts = append(parts, r.doc.Words[i].Form)
		}
		key = strings.Join(parts, " ")
	}
	choices := r.g.context[key]
	if len(choices) == 0 {
		return 0, false
	}
	best, score := -1, -1.0
	for i, c := range choices {
		v := 1.5 * float64(min(r.support[r.g.index[c.code]], 4))
		for _, w := range c.words {
			v += min(2, float64(r.count(w)))
		}
		if i == 0 {
			v += 0.5
		}
		if r.g.index[c.code] == r.home {
			v++
		}
		if v > score {
			best, score = i, v
		}
	}
	for i, s := range m.senses {
		if s.country == r.g.index[choices[best].code] {
			return i, s.marks&markSupported == 0 || score >= 1
		}
	}
	return int(dropped), score >= 1
}

// count is how often a form stands in the article.
func (r *reading) count(form string) int {
	n := 0
	for i := range r.doc.Words {
		if r.doc.Words[i].Form == form {
			n++
		}
	}
	return n
}
