// Package bottest has a platform that records instead of posting, whose
// failures a test chooses, and the suite that every platform passes.
//
// It is imported by tests alone.
package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// Platform is a fake: it renders a message into one part for each section and
// remembers what became visible.
type Platform struct {
	PlatformName string
	Window       time.Duration // of idempotency by key; 0 for none

	mu      sync.Mutex
	visible map[string][]string // by destination: keys in the order they became visible
	script  []Outcome
	refs    map[string]string // by key
	under   map[string]string // by key: what it was posted under
	early   int               // how often it is too early to tell what was posted
	shown   chan struct{}     // closed and made anew when something becomes visible
}

// Outcome is what the fake does with one post.
type Outcome struct {
	Err   *bot.SendError // nil: confirmed
	Shows bool           // with Err: it became visible all the same
}

// NewPlatform makes a fake with a name.
func NewPlatform(name string) *Platform {
	return &Platform{PlatformName: name, visible: map[string][]string{}, refs: map[string]string{}, under: map[string]string{}, shown: make(chan struct{})}
}

// Script queues what happens to the next posts; after them all succeed.
func (p *Platform) Script(outcomes ...Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = append(p.script, outcomes...)
}

// Visible lists the keys that people see at a destination, in order.
func (p *Platform) Visible(to digest.Destination) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.visible[to.String()]...)
}

// Under is the reference that a visible post was posted under.
func (p *Platform) Under(key string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.under[key]
}

// Early has the next n looks for a post fail, as ones that come too early do.
func (p *Platform) Early(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.early = n
}

// Name is the platform's name.
func (p *Platform) Name() string { return p.PlatformName }

// Render makes one part of the head and one of each section.
func (p *Platform) Render(m bot.Message) ([][]byte, error) {
	parts := []bot.Message{{Title: m.Title, Lead: m.Lead, Lang: m.Lang, At: m.At, Zone: m.Zone, Silent: m.Silent}}
	for _, s := range m.Sections {
		parts = append(parts, bot.Message{Sections: []bot.Section{s}, Lang: m.Lang, At: m.At, Zone: m.Zone, Silent: m.Silent})
	}
	last := &parts[len(parts)-1]
	last.Tail, last.Notes, last.Footer, last.Actions = m.Tail, m.Notes, m.Footer, m.Actions
	var out [][]byte
	for _, part := range parts {
		b, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// Send does what the script says.
func (p *Platform) Send(_ context.Context, post bot.Post) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := Outcome{}
	if len(p.script) > 0 {
		next, p.script = p.script[0], p.script[1:]
	}
	if next.Err == nil || next.Shows {
		p.show(post)
	}
	if next.Err != nil {
		return "", next.Err
	}
	return p.refs[post.Key], nil
}

func (p *Platform) show(post bot.Post) {
	if p.refs[post.Key] != "" && p.Window > 0 {
		return
	}
	to := post.To.String()
	p.visible[to] = append(p.visible[to], post.Key)
	p.under[post.Key] = post.ReplyTo
	p.refs[post.Key] = fmt.Sprintf("%s/%d", to, len(p.visible[to]))
	close(p.shown)
	p.shown = make(chan struct{})
}

// WaitVisible waits until n posts are visible at a destination and returns
// their keys. It fails the test after a minute.
func (p *Platform) WaitVisible(t testing.TB, to digest.Destination, n int) []string {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		p.mu.Lock()
		keys, shown := append([]string(nil), p.visible[to.String()]...), p.shown
		p.mu.Unlock()
		if len(keys) >= n {
			return keys
		}
		select {
		case <-shown:
		case <-deadline:
			t.Fatalf("%d of %d posts are visible at %s", len(keys), n, to)
		}
	}
}

// RepeatWindow is Window.
func (p *Platform) RepeatWindow() time.Duration { return p.Window }

// Findable is a Platform that can also look for a post.
type Findable struct {
	*Platform
	Blind bool // what was posted may not be read back
}

