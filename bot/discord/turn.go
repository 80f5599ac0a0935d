package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Kinds of a first answer.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	answerPong     = int(discordgo.InteractionResponsePong)
	answerMessage  = int(discordgo.InteractionResponseChannelMessageWithSource)
	answerThinking = int(discordgo.InteractionResponseDeferredChannelMessageWithSource)
	answerLater    = int(discordgo.InteractionResponseDeferredMessageUpdate)
	answerUpdate   = int(discordgo.InteractionResponseUpdateMessage)
	answerChoices  = int(discordgo.InteractionApplicationCommandAutocompleteResult)
	answerForm     = int(discordgo.InteractionResponseModal)
)

// callback is the first answer to an interaction.
type callback struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// thinking is what a deferred answer may say: that it is for one person, which
// it stays.
type thinking struct {
	Flags int `json:"flags"`
}

type choices struct {
	Choices []named `json:"choices"`
}

type named struct {
	Name              string            `json:"name"`
	NameLocalizations map[string]string `json:"name_localizations,omitempty"`
	Value             any               `json:"value"`
}

// A turn is one interaction from its arrival to its last answer.
type turn struct {
	a     *Adapter
	i     interaction
	r     bot.Request
	first func(ctx context.Context, c callback) error // gives the first answer, once
	say   words
}

// take begins a turn for an interaction from the gateway. It returns at once;
// where too many are under way it says so to the person, and where even that
// is too much it is left alone.
func (a *Adapter) take(ctx context.Context, data []byte) {
	i, err := readInteraction(data)
	if err != nil {
		a.log.WarnContext(ctx, "discord: an interaction was not understood", "err", err)
		return
	}
	a.begin(ctx, i, func(ctx context.Context, c callback) error { return a.respond(ctx, i, c) })
}

// begin works a turn in a goroutine of its own, if there is a place for it.
func (a *Adapter) begin(ctx context.Context, i interaction, first func(context.Context, callback) error) bool {
	if !a.seen.add(i.ID, struct{}{}, a.opts.timing.now()) {
		return false // delivered twice
	}
	t := &turn{a: a, i: i, first: first, say: wordsOf(i.Locale)}
	slots, work := a.slots, t.work
	select {
	case slots <- struct{}{}:
	default:
		slots, work = a.busy, t.busy
		select {
		case slots <- struct{}{}:
		default:
			a.log.WarnContext(ctx, "discord: an interaction was dropped, too many are under way")
			return false
		}
	}
	a.turns.Go(func() {
		defer func() { <-slots }()
		defer t.contain(ctx)
		ctx, cancel := context.WithTimeout(ctx, tokenLife)
		defer cancel()
		work(ctx)
	})
	return true
}

// contain keeps a panic from ending the program, and tells the person.
func (t *turn) contain(ctx context.Context) {
	p := recover()
	if p == nil {
		return
	}
	id := t.errorID()
	t.a.log.ErrorContext(ctx, "discord: an interaction panicked", "id", id, "panic", p, "stack", string(debug.Stack()))
	defer func() { _ = recover() }() // the answer below is worth a try, not a crash
	t.fail(ctx, fmt.Sprintf(t.say.fault, id))
}

// quiet keeps a panic from ending the program where nothing is to be said.
func (t *turn) quiet(ctx context.Context) {
	if p := recover(); p != nil {
		t.a.log.ErrorContext(ctx, "discord: completions panicked", "id", t.errorID(), "panic", p, "stack", string(debug.Stack()))
	}
}

// fail says one sentence to the person, by whichever way is still open.
func (t *turn) fail(ctx context.Context, text string) {
	if t.i.Type == kindAutocomplete {
		_ = t.first(ctx, callback{answerChoices, choices{optionsOf(nil)}})
		return
	}
	m := t.private(bot.Message{Lead: []bot.Text{bot.T(text)}})
	if t.first(ctx, callback{answerMessage, m[0]}) != nil {
		_ = t.followup(ctx, m[0])
	}
}

func (t *turn) busy(ctx context.Context) { t.fail(ctx, t.say.busy) }

// errorID is what a person can quote and the log holds.
func (t *turn) errorID() string {
	sum := sha256.Sum256([]byte(t.i.ID))
	return "e-" + hex.EncodeToString(sum[:2])
}

