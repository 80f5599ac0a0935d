package command

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// storyMenu picks one story of an answer.
func storyMenu(b digest.Brief, answer string, w bot.Words) bot.Action {
	out := bot.Action{ID: bot.ActionID("story", answer), Label: w.Say("About one story")}
	for _, s := range b.Stories {
		if len(out.Options) < maxChoices {
			out.Options = append(out.Options, bot.Option{Label: clip(s.Title, 70), Value: strconv.FormatInt(s.ID, 10)})
		}
	}
	return out
}

// pressStory serves the buttons of one story.
func (h *Handler) pressStory(ctx context.Context, r bot.Request, verb, arg string) (bot.Reply, error) {
	switch verb {
	case "story":
		return h.aboutStory(ctx, r, arg)
	case "followstory":
		return h.followStory(ctx, r, arg)
	case "mute":
		return h.pressMute(ctx, r, arg)
	case "mutepart":
		return h.pressMutePart(ctx, r, arg)
	case "unmute":
		return h.pressUnmute(ctx, r, arg)
	case "unlean":
		return h.unlean(ctx, r, arg)
	}
	return h.lean(ctx, r, verb, arg)
}

// aboutStory says why a story of an answer is there, with what can be done
// about it.
func (h *Handler) aboutStory(ctx context.Context, r bot.Request, answer string) (bot.Reply, error) {
	if id, slot, ok := strings.Cut(strings.TrimPrefix(answer, "s"), "/"); ok {
		return h.aboutItem(ctx, r, id, slot)
	}
	saved, err := h.o.Store.Answer(ctx, answer)
	if err != nil {
		return bot.Reply{}, tooOld(err)
	}
	b, err := h.find(ctx, askedOf(saved), h.mine(ctx, r))
	if err != nil {
		return bot.Reply{}, err
	}
	for _, s := range b.Stories {
		if strconv.FormatInt(s.ID, 10) == r.Value {
			b.Stories = []digest.StoryBrief{s}
			m := bot.WhyMessage(b, h.view(ctx, r))
			m.Title = bot.Text{bot.B(h.words(r).Say("Why this story"))}
			m.Actions = h.storyActions(ctx, r, s.ID, bot.BriefMessage(b, h.view(ctx, r)).Sections[0].Items[0].Sources)
			return bot.Reply{Message: m}, nil
		}
	}
	return bot.Reply{}, digest.Errorf(digest.NotFound, "This story is no longer in the answer").WithHint("Ask again with /brief.")
}

// itemMenu picks one story of a message that was posted.
func itemMenu(m bot.Message, edition string, w bot.Words) bot.Action {
	out := bot.Action{ID: bot.ActionID("story", edition), Label: w.Say("About one story")}
	for _, s := range m.Sections {
		for _, it := range s.Items {
			if it.StoryID > 0 && len(out.Options) < maxChoices {
				out.Options = append(out.Options, bot.Option{Label: clip(it.Title, 70), Value: strconv.FormatInt(it.StoryID, 10)})
			}
		}
	}
	return out
}

// aboutItem is aboutStory for a story of a digest.
func (h *Handler) aboutItem(ctx context.Context, r bot.Request, subID, slot string) (bot.Reply, error) {
	_, m, err := h.editionOf(ctx, r, subID, slot)
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	for _, s := range m.Sections {
		for _, it := range s.Items {
			if strconv.FormatInt(it.StoryID, 10) != r.Value {
				continue
			}
			out := whyOf(bot.Message{At: m.At, Zone: m.Zone, Sections: []bot.Section{{Items: []bot.Item{it}}}}, w)
			out.Title, out.Actions = bot.Text{bot.B(w.Say("Why this story"))}, h.storyActions(ctx, r, it.StoryID, it.Sources)
			return bot.Reply{Message: out}, nil
		}
	}
	return bot.Reply{}, digest.Errorf(digest.NotFound, "This story is not in that digest").WithHint("Ask again with /brief.")
}

