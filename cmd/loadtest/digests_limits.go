package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
	"github.com/daybrief/daybrief/digest"
)

// What the platforms allow, in posts a second of one workspace and of one bot.
// Slack says "several hundred a minute", of which three a second is the low
// end; Discord says 50 requests a second in all, of which a fifth is left to
// what a person waits for.
const (
	slackAllows   = 3.0
	discordAllows = 40.0
)

// paceFigures is how near the posting came to what is allowed.
type paceFigures struct {
	Posts     int64   `json:"posts"`
	PerSecond float64 `json:"per_s"`
	Share     float64 `json:"of_allowed"`
	Refused   int64   `json:"answers_429"`
}

func paced(posts int64, seconds, allowed float64, refused int64) paceFigures {
	return paceFigures{posts, float64(posts) / seconds, float64(posts) / seconds / allowed, refused}
}

func (p paceFigures) String() string {
	return fmt.Sprintf("%d posts, %.2f/s, %.1f%% of what is allowed, %d answers 429", p.Posts, p.PerSecond, p.Share*100, p.Refused)
}

// limitedSlack is the fake behind the limits of Slack: a message a second in a
// channel, a few hundred a minute in the workspace.
type limitedSlack struct {
	srv     *slacktest.Server
	front   *httptest.Server
	posted  atomic.Int64
	refused atomic.Int64

	mu    sync.Mutex
	all   []time.Time          // posts of the last minute
	since map[string]time.Time // by channel: the latest post
}

// slackMinute is where the fake says that it is enough.
const slackMinute = 200

func newLimitedSlack(w *witness, channels int) *limitedSlack {
	s := &limitedSlack{srv: slacktest.New(w, slacktest.Options{}), since: map[string]time.Time{}}
	for i := range channels {
		s.srv.AddChannel(slacktest.Channel{ID: slackChannel(i), Name: fmt.Sprintf("desk-%d", i), Member: true})
	}
	to, err := url.Parse(strings.TrimSuffix(s.srv.URL, "/api/"))
	if err != nil {
		w.Fatalf("read the address of the fake: %w", err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	s.front = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { s.serve(rw, r, proxy) }))
	w.Cleanup(s.front.Close)
	return s
}

func slackChannel(i int) string { return fmt.Sprintf("C%07d", i) }

func (s *limitedSlack) address() string { return s.front.URL }

func (s *limitedSlack) destination(i int) digest.Destination {
	return digest.Destination{Platform: "slack", Workspace: s.srv.Team, Channel: slackChannel(i)}
}

func (s *limitedSlack) serve(rw http.ResponseWriter, r *http.Request, to http.Handler) {
	if !strings.HasSuffix(r.URL.Path, "/chat.postMessage") {
		to.ServeHTTP(rw, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	form, err2 := url.ParseQuery(string(body))
	if err != nil || err2 != nil || form.Get("channel") == "" {
		http.Error(rw, "not a form with a channel", http.StatusBadRequest)
		return
	}
	if !s.admit(form.Get("channel"), time.Now()) {
		s.refused.Add(1)
		rw.Header().Set("Retry-After", "5")
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(rw, `{"ok":false,"error":"ratelimited"}`)
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	to.ServeHTTP(rw, r)
	s.posted.Add(1)
}

// admit counts a post, and reports whether it is within the limits.
func (s *limitedSlack) admit(channel string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = slices.DeleteFunc(s.all, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if len(s.all) >= slackMinute || now.Sub(s.since[channel]) < time.Second {
		return false
	}
	s.all, s.since[channel] = append(s.all, now), now
	return true
}

// limitedDiscord is the fake with Discord's limits switched on.
type limitedDiscord struct {
	fakeDiscord
	posted  atomic.Int64
	refused atomic.Int64
	front   *httptest.Server
}

func newLimitedDiscord(w *witness, channels int) *limitedDiscord {
	d := &limitedDiscord{fakeDiscord: fakeDiscord{srv: discordtest.New(w, discordtest.Options{NoOpenAPI: true, Rates: true, Broken: true})}}
	d.guild = d.srv.AddGuild("Desks")
	d.srv.SetRights(d.guild, discordtest.AllBotMayEver)
	for i := range channels {
		d.channels = append(d.channels, d.srv.AddChannel(d.guild, fmt.Sprintf("desk-%d", i), discordtest.Text))
	}
	to, err := url.Parse(d.srv.URL)
	if err != nil {
		w.Fatalf("read the address of the fake: %w", err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = d.note
	d.front = httptest.NewServer(proxy)
	w.Cleanup(d.front.Close)
	return d
}

func (d *limitedDiscord) address() string { return d.front.URL }

// note counts what became of posts.
func (d *limitedDiscord) note(res *http.Response) error {
	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		d.refused.Add(1)
	case res.Request.Method == http.MethodPost && strings.HasSuffix(res.Request.URL.Path, "/messages") && res.StatusCode < 300:
		d.posted.Add(1)
	}
	return nil
}
