package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/web"
	"github.com/daybrief/daybrief/digest"
)

var now = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

type fakeStore struct{ editions []digest.Edition }

func (f fakeStore) Edition(_ context.Context, id int64) (digest.Edition, error) {
	for _, e := range f.editions {
		if e.ID == id {
			return e, nil
		}
	}
	return digest.Edition{}, digest.Errorf(digest.NotFound, "there is no digest %d", id)
}

func (f fakeStore) Editions(_ context.Context, filter digest.EditionFilter) ([]digest.Edition, error) {
	var out []digest.Edition
	for _, e := range f.editions {
		// Edition 9 went to a channel, the others to the page.
		if (filter.SubscriptionID == 0 || filter.SubscriptionID == e.SubscriptionID) && e.SubscriptionID != 9 {
			out = append(out, e)
		}
	}
	return out, nil
}

func (f fakeStore) Sources(context.Context) ([]digest.Source, error) {
	return []digest.Source{{Name: "Wire <b>", Health: digest.SourceHealth{State: digest.SourceFailing, LastError: "the server did not answer"}}}, nil
}

// echo answers with what it was asked.
type echo struct{}

func (echo) Handle(_ context.Context, r bot.Request) (bot.Reply, error) {
	m := bottest.Message()
	m.Title = bot.T("command=" + r.Command + " args=" + r.Args + " action=" + r.Action + " value=" + r.Value)
	return bot.Reply{Message: m}, nil
}

func (echo) Complete(_ context.Context, _ bot.Request, _, typed string) []bot.Option {
	return []bot.Option{{Label: typed + "-trade", Value: typed + "-trade"}}
}

func serve(t *testing.T, change func(*web.Options)) *httptest.Server {
	t.Helper()
	content, err := json.Marshal(bottest.Message())
	if err != nil {
		t.Fatal(err)
	}
	o := web.Options{Handler: echo{}, Now: func() time.Time { return now }, Zone: "Asia/Seoul", Lang: "en", Token: "let-me-in", Log: slog.New(slog.DiscardHandler),
		Store: fakeStore{[]digest.Edition{{ID: 1, SubscriptionID: 1, Title: "Korea desk · Tuesday", Content: content, Built: now.Add(-time.Hour), Scheduled: now.Add(-time.Hour), Stories: make([]digest.Told, 3)},
			{ID: 9, SubscriptionID: 9, Title: "Private", Content: content}}},
		Today: func(context.Context, string) (bot.Message, error) { return bottest.Message(), nil },
		Brief: func(_ context.Context, q string, limit int) (digest.Brief, error) {
			return digest.Brief{Query: digest.Query{Raw: q}, More: limit, Generated: now}, nil
		},
		Add: func(_ context.Context, r io.Reader) (web.Added, error) {
			b, err := io.ReadAll(r)
			a := web.Added{New: bytes.Count(b, []byte("\n"))}
			if bytes.Contains(b, []byte("bad")) {
				a.Bad = []web.BadRow{{Row: 2, Error: "the title is missing"}}
			}
			return a, err
		},
		Parse: func(line string) (string, string) {
			c, a, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
			return c, a
		}}
	if change != nil {
		change(&o)
	}
	s, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Routes())
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return body(t, resp)
}

