package slacktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

const good = `"text":"hello","unfurl_links":false,"unfurl_media":false`

// client calls the fake by hand, as a careless program would.
type client struct {
	t   *testing.T
	srv *slacktest.Server
}

func (c client) call(method, token, body string) map[string]any {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.srv.URL+method, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		return map[string]any{"error": res.Status}
	}
	return out
}

// breaks checks that exactly one breach was noted, and what of.
func (c client) breaks(want string) {
	c.t.Helper()
	all := c.srv.Breaches()
	c.srv.Forgive()
	if len(all) != 1 || !strings.Contains(all[0], want) {
		c.t.Errorf("breaches %q, want one of %q", all, want)
	}
}

func TestTheFakeEnforces(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	srv := slacktest.New(t, slacktest.Options{Now: func() time.Time { return now }, Pace: func() time.Time { return now }, Scopes: []string{"chat:write", "users:read"}})
	c := client{t, srv}
	for _, step := range []struct{ method, token, body, want, breach string }{
		{"auth.test", "", "{}", "not_authed", ""},
		{"auth.test", "xoxb-wrong", "{}", "invalid_auth", ""},
		{"auth.test", srv.AppToken, "{}", "not_allowed_token_type", ""},
		{"auth.test", srv.BotToken, `{"token":"x"}`, "", "not in the Authorization header alone"},
		{"moon.phase", srv.BotToken, "{}", "unknown_method", ""},
		{"chat.postMessage", srv.BotToken, `{"channel":"C0GENERAL",` + good + `}`, "", ""},
		{"chat.postMessage", srv.BotToken, `{"channel":"C0GENERAL",` + good + `}`, "", "two posts to C0GENERAL within 0s"},
		{"chat.postMessage", srv.BotToken, `{"channel":"C0NONE",` + good + `}`, "channel_not_found", ""},
		{"chat.postMessage", srv.BotToken, `{"channel":"C0GENERAL","text":"<!here>","unfurl_links":false,"unfurl_media":false}`, "invalid_blocks", "text is not escaped"},
		{"chat.postMessage", srv.BotToken, `{"channel":"C0GENERAL","text":"no unfurl said"}`, "invalid_blocks", "unfurl"},
		{"chat.postMessage", srv.BotToken, `{"channel":"C0GENERAL",` + good + `,"link_names":1}`, "invalid_blocks", "link_names"},
		{"chat.postEphemeral", srv.BotToken, `{"channel":"C0OUTSIDE","user":"U0JON",` + good + `}`, "not_in_channel", ""},
		{"chat.update", srv.BotToken, `{"channel":"C0GENERAL","ts":"1.1",` + good + `}`, "message_not_found", ""},
		{"chat.delete", srv.BotToken, `{"channel":"C0GENERAL","ts":"1.1"}`, "message_not_found", ""},
		{"conversations.open", srv.BotToken, `{"users":"U0JON"}`, "missing_scope", ""},
		{"conversations.history", srv.BotToken, `{"channel":"C0GENERAL"}`, "missing_scope", ""},
		{"users.info", srv.BotToken, `{"user":"U0NONE"}`, "user_not_found", ""},
		{"views.open", srv.BotToken, `{"trigger_id":"none","view":{}}`, "invalid_trigger_id", ""},
		{"views.update", srv.BotToken, `{"view_id":"none","view":{}}`, "not_found", ""},
		{"views.publish", srv.BotToken, `{"user_id":"U0JON","hash":"old","view":{"type":"home","blocks":[]}}`, "hash_conflict", ""},
		{"views.publish", srv.BotToken, `{"user_id":"U0JON","view":{"type":"modal","blocks":[]}}`, "invalid_arguments", "title"},
	} {
		got := c.call(step.method, step.token, step.body)
		if code, _ := got["error"].(string); code != step.want {
			t.Errorf("%s %s: %v, want %q", step.method, step.body, got, step.want)
		}
		if step.breach != "" {
			c.breaks(step.breach)
		}
	}
	if n := len(srv.Breaches()); n != 0 {
		t.Errorf("breaches without a cause: %q", srv.Breaches())
	}
}

// dialer opens a socket by hand and hands what Slack delivers to f.
func (c client) socket(f func(conn *websocket.Conn, envelope map[string]any)) {
	c.t.Helper()
	open := c.call("apps.connections.open", c.srv.AppToken, "")
	address, _ := open["url"].(string)
	conn, res, err := websocket.DefaultDialer.Dial(address, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			var envelope map[string]any
			if conn.ReadJSON(&envelope) != nil {
				return
			}
			if envelope["envelope_id"] != nil {
				f(conn, envelope)
			}
		}
	}()
	c.t.Cleanup(func() { _ = conn.Close(); <-done })
	c.srv.WaitSockets(1)
}

// A block's size is what it says, however its JSON is escaped.
func TestTheFakeCountsCharactersAndNotEscapes(t *testing.T) {
	t.Parallel()
	srv := slacktest.New(t, slacktest.Options{})
	srv.AddChannel(slacktest.Channel{ID: "C1", Name: "one", Member: true})
	c := client{t, srv}
	section := func(text string) string {
		return `{"type":"section","text":{"type":"mrkdwn","verbatim":true,"text":"` + text + `"}}`
	}
	long := section(strings.Repeat(`\u0026amp;`, 590)) // 2,950 characters, 5,900 with the escapes
	if out := c.call("chat.postMessage", srv.BotToken, `{"channel":"C1",`+good+`,"blocks":[`+long+","+long+","+long+`]}`); out["ok"] != true {
		t.Errorf("refused: %v", out)
	}
}

