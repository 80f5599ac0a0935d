package discordtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// channel is a channel, a thread or direct messages. A thread's first message
// of a forum post has the thread's id.
type channel struct {
	id, guild, parent, owner, name, user string
	kind                                 int
	locked, archived, tagRequired        bool
	tags                                 []map[string]any
	applied                              []string
	messages                             []*Message
	overwrites                           []overwrite
}

func (c *channel) json() map[string]any {
	out := map[string]any{"id": c.id, "type": c.kind, "name": c.name, "flags": 0, "permission_overwrites": c.rules()}
	if c.guild != "" {
		out["guild_id"] = c.guild
	}
	if c.parent != "" {
		out["parent_id"], out["owner_id"] = c.parent, c.owner
		out["thread_metadata"] = map[string]any{"archived": c.archived, "locked": c.locked, "auto_archive_duration": 1440}
		out["applied_tags"] = c.applied
	}
	if c.kind == Forum {
		out["available_tags"] = c.tags
		if c.tagRequired {
			out["flags"] = 1 << 4
		}
	}
	return out
}

// Message is what became visible.
type Message struct {
	ID      string
	Channel string
	Author  string // BotID, or the webhook's id
	To      string // the one person who sees it; "" for everyone
	Payload json.RawMessage
	At      time.Time
	Edits   int
	Flags   int
	Gone    bool
	ReplyTo string // id of the message that it answers; "" for none
	Files   map[string][]byte

	interaction *Interaction
	webhook     bool
}

// Button is a button or a menu of a message.
type Button struct {
	Label    string
	CustomID string
	URL      string
	Style    int
	Options  []string // values of a menu
}

type parts struct {
	Type        int     `json:"type"`
	Content     string  `json:"content"`
	Label       string  `json:"label"`
	CustomID    string  `json:"custom_id"`
	URL         string  `json:"url"`
	Style       int     `json:"style"`
	Placeholder string  `json:"placeholder"`
	Components  []parts `json:"components"`
	Accessory   *parts  `json:"accessory"`
	Options     []struct {
		Value string `json:"value"`
	} `json:"options"`
}

type body struct {
	Content         string          `json:"content"`
	Flags           int             `json:"flags"`
	Nonce           any             `json:"nonce"`
	EnforceNonce    bool            `json:"enforce_nonce"`
	Components      []parts         `json:"components"`
	AllowedMentions json.RawMessage `json:"allowed_mentions"`
	Reference       *struct {
		Message string `json:"message_id"`
		Channel string `json:"channel_id"`
		Fail    *bool  `json:"fail_if_not_exists"`
	} `json:"message_reference"`
	Embeds []struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"embeds"`
}

func (m *Message) body() body {
	var b body
	_ = json.Unmarshal(m.Payload, &b) // checked when it came
	return b
}

// Text is all words of a message as Discord's markup, line by line.
func (m *Message) Text() string {
	b := m.body()
	lines := []string{b.Content}
	for _, e := range b.Embeds {
		lines = append(lines, e.Title, e.Description)
	}
	walk(b.Components, func(p parts) { lines = append(lines, p.Content) })
	var out []string
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// Plain is Text without the backslashes that keep it literal: what a reader
// sees, but for looks and links.
func (m *Message) Plain() string {
	t := m.Text()
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] == '\\' && i+1 < len(t) && strings.IndexByte("\\*_~`|>#-[]()<@:.+", t[i+1]) >= 0 {
			i++
		}
		b.WriteByte(t[i])
	}
	return strings.ReplaceAll(b.String(), "\u200c", "")
}

// Buttons are those of a message, from top to bottom, link buttons included.
func (m *Message) Buttons() []Button {
	var out []Button
	walk(m.body().Components, func(p parts) {
		if p.Type != 2 && p.Type != 3 {
			return
		}
		b := Button{Label: p.Label + p.Placeholder, CustomID: p.CustomID, URL: p.URL, Style: p.Style}
		for _, o := range p.Options {
			b.Options = append(b.Options, o.Value)
		}
		out = append(out, b)
	})
	return out
}

// Button finds one by its label; the test fails when there is none.
func (s *Server) Button(m *Message, label string) Button {
	s.t.Helper()
	var have []string
	for _, b := range m.Buttons() {
		if b.Label == label {
			return b
		}
		have = append(have, b.Label)
	}
	s.t.Fatalf("discordtest: no button %q, there are %q", label, have)
	return Button{}
}

func walk(ps []parts, do func(parts)) {
	for _, p := range ps {
		do(p)
		walk(p.Components, do)
		if p.Accessory != nil {
			do(*p.Accessory)
		}
	}
}

func (m *Message) json() map[string]any {
	out := map[string]any{}
	_ = json.Unmarshal(m.Payload, &out) // checked when it came
	delete(out, "nonce")                // Discord gives it back to the sender at once and never again
	delete(out, "enforce_nonce")
	delete(out, "allowed_mentions")
	out["id"], out["channel_id"], out["flags"], out["type"] = m.ID, m.Channel, m.Flags, 0
	out["author"] = map[string]any{"id": m.Author, "username": "daybrief", "bot": true}
	out["timestamp"] = m.At.UTC().Format(time.RFC3339Nano)
	if m.webhook {
		out["webhook_id"] = m.Author
	}
	return out
}

// Visible are the messages that everyone in a channel sees, oldest first. For
// a person's id it is their direct messages.
func (s *Server) Visible(channel string) []*Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.visible(channel, "")
}

// Seen are the messages that one person sees in a channel, those for them
// alone included.
func (s *Server) Seen(channel, user string) []*Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.visible(channel, user)
}

func (s *Server) visible(channel, user string) []*Message {
	if c, ok := s.dms[channel]; ok {
		channel = c
	}
	c := s.channels[channel]
	if c == nil {
		return nil
	}
	var out []*Message
	for _, m := range c.messages {
		if !m.Gone && (m.To == "" || m.To == user) {
			copied := *m
			out = append(out, &copied)
		}
	}
	return out
}

// WaitVisible waits until a channel (or a person, by id) has n messages, and
// returns them.
func (s *Server) WaitVisible(channel string, n int) []*Message {
	s.t.Helper()
	var got []*Message
	s.wait(fmt.Sprintf("%d messages in %s", n, channel), func() bool {
		got = s.visible(channel, "")
		return len(got) >= n
	})
	return got
}

// Threads are the ids of the threads under a channel, oldest first.
func (s *Server) Threads(parent string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for id, c := range s.channels {
		if c.parent == parent {
			out = append(out, id)
		}
	}
	sortIDs(out)
	return out
}

// ThreadName is the name of a thread, and the names of its tags.
func (s *Server) ThreadName(id string) (name string, tags []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	for _, t := range s.channels[c.parent].tags {
		for _, a := range c.applied {
			if t["id"] == a {
				tags = append(tags, t["name"].(string))
			}
		}
	}
	return c.name, tags
}

// Crossposted reports whether a message was published to followers.
func (m *Message) Crossposted() bool { return m.Flags&flagCrossposted != 0 }
