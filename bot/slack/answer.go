package slack

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// target is where an answer goes. It is used by one worker.
type target struct {
	url       string // response_url, "" for none
	used      int    // how often
	came      time.Time
	user      string
	channel   string
	thread    string // ts of the message to answer under
	public    bool   // the whole conversation sees it, as in direct messages
	command   bool   // it was typed, so there is no message to replace
	pressed   string // ts of the message whose button was pressed
	ephemeral bool   // that message is one that the person alone sees
	viewID    string // of the view whose button was pressed
	home      bool   // that view is the Home tab
	meta      private
}

// responsePayload is what a response_url takes. response_type and
// replace_original are always said: their defaults depend on where it came from.
type responsePayload struct {
	ResponseType    string            `json:"response_type,omitempty"`
	ReplaceOriginal bool              `json:"replace_original"`
	DeleteOriginal  bool              `json:"delete_original,omitempty"`
	ThreadTS        string            `json:"thread_ts,omitempty"`
	Text            string            `json:"text,omitempty"`
	Blocks          []json.RawMessage `json:"blocks,omitempty"`
	UnfurlLinks     bool              `json:"unfurl_links"`
	UnfurlMedia     bool              `json:"unfurl_media"`
}

// answer shows a reply.
func (a *App) answer(ctx context.Context, t *target, reply bot.Reply) {
	a.answerWords(ctx, t, reply)
	if reply.File != nil {
		a.attach(ctx, t, *reply.File)
	}
}

func (a *App) answerWords(ctx context.Context, t *target, reply bot.Reply) {
	if t.viewID != "" {
		a.answerInView(ctx, t, reply)
		return
	}
	if reply.Delete {
		if err := a.remove(ctx, t); err != nil {
			a.log.Warn("delete a message in Slack", "error", err)
		}
		if isEmpty(reply.Message) {
			return
		}
	}
	a.nameChannels(ctx, reply.Message)
	parts, err := a.Render(reply.Message)
	if err != nil {
		a.log.Error("render an answer", "error", err)
		return
	}
	for i, part := range parts {
		pl, err := parsePayload(part)
		if err == nil {
			err = a.say(ctx, t, show{payload: pl, public: reply.Public || t.public, replace: reply.Replace && i == 0})
		}
		if err != nil {
			a.log.Error("answer in Slack", "channel", t.channel, "error", err)
			return
		}
	}
}

func isEmpty(m bot.Message) bool { return part{msg: m}.empty() }

// show is one part of an answer, and how it is to be seen.
type show struct {
	payload
	public, replace bool
}

// way is one way to say something.
type way func(ctx context.Context, t *target, s show) error

// errNoWay says that a way cannot be taken here, so the next one is tried.
var errNoWay = errors.New("not here")

// say tries the ways to show a part, best first, until one has shown it or may
// have.
func (a *App) say(ctx context.Context, t *target, s show) error {
	ways := []way{a.byResponse, a.ephemerally, a.directly}
	switch {
	case s.replace:
		ways = []way{a.byResponse, a.byUpdate, a.ephemerally, a.directly}
	case s.public:
		ways = []way{a.byResponse, a.byMessage, a.directly}
	}
	var failures []error
	for _, w := range ways {
		err := a.plainly(ctx, t, s, w)
		if err == nil {
			return nil
		}
		if errors.Is(err, errNoWay) {
			continue
		}
		failures = append(failures, err)
		var ce *callError
		if errors.As(err, &ce) && (mayHaveLanded(ce) || refusedToken(ce.Code)) {
			break
		}
	}
	return errors.Join(failures...)
}

// plainly goes a way, with plainer blocks where Slack refuses them.
func (a *App) plainly(ctx context.Context, t *target, s show, w way) error {
	for {
		err := w(ctx, t, s)
		plainer, ok := s.plainer()
		if err == nil || !tooBig(codeOf(err)) || !ok {
			return err
		}
		s.payload = plainer
	}
}

