package command

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// MaxSubscriptions is how many subscriptions one person may have.
const MaxSubscriptions = 50

// defaultWhen is when a digest comes if no time was said.
const defaultWhen = "daily 8:00"

// wish is a subscription as it was asked for.
type wish struct {
	query, when, zone, where, format, limit string

	filters string // as "subscriptions filter" takes them
	silent  bool   // send nothing when there is nothing new
}

// subscribe makes a subscription: to the person's direct messages, or to the
// place it was asked in.
func (h *Handler) subscribe(ctx context.Context, r bot.Request) (bot.Reply, error) {
	ask := h.readWish(r)
	if ask.query == "" {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "Say what to subscribe to").WithHint("For example: /subscribe korea-trade weekdays 8:00")
	}
	q, err := h.o.Reader.Read(ask.query, r.Now)
	if err != nil {
		return bot.Reply{}, err
	}
	sub, err := h.newSubscription(ctx, r, ask, q)
	if err != nil {
		return bot.Reply{}, err
	}
	if err := h.room(ctx, r, sub); err != nil {
		return bot.Reply{}, err
	}
	if err := h.letIn(ctx, sub); err != nil {
		return bot.Reply{}, err
	}
	sub, err = h.o.Store.CreateSubscription(ctx, sub)
	if err != nil {
		return bot.Reply{}, err
	}
	if ask.zone != "" && sub.Destination == h.own(r) { // a channel's zone says nothing of who sets it up
		if err := h.o.Store.SetSetting(ctx, zoneKey(r.Person), sub.Zone); err != nil {
			return bot.Reply{}, err
		}
	}
	h.audit(ctx, r, "subscribe", fmt.Sprintf("%d %s -> %s %s %s", sub.ID, sub.Query, sub.Destination, sub.Schedule, sub.Zone))
	return bot.Reply{Message: h.subscribed(sub, q, r)}, nil
}

// readWish takes the fields, or reads "korea-trade weekdays 8:00 Asia/Seoul 5
// stories headlines silent here" from the words: what comes first is the query,
// then when, then the others as they come.
func (h *Handler) readWish(r bot.Request) wish {
	ask := wish{query: strings.TrimSpace(r.Fields["query"]), when: r.Fields["when"], zone: r.Fields["zone"], where: r.Fields["where"], format: r.Fields["format"], limit: cmp.Or(r.Fields["limit"], r.Fields["length"]),
		filters: r.Fields["filters"], silent: r.Fields["silent"] == "yes"}
	if ask.query != "" {
		return ask
	}
	args := r.Args
	_, ask.silent = cutWord(silentWord, &args)
	ask.limit, _ = cutWord(storiesWord, &args)
	words := strings.Fields(args)
	for len(words) > 0 {
		last := words[len(words)-1]
		switch {
		case ask.where == "" && whereWords[strings.ToLower(last)] != "":
			ask.where = whereWords[strings.ToLower(last)]
		case ask.zone == "" && zoneName.MatchString(last):
			ask.zone = last
		case ask.format == "" && len(words) > 1 && formatWord.MatchString(last):
			ask.format = strings.ToLower(last)
		default:
			ask.query, ask.when = h.splitWhen(words)
			if ask.when == "" && clockWord.MatchString(ask.query) {
				// A time that cannot be read is not what someone wants news on.
				ask.query, ask.when = words[0], strings.Join(words[1:], " ")
			}
			if clockWord.MatchString(ask.query) {
				ask.query = "" // a time alone
			}
			return ask
		}
		words = words[:len(words)-1]
	}
	return ask
}

// clockWord is a word that is meant as a time of day.
var clockWord = regexp.MustCompile(`(?i)(?:^|\s)(?:\d{1,2}:\d{1,2}|\d{1,2}\s*(?:am|pm|시))(?:\s|$)`)

var zoneName = regexp.MustCompile(`^([A-Z][A-Za-z_]+(/[A-Za-z_+\-0-9]+)+|UTC|GMT)$`)

// splitWhen finds the longest ending that is a time: what comes before it is
// the query.
func (h *Handler) splitWhen(words []string) (query, when string) {
	for i := 1; i < len(words); i++ {
		ending := strings.Join(words[i:], " ")
		if _, err := h.o.Schedules.Parse(ending); err == nil {
			return strings.Join(words[:i], " "), ending
		}
	}
	return strings.Join(words, " "), ""
}

func (h *Handler) newSubscription(ctx context.Context, r bot.Request, ask wish, q digest.Query) (digest.Subscription, error) {
	spec, err := h.o.Schedules.Parse(cmp.Or(ask.when, defaultWhen))
	if err != nil {
		return digest.Subscription{}, atItsField("when", err)
	}
	sub := digest.Subscription{Kind: digest.DigestKind, Query: q.Raw, Schedule: spec, Zone: cmp.Or(ask.zone, h.zone(ctx, r)), Lang: r.Lang,
		Owner: r.Person, From: "command", Created: r.Now, State: digest.Active, Quiet: ask.silent}
	if ask.format != "" {
		if err := setFormat(&sub, digest.Format(ask.format)); err != nil {
			return sub, atItsField("format", err)
		}
	}
	if ask.limit != "" {
		if sub.Length, err = limitOf(ask.limit); err != nil {
			return sub, atItsField("limit", err)
		}
	}
	if sub.Rules.Filter, err = h.filterField(ctx, ask.filters); err != nil {
		return sub, err
	}
	coming, err := h.o.Schedules.Coming(spec, sub.Zone, r.Now, 1)
	if err != nil {
		return sub, err
	}
	sub.NextRun = coming[0]
	sub.Destination, err = h.destination(r, ask.where)
	if !sub.Destination.Direct {
		sub.Lang = h.o.Lang
	}
	return sub, err
}

