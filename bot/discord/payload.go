package discord

import (
	"bytes"
	"encoding/json"
)

// message is the payload of a post, an answer or an edit.
type message struct {
	Content         string      `json:"content,omitempty"`
	Embeds          []embed     `json:"embeds,omitempty"`
	Components      []component `json:"components,omitempty"`
	Flags           int         `json:"flags,omitempty"`
	AllowedMentions mentions    `json:"allowed_mentions"`
}

// mentions always encodes as {"parse":[]}: nothing in any text may notify
// anyone. Discord parses all mentions where the field is absent.
type mentions struct{}

// MarshalJSON keeps the one form.
func (mentions) MarshalJSON() ([]byte, error) { return []byte(`{"parse":[]}`), nil }

// UnmarshalJSON takes any form: the one above is written whatever was read.
func (*mentions) UnmarshalJSON([]byte) error { return nil }

// embed is one embed. Its url stays unset: of several with the same one,
// Discord shows the first alone.
type embed struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// component is any of the components in use.
type component struct {
	Type        int         `json:"type"`
	Content     string      `json:"content,omitempty"`
	Components  []component `json:"components,omitempty"`
	Accessory   *component  `json:"accessory,omitempty"`
	Style       int         `json:"style,omitempty"`
	Label       string      `json:"label,omitempty"`
	CustomID    string      `json:"custom_id,omitempty"`
	URL         string      `json:"url,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Options     []choice    `json:"options,omitempty"`
	Spacing     int         `json:"spacing,omitempty"`
	Divider     *bool       `json:"divider,omitempty"`
}

// choice is one option of a select.
type choice struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
}

func display(text string) component { return component{Type: typeDisplay, Content: text} }

// cost is what a component takes of a message's limits.
type cost struct{ count, chars, bytes int }

func (c cost) add(d cost) cost { return cost{c.count + d.count, c.chars + d.chars, c.bytes + d.bytes} }

// fits reports whether a message of this cost keeps the budgets.
func (c cost) fits() bool {
	return c.count <= maxComponents && c.chars <= budgetDisplay && c.bytes <= budgetDisplayBytes
}

func (c component) cost() cost {
	sum := cost{count: 1}
	if c.Type == typeDisplay {
		sum.chars = units(c.Content)
		sum.bytes = len(c.Content) + displayOverhead
	}
	if c.Accessory != nil {
		sum = sum.add(c.Accessory.cost())
	}
	return sum.add(costOf(c.Components))
}

func costOf(cs []component) cost {
	var sum cost
	for _, c := range cs {
		sum = sum.add(c.cost())
	}
	return sum
}

// encode writes v without escaping < and >, which Discord's markup is full
// of: the bytes are kept in a ledger and read by people.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
