package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// renderer turns one message into parts for one surface.
type renderer struct {
	command  string   // the slash command, with its slash
	commands []string // the words that may follow it
	words    bot.Words
	surface  surface
	channel  func(id string) string // the name of a channel, "" when not known; nil knows none
}

// surface is what one part may hold.
type surface struct {
	blocks int
	chars  int // JSON of the blocks, in code points
	text   int // plain words beside the blocks; 0 where there are none
}

// messageSurface is a post.
func messageSurface() surface { return surface{blocks: maxBlocks, chars: maxChars, text: maxText} }

// homeSurface is a view, which Slack counts in bytes: 60,000 code points are at
// most 240,000 of them.
func homeSurface() surface { return surface{blocks: maxViewBlocks - 10, chars: 60_000} }

// part is what goes into one post: a message whose every field is tidied.
type part struct {
	msg     bot.Message
	section int // index of the section that its last piece is from, -1 for none
	more    string
}

// render cuts a message into parts, in order, each within the surface.
func (r renderer) render(m bot.Message) []part {
	title := cut(clean(m.Title.String()), maxHeader-10)
	more := fmt.Sprintf("%s (9999/9999)", title) // room for the numbers
	var parts []part
	open, used := part{section: -1}, size{}
	for _, p := range r.pieces(m) {
		next := open.with(p, m)
		// The sum of the pieces is more than the whole, and quick to tell; the
		// whole is measured only where the sum does not fit.
		sum := used.plus(r.measure(part{section: -1}.with(p, m))).plus(size{1, 40, 4})
		if !sum.within(r.surface) {
			sum = r.measure(next)
		}
		if !sum.within(r.surface) && !open.empty() {
			parts = append(parts, open)
			next = part{section: -1, more: more}.with(p, m)
			sum = r.measure(next)
		}
		open, used = next, sum
	}
	if !open.empty() {
		parts = append(parts, open)
	}
	for i := range parts[min(len(parts), 1):] {
		parts[i+1].more = fmt.Sprintf("%s (%d/%d)", title, i+2, len(parts))
	}
	return parts
}

// piece is what is never split: a line, a story with its buttons, a block of
// buttons.
type piece struct {
	msg     bot.Message
	section int
}

// pieces takes a message apart.
func (r renderer) pieces(m bot.Message) []piece {
	var out []piece
	add := func(m bot.Message) { out = append(out, piece{m, -1}) }
	if t := r.tidyText(m.Title, maxItemTitle); len(t) > 0 {
		add(bot.Message{Title: t})
	}
	for _, l := range r.ownLines(m.Lead) {
		add(bot.Message{Lead: []bot.Text{l}})
	}
	for i, s := range m.Sections {
		for _, p := range r.sectionPieces(s) {
			p.Title = cut(clean(s.Title), maxHeader)
			out = append(out, piece{bot.Message{Sections: []bot.Section{p}}, i})
		}
	}
	for _, l := range r.tidyLines(m.Tail) {
		add(bot.Message{Tail: []bot.Text{l}})
	}
	for _, l := range r.ownLines(m.Notes) {
		add(bot.Message{Notes: []bot.Text{l}})
	}
	for _, l := range r.ownLines(m.Footer) {
		add(bot.Message{Footer: []bot.Text{l}})
	}
	for _, chunk := range r.chunkActions(m.Actions, maxActs) {
		add(bot.Message{Actions: chunk})
	}
	return out
}

func (r renderer) sectionPieces(s bot.Section) []bot.Section {
	var out []bot.Section
	for _, l := range r.tidyLines(s.Lines) {
		out = append(out, bot.Section{Lines: []bot.Text{l}})
	}
	for _, it := range s.Items {
		if chunks := r.chunkActions(it.Actions, maxItemActs); len(chunks) > 0 {
			it.Actions = chunks[0]
		} else {
			it.Actions = nil
		}
		out = append(out, bot.Section{Items: []bot.Item{r.tidyItem(it)}})
	}
	for _, chunk := range r.chunkActions(s.Actions, maxActs) {
		out = append(out, bot.Section{Actions: chunk})
	}
	return out
}

// with is the part and one piece more. The part itself stays as it is.
func (p part) with(q piece, whole bot.Message) part {
	m := p.msg
	m.Lang, m.At, m.Zone, m.ShowWhy = whole.Lang, whole.At, whole.Zone, whole.ShowWhy
	m.Title = append(m.Title[:len(m.Title):len(m.Title)], q.msg.Title...)
	m.Lead = append(m.Lead[:len(m.Lead):len(m.Lead)], q.msg.Lead...)
	m.Tail = append(m.Tail[:len(m.Tail):len(m.Tail)], q.msg.Tail...)
	m.Notes = append(m.Notes[:len(m.Notes):len(m.Notes)], q.msg.Notes...)
	m.Footer = append(m.Footer[:len(m.Footer):len(m.Footer)], q.msg.Footer...)
	m.Actions = append(m.Actions[:len(m.Actions):len(m.Actions)], q.msg.Actions...)
	for _, s := range q.msg.Sections {
		m.Sections = append([]bot.Section(nil), m.Sections...)
		if q.section != p.section {
			m.Sections = append(m.Sections, s)
			continue
		}
		last := &m.Sections[len(m.Sections)-1]
		last.Lines = append(last.Lines[:len(last.Lines):len(last.Lines)], s.Lines...)
		last.Items = append(last.Items[:len(last.Items):len(last.Items)], s.Items...)
		last.Actions = append(last.Actions[:len(last.Actions):len(last.Actions)], s.Actions...)
	}
	return part{msg: m, section: q.section, more: p.more}
}

