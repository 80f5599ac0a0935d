package query

import (
	"math/bits"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

// nearName is a name as a slip of the finger is compared with it.
type nearName struct {
	words  int    // how many it has
	runes  []rune // its words without the spaces between: "southkorea" is a slip too
	mask   uint64 // which letters it has
	text   string
	weight int     // of two equally near ones the lighter is meant
	silent bool    // a word that vanishes: its correction need not be told
	far    float64 // added to its distance, so that of equally near ones the likelier is meant
}

// near finds the name that a mistyped word was meant to be.
type near struct {
	byLength map[int][]nearName
}

// minNear is the shortest word that is corrected, in runes.
const minNear = 4

// maxUnknown is how many unknown words a request may have for corrections to
// be tried: a longer text was copied, not typed.
const maxUnknown = 12

func newNear(names []digest.Name) *near {
	n := &near{byLength: make(map[int][]nearName)}
	seen := make(map[string]bool)
	for _, e := range aliases() {
		if e.class == named && typable(e.name) {
			n.add(e.name, 0, seen)
		}
	}
	for _, name := range names {
		if slices.Contains(readLangs, baseLang(name.Lang)) && typable(name) {
			n.add(name, weightOf(entry{name: name}), seen)
		}
	}
	for _, w := range wordSections()["filler"] {
		if utf8.RuneCountInString(w) > minNear && !strings.Contains(w, " ") {
			n.add(digest.Name{Text: w}, silently, seen)
		}
	}
	return n
}

// farness is what is added to the distance of names by their kind: countries
// and topics are asked for most.
var farness = map[digest.NameKind]float64{digest.DemonymName: .05, digest.AliasName: .1, digest.SeatName: .12, digest.PlaceName: .15}

// typable reports a name that is common enough for a slip to be meant for it.
func typable(n digest.Name) bool {
	length := utf8.RuneCountInString(n.Text)
	if n.Lang != "" && n.Lang != "en" && latin(n.Text) && n.Kind != digest.CountryName {
		return length > 7
	}
	switch n.Kind {
	case digest.PlaceName:
		return n.Strong && length > 5
	case digest.SeatName:
		return n.Strong && length > 4
	}
	return true
}

// silently is the weight of a word that vanishes.
const silently = 1000

func (n *near) add(name digest.Name, weight int, seen map[string]bool) {
	var b strings.Builder
	tokens := nameTokens(name.Text)
	for _, t := range tokens {
		if t.solid || t.quoted || t.key != "" {
			return
		}
		b.WriteString(t.form)
	}
	key := b.String()
	if seen[key] || utf8.RuneCountInString(key) < minNear {
		return
	}
	seen[key] = true
	runes := []rune(key)
	c := nearName{words: len(tokens), runes: runes, mask: letters(runes), text: name.Text, weight: weight, silent: weight == silently}
	c.far = farness[name.Kind]
	if name.Lang != "" && name.Lang != "en" {
		c.far = 0.15
	}
	n.byLength[len(runes)] = append(n.byLength[len(runes)], c)
}

func letters(runes []rune) uint64 {
	var m uint64
	for _, r := range runes {
		m |= 1 << (uint(r) % 64)
	}
	return m
}

// allowed is how much of a slip is believed in a word of n runes, in edits.
func allowed(n int) float64 {
	switch {
	case n < minNear:
		return 0
	case n == minNear:
		return missing
	case n < 7:
		return 1
	case n == 7:
		return 2 * swapped
	}
	return 2 * missing
}

// search returns the name nearest to a word, and its distance. Names in
// English go before equally near ones in other languages.
func (n *near) search(word []rune) (best nearName, cost float64, ok bool) {
	limit := allowed(len(word))
	cost = limit + 0.2
	mask := letters(word)
	for length := len(word) - 2; length <= len(word)+2; length++ {
		for _, c := range n.byLength[length] {
			if bits.OnesCount64(mask^c.mask) > 4 || !sameStart(word, c.runes, limit) {
				continue
			}
			d := distance(word, c.runes, cost)
			if d > limit || c.silent && d > swapped {
				continue
			}
			d += c.far
			if d < cost || ok && d == cost && c.weight < best.weight {
				best, cost, ok = c, d, true
			}
		}
	}
	return best, cost, ok
}

// sameStart keeps the first letter, which people seldom get wrong, except
// for two swapped ones and in long words.
func sameStart(a, b []rune, limit float64) bool {
	return a[0] == b[0] || len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] || limit > 2*swapped
}

// Costs of a slip: swapped neighbours are the commonest, then a letter left
// out, one typed twice, one vowel for another, and one too many.
const (
	swapped = 0.8
	missing = 0.9
	twice   = 0.7
	vowel   = 0.95
	other   = 1.0
)

