package discord_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/bottest"
	"github.com/daybrief/daybrief/bot/discord"
	"github.com/daybrief/daybrief/bot/discord/discordtest"
	"github.com/daybrief/daybrief/digest"
)

// clock is a time that only tests move; waiting moves it.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	waited []time.Duration
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	if d > 0 {
		c.mu.Lock()
		c.waited = append(c.waited, d)
		c.now = c.now.Add(d)
		c.mu.Unlock()
	}
	return ctx.Err()
}

func (c *clock) total() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var sum time.Duration
	for _, d := range c.waited {
		sum += d
	}
	return sum
}

// stage is a fake Discord, an adapter and a clock.
type stage struct {
	*discordtest.Server
	a     *discord.Adapter
	clock *clock
	log   *bottest.Buffer
	opts  discord.Options
}

// fake is a Discord that waits for answers as long as a test does: how fast
// the machine is decides nothing.
func fake(t *testing.T, o discordtest.Options) *discordtest.Server {
	t.Helper()
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	return discordtest.New(t, o)
}

// still makes a stage whose time stands still but for waiting: for posting.
func still(t *testing.T, change func(*discord.Options), o discordtest.Options) *stage {
	t.Helper()
	c := newClock()
	o.Now = c.Now
	s := &stage{Server: fake(t, o), clock: c, log: &bottest.Buffer{}}
	opts := discord.Sleeping(discord.Fast(discord.Options{Token: discordtest.Token, APIURL: s.URL, Now: c.Now, Logger: slog.New(slog.NewTextHandler(s.log, nil)), Version: "1.0"}), c.sleep, c.Now)
	if change != nil {
		change(&opts)
	}
	s.opts = opts
	s.a = s.again(t)
	return s
}

// again makes another adapter on the same Discord, as after a restart.
func (s *stage) again(t *testing.T) *discord.Adapter {
	t.Helper()
	a, err := discord.New(s.opts)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// part renders a message of one part.
func part(t *testing.T, a *discord.Adapter, words string) []byte {
	t.Helper()
	parts, err := a.Render(bot.Message{Title: bot.Text{bot.B("Korea desk"), bot.S(" · Tuesday 24 November")}, Sections: []bot.Section{{Title: "Trade", Items: []bot.Item{{Title: words, URL: "https://example.org/a", Sources: []string{"Wire"}}}}}})
	if err != nil || len(parts) != 1 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	return parts[0]
}

func post(key, channel string, payload []byte) bot.Post {
	return bot.Post{Key: key, To: digest.Destination{Platform: "discord", Channel: channel}, Payload: payload}
}

func toPerson(key, user string, payload []byte) bot.Post {
	return bot.Post{Key: key, To: digest.Destination{Platform: "discord", Channel: user, Direct: true}, Payload: payload}
}

// handler answers as it is told.
type handler struct {
	handle   func(context.Context, bot.Request) (bot.Reply, error)
	complete func(context.Context, bot.Request, string, string) []bot.Option

	mu   sync.Mutex
	seen []bot.Request
}

func (h *handler) Handle(ctx context.Context, r bot.Request) (bot.Reply, error) {
	h.mu.Lock()
	h.seen = append(h.seen, r)
	h.mu.Unlock()
	return h.handle(ctx, r)
}

func (h *handler) Complete(ctx context.Context, r bot.Request, field, typed string) []bot.Option {
	if h.complete == nil {
		return nil
	}
	return h.complete(ctx, r, field, typed)
}

func (h *handler) last(t *testing.T) bot.Request {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) == 0 {
		t.Fatal("the handler was not asked")
	}
	return h.seen[len(h.seen)-1]
}

// say is a reply of one line.
func say(words string) bot.Reply {
	return bot.Reply{Message: bot.Message{Lead: []bot.Text{bot.T(words)}}}
}

// specs are commands in every form.
func specs() []bot.CommandSpec {
	text := func(en, ko string) map[string]string { return map[string]string{"en": en, "ko": ko} }
	query := bot.FieldSpec{Name: "query", Complete: true, Summary: text("A country, a topic, or words", "나라, 주제, 단어")}
	needed := query
	needed.Required = true
	return []bot.CommandSpec{
		{Name: "brief", Summary: text("What is new", "새 소식"), Fields: []bot.FieldSpec{query, {Name: "since", Summary: text("How far back", "기간")}, {Name: "limit", Summary: text("How many", "개수")}}},
		{Name: "subscribe", Summary: text("Get a digest", "구독하기"), Fields: []bot.FieldSpec{
			{Name: "when", Complete: true, Summary: text("When", "언제")}, needed, {Name: "zone", Complete: true, Summary: text("Time zone", "시간대")},
			{Name: "where", Summary: text("Where to", "어디로")}}},
		{Name: "subscriptions", Summary: text("See subscriptions", "구독 보기"), Fields: []bot.FieldSpec{{Name: "action", Complete: true, Summary: text("edit 3", "edit 3")}}},
		{Name: "digest now", Summary: text("Post a digest now", "지금 보내기"), Manage: true},
		{Name: "digest preview", Summary: text("Preview a digest", "미리보기"), Manage: true, Fields: []bot.FieldSpec{{Name: "name", Summary: text("Which", "어느 것")}}},
		{Name: "sources", Summary: text("How reading goes", "수집 상태"), Manage: true},
		{Name: "alert", Summary: text("Hear at once", "바로 알림 받기"), Fields: []bot.FieldSpec{needed, {Name: "big", Summary: text("Only big", "큰 것만"), Choices: []bot.Option{{Label: "Only big", Value: "yes"}}}}},
		{Name: "help", Summary: text("What can be asked", "사용법"), Fields: []bot.FieldSpec{{Name: "topic", Summary: text("Of what", "무엇의"), Choices: []bot.Option{{Label: "All", Value: "all"}, {Label: "Queries", Value: "queries"}}}}},
	}
}

// offline makes a stage whose bot is not running yet.
func offline(t *testing.T, h *handler) *stage {
	t.Helper()
	s := &stage{Server: fake(t, discordtest.Options{}), log: &bottest.Buffer{}}
	s.opts = discord.Fast(discord.Options{Token: discordtest.Token, APIURL: s.URL, Handler: h, Commands: specs()})
	s.a = s.again(t)
	return s
}

// live makes a stage with a running bot.
func live(t *testing.T, h *handler, change func(*discord.Options), o discordtest.Options) *stage {
	t.Helper()
	s := &stage{Server: fake(t, o), log: &bottest.Buffer{}}
	opts := discord.Fast(discord.Options{Token: discordtest.Token, APIURL: s.URL, PublicKey: s.PublicKey(), Handler: h, Commands: specs(), Logger: slog.New(slog.NewTextHandler(s.log, nil)), Version: "1.0"})
	if change != nil {
		change(&opts)
	}
	s.opts = opts
	s.a = s.again(t)
	s.run(t, s.a)
	s.WaitConnected(1)
	return s
}

// run runs an adapter until the test ends, and checks that it then stops.
func (s *stage) run(t *testing.T, a *discord.Adapter) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() {
			cancel()
			select {
			case err = <-done:
			case <-time.After(time.Minute):
				t.Error("Run did not stop")
			}
		})
		return err
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

// eventually waits for what the fake cannot announce.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// suite is what every platform passes.
func suite(t *testing.T, a *discord.Adapter) {
	t.Helper()
	bottest.Run(t, a, func(payload []byte) string { return discord.PostText(payload) })
}
