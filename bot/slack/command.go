package slack

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// shortcutID is the callback id of the message shortcut "Brief me on this".
const shortcutID = "brief_message"

// formVerb is the verb of a button that opens a form instead of asking the
// handler: bot.ActionID("form", "subscribe"), see newForm.
const formVerb = "form"

// maxAsked is how much of a message a shortcut asks about, in code points.
const maxAsked = 1000

// words are those that may follow the command.
func (a *App) words() []string {
	if len(a.o.Commands) == 0 {
		return Words()
	}
	out := []string{"unsubscribe"} // what stops something always works by word
	for _, c := range a.o.Commands {
		if c.Name != "brief" {
			out = append(out, strings.ToLower(c.Name))
		}
	}
	return out
}

// own is who we are; not to know it yet only leaves a mention in the words.
func (a *App) own(ctx context.Context) identity {
	id, err := a.identify(ctx)
	if err != nil {
		a.log.Warn("ask Slack who we are", "error", err)
	}
	return id
}

// slash serves the slash command.
func (a *App) slash(ctx context.Context, j job) {
	c := j.command
	a.channels.learn(c.ChannelID, c.ChannelName)
	r := requestOf(a.words(), plainWords(c.Text, a.own(ctx).User))
	r.Person = digest.Person{Platform: Platform, Workspace: c.TeamID, ID: c.UserID}
	r.Place = place(c.TeamID, c.ChannelID, c.UserID)
	if o, ok := a.openingOf(r); ok {
		o.trigger = c.TriggerID
		if a.openForm(ctx, j, o) {
			return
		}
	}
	a.serve(ctx, r, &target{url: c.ResponseURL, came: j.came, user: c.UserID, channel: c.ChannelID, command: true})
}

// serve asks the handler and answers.
func (a *App) serve(ctx context.Context, r bot.Request, t *target) {
	a.answer(ctx, t, a.handle(ctx, a.about(ctx, r)))
}

// handle asks the handler. What goes wrong there is told like an answer, with
// an id under which the log has the cause.
func (a *App) handle(ctx context.Context, r bot.Request) bot.Reply {
	if a.o.Handler == nil {
		return bot.Reply{Message: bot.ErrorMessage(digest.Errorf(digest.Unavailable, "nobody is here to answer yet"), "", r.Lang)}
	}
	reply, err := a.ask(ctx, r)
	if err == nil {
		return reply
	}
	return bot.Reply{Message: a.failed(r, err), Failed: true}
}

// ask asks the handler when it is not asked too much already: answers are made
// of work, and what reads the socket has to come between.
func (a *App) ask(ctx context.Context, r bot.Request) (bot.Reply, error) {
	select {
	case a.busy <- struct{}{}:
	case <-ctx.Done():
		return bot.Reply{}, digest.Errorf(digest.Unavailable, "too many people are asking right now").WithHint("Try again in a minute.")
	}
	defer func() { <-a.busy }()
	return a.o.Handler.Handle(ctx, r)
}

// failed tells an error, with an id under which the log has its cause.
func (a *App) failed(r bot.Request, err error) bot.Message {
	id := errorID()
	a.log.Error("a request failed", "id", id, "command", r.Command, "action", r.Action, "error", Redact(err.Error()))
	return bot.ErrorMessage(err, id, r.Lang)
}

func errorID() string {
	b := make([]byte, 2)
	_, _ = rand.Read(b) // it ends the program rather than fail
	return "e-" + hex.EncodeToString(b)
}

// interact serves buttons, menus, forms, shortcuts and what is typed in forms.
func (a *App) interact(ctx context.Context, j job) {
	in := j.interaction
	a.channels.learn(in.Channel.ID, in.Channel.Name)
	switch in.Type {
	case "block_actions":
		for _, e := range in.Actions {
			a.pressed(ctx, j, e)
		}
	case "message_action":
		a.shortcut(ctx, j)
	case "block_suggestion":
		a.suggest(ctx, j)
	case "view_submission":
		a.submitted(ctx, j)
	}
}

// who is the person and place of an interaction.
func (in *interaction) who() bot.Request {
	team := in.Team.ID
	if team == "" {
		team = in.User.TeamID
	}
	channel := in.Channel.ID
	if channel == "" {
		channel = in.Container.ChannelID
	}
	return bot.Request{Person: digest.Person{Platform: Platform, Workspace: team, ID: in.User.ID}, Place: place(team, channel, in.User.ID)}
}

// pressed serves one button or menu. Buttons that are links have ids of no
// verb; their press is acknowledged and that is all.
func (a *App) pressed(ctx context.Context, j job, e element) {
	if e.Type == "overflow" && e.SelectedOption != nil { // the option is the button
		e.ActionID, e.SelectedOption = e.SelectedOption.Value, nil
	}
	verb, arg, ok := bot.ParseActionID(e.ActionID)
	if !ok {
		return
	}
	in := j.interaction
	r := in.who()
	var meta private
	if in.View.Type == "modal" {
		meta = parsePrivate(in.View.Private)
		r.Place = place(r.Person.Workspace, meta.channel, in.User.ID)
	}
	r.Action = e.ActionID
	if e.SelectedOption != nil {
		r.Value = e.SelectedOption.Value
	}
	if verb == formVerb {
		r.Command, r.Action = arg, ""
		if arg == quietForm {
			r.Command, r.Args = "subscriptions", quietForm
		}
	}
	if a.pressedForm(ctx, j, r) {
		return
	}
	t := in.target(j)
	t.meta = meta
	a.serve(ctx, r, t)
}

