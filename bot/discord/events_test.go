package discord_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

// withEvents makes a stage whose bot has the endpoint for events.
func withEvents(t *testing.T, change func(*discord.Options)) (*stage, string) {
	t.Helper()
	s := still(t, nil, discordtest.Options{})
	s.opts.PublicKey = s.PublicKey()
	if change != nil {
		change(&s.opts)
	}
	s.a = s.again(t)
	srv := httptest.NewServer(s.a.Events())
	t.Cleanup(srv.Close)
	return s, srv.URL
}

func TestEventsTellWhoRemovedTheBot(t *testing.T) {
	t.Parallel()
	var gone []string
	fails := true
	s, url := withEvents(t, func(o *discord.Options) {
		o.ApplicationID = discordtest.ApplicationID
		o.Deauthorized = func(_ context.Context, user string) error {
			if fails {
				return errors.New("the store is away")
			}
			gone = append(gone, user)
			return nil
		}
	})
	if got := s.PostEvent(url, "", nil); got != http.StatusNoContent {
		t.Errorf("a ping: %d", got)
	}
	mina := s.AddUser("Mina", "en-US")
	if got := s.Deauthorize(url, mina); got != http.StatusInternalServerError || len(gone) != 0 {
		t.Errorf("while the store was away: %d, %v", got, gone)
	}
	fails = false
	if got := s.Deauthorize(url, mina); got != http.StatusNoContent || len(gone) != 1 || gone[0] != mina {
		t.Errorf("%d, %v", got, gone)
	}
	for event, data := range map[string]any{"APPLICATION_AUTHORIZED": map[string]any{"integration_type": 1, "user": map[string]any{"id": mina}}, "QUEST_USER_ENROLLMENT": nil} {
		if got := s.PostEvent(url, event, data); got != http.StatusNoContent || len(gone) != 1 {
			t.Errorf("%s: %d, %v", event, got, gone)
		}
	}
	if got := s.Deauthorize(url, "no id"); got != http.StatusBadRequest || len(gone) != 1 {
		t.Errorf("without a person: %d, %v", got, gone)
	}
}

func TestEventsTakeOnlyWhatDiscordSigned(t *testing.T) {
	t.Parallel()
	told := false
	s, url := withEvents(t, func(o *discord.Options) {
		o.Deauthorized = func(context.Context, string) error { told = true; return nil }
	})
	event := `{"version":1,"application_id":"1","type":1,"event":{"type":"APPLICATION_DEAUTHORIZED","data":{"user":{"id":"12"}}}}`
	status := func(req *http.Request) int {
		t.Helper()
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if got := status(s.Signed(url, []byte(event), s.clock.Now().Add(-10*time.Minute))); got != http.StatusUnauthorized {
		t.Errorf("old: %d", got)
	}
	forged := s.Signed(url, []byte(event), s.clock.Now())
	forged.Header.Set("X-Signature-Ed25519", strings.Repeat("0", 128))
	if got := status(forged); got != http.StatusUnauthorized || told {
		t.Errorf("forged: %d, told %t", got, told)
	}
	for _, bad := range []string{"", "x", "{}", `{"type":null}`} {
		if got := status(s.Signed(url, []byte(bad), s.clock.Now())); got != http.StatusBadRequest {
			t.Errorf("%q: %d", bad, got)
		}
	}
	if got := status(s.Signed(url, []byte(event), s.clock.Now())); got != http.StatusNoContent || !told {
		t.Errorf("signed: %d, told %t", got, told)
	}
}

// register is a store that several replicas ask.
type register struct {
	mu    sync.Mutex
	until map[string]time.Time
	err   error
}

func (r *register) once(_ context.Context, key string, until time.Time) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return false, r.err
	}
	_, seen := r.until[key]
	r.until[key] = until
	return !seen, nil
}

