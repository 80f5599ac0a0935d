package slack

import (
	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// field is one input of a form.
type field struct {
	id, label, hint string
	element         slackgo.BlockElement
	mayBeEmpty      bool
}

func input(id, label string, element slackgo.BlockElement) field {
	switch e := element.(type) {
	case *slackgo.SelectBlockElement:
		e.ActionID = id
	case *slackgo.TimePickerBlockElement:
		e.ActionID = id
	case *slackgo.PlainTextInputBlockElement:
		e.ActionID = id
	}
	return field{id: id, label: label, element: element}
}

func (f field) withHint(hint string) field {
	f.hint = hint
	return f
}

func (f field) optional() field {
	f.mayBeEmpty = true
	return f
}

func (f field) block() slackgo.Block {
	var hint *slackgo.TextBlockObject
	if f.hint != "" {
		hint = plainText(f.hint, 150)
	}
	return slackgo.NewInputBlock(f.id, plainText(f.label, 150), hint, f.element).WithOptional(f.mayBeEmpty)
}

// choice is a menu of a few options, one of them chosen already.
func choice(chosen string, all ...bot.Option) *slackgo.SelectBlockElement {
	e := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, nil, "", options(all)...)
	for _, o := range e.Options {
		if o.Value == chosen {
			e.InitialOption = o
		}
	}
	return e
}

// live is a menu whose options Slack asks for while the person types.
func live(placeholder string, chosen *bot.Option) *slackgo.SelectBlockElement {
	e := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeExternal, plainText(placeholder, maxPlaceholder), "")
	least := 0
	e.MinQueryLength = &least
	if chosen != nil {
		e.InitialOption = options([]bot.Option{*chosen})[0]
	}
	return e
}

// channelMenu is a menu of the channels that the person can see.
func channelMenu(placeholder string) *slackgo.SelectBlockElement {
	e := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeConversations, plainText(placeholder, maxPlaceholder), "")
	e.Filter = &slackgo.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	return e
}

// typedText is a line of text that holds a value already.
func typedText(value string, most int) *slackgo.PlainTextInputBlockElement {
	e := slackgo.NewPlainTextInputBlockElement(nil, "").WithInitialValue(cut(clean(value), most))
	e.MaxLength = most
	return e
}

// timePicker is set to a time, "" for none.
func timePicker(at string) *slackgo.TimePickerBlockElement {
	e := slackgo.NewTimePickerBlockElement("")
	e.InitialTime = at
	return e
}

// withValue are the options and one for a value that they do not have, where
// that can be one.
func withValue(options []bot.Option, value string) []bot.Option {
	if hasValue(options, value) {
		return options
	}
	return append(options, tidyOptions(asIs(value))...)
}

// asIs are options that say their values.
func asIs(values ...string) []bot.Option {
	out := make([]bot.Option, len(values))
	for i, v := range values {
		out[i] = bot.Option{Label: v, Value: v}
	}
	return out
}

func hasValue(options []bot.Option, value string) bool {
	for _, o := range options {
		if o.Value == value {
			return true
		}
	}
	return false
}
