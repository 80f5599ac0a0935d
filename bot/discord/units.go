package discord

import (
	"slices"
	"strings"

	"github.com/daybrief/daybrief/bot"
)

// unit is what is never split over two parts: a heading with nothing yet, a
// few lines, a story with its buttons, a row of buttons.
type unit struct {
	text  string      // markup; "" for buttons alone
	link  *component  // a link button that may stand beside the text
	rows  []component // action rows under it
	story bool
}

// block is a run of units under one heading. A loose block has no frame.
type block struct {
	heading string // markup without its mark; "" for none
	plain   string // the heading as literal text, for an embed's title
	units   []unit
	loose   bool
}

// blocks lays a message out from top to bottom: heading lines, sections,
// closing lines, buttons.
func (w writer) blocks(m bot.Message) []block {
	ids := map[string]bool{}
	var out []block
	add := func(b block) {
		if len(b.units) > 0 {
			out = append(out, b)
		}
	}
	add(block{loose: true, units: w.head(m)})
	for _, s := range m.Sections {
		add(w.section(m, s, ids))
	}
	add(block{loose: true, units: w.foot(m)})
	add(block{loose: true, units: rowUnits(actionRows(m.Actions, ids))})
	return out
}

// head is the title and the lines that say what the message was made from.
func (w writer) head(m bot.Message) []unit {
	var lines []string
	if title := w.line(unbold(m.Title)); title != "" {
		lines = append(lines, "## "+title)
	}
	for _, l := range m.Lead {
		lines = append(lines, w.line(l))
	}
	return textUnits(lines)
}

// unbold is a text without bold: a heading is bold already.
func unbold(t bot.Text) bot.Text {
	out := slices.Clone(t)
	for i := range out {
		out[i].Bold = false
	}
	return out
}

func (w writer) foot(m bot.Message) []unit {
	var lines []string
	for _, l := range m.Tail {
		lines = append(lines, w.line(l))
	}
	for _, l := range m.Notes {
		lines = append(lines, w.line(l))
	}
	for _, l := range m.Footer {
		lines = append(lines, w.small(l))
	}
	return textUnits(lines)
}

func (w writer) section(m bot.Message, s bot.Section, ids map[string]bool) block {
	b := block{plain: clip(strings.TrimSpace(plain(s.Title)), 120)}
	b.heading = w.line(bot.T(b.plain))
	var lines []string
	for _, l := range s.Lines {
		lines = append(lines, w.line(l))
	}
	b.units = textUnits(lines)
	for _, it := range s.Items {
		b.units = append(b.units, w.item(m, it, ids))
	}
	b.units = append(b.units, rowUnits(actionRows(s.Actions, ids))...)
	return b
}

// textUnits joins lines into texts of at most maxLine.
func textUnits(lines []string) []unit {
	var out []unit
	var text string
	for _, l := range lines {
		if l == "" {
			continue
		}
		joined := l
		if text != "" {
			joined = text + "\n" + l
		}
		if text != "" && (units(joined) > maxLine || len(joined) > maxLineBytes) {
			out = append(out, unit{text: text})
			joined = l
		}
		text = joined
	}
	if text != "" {
		out = append(out, unit{text: text})
	}
	return out
}

func rowUnits(rows []component) []unit {
	out := make([]unit, len(rows))
	for i, r := range rows {
		out[i] = unit{rows: []component{r}}
	}
	return out
}

// item shows a story, from all of it to the least until its markup fits
// maxItem: so many runes of its headline, its summary, and the line of where
// and when.
func (w writer) item(m bot.Message, it bot.Item, ids map[string]bool) unit {
	actions := it.Actions[:min(len(it.Actions), maxItemActions)]
	u := unit{story: true, link: linkButton(it), rows: actionRows(actions, ids)}
	for _, cut := range [...]itemCut{
		{256, 700, 400}, {256, 500, 250}, {200, 280, 150}, {150, 0, 100}, {60, 0, 60},
	} {
		u.text = w.itemText(m, it, cut)
		if units(u.text) <= maxItem && len(u.text) <= maxItemBytes {
			break
		}
	}
	return u
}

// itemCut is how much of a story is shown, in runes.
type itemCut struct{ title, summary, meta int }

