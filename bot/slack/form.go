package slack

import (
	"context"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// The blocks of the form, each with one element of the same id.
const (
	fieldQuery  = "query"
	fieldWhere  = "where"
	fieldDays   = "days"
	fieldTime   = "time"
	fieldZone   = "zone"
	fieldFormat = "format"
	fieldLength = "length"
)

// formID is the callback id of the form for a new subscription.
const formID = "subscribe"

// openForm opens the form for a new subscription. It reports false when that
// is too late, or refused: then words do.
func (a *App) openForm(ctx context.Context, j job, trigger string, r bot.Request) bool {
	if r.Command != formID || trigger == "" || a.clock.now().Sub(j.came) > triggerLife-500*time.Millisecond {
		return false
	}
	channel := ""
	if !r.Place.Direct {
		channel = r.Place.Channel
	}
	who, known := a.people.get(r.Person.ID)
	view := a.form(who, channel, !known)
	res, err := a.api.OpenViewContext(ctx, trigger, view)
	if err != nil {
		a.log.Warn("open a form in Slack", "error", err)
		return false
	}
	if known {
		return true
	}
	// The trigger lives three seconds, so the form was opened before asking who
	// this is; now it gets its words and zone.
	if _, err := a.api.UpdateViewContext(ctx, a.form(a.person(ctx, r.Person.ID), channel, false), "", res.Hash, res.ID); err != nil {
		a.log.Error("fill a form in Slack", "error", err)
	}
	return true
}

// form is the modal. channel is where "here" is, "" in direct messages;
// skeleton leaves all but a line out.
func (a *App) form(who person, channel string, skeleton bool) slackgo.ModalViewRequest {
	w := bot.WordsIn(who.Lang)
	v := slackgo.ModalViewRequest{Type: slackgo.VTModal, CallbackID: formID, PrivateMetadata: channel,
		Title: plainText(w.Say("New subscription"), maxViewTitle), Close: plainText(w.Say("Cancel"), maxViewTitle)}
	if skeleton {
		v.Blocks.BlockSet = richLines(bot.T(w.Say("One moment…")))
		return v
	}
	v.Submit = plainText(w.Say("Subscribe"), maxViewTitle)
	v.Blocks.BlockSet = []slackgo.Block{
		input(fieldQuery, w.Say("What"), live(w.Say("A country, a topic, both, or words"), nil)).withHint(w.Say("For example korea-trade, boj rate hike, or any words")).block(),
	}
	if channel != "" {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, input(fieldWhere, w.Say("Where to"), choice("dm",
			bot.Option{Label: w.Say("Direct messages to me"), Value: "dm"}, bot.Option{Label: w.Say("This channel"), Value: "here"})).block())
	}
	v.Blocks.BlockSet = append(v.Blocks.BlockSet, a.timing(w, who.Zone)...)
	v.Blocks.BlockSet = append(v.Blocks.BlockSet,
		input(fieldFormat, w.Say("How much of each story"), choice("compact", bot.Option{Label: w.Say("Two sentences"), Value: "compact"},
			bot.Option{Label: w.Say("A short paragraph"), Value: "cards"}, bot.Option{Label: w.Say("Headlines alone"), Value: "headlines"})).block(),
		input(fieldLength, w.Say("How many stories"), choice("7", numbers("3", "5", "7", "10", "15", "20")...)).block())
	return v
}

// timing are the inputs of when.
func (a *App) timing(w bot.Words, zone string) []slackgo.Block {
	days := []bot.Option{{Label: w.Say("Every day"), Value: "daily"}, {Label: w.Say("Monday to Friday"), Value: "weekdays"}}
	monday := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 7 {
		day := monday.AddDate(0, 0, i)
		label, _, _ := strings.Cut(w.Day(day), " ")
		if w.Lang() == "ko" {
			label = w.Day(day)[strings.LastIndexByte(w.Day(day), ' ')+1:]
		}
		days = append(days, bot.Option{Label: label, Value: strings.ToLower(day.Weekday().String()) + "s"})
	}
	clock := slackgo.NewTimePickerBlockElement(fieldTime)
	clock.InitialTime = "08:00"
	var now *bot.Option
	if zone != "" && len(zone) <= maxOptionText {
		now = &bot.Option{Label: zone, Value: zone}
	}
	return []slackgo.Block{
		input(fieldDays, w.Say("On which days"), choice("weekdays", days...)).block(),
		input(fieldTime, w.Say("At what time"), clock).block(),
		input(fieldZone, w.Say("Time zone"), live("Asia/Seoul", now)).block(),
	}
}

// field is one input of the form.
type field struct {
	id, label, hint string
	element         slackgo.BlockElement
}

func input(id, label string, element slackgo.BlockElement) field {
	switch e := element.(type) {
	case *slackgo.SelectBlockElement:
		e.ActionID = id
	case *slackgo.TimePickerBlockElement:
		e.ActionID = id
	}
	return field{id: id, label: label, element: element}
}

func (f field) withHint(hint string) field {
	f.hint = hint
	return f
}

func (f field) block() slackgo.Block {
	var hint *slackgo.TextBlockObject
	if f.hint != "" {
		hint = plainText(f.hint, 150)
	}
	return slackgo.NewInputBlock(f.id, plainText(f.label, 150), hint, f.element)
}