// distance is the Damerau-Levenshtein distance (optimal string alignment)
// from what was typed to what is known, with the costs above. It gives up,
// returning more than limit, once that is sure.
func distance(typed, known []rune, limit float64) float64 {
	var rows [3][maxWord + 8]float64 // of a known word of maxWord+2 runes at most; longer ones are allocated
	prev2, prev, row := rows[0][:], rows[1][:], rows[2][:]
	if n := len(known) + 1; n > len(row) {
		prev2, prev, row = make([]float64, n), make([]float64, n), make([]float64, n)
	}
	prev2, prev, row = prev2[:len(known)+1], prev[:len(known)+1], row[:len(known)+1]
	for j := range prev {
		prev[j] = float64(j) * missing
	}
	for i := 1; i <= len(typed); i++ {
		row[0] = float64(i) * other
		least := row[0]
		for j := 1; j <= len(known); j++ {
			d := min(prev[j-1]+replaceCost(typed[i-1], known[j-1]), prev[j]+extraCost(typed, i-1), row[j-1]+missing)
			if i > 1 && j > 1 && typed[i-1] == known[j-2] && typed[i-2] == known[j-1] {
				d = min(d, prev2[j-2]+swapped)
			}
			row[j] = d
			least = min(least, d)
		}
		if least > limit {
			return least
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(known)]
}

func replaceCost(a, b rune) float64 {
	switch {
	case a == b:
		return 0
	case isVowel(a) && isVowel(b):
		return vowel
	}
	return other
}

func isVowel(r rune) bool {
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'а', 'е', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я':
		return true
	}
	return false
}

func extraCost(typed []rune, i int) float64 {
	if i > 0 && typed[i] == typed[i-1] {
		return twice
	}
	return other
}

// span is a stretch of tokens that is read as a name it is near to.
type span struct {
	from, to int
	name     nearName
	cost     float64
}

// correct replaces the words that nothing knows by the names they are near
// to, and tells so in q. ok is false when nothing was replaced.
func (r *Reader) correct(tokens []token, units []unit, now time.Time, q *digest.Query) (fixed []token, ok bool) {
	unknown := r.unknown(tokens, units)
	var spans []span
	for k := 0; k < len(tokens) && len(unknown) <= maxUnknown; k++ {
		if !unknown[k] {
			continue
		}
		if s, found := r.nearest(tokens, k); found {
			spans = append(spans, s)
			k = max(k, s.to-1)
		}
	}
	for len(spans) > 0 {
		fixed, kept := r.replace(tokens, spans, now)
		if len(kept) == len(spans) {
			tell(tokens, spans, q)
			return fixed, true
		}
		spans = kept
	}
	return nil, false
}

// unknown returns the tokens that a correction may be of.
func (r *Reader) unknown(tokens []token, units []unit) map[int]bool {
	out := make(map[int]bool)
	for _, u := range units {
		if !u.word || tokens[u.from].solid || u.phrase {
			continue
		}
		for k := u.from; k < u.to; k++ {
			if form := tokens[k].form; !plainWords()[form] && !hasDigit(form) && !r.known(tokens[k].text) {
				out[k] = true
			}
		}
	}
	return out
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// nearest returns the best reading of the stretches of one to three tokens
// around tokens[k]. A longer stretch must be no worse than a shorter one.
func (r *Reader) nearest(tokens []token, k int) (best span, ok bool) {
	for length := 1; length <= 3; length++ {
		for from := max(0, k-length+1); from <= k && from+length <= len(tokens); from++ {
			runes, fit := joinRunes(tokens[from : from+length])
			if !fit {
				continue
			}
			c, cost, found := r.near().search(runes)
			if found && length > 1 && c.words == 1 && cost > c.far {
				continue // two words with a slip are not one word
			}
			if found && (!ok || cost <= best.cost+0.05) {
				best, ok = span{from: from, to: from + length, name: c, cost: cost}, true
			}
		}
	}
	return best, ok
}

// joinRunes joins tokens that a person may have meant as one name.
func joinRunes(tokens []token) ([]rune, bool) {
	var runes []rune
	if last := len(tokens) - 1; last > 0 && (len(tokens[0].form) < 3 || len(tokens[last].form) < 3) {
		return nil, false
	}
	for i, t := range tokens {
		if t.solid || t.quoted || t.key != "" || t.date || hasDigit(t.form) || i > 0 && (t.comma || t.minus) {
			return nil, false
		}
		runes = append(runes, []rune(t.form)...)
	}
	return runes, len(runes) >= minNear && len(runes) <= maxWord
}

// replace puts the names in, and returns the spans that are read as names
// afterwards.
func (r *Reader) replace(tokens []token, spans []span, now time.Time) (fixed []token, kept []span) {
	var starts []int
	at := 0
	for _, s := range spans {
		fixed = append(fixed, tokens[at:s.from]...)
		starts = append(starts, len(fixed))
		put := scan(s.name.text)
		put[0].minus, put[0].comma = tokens[s.from].minus, tokens[s.from].comma
		fixed = append(fixed, put...)
		at = s.to
	}
	fixed = append(fixed, tokens[at:]...)
	units := r.parse(fixed, now)
	for i, s := range spans {
		for _, u := range units {
			if u.from <= starts[i] && u.to > starts[i] && !u.word && u.class != stays {
				kept = append(kept, s)
				break
			}
		}
	}
	return fixed, kept
}

// tell notes what was read differently from how it was typed.
func tell(tokens []token, spans []span, q *digest.Query) {
	p := parser{tokens: tokens}
	for _, s := range spans {
		if !s.name.silent {
			q.Corrections = append(q.Corrections, digest.Correction{Typed: p.text(s.from, s.to), Read: s.name.text})
		}
	}
}
