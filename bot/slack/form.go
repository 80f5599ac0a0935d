package slack

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// The forms, by their callback ids. The first two are the commands that they
// become, the last is what follows the command "subscriptions".
const (
	newForm   = "subscribe"
	alertForm = "alert"
	editForm  = "edit"  // of a subscription or an alert
	quietForm = "quiet" // quiet hours
)

// editVerb is the verb of a button that opens the form of a subscription,
// where the handler is a [bot.Former].
const editVerb = "edit"

// private is what a view brings back with it: ids alone, since anybody may
// read it. Rights are looked at when the form is submitted.
type private struct {
	channel string // where "here" is; "" in direct messages
	edits   string // the subscription's number; "" for a new one
	home    bool   // it was opened in the Home tab, which is drawn anew after
	quiet   bool   // it is about quiet hours
}

func (p private) String() string {
	s := p.channel + "/" + p.edits
	if p.home {
		s += "/home"
	}
	if p.quiet {
		s += "/" + quietForm
	}
	return s
}

// parsePrivate reads what String wrote; views opened by an older version hold
// the channel alone.
func parsePrivate(s string) private {
	parts := strings.Split(s, "/")
	p := private{channel: parts[0]}
	if len(parts) > 1 {
		if n, err := strconv.ParseInt(parts[1], 10, 64); err == nil && n > 0 {
			p.edits = parts[1]
		}
	}
	for _, word := range parts[min(len(parts), 2):] {
		p.home, p.quiet = p.home || word == "home", p.quiet || word == quietForm
	}
	return p
}

// opening is a form that is to be opened.
type opening struct {
	request bot.Request // the Command of a new one, or the Action of an edit
	kind    string      // newForm, …
	meta    private
	trigger string
	view    string // of the modal whose button was pressed: the form takes its place
	hash    string
}

// openingOf is the form that a request asks for. ok is false when it asks for
// none, or the handler fills none in.
func (a *App) openingOf(r bot.Request) (o opening, ok bool) {
	o.request, o.kind = r, r.Command
	if !r.Place.Direct {
		o.meta.channel = r.Place.Channel
	}
	if r.Args == "" && (r.Command == newForm || r.Command == alertForm) {
		return o, true
	}
	if _, former := a.o.Handler.(bot.Former); !former {
		return o, false
	}
	verb, arg, _ := bot.ParseActionID(r.Action)
	if r.Command == "subscriptions" {
		if strings.EqualFold(r.Args, quietForm) {
			o.kind, o.meta.quiet = quietForm, true
			o.request.Command, o.request.Args = quietForm, ""
			return o, true
		}
		if verb, arg, _ = strings.Cut(r.Args, " "); strings.EqualFold(verb, "filter") {
			verb = editVerb
		}
	}
	arg = strings.TrimPrefix(strings.TrimSpace(or(r.Value, arg)), "#")
	if n, err := strconv.ParseInt(arg, 10, 64); !strings.EqualFold(verb, editVerb) || err != nil || n < 1 {
		return o, false
	}
	o.meta.edits, o.kind = arg, editForm
	o.request.Command, o.request.Args, o.request.Value, o.request.Action = "", "", "", bot.ActionID(editVerb, arg)
	return o, true
}

// openForm opens a form. It reports false when that is too late, or refused:
// then words do.
func (a *App) openForm(ctx context.Context, j job, o opening) bool {
	if o.view == "" && (o.trigger == "" || a.clock.now().Sub(j.came) > a.o.due.form) {
		return false
	}
	filled := make(chan slackgo.ModalViewRequest, 1)
	go func() { filled <- a.fillForm(ctx, o) }()
	if o.view != "" {
		return a.replaceView(ctx, o.view, o.hash, <-filled)
	}
	timer := time.NewTimer(a.o.due.skeleton)
	defer timer.Stop()
	select {
	case v := <-filled:
		_, err := a.api.OpenViewContext(ctx, o.trigger, v)
		return a.opened(err)
	case <-timer.C:
	}
	res, err := a.api.OpenViewContext(ctx, o.trigger, formFor{words: bot.WordsIn(a.cachedLang(o.request.Person.ID)), kind: o.kind, meta: o.meta}.skeleton())
	if !a.opened(err) {
		return false
	}
	a.replaceView(ctx, res.ID, res.Hash, <-filled)
	return true
}

func (a *App) opened(err error) bool {
	if err != nil {
		a.log.Warn("open a form in Slack", "error", err)
	}
	return err == nil
}

// replaceView puts a view in the place of one that is open, where that is
// still what it was.
func (a *App) replaceView(ctx context.Context, id, hash string, v slackgo.ModalViewRequest) bool {
	_, err := a.api.UpdateViewContext(ctx, v, "", hash, id)
	switch codeOf(err) {
	case "":
		return true
	case "hash_conflict", "not_found", "view_not_found":
		a.log.Info("a form in Slack was changed or closed meanwhile", "code", codeOf(err))
	default:
		a.log.Error("fill a form in Slack", "error", err)
	}
	return false
}

// fillForm makes the form, or what is shown in its place.
func (a *App) fillForm(ctx context.Context, o opening) (v slackgo.ModalViewRequest) {
	defer func() {
		if p := recover(); p != nil {
			a.health.panics.Add(1)
			a.log.Error("filling a form in panicked", "panic", Redact(fmt.Sprint(p)))
			lang := a.cachedLang(o.request.Person.ID)
			v = a.resultView(bot.ErrorMessage(errPanic, errorID(), lang), lang, o.meta)
		}
	}()
	r := a.about(ctx, o.request)
	f := formFor{words: bot.WordsIn(r.Lang), kind: o.kind, meta: o.meta, zone: r.Zone, channel: a.channels.name}
	former, ok := a.o.Handler.(bot.Former)
	if !ok {
		return f.view()
	}
	values, err := former.Form(ctx, r)
	if err != nil {
		return a.resultView(a.failed(r, err), r.Lang, o.meta)
	}
	f.values = values
	return f.view()
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
