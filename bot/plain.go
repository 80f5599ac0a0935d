package bot

import (
	"io"
	"strings"

	"golang.org/x/text/width"
)

// Terminal says how to write a message as text: for a terminal, for a pipe,
// or as the plain words that notifications and screen readers get.
type Terminal struct {
	Width  int  // columns to wrap at; 0 for no wrapping
	Style  bool // bold and dim by ANSI codes
	Links  bool // links as OSC 8, which shows the label alone
	NoURLs bool // leave addresses out where Links is off
}

// PlainText is the message in plain words, in reading order, one line a line:
// what a screen reader says and a notification shows.
func PlainText(m Message) string {
	var b strings.Builder
	// A strings.Builder does not fail.
	_ = Terminal{}.Write(&b, m)
	return b.String()
}

// Write writes the message.
func (t Terminal) Write(out io.Writer, m Message) error {
	p := &plainWriter{t: t}
	p.line("", m.Title)
	p.lines("", m.Lead)
	for _, s := range m.Sections {
		p.section(m, s)
	}
	p.block(m.Tail)
	p.block(m.Notes)
	p.block(m.Footer)
	_, err := io.WriteString(out, p.b.String())
	return err
}

type plainWriter struct {
	t Terminal
	b strings.Builder
}

func (p *plainWriter) block(lines []Text) {
	if len(lines) > 0 {
		p.gap()
		p.lines("", lines)
	}
}

func (p *plainWriter) gap() {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
}

func (p *plainWriter) section(m Message, s Section) {
	if s.Title != "" {
		p.gap()
		p.line("", Text{B(s.Title)})
	}
	if len(s.Lines) > 0 {
		if s.Title == "" {
			p.gap()
		}
		p.lines("", s.Lines)
	}
	for _, it := range s.Items {
		p.item(m, it)
	}
}

func (p *plainWriter) item(m Message, it Item) {
	p.gap()
	p.line("", it.Headline())
	if len(it.Summary) > 0 {
		p.line("  ", T(strings.Join(it.Summary, " ")))
	}
	p.dim("  ", m.Meta(it))
	if m.ShowWhy {
		for _, why := range it.Why {
			p.dim("  ", T("– "+why))
		}
	}
}

func (p *plainWriter) lines(indent string, lines []Text) {
	for _, l := range lines {
		p.line(indent, l)
	}
}

// dim writes a line that matters less.
func (p *plainWriter) dim(indent string, t Text) {
	if !p.t.Style || len(t) == 0 {
		p.line(indent, t)
		return
	}
	p.b.WriteString("\x1b[2m")
	p.line(indent, t)
	p.b.WriteString("\x1b[22m")
}

// line writes a text wrapped at the width, its further lines indented too.
func (p *plainWriter) line(indent string, t Text) {
	if len(t) == 0 {
		return
	}
	col := 0
	for _, s := range t {
		open, shut := p.look(s)
		p.b.WriteString(open)
		for i, word := range strings.Split(SafeLine(s.Text), " ") {
			col = p.word(indent, word, i > 0, col)
		}
		p.b.WriteString(shut)
		if s.URL != "" && !p.t.Links && !p.t.NoURLs {
			col = p.word(indent, "("+SafeLine(s.URL)+")", true, col)
		}
	}
	p.b.WriteByte('\n')
}

// word writes one word after a space or not, on a new line where it does not
// fit, and returns the column after it.
func (p *plainWriter) word(indent, word string, spaced bool, col int) int {
	n := columns(word)
	if col == 0 {
		p.b.WriteString(indent)
		p.b.WriteString(word)
		return len(indent) + n
	}
	if spaced && p.t.Width > 0 && col+1+n > p.t.Width {
		p.b.WriteByte('\n')
		p.b.WriteString(indent)
		p.b.WriteString(word)
		return len(indent) + n
	}
	if spaced {
		p.b.WriteByte(' ')
		n++
	}
	p.b.WriteString(word)
	return col + n
}

func (p *plainWriter) look(s Span) (open, shut string) {
	if p.t.Links && s.URL != "" {
		open, shut = "\x1b]8;;"+SafeLine(s.URL)+"\x1b\\", "\x1b]8;;\x1b\\"
	}
	if p.t.Style && s.Bold {
		return "\x1b[1m" + open, shut + "\x1b[22m"
	}
	if p.t.Style && s.Italic {
		return "\x1b[3m" + open, shut + "\x1b[23m"
	}
	return open, shut
}

// SafeLine drops control characters, so that no headline can move the cursor,
// change colours or break a line.
func SafeLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < 0x20, r >= 0x7f && r < 0xa0, r == '\u2028', r == '\u2029':
			return -1
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}

// columns is how many terminal columns s takes: two for the wide characters
// of East Asia (Unicode Standard Annex 11), none for combining marks.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch k := width.LookupRune(r).Kind(); {
		case r >= 0x300 && r <= 0x36f, r == 0x200b, r == 0x200d, r >= 0xfe00 && r <= 0xfe0f:
		case k == width.EastAsianWide || k == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
