package main

import (
	"maps"
	"slices"
)

// counts are what precision and recall come from.
type counts struct{ right, wrong, missed int }

// prf is precision, recall and their harmonic mean.
type prf struct {
	P  float64 `json:"p"`
	R  float64 `json:"r"`
	F1 float64 `json:"f1"`
}

func (c counts) prf() prf {
	return harmonic(ratio(c.right, c.right+c.wrong), ratio(c.right, c.right+c.missed))
}

// harmonic is a precision and a recall with their harmonic mean.
func harmonic(p, r float64) prf {
	if p+r == 0 {
		return prf{}
	}
	return prf{p, r, 2 * p * r / (p + r)}
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// labelScore counts labels over articles, in all and by label.
type labelScore struct {
	all     counts
	byLabel map[string]counts
}

// add counts what was found against what an editor gave. Repeats count once.
func (s *labelScore) add(found, given []string) {
	if s.byLabel == nil {
		s.byLabel = map[string]counts{}
	}
	for _, l := range sortedSet(found, given) {
		c := s.byLabel[l]
		switch f, g := slices.Contains(found, l), slices.Contains(given, l); {
		case f && g:
			c.right++
			s.all.right++
		case f:
			c.wrong++
			s.all.wrong++
		default:
			c.missed++
			s.all.missed++
		}
		s.byLabel[l] = c
	}
}

// macroF1 is the mean F1 of the labels that an editor gave at least once.
func (s *labelScore) macroF1() float64 {
	sum, n := 0.0, 0
	for _, l := range slices.Sorted(maps.Keys(s.byLabel)) {
		if c := s.byLabel[l]; c.right+c.missed > 0 {
			sum += c.prf().F1
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func sortedSet(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// without returns the list less one label.
func without(list []string, label string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == label })
}
