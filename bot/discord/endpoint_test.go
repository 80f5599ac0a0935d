package discord_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// overHTTP makes a stage whose interactions come to the HTTP endpoint.
func overHTTP(t *testing.T, h *handler, change func(*discord.Options)) (*stage, string) {
	t.Helper()
	s := &stage{Server: fake(t, discordtest.Options{}), log: &bottest.Buffer{}}
	s.opts = discord.Fast(discord.Options{Token: discordtest.Token, APIURL: s.URL, PublicKey: s.PublicKey(), Handler: h, Commands: specs(), HTTPOnly: true})
	if change != nil {
		change(&s.opts)
	}
	s.a = s.again(t)
	mux := http.NewServeMux()
	mux.Handle(discord.InteractionsPath, s.a.Interactions())
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	s.run(t, s.a)
	s.WaitRegistered(1)
	url := srv.URL + discord.InteractionsPath
	s.UseEndpoint(url)
	return s, url
}

func TestEndpointAnswers(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	h.complete = func(context.Context, bot.Request, string, string) []bot.Option {
		return []bot.Option{{Label: "korea-trade", Value: "korea-trade"}}
	}
	s, _ := overHTTP(t, h, nil)
	r := newRoom(s)
	if m := s.Slash(r.at(r.mina), "brief", nil).WaitAnswer(); !strings.Contains(m.Plain(), "fine") || m.To != r.mina {
		t.Errorf("%q to %q", m.Plain(), m.To)
	}
	if got, _ := s.Autocomplete(r.at(r.mina), "brief", "query", "k", nil).WaitChoices(); len(got) != 1 {
		t.Errorf("completions %v", got)
	}
	if n := s.Gateway().Connections; n != 0 || !s.a.Connected() {
		t.Errorf("%d connections to the gateway", n)
	}
}

// The answer that follows "thinking" may reach Discord before the response
// that says "thinking": it is tried again.
func TestEndpointAnswersLate(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	h := &handler{handle: func(context.Context, bot.Request) (bot.Reply, error) {
		<-release
		return say("late but fine"), nil
	}}
	s, _ := overHTTP(t, h, func(o *discord.Options) { *o = discord.AckAfter(*o, 5*time.Millisecond) })
	r := newRoom(s)
	s.Inject(discordtest.Fault{Path: "/messages/@original", Status: 404, Code: 10015})
	i := s.Slash(r.at(r.mina), "brief", nil)
	if kind, _ := i.WaitAck(); kind != 5 {
		t.Errorf("first answer %d", kind)
	}
	close(release)
	if m := i.WaitAnswer(); !strings.Contains(m.Plain(), "late but fine") {
		t.Errorf("%q", m.Plain())
	}
}

func TestEndpointTakesOnlyWhatDiscordSigned(t *testing.T) {
	t.Parallel()
	s, url := overHTTP(t, answering("fine"), nil)
	ping := []byte(`{"type":1,"id":"1","application_id":"2","token":"x"}`)
	now := time.Now()
	do := func(name string, req *http.Request, want int) string {
		t.Helper()
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != want {
			t.Errorf("%s: status %d, %v", name, resp.StatusCode, err)
		}
		return string(body)
	}
	if body := do("signed", s.Signed(url, ping, now), 200); body != `{"type":1}` {
		t.Errorf("answer to a ping: %s", body)
	}
	do("old", s.Signed(url, ping, now.Add(-6*time.Minute)), 401)
	do("of the future", s.Signed(url, ping, now.Add(6*time.Minute)), 401)
	forged := s.Signed(url, ping, now)
	forged.Body = io.NopCloser(strings.NewReader(strings.Replace(string(ping), `"1"`, `"3"`, 1)))
	do("changed", forged, 401)
	for _, header := range []string{"X-Signature-Ed25519", "X-Signature-Timestamp"} {
		req := s.Signed(url, ping, now)
		req.Header.Del(header)
		do("without "+header, req, 401)
		req = s.Signed(url, ping, now)
		req.Header.Set(header, "zz")
		do("bad "+header, req, 401)
	}
	do("not an interaction", s.Signed(url, []byte(`{"type":2}`), now), 400)
	do("not JSON", s.Signed(url, []byte(`x`), now), 400)
	do("too long", s.Signed(url, []byte(strings.Repeat("x", 1<<20+1)), now), 413)
	get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	do("GET", get, 405)
}

func TestEndpointTakesAnInteractionOnce(t *testing.T) {
	t.Parallel()
	h := answering("fine")
	s, url := overHTTP(t, h, nil)
	r := newRoom(s)
	i := s.Slash(r.at(r.mina), "help", nil)
	i.WaitAnswer()
	resp, err := http.DefaultClient.Do(s.Signed(url, s.PayloadOf(i), time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusConflict {
		t.Errorf("status %d the second time", resp.StatusCode)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) != 1 {
		t.Errorf("worked on %d times", len(h.seen))
	}
}

func TestEndpointNeedsAKey(t *testing.T) {
	t.Parallel()
	a, err := discord.New(discord.Options{Token: "x", Handler: answering("x")})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	a.Interactions().ServeHTTP(w, httptest.NewRequest(http.MethodPost, discord.InteractionsPath, strings.NewReader("{}")))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
}