func (t *turn) work(ctx context.Context) {
	t.r = t.a.request(t.i)
	form, wants := t.wantedForm()
	switch {
	case t.i.Type == kindAutocomplete:
		t.complete(ctx)
	case t.i.Type == kindPress && t.i.Data.CustomID == cancelID:
		t.put(ctx, bot.Reply{Delete: true}, false)
	case t.i.Type == kindPress && strings.HasPrefix(t.i.Data.CustomID, confirmPrefix):
		t.confirm(ctx)
	case wants:
		t.openForm(ctx, form)
	case t.i.Type == kindCommand, t.i.Type == kindPress, t.i.Type == kindForm:
		t.answer(ctx)
	default:
		t.a.log.WarnContext(ctx, "discord: an interaction of an unknown kind", "kind", t.i.Type)
	}
}

// complete answers what may be typed. It is answered from memory or not at
// all: an empty list is better than a late one.
func (t *turn) complete(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, t.a.opts.timing.complete)
	defer cancel()
	name, typed := t.i.focused()
	got := make(chan []bot.Option, 1)
	go func() {
		defer t.quiet(ctx)
		got <- t.a.opts.Handler.Complete(limited, t.r, name, typed)
	}()
	var options []bot.Option
	select {
	case options = <-got:
	case <-limited.Done():
	}
	t.log(ctx, "completions", t.first(ctx, callback{answerChoices, choices{optionsOf(options)}}))
}

// optionsOf keeps options within the limits of choices.
func optionsOf(options []bot.Option) []named {
	out := []named{}
	for _, o := range options {
		name := clip(strings.TrimSpace(plain(o.Label)), maxChoiceText)
		if blank(name) || blank(o.Value) || len([]rune(o.Value)) > maxChoiceText || len(out) == maxChoices {
			continue
		}
		out = append(out, named{Name: name, Value: o.Value})
	}
	return out
}

// outcome is what the handler made of a request.
type outcome struct {
	reply bot.Reply
	err   error
}

// hand waits until few enough requests are worked on, for a while, and returns
// what lets the next one in. A hundred that compute at once would keep each
// other, and the acknowledgements of all, from the processor; a few that wait
// for something slow shall not keep everyone out.
func (a *Adapter) hand(ctx context.Context) (done func()) {
	t := time.NewTimer(a.opts.timing.hand)
	defer t.Stop()
	select {
	case a.hands <- struct{}{}:
		return func() { <-a.hands }
	case <-t.C:
	case <-ctx.Done():
	}
	return func() {}
}

// answer asks the handler and gives its answer: at once when it is ready soon,
// else after a word that it is being worked on.
func (t *turn) answer(ctx context.Context) {
	got := make(chan outcome, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				t.a.log.ErrorContext(ctx, "discord: the handler panicked", "id", t.errorID(), "panic", p, "stack", string(debug.Stack()))
				got <- outcome{err: digest.Errorf(digest.Internal, "panic")}
			}
		}()
		defer t.a.hand(ctx)()
		reply, err := t.a.opts.Handler.Handle(ctx, t.r)
		got <- outcome{reply, err}
	}()
	timer := time.NewTimer(t.a.opts.timing.ack)
	defer timer.Stop()
	deferred := false
	var o outcome
	select {
	case o = <-got:
	case <-timer.C:
		if !t.postpone(ctx) {
			return
		}
		deferred = true
		select {
		case o = <-got:
		case <-ctx.Done():
			o.err = digest.Errorf(digest.Unavailable, "that took too long")
		}
	}
	wrong := o.err != nil || o.reply.Failed || len(o.reply.Wrong) > 0
	if o.err != nil {
		o.reply = t.errorReply(ctx, o.err)
	}
	t.correctable(&o.reply, wrong)
	// The last word must get through although the handler used up the time.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	t.put(last, o.reply, deferred)
	if o.reply.File != nil {
		t.log(last, "file", t.sendFile(last, *o.reply.File))
	}
}

// postpone says that the answer is being worked on, and reports whether
// Discord took it. Whether the answer is for one person is fixed by it, so it
// is: a reply for everyone goes beside it.
func (t *turn) postpone(ctx context.Context) bool {
	c := callback{answerThinking, thinking{flagEphemeral}}
	if t.onMessage() {
		c = callback{Type: answerLater}
	}
	err := t.first(ctx, c)
	t.log(ctx, "acknowledgement", err)
	return err == nil
}

