package text

import "strings"

// Russian stemming after the algorithm's published definition
// (snowballstem.org/algorithms/russian). Every step only takes letters off the
// end, so a stem is the word's own beginning and costs no memory.

// A suffix of a "1" list counts only after а or я.
var (
	ruGerund1    = strings.Fields("вшись вши в")
	ruGerund2    = strings.Fields("ившись ывшись ивши ывши ив ыв")
	ruAdjective  = strings.Fields("ими ыми его ого ему ому ее ие ые ое ей ий ый ой ем им ым ом их ых ую юю ая яя ою ею")
	ruParticiple = strings.Fields("ем нн вш ющ щ")
	ruActive     = strings.Fields("ивш ывш ующ")
	ruVerb1      = strings.Fields("ете йте ешь нно ла на ли ем ло но ет ют ны ть й л н")
	ruVerb2      = strings.Fields("ейте уйте ила ыла ена ите или ыли ило ыло ено ует уют ены ить ыть ишь ей уй ил ыл им ым ен ят ит ыт ую ю")
	ruNoun       = strings.Fields("иями иях ями ами ией иям ием ев ов ие ье еи ии ей ой ий ям ем ам ом ах ях ию ью ия ья а е и й о у ы ь ю я")
)

// russianStem is the stem of a word in lower case, ё written as е.
func russianStem(s string) string {
	rv, r2 := ruRegions(s)
	if rv >= len(s) || len(s) < 3*len("я") {
		return s
	}
	s = ruStep1(s, rv)
	s = ruCut(ruCut(s, rv, "и"), r2, "ость", "ост")
	switch {
	case ruEnds(s, rv, "нн"):
		return s[:len(s)-len("н")]
	case ruEnds(s, rv, "ейш"), ruEnds(s, rv, "ейше"):
		s = ruCut(s, rv, "ейше", "ейш")
		if ruEnds(s, rv, "нн") {
			s = s[:len(s)-len("н")]
		}
		return s
	}
	return ruCut(s, rv, "ь")
}

// ruRegions returns where RV (after the first vowel) and R2 begin, in bytes.
func ruRegions(s string) (rv, r2 int) {
	rv, r2 = len(s), len(s)
	vowel, regions := false, 0
	for i, r := range s {
		is := ruVowel(r)
		end := i + len(string(r))
		if is && rv == len(s) {
			rv = end
		}
		if vowel && !is {
			regions++
			if regions == 2 {
				return rv, end
			}
			vowel = false
			continue
		}
		vowel = is
	}
	return rv, r2
}

func ruVowel(r rune) bool {
	switch r {
	case 'а', 'е', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я':
		return true
	}
	return false
}

func ruStep1(s string, rv int) string {
	first, second := ruLongest(s, rv, ruGerund1), ruLongest(s, rv, ruGerund2)
	if second > 0 && second >= first {
		return s[:len(s)-second]
	}
	if first > 0 && ruAfterA(s, rv, first) {
		return s[:len(s)-first]
	}
	s = ruCut(s, rv, "ся", "сь")
	if n := ruLongest(s, rv, ruAdjective); n > 0 {
		s = s[:len(s)-n]
		if n := ruLongest(s, rv, ruActive); n > 0 {
			return s[:len(s)-n]
		}
		if n := ruLongest(s, rv, ruParticiple); n > 0 && ruAfterA(s, rv, n) {
			return s[:len(s)-n]
		}
		return s
	}
	first, second = ruLongest(s, rv, ruVerb1), ruLongest(s, rv, ruVerb2)
	if second > 0 && second >= first {
		return s[:len(s)-second]
	}
	if first > 0 && ruAfterA(s, rv, first) {
		return s[:len(s)-first]
	}
	return s[:len(s)-ruLongest(s, rv, ruNoun)]
}

func ruEnds(s string, rv int, suffix string) bool {
	return len(s)-len(suffix) >= rv && strings.HasSuffix(s, suffix)
}

// ruCut takes off the first of the suffixes that s ends in.
func ruCut(s string, rv int, suffixes ...string) string {
	for _, x := range suffixes {
		if ruEnds(s, rv, x) {
			return s[:len(s)-len(x)]
		}
	}
	return s
}

// ruLongest is the length of the longest suffix of a list, which is sorted so.
func ruLongest(s string, rv int, list []string) int {
	best := 0
	last := s[len(s)-1]
	for _, x := range list {
		if x[len(x)-1] == last && len(x) > best && ruEnds(s, rv, x) {
			best = len(x)
		}
	}
	return best
}

func ruAfterA(s string, rv, cut int) bool {
	rest := s[:len(s)-cut]
	return ruEnds(rest, rv, "а") || ruEnds(rest, rv, "я")
}