// usable reports whether the response_url has a use left.
func (a *App) usable(t *target) bool {
	return t.url != "" && t.used < responseUses && a.clock.now().Sub(t.came) < responseLife-time.Minute
}

// byResponse answers through the response_url, which works wherever the person
// can write, without the bot being there.
func (a *App) byResponse(ctx context.Context, t *target, s show) error {
	if !a.usable(t) {
		return errNoWay
	}
	out := responsePayload{ResponseType: "ephemeral", Text: s.Text, Blocks: s.Blocks, ReplaceOriginal: s.replace && !t.command, ThreadTS: t.thread}
	if s.public || s.replace && !t.ephemeral && !t.command {
		out.ResponseType = "in_channel"
	}
	return a.respond(ctx, t, out)
}

// respond uses the response_url once.
func (a *App) respond(ctx context.Context, t *target, out responsePayload) error {
	key := t.channel
	if out.ResponseType == "ephemeral" {
		key += " " + t.user // nobody else sees it, so nobody else's pace counts
	}
	if err := a.calls.turn(ctx, responseURL, time.Minute, postRates(key, true)...); err != nil {
		return err
	}
	body, err := encode(out)
	if err != nil {
		return digest.Errorf(digest.Internal, "encode an answer: %w", err)
	}
	t.used++
	return a.calls.respond(ctx, t.url, body)
}

// byUpdate replaces a message that everyone sees.
func (a *App) byUpdate(ctx context.Context, t *target, s show) error {
	if t.pressed == "" || t.ephemeral || t.channel == "" {
		return errNoWay
	}
	return a.inTurn(ctx, turn{t.channel, "chat.update", s.payload}, func(options []slackgo.MsgOption) error {
		_, _, _, err := a.api.UpdateMessageContext(ctx, t.channel, t.pressed, options...)
		return err
	})
}

// byMessage posts in the conversation.
func (a *App) byMessage(ctx context.Context, t *target, s show) error {
	if t.channel == "" {
		return errNoWay
	}
	_, err := a.post(ctx, outgoing{channel: t.channel, thread: t.thread, payload: s.payload, waiting: true})
	return err
}

// ephemerally posts what the person alone sees. Slack does not promise it.
func (a *App) ephemerally(ctx context.Context, t *target, s show) error {
	if t.channel == "" || strings.HasPrefix(t.channel, "D") {
		return errNoWay
	}
	return a.inTurn(ctx, turn{t.channel + " " + t.user, "chat.postEphemeral", s.payload}, func(options []slackgo.MsgOption) error {
		if t.thread != "" {
			options = append(options, slackgo.MsgOptionTS(t.thread))
		}
		_, err := a.api.PostEphemeralContext(ctx, t.channel, t.user, options...)
		return err
	})
}

// directly posts in the person's direct messages: the last way.
func (a *App) directly(ctx context.Context, t *target, s show) error {
	channel, err := a.conversation(ctx, digest.Destination{Platform: Platform, Channel: t.user, Direct: true})
	if err != nil {
		return err
	}
	_, err = a.post(ctx, outgoing{channel: channel, payload: s.payload, waiting: true})
	return err
}

// turn is a call that shows a payload, and whose pace it counts to.
type turn struct {
	key, method string
	payload     payload
}

// inTurn makes a call with the payload when it is due.
func (a *App) inTurn(ctx context.Context, t turn, call func([]slackgo.MsgOption) error) error {
	options, err := t.payload.options()
	if err != nil {
		return digest.Errorf(digest.Internal, "read an answer: %w", err)
	}
	if err := a.calls.turn(ctx, t.method, time.Minute, postRates(t.key, true)...); err != nil {
		return err
	}
	return call(options)
}

// remove deletes the message whose button was pressed.
func (a *App) remove(ctx context.Context, t *target) error {
	if a.usable(t) && !t.command {
		return a.respond(ctx, t, responsePayload{DeleteOriginal: true})
	}
	if t.pressed == "" || t.ephemeral {
		return nil
	}
	_, _, err := a.api.DeleteMessageContext(ctx, t.channel, t.pressed)
	return err
}