func (t *turn) errorReply(ctx context.Context, err error) bot.Reply {
	id := t.errorID()
	t.a.log.WarnContext(ctx, "discord: a request failed", "id", id, "command", t.r.Command, "action", t.r.Action, "err", err)
	return bot.Reply{Message: bot.ErrorMessage(err, id, t.r.Lang)}
}

// put shows a reply.
func (t *turn) put(ctx context.Context, r bot.Reply, deferred bool) {
	press := t.onMessage()
	if press && r.Delete {
		if !deferred {
			t.log(ctx, "acknowledgement", t.first(ctx, callback{Type: answerLater}))
		}
		t.log(ctx, "removal", t.remove(ctx))
		return
	}
	parts, err := t.a.pages(r.Message)
	if err != nil {
		parts = t.private(t.errorReply(ctx, err).Message)
		r.Public, r.Replace = false, false
	}
	parts = parts[:min(len(parts), maxFollowups)]
	if !r.Public {
		markPrivate(parts)
	}
	switch {
	case !deferred:
		t.now(ctx, parts, press && r.Replace)
	case press && !r.Replace:
		t.rest(ctx, parts)
	case r.Public && !press:
		t.log(ctx, "note", t.edit(ctx, t.private(bot.Message{Lead: []bot.Text{bot.T(t.say.posted)}})[0]))
		t.rest(ctx, parts)
	default:
		t.log(ctx, "answer", t.edit(ctx, parts[0]))
		t.rest(ctx, parts[1:])
	}
}

// onMessage reports whether it was done on a message: a button was pressed, or
// a form submitted that a button had opened.
func (t *turn) onMessage() bool {
	return t.i.Type == kindPress || t.i.Type == kindForm && t.i.Message != nil
}

// maxFollowups is how many messages an answer may have. Where the bot was
// brought along by the person alone, Discord takes five.
const maxFollowups = 5

// now answers at once; a pressed button's message is replaced or left.
func (t *turn) now(ctx context.Context, parts []message, replace bool) {
	c := callback{answerMessage, parts[0]}
	if replace {
		parts[0].Flags &^= flagEphemeral // it stays what it was
		c = callback{answerUpdate, asEdit(parts[0])}
	}
	if err := t.first(ctx, c); err != nil {
		t.log(ctx, "answer", err)
		return
	}
	t.rest(ctx, parts[1:])
}

func (t *turn) rest(ctx context.Context, parts []message) {
	for _, p := range parts {
		if err := t.followup(ctx, p); err != nil {
			t.log(ctx, "further answer", err)
			return
		}
	}
}

// private renders a message for the person alone. A message of ours always has
// something to show.
func (t *turn) private(m bot.Message) []message {
	parts, err := t.a.pages(m)
	if err != nil {
		parts = []message{{Content: "—"}}
	}
	markPrivate(parts)
	return parts
}

func markPrivate(parts []message) {
	for i := range parts {
		parts[i].Flags |= flagEphemeral
	}
}

func (t *turn) log(ctx context.Context, what string, err error) {
	if err != nil {
		t.a.log.WarnContext(ctx, "discord: a person was not answered", "what", what, "id", t.errorID(), "err", err)
	}
}

// Ids of the buttons that this package answers itself. They do not have the
// form of bot.ActionID, so no action can be taken for one of them.
const (
	confirmPrefix = "?"
	cancelID      = "!cancel"
)

// confirm asks once more before an action that cannot be taken back. What was
// pressed is read from the message, since an id has no room for a sentence.
func (t *turn) confirm(ctx context.Context) {
	id := strings.TrimPrefix(t.i.Data.CustomID, confirmPrefix)
	label := "OK"
	if t.i.Message != nil {
		if l := labelOf(t.i.Message.Components, t.i.Data.CustomID); l != "" {
			label = l
		}
	}
	t.put(ctx, bot.Reply{Message: bot.Message{
		Lead:    []bot.Text{bot.T(fmt.Sprintf(t.say.confirm, label))},
		Actions: []bot.Action{{ID: id, Label: label, Style: bot.Danger}, {ID: cancelID, Label: t.say.cancel}},
	}}, false)
}

