package bot

import (
	"cmp"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// Rules says which stories an alert sends and how many, in parts; never
// nothing.
func (w Words) Rules(r digest.Rules) []string {
	out := []string{w.Say("any story")}
	if r.Big > 0 {
		out[0] = w.Say("only stories of %s within %s", w.Say("%d sources", r.Big), w.Span(cmp.Or(r.Within, digest.DefaultWithin)))
	}
	out = append(out, w.Say("at most %d an hour", cmp.Or(r.PerHour, digest.DefaultPerHour)))
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
		joined := strings.Join(values, ", ")
		if runes := []rune(joined); len(runes) > maxListed {
			joined = string(runes[:maxListed]) + "…"
		}
		if joined != "" {
			out = append(out, say(joined))
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
