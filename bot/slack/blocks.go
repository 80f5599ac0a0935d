package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// blocks renders a tidied part, top to bottom. more is the line that a
// continuation begins with, "" for a first part.
func (r renderer) blocks(m bot.Message, more string) []slackgo.Block {
	var out []slackgo.Block
	if more != "" {
		out = append(out, contextBlocks([]string{literal(more)})...)
	}
	out = append(out, r.title(m.Title)...)
	out = append(out, richLines(m.Lead...)...)
	for _, s := range m.Sections {
		out = append(out, r.section(m, s)...)
	}
	out = append(out, richLines(m.Tail...)...)
	if len(m.Sections) > 0 && len(m.Notes)+len(m.Footer) > 0 {
		out = append(out, slackgo.NewDividerBlock())
	}
	out = append(out, contextBlocks(r.marked(m.Notes))...)
	out = append(out, contextBlocks(r.marked(m.Footer))...)
	return append(out, r.actions(m.Actions, maxActs)...)
}

// title is the heading of the message: a header is the outline for assistive
// technology, but it can hold no link, so a linked title is a bold line.
func (r renderer) title(t bot.Text) []slackgo.Block {
	if len(t) == 0 {
		return nil
	}
	for _, s := range t {
		if s.URL != "" {
			return richLines(t)
		}
	}
	return header(t.String(), 1)
}

func header(s string, level int) []slackgo.Block {
	if s = strings.TrimSpace(clean(s)); s == "" {
		return nil
	}
	return []slackgo.Block{slackgo.NewHeaderBlock(plainText(s, maxHeader), slackgo.HeaderBlockOptionLevel(level))}
}

// plainText is a text that Slack shows literally, emoji codes too.
func plainText(s string, limit int) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, cut(clean(s), limit), false, false)
}

func (r renderer) section(m bot.Message, s bot.Section) []slackgo.Block {
	out := header(s.Title, 2)
	out = append(out, richLines(s.Lines...)...)
	for _, it := range s.Items {
		out = append(out, r.item(m, it)...)
	}
	return append(out, r.actions(s.Actions, maxActs)...)
}

// item is one story: headline and summary, then small and grey where and when.
func (r renderer) item(m bot.Message, it bot.Item) []slackgo.Block {
	lines := []bot.Text{it.Headline()}
	if len(it.Summary) > 0 {
		lines = append(lines, bot.T(strings.Join(it.Summary, " ")))
	}
	out := richLines(lines...)
	var small []string
	meta := r.meta(m, it)
	beside, below := r.itemActions(meta, it.Actions)
	switch {
	case beside != nil: // only a section has something beside it
		out = append(out, slackgo.NewSectionBlock(slackgo.NewTextBlockObject(slackgo.MarkdownType, meta, false, true), nil, beside))
	case meta != "":
		small = append(small, meta)
	}
	if m.ShowWhy {
		for _, w := range it.Why {
			small = append(small, literal("– "+w))
		}
	}
	out = append(out, contextBlocks(small)...)
	return append(out, below...)
}

// meta is the line of where and when. Its time counts in the viewer's client:
// "2 hours ago" within a day of when the message was made, else the date.
func (r renderer) meta(m bot.Message, it bot.Item) string {
	t := r.tidyText(m.Meta(it), maxItemMeta)
	var b strings.Builder
	for i, s := range t {
		if !s.Time.IsZero() {
			format := dateFormat
			if age := m.At.Sub(s.Time); !m.At.IsZero() && age >= 0 && age < 24*time.Hour {
				format = agoFormat
			}
			b.WriteString(dateToken(s.Time, format, s.Text))
			continue
		}
		b.WriteString(mrkdwnSpan(s, borders(t, i)))
	}
	return b.String()
}

