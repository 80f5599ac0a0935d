package slack

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// The blocks of the form of quiet hours, which becomes the words that
// "subscriptions quiet" takes.
const (
	fieldFrom     = "from"
	fieldTo       = "to"
	fieldWeekends = "weekends"
	fieldAlerts   = "alerts"

	fieldQuiet = "quiet" // of bot.Former: those words
)

// clockFace is a time of day as a time picker has it.
const clockFace = `(?:[01]\d|2[0-3]):[0-5]\d`

var quietHours = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(` + clockFace + `)-(` + clockFace + `)\b`) })

// quiet are the inputs of quiet hours.
func (f formFor) quiet() []slackgo.Block {
	w, text := f.words, f.values[fieldQuiet]
	var from, to string
	if m := quietHours().FindStringSubmatch(text); m != nil {
		from, to = m[1], m[2]
	}
	words := strings.Fields(text)
	weekends, alerts := "no", "hold"
	if slices.Contains(words, "weekends") {
		weekends = "yes"
	}
	if slices.Contains(words, "drop") {
		alerts = "drop"
	}
	return []slackgo.Block{
		input(fieldFrom, w.Say("From"), timePicker(from)).withHint(w.Say("Leave both times empty for none.")).optional().block(),
		input(fieldTo, w.Say("To"), timePicker(to)).optional().block(),
		input(fieldWeekends, w.Say("Saturday and Sunday"), choice(weekends, bot.Option{Label: w.Say("As on other days"), Value: "no"}, bot.Option{Label: w.Say("Quiet all day"), Value: "yes"})).block(),
		input(fieldAlerts, w.Say("Alerts meanwhile"), choice(alerts, bot.Option{Label: w.Say("Wait, and come together"), Value: "hold"}, bot.Option{Label: w.Say("Are dropped"), Value: "drop"})).block(),
	}
}

// quietWords are the inputs in words. missing is the input that the other one
// needs, "" for none.
func quietWords(at func(id string) string) (words, missing string) {
	from, to := at(fieldFrom), at(fieldTo)
	var out []string
	switch {
	case from == "" && to != "":
		return "", fieldFrom
	case from != "" && to == "":
		return "", fieldTo
	case from != to:
		out = append(out, from+"-"+to)
	}
	if at(fieldWeekends) == "yes" {
		out = append(out, "weekends")
	}
	if len(out) == 0 {
		return "off", ""
	}
	if at(fieldAlerts) == "drop" {
		out = append(out, "drop")
	}
	return strings.Join(out, " "), ""
}
