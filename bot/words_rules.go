package bot

import (
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// Rules says which stories an alert sends and how many, in parts; never
// nothing.
func (w Words) Rules(r digest.Rules) []string {
	out := []string{w.Say("any story")}
	if r.Big > 0 {
		within := r.Within
		if within == 0 {
			within = digest.DefaultWithin
		}
		out[0] = w.Say("only stories of %s within %s", w.Say("%d sources", r.Big), w.Span(within))
	}
	perHour := r.PerHour
	if perHour == 0 {
		perHour = digest.DefaultPerHour
	}
	out = append(out, w.Say("at most %d an hour", perHour))
	if r.Cooldown > 0 {
		out = append(out, w.Say("%s between two", w.Span(r.Cooldown)))
	}
	return append(out, w.Filter(r.Filter)...)
}

// maxListed is how many runes of a list in a filter are told.
const maxListed = 120

// Filter says what a filter lets through, in parts; nothing for none.
func (w Words) Filter(f digest.Filter) []string {
	var out []string
	add := func(say func(string) string, values ...string) {
		if joined := []rune(strings.Join(values, ", ")); len(joined) > maxListed {
			out = append(out, say(string(joined[:maxListed])+"…"))
		} else if len(joined) > 0 {
			out = append(out, say(string(joined)))
		}
	}
	add(func(s string) string { return w.Say("with %s", s) }, f.Include...)
	add(func(s string) string { return w.Say("without %s", s) }, f.Exclude...)
	add(func(s string) string { return w.Say("matching %s", s) }, f.Match)
	add(func(s string) string { return w.Say("unless %s", s) }, f.Unless)
	add(func(s string) string { return w.Say("from %s", s) }, f.Sources...)
	add(func(s string) string { return w.Say("not from %s", s) }, f.NotSources...)
	add(func(s string) string { return w.Say("in languages %s", s) }, f.Langs...)
	return out
}