func body(t *testing.T, resp *http.Response) (int, string) {
	t.Helper()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// elements counts the elements of a page by name and collects links.
func elements(t *testing.T, page string) (count map[string]int, links []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	count = map[string]int{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		for _, a := range n.Attr {
			if a.Key == "href" {
				links = append(links, a.Val)
			}
		}
	}
	return count, links
}

func TestEveryPageOpensAndNoTextBecomesMarkup(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	for _, path := range []string{"/", "/ask", "/ask?q=korea-trade", "/editions", "/editions/1", "/sources"} {
		status, page := get(t, s.URL+path)
		if status != http.StatusOK {
			t.Errorf("%s: status %d", path, status)
		}
		count, links := elements(t, page)
		if count["h1"] != 1 || count["main"] != 1 || count["b"] != 0 || count["script"] != 1 {
			t.Errorf("%s has %v", path, count)
		}
		for _, l := range links {
			if !strings.HasPrefix(l, "/") && !strings.HasPrefix(l, "https://") && l != "#main" {
				t.Errorf("%s links to %q", path, l)
			}
		}
	}
}

// TestThePageSpeaksTheVisitorsLanguage: none of our own English is left for a
// Korean visitor, and what is in another language than the page says so.
func TestThePageSpeaksTheVisitorsLanguage(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	for path, want := range map[string]string{"/": "본문으로 건너뛰기", "/ask": "나라, 주제, 또는 둘 다 물어보세요", "/editions": "지난 요약", "/sources": "매체 이름", "/nowhere": "그런 페이지가 없습니다."} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Language", "ko-KR,ko;q=0.9,en;q=0.8")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, page := body(t, resp)
		if !strings.Contains(page, `<html lang="ko">`) || !strings.Contains(page, want) {
			t.Errorf("%s: no %q in\n%s", path, want, page)
		}
		for _, english := range []string{"Skip", "Pages", ">Ask", ">Today", ">Sources", "Why this?", "What went wrong", "never", "failing</span>"} {
			if strings.Contains(page, english) {
				t.Errorf("%s: %q is left in\n%s", path, english, page)
			}
		}
		if path == "/" && !strings.Contains(page, `class="message" lang="en"`) {
			t.Errorf("a digest in English does not say so:\n%s", page)
		}
	}
}

func TestDigestsOfOthersAreNotOnThePage(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	for _, path := range []string{"/editions/9", "/editions/77", "/editions/x", "/nowhere"} {
		if status, _ := get(t, s.URL+path); status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, status)
		}
	}
}

func TestAskAndPressWithAndWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	for _, fragment := range []string{"", "1"} {
		post := func(path string, form url.Values) string {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if fragment != "" {
				req.Header.Set("X-Fragment", fragment)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			status, page := body(t, resp)
			if status != http.StatusOK || strings.Contains(page, "<html") == (fragment != "") {
				t.Errorf("%s fragment=%q: status %d, page %t", path, fragment, status, strings.Contains(page, "<html"))
			}
			return page
		}
		if page := post("/ask", url.Values{"line": {"/brief korea-trade"}}); !strings.Contains(page, "command=brief args=korea-trade") {
			t.Errorf("ask: %s", page)
		}
		if page := post("/press", url.Values{"action": {"v1:why:abc"}, "value": {"3"}}); !strings.Contains(page, "action=v1:why:abc value=3") {
			t.Errorf("press: %s", page)
		}
	}
}

func TestOtherSitesCanNeitherWriteNorRead(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	try := func(method, host, site string) int {
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/ask", strings.NewReader("line=x"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if host != "" {
			req.Host = host
		}
		if site != "" {
			req.Header.Set("Sec-Fetch-Site", site)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		status, _ := body(t, resp)
		return status
	}
	if got := try(http.MethodPost, "", "cross-site"); got != http.StatusForbidden {
		t.Errorf("a form from another site: status %d", got)
	}
	if got := try(http.MethodGet, "evil.example", ""); got != http.StatusMisdirectedRequest {
		t.Errorf("another name: status %d", got)
	}
	for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:80"} {
		if got := try(http.MethodGet, host, ""); got != http.StatusOK {
			t.Errorf("%s: status %d", host, got)
		}
	}
}

