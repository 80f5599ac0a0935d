package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// digest serves "digest now", "digest preview" and "digest history" of the
// place.
func (h *Handler) digest(ctx context.Context, r bot.Request) (bot.Reply, error) {
	word, arg, _ := strings.Cut(cmp.Or(r.Fields["action"], r.Args), " ")
	switch strings.ToLower(word) {
	case "now":
		return h.digestNow(ctx, r, arg)
	case "history":
		return h.history(ctx, r)
	case "whynot":
		return h.whyNot(ctx, r, arg)
	case "", "preview":
		return h.preview(ctx, r, arg)
	}
	return h.previewOf(ctx, r, r.Args)
}

// pick finds the subscription meant: by number, else the only one here.
func (h *Handler) pick(ctx context.Context, r bot.Request, arg string) (digest.Subscription, error) {
	subs, err := h.subscriptionsHere(ctx, r)
	if err != nil {
		return digest.Subscription{}, err
	}
	arg = strings.TrimPrefix(strings.TrimSpace(arg), "#")
	subs = slices.DeleteFunc(subs, scheduleless)
	for _, s := range subs {
		if strconv.FormatInt(s.ID, 10) == arg || (arg == "" && len(subs) == 1) || (arg != "" && strings.EqualFold(s.Query, arg)) {
			return s, nil
		}
	}
	if len(subs) == 0 {
		return digest.Subscription{}, digest.Errorf(digest.NotFound, "Nothing is subscribed here").WithHint("Try: /subscribe korea-trade weekdays 8:00 here")
	}
	return digest.Subscription{}, digest.Errorf(digest.Invalid, "Say which digest by its number").WithHint("See /subscriptions.")
}

func (h *Handler) preview(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	sub, err := h.pick(ctx, r, arg)
	if digest.CodeOf(err) == digest.NotFound {
		return h.previewOf(ctx, r, arg)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	return h.previewSub(ctx, r, sub)
}

// previewSub shows what a subscription would send now; of an alert, what it
// would have sent.
func (h *Handler) previewSub(ctx context.Context, r bot.Request, sub digest.Subscription) (bot.Reply, error) {
	if scheduleless(sub) {
		w := h.words(r)
		lines, err := h.trial(ctx, r, sub, w)
		return bot.Reply{Message: bot.Message{Lang: w.Lang(), At: r.Now, Zone: sub.Zone, Lead: append([]bot.Text{h.line(sub, r, w)}, lines...)}}, err
	}
	m, err := h.o.Schedules.Preview(ctx, sub)
	return bot.Reply{Message: m}, err
}

// previewOf shows what a digest of a query would be.
func (h *Handler) previewOf(ctx context.Context, r bot.Request, query string) (bot.Reply, error) {
	if _, err := h.o.Reader.Read(query, r.Now); err != nil && query != "" {
		return bot.Reply{}, err
	}
	sub := digest.Subscription{Kind: digest.DigestKind, Query: query, Schedule: "0 8 * * *", Zone: h.zone(ctx, r), Lang: cmp.Or(r.Lang, h.o.Lang), Destination: r.Place, Owner: r.Person, From: "preview", Created: r.Now, State: digest.Active}
	m, err := h.o.Schedules.Preview(ctx, sub)
	m.Actions, m.Footer = nil, nil
	return bot.Reply{Message: m}, err
}

func (h *Handler) digestNow(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	sub, err := h.pick(ctx, r, arg)
	if err != nil {
		return bot.Reply{}, err
	}
	if !h.mayChange(r, sub) {
		return bot.Reply{}, digest.Errorf(digest.Forbidden, "Posting a digest here is for people who manage the channel").WithHint("Try: /digest preview")
	}
	e, err := h.o.Schedules.RunNow(ctx, sub.ID)
	if err != nil {
		return bot.Reply{}, err
	}
	h.audit(ctx, r, "digest now", fmt.Sprintf("subscription %d edition %d", sub.ID, e.ID))
	w := h.words(r)
	return say(w, w.Text("%s is on its way.", bot.B(subName(sub, w)))), nil
}

// maxHistory is how many past digests are listed.
const maxHistory = 20

// history lists past digests of the place, latest first.
func (h *Handler) history(ctx context.Context, r bot.Request) (bot.Reply, error) {
	subs, err := h.subscriptionsHere(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B(w.Say("Past digests"))}}
	var all []digest.Edition
	for _, s := range slices.DeleteFunc(subs, scheduleless) {
		editions, err := h.o.Store.Editions(ctx, digest.EditionFilter{SubscriptionID: s.ID, Limit: maxHistory})
		if err != nil {
			return bot.Reply{}, err
		}
		all = append(all, editions...)
	}
	slices.SortStableFunc(all, func(a, b digest.Edition) int { return b.Scheduled.Compare(a.Scheduled) })
	section := bot.Section{}
	for _, e := range all[:min(len(all), maxHistory)] {
		section.Lines = append(section.Lines, h.editionLine(e, w))
	}
	if len(section.Lines) == 0 {
		m.Lead = []bot.Text{bot.T(w.Say("No digest was posted here yet."))}
		return bot.Reply{Message: m}, nil
	}
	m.Sections = []bot.Section{section}
	return bot.Reply{Message: m}, nil
}

func (h *Handler) editionLine(e digest.Edition, w bot.Words) bot.Text {
	slot := strings.Replace(e.Slot, "T", " ", 1)
	if e.Missed {
		return bot.T(w.Say("%s – missed: the bot was not running", slot))
	}
	title := bot.Span{Text: e.Title}
	if h.o.Page != "" {
		title.URL = strings.TrimSuffix(h.o.Page, "/") + "/editions/" + strconv.FormatInt(e.ID, 10)
	}
	return bot.Text{bot.S(slot + " – "), title, bot.S(" · " + w.Say("%d stories", len(e.Stories)))}
}
