package slack

import (
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// timing are the inputs of when: days and a clock, or a line of text for a
// time that these cannot hold, such as twice a day.
func (f formFor) timing() []slackgo.Block {
	w := f.words
	days, at, ok := daysAndTime(or(f.values[fieldWhen], "weekdays 08:00"))
	if !ok {
		return []slackgo.Block{input(fieldWhen, w.Say("When"), typedText(whenText(f.values[fieldWhen]), maxInput)).withHint(w.Say("For example weekdays 8:00, mon wed fri 9am, or 8:00 and 18:00")).block()}
	}
	options := dayOptions(w)
	if !hasValue(options, days) {
		options = append(options, bot.Option{Label: dayLabel(days, w), Value: days})
	}
	return []slackgo.Block{
		input(fieldDays, w.Say("On which days"), choice(days, options...)).block(),
		input(fieldTime, w.Say("At what time"), timePicker(at)).block(),
	}
}

// whenText says a cron line of several times a day in words, which a
// subscription takes just as well; any other stays as it is.
func whenText(when string) string {
	days, times := cronTimes(strings.Fields(when))
	if len(times) < 2 {
		return when
	}
	last := len(times) - 1
	return days + " " + strings.Join(times[:last], ", ") + " and " + times[last]
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

// dayLabel names days such as "mon wed fri" in the person's language.
func dayLabel(days string, w bot.Words) string {
	var out []string
	for _, d := range strings.Fields(days) {
		for n, name := range dayNames() {
			if name == d {
				out = append(out, strings.TrimSuffix(w.Weekday(n), "s")) // one day: "Monday"
			}
		}
	}
	return strings.Join(out, ", ")
}

// daysAndTime reads words or cron as a choice of days and a time of day. ok is
// false for a time that is more than that.
func daysAndTime(when string) (days, at string, ok bool) {
	f := strings.Fields(when)
	if days, times := cronTimes(f); len(times) > 0 {
		return days, times[0], len(times) == 1
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

// cronTimes reads the fields of cron as days and times of day. There are no
// times where it is no cron, or says more than that.
func cronTimes(f []string) (days string, times []string) {
	if len(f) != 5 || f[2] != "*" || f[3] != "*" {
		return "", nil
	}
	days, ok := cronDays(f[4])
	for _, hour := range strings.Split(f[1], ",") {
		at, fits := clockTime(hour, f[0])
		if !ok || !fits {
			return "", nil
		}
		times = append(times, at)
	}
	return days, times
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
