package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// hostile is what people and feeds try, and what breaks markup by accident.
func hostile() []string {
	return []string{
		"<!here>", "<!channel>", "<!everyone>", "<@U012AB3CD>", "<!subteam^S012AB3CD|x>", "<#C012AB3CD|general>", "<#C012AB3CD>", "see /subscriptions.", "/brief", "@here", "@everyone", "#general",
		"<https://evil.example|Reuters>", "<mailto:a@b.c>", "&lt;!here&gt;", "&amp;lt;", "&", "*bold*", "_it_", "~no~", "`code`", "```", "> quote", ":tada:", ":100:",
		"|", "\\", "\"", "\x00", "\x1b[31m", "\n", "\r\n", "\u2028", "\u202e", "\u200d", "e\u0301", "👩‍👩‍👧‍👦", "한국 무역", "中国", "שלום", "\xff\xfe", "<!date^1^{date}|x>", "a_b_c", "\ue000",
	}
}

func anyText(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return ""
		case 1: // one character over and over: the worst for escaping and for JSON
			return strings.Repeat(rapid.SampledFrom([]string{"&", "\"", "<", "*", "한", "a", "\\", "👩‍👩‍👧‍👦", "a b"}).Draw(t, "unit"), rapid.IntRange(1, most).Draw(t, "times"))
		case 2, 3, 4:
			parts := rapid.SliceOfN(rapid.SampledFrom(hostile()), 1, 12).Draw(t, "hostile")
			return strings.Join(parts, rapid.SampledFrom([]string{"", " ", "x"}).Draw(t, "between"))
		}
		return rapid.StringN(0, 60, 240).Draw(t, "text")
	})
}

func anyURL() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		base := rapid.SampledFrom([]string{"", "https://example.org/a", "http://example.org/?q=", "javascript:alert(1)", "https://user:pw@example.org/", "https://한국.example/뉴스?a=b&c=d#e", "//x", "mailto:a@b"}).Draw(t, "base")
		if base == "" {
			return ""
		}
		return base + anyText(3000).Draw(t, "rest")
	})
}

func anySpan() *rapid.Generator[bot.Span] {
	return rapid.Custom(func(t *rapid.T) bot.Span {
		s := bot.Span{Text: anyText(6000).Draw(t, "text"), Bold: rapid.Bool().Draw(t, "bold"), Italic: rapid.Bool().Draw(t, "italic")}
		switch rapid.IntRange(0, 7).Draw(t, "look") {
		case 4:
			s.Place = digest.Destination{Platform: rapid.SampledFrom([]string{Platform, "discord", ""}).Draw(t, "platform"), Direct: rapid.Bool().Draw(t, "direct"),
				Channel: rapid.SampledFrom([]string{"C012AB3CD", "G012", "C0>|<!here", "U012AB3CD", "", "c0", "C" + strings.Repeat("0", 40)}).Draw(t, "channel")}
		case 0:
			s.URL = anyURL().Draw(t, "url")
		case 1:
			s.Time = anyTime().Draw(t, "time")
		case 2:
			s.Command = anyText(50).Draw(t, "command")
		case 3:
			s.Code = true
		}
		return s
	})
}

func anyTime() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(-1e10, 1e11).Draw(t, "unix"), 0)
	})
}

func anyLines(most int) *rapid.Generator[[]bot.Text] {
	return rapid.SliceOfN(rapid.Map(rapid.SliceOfN(anySpan(), 0, 6), func(s []bot.Span) bot.Text { return s }), 0, most)
}

func anyAction() *rapid.Generator[bot.Action] {
	return rapid.Custom(func(t *rapid.T) bot.Action {
		a := bot.Action{ID: anyText(300).Draw(t, "id"), Label: anyText(200).Draw(t, "label"), Confirm: anyText(500).Draw(t, "confirm"),
			Style: rapid.SampledFrom([]bot.Style{bot.Plain, bot.Primary, bot.Danger, "odd"}).Draw(t, "style")}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			a.URL = anyURL().Draw(t, "url")
		case 1:
			for range rapid.SampledFrom([]int{1, 2, 3, 110}).Draw(t, "options") {
				a.Options = append(a.Options, bot.Option{Label: anyText(90).Draw(t, "label"), Value: anyText(80).Draw(t, "value"), Hint: anyText(90).Draw(t, "hint")})
			}
		}
		return a
	})
}