// Find looks for a post.
func (f Findable) Find(_ context.Context, post bot.Post) (string, error) {
	if f.Blind {
		return "", bot.ErrCannotLook
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.early > 0 {
		f.early--
		return "", errors.New("it is too early to tell")
	}
	return f.refs[post.Key], nil
}

// Message is one with something in each of its places, for tests of
// rendering. Its texts try to be more than text on every platform.
func Message() bot.Message {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	hostile := "<!channel> @everyone <@U1> *b* _i_ ~s~ `c` [x](http://evil.example) # h > q | & <b>"
	it := bot.Item{StoryID: 7, Label: "Update", Title: hostile, URL: "https://example.org/a|b?c=<d>&e=f g", Change: "named a date",
		Summary: []string{"First sentence. " + hostile, "둘째 문장입니다."}, Sources: []string{"Reuters <!here>", "Yonhap"}, More: 3,
		Time: at.Add(-2 * time.Hour), Places: []string{"KR", "US"}, Topics: []string{"trade"}}
	return bot.Message{Lang: "en", At: at, Zone: "Asia/Seoul",
		Title:    bot.Text{bot.B("Korea desk"), bot.S(" · Tuesday 24 November")},
		Lead:     []bot.Text{bot.T("9 stories from 212 articles by 31 sources, since Friday 08:00 KST")},
		Sections: []bot.Section{{Title: "Trade", Items: []bot.Item{it, it}}, {Title: "Central banks", Lines: []bot.Text{bot.T(hostile)}, Items: []bot.Item{it}}},
		Tail:     []bot.Text{{{Text: "Also:", Italic: true}, bot.S(" 5 more – "), {Text: "all of today's stories", URL: "https://news.example.org/"}}},
		Notes:    []bot.Text{bot.T("2 of 34 sources could not be read.")},
		Footer:   []bot.Text{{bot.S("You see this because Mina subscribed. Type "), {Text: "/brief help", Command: "brief help"}}},
		Actions: []bot.Action{{ID: bot.ActionID("why", "abc"), Label: "Why these?"}, {ID: bot.ActionID("stop", "1"), Label: "Unsubscribe", Style: bot.Danger, Confirm: "Stop it?"},
			{Label: "Open", URL: "https://news.example.org/"}},
	}
}

// Run is the suite that every platform passes. show returns the plain text of
// a payload as a person would read it there.
func Run(t *testing.T, p bot.Platform, show func(payload []byte) string) {
	t.Helper()
	t.Run("same message, same bytes", func(t *testing.T) {
		a, errA := p.Render(Message())
		b, errB := p.Render(Message())
		if errA != nil || errB != nil || len(a) == 0 || len(a) != len(b) {
			t.Fatalf("%d parts (%v), then %d (%v)", len(a), errA, len(b), errB)
		}
		for i := range a {
			if string(a[i]) != string(b[i]) {
				t.Errorf("part %d differs between two renderings", i)
			}
		}
	})
	t.Run("an empty message has a part or an error", func(t *testing.T) {
		if parts, err := p.Render(bot.Message{}); err == nil && len(parts) == 0 {
			t.Error("nothing to post and no error")
		}
	})
	t.Run("every story is told once", func(t *testing.T) { everyStoryOnce(t, p, show) })
}

func everyStoryOnce(t *testing.T, p bot.Platform, show func([]byte) string) {
	m := Message()
	m.Sections = nil
	for i := range 30 {
		it := bot.Item{StoryID: int64(i + 1), Title: fmt.Sprintf("Headline number %d ends here", i), URL: fmt.Sprintf("https://example.org/%d", i),
			Summary: []string{fmt.Sprintf("Summary number %d with some more words in it, as a story has them.", i)}, Sources: []string{"Wire"}, Time: m.At}
		if i%10 == 0 {
			m.Sections = append(m.Sections, bot.Section{Title: fmt.Sprintf("Section %d", i/10)})
		}
		s := &m.Sections[len(m.Sections)-1]
		s.Items = append(s.Items, it)
	}
	parts, err := p.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		in := 0
		for _, part := range parts {
			text := show(part)
			title, summary := contains(text, fmt.Sprintf("Headline number %d ends", i)), contains(text, fmt.Sprintf("Summary number %d with", i))
			if title != summary {
				t.Errorf("story %d is split over parts", i)
			}
			if title {
				in++
			}
		}
		if in != 1 {
			t.Errorf("story %d is told in %d parts", i, in)
		}
	}
}
