package slack

import (
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// The blocks of the form, each with one element of the same id.
const (
	fieldQuery  = "query"
	fieldWhere  = "where"
	fieldWhen   = "when" // a time that days and a clock cannot hold, in words or cron
	fieldDays   = "days"
	fieldTime   = "time"
	fieldZone   = "zone"
	fieldFormat = "format"
	fieldLength = "length"
)

// keepPlace is the choice of leaving a subscription where it goes.
const keepPlace = "keep"

// formFor is what a form is made from.
type formFor struct {
	words  bot.Words
	meta   private
	values map[string]string // of bot.Former
	zone   string            // of the person, where the values have none
}

// view is the form. That of a subscription has the fields that it has: an
// alert has no time.
func (f formFor) view() slackgo.ModalViewRequest {
	w := f.words
	v := f.meta.modal(w)
	submit := w.Say("Subscribe")
	if f.meta.edits != "" {
		submit = w.Say("Save")
	}
	v.Submit = plainText(submit, maxViewTitle)
	v.Blocks.BlockSet = []slackgo.Block{f.query()}
	for _, part := range []struct {
		field  string
		blocks func() []slackgo.Block
	}{{fieldWhere, f.where}, {fieldWhen, f.timing}, {fieldZone, f.zoneInput}, {fieldFormat, f.format}, {fieldLength, f.length}} {
		if _, there := f.values[part.field]; there || f.meta.edits == "" {
			v.Blocks.BlockSet = append(v.Blocks.BlockSet, part.blocks()...)
		}
	}
	return v
}

// skeleton is shown for the moment that it takes to know what the form holds.
func (f formFor) skeleton() slackgo.ModalViewRequest {
	v := f.meta.modal(f.words)
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
		e := slackgo.NewPlainTextInputBlockElement(nil, fieldQuery).WithInitialValue(cut(value, maxInput))
		e.MaxLength = maxInput
		return input(fieldQuery, w.Say("What"), e).withHint(hint).block()
	}
	return input(fieldQuery, w.Say("What"), live(w.Say("A country, a topic, both, or words"), only(value))).withHint(hint).block()
}

// only is the option of a value, nil for none.
func only(value string) *bot.Option {
	if value == "" || len(value) > maxOptionText {
		return nil
	}
	return &bot.Option{Label: value, Value: value}
}

// where is the choice of the place: none for a new subscription in direct
// messages, which goes there.
func (f formFor) where() []slackgo.Block {
	w := f.words
	chosen := or(f.values[fieldWhere], "dm")
	options := []bot.Option{{Label: w.Say("Direct messages to me"), Value: "dm"}}
	if f.meta.channel != "" {
		options = append(options, bot.Option{Label: w.Say("This channel"), Value: "here"})
	}
	if chosen == place("", f.meta.channel, "").String() {
		chosen = "here"
	}
	if chosen != "dm" && (chosen != "here" || f.meta.channel == "") {
		chosen = keepPlace
		options = append(options, bot.Option{Label: w.Say("Where it goes now"), Value: keepPlace})
	}
	if len(options) == 1 {
		return nil
	}
	return []slackgo.Block{input(fieldWhere, w.Say("Where to"), choice(chosen, options...)).block()}
}

// timing are the inputs of when: days and a clock, or a line of text for a
// time that these cannot hold, such as twice a day.
func (f formFor) timing() []slackgo.Block {
	w := f.words
	days, at, ok := daysAndTime(or(f.values[fieldWhen], "weekdays 08:00"))
	if !ok {
		e := slackgo.NewPlainTextInputBlockElement(nil, fieldWhen).WithInitialValue(cut(clean(f.values[fieldWhen]), maxInput))
		e.MaxLength = maxInput
		return []slackgo.Block{input(fieldWhen, w.Say("When"), e).withHint(w.Say("For example weekdays 8:00, mon wed fri 9am, or 8:00 and 18:00")).block()}
	}
	options := dayOptions(w)
	if !hasValue(options, days) {
		options = append(options, bot.Option{Label: dayLabel(days, w), Value: days})
	}
	clock := slackgo.NewTimePickerBlockElement(fieldTime)
	clock.InitialTime = at
	return []slackgo.Block{
		input(fieldDays, w.Say("On which days"), choice(days, options...)).block(),
		input(fieldTime, w.Say("At what time"), clock).block(),
	}
}

// dayNames are the days of the week as subscriptions take them, by their
// number in cron.
func dayNames() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