// target is where the answer to a press goes.
func (in *interaction) target(j job) *target {
	t := &target{url: in.ResponseURL, came: j.came, user: in.User.ID, channel: in.Channel.ID, pressed: in.Message.TS,
		ephemeral: in.Container.IsEphemeral, thread: or(in.Message.ThreadTS, in.Container.ThreadTS), viewID: in.View.ID, home: in.View.Type == "home"}
	if t.channel == "" {
		t.channel = in.Container.ChannelID
	}
	if t.pressed == "" {
		t.pressed = in.Container.MessageTS
	}
	return t
}

// pressedForm opens the form that a press asks for. It reports false when it
// asks for none, or it is too late for one: then words do.
func (a *App) pressedForm(ctx context.Context, j job, r bot.Request) bool {
	in := j.interaction
	o, ok := a.openingOf(r)
	if !ok {
		return false
	}
	o.trigger = in.TriggerID
	switch in.View.Type {
	case "home":
		o.meta.home = true
	case "modal": // the form takes the place of what it was pressed in
		o.meta.home = parsePrivate(in.View.Private).home
		o.view, o.hash = in.View.ID, in.View.Hash
	}
	return a.openForm(ctx, j, o)
}

// shortcut serves "Brief me on this": the message's words are the query.
func (a *App) shortcut(ctx context.Context, j job) {
	in := j.interaction
	if in.CallbackID != shortcutID {
		return
	}
	text := in.Message.Text
	for _, at := range in.Message.Attachments {
		if text == "" {
			text = at.Text
		}
		if text == "" {
			text = at.Fallback
		}
	}
	r := in.who()
	r.Command = "brief"
	r.Args = strings.TrimSuffix(cut(plainWords(text, a.own(ctx).User), maxAsked), "…")
	a.serve(ctx, r, &target{url: in.ResponseURL, came: j.came, user: in.User.ID, channel: in.Channel.ID, thread: in.Message.ThreadTS})
}

// happened serves the events.
func (a *App) happened(ctx context.Context, j job) {
	e := j.event
	switch {
	case e.Type == "app_rate_limited":
		a.log.Warn("Slack limits the events that it sends", "workspace", e.TeamID)
	case e.Event.Type == "app_mention":
		a.mentioned(ctx, j)
	case e.Event.Type == "message":
		a.told(ctx, j)
	case e.Event.Type == "app_home_opened":
		a.homeOpened(ctx, j)
	case e.Event.Type == "app_uninstalled", e.Event.Type == "tokens_revoked" && len(e.Event.Tokens.Bot) > 0:
		a.revoke(ctx, e.TeamID, e.Event.Type)
	}
}

// mentioned answers under the message that mentioned us. What is about one
// person alone only that person sees.
func (a *App) mentioned(ctx context.Context, j job) {
	e := j.event.Event
	r := requestOf(a.words(), plainWords(e.Text, a.own(ctx).User))
	r.Person = digest.Person{Platform: Platform, Workspace: j.event.TeamID, ID: e.User}
	r.Place = place(j.event.TeamID, e.Channel, e.User)
	t := &target{came: j.came, user: e.User, channel: e.Channel, thread: e.ThreadTS}
	if r.Command == "brief" || r.Command == "help" {
		t.public = true
		if t.thread == "" {
			t.thread = e.TS
		}
	}
	a.serve(ctx, r, t)
}

// told answers what was written in direct messages.
func (a *App) told(ctx context.Context, j job) {
	e := j.event.Event
	a.rememberDirect(e.User, e.Channel)
	r := requestOf(a.words(), plainWords(e.Text, a.own(ctx).User))
	r.Person = digest.Person{Platform: Platform, Workspace: j.event.TeamID, ID: e.User}
	r.Place = place(j.event.TeamID, e.Channel, e.User)
	a.serve(ctx, r, &target{came: j.came, user: e.User, channel: e.Channel, thread: e.ThreadTS, public: true})
}

// revoke tells that the workspace wants no more of us.
func (a *App) revoke(ctx context.Context, workspace, reason string) {
	a.log.Error("the app was removed from the workspace", "workspace", workspace, "reason", reason)
	a.forget()
	if a.o.Revoked != nil {
		a.o.Revoked(ctx, workspace, reason)
	}
}

// forget drops all that is remembered of the workspace and its people. A new
// installation says who we are again; until then auth.test is refused, and
// with it every post.
func (a *App) forget() {
	a.people.forget()
	a.channels.forget()
	a.dmMu.Lock()
	a.dms = map[string]string{}
	a.dmMu.Unlock()
	a.idMu.Lock()
	defer a.idMu.Unlock()
	a.id = identity{}
}