func TestArticlesComeInWithTheTokenAlone(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	post := func(token, lines string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/articles", strings.NewReader(lines))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return body(t, resp)
	}
	if status, _ := post("wrong", "{}\n"); status != http.StatusUnauthorized {
		t.Errorf("a wrong token: %d", status)
	}
	if status, text := post("let-me-in", "{}\n{}\n"); status != http.StatusOK || !strings.Contains(text, `"new":2`) {
		t.Errorf("good lines: %d %s", status, text)
	}
	if status, text := post("let-me-in", "{}\nbad\n"); status != http.StatusUnprocessableEntity || !strings.Contains(text, `"row":2`) {
		t.Errorf("a bad line: %d %s", status, text)
	}
	if status, _ := post("let-me-in", strings.Repeat("x", 33<<20)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("too much: %d", status)
	}
	closed := serve(t, func(o *web.Options) { o.Token = "" })
	resp, err := http.Post(closed.URL+"/api/articles", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := body(t, resp); status != http.StatusForbidden {
		t.Errorf("closed: %d", status)
	}
}

func TestBriefForPrograms(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	status, text := get(t, s.URL+"/api/brief?q=korea-trade&limit=3")
	var got digest.BriefJSON
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != http.StatusOK || got.Query.Text != "korea-trade" || got.More != 3 || got.Stories == nil {
		t.Errorf("%d %s %v", status, text, err)
	}
	if status, _ := get(t, s.URL+"/api/brief?q=x&limit=many"); status != http.StatusBadRequest {
		t.Errorf("status %d", status)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := serve(t, func(o *web.Options) { o.Ready = func(context.Context) error { return errors.New("no database") } })
	if status, _ := get(t, s.URL+"/healthz"); status != http.StatusOK {
		t.Errorf("healthz %d", status)
	}
	if status, text := get(t, s.URL+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(text, "no database") {
		t.Errorf("readyz %d %s", status, text)
	}
}

func TestPanicsStayInside(t *testing.T) {
	t.Parallel()
	s := serve(t, func(o *web.Options) {
		o.Today = func(context.Context, string) (bot.Message, error) { panic("boom") }
		o.Store = fakeStore{}
	})
	if status, text := get(t, s.URL+"/"); status != http.StatusInternalServerError || strings.Contains(text, "boom") {
		t.Errorf("%d %s", status, text)
	}
}

func TestPlatform(t *testing.T) {
	t.Parallel()
	bottest.Run(t, web.Platform{}, func(payload []byte) string {
		var m bot.Message
		if err := json.Unmarshal(payload, &m); err != nil {
			t.Fatal(err)
		}
		return bot.PlainText(m)
	})
}

func TestHTMLStandsAlone(t *testing.T) {
	t.Parallel()
	page, err := web.HTML(bottest.Message())
	if err != nil {
		t.Fatal(err)
	}
	count, _ := elements(t, string(page))
	if count["script"] != 0 || count["link"] != 0 || count["form"] != 0 || count["h1"] != 1 || count["h3"] != 3 {
		t.Errorf("has %v", count)
	}
}

// fileHandler answers everything with a file.
type fileHandler struct{ bot.Handler }

func (fileHandler) Handle(context.Context, bot.Request) (bot.Reply, error) {
	return bot.Reply{Message: bot.Message{Lead: []bot.Text{bot.T("All that is kept of you.")}}, File: &bot.File{Name: "daybrief.json", Type: "application/json", Data: []byte(`{"a":"</pre><script>"}`)}}, nil
}

func TestAFileCanBeSavedAndRead(t *testing.T) {
	t.Parallel()
	s, err := web.New(web.Options{Handler: fileHandler{}, Parse: func(string) (string, string) { return "subscriptions", "export" }, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/ask", strings.NewReader("line=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.Routes().ServeHTTP(w, r)
	page := w.Body.String()
	if !strings.Contains(page, `download="daybrief.json"`) || !strings.Contains(page, `href="data:application/octet-stream;base64,eyJhIjoi`) {
		t.Errorf("no file to save: %s", page)
	}
	if strings.Contains(page, "<script>\"}") || !strings.Contains(page, "&lt;/pre&gt;") {
		t.Errorf("the file is not shown as text: %s", page)
	}
}