func (w writer) itemText(m bot.Message, it bot.Item, cut itemCut) string {
	it.Title, it.Label, it.Change = clip(plain(it.Title), cut.title), clip(it.Label, 40), clip(it.Change, cut.title)
	if blank(it.Title) {
		it.Title = untitled(it)
	}
	lines := []string{w.line(it.Headline())}
	if cut.summary > 0 {
		lines = append(lines, w.line(bot.T(clip(plain(strings.Join(it.Summary, " ")), cut.summary))))
	}
	lines = append(lines, w.small(cutText(m.Meta(it), cut.meta)))
	return strings.Join(nonEmpty(lines), "\n")
}

// untitled is what a story without a visible title is called.
func untitled(it bot.Item) string {
	if host := hostOf(safeURL(it.URL, maxMaskedURL)); host != "" {
		return host
	}
	return "—"
}

func nonEmpty(lines []string) []string {
	out := lines[:0:0]
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

// linkButton says where a story's headline leads, by the name of its first
// source. It is nil where the address is too long for a button: the headline
// is a link all the same.
func linkButton(it bot.Item) *component {
	u := safeURL(it.URL, maxButtonURL)
	if u == "" {
		return nil
	}
	label := hostOf(u)
	if len(it.Sources) > 0 {
		if name := clip(strings.TrimSpace(plain(it.Sources[0])), shownLabel); !blank(name) {
			label = name
		}
	}
	return &component{Type: typeButton, Style: styleLink, Label: clip(label, shownLabel), URL: u}
}

// actionRows makes rows of buttons, and a row of its own for each menu. An
// action without a label, with an id too long, or with an id that the message
// has already cannot work on Discord and is left out.
func actionRows(actions []bot.Action, ids map[string]bool) []component {
	var rows []component
	var row []component
	flush := func() {
		if len(row) > 0 {
			rows = append(rows, component{Type: typeRow, Components: row})
			row = nil
		}
	}
	for _, a := range actions {
		c, ok := actionComponent(a)
		if !ok || (c.CustomID != "" && ids[c.CustomID]) {
			continue
		}
		ids[c.CustomID] = true
		if c.Type == typeSelect || len(row) == maxRow {
			flush()
		}
		row = append(row, c)
		if c.Type == typeSelect {
			flush()
		}
	}
	flush()
	return rows
}

func actionComponent(a bot.Action) (component, bool) {
	label := clip(strings.TrimSpace(plain(a.Label)), maxLabel)
	if len(a.Options) > 0 {
		return menu(a, label)
	}
	if blank(label) {
		return component{}, false
	}
	if a.URL != "" {
		u := safeURL(a.URL, maxButtonURL)
		return component{Type: typeButton, Style: styleLink, Label: label, URL: u}, u != ""
	}
	id := a.ID
	if a.Confirm != "" {
		id = confirmPrefix + id
	}
	c := component{Type: typeButton, Style: styleSecondary, Label: label, CustomID: id}
	switch a.Style {
	case bot.Primary:
		c.Style = stylePrimary
	case bot.Danger:
		c.Style = styleDanger
	}
	return c, goodID(a.ID, id)
}

// goodID reports whether Discord takes the id as it is. Those of bot.ActionID
// are; an id from elsewhere may be too long or hold what Discord trims.
func goodID(id, sent string) bool {
	return !blank(id) && len(sent) <= maxCustomID && strings.TrimSpace(plain(sent)) == sent
}

func menu(a bot.Action, label string) (component, bool) {
	c := component{Type: typeSelect, CustomID: a.ID, Placeholder: clip(label, maxPlaceholder)}
	seen := map[string]bool{}
	for _, o := range a.Options {
		name := clip(strings.TrimSpace(plain(o.Label)), maxOptionText)
		if blank(name) || !goodID(o.Value, o.Value) || seen[o.Value] || len(c.Options) == maxOptions {
			continue
		}
		seen[o.Value] = true
		hint := clip(strings.TrimSpace(plain(o.Hint)), maxOptionText)
		if blank(hint) {
			hint = ""
		}
		c.Options = append(c.Options, choice{Label: name, Value: o.Value, Description: hint})
	}
	return c, len(c.Options) > 0 && goodID(a.ID, a.ID)
}
