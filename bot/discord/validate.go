package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// payload is a create, edit or answer payload as it is read back, with what
// the checks need.
type payload struct {
	Content         string       `json:"content"`
	Embeds          []readEmbed  `json:"embeds"`
	Components      []component  `json:"components"`
	Flags           int          `json:"flags"`
	Nonce           string       `json:"nonce"`
	AllowedMentions *readMention `json:"allowed_mentions"`
}

type readMention struct {
	Parse       []string `json:"parse"`
	Users       []string `json:"users"`
	Roles       []string `json:"roles"`
	RepliedUser bool     `json:"replied_user"`
}

type readEmbed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Footer      struct {
		Text string `json:"text"`
	} `json:"footer"`
	Author struct {
		Name string `json:"name"`
	} `json:"author"`
	Fields []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

// Validate checks a message payload against every limit that Discord states
// or is known to have, and against our own rule that it says explicitly that
// it mentions nobody. It says all that is wrong in one error, nil for nothing.
// It is independent of the renderer: the renderer's tests, Send and the fake
// in discordtest all use it.
func Validate(data []byte) error {
	var p payload
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("the payload is not a message: %w", err)
	}
	c := &checker{ids: map[string]bool{}}
	c.mentions(p.AllowedMentions)
	c.runes("nonce", p.Nonce, maxNonce)
	c.runes("content", p.Content, maxContent)
	c.embeds(p.Embeds)
	v2 := p.Flags&flagComponentsV2 != 0
	switch {
	case v2 && (p.Content != "" || len(p.Embeds) > 0):
		c.wrong("Components V2 exclude content and embeds")
	case v2 && len(p.Components) == 0, !v2 && blank(p.Content) && len(p.Embeds) == 0 && len(p.Components) == 0:
		c.wrong("the message is empty")
	}
	if v2 {
		c.layout(p.Components)
	} else {
		c.rows(p.Components)
	}
	return errors.Join(c.errs...)
}

type checker struct {
	errs                  []error
	ids                   map[string]bool
	count, displays, size int
}

