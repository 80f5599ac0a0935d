package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot/slack"
)

// call is one call of a method, its arguments from a form or from JSON.
type call struct {
	method string
	form   url.Values
	body   map[string]json.RawMessage
}

// text is an argument as text.
func (c call) text(name string) string {
	if raw, ok := c.body[name]; ok {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
		return string(raw)
	}
	return c.form.Get(name)
}

// answer is what a method gives back.
type answer map[string]any

func no(code string) answer { return answer{"ok": false, "error": code} }

// methods are the calls that exist, each with the scopes of which one is
// needed.
func methods() map[string]struct {
	scopes []string
	serve  func(*Server, call) answer
} {
	type method = struct {
		scopes []string
		serve  func(*Server, call) answer
	}
	return map[string]method{
		"auth.test":                    {nil, (*Server).authTest},
		"apps.connections.open":        {nil, (*Server).connectionsOpen},
		"chat.postMessage":             {[]string{"chat:write"}, (*Server).postMessage},
		"chat.postEphemeral":           {[]string{"chat:write"}, (*Server).postEphemeral},
		"chat.update":                  {[]string{"chat:write"}, (*Server).update},
		"chat.delete":                  {[]string{"chat:write"}, (*Server).remove},
		"conversations.open":           {[]string{"im:write"}, (*Server).conversationsOpen},
		"conversations.info":           {[]string{"channels:read", "groups:read"}, (*Server).conversationsInfo},
		"conversations.members":        {[]string{"channels:read", "groups:read"}, (*Server).members},
		"conversations.history":        {[]string{"channels:history", "groups:history", "im:history"}, (*Server).history},
		"conversations.replies":        {[]string{"channels:history", "groups:history", "im:history"}, (*Server).replies},
		"users.info":                   {[]string{"users:read"}, (*Server).usersInfo},
		"files.getUploadURLExternal":   {[]string{"files:write"}, (*Server).uploadURL},
		"files.completeUploadExternal": {[]string{"files:write"}, (*Server).completeUpload},
		"views.open":                   {nil, (*Server).viewsOpen},
		"views.update":                 {nil, (*Server).viewsUpdate},
		"views.publish":                {nil, (*Server).viewsPublish},
	}
}

// serveMethod serves the Web API.
func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	f, faulty := s.fault(name)
	if faulty && !f.effect {
		f.fail(w, r)
		return
	}
	rec := httptest.NewRecorder()
	s.serve(rec, r, name)
	if faulty {
		f.fail(w, r)
		return
	}
	for key, values := range rec.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, name string) {
	m, ok := methods()[name]
	if !ok {
		writeJSON(w, http.StatusOK, no("unknown_method"))
		return
	}
	c, err := readCall(r, name)
	if err != nil {
		writeJSON(w, http.StatusOK, no("invalid_form_data"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.scopes, ","))
	if refused := s.authorize(w, r, c, m.scopes); refused != nil {
		writeJSON(w, http.StatusOK, refused)
		return
	}
	out := m.serve(s, c)
	if _, ok := out["ok"]; !ok {
		out["ok"] = true
	}
	s.change()
	writeJSON(w, http.StatusOK, out)
}

// authorize checks the token, which belongs in the header alone, and scopes.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request, c call, scopes []string) answer {
	if c.text("token") != "" || r.URL.Query().Get("token") != "" {
		s.breach("%s: the token is not in the Authorization header alone", c.method)
	}
	want := s.BotToken
	if c.method == "apps.connections.open" {
		want = s.AppToken
		w.Header().Set("X-OAuth-Scopes", "connections:write")
	}
	switch given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); {
	case given == "":
		return no("not_authed")
	case given != want && strings.HasPrefix(given, "xapp-") != strings.HasPrefix(want, "xapp-"):
		return no("not_allowed_token_type")
	case given != want:
		return no("invalid_auth")
	}
	if len(scopes) > 0 && !slices.ContainsFunc(scopes, func(x string) bool { return slices.Contains(s.scopes, x) }) {
		return answer{"ok": false, "error": "missing_scope", "needed": strings.Join(scopes, ","), "provided": strings.Join(s.scopes, ",")}
	}
	return nil
}