func anyItem() *rapid.Generator[bot.Item] {
	return rapid.Custom(func(t *rapid.T) bot.Item {
		texts := func(most, size int, name string) []string {
			return rapid.SliceOfN(anyText(size), 0, most).Draw(t, name)
		}
		return bot.Item{
			Label: anyText(100).Draw(t, "label"), Title: anyText(4000).Draw(t, "title"), URL: anyURL().Draw(t, "url"), Change: anyText(900).Draw(t, "change"),
			Summary: texts(4, 4000, "summary"), Sources: texts(14, 200, "sources"), More: rapid.IntRange(0, 9).Draw(t, "more"), Time: anyTime().Draw(t, "time"),
			Places: texts(30, 20, "places"), Topics: texts(14, 90, "topics"), Why: texts(12, 3000, "why"),
			Actions: rapid.SliceOfN(anyAction(), 0, 4).Draw(t, "actions"),
		}
	})
}

func anyMessage() *rapid.Generator[bot.Message] {
	return rapid.Custom(func(t *rapid.T) bot.Message {
		m := bot.Message{Title: bot.Text{{Text: "T"}}, Lang: rapid.SampledFrom([]string{"", "en", "ko", "xx"}).Draw(t, "lang"), Zone: "Asia/Seoul", At: anyTime().Draw(t, "at"), ShowWhy: rapid.Bool().Draw(t, "why")}
		m.Title = append(m.Title, rapid.SliceOfN(anySpan(), 0, 3).Draw(t, "title")...)
		m.Lead = anyLines(3).Draw(t, "lead")
		for range rapid.IntRange(0, 2).Draw(t, "sections") {
			m.Sections = append(m.Sections, bot.Section{Title: anyText(400).Draw(t, "heading"), Lines: anyLines(3).Draw(t, "lines"),
				Items: rapid.SliceOfN(anyItem(), 0, 3).Draw(t, "items"), Actions: rapid.SliceOfN(anyAction(), 0, 3).Draw(t, "buttons")})
		}
		m.Tail, m.Notes, m.Footer = anyLines(2).Draw(t, "tail"), anyLines(2).Draw(t, "notes"), anyLines(2).Draw(t, "footer")
		m.Actions = rapid.SliceOfN(anyAction(), 0, 12).Draw(t, "actions")
		return m
	})
}

// TestAnyMessageKeepsEveryLimit is the promise of Render: whatever is in a
// message, each part is within every limit and mentions nobody.
func TestAnyMessageKeepsEveryLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := anyMessage().Draw(t, "message")
		parts, err := Render(m)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Render(m)
		for i, p := range parts {
			if err := Validate(p); err != nil {
				t.Fatalf("part %d of %d: %v\n%s", i+1, len(parts), err, p)
			}
			if named := channelNames().FindAll(p, -1); len(named) > 0 && !strings.Contains(fmt.Sprintf("%#v", m), `Platform:"slack"`) {
				t.Fatalf("part %d names channels %q, of which the message has none", i+1, named)
			}
			if !bytes.Equal(p, again[i]) {
				t.Fatalf("part %d differs when rendered again", i+1)
			}
		}
		countStories(t, m, parts)
	})
}

// channelNames are what Slack shows as a channel's name.
func channelNames() *regexp.Regexp {
	return regexp.MustCompile(`"type":"channel"|"type":"mrkdwn","text":"[^"]*<#`)
}