// destination is the person's direct messages, or the place when "here" was
// said by someone who may.
func (h *Handler) destination(r bot.Request, where string) (digest.Destination, error) {
	if strings.EqualFold(where, "here") || strings.EqualFold(where, "channel") || where == r.Place.String() {
		if r.Place.Direct {
			return r.Place, nil
		}
		if missing := r.Fields[fieldMissing]; missing != "" {
			return digest.Destination{}, closedDoor{digest.Errorf(digest.Forbidden, "I may not post here yet: I lack %s", terms(missing)).WithHint("Give me these permissions in this channel, then try again.")}
		}
		if !r.Manager {
			return digest.Destination{}, digest.Errorf(digest.Forbidden, "Subscribing this channel is for people who manage it").
				WithHint("Leave out “here” to get it as direct messages.")
		}
		return r.Place, nil
	}
	if where != "" && !strings.EqualFold(where, "dm") {
		return digest.Destination{}, atItsField("where", digest.Errorf(digest.Invalid, "I can send it to “dm” or “here” alone").WithHint("Ask in the channel that it should go to."))
	}
	if r.Person.Platform == "web" || r.Person.Platform == "terminal" {
		return digest.Destination{Platform: "web"}, nil
	}
	return digest.Destination{Platform: r.Person.Platform, Workspace: r.Person.Workspace, Channel: r.Person.ID, Direct: true}, nil
}

// room checks that the person has not too many, and not the same one already.
func (h *Handler) room(ctx context.Context, r bot.Request, sub digest.Subscription) error {
	have, err := h.o.Store.Subscriptions(ctx, digest.SubscriptionFilter{Owner: r.Person, States: alive})
	if err != nil {
		return err
	}
	if len(have) >= MaxSubscriptions {
		return digest.Errorf(digest.Invalid, "You have %d subscriptions, which is the most", MaxSubscriptions).WithHint("Remove one with /subscriptions.")
	}
	for _, s := range have {
		if s.Kind == sub.Kind && s.Query == sub.Query && s.Destination.String() == sub.Destination.String() && s.Schedule == sub.Schedule && s.Zone == sub.Zone && s.State == digest.Active {
			if scheduleless(sub) {
				return digest.Errorf(digest.Conflict, "You have that already: #%d", s.ID).WithHint("See /subscriptions.")
			}
			return digest.Errorf(digest.Conflict, "You are subscribed to “%s” at that time already", clip(sub.Query, 80)).WithHint("See /subscriptions.")
		}
	}
	return nil
}

// subscribed tells what was done, in words that show how it was read.
func (h *Handler) subscribed(sub digest.Subscription, q digest.Query, r bot.Request) bot.Message {
	w := h.words(r)
	name := bot.B(cmp.Or(sub.Query, w.Say("all news")))
	when := h.o.Schedules.Describe(sub.Schedule, w)
	manner := strings.Join(append([]string{zoneWords(sub.Zone, w)}, look(sub, w)...), ", ")
	line := w.Text("Subscribed you to %s, %s %s.", name, when, manner)
	switch {
	case sub.Destination.Platform == "web":
		line = w.Text("Subscribed the page to %s, %s %s.", name, when, manner)
	case picked(r, sub.Destination):
		line = w.Text("Subscribed %s to %s, %s %s.", bot.P(sub.Destination), name, when, manner)
	case !sub.Destination.Direct:
		line = w.Text("Subscribed this channel to %s, %s %s.", name, when, manner)
	}
	first := bot.T(w.Say("First digest: %s.", w.When(sub.NextRun.In(bot.Zone(sub.Zone)), r.Now)))
	m := bot.Message{Lang: w.Lang(), At: r.Now, Zone: sub.Zone, Lead: []bot.Text{line}}
	for _, c := range q.Corrections {
		m.Lead = append(m.Lead, bot.T(w.Say("I read “%s” as %s.", c.Typed, c.Read)))
	}
	m.Lead = append(m.Lead, first)
	if sub.Quiet {
		m.Lead = append(m.Lead, bot.T(w.Say("On days with nothing new I send nothing.")))
	}
	id := strconv.FormatInt(sub.ID, 10)
	m.Actions = []bot.Action{{ID: bot.ActionID("preview", id), Label: w.Say("Preview now")}, {ID: bot.ActionID("edit", id), Label: w.Say("Change")}, {ID: bot.ActionID("unsubscribe", id), Label: w.Say("Undo")}}
	return m
}

// picked reports whether a channel was picked by its name, from elsewhere: then
// "this channel" would be none that the person sees.
func picked(r bot.Request, to digest.Destination) bool {
	return !to.Direct && r.Fields["where"] == to.String()
}

// undoTime is how long an unsubscribe can be taken back.
const undoTime = 10 * time.Minute

// terms are names that a platform gave with commas between them.
func terms(s string) digest.Terms {
	var out digest.Terms
	for _, name := range strings.Split(s, ", ") {
		out = append(out, digest.Term(name))
	}
	return out
}
