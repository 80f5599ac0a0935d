package discord

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/daybrief/daybrief/bot"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                        "",
		"plain words 한국":          "plain words 한국",
		"@everyone":               `\@everyone`,
		"<@1> <#2> <t:3:R>":       `\<\@1\> \<\#2\> \<t\:3\:R\>`,
		"[a](http://b)":           `\[a\]\(http\://b\)`,
		"a\nb\r\n\tc\u2028d":      "a b   c d",
		"\u202eevil\u2066\x00":    "evil",
		"a\u200db \u3164c\xff":    "a\u200db c",
		`\*`:                      `\\\*`,
		"e\u0301\U000e0041\u00ad": "e\u0301",
		"\ufdd0\U0010ffff\ue000":  "",
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSafeURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://example.org/a b>c)?q=\"x\"": "https://example.org/a%20b%3Ec%29?q=%22x%22",
		"http://한국.example/무역":               "http://xn--3e0b707e.example/%EB%AC%B4%EC%97%AD",
		"https://[2001:db8::1]:8080/a":       "https://[2001:db8::1]:8080/a",
		"javascript:alert(1)":                "",
		"https:example.org":                  "",
		"//example.org":                      "",
		"https://discord.com@evil.example/":  "",
		"https://e.example\\@x/":             "",
		"https://e x.example/":               "",
		"ftp://example.org":                  "",
		"":                                   "",
	} {
		if got := safeURL(in, 1000); got != want {
			t.Errorf("safeURL(%q) = %q, want %q", in, got, want)
		}
	}
	if safeURL("https://example.org/"+strings.Repeat("a", 500), 512) != "" {
		t.Error("too long and taken")
	}
}

func TestMarkup(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	w := writer{at: at, commands: map[string]string{"help": "42"}}
	for _, c := range []struct {
		in   bot.Text
		want string
	}{
		{bot.Text{bot.B(" a "), bot.B("b")}, "**a** **b**"},
		{bot.Text{bot.B("a"), bot.B("b")}, "**a**\u200c**b**"},
		{bot.Text{{Text: "a", Bold: true, Italic: true}}, "***a***"},
		{bot.Text{{Text: "a", Code: true}, {Text: "b`", Code: true}}, "`a`\u200c`b'`"},
		{bot.Text{{Text: "x", URL: "https://e.example/)"}}, "[x](<https://e.example/%29>)"},
		{bot.Text{{Text: "x", URL: "data:x"}}, "x"},
		{bot.Text{{Text: "\u200b", URL: "https://e.example/"}}, ""},
		{bot.Text{{Text: "2 h ago", Time: at.Add(-2 * time.Hour)}}, "<t:1795500000:R>"},
		{bot.Text{{Text: "then", Time: at.Add(-48 * time.Hour)}}, "<t:1795334400:f>"},
		{bot.Text{{Text: "soon", Time: at.Add(time.Hour)}}, "<t:1795510800:f>"},
		{bot.Text{{Text: "never", Time: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}}, "never"},
		{bot.Text{{Text: "/help", Command: "help"}}, "</help:42>"},
		{bot.Text{{Text: "sport", Command: "brief sport"}}, "`/brief sport`"},
		{bot.Text{{Text: "Ask [me]", Command: "help"}}, "Ask \\[me\\] \\(`/help`\\)"},
		{bot.Text{bot.S("12. twelve")}, "12\\. twelve"},
		{bot.Text{bot.S("  \u3164 ")}, ""},
	} {
		if got := w.line(c.in); got != c.want {
			t.Errorf("%v: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestThreadNameIsReadBack(t *testing.T) {
	t.Parallel()
	for _, title := range []string{"Korea desk · Tuesday 24 November", "*A* [b](c) 1/2 <@3>", "1. 한국 무역", strings.Repeat("long ", 40)} {
		m := bot.Message{Title: bot.Text{bot.B(title)}}
		for range 40 {
			m.Sections = append(m.Sections, bot.Section{Items: []bot.Item{{Title: strings.Repeat("x", 200), Summary: []string{strings.Repeat("word ", 100)}}}})
		}
		for _, look := range []Look{Components, Embeds} {
			parts, err := (&Adapter{opts: Options{Look: look}}).Render(m)
			if err != nil || len(parts) < 2 {
				t.Fatalf("%d parts, %v", len(parts), err)
			}
			want := clip(strings.TrimSpace(title), 80)
			for i, p := range parts {
				if got := threadName(p); got != want {
					t.Errorf("%s part %d: %q, want %q", look, i, got, want)
				}
			}
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := escape(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\t\x00") {
			t.Fatalf("%q", got)
		}
		if rest := literal.ReplaceAllString(got, ""); strings.ContainsAny(rest, escaped) {
			t.Fatalf("%q acts in %q", rest, got)
		}
		if escape(unmark(got)) != got {
			t.Fatalf("%q is not read back: %q", got, unmark(got))
		}
	})
}

func FuzzSafeURL(f *testing.F) {
	for _, s := range []string{"https://example.org/a?b#c", "http://한국.example:80/", "javascript:x", "https://a@b/", "https://[::1]/>", "https://e.example/%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := safeURL(s, 512)
		if got == "" {
			return
		}
		if len(got) > 512 || !strings.HasPrefix(got, "http") || strings.ContainsAny(got, "<>() \n\"\\`|") || strings.ContainsFunc(got, func(r rune) bool { return r > '~' || r <= ' ' }) {
			t.Fatalf("%q", got)
		}
	})
}

func FuzzRender(f *testing.F) {
	f.Add("title", "https://example.org/", "summary")
	f.Fuzz(func(t *testing.T, title, url, summary string) {
		m := bot.Message{Title: bot.T(title), Lead: []bot.Text{{{Text: summary, URL: url}}},
			Sections: []bot.Section{{Title: summary, Items: []bot.Item{{Title: title, URL: url, Summary: []string{summary}, Sources: []string{title}}}}},
			Actions:  []bot.Action{{ID: "v1:" + title, Label: summary}, {Label: title, URL: url}}}
		for _, look := range []Look{Components, Embeds} {
			parts, err := (&Adapter{opts: Options{Look: look}}).Render(m)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range parts {
				if err := Validate(p); err != nil {
					t.Fatalf("%v\n%s", err, p)
				}
				_ = threadName(p)
			}
		}
	})
}

func FuzzValidate(f *testing.F) {
	f.Add([]byte(`{"flags":32768,"components":[{"type":10,"content":"x"}],"allowed_mentions":{"parse":[]}}`))
	f.Add([]byte(`{"content":"x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = Validate(data)
		_ = ValidateCommands(data)
		_, _ = withoutLinks(data)
		_ = withoutButtons(data)
		_ = splice(data, map[string]any{"nonce": "x"})
		_ = threadName(data)
	})
}

func BenchmarkRenderDigest(b *testing.B) {
	m := bot.Message{Title: bot.T("Korea desk"), At: time.Unix(1795507200, 0)}
	for range 3 {
		s := bot.Section{Title: "Trade"}
		for range 7 {
			s.Items = append(s.Items, bot.Item{Title: "Seoul and Washington still apart on the $350 billion pledge", URL: "https://example.org/a",
				Summary: []string{strings.Repeat("Seoul offers loans and guarantees. ", 8)}, Sources: []string{"Wire", "Other"}, Time: time.Unix(1795500000, 0)})
		}
		m.Sections = append(m.Sections, s)
	}
	a := &Adapter{opts: Options{Look: Components}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Render(m); err != nil {
			b.Fatal(err)
		}
	}
}
