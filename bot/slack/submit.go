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
	if in.View.Callback != newForm && in.View.Callback != editForm {
		a.ack(j.envelope, nil)
		return
	}
	meta := parsePrivate(in.View.Private)
	r := in.who()
	r.Place = place(r.Person.Workspace, meta.channel, in.User.ID)
	r.Command, r.Fields = newForm, formFields(in)
	if in.View.Callback == editForm {
		r.Command, r.Args = "subscriptions", editVerb+" "+meta.edits
	}
	words := bot.WordsIn(a.cachedLang(in.User.ID))
	if wrong := missing(r, words); len(wrong) > 0 {
		a.ackWrong(j, wrong)
		return
	}
	done := make(chan bot.Reply, 1)
	go func() { done <- a.safely(a.cachedLang(r.Person.ID), func() bot.Reply { return a.handle(ctx, a.about(ctx, r)) }) }()
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
		a.ackView(ctx, j, reply.Message)
	case <-timer.C:
		a.ackView(ctx, j, bot.Message{Lang: words.Lang(), Lead: []bot.Text{bot.T(words.Say("One moment…"))}})
		a.answerInView(ctx, &target{user: in.User.ID, came: j.came, channel: meta.channel, viewID: in.View.ID, meta: meta}, <-done)
	}
	if meta.home {
		a.publishHome(ctx, a.about(ctx, in.who()), bot.Message{}, "")
	}
}

// missing is what can be told to be wrong before the handler is asked.
func missing(r bot.Request, w bot.Words) map[string]string {
	out := map[string]string{}
	if r.Fields[fieldQuery] == "" && r.Command == newForm {
		out[fieldQuery] = w.Say("Say what to subscribe to")
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
	case "when":
		candidates = []string{fieldWhen, fieldTime}
	case "limit":
		candidates = []string{fieldLength}
	}
	for _, id := range candidates {
		if _, ok := in.View.State.Values[id]; ok {
			return id
		}
	}
	return fieldQuery
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
func (a *App) ackView(ctx context.Context, j job, m bot.Message) {
	in := j.interaction
	view := a.resultView(m, a.cachedLang(in.User.ID), parsePrivate(in.View.Private))
	if viewSize(view) < maxAckBytes {
		a.ack(j.envelope, map[string]any{"response_action": "update", "view": view})
		return
	}
	a.ack(j.envelope, map[string]any{"response_action": "clear"})
	a.answer(ctx, &target{user: in.User.ID, came: j.came}, bot.Reply{Message: m})
}

// formFields are the fields of the form as bot.Request has them: days and time
// together are "when". A new subscription's length is its "limit".
func formFields(in *interaction) map[string]string {
	at := func(id string) string { return strings.TrimSpace(clean(in.View.State.Values[id][id].chosen())) }
	out := map[string]string{}
	for _, id := range []string{fieldQuery, fieldWhere, fieldWhen, fieldZone, fieldFormat, fieldLength} {
		if v := at(id); v != "" {
			out[id] = v
		}
	}
	if out[fieldWhere] == keepPlace {
		delete(out, fieldWhere)
	}
	if in.View.Callback == newForm && out[fieldLength] != "" {
		out["limit"] = out[fieldLength]
		delete(out, fieldLength)
	}
	if when := strings.TrimSpace(at(fieldDays) + " " + at(fieldTime)); when != "" {
		out[fieldWhen] = when
	}
	return out
}
