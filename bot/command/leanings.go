package command

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

const (
	// leaningStep is how far one press shifts a slug.
	leaningStep = 0.25
	// maxLeanings bounds how many slugs one person leans to.
	maxLeanings = 60
)

// lean shifts what a story is about, for the person alone.
func (h *Handler) lean(ctx context.Context, r bot.Request, verb, arg string) (bot.Reply, error) {
	st, err := h.story(ctx, arg)
	if err != nil {
		return bot.Reply{}, err
	}
	slugs := append(digest.Firm(st.Countries), digest.Firm(st.Topics)...)
	w := h.words(r)
	if len(slugs) == 0 {
		return say(w, bot.T(w.Say("This story is about no country or topic that I know, so nothing was changed."))), nil
	}
	p, err := h.o.Store.Profile(ctx, h.own(r))
	if err != nil {
		return bot.Reply{}, err
	}
	step := leaningStep
	if verb == "less-like" {
		step = -step
	}
	p.Leanings = leaned(p.Leanings, slugs, step)
	if err := h.saveProfile(ctx, r, p, verb); err != nil {
		return bot.Reply{}, err
	}
	t := w.Text("You will see more of %s. See or reset it with %s.", bot.B(h.names(slugs, w)), typed("subscriptions leanings"))
	if step < 0 {
		t = w.Text("You will see less of %s. See or reset it with %s.", bot.B(h.names(slugs, w)), typed("subscriptions leanings"))
	}
	return say(w, t), nil
}

// leaned shifts slugs within the bounds; what comes back to nothing is
// forgotten.
func leaned(old map[string]float64, slugs []string, step float64) map[string]float64 {
	out := maps.Clone(old)
	if out == nil {
		out = map[string]float64{}
	}
	for _, s := range slugs {
		if _, has := out[s]; !has && len(out) >= maxLeanings {
			continue
		}
		out[s] = min(max(out[s]+step, -digest.MaxLeaning), digest.MaxLeaning)
		if out[s] == 0 {
			delete(out, s)
		}
	}
	return out
}

// names are slugs for people.
func (h *Handler) names(slugs []string, w bot.Words) string {
	out := make([]string, len(slugs))
	for i, s := range slugs {
		out[i] = s
		if h.o.Topic != nil && s != strings.ToUpper(s) {
			out[i] = h.o.Topic(s, w.Lang())
		}
	}
	return strings.Join(out, ", ")
}

// leanings shows what the person leans to, or resets it.
func (h *Handler) leanings(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	p, err := h.o.Store.Profile(ctx, h.own(r))
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	if word := strings.ToLower(arg); word == "reset" || word == "초기화" {
		p.Leanings = nil
		if err := h.saveProfile(ctx, r, p, "reset leanings"); err != nil {
			return bot.Reply{}, err
		}
		return say(w, bot.T(w.Say("Your leanings are reset: everything ranks the same for you again."))), nil
	}
	if len(p.Leanings) == 0 {
		return say(w, bot.T(w.Say("You lean to nothing in particular. Pick a story under an answer, then More like this or Less like this."))), nil
	}
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B(w.Say("%d leanings", len(p.Leanings)))}}
	section := bot.Section{}
	for _, slug := range slices.Sorted(maps.Keys(p.Leanings)) {
		of := w.Text("%s: more (%s)", bot.B(h.names([]string{slug}, w)), fmt.Sprintf("%+.0f%%", 100*p.Leanings[slug]))
		if p.Leanings[slug] < 0 {
			of = w.Text("%s: less (%s)", bot.B(h.names([]string{slug}, w)), fmt.Sprintf("%+.0f%%", 100*p.Leanings[slug]))
		}
		section.Lines = append(section.Lines, of)
	}
	m.Sections = []bot.Section{section}
	m.Tail = []bot.Text{w.Text("Reset with %s.", typed("subscriptions leanings reset"))}
	return bot.Reply{Message: m}, nil
}