func (r renderer) marked(lines []bot.Text) []string {
	var out []string
	for _, l := range lines {
		if s := mrkdwn(l); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// contextBlocks are lines of small grey mrkdwn. The lines share an element,
// since elements of one context block stand side by side.
func contextBlocks(lines []string) []slackgo.Block {
	var out []slackgo.Block
	text := ""
	flush := func() {
		if text != "" {
			out = append(out, slackgo.NewContextBlock("", slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, true)))
		}
		text = ""
	}
	for _, l := range lines {
		if utf8.RuneCountInString(text)+utf8.RuneCountInString(l)+1 > maxSection {
			flush()
		}
		if text != "" {
			text += "\n"
		}
		text += l
	}
	flush()
	return out
}

// actions are buttons and menus, in blocks of at most limit characters of
// JSON. Those that Slack would refuse are left out.
func (r renderer) actions(actions []bot.Action, limit int) []slackgo.Block {
	var out []slackgo.Block
	for _, chunk := range r.chunkActions(actions, limit) {
		out = append(out, slackgo.NewActionBlock("", r.row(chunk)...))
	}
	return out
}

// chunkActions groups the actions that can be shown by block.
func (r renderer) chunkActions(actions []bot.Action, limit int) [][]bot.Action {
	var out [][]bot.Action
	size, seen := 0, map[string]bool{}
	for _, a := range actions {
		a, ok := r.tidyAction(a, limit)
		if !ok {
			continue
		}
		n := jsonSize(r.element(a, maxActions)) + 1
		if len(out) == 0 || size+n > limit || len(out[len(out)-1]) == maxActions || seen[a.ID] {
			out, size, seen = append(out, nil), 0, map[string]bool{}
		}
		size += n
		seen[a.ID] = a.ID != ""
		out[len(out)-1] = append(out[len(out)-1], a)
	}
	return out
}

// tidyAction checks an action, and shortens a menu until it fits.
func (r renderer) tidyAction(a bot.Action, limit int) (bot.Action, bool) {
	a.Label = strings.TrimSpace(clean(a.Label))
	a.Confirm = clean(a.Confirm)
	if a.URL != "" {
		a.URL, a.ID, a.Options = safeURL(a.URL), "", nil
	}
	if a.Label == "" || a.ID == "" && a.URL == "" || len(a.ID) > maxActionID || clean(a.ID) != a.ID {
		return a, false
	}
	if len(a.Options) == 0 {
		return a, true
	}
	a.Options = tidyOptions(a.Options)
	for len(a.Options) > 0 && jsonSize(r.element(a, maxActions)) > limit-2 {
		a.Options = a.Options[:len(a.Options)-1]
	}
	return a, len(a.Options) > 0
}

// tidyOptions drops options that cannot be chosen: a value that is empty, too
// long or there already.
func tidyOptions(options []bot.Option) []bot.Option {
	var out []bot.Option
	seen := map[string]bool{}
	for _, o := range options {
		o.Label, o.Hint = strings.TrimSpace(clean(o.Label)), strings.TrimSpace(clean(o.Hint))
		if o.Label == "" || o.Value == "" || len(o.Value) > maxOptionText || clean(o.Value) != o.Value || seen[o.Value] {
			continue
		}
		seen[o.Value] = true
		if out = append(out, o); len(out) == maxOptions {
			break
		}
	}
	return out
}

func (r renderer) element(a bot.Action, n int) slackgo.BlockElement {
	if len(a.Options) > 0 {
		menu := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, plainText(a.Label, maxPlaceholder), a.ID, options(a.Options)...)
		menu.Confirm = r.confirm(a)
		return menu
	}
	button := slackgo.NewButtonBlockElement(a.ID, a.ID, plainText(a.Label, maxButtonText))
	if a.URL != "" {
		// Slack tells of presses on links too; this id is none of ours, so they
		// are acknowledged and forgotten.
		button.ActionID, button.URL = fmt.Sprintf("link:%d", n), a.URL
	}
	switch a.Style {
	case bot.Primary:
		button.Style = slackgo.StylePrimary
	case bot.Danger:
		button.Style = slackgo.StyleDanger
	}
	button.Confirm = r.confirm(a)
	return button
}

func (r renderer) confirm(a bot.Action) *slackgo.ConfirmationBlockObject {
	if a.Confirm == "" || a.URL != "" {
		return nil
	}
	c := slackgo.NewConfirmationBlockObject(plainText(a.Label, maxConfirmTitle), plainText(a.Confirm, maxConfirmText),
		plainText(a.Label, maxConfirmLabel), plainText(r.words.Say("Cancel"), maxConfirmLabel))
	if a.Style == bot.Danger {
		c.Style = slackgo.StyleDanger
	}
	return c
}

func options(in []bot.Option) []*slackgo.OptionBlockObject {
	out := make([]*slackgo.OptionBlockObject, len(in))
	for i, o := range in {
		var hint *slackgo.TextBlockObject
		if o.Hint != "" {
			hint = plainText(o.Hint, maxOptionText)
		}
		out[i] = slackgo.NewOptionBlockObject(o.Value, plainText(o.Label, maxOptionText), hint)
	}
	return out
}

// encode is JSON as Slack counts it: without the \u003c that encoding/json
// writes for HTML.
func encode(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out := data[:0] // never ahead of what is read
	for rest := data; ; {
		i := bytes.IndexByte(rest, '\\')
		if i < 0 || i+1 == len(rest) {
			return append(out, rest...), nil
		}
		out = append(out, rest[:i]...)
		if c, ok := unescaped(rest[i+1:]); ok {
			out, rest = append(out, c), rest[i+6:]
			continue
		}
		out, rest = append(out, rest[i:i+2]...), rest[i+2:]
	}
}

// unescaped is the character that encoding/json escaped for HTML alone.
func unescaped(after []byte) (byte, bool) {
	switch {
	case bytes.HasPrefix(after, []byte("u003c")):
		return '<', true
	case bytes.HasPrefix(after, []byte("u003e")):
		return '>', true
	case bytes.HasPrefix(after, []byte("u0026")):
		return '&', true
	}
	return 0, false
}

// jsonSize is the length of v's JSON in code points.
func jsonSize(v any) int {
	data, err := encode(v)
	if err != nil {
		return maxChars // whatever cannot be encoded fits nowhere
	}
	return utf8.RuneCount(data)
}
