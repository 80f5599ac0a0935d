package slack

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"sync"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// envelope is one delivery of Slack's, whichever way it came.
type envelope struct {
	kind    string // one of the kinds
	payload []byte // JSON
	// ack acknowledges it. Only a submission and a suggestion are answered by
	// the acknowledgement itself; for the rest the payload is nil.
	ack func(payload any) error
	// acked says that ack was called before the work began.
	acked bool
}

// The kinds of envelope, as Socket Mode names them.
const (
	slashCommands = "slash_commands"
	interactive   = "interactive"
	eventsAPI     = "events_api"
)

// interaction is what a button, menu, form or shortcut sends. Only the fields
// in use are read, so that a block in a message that nobody here knows cannot
// spoil the rest.
// https://docs.slack.dev/interactivity/handling-user-interaction
type interaction struct {
	Type        string    `json:"type"`
	TriggerID   string    `json:"trigger_id"`
	ResponseURL string    `json:"response_url"`
	CallbackID  string    `json:"callback_id"`
	ActionID    string    `json:"action_id"` // of a suggestion
	Value       string    `json:"value"`     // what was typed, of a suggestion
	Team        ref       `json:"team"`
	User        ref       `json:"user"`
	Channel     ref       `json:"channel"`
	Container   container `json:"container"`
	Message     struct {
		TS          string `json:"ts"`
		ThreadTS    string `json:"thread_ts"`
		Text        string `json:"text"`
		Attachments []struct {
			Fallback string `json:"fallback"`
			Text     string `json:"text"`
		} `json:"attachments"`
	} `json:"message"`
	Actions []element `json:"actions"`
	View    struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Hash     string `json:"hash"`
		Callback string `json:"callback_id"`
		Private  string `json:"private_metadata"`
		State    struct {
			Values map[string]map[string]element `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

type ref struct {
	ID     string `json:"id"`
	TeamID string `json:"team_id"` // of a person
	Name   string `json:"name"`    // of a channel
}

type container struct {
	MessageTS   string `json:"message_ts"`
	ThreadTS    string `json:"thread_ts"`
	ChannelID   string `json:"channel_id"`
	IsEphemeral bool   `json:"is_ephemeral"`
}

// element is the state of a pressed or filled-in element.
type element struct {
	ActionID       string `json:"action_id"`
	Type           string `json:"type"`
	Value          string `json:"value"`
	SelectedTime   string `json:"selected_time"`
	SelectedConv   string `json:"selected_conversation"`
	SelectedOption *struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

// chosen is the value of an element, whichever kind it is.
func (e element) chosen() string {
	switch {
	case e.SelectedOption != nil:
		return e.SelectedOption.Value
	case e.SelectedTime != "":
		return e.SelectedTime
	case e.SelectedConv != "":
		return e.SelectedConv
	}
	return e.Value
}

// event is the outer and inner event of the Events API.
// https://docs.slack.dev/apis/events-api
type event struct {
	Type      string `json:"type"` // event_callback, url_verification, app_rate_limited
	Challenge string `json:"challenge"`
	TeamID    string `json:"team_id"`
	EventID   string `json:"event_id"`
	Event     struct {
		Type        string `json:"type"`
		Subtype     string `json:"subtype"`
		ChannelType string `json:"channel_type"`
		User        string `json:"user"`
		BotID       string `json:"bot_id"`
		Text        string `json:"text"`
		Channel     string `json:"channel"`
		TS          string `json:"ts"`
		ThreadTS    string `json:"thread_ts"`
		Tab         string `json:"tab"`
		Edited      any    `json:"edited"`
		View        *struct {
			Hash string `json:"hash"`
		} `json:"view"`
		Tokens struct {
			Bot []string `json:"bot"`
		} `json:"tokens"`
	} `json:"event"`
}

// delivery is an envelope that was read.
type delivery struct {
	envelope
	command     *slackgo.SlashCommand
	interaction *interaction
	event       *event
}

// read decodes an envelope.
func read(e envelope) (delivery, error) {
	d := delivery{envelope: e}
	var into any
	switch e.kind {
	case slashCommands:
		d.command = &slackgo.SlashCommand{}
		into = d.command
	case interactive:
		d.interaction = &interaction{}
		into = d.interaction
	case eventsAPI:
		d.event = &event{}
		into = d.event
	default:
		return d, digest.Errorf(digest.Invalid, "an envelope of type %q is not known", e.kind)
	}
	if err := json.Unmarshal(e.payload, into); err != nil {
		return d, digest.Errorf(digest.Invalid, "read what Slack sent (%s): %w", e.kind, err)
	}
	return d, nil
}

// key tells a repeat. A suggestion has none: it may come again.
func (d delivery) key() string {
	switch {
	case d.command != nil && d.command.TriggerID != "":
		return "t " + d.command.TriggerID
	case d.interaction != nil && d.interaction.TriggerID != "" && d.interaction.Type != "block_suggestion":
		return "t " + d.interaction.TriggerID
	case d.event != nil && d.event.EventID != "":
		return "e " + d.event.EventID
	}
	return ""
}

// answersInAck reports whether the acknowledgement carries the answer, so that
// it waits, up to Slack's three seconds, for the work.
func (d delivery) answersInAck() bool {
	return d.interaction != nil && (d.interaction.Type == "block_suggestion" || d.interaction.Type == "view_submission")
}

// inert reports whether nothing is to be done: our own words coming back,
// edits, messages elsewhere than in direct messages.
func (d delivery) inert(own identity) bool {
	if d.event == nil {
		return false
	}
	e := d.event.Event
	switch e.Type {
	case "message":
		return e.ChannelType != "im" || e.Subtype != "" && e.Subtype != "file_share" || e.BotID != "" || e.User == "" || e.User == own.User
	case "app_mention":
		return e.BotID != "" || e.User == "" || e.User == own.User || e.Edited != nil
	case "app_home_opened":
		return e.Tab != "home"
	}
	return false
}

// place is where something was asked. A conversation of two is the person's
// direct messages.
func place(team, channel, user string) digest.Destination {
	if channel == "" || strings.HasPrefix(channel, "D") {
		return digest.Destination{Platform: Platform, Workspace: team, Channel: user, Direct: true}
	}
	return digest.Destination{Platform: Platform, Workspace: team, Channel: channel}
}

// requestOf is what typed words ask for: a command's word and what follows, or
// a query.
func requestOf(words []string, text string) bot.Request {
	text = strings.TrimSpace(text)
	first, rest, _ := strings.Cut(text, " ")
	first = strings.ToLower(strings.TrimRight(first, "?!."))
	for _, w := range words {
		if first == w {
			return bot.Request{Command: w, Args: strings.TrimSpace(rest)}
		}
	}
	return bot.Request{Command: "brief", Args: text}
}

var angled = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`) })

// plainWords turns what Slack sends as typed text back into words: mentions
// become destinations as config writes them, links their label, and the three
// escapes characters. own is the bot's user id, whose mention goes.
func plainWords(s, own string) string {
	s = angled().ReplaceAllStringFunc(s, func(m string) string {
		sub := angled().FindStringSubmatch(m)
		target, label := sub[1], sub[2]
		switch {
		case target == "":
			return " "
		case strings.HasPrefix(target, "@") && target[1:] == own:
			return " "
		case strings.HasPrefix(target, "@"):
			return Platform + ":" + target
		case strings.HasPrefix(target, "#"):
			return Platform + ":" + target[1:]
		case strings.HasPrefix(target, "!"):
			return specialWords(target[1:], label)
		case label != "" && !isAddress(label):
			return label
		}
		return target
	})
	return strings.Join(strings.Fields(unescape(clean(s))), " ")
}

// specialWords are the words of <!here>, <!date^…|fallback> and the like.
func specialWords(target, label string) string {
	if label != "" {
		return label
	}
	name, _, _ := strings.Cut(target, "^")
	return name
}

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https")
}