func TestTheFakeChecksAcknowledgements(t *testing.T) {
	t.Parallel()
	c := client{t, slacktest.New(t, slacktest.Options{AckLimit: time.Minute})}
	payload := strings.Repeat("x", 21_000)
	replies := 1
	c.socket(func(conn *websocket.Conn, e map[string]any) {
		for range replies {
			_ = conn.WriteJSON(map[string]any{"envelope_id": e["envelope_id"], "payload": map[string]string{"text": payload}})
		}
	})
	c.srv.AckWithin(time.Millisecond)
	if d := c.srv.Slash("U0JON", "C0GENERAL", "/brief x"); !d.Refused {
		t.Error("an acknowledgement of 21 kB was taken")
	}
	c.srv.WaitBreaches(1)
	c.breaks("which Slack drops")
	c.srv.AckWithin(time.Minute)
	payload, replies = "busy", 2
	if d := c.srv.Slash("U0JON", "C0GENERAL", "/brief x"); d.Refused || !strings.Contains(d.Answer(1).Text, "busy") {
		t.Errorf("%+v", d)
	}
	// Frames are read in their order, so one more answer means that the second
	// acknowledgement was read.
	replies = 1
	if d := c.srv.Slash("U0JON", "C0GENERAL", "/brief y"); d.Refused {
		t.Errorf("%+v", d)
	}
	c.breaks("was acknowledged twice")
}

func TestTheFakeBoundsResponseURLs(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	c := client{t, slacktest.New(t, slacktest.Options{Now: func() time.Time { return now }})}
	urls := make(chan string, 10)
	c.socket(func(conn *websocket.Conn, e map[string]any) {
		_ = conn.WriteJSON(map[string]any{"envelope_id": e["envelope_id"]})
		payload, _ := e["payload"].(map[string]any)
		url, _ := payload["response_url"].(string)
		urls <- url
	})
	d := c.srv.Slash("U0JON", "C0GENERAL", "/brief x")
	url := <-urls
	post := func(body string) int {
		res, err := http.Post(url, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	whole := `{"response_type":"in_channel","replace_original":false,` + good + `}`
	if post(whole) != 200 || d.Answer(1).To != "" {
		t.Error("a good use failed")
	}
	if post(`{`+good+`}`) != 200 {
		t.Error("a use with defaults failed")
	}
	c.breaks("without saying response_type")
	for range 3 {
		post(whole)
	}
	if post(whole) != 404 {
		t.Error("a sixth use was taken")
	}
	c.breaks("more than 5 times")
	c.srv.Slash("U0JON", "C0GENERAL", "/brief x")
	url = <-urls
	now = now.Add(31 * time.Minute)
	if post(whole) != 404 {
		t.Error("a use after 31 minutes was taken")
	}
	spent := c.srv.Slash("U0JON", "C0GENERAL", "/brief x")
	url = <-urls
	spent.Spend()
	if post(whole) != 404 {
		t.Error("a spent one was taken")
	}
	c.srv.Forgive()
}

func TestTriggersOpenOneViewInThreeSeconds(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	c := client{t, slacktest.New(t, slacktest.Options{Now: func() time.Time { return now }})}
	triggers := make(chan string, 10)
	c.socket(func(conn *websocket.Conn, e map[string]any) {
		_ = conn.WriteJSON(map[string]any{"envelope_id": e["envelope_id"]})
		payload, _ := e["payload"].(map[string]any)
		id, _ := payload["trigger_id"].(string)
		triggers <- id
	})
	open := func(trigger string) any {
		return c.call("views.open", c.srv.BotToken, `{"trigger_id":"`+trigger+`","view":{"type":"modal","title":{"type":"plain_text","text":"T"},"blocks":[{"type":"divider"}]}}`)["error"]
	}
	c.srv.Slash("U0JON", "C0GENERAL", "/brief x")
	first := <-triggers
	if err := open(first); err != nil {
		t.Error(err)
	}
	if err := open(first); err != "exchanged_trigger_id" {
		t.Error(err)
	}
	c.srv.Slash("U0JON", "C0GENERAL", "/brief x")
	late := <-triggers
	now = now.Add(4 * time.Second)
	if err := open(late); err != "expired_trigger_id" {
		t.Error(err)
	}
	if n := len(c.srv.Views()); n != 1 {
		t.Errorf("%d views", n)
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	blocks := `[{"type":"header","text":{"type":"plain_text","text":"<T>"}},{"type":"context","elements":[{"type":"mrkdwn","text":"*b* J*JxJ*J &lt;y&gt; <https://a.b|link> <!date^1^{ago}|now>"}]},{"type":"divider"},{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"Go"}}]}]`
	blocks = strings.ReplaceAll(blocks, "J", "\u200d")
	if got := slacktest.Shown(json.RawMessage(blocks)); got != "<T>\nb *x* <y> link now\n[Go]\n" {
		t.Errorf("%q", got)
	}
	if got := slacktest.Actions(json.RawMessage(blocks)); len(got) != 1 || got[0] != "a" {
		t.Errorf("%q", got)
	}
}
