package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// Validate checks the payload of a post against every limit and rule of Slack's
// that this package keeps, on the bytes, and says all that is wrong. It reads
// the JSON afresh and shares nothing with the renderer but the numbers.
func Validate(data []byte) error {
	v := &validator{}
	var p map[string]any
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("payload is no JSON object: %w", err)
	}
	v.topLevel(p)
	raw := struct {
		Blocks json.RawMessage `json:"blocks"`
	}{}
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	if n := utf8.RuneCount(raw.Blocks); n > maxChars {
		v.failf("blocks have %d characters, more than %d", n, maxChars)
	}
	v.blocks(list(p["blocks"]), maxBlocks, false)
	return errors.Join(v.problems...)
}

// ValidateView is Validate for a modal or a Home tab.
func ValidateView(data []byte) error {
	v := &validator{}
	var view map[string]any
	if err := json.Unmarshal(data, &view); err != nil {
		return fmt.Errorf("view is no JSON object: %w", err)
	}
	if len(data) > maxViewBytes {
		v.failf("view has %d bytes, more than %d", len(data), maxViewBytes)
	}
	blocks := list(view["blocks"])
	v.length("private_metadata", str(view["private_metadata"]), 0, maxPrivate)
	v.length("callback_id", str(view["callback_id"]), 0, maxActionID)
	switch view["type"] {
	case "modal":
		v.modal(view, blocks)
	case "home":
	default:
		v.failf("view type %v", view["type"])
	}
	v.blocks(blocks, maxViewBlocks, view["type"] == "modal")
	return errors.Join(v.problems...)
}

type validator struct {
	problems []error
	path     string
}

func (v *validator) failf(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if v.path != "" {
		err = fmt.Errorf("%s: %w", v.path, err)
	}
	v.problems = append(v.problems, err)
}

// at names where the next problems are.
func (v *validator) at(path string, check func()) {
	before := v.path
	v.path = strings.TrimPrefix(before+"."+path, ".")
	check()
	v.path = before
}

func (v *validator) length(what, s string, least, most int) {
	if n := utf8.RuneCountInString(s); n < least || n > most {
		v.failf("%s has %d characters, not %d to %d", what, n, least, most)
	}
}

func (v *validator) topLevel(p map[string]any) {
	text := str(p["text"])
	v.length("text", text, 1, maxText)
	if strings.ContainsAny(text, "<>") || badEntities(text) {
		v.failf("text is not escaped")
	}
	for _, key := range []string{"unfurl_links", "unfurl_media"} {
		if p[key] != false {
			v.failf("%s is not false", key)
		}
	}
	for _, key := range []string{"attachments", "link_names", "parse", "markdown_text", "reply_broadcast"} {
		if _, ok := p[key]; ok {
			v.failf("%s is set", key)
		}
	}
	if m, ok := p["metadata"].(map[string]any); ok {
		v.length("metadata.event_type", str(m["event_type"]), 1, maxActionID)
		if size := jsonSize(m["event_payload"]); size > maxMetadata {
			v.failf("metadata has %d bytes", size)
		}
	}
}

func (v *validator) modal(view map[string]any, blocks []any) {
	v.at("title", func() { v.text(view["title"], maxViewTitle, "plain_text") })
	for _, key := range []string{"submit", "close"} {
		if view[key] != nil {
			v.at(key, func() { v.text(view[key], maxViewTitle, "plain_text") })
		}
	}
	if len(blocks) == 0 {
		v.failf("a modal without blocks")
	}
	for _, b := range blocks {
		if obj(b)["type"] == "input" && view["submit"] == nil {
			v.failf("a modal with input blocks needs submit")
		}
	}
}

func (v *validator) blocks(blocks []any, most int, inputs bool) {
	if len(blocks) > most {
		v.failf("%d blocks, more than %d", len(blocks), most)
	}
	ids := map[string]bool{}
	for i, b := range blocks {
		block := obj(b)
		v.at(fmt.Sprintf("blocks[%d] %v", i, block["type"]), func() {
			id := str(block["block_id"])
			v.length("block_id", id, 0, maxActionID)
			if id != "" && ids[id] {
				v.failf("block_id %q twice", id)
			}
			ids[id] = true
			v.block(block, inputs)
		})
	}
}

