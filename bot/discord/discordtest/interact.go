package discordtest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Interaction is one thing that a person did, and how it was answered.
type Interaction struct {
	ID, Token string
	User      string
	Channel   string
	Kind      int // 2 command, 3 press, 4 autocomplete, 5 form

	s         *Server
	sent      time.Time // real clock
	acked     time.Time
	shown     time.Time // when the answer itself was there
	answer    int       // kind of the first answer; 0 before it
	private   bool
	choices   []Choice
	form      *Form
	original  *Message
	source    *Message // of a press: the message with the button
	followups int
	mine      bool // only the person has installed the bot
	edits     int  // of source, when it was pressed
	payload   map[string]any
}

// Choice is one completion.
type Choice struct{ Name, Value string }

// Where is where a person acts.
type Where struct {
	User    string
	Channel string // "" for direct messages with the bot
	// UserInstall says that the bot is there only because the person has
	// installed it for themselves.
	UserInstall bool
	Locale      string // "" for the person's own
}

// Slash types a command: "brief", or "digest now" with a subcommand, with
// options by name. The test fails when no such command is registered or an
// option is not one of its own.
func (s *Server) Slash(w Where, command string, options map[string]string) *Interaction {
	s.t.Helper()
	return s.send(w, 2, s.commandData(command, options, ""))
}

// Autocomplete types a part of an option's value.
func (s *Server) Autocomplete(w Where, command, option, typed string, others map[string]string) *Interaction {
	s.t.Helper()
	options := map[string]string{option: typed}
	for k, v := range others {
		options[k] = v
	}
	return s.send(w, 4, s.commandData(command, options, option))
}

// OnMessage picks a command from the menu of a message.
func (s *Server) OnMessage(w Where, command, content string) *Interaction {
	s.t.Helper()
	s.mu.Lock()
	target := s.id()
	s.mu.Unlock()
	return s.send(w, 2, map[string]any{"id": "1", "name": command, "type": 3, "target_id": target, "resolved": map[string]any{
		"messages": map[string]any{target: map[string]any{"id": target, "content": content, "embeds": []any{}, "components": []any{}}}}})
}

// Press presses the button with an id under a message. Anyone who sees the
// message can.
func (s *Server) Press(w Where, m *Message, customID string) *Interaction {
	s.t.Helper()
	return s.press(w, m, map[string]any{"custom_id": customID, "component_type": 2})
}

// Choose picks a value from a menu under a message.
func (s *Server) Choose(w Where, m *Message, customID, value string) *Interaction {
	s.t.Helper()
	return s.press(w, m, map[string]any{"custom_id": customID, "component_type": 3, "values": []string{value}})
}

func (s *Server) press(w Where, m *Message, data map[string]any) *Interaction {
	s.t.Helper()
	if !slices.ContainsFunc(m.Buttons(), func(b Button) bool { return b.CustomID == data["custom_id"] }) {
		s.t.Fatalf("discordtest: the message has no %v", data["custom_id"])
	}
	s.mu.Lock()
	var source *Message
	if c := s.channels[m.Channel]; c != nil {
		source = c.find(m.ID)
	}
	s.mu.Unlock()
	if source == nil {
		s.t.Fatalf("discordtest: the message %s is gone", m.ID)
	}
	return s.sendOn(w, 3, data, source)
}

// Submit submits a form.
func (s *Server) Submit(w Where, customID string, values map[string]string) *Interaction {
	s.t.Helper()
	var rows []any
	for id, v := range values {
		rows = append(rows, map[string]any{"type": 18, "component": map[string]any{"type": 4, "custom_id": id, "value": v}})
	}
	return s.send(w, 5, map[string]any{"custom_id": customID, "components": rows})
}