func (p part) empty() bool {
	m := p.msg
	return len(m.Title)+len(m.Lead)+len(m.Sections)+len(m.Tail)+len(m.Notes)+len(m.Footer)+len(m.Actions) == 0
}

// alone reports whether a story fits a part that begins with it.
func (r renderer) alone(it bot.Item) bool {
	sized := piece{bot.Message{Sections: []bot.Section{{Title: longestHeader(), Items: []bot.Item{it}}}}, 0}
	return r.measure(part{section: -1, more: longestHeader()}.with(sized, bot.Message{Lang: r.words.Lang(), ShowWhy: true})).within(r.surface)
}

// longestHeader stands for a heading that takes the most room: a quote is two
// characters in JSON.
func longestHeader() string {
	b := make([]byte, maxHeader)
	for i := range b {
		b[i] = '"'
	}
	return string(b)
}

// size is how much of a surface something takes.
type size struct{ blocks, chars, text int }

func (a size) plus(b size) size { return size{a.blocks + b.blocks, a.chars + b.chars, a.text + b.text} }

func (a size) within(s surface) bool {
	return a.blocks <= s.blocks && a.chars <= s.chars && (s.text == 0 || a.text <= s.text)
}

func (r renderer) measure(p part) size {
	blocks := r.blocks(p.msg, p.more)
	out := size{blocks: len(blocks), chars: jsonSize(blocks)}
	if r.surface.text > 0 {
		out.text = utf8.RuneCountInString(escape(words(shortest(p.msg), p.more)))
	}
	return out
}

// text is the part in plain words, for notifications and screen readers, which
// read it instead of the blocks: whole where it fits, else without the
// summaries of the last stories, but always with each headline and link.
func (r renderer) text(p part) string {
	m := p.msg
	m.Sections = append([]bot.Section(nil), m.Sections...)
	for i := len(m.Sections) - 1; i >= 0; i-- {
		items := append([]bot.Item(nil), m.Sections[i].Items...)
		m.Sections[i].Items = items
		for j := len(items) - 1; j >= 0; j-- {
			if s := escape(words(m, p.more)); utf8.RuneCountInString(s) <= maxText {
				return s
			}
			items[j].Summary, items[j].Why = nil, nil
		}
	}
	// Pieces are made to fit, so this cuts nothing; it is the last guard.
	return escape(cutEscaped(words(m, p.more), maxText))
}

func shortest(m bot.Message) bot.Message {
	m.Sections = append([]bot.Section(nil), m.Sections...)
	for i, s := range m.Sections {
		m.Sections[i].Items = append([]bot.Item(nil), s.Items...)
		for j := range m.Sections[i].Items {
			m.Sections[i].Items[j].Summary, m.Sections[i].Items[j].Why = nil, nil
		}
	}
	return m
}

// words is a message in plain words.
func words(m bot.Message, more string) string {
	s := bot.PlainText(m)
	if more != "" {
		s = more + "\n" + s
	}
	if s = strings.TrimSpace(s); s == "" {
		s = buttonWords(m)
	}
	return s
}

// buttonWords are the labels of a part that is nothing but buttons.
func buttonWords(m bot.Message) string {
	var labels []string
	for _, s := range append([]bot.Section{{Actions: m.Actions}}, m.Sections...) {
		for _, a := range s.Actions {
			labels = append(labels, cut(a.Label, maxButtonText))
		}
	}
	return strings.Join(labels, " · ")
}

// payload is one part as it is stored and posted.
type payload struct {
	Text        string            `json:"text"`
	Blocks      []json.RawMessage `json:"blocks,omitempty"`
	UnfurlLinks bool              `json:"unfurl_links"` // always false: Slack's sources disagree on the default
	UnfurlMedia bool              `json:"unfurl_media"` // always false
	Metadata    *metadata         `json:"metadata,omitempty"`
}

// metadata lets us find a post again whose fate is not known. Any member of
// the workspace can read it: it holds nothing private.
// https://docs.slack.dev/messaging/message-metadata
type metadata struct {
	EventType    string            `json:"event_type"`
	EventPayload map[string]string `json:"event_payload"`
}

// eventType marks our posts in their metadata.
const eventType = "daybrief_post"

// encodeParts makes the payloads of parts.
func (r renderer) encodeParts(parts []part) ([][]byte, error) {
	out := make([][]byte, len(parts))
	for i, p := range parts {
		pl := payload{Text: r.text(p), Metadata: &metadata{eventType, map[string]string{"key": ""}}}
		for _, b := range r.blocks(p.msg, p.more) {
			raw, err := encode(b)
			if err != nil {
				return nil, digest.Errorf(digest.Internal, "render a block for Slack: %w", err)
			}
			pl.Blocks = append(pl.Blocks, raw)
		}
		data, err := encode(pl)
		if err != nil {
			return nil, digest.Errorf(digest.Internal, "render a message for Slack: %w", err)
		}
		out[i] = data
	}
	return out, nil
}

// Render makes the payloads of a message for a slash command named "/brief".
// See [App.Render].
func Render(m bot.Message) ([][]byte, error) {
	return renderer{command: DefaultCommand, commands: Words(), words: bot.WordsIn(m.Lang), surface: messageSurface()}.payloads(m)
}

// payloads are the parts of a message as they are posted.
func (r renderer) payloads(m bot.Message) ([][]byte, error) {
	parts := r.render(m)
	if len(parts) == 0 {
		return nil, digest.Errorf(digest.Invalid, "the message has nothing to show")
	}
	return r.encodeParts(parts)
}
