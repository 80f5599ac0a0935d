package story

// veto says what keeps an article out of a story that is similar enough; ""
// when nothing does.
func (g *Grouper) veto(a *article, s *group) string {
	return ""
}

func (g *Grouper) vetoStories(a, b *group) string {
	return ""
}

func anotherDay(a, b *article) bool { return false }

// contrast measures how far the names that a and s are about keep them apart:
// the share of s's that a does not mention at all, and of a's that s does not.
func (g *Grouper) contrast(a *article, s *group) (theirs, ours float64) {
	var all, missing, own, unknown float64
	j := 0
	for i := range s.terms {
		t := &s.terms[i]
		for j < len(a.terms) && a.terms[j].id < t.id {
			if a.terms[j].salient {
				k := g.rare.of(a.terms[j].id)
				own += k
				unknown += k
			}
			j++
		}
		var w *weight
		if j < len(a.terms) && a.terms[j].id == t.id {
			w = &a.terms[j]
			j++
			if w.salient {
				own += g.rare.of(w.id)
			}
		}
		if 2*int(t.salient) > len(s.live) {
			k := g.rare.of(t.id)
			all += k
			if w == nil {
				missing += k
			}
		}
	}
	for ; j < len(a.terms); j++ {
		if a.terms[j].salient {
			k := g.rare.of(a.terms[j].id)
			own += k
			unknown += k
		}
	}
	return ratio(missing, all), ratio(unknown, own)
}

func ratio(part, all float64) float64 {
	if all == 0 {
		return 0
	}
	return part / all
}

// contrastStories is contrast between two stories: the share of each one's
// names that the other never mentions.
func (g *Grouper) contrastStories(a, b *group) (theirs, ours float64) {
	return g.unmentioned(b, a), g.unmentioned(a, b)
}

// unmentioned is the share of the names that s is about that o lacks.
func (g *Grouper) unmentioned(s, o *group) float64 {
	var all, missing float64
	at := 0
	for i := range s.terms {
		t := &s.terms[i]
		if 2*int(t.salient) <= len(s.live) {
			continue
		}
		k := g.rare.of(t.id)
		all += k
		pos, ok := findSum(o.terms[at:], t.id)
		at += pos
		if !ok || int(o.terms[at].n)*g.tuning.mention < len(o.live) {
			missing += k
		}
	}
	return ratio(missing, all)
}

// amountsAgree counts the numbers of a that an article of s counts alike, and
// those that all of them count otherwise.
func amountsAgree(a *article, s *group) (same, other int) {
	for _, c := range a.amounts {
		found, equal := false, false
		for _, b := range s.live {
			for _, d := range b.amounts {
				if d.unit == c.unit {
					found = true
					equal = equal || d.value == c.value
				}
			}
		}
		switch {
		case equal:
			same++
		case found:
			other++
		}
	}
	return same, other
}