// countStories checks that each story is in exactly one part, with its
// headline and link both in the blocks and in the plain words.
func countStories(t *rapid.T, m bot.Message, parts [][]byte) {
	r := renderer{command: DefaultCommand, commands: Words(), words: bot.WordsIn(m.Lang), surface: messageSurface()}
	var texts []string
	for _, p := range parts {
		var pl payload
		if err := json.Unmarshal(p, &pl); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, squeeze(pl.Text))
	}
	for _, s := range m.Sections {
		for _, it := range s.Items {
			it = r.tidyItem(it)
			in := 0
			for _, text := range texts {
				if strings.Contains(text, squeeze(escape(it.Title))) && strings.Contains(text, escape(it.URL)) {
					in++
				}
			}
			if in == 0 {
				t.Fatalf("story %q (%s) is in the words of no part", it.Title, it.URL)
			}
		}
	}
}

// squeeze takes out what shows as nothing or as space, which lines are broken at.
func squeeze(s string) string { return strings.NewReplacer(" ", "", "\u200d", "").Replace(s) }

// TestStoriesAreNeverSplit marks each story and looks where its marks are.
func TestStoriesAreNeverSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var m bot.Message
		n := rapid.IntRange(1, 40).Draw(t, "stories")
		size := rapid.IntRange(0, 300).Draw(t, "size")
		for i := range n {
			mark := fmt.Sprintf("story%dx", i)
			m.Sections = append(m.Sections, bot.Section{Title: fmt.Sprint("Section ", i/3), Items: []bot.Item{{
				Title: mark + "a", URL: "https://example.org/" + mark, Summary: []string{strings.Repeat("word ", size) + mark + "b"},
				Sources: []string{mark + "c", "Other"}, Actions: []bot.Action{{ID: "v1:why:" + mark, Label: "Why"}}}}})
		}
		parts, err := Render(m)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			mark, in := fmt.Sprintf("story%dx", i), 0
			for _, p := range parts {
				if bytes.Contains(p, []byte(mark)) {
					in++
					for _, want := range []string{mark + "a", mark + "c", "v1:why:" + mark} {
						if !bytes.Contains(p, []byte(want)) {
							t.Fatalf("%s is not where its story is", want)
						}
					}
				}
			}
			if in != 1 {
				t.Fatalf("story %d is in %d of %d parts", i, in, len(parts))
			}
		}
	})
}

// TestLiteralIsRead checks the one escape against a small reading of Slack's
// rules: what a client shows is what was given.
func TestLiteralIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyText(300).Draw(t, "text")
		got := literal(s)
		shown := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(strings.ReplaceAll(got, joiner, ""))
		if want := strings.ReplaceAll(clean(s), joiner, ""); shown != want {
			t.Fatalf("shown %q, want %q", shown, want)
		}
		if strings.ContainsAny(got, "<>") || badEntities(got) {
			t.Fatalf("not escaped: %q", got)
		}
		if !utf8.ValidString(got) {
			t.Fatalf("not UTF-8: %q", got)
		}
	})
}

// TestCutKeepsTheLimit cuts anything anywhere.
func TestCutKeepsTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, limit := anyText(500).Draw(t, "text"), rapid.IntRange(1, 400).Draw(t, "limit")
		got := cut(clean(s), limit)
		if utf8.RuneCountInString(got) > limit {
			t.Fatalf("%d characters, more than %d", utf8.RuneCountInString(got), limit)
		}
		if !strings.HasPrefix(clean(s), strings.TrimSuffix(got, "…")) {
			t.Fatalf("%q is no head of %q", got, s)
		}
		if got := cutEscaped(clean(s), limit+10); utf8.RuneCountInString(escape(got)) > limit+10 {
			t.Fatalf("escaped %d characters, more than %d", utf8.RuneCountInString(escape(got)), limit+10)
		}
	})
}

// TestAnyURLIsSafe checks that what survives is http or https and ends no link.
func TestAnyURLIsSafe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got := safeURL(anyURL().Draw(t, "url"))
		if got == "" {
			return
		}
		v := &validator{}
		v.link(got, maxLink)
		v.markup("<" + escape(got) + "|x>")
		if len(v.problems) > 0 {
			t.Fatalf("%q: %v", got, v.problems)
		}
		if safeURL(got) != got {
			t.Fatalf("encoded twice: %q, %q", got, safeURL(got))
		}
	})
}
