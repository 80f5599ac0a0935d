package slack

import (
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// The blocks of the forms, each with one element of the same id. Where a field
// of bot.Request has that name, the block is of that field.
const (
	fieldQuery   = "query"
	fieldWhere   = "where"
	fieldChannel = "channel" // a channel that is picked, which goes before where
	fieldWhen    = "when"    // a time that days and a clock cannot hold, in words or cron
	fieldDays    = "days"
	fieldTime    = "time"
	fieldZone    = "zone"
	fieldFormat  = "format"
	fieldLength  = "length"
	fieldSilent  = "silent"
	fieldFilters = "filters"
	fieldBig     = "big"
	fieldPerHour = "per_hour"
	fieldEvery   = "every"

	fieldReview = "review" // it has no block: it is one of the formats
)

// keepPlace is the choice of leaving a subscription where it goes.
const keepPlace = "keep"

// formFor is what a form is made from.
type formFor struct {
	words   bot.Words
	kind    string // newForm, alertForm, editForm or quietForm
	meta    private
	values  map[string]string      // of bot.Former
	zone    string                 // of the person, where the values have none
	channel func(id string) string // the name of a channel, "" when not known
}

// modal is the form without its fields.
func (f formFor) modal() slackgo.ModalViewRequest {
	w := f.words
	_, alert := f.values[fieldBig]
	title := w.Say("New subscription")
	switch {
	case f.kind == alertForm:
		title = w.Say("New alert")
	case f.kind == quietForm:
		title = w.Say("Quiet hours")
	case f.kind == editForm && alert:
		title = w.Say("Edit alert")
	case f.kind == editForm:
		title = w.Say("Edit subscription")
	}
	return slackgo.ModalViewRequest{Type: slackgo.VTModal, CallbackID: f.kind, PrivateMetadata: f.meta.String(),
		Title: plainText(title, maxViewTitle), Close: plainText(w.Say("Cancel"), maxViewTitle)}
}

// view is the form. That of a subscription has the fields that it has: an
// alert has no time.
func (f formFor) view() slackgo.ModalViewRequest {
	w := f.words
	v := f.modal()
	submit := w.Say("Save")
	switch f.kind {
	case newForm:
		submit = w.Say("Subscribe")
	case alertForm:
		submit = w.Say("Alert me")
	}
	v.Submit = plainText(submit, maxViewTitle)
	if f.kind == quietForm {
		v.Blocks.BlockSet = f.quiet()
		return v
	}
	v.Blocks.BlockSet = []slackgo.Block{f.query()}
	for _, part := range []struct {
		field  string
		of     string // the new ones that have it; "" for all
		blocks func() []slackgo.Block
	}{{fieldWhere, "", f.where}, {fieldWhen, newForm, f.timing}, {fieldZone, newForm, f.zoneInput}, {fieldFormat, newForm, f.format}, {fieldLength, newForm, f.length},
		{fieldSilent, newForm, f.silent}, {fieldBig, alertForm, f.big}, {fieldPerHour, alertForm, f.perHour}, {fieldEvery, alertForm, f.every}, {fieldFilters, "", f.filters}} {
		_, there := f.values[part.field]
		if there || f.kind != editForm && (part.of == "" || part.of == f.kind) {
			v.Blocks.BlockSet = append(v.Blocks.BlockSet, part.blocks()...)
		}
	}
	return v
}

// skeleton is shown for the moment that it takes to know what the form holds.
func (f formFor) skeleton() slackgo.ModalViewRequest {
	v := f.modal()
	v.Blocks.BlockSet = richLines(bot.T(f.words.Say("One moment…")))
	return v
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// query is a menu that Slack fills in while the person types, or a line of
// text where what is there is too long for an option.
func (f formFor) query() slackgo.Block {
	w, value := f.words, strings.TrimSpace(clean(f.values[fieldQuery]))
	hint := w.Say("For example korea-trade, boj rate hike, or any words")
	if len(value) > maxOptionText {
		return input(fieldQuery, w.Say("What"), typedText(value, maxInput)).withHint(hint).block()
	}
	return input(fieldQuery, w.Say("What"), live(w.Say("A country, a topic, both, or words"), only(value))).withHint(hint).block()
}

// only is the option of a value, nil where that can be none.
func only(value string) *bot.Option {
	for _, o := range tidyOptions(asIs(value)) {
		return &o
	}
	return nil
}

// where is the choice of the place: of direct messages and the channel where
// the form was opened, and of any other channel. Slack offers those that the
// person can see.
func (f formFor) where() []slackgo.Block {
	w, now := f.words, f.values[fieldWhere]
	chosen := or(now, "dm")
	options := []bot.Option{{Label: w.Say("Direct messages to me"), Value: "dm"}}
	if f.meta.channel != "" {
		options = append(options, bot.Option{Label: f.named(w.Say("This channel"), f.meta.channel), Value: "here"})
	}
	if chosen == place("", f.meta.channel, "").String() {
		chosen = "here"
	}
	if chosen != "dm" && (chosen != "here" || f.meta.channel == "") {
		chosen = keepPlace
		options = append(options, bot.Option{Label: f.named(w.Say("Where it goes now"), strings.TrimPrefix(now, Platform+":")), Value: keepPlace})
	}
	if len(options) == 1 {
		return []slackgo.Block{input(fieldChannel, w.Say("Where to"), channelMenu(w.Say("Direct messages to me"))).
			withHint(w.Say("Leave it empty for direct messages. In a private channel, type /invite first.")).optional().block()}
	}
	return []slackgo.Block{
		input(fieldWhere, w.Say("Where to"), choice(chosen, options...)).block(),
		input(fieldChannel, w.Say("Or to another channel"), channelMenu(w.Say("None"))).withHint(w.Say("In a private channel, type /invite first.")).optional().block(),
	}
}

// named is what a channel is to the form, with its name where that is known.
func (f formFor) named(what, channel string) string {
	if name := f.channel(channel); name != "" {
		return what + ", #" + name
	}
	return what
}

func (f formFor) zoneInput() []slackgo.Block {
	return []slackgo.Block{input(fieldZone, f.words.Say("Time zone"), live("Asia/Seoul", only(or(f.values[fieldZone], f.zone)))).block()}
}

// format has the weekly review as one more way to show stories, as the
// commands do.
func (f formFor) format() []slackgo.Block {
	w := f.words
	chosen := or(f.values[fieldFormat], "compact")
	if f.values[fieldReview] == "yes" {
		chosen = fieldReview
	}
	formats := choice(chosen, bot.Option{Label: w.Say("Two sentences"), Value: "compact"}, bot.Option{Label: w.Say("A short paragraph"), Value: "cards"},
		bot.Option{Label: w.Say("Headlines alone"), Value: "headlines"}, bot.Option{Label: w.Say("A review of the week, with numbers"), Value: fieldReview})
	return []slackgo.Block{input(fieldFormat, w.Say("How much of each story"), formats).block()}
}

func (f formFor) length() []slackgo.Block {
	chosen := f.values[fieldLength]
	if n, err := strconv.Atoi(chosen); err != nil || n < 1 || n > 1000 {
		chosen = strconv.Itoa(digest.DefaultLength)
	}
	return []slackgo.Block{input(fieldLength, f.words.Say("How many stories"), choice(chosen, withValue(asIs("3", "5", "7", "10", "15", "20"), chosen)...)).block()}
}

func (f formFor) silent() []slackgo.Block {
	w := f.words
	return []slackgo.Block{input(fieldSilent, w.Say("When there is nothing new"),
		choice(or(f.values[fieldSilent], "no"), bot.Option{Label: w.Say("Say so"), Value: "no"}, bot.Option{Label: w.Say("Send nothing"), Value: "yes"})).block()}
}

// filters is a text in the words that "subscriptions filter" takes: what can be
// filtered by is too much for a field each.
func (f formFor) filters() []slackgo.Block {
	w := f.words
	e := typedText(f.values[fieldFilters], maxTyped)
	e.Multiline = true
	e.Placeholder = plainText(w.Say("exclude football, rugby languages en"), maxPlaceholder)
	return []slackgo.Block{input(fieldFilters, w.Say("Filters"), e).
		withHint(w.Say("Begin each part with include, exclude, match, unless, sources, not sources or languages.")).optional().block()}
}

func (f formFor) big() []slackgo.Block {
	w := f.words
	options := []bot.Option{{Label: w.Say("Any story"), Value: "no"}, {Label: w.Say("Only big ones, which several sources have"), Value: "yes"}}
	chosen := or(f.values[fieldBig], "no")
	if n, err := strconv.Atoi(chosen); err == nil {
		options = append(options, bot.Option{Label: w.Say("Only those of %s or more", w.Say("%d sources", n)), Value: chosen})
	}
	return []slackgo.Block{input(fieldBig, w.Say("Which stories"), choice(chosen, options...)).block()}
}

func (f formFor) perHour() []slackgo.Block {
	w := f.words
	chosen := or(f.values[fieldPerHour], strconv.Itoa(digest.DefaultPerHour))
	return []slackgo.Block{input(fieldPerHour, w.Say("At most in an hour"), choice(chosen, withValue(asIs("1", "2", "3", "6", "12", "30"), chosen)...)).
		withHint(w.Say("What is more than that comes together, in one message.")).block()}
}

func (f formFor) every() []slackgo.Block {
	w := f.words
	options := []bot.Option{{Label: w.Say("No pause"), Value: "no"}}
	for _, d := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour} {
		options = append(options, bot.Option{Label: w.Span(d), Value: everyValue(d)})
	}
	chosen := or(f.values[fieldEvery], "no")
	return []slackgo.Block{input(fieldEvery, w.Say("Between two alerts"), choice(chosen, withValue(options, chosen)...)).block()}
}

// everyValue is a time between two alerts as the field "every" has it.
func everyValue(d time.Duration) string {
	if d < time.Hour {
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.Itoa(int(d/time.Hour)) + " h"
}