// storyActions are what can be done about a story that these sources tell.
func (h *Handler) storyActions(ctx context.Context, r bot.Request, storyID int64, sources []string) []bot.Action {
	w, id := h.words(r), strconv.FormatInt(storyID, 10)
	out := []bot.Action{
		{ID: bot.ActionID("followstory", id), Label: w.Say("Follow this story")},
		{ID: bot.ActionID("mute", "0/"+id), Label: w.Say("Mute this story")},
		{ID: bot.ActionID("more-like", id), Label: w.Say("More like this")},
		{ID: bot.ActionID("less-like", id), Label: w.Say("Less like this")},
	}
	st, err := h.story(ctx, id)
	if err != nil {
		return out // what it is about is not known any more; the buttons say so too
	}
	if parts := h.muteParts(st, sources, w); len(parts) > 0 {
		out = append(out, bot.Action{ID: bot.ActionID("mutepart", id), Label: w.Say("Mute what it is about"), Options: parts})
	}
	return out
}

// muteParts are the countries, topics and sources of a story, to be muted by a
// menu.
func (h *Handler) muteParts(st digest.Story, sources []string, w bot.Words) []bot.Option {
	var out []bot.Option
	add := func(kind digest.MuteKind, value, label string) {
		if v := string(kind) + ":" + value; len(v) <= 75 && len(out) < maxChoices {
			out = append(out, bot.Option{Label: clip(w.Told(string(kind))+": "+label, 70), Value: v})
		}
	}
	for _, c := range digest.Firm(st.Countries) {
		add(digest.MuteCountry, c, h.name(c, w))
	}
	for _, t := range digest.Firm(st.Topics) {
		add(digest.MuteTopic, t, h.name(t, w))
	}
	for _, s := range sources {
		add(digest.MuteSource, s, s)
	}
	return out
}

// pressMutePart mutes for the person what a story is about, or one of its
// sources. The story is looked at again, so that nothing else can be muted by
// what a platform sends.
func (h *Handler) pressMutePart(ctx context.Context, r bot.Request, storyID string) (bot.Reply, error) {
	st, err := h.story(ctx, storyID)
	if err != nil {
		return bot.Reply{}, err
	}
	kind, value, _ := strings.Cut(r.Value, ":")
	m := digest.Mute{Kind: digest.MuteKind(kind), Value: value, Label: h.name(value, h.words(r)), Created: r.Now, Until: r.Now.Add(muteTime)}
	known := false
	switch m.Kind {
	case digest.MuteCountry:
		known = digest.WeightOf(st.Countries, value) >= digest.FirmWeight
	case digest.MuteTopic:
		known = digest.WeightOf(st.Topics, value) >= digest.FirmWeight
	case digest.MuteSource:
		m.Value, err = h.sourceNamed(ctx, value)
		m.Label, known = m.Value, err == nil
	}
	switch {
	case err != nil:
		return bot.Reply{}, err
	case !known:
		return bot.Reply{}, digest.Errorf(digest.NotFound, "This story is not about that").WithHint("Ask again with /brief.")
	}
	return h.addMute(ctx, r, h.own(r), m)
}

// pressMute mutes a story: "0/7" for the person, "3/7" where subscription 3
// goes.
func (h *Handler) pressMute(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	subID, storyID, _ := strings.Cut(arg, "/")
	to, err := h.muteTarget(ctx, r, subID)
	if err != nil {
		return bot.Reply{}, err
	}
	m, err := h.muted(ctx, digest.MuteStory, storyID, r.Now)
	if err != nil {
		return bot.Reply{}, err
	}
	m.Created, m.Until = r.Now, r.Now.Add(muteTime)
	return h.addMute(ctx, r, to, m)
}

// muteTarget is where the subscription goes whose message had the button. In
// a channel it mutes for all, so it is for people who manage it.
func (h *Handler) muteTarget(ctx context.Context, r bot.Request, subID string) (digest.Destination, error) {
	if subID == "0" {
		return h.own(r), nil
	}
	id, err := strconv.ParseInt(subID, 10, 64)
	if err != nil {
		return digest.Destination{}, digest.Errorf(digest.Invalid, "I don't know this button").WithHint("See /subscriptions.")
	}
	sub, err := h.o.Store.Subscription(ctx, id)
	if err != nil && digest.CodeOf(err) != digest.NotFound {
		return digest.Destination{}, err
	}
	if err != nil || (sub.Destination.Direct && sub.Destination.String() != h.own(r).String()) {
		return digest.Destination{}, notYours(id)
	}
	if sub.Destination.Direct || sub.Destination.Platform == "web" {
		return h.own(r), nil
	}
	if !samePlace(sub.Destination, r.Place) {
		return digest.Destination{}, notYours(id)
	}
	return h.target(r, "here")
}

