package slacktest

import (
	"encoding/json"
	"strings"
	"time"
)

// Delivery is one thing that Slack delivered: what a person did.
type Delivery struct {
	s       *Server
	kind    string
	id      string // of the envelope
	payload answer
	events  bool
	uses    string // id of its response_url, "" for none

	Ack     json.RawMessage // what the acknowledgement carried, nil for nothing
	Latency time.Duration   // until the acknowledgement
	Refused bool            // it was not acknowledged within Options.AckLimit
	Status  int             // over HTTP
}

// Slash types a slash command: "/brief korea-trade".
func (s *Server) Slash(user, channel, line string) *Delivery {
	s.t.Helper()
	command, text, _ := strings.Cut(line, " ")
	s.mu.Lock()
	url := s.newResponse(response{channel: channel, user: user})
	p := answer{"token": "legacy", "team_id": s.Team, "team_domain": "fake", "channel_id": channel, "channel_name": s.nameOf(channel), "user_id": user, "user_name": "old",
		"command": command, "text": text, "response_url": url, "trigger_id": s.newTrigger(), "api_app_id": "A0FAKE", "is_enterprise_install": "false"}
	s.mu.Unlock()
	return s.deliver(&Delivery{s: s, kind: "slash_commands", payload: p, uses: last(url)})
}

// DM writes to the bot.
func (s *Server) DM(user, text string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	channel := s.dmChannel(user)
	m := s.wrote(user, channel, text, "")
	s.mu.Unlock()
	return s.event(answer{"type": "message", "channel_type": "im", "user": user, "text": text, "channel": channel, "ts": m.TS})
}

// Mention writes "@daybrief text" in a channel.
func (s *Server) Mention(user, channel, text string) *Delivery {
	s.t.Helper()
	text = "<@" + s.BotUser + "> " + text
	s.mu.Lock()
	m := s.wrote(user, channel, text, "")
	s.mu.Unlock()
	return s.event(answer{"type": "app_mention", "user": user, "text": text, "channel": channel, "ts": m.TS})
}

// wrote keeps what a person wrote. The lock is held.
func (s *Server) wrote(user, channel, text, thread string) *Message {
	m := &Message{Channel: channel, TS: s.ts(), From: user, Text: text, Thread: thread}
	s.messages = append(s.messages, m)
	return m
}

// OpenHome looks at the bot's Home tab.
func (s *Server) OpenHome(user string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	e := answer{"type": "app_home_opened", "user": user, "channel": s.dmChannel(user), "tab": "home"}
	if v := s.homes[user]; v != nil {
		e["view"] = answer{"id": v.ID, "hash": v.Hash}
	}
	s.mu.Unlock()
	return s.event(e)
}

// Uninstall removes the app from the workspace.
func (s *Server) Uninstall() *Delivery {
	s.t.Helper()
	return s.event(answer{"type": "app_uninstalled"})
}

// Reinstall installs the app again, and returns its token: the one of before
// works no more.
func (s *Server) Reinstall() (token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.BotToken = s.next("xoxb-")
	return s.BotToken
}

// Event delivers any inner event.
func (s *Server) Event(inner map[string]any) *Delivery {
	s.t.Helper()
	return s.event(inner)
}

func (s *Server) event(inner answer) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	id := s.next("Ev")
	s.mu.Unlock()
	return s.deliver(&Delivery{s: s, kind: "events_api", payload: answer{"type": "event_callback", "team_id": s.Team, "api_app_id": "A0FAKE", "event_id": id, "event": inner}})
}

// Press presses the button, or chooses value of the menu, with an action id
// under a message that the person sees.
func (s *Server) Press(user string, m Message, actionID, value string) *Delivery {
	s.t.Helper()
	e := s.pressed(m.Blocks, actionID, value)
	s.mu.Lock()
	r := response{channel: m.Channel, user: user, original: s.find(m.Channel, m.TS)}
	url := s.newResponse(r)
	p := s.interaction("block_actions", user)
	p["channel"] = answer{"id": m.Channel, "name": s.nameOf(m.Channel)}
	p["container"] = answer{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.To != ""}
	p["message"] = answer{"ts": m.TS, "text": m.Text, "blocks": m.Blocks, "thread_ts": m.Thread}
	p["response_url"], p["actions"] = url, []answer{e}
	s.mu.Unlock()
	return s.deliver(&Delivery{s: s, kind: "interactive", payload: p, uses: last(url)})
}

// PressHome presses a button of the person's Home tab.
func (s *Server) PressHome(user, actionID string) *Delivery {
	s.t.Helper()
	v := s.Home(user)
	if v == nil {
		s.t.Fatalf("%s has no Home tab", user)
	}
	return s.pressView(user, *v, "home", actionID)
}

