package discordtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/discord/discordtest"
)

const hello = `{"content":"hi","allowed_mentions":{"parse":[]},"nonce":"n1","enforce_nonce":true}`

// ask makes a request as a bot would.
func ask(t *testing.T, method, url, kind, body string) (status int, answer map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+discordtest.Token)
	req.Header.Set("User-Agent", "DiscordBot (https://example.org, 1)")
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(data, &answer) // an empty answer leaves it nil
	return resp.StatusCode, answer
}

// A request that breaks a limit or Discord's document is seen.
func TestMistakesAreSeen(t *testing.T) {
	t.Parallel()
	s := discordtest.New(t, discordtest.Options{Broken: true})
	channel := s.AddChannel(s.AddGuild("g"), "c", discordtest.Text)
	api := s.URL + "/api/v9"
	if status, _ := ask(t, "POST", api+"/channels/"+channel+"/messages", "application/json", `{"content":"hi","allowed_mentions":{"parse":["users"]}}`); status != 400 {
		t.Errorf("mentions: status %d", status)
	}
	if status, _ := ask(t, "PUT", api+"/applications/"+discordtest.ApplicationID+"/commands", "application/json", `[{"name":"Bad Name","type":1,"description":"x"}]`); status != 400 {
		t.Errorf("commands: status %d", status)
	}
	got := strings.Join(s.Violations(), "\n")
	for _, want := range []string{"allowed_mentions", "is not one that Discord takes"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q among:\n%s", want, got)
		}
	}
	if _, err := os.Stat("../../../../shared/discord-openapi.json"); err != nil && os.Getenv(discordtest.EnvOpenAPI) == "" {
		t.Log("Discord's document is not here: what it alone knows is not checked")
		return
	}
	before := len(s.Violations())
	ask(t, "POST", api+"/channels/not-a-number/messages", "application/json", hello)
	ask(t, "GET", api+"/channels/"+channel+"/messages?limit=1000", "", "")
	if n := len(s.Violations()) - before; n != 2 {
		t.Errorf("%d of 2 requests that break the document were seen: %q", n, s.Violations())
	}
}

func TestNonceShowsAMessageOnce(t *testing.T) {
	t.Parallel()
	s := discordtest.New(t, discordtest.Options{})
	channel := s.AddChannel(s.AddGuild("g"), "c", discordtest.Text)
	var ids []any
	for range 3 {
		status, m := ask(t, "POST", s.URL+"/api/v9/channels/"+channel+"/messages", "application/json", hello)
		if status != 200 {
			t.Fatalf("status %d", status)
		}
		ids = append(ids, m["id"])
	}
	if len(s.Visible(channel)) != 1 || ids[0] != ids[2] {
		t.Errorf("%d visible, ids %v", len(s.Visible(channel)), ids)
	}
}

func TestMultipartIsRead(t *testing.T) {
	t.Parallel()
	s := discordtest.New(t, discordtest.Options{NoOpenAPI: true})
	channel := s.AddChannel(s.AddGuild("g"), "c", discordtest.Text)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("payload_json", hello); err != nil {
		t.Fatal(err)
	}
	f, err := w.CreateFormFile("files[0]", "a.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("png")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(t, "POST", s.URL+"/api/v9/channels/"+channel+"/messages", w.FormDataContentType(), b.String()); status != 200 {
		t.Errorf("status %d", status)
	}
	if m := s.Visible(channel); len(m) != 1 || m[0].Text() != "hi" {
		t.Errorf("visible: %v", m)
	}
}

func TestWrongTokenIsRefused(t *testing.T) {
	t.Parallel()
	s := discordtest.New(t, discordtest.Options{})
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/api/v9/users/@me", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "DiscordBot (https://example.org, 1)")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 401 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// A first answer that comes after Discord's patience is refused.
func TestLateAnswersAreRefused(t *testing.T) {
	t.Parallel()
	for patience, want := range map[time.Duration]int{time.Nanosecond: 404, time.Hour: 204} {
		s := discordtest.New(t, discordtest.Options{Patience: patience, NoOpenAPI: true})
		came := make(chan []byte, 1)
		endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			data, _ := io.ReadAll(req.Body)
			came <- data
			<-req.Context().Done() // it answers by the API instead
		}))
		s.UseEndpoint(endpoint.URL)
		i := s.Submit(discordtest.Where{User: s.AddUser("Mina", "ko")}, "v1:x:1", nil)
		<-came
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/v9/interactions/"+i.ID+"/"+i.Token+"/callback", strings.NewReader(`{"type":6}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("User-Agent", "DiscordBot (https://example.org, 1)")
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("patience %v: status %d", patience, resp.StatusCode)
		}
		endpoint.CloseClientConnections()
		endpoint.Close()
	}
}
