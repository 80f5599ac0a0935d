package discord

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// form lays a form out. Discord takes five fields, so a time and its zone are
// one, a review of the week is one of the formats, and where a new subscription
// goes takes the place of its length, or a new alert of its pauses. What a
// subscription does not have, as an alert has no time, the form that edits it
// does not ask for.
func (t *turn) form(f formRef, values map[string]string) modal {
	l := layout{w: bot.WordsIn(t.i.Locale), f: f, values: values, here: t.r.Place}
	l.m = modal{CustomID: f.id(), Title: clip(l.title(), maxModalTitle)}
	l.m.add(l.w.Say("What"), l.w.Say("A country, a topic, both, or words"), line("query", values["query"], "korea-trade", true))
	if l.alert() {
		l.alerting()
	} else {
		l.digesting()
	}
	return l.m
}

// layout is a form in the making.
type layout struct {
	m      modal
	w      bot.Words
	f      formRef
	values map[string]string
	here   digest.Destination
}

// alert reports whether it is of an alert: one that is edited says how big its
// stories are.
func (l *layout) alert() bool {
	_, big := l.values["big"]
	return l.f.alert || l.f.edits != "" && big
}

func (l *layout) title() string {
	switch {
	case l.f.edits != "" && l.alert():
		return l.w.Say("Edit alert")
	case l.f.edits != "":
		return l.w.Say("Edit subscription")
	case l.f.alert:
		return l.w.Say("New alert")
	}
	return l.w.Say("New subscription")
}

// has reports whether there is room for a field, and something to be in it.
func (l *layout) has(name string) bool {
	_, ok := l.values[name]
	return (ok || l.f.edits == "") && len(l.m.Components) < maxModalFields
}

// spare reports whether one more field leaves room for the filters, which come
// last.
func (l *layout) spare() bool { return len(l.m.Components) < maxModalFields-1 }

func (l *layout) digesting() {
	w, values := l.w, l.values
	if l.has("when") {
		l.m.add(w.Say("When"), w.Say("For example weekdays 8:00 Asia/Seoul, mon wed fri 9am, or 8:00 and 18:00"), line("when", timeAndZone(values), "weekdays 08:00 Asia/Seoul", false))
	}
	l.where()
	if l.has("format") {
		chosen := orElse(values["format"], string(digest.Compact))
		if values["review"] == "yes" {
			chosen = string(digest.Review)
		}
		l.m.add(w.Say("How much of each story"), "", pick("format", chosen, bot.Option{Label: w.Say("Two sentences"), Value: string(digest.Compact)},
			bot.Option{Label: w.Say("A short paragraph"), Value: string(digest.Cards)}, bot.Option{Label: w.Say("Headlines alone"), Value: string(digest.Headlines)},
			bot.Option{Label: w.Say("A review of the week, with numbers"), Value: string(digest.Review)}))
	}
	if l.spare() && l.has("length") {
		l.m.add(w.Say("How many stories"), "", pick("length", orElse(values["length"], "7"), numbers(values["length"], "3", "5", "7", "10", "15", "20")...))
	}
	l.filters()
}

func (l *layout) alerting() {
	w, values := l.w, l.values
	l.where()
	big := orElse(values["big"], "no")
	sizes := []bot.Option{{Label: w.Say("Any story"), Value: "no"}, {Label: w.Say("Only big ones, which several sources have"), Value: "yes"}}
	if n, err := strconv.Atoi(big); err == nil && n > 0 && n <= 1000 {
		sizes = append(sizes, bot.Option{Label: w.Say("Only those of %s or more", w.Say("%d sources", n)), Value: big})
	}
	l.m.add(w.Say("Which stories"), "", pick("big", big, sizes...))
	l.m.add(w.Say("At most in an hour"), w.Say("What is more than that comes together, in one message."), pick("per_hour", orElse(values["per_hour"], "6"), numbers(values["per_hour"], "1", "2", "3", "6", "12", "30")...))
	if l.spare() {
		every := orElse(values["every"], "no")
		pauses := []bot.Option{{Label: w.Say("No pause"), Value: "no"}}
		for _, d := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour} {
			pauses = append(pauses, bot.Option{Label: w.Span(d), Value: everyValue(d)})
		}
		l.m.add(w.Say("Between two alerts"), "", pick("every", every, withNow(pauses, every)...))
	}
	l.filters()
}

