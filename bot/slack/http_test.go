package slack_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

const formType = "application/x-www-form-urlencoded"

// web is a world that is reached over HTTP.
func web(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, slacktest.Options{}, func(o *slack.Options) { o.AppToken = "" })
	w.srv.ViaHTTP(w.app.Routes())
	w.run()
	return w
}

func (w *world) serve(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.app.Routes().ServeHTTP(rec, r)
	return rec
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	w := web(t)
	body := url.Values{"ssl_check": {"1"}}.Encode()
	signed := func(at time.Time) *http.Request { return w.srv.SignedRequest("/slack/commands", formType, body, at) }
	changed := func(f func(*http.Request)) *http.Request {
		r := signed(start)
		f(r)
		return r
	}
	for name, c := range map[string]struct {
		r    *http.Request
		want int
	}{
		"now":                     {signed(start), 200},
		"five minutes old":        {signed(start.Add(-5 * time.Minute)), 200},
		"older":                   {signed(start.Add(-5*time.Minute - time.Second)), 401},
		"from the future":         {signed(start.Add(5*time.Minute + time.Second)), 401},
		"far in the future":       {signed(start.Add(1000 * time.Hour)), 401},
		"no signature":            {changed(func(r *http.Request) { r.Header.Del("X-Slack-Signature") }), 401},
		"no time":                 {changed(func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }), 401},
		"a time that is none":     {changed(func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", "now") }), 401},
		"another version":         {changed(func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v1="+r.Header.Get("X-Slack-Signature")[3:]) }), 401},
		"no version":              {changed(func(r *http.Request) { r.Header.Set("X-Slack-Signature", r.Header.Get("X-Slack-Signature")[3:]) }), 401},
		"half a signature":        {changed(func(r *http.Request) { r.Header.Set("X-Slack-Signature", r.Header.Get("X-Slack-Signature")[:20]) }), 401},
		"another body":            {changed(func(r *http.Request) { r.Body = http.NoBody }), 401},
		"moved to another time":   {changed(func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", "1795474799") }), 401},
		"a GET":                   {httptest.NewRequest(http.MethodGet, "/slack/commands", nil), 405},
		"too large":               {w.srv.SignedRequest("/slack/commands", formType, strings.Repeat("x", 1<<20+1), start), 413},
		"no form":                 {w.srv.SignedRequest("/slack/commands", "application/json", body, start), 400},
		"no payload":              {w.srv.SignedRequest("/slack/interactions", formType, "a=b", start), 400},
		"payload in the address":  {w.srv.SignedRequest("/slack/interactions?payload={}", formType, "a=b", start), 400},
		"an event that is none":   {w.srv.SignedRequest("/slack/events", "application/json", "[", start), 400},
		"an interaction, no JSON": {w.srv.SignedRequest("/slack/interactions", formType, "payload=%7B", start), 200},
	} {
		if rec := w.serve(c.r); rec.Code != c.want {
			t.Errorf("%s: %d %s, want %d", name, rec.Code, rec.Body, c.want)
		}
	}
}

func TestNoSecretMeansNoWayIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, func(o *slack.Options) { o.SigningSecret = "" })
	w.srv.SigningSecret = "" // as an attacker would sign
	if rec := w.serve(w.srv.SignedRequest("/slack/commands", formType, "ssl_check=1", start)); rec.Code != 401 {
		t.Errorf("got %d", rec.Code)
	}
}

func TestURLVerification(t *testing.T) {
	t.Parallel()
	w := web(t)
	rec := w.serve(w.srv.SignedRequest("/slack/events", "application/json", `{"type":"url_verification","token":"x","challenge":"<b>3eZbrw1a"}`, start))
	if rec.Code != 200 || rec.Body.String() != "<b>3eZbrw1a" || !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%d %q %v", rec.Code, rec.Body, rec.Header())
	}
}

func TestRetriesOverHTTPAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	w := web(t)
	d := w.srv.DM("U0JON", "korea trade")
	c := w.srv.Slash("U0JON", "C0GENERAL", "/brief korea")
	for range 3 {
		if a := d.Again(); a.Status != 200 {
			t.Errorf("a retry got %d", a.Status)
		}
		c.Again()
	}
	c.Answer(1)
	w.srv.WaitMessage("the answer", func(m slacktest.Message) bool { return m.Channel == w.srv.DMChannel("U0JON") })
	if n := len(w.h.Requests()); n != 2 {
		t.Errorf("the handler was asked %d times", n)
	}
}

// TestBusyOverHTTP: what was dropped gets 503, so that Slack comes again.
func TestBusyOverHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slacktest.Options{}, func(o *slack.Options) { o.AppToken, o.Queue = "", 1 })
	w.srv.ViaHTTP(w.app.Routes()) // it does not run, so nothing leaves the queue
	if d := w.srv.DM("U0JON", "one"); d.Status != 200 {
		t.Errorf("the first got %d", d.Status)
	}
	if d := w.srv.DM("U0JON", "two"); d.Status != 503 {
		t.Errorf("the second got %d", d.Status)
	}
	if d := w.srv.Slash("U0JON", "C0GENERAL", "/brief x"); d.Status != 200 || !strings.Contains(string(d.Ack), "Too many people") {
		t.Errorf("the command got %d %s", d.Status, d.Ack)
	}
}