// Of several replicas one takes an interaction; where the store does not say,
// each does.
func TestReplicasTakeAnInteractionOnce(t *testing.T) {
	t.Parallel()
	shared := &register{until: map[string]time.Time{}}
	h := answering("fine")
	h.complete = func(context.Context, bot.Request, string, string) []bot.Option { return nil }
	s, _ := overHTTP(t, h, func(o *discord.Options) { o.Once = shared.once })
	r := newRoom(s)
	i := s.Slash(r.at(r.mina), "help", nil)
	i.WaitAnswer()
	other := httptest.NewServer(s.again(t).Interactions())
	t.Cleanup(other.Close)
	replay := func(i *discordtest.Interaction) int {
		t.Helper()
		resp, err := http.DefaultClient.Do(s.Signed(other.URL, s.PayloadOf(i), time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if got := replay(i); got != http.StatusConflict {
		t.Errorf("another replica answered %d", got)
	}
	for key, until := range shared.until {
		if left := time.Until(until); left < 10*time.Minute || left > time.Hour || !strings.HasPrefix(key, "discord.interaction.") {
			t.Errorf("%s is kept for %s", key, left)
		}
	}
	typed := s.Autocomplete(r.at(r.mina), "brief", "query", "k", nil)
	typed.WaitChoices()
	if got := replay(typed); got != http.StatusOK || len(shared.until) != 1 {
		t.Errorf("typing: %d, %d keys", got, len(shared.until))
	}
	shared.err = errors.New("away")
	if m := s.Slash(r.at(r.mina), "help", nil).WaitAnswer(); !strings.Contains(m.Plain(), "fine") {
		t.Errorf("without the store: %q", m.Plain())
	}
}

// What Discord asked for holds after a restart too, for that route alone or
// for everything.
func TestPausesSurviveARestart(t *testing.T) {
	t.Parallel()
	kept := map[string]time.Time{}
	s := still(t, func(o *discord.Options) { o.Paused = func(p map[string]time.Time) { kept = p } }, discordtest.Options{Broken: true})
	g := s.AddGuild("g")
	one, two := s.AddChannel(g, "one", discordtest.Text), s.AddChannel(g, "two", discordtest.Text)
	payload := part(t, s.a, "A headline")
	s.Inject(discordtest.Fault{Method: "POST", Path: "/channels/" + one + "/messages", Status: 429, RetryAfter: 120})
	if _, err := s.a.Send(t.Context(), post("e1.0.x", one, payload)); err == nil || len(kept) != 1 {
		t.Fatalf("%v, kept %v", err, kept)
	}
	s.opts.Pauses = kept
	again := s.again(t)
	asked := len(s.Requests("POST", "/messages"))
	_, err := again.Send(t.Context(), post("e1.0.x", one, payload))
	var se *bot.SendError
	if !errors.As(err, &se) || se.Fate != bot.Unsent || se.RetryAfter < 100*time.Second || len(s.Requests("POST", "/messages")) != asked {
		t.Errorf("after the restart: %v", err)
	}
	if _, err := again.Send(t.Context(), post("e1.0.y", two, payload)); err != nil {
		t.Errorf("another channel: %v", err)
	}
	s.clock.add(3 * time.Minute)
	if _, err := again.Send(t.Context(), post("e2.0.x", one, payload)); err != nil {
		t.Errorf("after the pause: %v", err)
	}
	s.Inject(discordtest.Fault{Method: "POST", Path: "/messages", Status: 429, RetryAfter: 300, Global: true})
	_, _ = again.Send(t.Context(), post("e3.0.x", one, payload))
	s.opts.Pauses = kept
	if _, err := s.again(t).Send(t.Context(), post("e3.0.y", two, payload)); !errors.As(err, &se) || se.Fate != bot.Unsent {
		t.Errorf("a pause of everything: %v, kept %v", err, kept)
	}
	s.opts.Pauses = map[string]time.Time{"*": s.clock.Now().Add(300 * 24 * time.Hour)}
	if _, err := s.again(t).Send(t.Context(), post("e4.0.y", two, payload)); err != nil {
		t.Errorf("a pause of months: %v", err)
	}
}
