package slack

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
)

// FuzzRender renders any message: each part keeps every limit.
func FuzzRender(f *testing.F) {
	f.Add(`{"title":[{"text":"<!here>"}],"sections":[{"items":[{"title":"*b*","url":"https://example.org/|","summary":["&"]}]}]}`)
	f.Add(`{"actions":[{"id":"v1:a:b","label":"x","options":[{"label":"o","value":"1"}]}]}`)
	f.Fuzz(func(t *testing.T, data string) {
		var m bot.Message
		if json.Unmarshal([]byte(data), &m) != nil {
			return
		}
		parts, err := Render(m)
		if err != nil {
			return
		}
		for _, p := range parts {
			if err := Validate(p); err != nil {
				t.Errorf("%v\n%s", err, p)
			}
		}
	})
}

// FuzzValidate reads any bytes without a panic.
func FuzzValidate(f *testing.F) {
	f.Add([]byte(`{"text":"x","blocks":[{"type":"actions","elements":[{"type":"button"}]}],"unfurl_links":false,"unfurl_media":false}`))
	f.Add([]byte(`{"type":"modal","title":{"type":"plain_text","text":"t"},"blocks":[{"type":"input","element":{"type":"static_select","options":[1,null,{}]}}]}`))
	f.Add([]byte(`{"blocks":[[],1,"x",{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[null]}]}]}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_ = Validate(data)
		_ = ValidateView(data)
	})
}

// FuzzRead decodes any envelope, and asks all that is asked of one.
func FuzzRead(f *testing.F) {
	f.Add("interactive", []byte(`{"type":"block_actions","actions":[{"action_id":"v1:a:b","selected_option":{"value":"x"}}],"view":{"state":{"values":{"query":{"query":{}}}}}}`))
	f.Add("events_api", []byte(`{"event":{"type":"message","channel_type":"im","edited":1,"view":null}}`))
	f.Add("slash_commands", []byte(`{"is_enterprise_install":"maybe","text":"<@U1|x>"}`))
	f.Fuzz(func(_ *testing.T, kind string, data []byte) {
		d, err := read(envelope{kind: kind, payload: data})
		if err != nil {
			return
		}
		_, _, _ = d.key(), d.answersInAck(), d.inert(identity{User: "U0BOT"})
		if d.interaction != nil {
			_, _ = d.interaction.who(), formFields(d.interaction)
		}
	})
}

// FuzzPlainWords turns anything typed back into words of one line.
func FuzzPlainWords(f *testing.F) {
	for _, s := range []string{"<@U0BOT> korea trade?", "<https://a.b|c> &amp;lt;", "<!date^1^{x}|y>", "<<>>", "<|>", "a\x00b\nc", "<#C1|x> <!subteam^S1|@g>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plainWords(s, "U0BOT")
		if strings.ContainsAny(got, "\n\r\x00\x1b") || got != strings.TrimSpace(got) {
			t.Errorf("%q: got %q", s, got)
		}
		r := requestOf(Words(), got)
		if r.Command == "" {
			t.Errorf("%q: no command", s)
		}
	})
}

// FuzzVerify accepts no signature but the right one.
func FuzzVerify(f *testing.F) {
	now := time.Unix(1795474800, 0)
	f.Add("v0=00", "1795474800", []byte("x"))
	f.Add("", "", []byte(nil))
	f.Fuzz(func(t *testing.T, signature, stamp string, body []byte) {
		h := http.Header{}
		h.Set("X-Slack-Signature", signature)
		h.Set("X-Slack-Request-Timestamp", stamp)
		if verify("a secret", h, body, now) {
			t.Errorf("accepted %q at %q", signature, stamp)
		}
	})
}

// TestPlainWords reads what Slack sends as typed text.
func TestPlainWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<@U0BOT> korea   trade?":                   "korea trade?",
		"<@U0BOT|daybrief>: help":                   ": help",
		"x <#C0GENERAL|general>":                    "x slack:C0GENERAL",
		"for <@U0MINA>":                             "for slack:@U0MINA",
		"<!here> <!subteam^S1|@desk> <!everyone>":   "here @desk everyone",
		"<!date^1392734382^{date}|18 Feb>":          "18 Feb",
		"<https://example.org/a?b=1&amp;c=2>":       "https://example.org/a?b=1&c=2",
		"<https://example.org|https://example.org>": "https://example.org",
		"<mailto:a@b.c|a@b.c>":                      "a@b.c",
		"&lt;b&gt; R&amp;D &amp;lt;":                "<b> R&D &lt;",
	} {
		if got := plainWords(in, "U0BOT"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzReference: whatever is stored as a reference, it names a thread of the
// same channel or none, and what is read is written the same.
func FuzzReference(f *testing.F) {
	for _, s := range []string{"C0GENERAL:1732435200.000100", "C0:1.1:2.2", "C0:1", ":1.1", "C0:1.1:", "C0:1.1:x", "", "::", "C0:1.1:1.1:1.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := parseReference(s)
		if ok && r.String() != s {
			t.Errorf("%q is read as %+v", s, r)
		}
		if thread := threadIn(s, "C0"); thread != "" && (!isTS(thread) || !strings.HasPrefix(s, "C0:")) {
			t.Errorf("%q is under %q", s, thread)
		}
	})
}

// FuzzDaysAndTime: whatever a subscription's time is, the form shows it as
// days that it offers and a clock, or as it is.
func FuzzDaysAndTime(f *testing.F) {
	for _, s := range []string{"weekdays 8:00", "0 8 * * 1-5", "30 7 * * 1,3,5", "0 8,18 * * *", "hourly", "mondays, fridays 9:05", "0 8 1 * *", "* * * * *", "", "99 99 * * 9", "mon 24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		days, at, ok := daysAndTime(s)
		if !ok {
			return
		}
		if _, err := time.Parse("15:04", at); err != nil || len(at) != 5 {
			t.Errorf("%q is at %q", s, at)
		}
		again, same, ok := daysAndTime(days + " " + at)
		if !ok || again != days || same != at {
			t.Errorf("%q is %q %q, which is read as %q %q", s, days, at, again, same)
		}
	})
}

// FuzzHint: our own words keep all their letters when commands in them are
// said as they are typed here.
func FuzzHint(f *testing.F) {
	for _, s := range []string{"See /subscriptions.", "/brief", "/help/me", "(/alert)", "a /digest, b /sources", "//help", "/helps"} {
		f.Add(s)
	}
	r := renderer{command: "/x", commands: Words()}
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		for _, span := range r.hint(bot.S(s)) {
			if span.Command != "" {
				span.Text = "/" + span.Command
			}
			b.WriteString(span.Text)
		}
		if b.String() != s {
			t.Errorf("%q became %q", s, b.String())
		}
	})
}

// FuzzPrivate: whatever a view brings back, an edit has a number.
func FuzzPrivate(f *testing.F) {
	for _, s := range []string{"C0GENERAL", "C0GENERAL/7", "/7/home", "//home", "", "a/b/c/d", "C0/-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := parsePrivate(s)
		if again := parsePrivate(p.String()); again != p {
			t.Errorf("%q is %+v, then %+v", s, p, again)
		}
		if p.edits != "" && strings.Trim(p.edits, "+0123456789") != "" {
			t.Errorf("%q edits %q", s, p.edits)
		}
	})
}
