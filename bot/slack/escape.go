package slack

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/daybrief/daybrief/bot"
)

// joiner is U+200D ZERO WIDTH JOINER. It shows nothing, and a mark next to it
// stands at no word boundary, so that it marks nothing.
const joiner = "\u200d"

// boundary is U+200B ZERO WIDTH SPACE: what lets our own bold begin or end
// next to a letter, as in Korean, where a particle follows the word.
const boundary = "\u200b"

// clean is s on one line, as valid UTF-8, without control characters.
func clean(s string) string {
	return bot.SafeLine(strings.ToValidUTF8(s, "\ufffd"))
}

// escape makes literal text safe wherever Slack parses it. Only these three
// characters are ever encoded, and only here, once.
// https://docs.slack.dev/messaging/formatting-message-text
func escape(s string) string {
	s = strings.ReplaceAll(s, "&", "&amp;")
	s = strings.ReplaceAll(s, "<", "&lt;")
	return strings.ReplaceAll(s, ">", "&gt;")
}

// unescape undoes escape.
func unescape(s string) string {
	s = strings.ReplaceAll(s, "&lt;", "<")
	s = strings.ReplaceAll(s, "&gt;", ">")
	return strings.ReplaceAll(s, "&amp;", "&")
}

// literal makes text for mrkdwn in which every character is seen as it is: no
// mention, no link, no bold, no quote, no emoji.
func literal(s string) string {
	runes := []rune(clean(s))
	var b strings.Builder
	for i, r := range runes {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>' && i == 0:
			b.WriteString(joiner + "&gt;") // at the start of a line it would quote
		case r == '>':
			b.WriteString("&gt;")
		case strings.ContainsRune("*_~`", r) && !within(runes, i):
			b.WriteString(joiner + string(r) + joiner)
		case r == ':' && beginsEmoji(runes[i+1:]):
			b.WriteString(":" + joiner)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// within reports whether the mark at i stands between letters or digits, as in
// snake_case, where it never acts.
func within(runes []rune, i int) bool {
	wordy := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return i > 0 && i+1 < len(runes) && wordy(runes[i-1]) && wordy(runes[i+1])
}

// beginsEmoji reports whether text after a colon completes an emoji code such
// as :tada: or :100:.
func beginsEmoji(rest []rune) bool {
	for i, r := range rest {
		switch {
		case r == ':':
			return i > 0
		case i > 100:
			return false
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', strings.ContainsRune("_+-'", r), r > 0x7f && unicode.IsLetter(r):
		default:
			return false
		}
	}
	return false
}

// mrkdwn renders a tidied text on one line.
func mrkdwn(t bot.Text) string {
	var b strings.Builder
	for i, s := range t {
		b.WriteString(mrkdwnSpan(s, borders(t, i)))
	}
	return b.String()
}

// head is the longest head of s, ending at a word and with "…", whose form is
// within limit code points: s itself when it fits, "" when not even "…" does.
func head(s string, limit int, form func(string) string) string {
	size := func(s string) int { return utf8.RuneCountInString(form(s)) }
	if size(s) <= limit {
		return s
	}
	runes := []rune(s)
	low, high := 0, min(len(runes), limit) // no form is shorter than its text
	for low < high {                       // the greatest length that fits
		mid := (low + high + 1) / 2
		if size(string(runes[:mid])+"…") <= limit {
			low = mid
		} else {
			high = mid - 1
		}
	}
	for n := atWord(runes, low); n > 0; n-- { // more than once only where marks at the end change the length
		if out := strings.TrimRightFunc(string(runes[:n]), unicode.IsSpace) + "…"; size(out) <= limit {
			return out
		}
	}
	return ""
}

// atWord is the end of the last whole word in runes[:n], or, where a word
// alone is longer than a third of it, as in languages without spaces, the end
// of the last whole character with its marks.
func atWord(runes []rune, n int) int {
	if n >= len(runes) {
		return len(runes)
	}
	for i := n; i > n-n/3 && i > 0; i-- {
		if unicode.IsSpace(runes[i]) {
			return i
		}
	}
	for n > 0 && (unicode.In(runes[n], unicode.M, unicode.Cf) || runes[n-1] == '\u200d') {
		n--
	}
	return n
}

// cut is s in at most limit code points, cut at a word and ending in "…".
func cut(s string, limit int) string {
	return head(s, limit, func(s string) string { return s })
}

// cutEscaped is s so that escaped it has at most limit code points.
func cutEscaped(s string, limit int) string { return head(s, limit, escape) }

// borders says whether a word character stands right before and right after
// span i of t, where bold would not begin or end.
func borders(t bot.Text, i int) (b [2]bool) {
	wordy := func(r rune, size int) bool { return size > 0 && !unicode.IsSpace(r) && !unicode.IsPunct(r) }
	if i > 0 {
		b[0] = wordy(utf8.DecodeLastRuneInString(t[i-1].Text))
	}
	if i+1 < len(t) {
		b[1] = wordy(utf8.DecodeRuneInString(t[i+1].Text))
	}
	return b
}

// mrkdwnSpan renders one span. wordy says whether its neighbours touch it.
func mrkdwnSpan(s bot.Span, wordy [2]bool) string {
	switch {
	case !s.Time.IsZero():
		return dateToken(s.Time, dateFormat, s.Text)
	case s.Text == "":
		return ""
	case s.Place.Channel != "": // tidied: it is nothing but a channel's id
		return "<#" + s.Place.Channel + ">"
	case s.Code:
		return "`" + strings.ReplaceAll(escape(clean(s.Text)), "`", "'") + "`"
	}
	body := literal(s.Text)
	if link := safeURL(s.URL); link != "" {
		body = "<" + strings.ReplaceAll(link, "&", "&amp;") + "|" + strings.ReplaceAll(body, "|", "¦") + ">"
	}
	switch {
	case s.Bold:
		return marked(body, "*", wordy)
	case s.Italic:
		return marked(body, "_", wordy)
	}
	return body
}

// marked puts a mark around a text, inside of its outer spaces, since a mark
// next to a space marks nothing.
func marked(body, mark string, wordy [2]bool) string {
	inner := strings.Trim(body, " ")
	if inner == "" {
		return body
	}
	before, after, _ := strings.Cut(body, inner)
	if before == "" && wordy[0] {
		before = boundary
	}
	if after == "" && wordy[1] {
		after = boundary
	}
	return before + mark + inner + mark + after
}

// asTyped turns a span that names a command into what is typed here, where
// every command is a word after the one slash command: "/subscribe [when]" is
// "/brief subscribe [when]", in a fixed width. A span with words of its own
// keeps them.
func asTyped(s bot.Span, command string) bot.Span {
	switch {
	case s.Command == "":
		return s
	case s.Text == "":
		s.Text, s.Code = typed(s.Command, command), true
	case strings.HasPrefix(s.Text, "/"):
		s.Text, s.Code = typed(s.Text, command), true
	}
	s.Command = ""
	return s
}

// typed is a command as people type it: "brief korea-trade" is
// "/brief korea-trade", "subscribe x" is "/brief subscribe x".
func typed(words, command string) string {
	words = strings.TrimPrefix(words, "/")
	if first, rest, _ := strings.Cut(words, " "); first == "brief" {
		words = rest
	}
	if words = strings.TrimSpace(words); words == "" {
		return command
	}
	return command + " " + words
}

// Formats of Slack's date tokens, which are shown in the viewer's own zone:
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting.
const (
	dateFormat = "{date_short_pretty} {time}"
	agoFormat  = "{ago}"
)

// dateToken is a time in mrkdwn. What stands where a client cannot show it is
// fallback, or the time in UTC.
func dateToken(t time.Time, format, fallback string) string {
	fallback = strings.ReplaceAll(literal(dateFallback(t, fallback)), "|", "¦")
	return "<!date^" + strconv.FormatInt(t.Unix(), 10) + "^" + format + "|" + fallback + ">"
}

func dateFallback(t time.Time, fallback string) string {
	if fallback != "" {
		return clean(fallback)
	}
	return t.UTC().Format("2 Jan 2006 15:04 UTC")
}

// safeURL is an http or https address that Slack's markup cannot be broken
// with, or "" for any other: what is not printable ASCII is percent-encoded,
// and so are the characters that end a link.
func safeURL(raw string) string {
	if raw == "" || len(raw) > maxLink || !utf8.ValidString(raw) {
		return ""
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil && !isASCII(u.Hostname()) {
		return ""
	}
	if err == nil && host != u.Hostname() {
		u.Host = host + strings.TrimPrefix(u.Host, u.Hostname())
	}
	u.User = nil // a name before the host is there to deceive
	link := encodeURL(u.String())
	if len(escape(link)) > maxLink {
		return ""
	}
	return link
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

func encodeURL(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}*~'", c) >= 0 {
			b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
