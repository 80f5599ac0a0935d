package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot/discord"
)

func bits(n int64) string { return strconv.FormatInt(n, 10) }

// channel finds a channel that the bot may see.
func (s *Server) channel(id string) (*channel, error) {
	c := s.channels[id]
	if c == nil {
		return nil, unknown(10003, "Channel")
	}
	if c.guild != "" && (s.guilds[c.guild].gone || !s.can(c, ViewChannel)) {
		return nil, refuse(http.StatusForbidden, 50001, "Missing Access")
	}
	return c, nil
}

func (s *Server) getChannel(a ask) (any, error) {
	c, err := s.channel(a.PathValue("channel"))
	if err != nil {
		return nil, err
	}
	return c.json(), nil
}

// openDM opens direct messages. More than ten new ones a minute is what gets
// bots blocked.
func (s *Server) openDM(a ask) (any, error) {
	var in struct {
		Recipient string `json:"recipient_id"`
	}
	if json.Unmarshal(a.body, &in) != nil || s.users[in.Recipient] == nil {
		return nil, unknown(10013, "User")
	}
	if id, ok := s.dms[in.Recipient]; ok {
		return s.channels[id].json(), nil
	}
	now := s.opts.Now()
	s.opened = slices.DeleteFunc(s.opened, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if len(s.opened) >= 10 {
		s.violate("more than 10 new direct messages in a minute")
		return nil, refuse(http.StatusBadRequest, 40003, "You are opening direct messages too fast")
	}
	s.opened = append(s.opened, now)
	c := s.addChannel(&channel{kind: Direct, user: in.Recipient})
	s.dms[in.Recipient] = c.id
	return c.json(), nil
}

// listMessages gives the newest first, and nothing without the right to read
// them.
func (s *Server) listMessages(a ask) (any, error) {
	c, err := s.channel(a.PathValue("channel"))
	if err != nil {
		return nil, err
	}
	out := []any{}
	if !s.can(c, ReadHistory) {
		return out, nil
	}
	limit, err := strconv.Atoi(a.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		limit = 50
	}
	after := a.URL.Query().Get("after")
	for _, m := range c.messages {
		if newer(m.ID, after) && m.To == "" && !m.Gone && len(out) < limit {
			out = append(out, m.json())
		}
	}
	slices.Reverse(out)
	return out, nil
}

func newer(id, after string) bool {
	return len(id) > len(after) || len(id) == len(after) && id > after
}

// postMessage checks rights, the payload and the nonce, in Discord's order.
func (s *Server) postMessage(a ask) (any, error) {
	c, err := s.channel(a.PathValue("channel"))
	if err != nil {
		return nil, err
	}
	if err := s.writable(c); err != nil {
		return nil, err
	}
	b, err := s.payload(a.body)
	if err != nil {
		return nil, err
	}
	if m := s.repeated(c, b); m != nil {
		return m.json(), nil
	}
	reply, err := s.replied(c, b)
	if err != nil {
		return nil, err
	}
	c.archived = false // posting opens an unlocked thread again
	m := s.show(c, &Message{Author: BotID, Payload: a.body, Flags: b.Flags, ReplyTo: reply})
	if n, ok := b.Nonce.(string); ok && b.EnforceNonce {
		s.nonces[n] = nonce{m.ID, s.opts.Now()}
	}
	return m.json(), nil
}

// replied finds the message that one answers.
func (s *Server) replied(c *channel, b body) (string, error) {
	r := b.Reference
	if r == nil {
		return "", nil
	}
	switch m := c.find(r.Message); {
	case !s.can(c, ReadHistory):
		return "", refuse(http.StatusForbidden, 160002, "Cannot reply without permission to read message history")
	case r.Channel != "" && r.Channel != c.id:
		return "", refuse(http.StatusBadRequest, 50035, "Invalid Form Body: the reference is to another channel")
	case m != nil:
		return m.ID, nil
	case r.Fail == nil || *r.Fail:
		return "", refuse(http.StatusBadRequest, 50035, "Invalid Form Body: REPLIES_UNKNOWN_MESSAGE")
	}
	return "", nil
}

func (s *Server) writable(c *channel) error {
	switch {
	case c.user != "" && s.users[c.user].refuses != 0:
		return refuse(http.StatusForbidden, s.users[c.user].refuses, "Cannot send messages to this user")
	case c.kind == Category:
		return refuse(http.StatusBadRequest, 50008, "Cannot send messages in a non-text channel")
	case c.kind == Forum:
		return refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case c.locked:
		return refuse(http.StatusForbidden, 160005, "Thread is locked")
	}
	need := int64(SendMessages)
	if c.parent != "" {
		need = SendInThreads
	}
	if !s.can(c, need) {
		return refuse(http.StatusForbidden, 50013, "Missing Permissions")
	}
	return nil
}

// payload reads a message and refuses one that breaks a limit.
func (s *Server) payload(data []byte) (body, error) {
	var b body
	if err := json.Unmarshal(data, &b); err != nil {
		return b, refuse(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	}
	if err := discord.Validate(data); err != nil {
		s.violate("a message breaks a limit: %v", err)
		return b, refuse(http.StatusBadRequest, 50035, "Invalid Form Body: "+err.Error())
	}
	return b, nil
}

// repeated finds the message of the same nonce of the last few minutes.
func (s *Server) repeated(c *channel, b body) *Message {
	n, ok := b.Nonce.(string)
	if !ok || !b.EnforceNonce {
		return nil
	}
	seen, ok := s.nonces[n]
	if !ok || s.opts.Now().Sub(seen.at) > 3*time.Minute {
		return nil
	}
	return c.find(seen.id)
}

func (c *channel) find(id string) *Message {
	for _, m := range c.messages {
		if m.ID == id && !m.Gone {
			return m
		}
	}
	return nil
}

// show makes a message visible.
func (s *Server) show(c *channel, m *Message) *Message {
	if m.ID == "" {
		m.ID = s.id()
	}
	m.Channel, m.At = c.id, s.opts.Now()
	c.messages = append(c.messages, m)
	return m
}

func (s *Server) crosspost(a ask) (any, error) {
	c, err := s.channel(a.PathValue("channel"))
	if err != nil {
		return nil, err
	}
	m := c.find(a.PathValue("message"))
	switch {
	case m == nil:
		return nil, unknown(10008, "Message")
	case c.kind != Announcement:
		return nil, refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case m.Crossposted():
		return nil, refuse(http.StatusBadRequest, 40033, "This message has already been crossposted")
	}
	m.Flags |= flagCrossposted
	return m.json(), nil
}

func (s *Server) threadFromMessage(a ask) (any, error) {
	c, err := s.channel(a.PathValue("channel"))
	if err != nil {
		return nil, err
	}
	var in struct {
		Name string `json:"name"`
	}
	m := c.find(a.PathValue("message"))
	switch {
	case m == nil:
		return nil, unknown(10008, "Message")
	case !s.can(c, CreateThreads):
		return nil, refuse(http.StatusForbidden, 50013, "Missing Permissions")
	case s.channels[m.ID] != nil:
		return nil, refuse(http.StatusBadRequest, 160004, "A thread has already been created for this message")
	case json.Unmarshal(a.body, &in) != nil || in.Name == "" || len([]rune(in.Name)) > 100:
		return nil, refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	t := &channel{id: m.ID, guild: c.guild, parent: c.id, owner: BotID, name: in.Name, kind: Thread}
	s.channels[t.id] = t
	return t.json(), nil
}

// forumPost begins a thread with its first message, whose id is the thread's.
func (s *Server) forumPost(a ask) (any, error) {
	c, err := s.channel(a.PathValue("channel"))
	if err != nil {
		return nil, err
	}
	var in struct {
		Name    string          `json:"name"`
		Tags    []string        `json:"applied_tags"`
		Message json.RawMessage `json:"message"`
	}
	switch {
	case json.Unmarshal(a.body, &in) != nil || strings.TrimSpace(in.Name) == "" || len([]rune(in.Name)) > 100 || len(in.Tags) > 5:
		return nil, refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	case c.kind != Forum:
		return nil, refuse(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case !s.can(c, SendMessages):
		return nil, refuse(http.StatusForbidden, 50013, "Missing Permissions")
	case c.tagRequired && len(in.Tags) == 0:
		return nil, refuse(http.StatusBadRequest, 40067, "A tag is required to create a forum post in this channel")
	}
	b, err := s.payload(in.Message)
	if err != nil {
		return nil, err
	}
	t := s.addChannel(&channel{guild: c.guild, parent: c.id, owner: BotID, name: in.Name, kind: Thread, applied: in.Tags})
	m := s.show(t, &Message{ID: t.id, Author: BotID, Payload: in.Message, Flags: b.Flags})
	out := t.json()
	out["message"] = m.json()
	return out, nil
}

// getChannels lists the channels of a server without its threads.
func (s *Server) getChannels(a ask) (any, error) {
	g, err := s.guild(a.PathValue("guild"))
	if err != nil {
		return nil, err
	}
	return s.channelsOf(g.id, false), nil
}

// channelsOf are the channels of a server, or its threads.
func (s *Server) channelsOf(guild string, threads bool) []any {
	var ids []string
	for id, c := range s.channels {
		if c.guild == guild && (c.parent != "") == threads && id == c.id { // webhooks stand there too
			ids = append(ids, id)
		}
	}
	sortIDs(ids)
	out := []any{}
	for _, id := range ids {
		out = append(out, s.channels[id].json())
	}
	return out
}

func (s *Server) activeThreads(a ask) (any, error) {
	g, err := s.guild(a.PathValue("guild"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"threads": s.channelsOf(g.id, true), "members": []any{}, "has_more": false}, nil
}

func (s *Server) getCommands(a ask) (any, error) {
	if cs := s.commands[a.PathValue("guild")]; cs != nil {
		return cs, nil
	}
	return []any{}, nil
}

// putCommands replaces all commands, after checking them.
func (s *Server) putCommands(a ask) (any, error) {
	if a.PathValue("app") != ApplicationID {
		return nil, refuse(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	if err := discord.ValidateCommands(a.body); err != nil {
		s.violate("commands break a limit: %v", err)
		return nil, refuse(http.StatusBadRequest, 50035, "Invalid Form Body: "+err.Error())
	}
	var in []map[string]any
	if err := json.Unmarshal(a.body, &in); err != nil {
		return nil, refuse(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	}
	for _, c := range in {
		c["id"], c["application_id"], c["version"] = s.id(), ApplicationID, s.id()
		if g := a.PathValue("guild"); g != "" {
			c["guild_id"] = g
		}
	}
	s.commands[a.PathValue("guild")] = in
	s.puts++
	return in, nil
}

// ForgetCommands makes the commands go away, as another program would.
func (s *Server) ForgetCommands() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.commands)
}
