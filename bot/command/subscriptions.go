package command

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// alive are the states of a subscription that a person can still see.
var alive = []digest.SubscriptionState{digest.Active, digest.Paused, digest.Suspended}

// subscriptionsHere are those of the place; in direct messages, the person's.
func (h *Handler) subscriptionsHere(ctx context.Context, r bot.Request) ([]digest.Subscription, error) {
	if !inChannel(r) {
		return h.ofPerson(ctx, r)
	}
	return h.o.Store.Subscriptions(ctx, digest.SubscriptionFilter{Destination: r.Place, States: alive})
}

// ofPerson are the subscriptions that the person made, and those that others,
// such as the operator, made to their direct messages.
func (h *Handler) ofPerson(ctx context.Context, r bot.Request) ([]digest.Subscription, error) {
	made, err := h.o.Store.Subscriptions(ctx, digest.SubscriptionFilter{Owner: r.Person, States: alive})
	to := h.own(r)
	if err != nil || !to.Direct {
		return made, err
	}
	got, err := h.o.Store.Subscriptions(ctx, digest.SubscriptionFilter{Destination: to, States: alive})
	return eachOnce(made, got), err
}

// visible are the person's own subscriptions and those of the place.
func (h *Handler) visible(ctx context.Context, r bot.Request) ([]digest.Subscription, error) {
	own, err := h.ofPerson(ctx, r)
	if err != nil || !inChannel(r) {
		return own, err
	}
	here, err := h.subscriptionsHere(ctx, r)
	return eachOnce(own, here), err
}

// eachOnce joins lists of subscriptions.
func eachOnce(lists ...[]digest.Subscription) []digest.Subscription {
	seen := map[int64]bool{}
	var out []digest.Subscription
	for _, s := range slices.Concat(lists...) {
		if !seen[s.ID] {
			out = append(out, s)
		}
		seen[s.ID] = true
	}
	return out
}

// subscriptionVerbs are what may follow the word subscriptions, each with the
// verb that it stands for.
var subscriptionVerbs = map[string]string{
	"pause": "pause", "resume": "resume", "remove": "unsubscribe", "delete": "unsubscribe", "unsubscribe": "unsubscribe", "preview": "preview",
	"edit": "edit", "filter": "filter", "mute": "mute", "mutes": "mutes", "unmute": "unmute", "quiet": "quiet", "leanings": "leanings",
	"follow": "follow", "whynot": "whynot", "export": "export", "forget": "forget", "list": "list",
	"멈춤": "pause", "다시": "resume", "삭제": "unsubscribe", "미리보기": "preview", "변경": "edit", "필터": "filter", "끄기": "mute", "켜기": "unmute",
	"방해금지": "quiet", "취향": "leanings", "따라가기": "follow", "내보내기": "export", "잊기": "forget", "목록": "list",
}

func (h *Handler) subscriptions(ctx context.Context, r bot.Request) (bot.Reply, error) {
	r.Args = strings.TrimSpace(cmp.Or(r.Args, r.Fields["action"]))
	word, arg, _ := strings.Cut(r.Args, " ")
	arg = strings.TrimSpace(arg)
	verb, known := subscriptionVerbs[strings.ToLower(word)]
	if !known && word != "" {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "I don't know what to do with “%s”", clip(r.Args, 60)).WithHint("See what there is with /help subscriptions.")
	}
	switch verb {
	case "pause", "resume", "unsubscribe", "preview":
		return h.byNumber(ctx, r, verb, arg)
	case "edit":
		return h.editCommand(ctx, r, arg)
	case "filter":
		return h.filterCommand(ctx, r, arg)
	case "quiet":
		return h.quiet(ctx, r, arg)
	case "leanings":
		return h.leanings(ctx, r, arg)
	case "mute", "mutes", "unmute":
		return h.muteVerb(ctx, r, verb, arg)
	case "follow":
		return h.followStory(ctx, r, strings.TrimPrefix(arg, "#"))
	case "whynot":
		return h.whyNot(ctx, r, arg)
	case "export":
		return h.export(ctx, r)
	case "forget":
		return h.forgetCommand(r, arg)
	}
	return h.overview(ctx, r)
}

// byNumber serves "subscriptions pause 2": the words behind the buttons, for
// those who type.
func (h *Handler) byNumber(ctx context.Context, r bot.Request, verb, arg string) (bot.Reply, error) {
	id := strings.TrimPrefix(strings.TrimSpace(arg), "#")
	if _, err := strconv.ParseInt(id, 10, 64); err != nil {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "Say which subscription by its number").WithHint("For example: /subscriptions %s 3", verb)
	}
	return h.pressSubscription(ctx, r, verb, id)
}

// scheduleless reports a subscription that sends when something happens.
func scheduleless(s digest.Subscription) bool {
	return s.Kind == digest.AlertKind || s.Kind == digest.FollowKind
}

