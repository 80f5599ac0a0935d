package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// pages holds the templates.
type pages struct{ t *template.Template }

func loadPages() (*pages, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"safe":    safeURL,
		"meta":    func(m bot.Message, it bot.Item) bot.Text { return m.Meta(it) },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"string":  func(t bot.Text) string { return t.String() },
		"deeper":  func(level int) int { return level + 1 },
		"piece":   func(m *bot.Message, level int) piece { return piece{*m, level} },
		"story":   func(m bot.Message, it bot.Item, level int) storyPiece { return storyPiece{m, it, level} },
		"open":    func(level int) template.HTML { return template.HTML("<h" + strconv.Itoa(level) + ">") },  //nolint:gosec // a number
		"shut":    func(level int) template.HTML { return template.HTML("</h" + strconv.Itoa(level) + ">") }, //nolint:gosec // a number
		"why":     func(lang string) string { return bot.WordsIn(lang).Say("Why this?") },
		"buttons": func(m bot.Message, a []bot.Action) buttons { return buttons{a, bot.WordsIn(m.Lang).Say("Go")} },
		"tongue":  tongue,
		"count":   func(lang string, n int) string { return bot.WordsIn(lang).Say("%d articles", n) },
		"join":    func(s []string) string { return strings.Join(s, " ") },
	}).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	return &pages{t}, nil
}

// piece is a message at a heading level.
type piece struct {
	M     bot.Message
	Level int
}

// storyPiece is a story of a message at a heading level.
type storyPiece struct {
	M     bot.Message
	It    bot.Item
	Level int
}

// buttons are some of a message's, with the word on those that choose.
type buttons struct {
	A  []bot.Action
	Go string
}

// safeURL passes web addresses alone; anything else becomes no link.
func safeURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https" && !strings.HasPrefix(raw, "/")) || strings.HasPrefix(raw, "//") {
		return ""
	}
	return u.String()
}

// HTML is a message as one page that needs nothing else: what the command
// line prints for --format html.
func HTML(m bot.Message) ([]byte, error) {
	p, err := loadPages()
	if err != nil {
		return nil, err
	}
	css, err := files.ReadFile("static/style.css")
	if err != nil {
		return nil, fmt.Errorf("read style: %w", err)
	}
	m.Actions = nil
	var out bytes.Buffer
	err = p.t.ExecuteTemplate(&out, "alone", map[string]any{"Message": &m, "Style": template.CSS(css), "Lang": lang(m)}) //nolint:gosec // our own file
	return out.Bytes(), err
}

func lang(m bot.Message) string {
	if m.Lang == "" {
		return "en"
	}
	return m.Lang
}

// Platform is the page as a destination: an edition is posted to it by being
// there. What is delivered is the message itself, which the page renders.
type Platform struct{}

// Name is the word in a destination.
func (Platform) Name() string { return "web" }

// Render keeps the message whole.
func (Platform) Render(m bot.Message) ([][]byte, error) {
	b, err := json.Marshal(m)
	return [][]byte{b}, err
}

// Send has nothing to do: the ledger row is what the page reads.
func (Platform) Send(_ context.Context, p bot.Post) (string, error) { return "page/" + p.Key, nil }

// RepeatWindow is without end: a page shows an edition once however often it
// is delivered.
func (Platform) RepeatWindow() time.Duration { return 1 << 62 }