// PressView presses a button in a modal.
func (s *Server) PressView(user string, v View, actionID string) *Delivery {
	s.t.Helper()
	return s.pressView(user, v, "modal", actionID)
}

func (s *Server) pressView(user string, v View, kind, actionID string) *Delivery {
	s.t.Helper()
	e := s.pressed(viewBlocks(v), actionID, "")
	s.mu.Lock()
	p := s.interaction("block_actions", user)
	p["container"] = answer{"type": "view", "view_id": v.ID}
	p["view"] = v.callback(kind)
	p["actions"] = []answer{e}
	s.mu.Unlock()
	return s.deliver(&Delivery{s: s, kind: "interactive", payload: p})
}

// Shortcut uses "Brief me on this" on what someone wrote.
func (s *Server) Shortcut(user, channel, text string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	m := s.wrote(user, channel, text, "")
	url := s.newResponse(response{channel: channel, user: user})
	p := s.interaction("message_action", user)
	p["callback_id"], p["response_url"] = "brief_message", url
	p["channel"] = answer{"id": channel}
	// A block that no library knows, as other apps post them.
	p["message"] = answer{"ts": m.TS, "text": text, "user": user, "blocks": []answer{{"type": "context", "elements": []answer{{"type": "hologram"}}}}}
	s.mu.Unlock()
	return s.deliver(&Delivery{s: s, kind: "interactive", payload: p, uses: last(url)})
}

// Suggest types into a menu that asks for its options, and returns them.
func (s *Server) Suggest(user string, v View, field, typed string) []string {
	s.t.Helper()
	s.mu.Lock()
	p := s.interaction("block_suggestion", user)
	p["action_id"], p["block_id"], p["value"], p["view"] = field, field, typed, v.callback("modal")
	s.mu.Unlock()
	d := s.deliver(&Delivery{s: s, kind: "interactive", payload: p})
	var out struct {
		Options []struct {
			Value string `json:"value"`
		} `json:"options"`
	}
	if err := json.Unmarshal(d.Ack, &out); err != nil {
		s.t.Fatalf("a suggestion was answered with %s: %v", d.Ack, err)
	}
	var values []string
	for _, o := range out.Options {
		values = append(values, o.Value)
	}
	return values
}

// Submit fills in a modal and submits it. What is not given keeps its initial
// value. An acknowledgement that updates the view is carried out.
func (s *Server) Submit(user string, v View, values map[string]string) *Delivery {
	s.t.Helper()
	state := v.state(values)
	s.mu.Lock()
	p := s.interaction("view_submission", user)
	view := v.callback("modal")
	view["state"] = answer{"values": state}
	p["view"] = view
	s.mu.Unlock()
	d := s.deliver(&Delivery{s: s, kind: "interactive", payload: p})
	var out struct {
		Action string          `json:"response_action"`
		View   json.RawMessage `json:"view"`
	}
	if len(d.Ack) > 0 && json.Unmarshal(d.Ack, &out) == nil && out.Action == "update" {
		s.mu.Lock()
		defer s.mu.Unlock()
		if old := s.views[v.ID]; old != nil {
			s.replaceView(old, out.View)
		}
		s.change()
	}
	return d
}

// interaction is what all interactions share. The lock is held.
func (s *Server) interaction(kind, user string) answer {
	return answer{"type": kind, "team": answer{"id": s.Team}, "user": answer{"id": user, "team_id": s.Team}, "api_app_id": "A0FAKE", "trigger_id": s.newTrigger()}
}

// nameOf is what deliveries call a channel. The lock is held.
func (s *Server) nameOf(channel string) string {
	switch ch := s.channels[channel]; {
	case ch == nil:
		return "directmessage"
	case ch.Private:
		return "privategroup"
	default:
		return ch.Name
	}
}

// Again delivers the same once more, as Slack does when an answer is late.
func (d *Delivery) Again() *Delivery {
	d.s.t.Helper()
	return d.s.deliver(&Delivery{s: d.s, kind: d.kind, payload: d.payload, uses: d.uses, events: true})
}

// Answer waits for the n-th message, from 1, that came by this delivery's
// response_url.
func (d *Delivery) Answer(n int) Message {
	d.s.t.Helper()
	var m Message
	if !d.s.until(func() bool {
		d.s.mu.Lock()
		defer d.s.mu.Unlock()
		r := d.s.responses[d.uses]
		if r == nil || len(r.said) < n {
			return false
		}
		m = *r.said[n-1]
		return true
	}) {
		d.s.t.Fatalf("answer %d did not come by the response_url\nthere are: %s", n, d.s.list())
	}
	return m
}

// Spend uses a delivery's response_url up, as if it had been answered before.
func (d *Delivery) Spend() {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	d.s.responses[d.uses].uses = responseUses
}

func last(url string) string { return url[strings.LastIndexByte(url, '/')+1:] }