// labelOf finds the label of a button by its id among a message's components.
func labelOf(data []byte, id string) string {
	var cs []component
	if json.Unmarshal(data, &cs) != nil {
		return ""
	}
	return findLabel(cs, id)
}

func findLabel(cs []component, id string) string {
	for _, c := range cs {
		if c.CustomID == id {
			return c.Label
		}
		if c.Accessory != nil && c.Accessory.CustomID == id {
			return c.Accessory.Label
		}
		if l := findLabel(c.Components, id); l != "" {
			return l
		}
	}
	return ""
}

// respond gives the first answer over the API. It is tried again for as long
// as Discord waits for it; an answer that was taken although the connection
// broke says so the second time.
func (a *Adapter) respond(ctx context.Context, i interaction, c callback) error {
	ctx, cancel := context.WithTimeout(ctx, a.opts.timing.answer)
	defer cancel()
	k := call{method: http.MethodPost, url: discordgo.EndpointInteractionResponse(i.ID, i.Token), body: c, open: true, lane: lane{free: true}}
	for n := 1; ; n++ {
		_, err := a.rest.do(ctx, k, 0)
		if err == nil || (n > 1 && codeOf(err) == 40060) {
			return nil
		}
		wait, again := passing(err)
		if !again || n == retries || a.rest.timing.sleep(ctx, max(wait, a.opts.timing.retry/4)) != nil {
			return err
		}
	}
}

// edit puts the answer in the place of "thinking", or of the pressed message.
func (t *turn) edit(ctx context.Context, m message) error {
	m.Flags &^= flagEphemeral // fixed by the first answer; an edit may not say it
	return t.webhook(ctx, http.MethodPatch, discordgo.EndpointWebhookMessage(t.i.ApplicationID, t.i.Token, "@original"), asEdit(m))
}

// asEdit is a message in the place of another. What an edit does not name
// stays, so it names what is to be empty; Components V2 have nothing but their
// components.
func asEdit(m message) any {
	if m.Flags&flagComponentsV2 != 0 {
		return m
	}
	return struct {
		Content         string      `json:"content"`
		Embeds          []embed     `json:"embeds"`
		Components      []component `json:"components"`
		AllowedMentions mentions    `json:"allowed_mentions"`
	}{m.Content, append([]embed{}, m.Embeds...), append([]component{}, m.Components...), mentions{}}
}

func (t *turn) remove(ctx context.Context) error {
	return t.webhook(ctx, http.MethodDelete, discordgo.EndpointWebhookMessage(t.i.ApplicationID, t.i.Token, "@original"), nil)
}

// followup adds a message. A lost answer is not tried again: a message twice
// is worse than one that is missing, and the person can ask again.
func (t *turn) followup(ctx context.Context, m message) error {
	return t.add(ctx, call{method: http.MethodPost, url: discordgo.EndpointWebhookToken(t.i.ApplicationID, t.i.Token) + "?wait=true", body: m, open: true, lane: lane{free: true}})
}

func (t *turn) add(ctx context.Context, k call) error {
	for n := 1; ; n++ {
		_, err := t.a.rest.do(ctx, k, 0)
		again := statusOf(err) == http.StatusTooManyRequests || (statusOf(err) == http.StatusNotFound && n < retries)
		wait, _ := passing(err)
		if err == nil || !again || n == 2*retries || t.a.rest.timing.sleep(ctx, max(wait, t.a.opts.timing.retry)) != nil {
			return err
		}
	}
}

// webhook edits or removes: what may be done twice. "Not found" is tried
// again too: over HTTP the first answer may reach Discord after this request.
func (t *turn) webhook(ctx context.Context, method, url string, body any) error {
	k := call{method: method, url: url, open: true, lane: lane{free: true}}
	if body != nil {
		k.body = body
	}
	for n := 1; ; n++ {
		_, err := t.a.rest.do(ctx, k, 0)
		wait, again := passing(err)
		again = again || (statusOf(err) == http.StatusNotFound && n < retries)
		if err == nil || !again || n == 2*retries || t.a.rest.timing.sleep(ctx, max(wait, t.a.opts.timing.retry)) != nil {
			return err
		}
	}
}

var errNotTaken = errors.New("the endpoint had answered already")
