package command_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/store/storetest"
)

// reader knows a few words, as package query would read them.
type reader struct{}

func (reader) Read(s string, now time.Time) (digest.Query, error) {
	q := digest.Query{Raw: strings.TrimSpace(s), Since: now.Add(-7 * 24 * time.Hour)}
	if len(q.Raw) > digest.MaxQuery {
		return q, digest.Errorf(digest.Invalid, "that request is longer than %d characters", digest.MaxQuery).WithHint("ask for a country and a topic, such as korea-trade")
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == '-' || r == ' ' }) {
		switch w {
		case "korea":
			q.Countries = append(q.Countries, "KR")
		case "chad":
			q.Countries = append(q.Countries, "TD")
		case "trade", "sport":
			q.Topics = append(q.Topics, w)
		case "trad":
			q.Topics = append(q.Topics, "trade")
			q.Corrections = append(q.Corrections, digest.Correction{Typed: "trad", Read: "trade"})
		default:
			q.Terms = append(q.Terms, w)
		}
	}
	return q, nil
}

func (reader) Complete(typed string, _ func(string) int) []string { return []string{typed + "-trade"} }

// briefs has nine stories on Korea's trade and none on Chad.
type briefs struct{}

func (briefs) Answer(_ context.Context, q digest.Query, p command.Page) (digest.Brief, error) {
	b := digest.Brief{Query: q, Generated: p.Now}
	if len(q.Countries) > 0 && q.Countries[0] == "TD" {
		b.Title, b.Nearest = "Chad, sport", []digest.Nearby{{Query: "sport", Stories: 12}}
		return b, nil
	}
	const all = 9
	for i := p.Offset; i < min(all, p.Offset+p.Limit); i++ {
		b.Stories = append(b.Stories, digest.StoryBrief{Story: digest.Story{ID: int64(i + 1), Title: fmt.Sprintf("Story %d", i+1), Last: p.Now.Add(-time.Hour), Sources: 1},
			Shown: []digest.Article{{Title: "x", Source: "Wire"}}, Why: []string{"country KR (title: “Seoul”)"}})
	}
	b.More = max(0, all-p.Offset-p.Limit)
	return b, nil
}

// schedules knows a few times.
type schedules struct{ store *store.Store }

func (schedules) Parse(when string) (string, error) {
	switch when {
	case "daily 8:00", "매일 8:00":
		return "0 8 * * *", nil
	case "weekdays 8:00", "평일 8:00", "weekdays 9:00", "평일 9:00":
		return "0 8 * * 1-5", nil
	}
	return "", digest.Errorf(digest.Invalid, "I can't read %q as a time", when).WithHint(`Try "daily 8:00", "weekdays 7:30", "mondays 9am" or "hourly".`)
}

func (schedules) Coming(_, zone string, after time.Time, n int) ([]time.Time, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, digest.Errorf(digest.Invalid, "there is no time zone %q", zone)
	}
	local := after.In(loc)
	next := time.Date(local.Year(), local.Month(), local.Day(), 8, 0, 0, 0, loc)
	var out []time.Time
	for len(out) < n {
		if next.After(after) {
			out = append(out, next)
		}
		next = next.AddDate(0, 0, 1)
	}
	return out, nil
}

func (schedules) Describe(spec string, w bot.Words) string {
	if spec == "0 8 * * 1-5" {
		return w.Say("weekdays") + " 08:00"
	}
	return w.Say("daily") + " 08:00"
}

func (schedules) Preview(_ context.Context, sub digest.Subscription) (bot.Message, error) {
	return bot.Message{Title: bot.T("Preview of " + sub.Query)}, nil
}

func (s schedules) RunNow(ctx context.Context, id int64) (digest.Edition, error) {
	sub, err := s.store.Subscription(ctx, id)
	if err != nil {
		return digest.Edition{}, err
	}
	e, _, err := s.store.CreateEdition(ctx, digesttest.Plan(sub, 1, func(p *digest.EditionPlan) {
		p.Edition.Content = []byte(`{"sections":[{"items":[{"story":1,"title":"Told","why":["country KR"],"time":"2026-11-24T00:00:00Z"}]}]}`)
	}), nil)
	return e, err
}

// alerts tries out: five alerts in the last week, of which two would have
// waited; big ones were two.
type alerts struct{}

func (alerts) DryRun(_ context.Context, sub digest.Subscription, _, until time.Time) (digest.Trial, error) {
	if strings.Contains(sub.Query, "untried") {
		return digest.Trial{}, digest.Errorf(digest.Unavailable, "the store is down")
	}
	n := 5
	if sub.Rules.Big > 0 || len(sub.Rules.Filter.Exclude) > 0 {
		n = 2
	}
	if strings.Contains(sub.Query, "chad") {
		n = 0
	}
	t := digest.Trial{Held: max(n-3, 0)}
	for i := range n {
		t.Alerts = append(t.Alerts, digest.TrialAlert{At: until.Add(time.Duration(i-n) * time.Hour), StoryID: int64(i + 1), Title: fmt.Sprintf("Event %d", i+1)})
	}
	return t, nil
}

