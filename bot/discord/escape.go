package discord

import (
	"net"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// escaped are the characters that Discord's Markdown, mentions, timestamps
// and automatic links are made of. A backslash before any of them makes it
// literal, anywhere in a line.
const escaped = "\\*_~`|>#-[]()<@:"

// escape makes s literal text within a line: nothing in it becomes a mention,
// a link, a heading, a quotation or an emphasis. It is the only place where
// text from the world turns into markup, and it is applied once.
func escape(s string) string {
	s = plain(s)
	if !strings.ContainsAny(s, escaped) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := range len(s) {
		if strings.IndexByte(escaped, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// escapeStart makes literal what acts only at the start of a line and is not
// in escaped: numbered lists and lists with a plus. The markup before it is
// already escaped.
func escapeStart(line string) string {
	if strings.HasPrefix(line, "+") {
		return "\\" + line
	}
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	if digits > 0 && strings.HasPrefix(line[digits:], ".") {
		return line[:digits] + "\\" + line[digits:]
	}
	return line
}

// plain brings untrusted text onto one line of visible characters: every kind
// of line break and space becomes a space; control, bidirectional, tag and
// other format characters go, since they are how a headline can lie about
// what it says; the joiners that scripts and emoji need stay, between other
// characters.
func plain(s string) string {
	clean := true
	for _, r := range s {
		if r == utf8.RuneError || (r != ' ' && drop(r) != r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(drop, strings.ToValidUTF8(s, ""))
}

func drop(r rune) rune {
	switch {
	case r >= ' ' && r <= '~':
		return r
	case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
		return ' '
	case r == zeroWidthJoiner, r == zeroWidthNonJoiner:
		return r
	case r == utf8.RuneError, unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Cs, r):
		return -1
	case invisible(r), !assigned(r):
		return -1
	}
	return r
}

const (
	zeroWidthJoiner    = '\u200d'
	zeroWidthNonJoiner = '\u200c'
)

// invisible reports whether r shows nothing although it is not of a format
// category: the combining grapheme joiner, blank letters of Hangul and Khmer,
// the blank Braille pattern.
func invisible(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0', '\u2800':
		return true
	}
	return false
}

// assigned reports whether r stands for anything: code points that Unicode
// has not given out are dropped by Discord in ways that nobody states.
func assigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z)
}

// blank reports whether nothing of s would be seen. Joiners alone are nothing.
func blank(s string) bool {
	return strings.Trim(s, " \u200b\u200c\u200d") == "" || !strings.ContainsFunc(s, visible)
}

func visible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
}

// clip cuts s to at most n runes, and says so with an ellipsis, which counts.
func clip(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	i := 0
	for at := range s {
		if i == n-1 {
			return strings.TrimRight(s[:at], " ") + "…"
		}
		i++
	}
	return s
}

// units counts s as Discord may count it at the strictest: in UTF-16 code
// units. Its pages speak of characters and its clients are written in a
// language whose strings are UTF-16; code points are never more.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// safeURL returns u in a form that can stand between angle brackets and in a
// button, or "" where it is not an http or https address, is longer than
// limit bytes, or names a user (which is how an address pretends to be of
// another host).
func safeURL(u string, limit int) string {
	p, err := url.Parse(strings.TrimSpace(u))
	if err != nil || (p.Scheme != "http" && p.Scheme != "https") || p.Hostname() == "" || p.User != nil || p.Opaque != "" {
		return ""
	}
	host, err := idna.Lookup.ToASCII(p.Hostname())
	if err != nil && net.ParseIP(p.Hostname()) == nil {
		return ""
	}
	if err == nil && host != p.Hostname() {
		p.Host = strings.Replace(p.Host, p.Hostname(), host, 1)
	}
	s := encodeURL(p.String())
	if len(s) > limit {
		return ""
	}
	return s
}

const upperHex = "0123456789ABCDEF"

// encodeURL percent-encodes all that is not printable ASCII and all that
// could end a masked link.
func encodeURL(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("<>()\"\\^`{|}", c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// hostOf is the host of an address without "www.", to be shown as where a
// link leads.
func hostOf(u string) string {
	p, err := url.Parse(u)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(p.Hostname(), "www.")
}
