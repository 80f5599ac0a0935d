package command

import (
	"cmp"
	"context"
	"sort"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// help says what can be asked, with examples that have stories right now; of
// one command all that can be typed.
func (h *Handler) help(ctx context.Context, r bot.Request) (bot.Reply, error) {
	w := h.words(r)
	if topic := helpTopic(cmp.Or(r.Args, r.Fields["command"])); topic != "" {
		return bot.Reply{Message: helpOf(topic, r, w)}, nil
	}
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B("daybrief")},
		Lead: []bot.Text{bot.T(w.Say("Ask about a country, a topic, or both: one line for each event, true to its sources."))}}
	lines := bot.Section{Title: w.Say("What you can type")}
	for _, spec := range Specs() {
		usage := "/" + spec.Name
		for _, f := range spec.Fields {
			if f.Required {
				usage += " " + f.Name
			} else {
				usage += " [" + f.Name + "]"
			}
		}
		lines.Lines = append(lines.Lines, bot.Text{{Text: usage, Code: true, Command: spec.Name}, bot.S(" – " + inWords(spec.Summary, w))})
	}
	m.Sections = []bot.Section{lines}
	if examples := h.examples(ctx, r.Now); len(examples) > 0 {
		t := bot.Text{bot.S(w.Say("Try:") + " ")}
		for i, e := range examples {
			if i > 0 {
				t = append(t, bot.S(", "))
			}
			t = append(t, bot.B(e))
			m.Actions = append(m.Actions, bot.Action{ID: bot.ActionID("ask", e), Label: clip(e, 33)})
		}
		m.Tail = []bot.Text{t}
	}
	m.Tail = append(m.Tail, w.Text("More of one of them: %s.", typed("help subscriptions")))
	return bot.Reply{Message: m}, nil
}

// examples are three requests that have stories.
func (h *Handler) examples(ctx context.Context, now time.Time) []string {
	popular := h.popular.read(ctx, h.o.Store, now)
	slugs := make([]string, 0, len(popular))
	for slug := range popular {
		slugs = append(slugs, slug)
	}
	sort.Slice(slugs, func(i, j int) bool {
		a, b := popular[slugs[i]], popular[slugs[j]]
		return a > b || (a == b && slugs[i] < slugs[j])
	})
	var country, topic string
	var out []string
	for _, s := range slugs {
		switch isCountry := s == strings.ToUpper(s); {
		case isCountry && country == "":
			country = strings.ToLower(s)
			out = append(out, country)
		case !isCountry && topic == "":
			topic = s
			out = append(out, topic)
		}
	}
	if country != "" && topic != "" {
		out = append(out, country+"-"+topic)
	}
	return out
}

// sources tells how reading the news goes.
func (h *Handler) sources(ctx context.Context, r bot.Request) (bot.Reply, error) {
	all, err := h.o.Store.Sources(ctx)
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	counts := map[digest.SourceState]int{}
	section := bot.Section{}
	for _, s := range all {
		counts[s.Health.State]++
		if s.Health.State == digest.SourceFailing || s.Health.State == digest.SourceGone {
			section.Lines = append(section.Lines, bot.Text{bot.B(s.Name), bot.S(" – " + s.Health.LastError)})
		}
	}
	var states []string
	for _, st := range []digest.SourceState{digest.SourceOK, digest.SourceQuiet, digest.SourceSlow, digest.SourceFailing, digest.SourceGone, digest.SourceNew} {
		if counts[st] > 0 {
			states = append(states, stateCount(st, counts[st], w))
		}
	}
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B(w.Say("%d sources", len(all)))}, Lead: []bot.Text{bot.T(strings.Join(states, " · "))}}
	if len(section.Lines) > 0 {
		section.Title = w.Say("Not readable")
		if len(section.Lines) > 20 {
			section.Lines = append(section.Lines[:20], bot.T(w.Say("%d more", len(section.Lines)-20)))
		}
		m.Sections = []bot.Section{section}
	}
	return bot.Reply{Message: m}, nil
}

// stateCount says how many sources are in a state.
func stateCount(st digest.SourceState, n int, w bot.Words) string {
	switch st {
	case digest.SourceOK:
		return w.Say("%d ok", n)
	case digest.SourceQuiet:
		return w.Say("%d quiet", n)
	case digest.SourceSlow:
		return w.Say("%d slow", n)
	case digest.SourceFailing:
		return w.Say("%d failing", n)
	case digest.SourceGone:
		return w.Say("%d gone", n)
	}
	return w.Say("%d not read yet", n)
}