// followStory subscribes the person to what is new of a story; an alert's
// place is not asked, since following is each reader's own wish.
func (h *Handler) followStory(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	arg, where := cutWhere(arg)
	st, err := h.story(ctx, arg)
	if err != nil {
		return bot.Reply{}, err
	}
	to, err := h.destination(r, where)
	if err != nil {
		return bot.Reply{}, err
	}
	sub := digest.Subscription{Kind: digest.FollowKind, Name: clip(st.Title, 120), Query: "story:" + strconv.FormatInt(st.ID, 10), Destination: to,
		Zone: h.zone(ctx, r), Lang: r.Lang, Owner: r.Person, From: "command", Created: r.Now, State: digest.Active}
	if !to.Direct {
		sub.Lang = h.o.Lang
	}
	if err := h.room(ctx, r, sub); err != nil {
		return bot.Reply{}, err
	}
	if err := h.letIn(ctx, sub); err != nil {
		return bot.Reply{}, err
	}
	if sub, err = h.o.Store.CreateSubscription(ctx, sub); err != nil {
		return bot.Reply{}, err
	}
	id := strconv.FormatInt(sub.ID, 10)
	h.audit(ctx, r, "follow", id+" "+sub.Query)
	w := h.words(r)
	return say(w, w.Text("Following %s until it has been silent for 7 days.", bot.B(sub.Name)), bot.Action{ID: bot.ActionID("unsubscribe", id), Label: w.Say("Undo")}), nil
}

// whyNot tells which step left a URL or headline out: of the subscription
// whose number comes first, else of each that the person sees.
func (h *Handler) whyNot(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	if h.o.Alerts == nil {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "What was left out cannot be looked up here").WithHint("Ask the operator to switch alerts on.")
	}
	subs, what, err := h.whyNotOf(ctx, r, arg)
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B(w.Say("Why not: %s", clip(what, 150)))}}
	for _, sub := range subs {
		sub.Lang = cmp.Or(r.Lang, sub.Lang)
		steps, err := h.o.Alerts.WhyNot(ctx, sub, what)
		if err != nil {
			return bot.Reply{}, err
		}
		section := bot.Section{Title: "#" + strconv.FormatInt(sub.ID, 10) + " " + subName(sub, w)}
		for _, s := range steps {
			mark := "✓ "
			if !s.Passed {
				mark = "✗ "
			}
			section.Lines = append(section.Lines, bot.T(mark+s.Text))
		}
		m.Sections = append(m.Sections, section)
	}
	return bot.Reply{Message: m}, nil
}

// maxWhyNot is how many subscriptions are looked at when none is named.
const maxWhyNot = 3

func (h *Handler) whyNotOf(ctx context.Context, r bot.Request, arg string) (subs []digest.Subscription, what string, err error) {
	visible, err := h.visible(ctx, r)
	if err != nil {
		return nil, "", err
	}
	first, rest, _ := strings.Cut(strings.TrimSpace(arg), " ")
	for _, s := range visible {
		if strings.TrimPrefix(first, "#") == strconv.FormatInt(s.ID, 10) {
			return []digest.Subscription{s}, strings.TrimSpace(rest), usableWhat(rest)
		}
		if s.Kind != digest.FollowKind && len(subs) < maxWhyNot {
			subs = append(subs, s)
		}
	}
	if len(subs) == 0 {
		return nil, "", digest.Errorf(digest.NotFound, "You have no subscription that could have sent it").WithHint("See /subscriptions.")
	}
	return subs, strings.TrimSpace(arg), usableWhat(arg)
}

func usableWhat(what string) error {
	if strings.TrimSpace(what) == "" {
		return digest.Errorf(digest.Invalid, "Say which article by its address or headline").WithHint("For example: /subscriptions whynot https://example.org/article")
	}
	return nil
}