func (c *checker) wrong(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// runes checks a length in code points.
func (c *checker) runes(what, s string, limit int) {
	if n := utf8.RuneCountInString(s); n > limit {
		c.wrong("%s has %d characters, more than %d", what, n, limit)
	}
}

func (c *checker) need(what, s string, limit int) {
	if blank(s) {
		c.wrong("%s is empty", what)
	}
	c.runes(what, s, limit)
}

func (c *checker) mentions(m *readMention) {
	if m == nil || m.Parse == nil || len(m.Parse)+len(m.Users)+len(m.Roles) > 0 || m.RepliedUser {
		c.wrong(`allowed_mentions is not {"parse":[]}`)
	}
}

func (c *checker) embeds(es []readEmbed) {
	if len(es) > maxEmbeds {
		c.wrong("%d embeds, more than %d", len(es), maxEmbeds)
	}
	all := 0
	seen := map[string]bool{}
	for _, e := range es {
		all += c.embed(e)
		if e.URL != "" && seen[e.URL] {
			c.wrong("two embeds have one url: only the first would show")
		}
		seen[e.URL] = true
	}
	if all > maxEmbedAll {
		c.wrong("embeds have %d characters together, more than %d", all, maxEmbedAll)
	}
}

func (c *checker) embed(e readEmbed) int {
	c.runes("embed title", e.Title, maxEmbedTitle)
	c.runes("embed description", e.Description, maxEmbedText)
	c.runes("embed footer", e.Footer.Text, 2048)
	c.runes("embed author", e.Author.Name, 256)
	if len(e.Fields) > maxEmbedFields {
		c.wrong("an embed has %d fields", len(e.Fields))
	}
	all := e.Title + e.Description + e.Footer.Text + e.Author.Name
	for _, f := range e.Fields {
		c.need("embed field name", f.Name, 256)
		c.need("embed field value", f.Value, 1024)
		all += f.Name + f.Value
	}
	if blank(all) {
		c.wrong("an embed is empty")
	}
	return utf8.RuneCountInString(all)
}

// ValidateForm checks a form, as it is opened, against Discord's limits. It
// says all that is wrong.
func ValidateForm(data []byte) error {
	var m modal
	if err := json.Unmarshal(data, &m); err != nil {
		return fmt.Errorf("the form cannot be read: %w", err)
	}
	c := &checker{ids: map[string]bool{}}
	c.id(m.CustomID)
	c.need("form title", m.Title, maxModalTitle)
	if n := len(m.Components); n < 1 || n > maxModalFields {
		c.wrong("a form has %d fields", n)
	}
	for _, f := range m.Components {
		c.formField(f)
	}
	return errors.Join(c.errs...)
}

func (c *checker) formField(f modalLabel) {
	c.need("form label", f.Label, maxModalLabel)
	c.runes("form description", f.Description, maxModalHint)
	in := f.Component
	switch {
	case f.Type != typeLabel:
		c.wrong("component type %d in a form", f.Type)
	case in.Type == typeInput:
		c.id(in.CustomID)
		c.runes("form placeholder", in.Placeholder, maxModalHint)
		if in.MaxLength < 1 || in.MaxLength > maxModalValue || in.Style != styleShort && in.Style != styleParagraph {
			c.wrong("a text input of style %d and at most %d characters", in.Style, in.MaxLength)
		}
		c.runes("form value", in.Value, in.MaxLength)
	case in.Type == typeSelect:
		c.formMenu(in)
	default:
		c.wrong("component type %d in a label", in.Type)
	}
}

func (c *checker) formMenu(in modalInput) {
	menu := component{Type: typeSelect, CustomID: in.CustomID, Placeholder: in.Placeholder}
	chosen := 0
	for _, o := range in.Options {
		menu.Options = append(menu.Options, choice{Label: o.Label, Value: o.Value})
		if o.Default {
			chosen++
		}
	}
	c.menu(menu)
	if chosen > 1 {
		c.wrong("%d options of a menu are chosen", chosen)
	}
}

// layout checks the components of a Components V2 message.
func (c *checker) layout(cs []component) {
	for _, x := range cs {
		if x.Type == typeContainer {
			c.container(x)
			continue
		}
		c.block(x)
	}
	if c.count > maxComponents {
		c.wrong("%d components, more than %d", c.count, maxComponents)
	}
	if c.displays > maxDisplayAll {
		c.wrong("text displays have %d characters together, more than %d", c.displays, maxDisplayAll)
	}
	if c.size > maxDisplayBytes {
		c.wrong("text displays have %d bytes together, more than %d", c.size, maxDisplayBytes)
	}
}

func (c *checker) container(x component) {
	c.count++
	if len(x.Components) == 0 {
		c.wrong("a container is empty")
	}
	for _, y := range x.Components {
		c.block(y)
	}
}

func (c *checker) block(x component) {
	switch x.Type {
	case typeDisplay:
		c.display(x)
	case typeSection:
		c.section(x)
	case typeSeparator:
		c.count++
		if x.Spacing < 0 || x.Spacing > 2 {
			c.wrong("separator spacing %d", x.Spacing)
		}
	case typeRow:
		c.row(x)
	default:
		c.wrong("component type %d where it may not stand", x.Type)
	}
}

func (c *checker) display(x component) {
	c.count++
	c.need("text display", x.Content, 4000)
	c.displays += utf8.RuneCountInString(x.Content)
	c.size += len(x.Content) + displayOverhead
}

func (c *checker) section(x component) {
	c.count++
	if n := len(x.Components); n < 1 || n > maxSectionTexts {
		c.wrong("a section has %d texts", n)
	}
	for _, y := range x.Components {
		if y.Type != typeDisplay {
			c.wrong("a section holds component type %d", y.Type)
			continue
		}
		c.display(y)
	}
	if x.Accessory == nil || x.Accessory.Type != typeButton {
		c.wrong("a section has no button beside it")
		return
	}
	c.button(*x.Accessory)
}

// rows checks the components of a message without Components V2.
func (c *checker) rows(cs []component) {
	if len(cs) > maxRows {
		c.wrong("%d action rows, more than %d", len(cs), maxRows)
	}
	for _, x := range cs {
		if x.Type != typeRow {
			c.wrong("component type %d without Components V2", x.Type)
			continue
		}
		c.row(x)
	}
}

func (c *checker) row(x component) {
	c.count++
	selects := 0
	for _, y := range x.Components {
		switch y.Type {
		case typeButton:
			c.button(y)
		case typeSelect:
			selects++
			c.menu(y)
		default:
			c.wrong("an action row holds component type %d", y.Type)
		}
	}
	if n := len(x.Components); n < 1 || n > maxRow || (selects > 0 && n > 1) {
		c.wrong("an action row holds %d components, %d of them menus", n, selects)
	}
}

func (c *checker) button(x component) {
	c.count++
	c.need("button label", x.Label, maxLabel)
	if x.Style == styleLink {
		u, err := url.Parse(x.URL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || x.CustomID != "" {
			c.wrong("a link button has the address %q", x.URL)
		}
		c.runes("button url", x.URL, maxButtonURL)
		return
	}
	if x.Style < stylePrimary || x.Style > styleDanger || x.URL != "" {
		c.wrong("button style %d", x.Style)
	}
	c.id(x.CustomID)
}

func (c *checker) id(id string) {
	c.need("custom_id", id, maxCustomID)
	if c.ids[id] {
		c.wrong("custom_id %q stands twice", id)
	}
	c.ids[id] = true
}

func (c *checker) menu(x component) {
	c.count++
	c.id(x.CustomID)
	c.runes("placeholder", x.Placeholder, maxPlaceholder)
	if n := len(x.Options); n < 1 || n > maxOptions {
		c.wrong("a menu has %d options", n)
	}
	seen := map[string]bool{}
	for _, o := range x.Options {
		c.need("option label", o.Label, maxOptionText)
		c.need("option value", o.Value, maxOptionText)
		c.runes("option description", o.Description, maxOptionText)
		if seen[o.Value] {
			c.wrong("option value %q stands twice", o.Value)
		}
		seen[o.Value] = true
	}
}

// visibleText is all that a payload shows, line by line: what the fake
// records, what Find compares.
func visibleText(p payload) string {
	var lines []string
	if p.Content != "" {
		lines = append(lines, p.Content)
	}
	for _, e := range p.Embeds {
		lines = append(lines, e.Title, e.Description)
	}
	lines = append(lines, componentText(p.Components)...)
	return strings.Join(nonEmpty(lines), "\n")
}

func componentText(cs []component) []string {
	var out []string
	for _, c := range cs {
		if c.Type == typeDisplay {
			out = append(out, c.Content)
		}
		out = append(out, componentText(c.Components)...)
	}
	return out
}
