package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Server) callback(a ask) (any, error) {
	i := s.interactions[a.PathValue("token")]
	if i == nil || i.ID != a.PathValue("id") {
		return nil, unknown(10062, "interaction")
	}
	return nil, s.first(i, a.body)
}

// first takes the first answer to an interaction, within Options.Patience.
func (s *Server) first(i *Interaction, data []byte) error {
	var in struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return refuse(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	}
	switch {
	case i.answer != 0:
		return refuse(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	case time.Since(i.sent) > s.opts.Patience:
		return unknown(10062, "interaction")
	}
	if err := s.firstAnswer(i, in.Type, in.Data); err != nil {
		return err
	}
	i.answer, i.acked = in.Type, time.Now()
	return nil
}

func (s *Server) firstAnswer(i *Interaction, kind int, data json.RawMessage) error {
	if allowed := map[int][]int{2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}[i.Kind]; !slices.Contains(allowed, kind) {
		s.violate("answer %d to an interaction of kind %d", kind, i.Kind)
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	switch kind {
	case 4:
		return s.answerMessage(i, data)
	case 5:
		var b body
		_ = json.Unmarshal(data, &b)
		i.private = b.Flags&flagEphemeral != 0
	case 7:
		return s.edit(i, i.source, data)
	case 8:
		return s.complete(i, data)
	case 9:
		return s.openForm(i, data)
	}
	return nil
}

// answerMessage shows an answer to everyone or to the person.
func (s *Server) answerMessage(i *Interaction, data []byte) error {
	b, err := s.payload(data)
	if err != nil {
		return err
	}
	m := &Message{Author: BotID, Payload: data, Flags: b.Flags, interaction: i}
	if b.Flags&flagEphemeral != 0 || i.mine {
		m.To = i.User
	}
	i.original = s.show(s.channels[i.Channel], m)
	i.show()
	return nil
}

func (s *Server) complete(i *Interaction, data []byte) error {
	var in struct {
		Choices []Choice `json:"choices"`
	}
	if err := json.Unmarshal(data, &in); err != nil || len(in.Choices) > 25 {
		s.violate("completions: %v, %d of them", err, len(in.Choices))
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	for _, c := range in.Choices {
		if n := len([]rune(c.Name)); n < 1 || n > 100 || len([]rune(c.Value)) > 100 {
			s.violate("completion %q", c.Name)
		}
	}
	i.choices = in.Choices
	i.show()
	return nil
}

// edit changes a message: what is not named stays.
func (s *Server) edit(i *Interaction, m *Message, data []byte) error {
	if m == nil {
		return unknown(10008, "Message")
	}
	merged := map[string]json.RawMessage{}
	was := m.Flags&flagComponents != 0
	_ = json.Unmarshal(m.Payload, &merged)
	change := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &change); err != nil {
		return refuse(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	}
	for k, v := range change {
		merged[k] = v
	}
	whole := raw(merged)
	b, err := s.payload(whole)
	if err != nil {
		return err
	}
	if was && b.Flags&flagComponents == 0 {
		s.violate("an edit takes Components V2 away")
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	i.show()
	m.Payload, m.Flags, m.Edits = whole, b.Flags|m.Flags&flagEphemeral, m.Edits+1
	return nil
}

// answerOf finds an interaction whose token is still good.
func (s *Server) answerOf(a ask) (*Interaction, error) {
	i := s.interactions[a.PathValue("token")]
	switch {
	case i == nil || a.PathValue("webhook") != ApplicationID:
		return nil, unknown(10015, "Webhook")
	case time.Since(i.sent) > 15*time.Minute:
		return nil, refuse(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	case i.answer == 0:
		return nil, unknown(10015, "Webhook")
	}
	return i, nil
}

// editAnswer edits @original: the answer, or the message with the button.
func (s *Server) editAnswer(a ask) (any, error) {
	i, err := s.answerOf(a)
	if err != nil {
		return nil, err
	}
	if i.original == nil && i.answer == 5 {
		if err := s.answerMessage(i, withFlag(a.body, i.private)); err != nil {
			return nil, err
		}
		return i.original.json(), nil
	}
	m := i.original
	if m == nil {
		m = i.source
	}
	if err := s.edit(i, m, a.body); err != nil {
		return nil, err
	}
	return m.json(), nil
}

// withFlag keeps an answer to one person what its deferral made it.
func withFlag(data []byte, private bool) []byte {
	m := map[string]any{}
	_ = json.Unmarshal(data, &m)
	flags, _ := m["flags"].(float64)
	m["flags"] = int(flags) &^ flagEphemeral
	if private {
		m["flags"] = int(flags) | flagEphemeral
	}
	return raw(m)
}

func (s *Server) deleteAnswer(a ask) (any, error) {
	i, err := s.answerOf(a)
	if err != nil {
		return nil, err
	}
	m := i.original
	if m == nil {
		m = i.source
	}
	if m == nil || m.Gone {
		return nil, unknown(10008, "Message")
	}
	m.Gone = true
	return nil, nil
}

// postWebhook is a further answer to an interaction, or a post through a
// channel's webhook.
func (s *Server) postWebhook(a ask) (any, error) {
	if a.PathValue("webhook") != ApplicationID {
		return s.channelWebhook(a)
	}
	i, err := s.answerOf(a)
	if err != nil {
		return nil, err
	}
	if i.mine && i.followups >= 5 {
		return nil, refuse(http.StatusBadRequest, 40094, "This interaction has reached the maximum number of follow up messages")
	}
	i.followups++
	b, err := s.payload(a.body)
	if err != nil {
		return nil, err
	}
	for name, data := range a.files {
		if len(data) > 10<<20 {
			s.violate("the file %s has %d bytes", name, len(data))
			return nil, refuse(http.StatusBadRequest, 40005, "Request entity too large")
		}
	}
	m := &Message{Author: BotID, Payload: a.body, Flags: b.Flags, interaction: i, Files: a.files}
	if b.Flags&flagEphemeral != 0 || i.mine {
		m.To = i.User
	}
	i.show()
	return s.show(s.channels[i.Channel], m).json(), nil
}

// AddWebhook makes a webhook of a channel and returns its address.
func (s *Server) AddWebhook(channel string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	s.channels["webhook "+id] = s.channels[channel]
	return fmt.Sprintf("https://discord.com/api/webhooks/%s/webhook-token-%s", id, id)
}

// RemoveWebhook deletes it.
func (s *Server) RemoveWebhook(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channels, "webhook "+strings.Split(strings.TrimPrefix(address, "https://discord.com/api/webhooks/"), "/")[0])
}

// webhook finds a channel's webhook by its address.
func (s *Server) webhook(a ask) (id string, c *channel, err error) {
	id = a.PathValue("webhook")
	c = s.channels["webhook "+id]
	if c == nil || a.PathValue("token") != "webhook-token-"+id {
		return "", nil, unknown(10015, "Webhook")
	}
	return id, c, nil
}

func (s *Server) getWebhook(a ask) (any, error) {
	id, c, err := s.webhook(a)
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": id, "type": 1, "name": "Desk", "channel_id": c.id, "guild_id": c.guild, "application_id": nil}, nil
}

func (s *Server) channelWebhook(a ask) (any, error) {
	id, c, err := s.webhook(a)
	if err != nil {
		return nil, err
	}
	b, err := s.payload(a.body)
	if err != nil {
		return nil, err
	}
	if t := a.URL.Query().Get("thread_id"); t != "" {
		thread := s.channels[t]
		if thread == nil || thread.parent != c.id {
			return nil, unknown(10003, "Channel")
		}
		c = thread
	}
	m := &Message{Author: id, Payload: a.body, Flags: b.Flags, webhook: true}
	if slices.ContainsFunc(m.Buttons(), func(b Button) bool { return b.CustomID != "" }) {
		s.violate("a webhook of a channel sends a button that comes back to the bot")
		return nil, refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	if a.URL.Query().Get("wait") != "true" {
		s.violate("a webhook without wait=true: its errors are silent")
		return nil, nil
	}
	return s.show(c, m).json(), nil
}