func readCall(r *http.Request, name string) (call, error) {
	c := call{method: name}
	body, err := io.ReadAll(io.LimitReader(r.Body, 10<<20))
	if err != nil {
		return c, err
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if len(body) == 0 {
			return c, nil
		}
		return c, json.Unmarshal(body, &c.body)
	}
	c.form, err = url.ParseQuery(string(body))
	return c, err
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

func (s *Server) authTest(call) answer {
	return answer{"url": "https://fake.slack.com/", "team": "Fake", "user": s.BotName, "team_id": s.Team, "user_id": s.BotUser, "bot_id": "B0BOT"}
}

// payload is a post's arguments as the JSON that Validate checks.
func (c call) payload() ([]byte, error) {
	p := map[string]json.RawMessage{}
	for _, name := range []string{"text", "thread_ts"} {
		raw, err := json.Marshal(c.text(name))
		if err != nil {
			return nil, err
		}
		p[name] = raw
	}
	for _, name := range []string{"blocks", "metadata", "unfurl_links", "unfurl_media", "attachments", "link_names", "parse", "markdown_text", "reply_broadcast"} {
		if v := c.text(name); v != "" {
			p[name] = json.RawMessage(v)
		}
	}
	return plainJSON(p)
}

// plainJSON is the JSON of values without the \u003c that encoding/json writes
// for HTML, here and in what was sent: Slack counts characters, not escapes.
func plainJSON(p map[string]json.RawMessage) ([]byte, error) {
	values := map[string]any{}
	for name, raw := range p {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		values[name] = v
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(values)
	return b.Bytes(), err
}

// checked validates a post. A breach is refused as Slack refuses blocks.
func (s *Server) checked(c call) ([]byte, answer) {
	data, err := c.payload()
	if err == nil {
		err = slack.Validate(data)
	}
	if err != nil {
		s.breach("%s: %v", c.method, err)
		return nil, answer{"ok": false, "error": "invalid_blocks", "response_metadata": map[string]any{"messages": []string{err.Error()}}}
	}
	return data, nil
}

func (s *Server) postMessage(c call) answer {
	channel := c.text("channel")
	if refused := s.mayPost(channel); refused != nil {
		return refused
	}
	if s.dms[channel] != "" {
		channel = s.dms[channel]
	}
	if refused := s.mayReply(channel, c.text("thread_ts")); refused != nil {
		return refused
	}
	if _, refused := s.checked(c); refused != nil {
		return refused
	}
	s.pace(channel)
	m := &Message{Channel: channel, TS: s.ts(), Thread: c.text("thread_ts"), Text: c.text("text"), Blocks: json.RawMessage(c.text("blocks")), Key: keyOf(c.text("metadata"))}
	s.messages = append(s.messages, m)
	return answer{"channel": channel, "ts": m.TS, "message": answer{"text": m.Text, "ts": m.TS}}
}

// pace checks that posts to a channel keep their distance.
func (s *Server) pace(channel string) {
	if s.o.Pace == nil {
		return
	}
	now := s.o.Pace()
	if gap := now.Sub(s.lastPost[channel]); gap < time.Second {
		s.breach("two posts to %s within %v", channel, gap)
	}
	s.lastPost[channel] = now
}

// mayPost is how Slack refuses a destination.
func (s *Server) mayPost(channel string) answer {
	if user := s.users[channel]; user != nil {
		return s.mayOpen(channel)
	}
	for user, dm := range s.dms {
		if dm == channel {
			return s.mayOpen(user)
		}
	}
	ch := s.channels[channel]
	switch {
	case ch == nil, ch.Private && !ch.Member:
		return no("channel_not_found")
	case ch.Archived:
		return no("is_archived")
	case !ch.Member && !slices.Contains(s.scopes, "chat:write.public"):
		return no("not_in_channel")
	}
	return nil
}

// mayReply is how Slack refuses a thread. A reply has none of its own.
func (s *Server) mayReply(channel, thread string) answer {
	if thread == "" {
		return nil
	}
	if ch := s.channels[channel]; ch != nil && ch.Flat {
		return no("restricted_action_non_threadable_channel")
	}
	m := s.find(channel, thread)
	if m == nil {
		return no("cannot_reply_to_message")
	}
	if m.Thread != "" && m.Thread != m.TS {
		s.breach("a post is under %s, which is itself a reply", thread)
	}
	return nil
}

func (s *Server) mayOpen(user string) answer {
	u := s.users[user]
	switch {
	case u == nil:
		return no("user_not_found")
	case u.Disabled:
		return no("user_disabled")
	}
	return nil
}

func keyOf(meta string) string {
	var m struct {
		Payload map[string]string `json:"event_payload"`
	}
	if json.Unmarshal([]byte(meta), &m) != nil {
		return ""
	}
	return m.Payload["key"]
}

func (s *Server) postEphemeral(c call) answer {
	channel, user := c.text("channel"), c.text("user")
	ch := s.channels[channel]
	switch {
	case ch == nil:
		return no("channel_not_found")
	case !ch.Member:
		return no("not_in_channel")
	}
	if _, refused := s.checked(c); refused != nil {
		return refused
	}
	m := &Message{Channel: channel, TS: s.ts(), To: user, Thread: c.text("thread_ts"), Text: c.text("text"), Blocks: json.RawMessage(c.text("blocks"))}
	s.messages = append(s.messages, m)
	return answer{"message_ts": m.TS}
}

func (s *Server) update(c call) answer {
	m := s.find(c.text("channel"), c.text("ts"))
	if m == nil || m.To != "" {
		return no("message_not_found")
	}
	if _, refused := s.checked(c); refused != nil {
		return refused
	}
	m.Text, m.Blocks = c.text("text"), json.RawMessage(c.text("blocks"))
	m.Updates++
	return answer{"channel": m.Channel, "ts": m.TS, "text": m.Text}
}

func (s *Server) remove(c call) answer {
	m := s.find(c.text("channel"), c.text("ts"))
	if m == nil || m.To != "" {
		return no("message_not_found")
	}
	m.Deleted = true
	return answer{"channel": m.Channel, "ts": m.TS}
}

func (s *Server) find(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

func (s *Server) conversationsOpen(c call) answer {
	user := c.text("users")
	if refused := s.mayOpen(user); refused != nil {
		return refused
	}
	return answer{"channel": answer{"id": s.dmChannel(user)}}
}

func (s *Server) conversationsInfo(c call) answer {
	ch := s.channels[c.text("channel")]
	if ch == nil || ch.Private && !ch.Member {
		return no("channel_not_found")
	}
	return answer{"channel": answer{"id": ch.ID, "name": ch.Name, "is_member": ch.Member, "is_private": ch.Private, "is_archived": ch.Archived, "creator": ch.Creator, "is_channel": true}}
}

// members answers in pages of two.
func (s *Server) members(c call) answer {
	ch := s.channels[c.text("channel")]
	if ch == nil || ch.Private && !ch.Member {
		return no("channel_not_found")
	}
	all := ch.Members
	if all == nil {
		all = slices.Sorted(maps.Keys(s.users))
	}
	start := 0
	_, _ = fmt.Sscanf(c.text("cursor"), "at%d", &start)
	end := min(start+2, len(all))
	out := answer{"members": all[min(start, len(all)):end]}
	if end < len(all) {
		out["response_metadata"] = answer{"next_cursor": fmt.Sprintf("at%d", end)}
	}
	return out
}

// history answers newest first, without what is in threads.
func (s *Server) history(c call) answer {
	var found []*Message
	for _, m := range slices.Backward(s.messages) {
		if s.readable(m, c) && m.Thread == "" {
			found = append(found, m)
		}
	}
	return s.page(c, found)
}

// replies answers oldest first, the message that they are under before them.
func (s *Server) replies(c call) answer {
	ts := c.text("ts")
	parent := s.find(c.text("channel"), ts)
	if parent == nil {
		return no("thread_not_found")
	}
	found := []*Message{parent}
	for _, m := range s.messages {
		if s.readable(m, c) && m.Thread == ts {
			found = append(found, m)
		}
	}
	return s.page(c, found)
}

func (s *Server) readable(m *Message, c call) bool {
	return m.Channel == c.text("channel") && m.To == "" && !m.Deleted && m.TS >= c.text("oldest")
}

// page is one page of messages, their metadata whole only when it is asked for.
func (s *Server) page(c call, found []*Message) answer {
	whole := c.text("include_all_metadata") == "1"
	page := []answer{}
	for _, m := range found {
		entry := answer{"type": "message", "ts": m.TS, "text": m.Text, "user": m.From}
		if m.From == "" {
			entry["user"], entry["bot_id"] = s.BotUser, "B0BOT"
			meta := answer{"event_type": "daybrief_post"}
			if whole {
				meta["event_payload"] = answer{"key": m.Key}
			}
			entry["metadata"] = meta
		}
		page = append(page, entry)
	}
	start := 0
	_, _ = fmt.Sscanf(c.text("cursor"), "at%d", &start)
	const size = 15 // what an app outside of the Marketplace gets
	end := min(start+size, len(page))
	out := answer{"messages": page[min(start, len(page)):end], "has_more": end < len(page)}
	if end < len(page) {
		out["response_metadata"] = answer{"next_cursor": fmt.Sprintf("at%d", end)}
	}
	return out
}

func (s *Server) usersInfo(c call) answer {
	u := s.users[c.text("user")]
	if u == nil {
		return no("user_not_found")
	}
	return answer{"user": answer{"id": u.ID, "name": strings.ToLower(u.Name), "tz": u.Zone, "locale": u.Locale, "is_admin": u.Admin, "is_restricted": u.Guest, "team_id": s.Team, "deleted": u.Disabled,
		"profile": answer{"display_name": u.Name}}}
}
