package command

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

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
	name, see := bot.B(h.names(slugs, w)), typed("subscriptions leanings")
	was := p.Leanings
	if p.Leanings = leaned(was, slugs, step); maps.Equal(p.Leanings, was) {
		return say(w, w.Text("That is as far as it goes for %s. See or reset it with %s.", name, see)), nil
	}
	undo, err := h.saveLeanings(ctx, r, p, was, verb)
	if err != nil {
		return bot.Reply{}, err
	}
	t := w.Text("You will see more of %s. See or reset it with %s.", name, see)
	if step < 0 {
		t = w.Text("You will see less of %s. See or reset it with %s.", name, see)
	}
	reply := say(w, t, undo)
	if inChannel(r) {
		// A channel has no leanings: what one of its people likes is no rule for
		// the others.
		reply.Message.Lead = append(reply.Message.Lead, bot.T(w.Say("This is for you alone: what this channel gets ranks the same for everyone.")))
	}
	return reply, nil
}

// leanedKey is the setting that holds what a person leant to before, for undo.
func leanedKey(p digest.Person) string { return keyOf("leaned", p) }

// leant is what a person leant to before they changed it.
type leant struct {
	At       time.Time
	Leanings map[string]float64
}

// saveLeanings stores what a person leans to, and what they did before, and
// returns the button that takes it back.
func (h *Handler) saveLeanings(ctx context.Context, r bot.Request, p digest.Profile, was map[string]float64, action string) (undo bot.Action, err error) {
	kept, err := json.Marshal(leant{At: r.Now, Leanings: was})
	if err != nil {
		return undo, err
	}
	if err := h.o.Store.SetSetting(ctx, leanedKey(r.Person), string(kept)); err != nil {
		return undo, err
	}
	undo = bot.Action{ID: bot.ActionID("unlean", strconv.FormatInt(r.Now.UnixMilli(), 36)), Label: h.words(r).Say("Undo")}
	return undo, h.saveProfile(ctx, r, p, action)
}

// unlean takes the presser's last change of their leanings back, within its
// time. The button names when it was made, so that an older one takes nothing
// newer back.
func (h *Handler) unlean(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	kept, err := h.o.Store.Setting(ctx, leanedKey(r.Person))
	if err != nil {
		return bot.Reply{}, err
	}
	var was leant
	if json.Unmarshal([]byte(kept), &was) != nil || strconv.FormatInt(was.At.UnixMilli(), 36) != arg || r.Now.Sub(was.At) > undoTime {
		return bot.Reply{}, digest.Errorf(digest.NotFound, "It is too late to undo that").WithHint("See /subscriptions leanings.")
	}
	p, err := h.o.Store.Profile(ctx, h.own(r))
	if err != nil {
		return bot.Reply{}, err
	}
	p.Leanings = was.Leanings
	if err := h.saveProfile(ctx, r, p, "unlean"); err != nil {
		return bot.Reply{}, err
	}
	if err := h.o.Store.SetSetting(ctx, leanedKey(r.Person), ""); err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	return say(w, w.Text("As it was.")), nil
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
		out[i] = h.name(s, w)
	}
	return strings.Join(out, ", ")
}

// name is a country or topic for people.
func (h *Handler) name(slug string, w bot.Words) string {
	switch country := slug == strings.ToUpper(slug); {
	case country && h.o.Country != nil:
		return h.o.Country(slug, w.Lang())
	case !country && h.o.Topic != nil:
		return h.o.Topic(slug, w.Lang())
	}
	return slug
}

// leanings shows what the person leans to, or resets it.
func (h *Handler) leanings(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	p, err := h.o.Store.Profile(ctx, h.own(r))
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	arg, where := cutWhere(arg)
	if where == "here" && !r.Place.Direct {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "A channel has no leanings: each person has their own").WithHint("To keep something out of the channel: /subscriptions mute topic sport 7d here")
	}
	switch word := strings.ToLower(arg); {
	case word == "reset" || word == "초기화":
		was := p.Leanings
		p.Leanings = nil
		undo, err := h.saveLeanings(ctx, r, p, was, "reset leanings")
		if err != nil {
			return bot.Reply{}, err
		}
		return say(w, bot.T(w.Say("Your leanings are reset: everything ranks the same for you again.")), undo), nil
	case word != "":
		return bot.Reply{}, digest.Errorf(digest.Invalid, "I don't know what to do with “%s”", clip(arg, 60)).WithHint("Type: /subscriptions leanings, or /subscriptions leanings reset")
	}
	if len(p.Leanings) == 0 {
		return say(w, bot.T(w.Say("You lean to nothing in particular. Pick a story under an answer, then More like this or Less like this."))), nil
	}
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B(w.Say("%d leanings", len(p.Leanings)))}}
	section := bot.Section{}
	for _, slug := range slices.Sorted(maps.Keys(p.Leanings)) {
		name, shift := bot.B(h.name(slug, w)), fmt.Sprintf("%+.0f%%", 100*p.Leanings[slug])
		of := w.Text("%s: more (%s)", name, shift)
		if p.Leanings[slug] < 0 {
			of = w.Text("%s: less (%s)", name, shift)
		}
		section.Lines = append(section.Lines, of)
	}
	m.Sections = []bot.Section{section}
	m.Tail = []bot.Text{w.Text("Reset with %s.", typed("subscriptions leanings reset"))}
	return bot.Reply{Message: m}, nil
}
