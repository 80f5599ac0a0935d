package slack_test

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// start is when each test begins: 08:00 in Seoul.
var start = time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)

// movedClock goes on when it is waited for, so that no test takes the time it
// tells of.
type movedClock struct {
	mu    sync.Mutex
	at    time.Time
	waits []time.Duration
}

func newClock() *movedClock { return &movedClock{at: start} }

func (c *movedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *movedClock) Wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	c.waits = append(c.waits, d)
	return ctx.Err()
}

func (c *movedClock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *movedClock) Waits() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration(nil), c.waits...)
}

// handler is a bot.Handler of functions. What it has none for, it echoes.
type handler struct {
	handle   func(ctx context.Context, r bot.Request) (bot.Reply, error)
	complete func(field, typed string) []bot.Option
	form     func(r bot.Request) (map[string]string, error)

	mu       sync.Mutex
	requests []bot.Request
}

func (h *handler) Handle(ctx context.Context, r bot.Request) (bot.Reply, error) {
	h.mu.Lock()
	h.requests = append(h.requests, r)
	f := h.handle
	h.mu.Unlock()
	if f != nil {
		return f(ctx, r)
	}
	return said(r.Command + " " + r.Args + r.Action), nil
}

func (h *handler) Complete(_ context.Context, _ bot.Request, field, typed string) []bot.Option {
	if h.complete != nil {
		return h.complete(field, typed)
	}
	return nil
}

// Form gives what form gives.
func (h *handler) Form(_ context.Context, r bot.Request) (map[string]string, error) {
	h.mu.Lock()
	f := h.form
	h.mu.Unlock()
	if f == nil {
		return nil, nil //nolint:nilnil // nothing is filled in, which is no failure
	}
	return f(r)
}

func (h *handler) Requests() []bot.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]bot.Request(nil), h.requests...)
}

// last is the latest request of a command or action.
func (h *handler) last(t *testing.T) bot.Request {
	t.Helper()
	all := h.Requests()
	if len(all) == 0 {
		t.Fatal("the handler was not asked")
	}
	return all[len(all)-1]
}

// asked waits until the handler is asked what match accepts: a Home tab is
// drawn anew beside what was asked, so that may not be the last.
func (w *world) asked(what string, match func(bot.Request) bool) {
	w.t.Helper()
	waitFor(w.t, what, func() bool { return slices.ContainsFunc(w.h.Requests(), match) })
}

// anyView accepts the first that is there.
func anyView(slacktest.View) bool { return true }

func said(text string, actions ...bot.Action) bot.Reply {
	return bot.Reply{Message: bot.Message{Lang: "en", Lead: []bot.Text{bot.T(strings.TrimSpace(text))}, Actions: actions}}
}

// world is a workspace with daybrief in it.
type world struct {
	t     *testing.T
	srv   *slacktest.Server
	app   *slack.App
	clock *movedClock
	h     *handler
	log   *bottest.Buffer
	stop  func() error
}

// newWorld makes a workspace and an App that does not run yet. Neither is in
// a hurry: only tests that are about being late have Slack's three seconds.
func newWorld(t *testing.T, so slacktest.Options, change func(*slack.Options)) *world {
	t.Helper()
	w := &world{t: t, clock: newClock(), h: &handler{}, log: &bottest.Buffer{}}
	if so.Now == nil {
		so.Now = w.clock.Now
	}
	so.AckLimit, so.TriggerLife = cmp.Or(so.AckLimit, time.Minute), cmp.Or(so.TriggerLife, time.Minute)
	w.srv = slacktest.New(t, so)
	o := slack.Options{BotToken: w.srv.BotToken, AppToken: w.srv.AppToken, SigningSecret: w.srv.SigningSecret, APIURL: w.srv.URL, Now: w.clock.Now, Wait: w.clock.Wait,
		Jitter: func() float64 { return 0 }, Handler: w.h, Logger: slog.New(slog.NewTextHandler(w.log, nil))}
	o.Unhurried()
	if change != nil {
		change(&o)
	}
	app, err := slack.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w.app = app
	t.Cleanup(func() {
		if text := w.log.String(); strings.Contains(text, w.srv.BotToken) || strings.Contains(text, w.srv.AppToken) || strings.Contains(text, "ticket=") || strings.Contains(text, "/respond/") {
			t.Errorf("the log holds a secret:\n%s", text)
		}
	})
	return w
}

// hurried has an App open and acknowledge before what its handler gives.
func hurried(o *slack.Options) { o.Hurried() }

// running is a world whose App runs until the test ends.
func running(t *testing.T, change func(*slack.Options)) *world {
	t.Helper()
	w := newWorld(t, slacktest.Options{}, change)
	w.run()
	w.srv.WaitSockets(1)
	return w
}

// run starts the App, and stops it at the end, when it must stop in peace.
func (w *world) run() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.app.Run(ctx) }()
	var once sync.Once
	var err error
	w.stop = func() error {
		once.Do(func() {
			cancel()
			select {
			case err = <-done:
			case <-time.After(time.Minute):
				w.t.Error("Run does not end")
			}
		})
		return err
	}
	w.t.Cleanup(func() {
		if err := w.stop(); err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
}