func (alerts) WhyNot(_ context.Context, sub digest.Subscription, what string) ([]digest.Step, error) {
	return []digest.Step{{Passed: true, Text: "It is stored: " + what + "."}, {Text: "It is not about " + sub.Query + "."}}, nil
}

// mayPost lets the bot post everywhere but in #closed.
func mayPost(_ context.Context, to digest.Destination) error {
	if to.Channel == "C-closed" {
		return digest.Errorf(digest.Forbidden, "I can't post in #%s: I'm not a member", "closed").WithHint("Type /invite %s there, then try again.", "@daybrief")
	}
	return nil
}

// morning is when people ask, half past nine in Seoul.
var morning = time.Date(2026, 11, 24, 0, 30, 0, 0, time.UTC)

// handlerOver is a handler over a store; what else it needs is made up, and
// changed by a test that says how.
func handlerOver(s *store.Store, changes ...func(*command.Options)) *command.Handler {
	o := command.Options{Reader: reader{}, Briefs: briefs{}, Store: s, Schedules: schedules{s}, Alerts: alerts{}, Lang: "en", Zone: "Asia/Seoul", Log: slog.New(slog.DiscardHandler)}
	for _, change := range changes {
		change(&o)
	}
	return command.New(o)
}

// withClosed closes #closed.
func withClosed(o *command.Options) { o.MayPost = mayPost }

// stock fills the store with what the briefs tell of, and two sources.
func stock(t *testing.T, s *store.Store) {
	t.Helper()
	for _, name := range []string{"Wire", "Xinhua"} {
		if _, _, err := s.SaveSource(t.Context(), digest.Source{Name: name, URL: "https://" + name + ".example.org/feed"}); err != nil {
			t.Fatal(err)
		}
	}
	var stories []digest.Story
	for id := int64(1); id <= 9; id++ {
		stories = append(stories, digest.Story{ID: id, Title: fmt.Sprintf("Story %d", id), Articles: 1, Sources: 1,
			Countries: []digest.Tag{{Slug: "KR", Weight: 0.9}}, Topics: []digest.Tag{{Slug: "trade", Weight: 0.8}}})
	}
	if err := s.SaveStories(t.Context(), stories); err != nil {
		t.Fatal(err)
	}
}

// TestConversations plays the files of testdata: each line says who says what
// where, and the file beside it what they see. People are "mina", who manages
// #desk, and "jon", who does not; "@" is direct messages. "press LABEL" presses
// the last message's button of that name, whoever it was shown to.
func TestConversations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	stocked := stockedFile(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, stocked, string(archive.Files[0].Data))
			if os.Getenv("UPDATE") != "" {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(archive.Files[1].Data); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][2]string{
		"/brief korea-trade": {"brief", "korea-trade"}, "korea trade": {"brief", "korea trade"}, "/brief subscribe korea daily 8:00": {"subscribe", "korea daily 8:00"},
		"subscribe korea": {"subscribe", "korea"}, "/subscriptions": {"subscriptions", ""}, "help": {"help", ""}, "help me understand korea": {"brief", "help me understand korea"},
		"/nonsense x": {"nonsense", "x"}, "": {"brief", ""}, "/brief": {"brief", ""}, "/brief help": {"help", ""}, "sources of energy": {"brief", "sources of energy"},
	} {
		if c, a := command.Parse(line); c != want[0] || a != want[1] {
			t.Errorf("Parse(%q) = %q, %q; want %q", line, c, a, want)
		}
	}
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	h := command.New(command.Options{Reader: reader{}, Store: storetest.SQLite(t), Log: slog.New(slog.DiscardHandler)})
	for field, want := range map[string]string{"query": "seou-trade", "zone": "Asia/Seoul"} {
		got := h.Complete(t.Context(), bot.Request{Now: time.Now()}, field, "seou")
		if len(got) != 1 || got[0].Value != want {
			t.Errorf("Complete(%s) = %v", field, got)
		}
	}
	if got := h.Complete(t.Context(), bot.Request{}, "when", ""); len(got) == 0 || len(got) > 25 {
		t.Errorf("%d times offered", len(got))
	}
}

func TestSpecsFitThePlatforms(t *testing.T) {
	t.Parallel()
	for _, s := range command.Specs() {
		for lang, text := range s.Summary {
			if n := len([]rune(text)); n == 0 || n > 100 {
				t.Errorf("%s has %d runes in %s", s.Name, n, lang)
			}
		}
		for _, lang := range bot.Languages() {
			if s.Summary[lang] == "" {
				t.Errorf("%s has no summary in %s", s.Name, lang)
			}
			for _, f := range s.Fields {
				if n := len([]rune(f.Summary[lang])); n == 0 || n > 100 {
					t.Errorf("%s %s has %d runes in %s", s.Name, f.Name, n, lang)
				}
			}
		}
	}
}
