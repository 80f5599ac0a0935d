package command

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// overview is what a person has: their subscriptions and those of the place,
// and what else they have chosen.
func (h *Handler) overview(ctx context.Context, r bot.Request) (bot.Reply, error) {
	subs, err := h.visible(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	m := h.list(subs, r)
	m.Notes, err = h.chosen(ctx, r)
	return bot.Reply{Message: m}, err
}

// maxHome is how many subscriptions a start page has buttons for.
const maxHome = 20

// home is the start page of a person: what it does on first sight, then their
// subscriptions.
func (h *Handler) home(ctx context.Context, r bot.Request) (bot.Reply, error) {
	subs, err := h.visible(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	notes, err := h.chosen(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	if len(subs) == 0 {
		reply, err := h.help(ctx, r)
		reply.Message.Notes = append(notes, bot.T(w.Say("I read only what you send me, and keep your subscriptions until you remove them.")))
		return reply, err
	}
	m := h.list(subs, r)
	m.Sections, m.Tail, m.Notes = nil, nil, notes
	for _, s := range subs[:min(len(subs), maxHome)] {
		one := h.manage(s, r)
		m.Sections = append(m.Sections, bot.Section{Lines: one.Lead[:1], Actions: one.Actions})
	}
	if more := len(subs) - maxHome; more > 0 {
		m.Tail = []bot.Text{w.Text("%d more, see %s.", more, typed("subscriptions"))}
	} else {
		m.Actions = nil // each has its own buttons
	}
	return bot.Reply{Message: m}, nil
}

// list shows subscriptions, those of a kind together, with a menu to pick one
// from.
func (h *Handler) list(subs []digest.Subscription, r bot.Request) bot.Message {
	w := h.words(r)
	if len(subs) == 0 {
		return bot.Message{Lang: w.Lang(), At: r.Now, Lead: []bot.Text{w.Text("You have no subscriptions. Try %s.", typed("subscribe korea-trade weekdays 8:00"))}}
	}
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B(w.Say("%d subscriptions", len(subs)))}}
	var options []bot.Option
	beyond := int64(0) // the first that the menu has no room for
	for _, kind := range []digest.SubscriptionKind{digest.DigestKind, digest.AlertKind, digest.FollowKind} {
		section := bot.Section{Title: kindWords(kind, w)}
		for _, s := range subs {
			if s.Kind != kind {
				continue
			}
			section.Lines = append(section.Lines, h.line(s, r, w))
			switch {
			case !h.mayChange(r, s):
			case len(options) < maxChoices:
				options = append(options, bot.Option{Label: clip("#"+strconv.FormatInt(s.ID, 10)+" "+subName(s, w), 70), Value: strconv.FormatInt(s.ID, 10)})
			default:
				beyond = cmp.Or(beyond, s.ID)
			}
		}
		if len(section.Lines) > 0 {
			m.Sections = append(m.Sections, section)
		}
	}
	if len(m.Sections) == 1 {
		m.Sections[0].Title = "" // the title of the message says enough
	}
	if len(options) > 0 {
		m.Actions = []bot.Action{{ID: bot.ActionID("manage", ""), Label: w.Say("Manage one"), Options: options}}
	}
	if beyond != 0 {
		m.Tail = []bot.Text{w.Text("The menu has the first %d; change any other by its number, as in %s.", maxChoices, typed("subscriptions pause "+strconv.FormatInt(beyond, 10)))}
	}
	return m
}

func kindWords(kind digest.SubscriptionKind, w bot.Words) string {
	switch kind {
	case digest.AlertKind:
		return w.Say("Alerts")
	case digest.FollowKind:
		return w.Say("Followed stories")
	}
	return w.Say("Digests")
}

func subName(s digest.Subscription, w bot.Words) string {
	return cmp.Or(s.Name, s.Query, w.Say("all news"))
}

// line tells one subscription on one line.
func (h *Handler) line(s digest.Subscription, r bot.Request, w bot.Words) bot.Text {
	t := bot.Text{bot.S("#" + strconv.FormatInt(s.ID, 10) + " "), bot.B(subName(s, w)), bot.S(" · " + h.manner(s, w) + " · ")}
	switch {
	case s.Destination.Direct:
		t = append(t, bot.S(w.Say("direct messages")))
	case s.Destination.Platform == "web":
		t = append(t, bot.S(w.Say("the page")))
	default:
		t = append(t, bot.P(s.Destination))
	}
	return append(t, bot.S(" · "+state(s, r, w)))
}

// manner says when a subscription sends, and what it leaves out.
func (h *Handler) manner(s digest.Subscription, w bot.Words) string {
	switch s.Kind {
	case digest.AlertKind:
		return w.Say("alert") + ": " + strings.Join(w.Rules(s.Rules), ", ")
	case digest.FollowKind:
		return w.Say("followed story")
	}
	parts := append([]string{h.o.Schedules.Describe(s.Schedule, w) + " " + zoneWords(s.Zone, w)}, look(s, w)...)
	if s.Quiet {
		parts = append(parts, w.Say("silent when there is nothing new"))
	}
	return strings.Join(append(parts, w.Filter(s.Rules.Filter)...), ", ")
}

// look says how a digest is shown, where that is not as usual.
func look(s digest.Subscription, w bot.Words) []string {
	var out []string
	switch s.Format {
	case digest.Cards:
		out = append(out, w.Say("longer summaries"))
	case digest.Headlines:
		out = append(out, w.Say("headlines alone"))
	case digest.Review:
		out = append(out, w.Say("review"))
	}
	if s.Length != 0 && s.Length != digest.DefaultLength {
		out = append(out, w.Say("at most %d stories", s.Length))
	}
	if s.Threads {
		out = append(out, w.Say("details in a thread"))
	}
	return out
}

// state says whether a subscription runs, and when next.
func state(s digest.Subscription, r bot.Request, w bot.Words) string {
	switch {
	case s.State == digest.Paused:
		return w.Say("paused")
	case s.State == digest.Suspended:
		return w.Say("stopped: %s", strings.TrimSuffix(w.Told(s.Reason), "."))
	case s.State == digest.Removed:
		return w.Say("removed")
	case scheduleless(s):
		return w.Say("on")
	case s.NextRun.IsZero():
		return w.Say("no next run")
	}
	return w.Say("next %s", w.Soon(s.NextRun.In(bot.Zone(s.Zone)), r.Now))
}
