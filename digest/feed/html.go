package feed

import (
	"html"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText turns a fragment of HTML into text: paragraphs separated by a
// blank line, without markup, scripts, forms or invisible parts. Text without
// markup comes back as it is, with its entities resolved.
//
// It reads tokens and builds no tree, so that neither depth nor unclosed
// elements cost anything.
func plainText(fragment string) string {
	if !strings.ContainsAny(fragment, "<&") {
		return tidyText(fragment)
	}
	if !strings.Contains(fragment, "<") {
		return tidyText(html.UnescapeString(fragment))
	}
	w := &textWriter{}
	z := nethtml.NewTokenizer(strings.NewReader(fragment))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return tidyText(w.b.String())
		case nethtml.TextToken:
			w.text(z.Token().Data)
		case nethtml.StartTagToken:
			name, _ := z.TagName()
			w.open(atom.Lookup(name))
		case nethtml.EndTagToken:
			name, _ := z.TagName()
			w.close(atom.Lookup(name))
		case nethtml.SelfClosingTagToken:
			name, _ := z.TagName()
			w.gap(atom.Lookup(name))
		}
	}
}

// plainLine is plainText for a title: one line.
func plainLine(fragment string) string {
	return strings.Join(strings.Fields(plainText(fragment)), " ")
}

type textWriter struct {
	b      strings.Builder
	hidden atom.Atom // element whose content is passed over
	depth  int       // of elements of that name
}

func (w *textWriter) text(s string) {
	if w.hidden == 0 {
		w.b.WriteString(strings.Map(func(r rune) rune {
			if r == '\n' || r == '\t' || r == '\r' {
				return ' '
			}
			return r
		}, s))
	}
}

func (w *textWriter) open(a atom.Atom) {
	switch {
	case w.hidden == a && a != 0:
		w.depth++
	case w.hidden == 0 && isHidden(a):
		w.hidden, w.depth = a, 1
	default:
		w.gap(a)
	}
}

func (w *textWriter) close(a atom.Atom) {
	if w.hidden == 0 {
		w.gap(a)
		return
	}
	if a == w.hidden {
		if w.depth--; w.depth == 0 {
			w.hidden = 0
		}
	}
}

func (w *textWriter) gap(a atom.Atom) {
	if w.hidden != 0 {
		return
	}
	switch {
	case a == atom.Br:
		w.b.WriteByte('\n')
	case a == atom.Td || a == atom.Th:
		w.b.WriteByte(' ')
	case isBlock(a):
		w.b.WriteString("\n\n")
	}
}

// isBlock reports whether an element stands apart as a paragraph does.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Aside, atom.Main, atom.H1, atom.H2, atom.H3,
		atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table,
		atom.Tr, atom.Hr, atom.Figure, atom.Figcaption, atom.Address, atom.Details, atom.Summary:
		return true
	}
	return false
}

func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Object, atom.Svg, atom.Math, atom.Head,
		atom.Button, atom.Select, atom.Textarea, atom.Audio, atom.Video, atom.Canvas, atom.Noframes, atom.Noembed:
		return true
	}
	return false
}

// tidyText collapses spaces within lines and empty lines between paragraphs.
func tidyText(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	empty := 0
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n"[:min(empty+1, 2)])
		}
		b.WriteString(line)
		empty = 0
	}
	return b.String()
}