func (v *validator) block(b map[string]any, inputs bool) {
	switch b["type"] {
	case "divider":
	case "header":
		v.text(b["text"], maxHeader, "plain_text")
		if level, ok := b["level"].(float64); ok && (level < 1 || level > 4) {
			v.failf("level %v", level)
		}
	case "section":
		v.section(b)
	case "context":
		v.context(b)
	case "actions":
		v.elements(list(b["elements"]))
	case "rich_text":
		v.rich(b)
	case "image":
		v.image(b)
	case "input":
		if !inputs {
			v.failf("input outside of a modal")
		}
		v.at("label", func() { v.text(b["label"], maxLabel, "plain_text") })
		if b["hint"] != nil {
			v.at("hint", func() { v.text(b["hint"], maxLabel, "plain_text") })
		}
		v.element(obj(b["element"]))
	default:
		v.failf("a block of this type is not used here")
	}
}

func (v *validator) section(b map[string]any) {
	fields := list(b["fields"])
	if b["text"] == nil && len(fields) == 0 {
		v.failf("neither text nor fields")
	}
	if b["text"] != nil {
		v.text(b["text"], maxSection, "")
	}
	if len(fields) > maxFields {
		v.failf("%d fields", len(fields))
	}
	for _, f := range fields {
		v.text(f, maxField, "")
	}
	if a := obj(b["accessory"]); a != nil {
		v.element(a)
	}
}

func (v *validator) context(b map[string]any) {
	elements := list(b["elements"])
	if n := len(elements); n < 1 || n > maxContext {
		v.failf("%d elements", n)
	}
	for _, e := range elements {
		if obj(e)["type"] == "image" {
			v.image(obj(e))
			continue
		}
		v.text(e, maxSection, "")
	}
}

func (v *validator) image(b map[string]any) {
	v.length("alt_text", str(b["alt_text"]), 1, maxField)
	v.link(str(b["image_url"]), maxButtonURL)
}

// text checks a text object. kind is the only type allowed, "" for both.
func (v *validator) text(value any, most int, kind string) {
	t := obj(value)
	if t == nil {
		v.failf("no text object")
		return
	}
	text := str(t["text"])
	v.length("text", text, 1, most)
	switch {
	case kind != "" && t["type"] != kind:
		v.failf("type %v, not %s", t["type"], kind)
	case t["type"] == "mrkdwn":
		if t["verbatim"] != true {
			v.failf("mrkdwn that is not verbatim")
		}
		v.markup(text)
	case t["type"] == "plain_text":
		if t["emoji"] == true {
			v.failf("plain text with emoji codes")
		}
	default:
		v.failf("text type %v", t["type"])
	}
}

var (
	entity = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`&(amp|lt|gt);`) })
	// token is what may stand in angle brackets: a link with a label, a channel's
	// name, which notifies nobody, a date with a fallback. Mentions of people,
	// groups and all are none.
	token = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`<(https?://[!-;=?-{}~]+\|[^<>|]+|#[CG][A-Z0-9]+|!date\^-?[0-9]+\^[^<>|^]+\|[^<>|]+)>`)
	})
)

// markup finds what Slack would read as more than text in mrkdwn.
func (v *validator) markup(text string) {
	rest := token().ReplaceAllString(text, "")
	if strings.ContainsAny(rest, "<>") {
		v.failf("markup other than links and dates: %.80q", rest)
	}
	if badEntities(text) {
		v.failf("an ampersand is not escaped: %.80q", text)
	}
}

func badEntities(text string) bool {
	return strings.Contains(entity().ReplaceAllString(text, ""), "&")
}

func (v *validator) elements(elements []any) {
	if n := len(elements); n < 1 || n > maxActions {
		v.failf("%d elements", n)
	}
	ids := map[string]bool{}
	for i, e := range elements {
		id := str(obj(e)["action_id"])
		if id != "" && ids[id] {
			v.failf("action_id %q twice", id)
		}
		ids[id] = true
		v.at(fmt.Sprintf("elements[%d]", i), func() { v.element(obj(e)) })
	}
}

