package discord

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/bot"
)

// nasty are pieces that have broken renderers: mentions, links, marks that
// begin a line, characters that hide or turn, long words without a break.
var nasty = []string{
	"@everyone", "@here", "<@123>", "<@&123>", "<#123>", "</brief:1>", "<t:1:R>", "<:x:1>", "https://evil.example/x", "discord.gg/abc",
	"[a](<http://e.example>)", "**b**", "__u__", "`c`", "```", "||s||", "> q", ">>> q", "# h", "-# s", "- l", "1. l", "+ l", "\\", "\\*", "\n", "\r\n",
	"\u2028", "\u202e", "\u2066", "\u200b", "\u200d", "\u0000", "\ufeff", "\U000e0041", "한국 무역", "👩‍👩‍👧‍👦", "é", "\xff", "﷽", "\u3164", strings.Repeat("가", 300), strings.Repeat("*", 200), strings.Repeat("a", 900), " ",
}

func anyText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(nasty)), 0, 6).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

func anyURL() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		scheme := rapid.SampledFrom([]string{"http://", "https://", "javascript:", "HTTPS://u@", "", "data:"}).Draw(t, "scheme")
		host := rapid.SampledFrom([]string{"example.org", "한국.example", "[::1]:80", "e.example>)", ""}).Draw(t, "host")
		return scheme + host + "/" + anyText().Draw(t, "path")
	})
}

func anySpan() *rapid.Generator[bot.Span] {
	return rapid.Custom(func(t *rapid.T) bot.Span {
		s := bot.Span{Text: anyText().Draw(t, "text"), Bold: rapid.Bool().Draw(t, "bold"), Italic: rapid.Bool().Draw(t, "italic")}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			s.URL = anyURL().Draw(t, "url")
		case 1:
			s.Time = time.Unix(rapid.Int64().Draw(t, "unix"), 0)
		case 2:
			s.Command = anyText().Draw(t, "command")
		case 3:
			s.Code = true
		}
		return s
	})
}

func anyLine() *rapid.Generator[bot.Text] {
	return rapid.Custom(func(t *rapid.T) bot.Text { return rapid.SliceOfN(anySpan(), 0, 4).Draw(t, "spans") })
}

func lines(n int) *rapid.Generator[[]bot.Text] { return rapid.SliceOfN(anyLine(), 0, n) }

func anyAction() *rapid.Generator[bot.Action] {
	return rapid.Custom(func(t *rapid.T) bot.Action {
		a := bot.Action{ID: bot.ActionID("verb", anyText().Draw(t, "arg")), Label: anyText().Draw(t, "label")}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			a.URL = anyURL().Draw(t, "url")
		case 1:
			a.Options = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bot.Option {
				return bot.Option{Label: anyText().Draw(t, "option"), Value: anyText().Draw(t, "value"), Hint: anyText().Draw(t, "hint")}
			}), 0, 40).Draw(t, "options")
		case 2:
			a.Style, a.Confirm = bot.Danger, anyText().Draw(t, "confirm")
		}
		return a
	})
}

func anyItem() *rapid.Generator[bot.Item] {
	return rapid.Custom(func(t *rapid.T) bot.Item {
		text := anyText()
		return bot.Item{
			StoryID: int64(rapid.IntRange(1, 1000).Draw(t, "id")), Label: text.Draw(t, "label"), Title: text.Draw(t, "title"),
			URL: anyURL().Draw(t, "url"), Change: text.Draw(t, "change"), Summary: rapid.SliceOfN(text, 0, 3).Draw(t, "summary"),
			Sources: rapid.SliceOfN(text, 0, 4).Draw(t, "sources"), More: rapid.IntRange(-1, 9).Draw(t, "more"),
			Time: time.Unix(rapid.Int64().Draw(t, "time"), 0), Places: rapid.SliceOfN(text, 0, 3).Draw(t, "places"),
			Topics: rapid.SliceOfN(text, 0, 3).Draw(t, "topics"), Sample: rapid.Bool().Draw(t, "sample"),
			Actions: rapid.SliceOfN(anyAction(), 0, 12).Draw(t, "actions"),
		}
	})
}

func anyMessage() *rapid.Generator[bot.Message] {
	return rapid.Custom(func(t *rapid.T) bot.Message {
		section := rapid.Custom(func(t *rapid.T) bot.Section {
			return bot.Section{Title: anyText().Draw(t, "title"), Lines: lines(4).Draw(t, "lines"),
				Items: rapid.SliceOfN(anyItem(), 0, 9).Draw(t, "items"), Actions: rapid.SliceOfN(anyAction(), 0, 7).Draw(t, "actions")}
		})
		return bot.Message{
			Title: anyLine().Draw(t, "title"), Lead: lines(3).Draw(t, "lead"), Sections: rapid.SliceOfN(section, 0, 4).Draw(t, "sections"),
			Tail: lines(2).Draw(t, "tail"), Notes: lines(2).Draw(t, "notes"), Footer: lines(2).Draw(t, "footer"),
			Actions: rapid.SliceOfN(anyAction(), 0, 30).Draw(t, "actions"), Lang: rapid.SampledFrom([]string{"", "en", "ko", "xx-!"}).Draw(t, "lang"),
			At: time.Unix(1795507200, 0), Zone: rapid.SampledFrom([]string{"", "Asia/Seoul", "Nowhere/No"}).Draw(t, "zone"),
		}
	})
}