// commandData builds what Discord sends for a command, by its registration.
func (s *Server) commandData(command string, options map[string]string, focused string) map[string]any {
	s.t.Helper()
	name, sub, nested := strings.Cut(command, " ")
	spec := s.command(name)
	options = maps.Clone(options)
	fields := spec["options"]
	if nested {
		fields = named(fields, sub)["options"]
	}
	out := []any{}
	for _, f := range list(fields) {
		n := f["name"].(string)
		v, ok := options[n]
		if !ok {
			if f["required"] == true && focused == "" {
				s.t.Errorf("discordtest: /%s needs %s", command, n)
			}
			continue
		}
		delete(options, n)
		o := map[string]any{"name": n, "type": f["type"], "value": typed(f["type"], v, focused == n)}
		if focused == n {
			o["focused"] = true
			if f["autocomplete"] != true {
				s.t.Errorf("discordtest: %s of /%s does not complete", n, command)
			}
		}
		out = append(out, o)
	}
	for n := range options {
		s.t.Errorf("discordtest: /%s has no option %s", command, n)
	}
	if nested {
		out = []any{map[string]any{"name": sub, "type": 1, "options": out}}
	}
	data := map[string]any{"id": spec["id"], "name": name, "type": 1, "options": out}
	if chosen := s.chosen(out); len(chosen) > 0 {
		data["resolved"] = map[string]any{"channels": chosen}
	}
	return data
}

// chosen are the channels among options, each with the bot's rights there.
func (s *Server) chosen(options []any) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]any{}
	for _, o := range options {
		m := o.(map[string]any)
		id, _ := m["value"].(string)
		if c := s.channels[id]; c != nil && m["type"] == float64(7) {
			out[id] = map[string]any{"id": c.id, "type": c.kind, "name": c.name, "parent_id": c.parent, "app_permissions": bits(s.may(c)), "permissions": bits(memberDefault)}
		}
	}
	return out
}

// command finds a registered command.
func (s *Server) command(name string) map[string]any {
	s.t.Helper()
	s.mu.Lock()
	spec := s.registered(name)
	s.mu.Unlock()
	if spec == nil {
		s.t.Fatalf("discordtest: no command /%s is registered", name)
	}
	return spec
}

func (s *Server) registered(name string) map[string]any {
	for _, cs := range s.commands {
		for _, c := range cs {
			if c["name"] == name {
				return c
			}
		}
	}
	return nil
}

