package slack

import (
	"context"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// submitted serves a form. The outcome is told in the form itself, and what is
// wrong at its field.
func (a *App) submitted(ctx context.Context, j job) {
	in := j.interaction
	meta := parsePrivate(in.View.Private)
	lang := a.cachedLang(in.User.ID)
	words := bot.WordsIn(lang)
	r, wrong, ok := in.filledIn(&meta, words)
	if !ok {
		a.ack(j.envelope, nil)
		return
	}
	if len(wrong) > 0 {
		a.ackWrong(j, wrong)
		return
	}
	done := make(chan bot.Reply, 1)
	go func() { done <- a.safely(lang, func() bot.Reply { return a.submit(ctx, r, in.picked() != "") }) }()
	timer := time.NewTimer(a.o.due.submit)
	defer timer.Stop()
	select {
	case reply := <-done:
		if reply.Failed && len(reply.Wrong) == 0 { // what was typed is not to be lost
			reply.Wrong = map[string]string{fieldQuery: strings.TrimSpace(bot.PlainText(reply.Message))}
		}
		if len(reply.Wrong) > 0 {
			a.ackWrong(j, reply.Wrong)
			return
		}
		a.ackView(ctx, j, reply.Message, meta)
	case <-timer.C:
		a.ackView(ctx, j, bot.Message{Lang: words.Lang(), Lead: []bot.Text{bot.T(words.Say("One moment…"))}}, meta)
		a.answerInView(ctx, &target{user: in.User.ID, came: j.came, channel: meta.channel, viewID: in.View.ID, meta: meta}, <-done)
	}
	if meta.home {
		a.publishHome(ctx, a.about(ctx, in.who()), bot.Message{}, "")
	}
}

// filledIn is the request that a form becomes, and what can be told to be wrong
// with it before the handler is asked. A channel that was picked is the place
// that it is about, from here on. ok is false for a form of another version.
func (in *interaction) filledIn(meta *private, w bot.Words) (r bot.Request, wrong map[string]string, ok bool) {
	r = in.who()
	if picked := in.picked(); picked != "" {
		meta.channel = picked
	}
	r.Place = place(r.Person.Workspace, meta.channel, in.User.ID)
	switch in.View.Callback {
	case quietForm:
		quiet, missing := quietWords(in.at)
		if missing != "" {
			wrong = map[string]string{missing: w.Say("Give both times, or none")}
		}
		r.Command, r.Args = "subscriptions", quietForm+" "+quiet
		return r, wrong, true
	case editForm:
		r.Command, r.Args = "subscriptions", editVerb+" "+meta.edits
	case newForm, alertForm:
		r.Command = in.View.Callback
	default:
		return r, nil, false
	}
	r.Fields = formFields(in)
	if in.picked() != "" {
		r.Fields[fieldWhere] = r.Place.String()
	}
	return r, missing(r, w), true
}

// picked is the channel that was picked in the form, "" for none.
func (in *interaction) picked() string {
	if id := in.at(fieldChannel); channelID().MatchString(id) {
		return id
	}
	return ""
}

// at is what a block of the form holds.
func (in *interaction) at(id string) string {
	return strings.TrimSpace(clean(in.View.State.Values[id][id].chosen()))
}

// submit asks the handler. Whether the person is in a channel that they picked
// from elsewhere is looked at before: where something is typed, they are.
func (a *App) submit(ctx context.Context, r bot.Request, picked bool) bot.Reply {
	r = a.about(ctx, r)
	if picked && !a.person(ctx, r.Person.ID).Admin && a.isOutside(ctx, r.Place.Channel, r.Person.ID) {
		w := bot.WordsIn(r.Lang)
		text := w.Say("You are not in that channel")
		return bot.Reply{Failed: true, Message: bot.Message{Lang: w.Lang(), Lead: []bot.Text{bot.T(text)}}, Wrong: map[string]string{fieldWhere: text}}
	}
	return a.handle(ctx, r)
}

// missing is what can be told to be wrong before the handler is asked.
func missing(r bot.Request, w bot.Words) map[string]string {
	out := map[string]string{}
	if r.Fields[fieldQuery] == "" {
		switch r.Command {
		case newForm:
			out[fieldQuery] = w.Say("Say what to subscribe to")
		case alertForm:
			out[fieldQuery] = w.Say("Say what to alert you to")
		}
	}
	if zone := r.Fields[fieldZone]; zone != "" {
		if _, err := time.LoadLocation(zone); err != nil || strings.EqualFold(zone, "local") {
			out[fieldZone] = w.Say("This is no time zone; they are named as Asia/Seoul is")
		}
	}
	return out
}

// ackWrong acknowledges a submission by saying at each field what is wrong
// with it; the form stays open. What is about no field of the form stands at
// the first.
func (a *App) ackWrong(j job, wrong map[string]string) {
	shown := map[string]string{}
	r := a.renderer("", messageSurface())
	for name, words := range wrong {
		id := blockOf(name, j.interaction)
		words = r.tidySpans(r.hint(bot.S(words))).String()
		if shown[id] != "" {
			words = shown[id] + " " + words
		}
		shown[id] = cut(clean(words), maxFieldError)
	}
	a.ack(j.envelope, map[string]any{"response_action": "errors", "errors": shown})
}

// blockOf is the block of the form in which a field of bot.Request stands.
func blockOf(name string, in *interaction) string {
	candidates := []string{name}
	switch name {
	case fieldWhen:
		candidates = []string{fieldWhen, fieldTime}
	case fieldWhere:
		candidates = []string{fieldWhere, fieldChannel}
		if in.picked() != "" {
			candidates = []string{fieldChannel}
		}
	case "limit":
		candidates = []string{fieldLength}
	}
	for _, id := range append(candidates, fieldQuery) {
		if _, ok := in.View.State.Values[id]; ok {
			return id
		}
	}
	return fieldFrom // of the only form that asks for no query
}

// safely runs f, a panic of which becomes an error shown in a language: f runs
// outside of the worker that recovers.
func (a *App) safely(lang string, f func() bot.Reply) (reply bot.Reply) {
	defer func() {
		if p := recover(); p != nil {
			a.health.panics.Add(1)
			a.log.Error("a submission panicked", "panic", p)
			reply = bot.Reply{Message: bot.ErrorMessage(errPanic, errorID(), lang)}
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
func (a *App) ackView(ctx context.Context, j job, m bot.Message, meta private) {
	in := j.interaction
	view := a.resultView(m, a.cachedLang(in.User.ID), meta)
	if viewSize(view) < maxAckBytes {
		a.ack(j.envelope, map[string]any{"response_action": "update", "view": view})
		return
	}
	a.ack(j.envelope, map[string]any{"response_action": "clear"})
	a.answer(ctx, &target{user: in.User.ID, came: j.came}, bot.Reply{Message: m})
}

// formFields are the fields of the form as bot.Request has them: days and time
// together are "when", and a review is a format. A new subscription's length is
// its "limit". What was emptied in the form of an old one is "off".
func formFields(in *interaction) map[string]string {
	out := map[string]string{}
	for _, id := range []string{fieldQuery, fieldWhere, fieldWhen, fieldZone, fieldFormat, fieldLength, fieldSilent, fieldFilters, fieldBig, fieldPerHour, fieldEvery} {
		if v := in.at(id); v != "" {
			out[id] = v
		}
	}
	if out[fieldWhere] == keepPlace {
		delete(out, fieldWhere)
	}
	if in.View.Callback == editForm {
		if _, asked := in.View.State.Values[fieldFilters]; asked && out[fieldFilters] == "" {
			out[fieldFilters] = "off"
		}
		if format := out[fieldFormat]; format != "" && format != fieldReview {
			out[fieldReview] = "no"
		}
	} else if length := out[fieldLength]; length != "" {
		out["limit"] = length
		delete(out, fieldLength)
	}
	if when := strings.TrimSpace(in.at(fieldDays) + " " + in.at(fieldTime)); when != "" {
		out[fieldWhen] = when
	}
	return out
}