func dayOptions(w bot.Words) []bot.Option {
	out := []bot.Option{{Label: w.Say("Every day"), Value: "daily"}, {Label: w.Say("Monday to Friday"), Value: "weekdays"}, {Label: w.Say("Saturday and Sunday"), Value: "weekends"}}
	for i := range 7 {
		day := dayNames()[(i+1)%7]
		out = append(out, bot.Option{Label: dayLabel(day, w), Value: day})
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

// dayLabel names days such as "mon wed fri" in the person's language.
func dayLabel(days string, w bot.Words) string {
	var out []string
	for _, d := range strings.Fields(days) {
		for n, name := range dayNames() {
			if name == d {
				out = append(out, dayName(n, w))
			}
		}
	}
	return strings.Join(out, ", ")
}

// dayName is the day with a number in cron, as a date has it.
func dayName(n int, w bot.Words) string {
	date := strings.Fields(w.Day(time.Date(2024, 9, 1+n, 0, 0, 0, 0, time.UTC))) // the first was a Sunday
	if w.Lang() == "ko" {
		return date[len(date)-1]
	}
	return date[0]
}

// daysAndTime reads words or cron as a choice of days and a time of day. ok is
// false for a time that is more than that.
func daysAndTime(when string) (days, at string, ok bool) {
	f := strings.Fields(when)
	if len(f) == 5 && f[2] == "*" && f[3] == "*" {
		days, ok = cronDays(f[4])
		at, fits := clockTime(f[1], f[0])
		return days, at, ok && fits
	}
	if len(f) < 2 {
		return "", "", false
	}
	hour, minute, ok := strings.Cut(f[len(f)-1], ":")
	at, fits := clockTime(hour, minute)
	days = strings.ToLower(strings.Join(f[:len(f)-1], " "))
	if days == "daily" || days == "weekdays" || days == "weekends" {
		return days, at, ok && fits
	}
	days, known := listedDays(days)
	return days, at, ok && fits && known
}

// listedDays are days by name, in the short form and the order of the week.
func listedDays(s string) (string, bool) {
	var have [7]bool
	for _, word := range strings.Fields(strings.ReplaceAll(s, ",", " ")) {
		n := -1
		for i, name := range dayNames() {
			if full := strings.ToLower(time.Weekday(i).String()); word == name || word == full || word == full+"s" {
				n = i
			}
		}
		if n < 0 {
			return "", false
		}
		have[n] = true
	}
	return weekOf(have)
}

func weekOf(have [7]bool) (string, bool) {
	var out []string
	for i := range 7 {
		if n := (i + 1) % 7; have[n] {
			out = append(out, dayNames()[n])
		}
	}
	return strings.Join(out, " "), len(out) > 0
}

// cronDays reads the weekday field of cron.
func cronDays(field string) (string, bool) {
	switch field {
	case "*":
		return "daily", true
	case "1-5":
		return "weekdays", true
	case "0,6", "6,0":
		return "weekends", true
	}
	var have [7]bool
	for _, d := range strings.Split(field, ",") {
		n, err := strconv.Atoi(d)
		if err != nil || n < 0 || n > 7 {
			return "", false
		}
		have[n%7] = true
	}
	return weekOf(have)
}

// clockTime is a time of day as a time picker has it.
func clockTime(hour, minute string) (string, bool) {
	h, errH := strconv.Atoi(hour)
	m, errM := strconv.Atoi(minute)
	if errH != nil || errM != nil || h < 0 || h > 23 || m < 0 || m > 59 {
		return "", false
	}
	return time.Date(2024, 1, 1, h, m, 0, 0, time.UTC).Format("15:04"), true
}

func (f formFor) zoneInput() []slackgo.Block {
	return []slackgo.Block{input(fieldZone, f.words.Say("Time zone"), live("Asia/Seoul", only(or(f.values[fieldZone], f.zone)))).block()}
}

func (f formFor) format() []slackgo.Block {
	w := f.words
	formats := choice(or(f.values[fieldFormat], "compact"), bot.Option{Label: w.Say("Two sentences"), Value: "compact"},
		bot.Option{Label: w.Say("A short paragraph"), Value: "cards"}, bot.Option{Label: w.Say("Headlines alone"), Value: "headlines"})
	return []slackgo.Block{input(fieldFormat, w.Say("How much of each story"), formats).block()}
}

func (f formFor) length() []slackgo.Block {
	options := numbers("3", "5", "7", "10", "15", "20")
	chosen := f.values[fieldLength]
	if n, err := strconv.Atoi(chosen); err != nil || n < 1 || n > 1000 {
		chosen = "7"
	}
	if !hasValue(options, chosen) {
		options = append(options, numbers(chosen)...)
	}
	return []slackgo.Block{input(fieldLength, f.words.Say("How many stories"), choice(chosen, options...)).block()}
}

// field is one input of the form.
type field struct {
	id, label, hint string
	element         slackgo.BlockElement
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

func (f field) block() slackgo.Block {
	var hint *slackgo.TextBlockObject
	if f.hint != "" {
		hint = plainText(f.hint, 150)
	}
	return slackgo.NewInputBlock(f.id, plainText(f.label, 150), hint, f.element)
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

func numbers(values ...string) []bot.Option {
	out := make([]bot.Option, len(values))
	for i, v := range values {
		out[i] = bot.Option{Label: v, Value: v}
	}
	return out
}
