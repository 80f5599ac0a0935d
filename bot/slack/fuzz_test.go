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
