package discord

import (
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// writer turns the spans of one message into Markdown lines.
type writer struct {
	at       time.Time         // when the message was made
	commands map[string]string // ids of registered commands, by name: "subscribe" or "digest now"
}

// maxLine and maxLineBytes bound one line of markup, so that every line fits
// into a part with the heading of its section.
const (
	maxLine      = 1400
	maxLineBytes = 3600
)

// line is one line of markup within maxLine, "" when nothing would be seen.
// The text is cut, to so many runes, until its markup fits: cutting before
// escaping can never leave half an escape.
func (w writer) line(t bot.Text) string {
	for i, n := range [...]int{1000, 500, 200, 60} {
		s := w.text(cutText(t, n), i < 2)
		if units(s) <= maxLine && len(s) <= maxLineBytes {
			return s
		}
	}
	return ""
}

// small is a line in Discord's small type.
func (w writer) small(t bot.Text) string {
	s := w.line(t)
	if s == "" {
		return ""
	}
	return "-# " + s
}

func (w writer) text(t bot.Text, links bool) string {
	var b strings.Builder
	for _, s := range t {
		m := w.span(s, links)
		if m == "" {
			continue
		}
		if collide(b.String(), m) {
			b.WriteRune(zeroWidthNonJoiner)
		}
		b.WriteString(m)
	}
	s := strings.TrimSpace(b.String())
	if blank(strings.ReplaceAll(s, "\\", "")) {
		return ""
	}
	return escapeStart(s)
}

// collide reports whether two looks side by side need something between
// them, since their asterisks or backticks would run together.
func collide(before, after string) bool {
	for _, mark := range []string{"*", "`"} {
		if strings.HasSuffix(before, mark) && strings.HasPrefix(after, mark) {
			return true
		}
	}
	return false
}

func (w writer) span(s bot.Span, links bool) string {
	switch {
	case !s.Time.IsZero():
		if stamp := w.stamp(s.Time); stamp != "" {
			return stamp
		}
	case s.Command != "":
		return w.command(s)
	case s.Place.Platform == Name && snowflake(s.Place.Channel):
		return reference(s.Place)
	case s.Code:
		return code(s.Text)
	}
	lead, text, trail := trimmed(plain(s.Text))
	if text == "" {
		return lead + trail
	}
	m := escape(text)
	if u := safeURL(s.URL, maxMaskedURL); links && s.URL != "" && u != "" && !blank(text) {
		m = "[" + m + "](<" + u + ">)"
	}
	return lead + dress(m, s) + trail
}

// reference is a channel or a person by the name that each viewer knows. It
// notifies nobody: no payload allows mentions.
// https://docs.discord.com/developers/reference#message-formatting
func reference(d digest.Destination) string {
	if d.Direct {
		return "<@" + d.Channel + ">"
	}
	return "<#" + d.Channel + ">"
}

// dress puts the look around markup that begins and ends with a character
// that is no space, as the asterisks need it.
func dress(m string, s bot.Span) string {
	mark := ""
	if s.Bold {
		mark = "**"
	}
	if s.Italic {
		mark += "*"
	}
	return mark + m + mark
}

// trimmed splits the spaces off both ends.
func trimmed(s string) (lead, text, trail string) {
	text = strings.Trim(s, " ")
	if text == "" {
		return s, "", ""
	}
	i := strings.Index(s, text)
	return s[:i], text, s[i+len(text):]
}

// code is literal text in a code look. There is no escape inside it, so a
// backtick becomes an apostrophe.
func code(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(plain(s), "`", "'"))
	if blank(s) {
		return ""
	}
	return "`" + s + "`"
}

// stamp is a time that each viewer sees in their own zone and language:
// relative for what lies up to a day before the message, else date and time.
// It is "" for a time that Discord cannot show.
// https://docs.discord.com/developers/reference#message-formatting-timestamp-styles
func (w writer) stamp(t time.Time) string {
	if t.Year() < 1 || t.Year() > 9999 {
		return ""
	}
	style := "f"
	if ago := w.at.Sub(t); w.at.IsZero() || (ago >= 0 && ago < 24*time.Hour) {
		style = "R"
	}
	return "<t:" + strconv.FormatInt(t.Unix(), 10) + ":" + style + ">"
}

// command is a command to type: a link that fills it in where it is a
// registered command without more words, else its words in the code look.
func (w writer) command(s bot.Span) string {
	name := strings.Join(strings.Fields(plain(s.Command)), " ")
	text := strings.TrimPrefix(strings.TrimSpace(plain(s.Text)), "/")
	if strings.HasSuffix(name, text) {
		if id := w.commands[name]; id != "" {
			return "</" + name + ":" + id + ">"
		}
		return code("/" + name)
	}
	return dress(escape(text), s) + ` \(` + code("/"+name) + `\)`
}

// cutText cuts a text to at most n runes over its spans.
func cutText(t bot.Text, n int) bot.Text {
	var out bot.Text
	for _, s := range t {
		if n <= 1 {
			break
		}
		s.Text = clip(plain(s.Text), n)
		s.Command = clip(s.Command, n)
		n -= len([]rune(s.Text)) + len([]rune(s.Command))
		out = append(out, s)
	}
	return out
}