func (v *validator) element(e map[string]any) {
	v.length("action_id", str(e["action_id"]), 1, maxActionID)
	if c := obj(e["confirm"]); c != nil {
		v.at("confirm", func() { v.confirm(c) })
	}
	if e["placeholder"] != nil {
		v.at("placeholder", func() { v.text(e["placeholder"], maxPlaceholder, "plain_text") })
	}
	switch e["type"] {
	case "button":
		v.button(e)
	case "static_select":
		v.options(list(e["options"]), maxOptions)
		v.initial(e)
	case "overflow":
		v.options(list(e["options"]), maxOverflow)
	case "radio_buttons", "checkboxes":
		v.options(list(e["options"]), 10)
	case "external_select":
		if chosen := e["initial_option"]; chosen != nil {
			v.options([]any{chosen}, 1)
		}
	case "conversations_select":
		for _, kind := range list(obj(e["filter"])["include"]) {
			if kind != "public" && kind != "private" {
				v.failf("conversations of kind %v", kind)
			}
		}
	case "timepicker":
		if at := str(e["initial_time"]); at != "" && !wholeClock().MatchString(at) {
			v.failf("initial_time %q", at)
		}
	case "plain_text_input":
		most, _ := e["max_length"].(float64)
		if most < 1 || most > maxTyped {
			v.failf("max_length %v", most)
		}
		v.length("initial_value", str(e["initial_value"]), 0, int(most))
	default:
		v.failf("element type %v is not used here", e["type"])
	}
}

var wholeClock = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^` + clockFace + `$`) })

// initial checks that what is chosen at first is one of the options.
func (v *validator) initial(e map[string]any) {
	chosen := obj(e["initial_option"])
	if chosen == nil {
		return
	}
	for _, o := range list(e["options"]) {
		if obj(o)["value"] == chosen["value"] {
			return
		}
	}
	v.failf("initial_option %v is none of the options", chosen["value"])
}

func (v *validator) button(e map[string]any) {
	v.text(e["text"], maxButtonText, "plain_text")
	v.length("value", str(e["value"]), 0, maxButtonValue)
	v.length("accessibility_label", str(e["accessibility_label"]), 0, maxButtonText)
	if u := str(e["url"]); u != "" {
		v.link(u, maxButtonURL)
	}
	if s := str(e["style"]); s != "" && s != "primary" && s != "danger" {
		v.failf("style %q", s)
	}
}

func (v *validator) options(options []any, most int) {
	if n := len(options); n < 1 || n > most {
		v.failf("%d options", n)
	}
	for i, o := range options {
		v.at(fmt.Sprintf("options[%d]", i), func() {
			opt := obj(o)
			v.text(opt["text"], maxOptionText, "plain_text")
			v.length("value", str(opt["value"]), 1, maxOptionText)
			if opt["description"] != nil {
				v.text(opt["description"], maxOptionText, "plain_text")
			}
		})
	}
}

func (v *validator) confirm(c map[string]any) {
	v.text(c["title"], maxConfirmTitle, "plain_text")
	v.text(c["text"], maxConfirmText, "")
	v.text(c["confirm"], maxConfirmLabel, "plain_text")
	v.text(c["deny"], maxConfirmLabel, "plain_text")
}

// rich checks a rich_text block: of all its elements only literal text, links
// and dates are used, so that nobody can be mentioned.
func (v *validator) rich(b map[string]any) {
	sections := list(b["elements"])
	if len(sections) == 0 {
		v.failf("no elements")
	}
	for _, s := range sections {
		if kind := obj(s)["type"]; kind != "rich_text_section" && kind != "rich_text_preformatted" {
			v.failf("element type %v is not used here", obj(s)["type"])
		}
		for _, e := range list(obj(s)["elements"]) {
			v.richElement(obj(e))
		}
	}
}

func (v *validator) richElement(e map[string]any) {
	switch e["type"] {
	case "text":
		v.length("text", str(e["text"]), 1, maxSection)
	case "link":
		v.length("text", str(e["text"]), 1, maxSection)
		v.link(str(e["url"]), maxButtonURL)
	case "date":
		if _, ok := e["timestamp"].(float64); !ok || str(e["format"]) == "" || str(e["fallback"]) == "" {
			v.failf("date without timestamp, format or fallback")
		}
	case "channel":
		v.length("channel_id", str(e["channel_id"]), 3, 31)
	default:
		v.failf("rich text of type %v", e["type"])
	}
}

func (v *validator) link(u string, most int) {
	v.length("url", u, 1, most)
	if !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "http://") {
		v.failf("url %.80q is not http or https", u)
	}
	if strings.ContainsAny(u, " <>|\"") {
		v.failf("url %.80q is not percent-encoded", u)
	}
}

func obj(v any) map[string]any { m, _ := v.(map[string]any); return m }
func list(v any) []any         { l, _ := v.([]any); return l }
func str(v any) string         { s, _ := v.(string); return s }