// maySee reports whether the person may see what a subscription gets.
func (h *Handler) maySee(r bot.Request, s digest.Subscription) bool {
	return h.mayChange(r, s) || (!s.Destination.Direct && samePlace(r.Place, s.Destination)) || s.Destination.Platform == "web"
}

// mayChange reports whether the person may change a subscription: its owner,
// the one whose direct messages it goes to, or someone who manages the channel
// it goes to.
func (h *Handler) mayChange(r bot.Request, s digest.Subscription) bool {
	if s.Destination.Direct && s.Destination.String() == h.own(r).String() {
		return true
	}
	own := s.Owner.ID != "" && s.Owner.Platform == r.Person.Platform && s.Owner.Workspace == r.Person.Workspace && s.Owner.ID == r.Person.ID
	return own || (!s.Destination.Direct && r.Manager && samePlace(r.Place, s.Destination))
}

// inChannel reports whether a request comes from where others are too.
func inChannel(r bot.Request) bool { return !r.Place.Direct && r.Place.Channel != "" }

func samePlace(a, b digest.Destination) bool {
	return a.Platform == b.Platform && a.Channel == b.Channel && a.Direct == b.Direct
}

// pressSubscription serves the buttons of a subscription. Its right is
// checked at each press.
func (h *Handler) pressSubscription(ctx context.Context, r bot.Request, verb, arg string) (bot.Reply, error) {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "I don't know this button").WithHint("See /subscriptions.")
	}
	sub, err := h.theirs(ctx, r, id)
	if err != nil {
		return bot.Reply{}, err
	}
	switch verb {
	case "manage":
		return bot.Reply{Message: h.manage(sub, r)}, nil
	case "preview":
		return h.previewSub(ctx, r, sub)
	case "edit":
		return h.edit(r, sub)
	case "unedit":
		return h.unedit(ctx, r, sub)
	case "fewer":
		return h.fewer(ctx, r, sub)
	}
	return h.change(ctx, r, verb, sub)
}

// change pauses, resumes, removes or brings back a subscription.
func (h *Handler) change(ctx context.Context, r bot.Request, verb string, sub digest.Subscription) (bot.Reply, error) {
	if sub.From == "config" {
		return bot.Reply{}, fromConfig()
	}
	w := h.words(r)
	id := strconv.FormatInt(sub.ID, 10)
	name := bot.B(subName(sub, w))
	var reply bot.Reply
	switch {
	case verb != "pause" && verb != "unsubscribe":
		return h.bringBack(ctx, r, verb, sub)
	case sub.State == digest.Removed:
		return say(w, w.Text("%s is stopped already.", name)), nil
	case verb == "pause":
		sub.State, sub.NextRun = digest.Paused, time.Time{}
		reply = paused(sub, w)
	default:
		was := sub.State
		sub.State, sub.NextRun = digest.Removed, time.Time{}
		if err := h.o.Store.SetSetting(ctx, removedKey(id), r.Now.UTC().Format(time.RFC3339)+" "+string(was)); err != nil {
			return bot.Reply{}, err
		}
		reply = say(w, w.Text("Done. You get no more of %s.", name), bot.Action{ID: bot.ActionID("undo", id), Label: w.Say("Undo")})
	}
	if err := h.o.Store.UpdateSubscription(ctx, sub); err != nil {
		return bot.Reply{}, err
	}
	h.audit(ctx, r, verb, id)
	return reply, nil
}

// paused tells that a subscription is.
func paused(s digest.Subscription, w bot.Words) bot.Reply {
	return say(w, w.Text("Paused %s.", bot.B(subName(s, w))), bot.Action{ID: bot.ActionID("resume", strconv.FormatInt(s.ID, 10)), Label: w.Say("Resume")})
}

func removedKey(id string) string { return "removed:" + id }

// bringBack resumes a paused or suspended subscription, or takes an
// unsubscribe back within its time: a paused one is paused again.
func (h *Handler) bringBack(ctx context.Context, r bot.Request, verb string, sub digest.Subscription) (bot.Reply, error) {
	id := strconv.FormatInt(sub.ID, 10)
	next := digest.Active
	switch {
	case sub.State == digest.Removed:
		kept, err := h.o.Store.Setting(ctx, removedKey(id))
		if err != nil {
			return bot.Reply{}, err
		}
		at, was, _ := strings.Cut(kept, " ")
		when, err := time.Parse(time.RFC3339, at)
		if verb != "undo" || err != nil || r.Now.Sub(when) > undoTime {
			return bot.Reply{}, digest.Errorf(digest.NotFound, "It is too late to undo that").WithHint("Subscribe again with /subscribe.")
		}
		if digest.SubscriptionState(was) == digest.Paused {
			next = digest.Paused
		}
	case verb == "undo":
		return bot.Reply{}, digest.Errorf(digest.NotFound, "That was undone already").WithHint("See /subscriptions.")
	}
	if err := h.letIn(ctx, sub); err != nil {
		return bot.Reply{}, err // what stopped it may still be so
	}
	sub.State, sub.Reason = next, ""
	if err := h.plan(&sub, r.Now); err != nil {
		return bot.Reply{}, err
	}
	if err := h.o.Store.UpdateSubscription(ctx, sub); err != nil {
		return bot.Reply{}, err
	}
	h.audit(ctx, r, verb, id)
	w := h.words(r)
	name, stop := bot.B(subName(sub, w)), bot.Action{ID: bot.ActionID("unsubscribe", id), Label: w.Say("Unsubscribe")}
	switch {
	case sub.State == digest.Paused:
		return paused(sub, w), nil
	case scheduleless(sub):
		return say(w, w.Text("%s is on again.", name), stop), nil
	}
	return say(w, w.Text("%s is on again. Next: %s.", name, w.When(sub.NextRun.In(bot.Zone(sub.Zone)), r.Now)), stop), nil
}

