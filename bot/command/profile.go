package command

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// own is where the person's own things go.
func (h *Handler) own(r bot.Request) digest.Destination {
	to, _ := h.destination(r, "") // without "here" it cannot fail
	return to
}

// target is whose choices are meant: the person's own, or with "here" those
// of the channel, for people who manage it.
func (h *Handler) target(r bot.Request, where string) (digest.Destination, error) {
	if where != "here" || !inChannel(r) {
		return h.own(r), nil
	}
	if !r.Manager {
		return digest.Destination{}, digest.Errorf(digest.Forbidden, "What this channel gets is for people who manage it").
			WithHint("Leave out “here” to choose for yourself.")
	}
	return r.Place, nil
}

// chosenAt is what was chosen at a target, for who may change it.
func (h *Handler) chosenAt(ctx context.Context, r bot.Request, where string) (digest.Profile, error) {
	to, err := h.target(r, where)
	if err != nil {
		return digest.Profile{}, err
	}
	return h.o.Store.Profile(ctx, to)
}

// whose is the word that names a target in buttons.
func (h *Handler) whose(to digest.Destination, r bot.Request) string {
	if to == h.own(r) {
		return "own"
	}
	return "here"
}

// mine is how the person gets answers: with what they have chosen, in their
// language.
func (h *Handler) mine(ctx context.Context, r bot.Request) Page {
	return Page{Profile: h.profileOf(ctx, h.own(r)), Lang: cmp.Or(r.Lang, h.o.Lang)}
}

// profileOf is what was chosen for a destination. That it cannot be read keeps
// nobody from an answer.
func (h *Handler) profileOf(ctx context.Context, of digest.Destination) digest.Profile {
	p, err := h.o.Store.Profile(ctx, of)
	if err != nil {
		h.o.Log.WarnContext(ctx, "what was chosen could not be read", "destination", of.String(), "error", err)
	}
	return p
}

// saveProfile stores what was chosen.
func (h *Handler) saveProfile(ctx context.Context, r bot.Request, p digest.Profile, action string) error {
	p.Updated = r.Now
	if err := h.o.Store.SaveProfile(ctx, p); err != nil {
		return err
	}
	h.audit(ctx, r, action, p.Destination.String())
	return nil
}

// chosen says under the list of subscriptions what else is chosen: for the
// person, and for the channel to those who may change it.
func (h *Handler) chosen(ctx context.Context, r bot.Request) ([]bot.Text, error) {
	p, err := h.o.Store.Profile(ctx, h.own(r))
	if err != nil {
		return nil, err
	}
	w := h.words(r)
	out := h.chosenIn(p, r, false)
	if n := len(p.Leanings); n > 0 {
		out = append(out, w.Text("%s, see %s.", w.Say("%d leanings", n), typed("subscriptions leanings")))
	}
	if !inChannel(r) || !r.Manager {
		return out, nil
	}
	here, err := h.o.Store.Profile(ctx, r.Place)
	if err != nil {
		return nil, err
	}
	return append(out, h.chosenIn(here, r, true)...), nil
}

// chosenIn says the quiet hours and mutes of a profile: the person's, or the
// channel's.
func (h *Handler) chosenIn(p digest.Profile, r bot.Request, here bool) []bot.Text {
	w := h.words(r)
	var out []bot.Text
	if quietOn(p.Quiet) {
		line := w.Say("Quiet hours: %s.", quietInWords(p.Quiet, w))
		if here {
			line = w.Say("Quiet hours of this channel: %s.", quietInWords(p.Quiet, w))
		}
		out = append(out, bot.T(line))
	}
	if n := len(activeMutes(p, r.Now)); n > 0 {
		muted := w.Say("%d muted", n)
		line := w.Text("%s, see %s.", muted, typed("subscriptions mutes"))
		if here {
			line = w.Text("%s in this channel, see %s.", muted, typed("subscriptions mutes here"))
		}
		out = append(out, line)
	}
	return out
}

// typed is a command as a span: linked where the platform can.
func typed(command string) bot.Span {
	return bot.Span{Text: "/" + command, Code: true, Command: command}
}

// story reads the story of a number.
func (h *Handler) story(ctx context.Context, number string) (digest.Story, error) {
	id, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || id <= 0 {
		return digest.Story{}, digest.Errorf(digest.Invalid, "I don't know this story").WithHint("Ask again with /brief.")
	}
	stories, err := h.o.Store.Stories(ctx, []int64{id})
	if err != nil {
		return digest.Story{}, err
	}
	if len(stories) == 0 {
		return digest.Story{}, digest.Errorf(digest.NotFound, "This story is no longer stored").WithHint("Ask again with /brief.")
	}
	return stories[0], nil
}