// choice is a menu of a few options, one of them chosen already.
func choice(chosen string, all ...bot.Option) *slackgo.SelectBlockElement {
	e := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, nil, "", options(all)...)
	for _, o := range e.Options {
		if o.Value == chosen {
			e.InitialOption = o
		}
	}
	return e
}

// live is a menu whose options Slack asks for while the person types.
func live(placeholder string, chosen *bot.Option) *slackgo.SelectBlockElement {
	e := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeExternal, plainText(placeholder, maxPlaceholder), "")
	least := 0
	e.MinQueryLength = &least
	if chosen != nil {
		e.InitialOption = options([]bot.Option{*chosen})[0]
	}
	return e
}

func numbers(values ...string) []bot.Option {
	out := make([]bot.Option, len(values))
	for i, v := range values {
		out[i] = bot.Option{Label: v, Value: v}
	}
	return out
}

// suggest offers what the person may be typing. What they typed comes first,
// so that words which nothing completes can be chosen too.
func (a *App) suggest(ctx context.Context, j job) {
	in := j.interaction
	r := in.who()
	if who, ok := a.people.get(in.User.ID); ok {
		r.Lang, r.Zone = who.Lang, who.Zone
	}
	r.Now = a.clock.now()
	typed := strings.TrimSpace(clean(in.Value))
	var found []bot.Option
	if a.o.Handler != nil {
		found = a.o.Handler.Complete(ctx, r, in.ActionID, typed)
	}
	if in.ActionID == fieldQuery && typed != "" && len(typed) <= maxOptionText {
		found = append([]bot.Option{{Label: typed, Value: typed}}, found...)
	}
	found = tidyOptions(found)
	a.ack(j.envelope, map[string]any{"options": options(found[:min(len(found), 25)])})
}

// submitLimit is how long a submission may take before the form shows that it
// is worked on: Slack waits three seconds.
const submitLimit = 2200 * time.Millisecond

// submitted serves the form. The outcome is told in the form itself.
func (a *App) submitted(ctx context.Context, j job) {
	in := j.interaction
	if in.View.Callback != formID {
		a.ack(j.envelope, nil)
		return
	}
	r := in.who()
	r.Place = place(r.Person.Workspace, in.View.Private, in.User.ID)
	r.Command, r.Fields = formID, formFields(in)
	if r.Fields[fieldQuery] == "" {
		words := bot.WordsIn(a.cachedLang(in.User.ID))
		a.ack(j.envelope, map[string]any{"response_action": "errors", "errors": map[string]string{fieldQuery: words.Say("Say what to subscribe to")}})
		return
	}
	done := make(chan bot.Reply, 1)
	go func() { done <- a.safely(func() bot.Reply { return a.handle(ctx, a.about(ctx, r)) }) }()
	timer := time.NewTimer(submitLimit)
	defer timer.Stop()
	select {
	case reply := <-done:
		a.ackView(ctx, j, reply.Message)
	case <-timer.C:
		words := bot.WordsIn(a.cachedLang(in.User.ID))
		a.ackView(ctx, j, bot.Message{Lang: words.Lang(), Lead: []bot.Text{bot.T(words.Say("One moment…"))}})
		a.answerInView(ctx, &target{user: in.User.ID, channel: in.View.Private, viewID: in.View.ID}, <-done)
	}
}

// safely runs f, a panic of which becomes an error shown: f runs outside of
// the worker that recovers.
func (a *App) safely(f func() bot.Reply) (reply bot.Reply) {
	defer func() {
		if p := recover(); p != nil {
			a.health.panics.Add(1)
			a.log.Error("a submission panicked", "panic", p)
			reply = bot.Reply{Message: bot.ErrorMessage(errPanic, errorID(), "")}
		}
	}()
	return f()
}

func (a *App) cachedLang(user string) string {
	who, _ := a.people.get(user)
	return who.Lang
}

// maxAckBytes is less than the 20 kB at which Slack drops an acknowledgement
// without a word.
const maxAckBytes = 15_000

// ackView acknowledges a submission by showing a message in its place. One
// that is too big for that goes to the person's direct messages.
func (a *App) ackView(ctx context.Context, j job, m bot.Message) {
	in := j.interaction
	view := a.resultView(m, a.cachedLang(in.User.ID), in.View.Private)
	if viewSize(view) < maxAckBytes {
		a.ack(j.envelope, map[string]any{"response_action": "update", "view": view})
		return
	}
	a.ack(j.envelope, map[string]any{"response_action": "clear"})
	a.answer(ctx, &target{user: in.User.ID, came: j.came}, bot.Reply{Message: m})
}

// formFields are the fields of the form as bot.Request has them: days and time
// together are "when".
func formFields(in *interaction) map[string]string {
	at := func(id string) string { return strings.TrimSpace(clean(in.View.State.Values[id][id].chosen())) }
	out := map[string]string{}
	for _, id := range []string{fieldQuery, fieldWhere, fieldZone, fieldFormat} {
		if v := at(id); v != "" {
			out[id] = v
		}
	}
	if n := at(fieldLength); n != "" {
		out["limit"] = n
	}
	if when := strings.TrimSpace(at(fieldDays) + " " + at(fieldTime)); when != "" {
		out["when"] = when
	}
	return out
}