// plan sets when a subscription runs next; not for those without a schedule
// or that are not active.
func (h *Handler) plan(sub *digest.Subscription, now time.Time) error {
	sub.NextRun = time.Time{}
	if scheduleless(*sub) {
		return nil
	}
	coming, err := h.o.Schedules.Coming(sub.Schedule, sub.Zone, now, 1)
	if err == nil && sub.State == digest.Active {
		sub.NextRun = coming[0]
	}
	return err
}

// manage shows one subscription with its buttons.
func (h *Handler) manage(s digest.Subscription, r bot.Request) bot.Message {
	w := h.words(r)
	id := strconv.FormatInt(s.ID, 10)
	m := bot.Message{Lang: w.Lang(), At: r.Now, Zone: s.Zone, Lead: []bot.Text{h.line(s, r, w)}}
	if times := h.comingTimes(s, r, w); len(times) > 0 {
		m.Lead = append(m.Lead, bot.T(w.Say("Coming: %s.", strings.Join(times, "; "))))
	}
	if s.Kind != digest.FollowKind {
		m.Actions = []bot.Action{{ID: bot.ActionID("preview", id), Label: w.Say("Preview now")}}
	}
	if s.From == "config" {
		m.Lead = append(m.Lead, bot.T(w.Say("It is set up in the configuration file.")))
		return m
	}
	if s.Kind != digest.FollowKind {
		m.Actions = append(m.Actions, bot.Action{ID: bot.ActionID("edit", id), Label: w.Say("Change")})
	}
	toggle := bot.Action{ID: bot.ActionID("pause", id), Label: w.Say("Pause")}
	if s.State != digest.Active {
		toggle = bot.Action{ID: bot.ActionID("resume", id), Label: w.Say("Resume")}
	}
	m.Actions = append(m.Actions, toggle, bot.Action{ID: bot.ActionID("unsubscribe", id), Label: w.Say("Unsubscribe"), Style: bot.Danger})
	return m
}

// comingTimes are the next runs of a subscription that has a schedule.
func (h *Handler) comingTimes(s digest.Subscription, r bot.Request, w bot.Words) []string {
	if scheduleless(s) || s.State != digest.Active {
		return nil
	}
	coming, err := h.o.Schedules.Coming(s.Schedule, s.Zone, r.Now, 5)
	if err != nil {
		return nil
	}
	var times []string
	for _, t := range coming {
		times = append(times, w.Soon(t.In(bot.Zone(s.Zone)), r.Now))
	}
	return times
}

// unsubscribeCommand serves "unsubscribe korea-trade" and "unsubscribe 3".
// Where several are meant, or none, it shows them to choose from.
func (h *Handler) unsubscribeCommand(ctx context.Context, r bot.Request) (bot.Reply, error) {
	if _, err := strconv.Atoi(strings.TrimPrefix(r.Args, "#")); err == nil {
		return h.byNumber(ctx, r, "unsubscribe", r.Args)
	}
	subs, err := h.visible(ctx, r)
	if err != nil {
		return bot.Reply{}, err
	}
	meant := slices.DeleteFunc(slices.Clone(subs), func(s digest.Subscription) bool {
		return !h.mayChange(r, s) || !strings.EqualFold(s.Query, r.Args) && !strings.EqualFold(s.Name, r.Args)
	})
	w := h.words(r)
	switch {
	case r.Args == "" || len(subs) == 0:
		return bot.Reply{Message: h.list(subs, r)}, nil
	case len(meant) == 1:
		return h.pressSubscription(ctx, r, "unsubscribe", strconv.FormatInt(meant[0].ID, 10))
	case len(meant) == 0:
		m := h.list(subs, r)
		m.Lead = []bot.Text{w.Text("None of them is %s.", bot.B(clip(r.Args, 60)))}
		return bot.Reply{Message: m}, nil
	}
	m := h.list(meant, r)
	m.Lead = []bot.Text{w.Text("Which one? Type its number, as in %s.", typed("subscriptions remove "+strconv.FormatInt(meant[0].ID, 10)))}
	return bot.Reply{Message: m}, nil
}