// where asks where a new one goes, where there are two places.
func (l *layout) where() {
	if l.f.edits != "" || l.here.Direct {
		return
	}
	l.m.add(l.w.Say("Where to"), "", pick("where", formWhere(l.values["where"], l.here), bot.Option{Label: l.w.Say("Direct messages to me"), Value: "dm"}, bot.Option{Label: l.w.Say("This channel"), Value: "here"}))
}

// filters is a text in the words that "subscriptions filter" takes. What is too
// long for it is not asked for, and so stays.
func (l *layout) filters() {
	text := strings.TrimSpace(plain(l.values["filters"]))
	if !l.has("filters") || units(text) > maxFilterText {
		return
	}
	in := line("filters", "", "exclude football, rugby languages en", false)
	in.Style, in.Value, in.MaxLength = styleParagraph, text, maxFilterText
	l.m.add(l.w.Say("Filters"), l.w.Say("Begin each part with include, exclude, match, unless, sources, not sources or languages."), in)
}

// maxFilterText is how long the text of filters may be.
const maxFilterText = 3000

// timeAndZone is a time with its zone, which are one field.
func timeAndZone(values map[string]string) string {
	when := strings.TrimSpace(whenWords(values["when"]))
	if zone := strings.TrimSpace(values["zone"]); zone != "" {
		return orElse(when, "daily 08:00") + " " + zone
	}
	return when
}

// everyValue is a time between two alerts as the field "every" has it.
func everyValue(d time.Duration) string {
	if d < time.Hour {
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.Itoa(int(d/time.Hour)) + " h"
}

// withNow are options with the one that is in force, where that is another.
func withNow(options []bot.Option, now string) []bot.Option {
	if !goodID(now, now) || slices.ContainsFunc(options, func(o bot.Option) bool { return o.Value == now }) {
		return options
	}
	return append(options, bot.Option{Label: now, Value: now})
}

func (m *modal) add(label, description string, in modalInput) {
	m.Components = append(m.Components, modalLabel{typeLabel, clip(label, maxModalLabel), clip(description, maxModalHint), in})
}

// line is an input of one line of text.
func line(id, value, example string, required bool) modalInput {
	return modalInput{Type: typeInput, CustomID: id, Style: styleShort, Value: clip(strings.TrimSpace(plain(value)), digest.MaxQuery), Placeholder: example, Required: required, MaxLength: digest.MaxQuery}
}

// pick is a menu with one option chosen.
func pick(id, chosen string, options ...bot.Option) modalInput {
	in := modalInput{Type: typeSelect, CustomID: id, Required: true}
	for _, o := range options {
		in.Options = append(in.Options, modalChoice{clip(o.Label, maxOptionText), o.Value, o.Value == chosen})
	}
	return in
}

// formWhere is what the menu of places has chosen: direct messages, unless the
// handler says here.
func formWhere(value string, here digest.Destination) string {
	if value == "here" || value == here.String() {
		return "here"
	}
	return "dm"
}

// numbers are a menu's numbers, with the one that is in force.
func numbers(now string, offered ...string) []bot.Option {
	var out []bot.Option
	for _, n := range offered {
		out = append(out, bot.Option{Label: n, Value: n})
	}
	if n, err := strconv.Atoi(now); err == nil && n > 0 && n <= 1000 {
		return withNow(out, strconv.Itoa(n))
	}
	return out
}

func orElse(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}

// whenWords tells a simple cron line in the words that a subscription takes
// just as well; any other time stays as it is.
func whenWords(when string) string {
	f := strings.Fields(when)
	if len(f) != 5 || f[2] != "*" || f[3] != "*" {
		return when
	}
	minute, errM := strconv.Atoi(f[0])
	hour, errH := strconv.Atoi(f[1])
	if errM != nil || errH != nil || minute < 0 || minute > 59 || hour < 0 || hour > 23 {
		return when
	}
	days, ok := map[string]string{"*": "daily", "1-5": "weekdays", "0,6": "weekends", "6,0": "weekends"}[f[4]]
	if !ok {
		var names []string
		for _, d := range strings.Split(f[4], ",") {
			n, err := strconv.Atoi(d)
			if err != nil || n < 0 || n > 7 {
				return when
			}
			names = append(names, strings.ToLower(time.Weekday(n % 7).String()[:3]))
		}
		days = strings.Join(names, " ")
	}
	return days + " " + time.Date(2024, 1, 1, hour, minute, 0, 0, time.UTC).Format("15:04")
}