func list(v any) []map[string]any {
	var out []map[string]any
	items, _ := v.([]any)
	for _, x := range items {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func named(v any, name string) map[string]any {
	for _, m := range list(v) {
		if m["name"] == name {
			return m
		}
	}
	return nil
}

func typed(kind any, v string, partial bool) any {
	if n, err := strconv.Atoi(v); err == nil && kind == float64(4) && !partial {
		return n
	}
	return v
}

func (s *Server) send(w Where, kind int, data map[string]any) *Interaction {
	s.t.Helper()
	return s.sendOn(w, kind, data, nil)
}

// sendOn delivers an interaction to the gateway, or to the HTTP endpoint.
func (s *Server) sendOn(w Where, kind int, data map[string]any, source *Message) *Interaction {
	s.t.Helper()
	s.mu.Lock()
	i := &Interaction{ID: s.id(), User: w.User, Kind: kind, s: s, source: source, mine: w.UserInstall, sent: time.Now()}
	i.Token = "interaction-token-" + i.ID
	if source != nil {
		i.edits = source.Edits
	}
	i.payload = s.interaction(w, i, data)
	payload := i.payload
	s.interactions[i.Token] = i
	endpoint := s.endpoint
	s.mu.Unlock()
	if endpoint != "" {
		go s.deliverHTTP(endpoint, i, payload)
		return i
	}
	s.newest().dispatch("INTERACTION_CREATE", payload)
	return i
}

// newest waits for a connection that is ready and returns the newest: an older
// one may be about to end.
func (s *Server) newest() *conn {
	s.t.Helper()
	var c *conn
	s.wait("a connection of the bot", func() bool {
		for _, x := range s.gw.conns {
			if x.live {
				c = x
			}
		}
		return c != nil
	})
	return c
}

// interaction builds the payload. s.mu is held.
func (s *Server) interaction(w Where, i *Interaction, data map[string]any) map[string]any {
	u := s.users[w.User]
	who := map[string]any{"id": u.id, "username": u.name, "global_name": u.name, "discriminator": "0"}
	locale := u.locale
	if w.Locale != "" {
		locale = w.Locale
	}
	out := map[string]any{"id": i.ID, "application_id": ApplicationID, "token": i.Token, "type": i.Kind, "version": 1, "locale": locale,
		"data": data, "entitlements": []any{}, "attachment_size_limit": 10 << 20}
	if i.source != nil {
		out["message"] = i.source.json()
	}
	c := s.channels[w.Channel]
	if c == nil || c.guild == "" {
		s.inDM(w, i, out, who)
		return out
	}
	i.Channel = c.id
	g := s.guilds[c.guild]
	rights := int64(memberDefault)
	if g.managers[u.id] {
		rights |= ManageGuild
	}
	owners := map[string]any{"0": g.id}
	app := s.may(c)
	if w.UserInstall {
		owners, app = map[string]any{"1": u.id}, SendMessages|EmbedLinks
	}
	out["guild_id"], out["guild_locale"], out["channel_id"], out["context"] = g.id, "en-US", c.id, 0
	out["member"] = map[string]any{"user": who, "roles": []any{}, "permissions": bits(rights)}
	out["app_permissions"], out["authorizing_integration_owners"] = bits(app), owners
	out["channel"] = c.json()
	return out
}

func (s *Server) inDM(w Where, i *Interaction, out, who map[string]any) {
	id, ok := s.dms[w.User]
	if !ok {
		id = s.addChannel(&channel{kind: Direct, user: w.User}).id
		s.dms[w.User] = id
	}
	i.Channel = id
	out["channel_id"], out["context"], out["user"] = id, 1, who
	out["app_permissions"], out["authorizing_integration_owners"] = bits(AllBotMayEver), map[string]any{"0": "0", "1": w.User}
}

// UseEndpoint sends interactions to the bot's HTTP endpoint instead of the
// gateway; "" for the gateway again.
func (s *Server) UseEndpoint(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoint = url
}

// Signed makes a request to the endpoint as Discord signs it at a time.
func (s *Server) Signed(url string, data []byte, at time.Time) *http.Request {
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		s.t.Fatalf("discordtest: %v", err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature-Timestamp", stamp)
	req.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(s.key, append([]byte(stamp), data...))))
	return req
}

// deliverHTTP posts an interaction and takes the answer from the response.
func (s *Server) deliverHTTP(url string, i *Interaction, payload map[string]any) {
	data := raw(payload)
	resp, err := http.DefaultClient.Do(s.Signed(url, data, s.opts.Now()))
	if err != nil {
		return
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	if err := s.first(i, answer); err != nil {
		s.violate("the answer of the endpoint: %v", err)
	}
}

// Again delivers an interaction a second time, as the gateway may.
func (s *Server) Again(i *Interaction) {
	s.t.Helper()
	for _, c := range s.open(true) {
		c.dispatch("INTERACTION_CREATE", i.payload)
	}
}

// PayloadOf is an interaction as it was delivered.
func (s *Server) PayloadOf(i *Interaction) []byte { return raw(i.payload) }

// PostEvent delivers a webhook event to the bot's endpoint for events, signed
// as Discord signs it, and returns the status of its answer: "" for the ping
// with which Discord checks an address, else the event's name with its data.
func (s *Server) PostEvent(url, event string, data any) int {
	s.t.Helper()
	in := map[string]any{"version": 1, "application_id": ApplicationID, "type": 0}
	if event != "" {
		in["type"], in["event"] = 1, map[string]any{"type": event, "timestamp": s.opts.Now().UTC().Format(time.RFC3339), "data": data}
	}
	resp, err := http.DefaultClient.Do(s.Signed(url, raw(in), s.opts.Now()))
	if err != nil {
		s.t.Fatalf("discordtest: %v", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, err := io.ReadAll(resp.Body); resp.StatusCode == http.StatusNoContent && (err != nil || len(body) > 0) {
		s.t.Errorf("discordtest: an event was answered with a body")
	}
	return resp.StatusCode
}

// Deauthorize removes the bot from a person's own account and returns the
// status of the answer to the event that tells of it.
func (s *Server) Deauthorize(url, user string) int {
	s.t.Helper()
	return s.PostEvent(url, "APPLICATION_DEAUTHORIZED", map[string]any{"user": map[string]any{"id": user, "username": "gone"}})
}