func TestRenderKeepsEveryLimitForAnyText(t *testing.T) {
	t.Parallel()
	for _, look := range []Look{Components, Embeds} {
		t.Run(string(look), rapid.MakeCheck(func(t *rapid.T) {
			a := &Adapter{opts: Options{Look: look}}
			m := anyMessage().Draw(t, "message")
			parts, err := a.Render(m)
			if err != nil {
				if len(a.blocksForTest(m)) > 0 {
					t.Fatalf("render: %v", err)
				}
				return
			}
			again, _ := a.Render(m)
			for i, p := range parts {
				if err := Validate(p); err != nil {
					t.Fatalf("part %d: %v\n%s", i, err, p)
				}
				if string(again[i]) != string(p) {
					t.Fatalf("part %d differs the second time", i)
				}
				checkText(t, p)
			}
		}))
	}
}

func (a *Adapter) blocksForTest(m bot.Message) []block { return writer{at: m.At}.blocks(m) }

// ours are the constructs that the renderer makes itself; what is left of a
// text without them must not hold any construct at all.
var (
	ourLink   = regexp.MustCompile(`\]\(<(https?://[!-;=?-Z\[\]_a-z~]+)>\)`)
	ourStamp  = regexp.MustCompile(`<t:-?\d+:[Rf]>`)
	literal   = regexp.MustCompile("\\\\[^0-9A-Za-z\\s]|`[^`\n]+`") // an escape, or code; whichever begins first
	ourPrefix = regexp.MustCompile(`(?m)^(##|###|-#) `)
	ourList   = regexp.MustCompile(`(?m)^\s*(\d+\.|\+)`)
	ourLooks  = regexp.MustCompile(`\*{1,3}|\[`)
)

// checkText proves that nothing in a part acts that the renderer did not
// mean to act, and that the budgets are kept.
func checkText(t *rapid.T, part []byte) {
	var p payload
	if err := json.Unmarshal(part, &p); err != nil {
		t.Fatal(err)
	}
	text := visibleText(p)
	for _, r := range text {
		if r != '\n' && r != ' ' && drop(r) != r {
			t.Fatalf("character %U survives in %q", r, text)
		}
	}
	rest := literal.ReplaceAllString(text, "x")
	rest = ourLink.ReplaceAllString(rest, "")
	rest = ourStamp.ReplaceAllString(rest, "")
	rest = ourPrefix.ReplaceAllString(rest, "")
	rest = ourLooks.ReplaceAllString(rest, "")
	if i := strings.IndexAny(rest, escaped); i >= 0 {
		t.Fatalf("%q acts in %q (of %q)", rest[i], rest, text)
	}
	if l := ourList.FindString(ourPrefix.ReplaceAllString(text, "")); l != "" {
		t.Fatalf("a list begins in %q of %q", l, text)
	}
	checkBudget(t, p)
}

func checkBudget(t *rapid.T, p payload) {
	c := costOf(p.Components)
	if p.Flags&flagComponentsV2 != 0 && !c.fits() {
		t.Fatalf("over budget: %+v", c)
	}
	embeds := 0
	for _, e := range p.Embeds {
		embeds += units(e.Title) + units(e.Description)
	}
	if embeds > budgetEmbedAll || units(p.Content) > budgetContent {
		t.Fatalf("over budget: embeds %d, content %d", embeds, units(p.Content))
	}
}

func TestNoStoryIsSplitOrLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var m bot.Message
		n := 0
		for s := range rapid.IntRange(1, 4).Draw(t, "sections") {
			sec := bot.Section{Title: fmt.Sprintf("Section %d", s)}
			for range rapid.IntRange(1, 14).Draw(t, "items") {
				n++
				sec.Items = append(sec.Items, bot.Item{Title: fmt.Sprintf("begin%d;", n) + strings.Repeat("가나", rapid.IntRange(0, 60).Draw(t, "pad")),
					URL: "https://example.org/" + strings.Repeat("x", rapid.IntRange(1, 600).Draw(t, "url")), Topics: []string{fmt.Sprintf("end%d;", n)},
					Summary: []string{strings.Repeat("무역 ", rapid.IntRange(0, 200).Draw(t, "summary"))}})
			}
			m.Sections = append(m.Sections, sec)
		}
		for _, look := range []Look{Components, Embeds} {
			parts, err := (&Adapter{opts: Options{Look: look}}).Render(m)
			if err != nil {
				t.Fatal(err)
			}
			checkWhole(t, parts, n)
		}
	})
}

func checkWhole(t *rapid.T, parts [][]byte, n int) {
	for i := 1; i <= n; i++ {
		found := 0
		for _, p := range parts {
			begin, end := strings.Contains(string(p), fmt.Sprintf("begin%d;", i)), strings.Contains(string(p), fmt.Sprintf("end%d;", i))
			if begin != end {
				t.Fatalf("story %d is split", i)
			}
			if begin {
				found++
			}
		}
		if found != 1 {
			t.Fatalf("story %d stands in %d parts", i, found)
		}
	}
}
