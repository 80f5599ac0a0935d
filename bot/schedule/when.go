package schedule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// ParseWhen turns what people type for a time into cron: "daily 08:00",
// "weekdays 7:30", "mondays 9am", "mon, wed and fri at 8", "1st of the month
// 9:00", "hourly", "8am and 6pm". What is cron already stays as it is.
func ParseWhen(when string) (string, error) {
	when = strings.TrimSpace(when)
	if when == "" || len(when) > MaxSpec {
		return "", whenError(when)
	}
	if looksLikeCron(when) {
		if _, err := NewPlan(when, "UTC", nil); err != nil {
			return "", err
		}
		return when, nil
	}
	return parseWords(strings.ToLower(when))
}

func whenError(when string) error {
	if len(when) > 60 {
		when = when[:60]
	}
	return digest.Errorf(digest.Invalid, "I can't read %q as a time", strings.ToValidUTF8(when, "")).
		WithHint(`Try "daily 8:00", "weekdays 7:30", "mondays 9am" or "hourly".`)
}

// looksLikeCron holds for @descriptors and for text that has only the
// characters and names of cron fields and at least five of them.
func looksLikeCron(s string) bool {
	return strings.HasPrefix(s, "@") || cronText.MatchString(strings.TrimSpace(strings.Split(s, ";")[0]))
}

var (
	cronText = regexp.MustCompile(`^(?i)[0-9*/,?-]+\s+[0-9*/,?-]+\s+[0-9*/,?-]+\s+[0-9a-z*/,?-]+\s+[0-9a-z*/,?-]+$`)
	clock    = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2}))?\s?(am|pm|a\.m\.|p\.m\.)?$`)
	ordinal  = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)$`)
	number   = regexp.MustCompile(`^\d{1,2}$`)
)

// dayWords are the words for sets of days, with their cron weekday fields.
var dayWords = map[string]string{
	"daily": "*", "day": "*", "everyday": "*", "days": "*", "매일": "*",
	"weekday": "1-5", "weekdays": "1-5", "workdays": "1-5", "평일": "1-5",
	"weekend": "0,6", "weekends": "0,6", "주말": "0,6",
	"monday": "1", "tuesday": "2", "wednesday": "3", "thursday": "4", "friday": "5", "saturday": "6", "sunday": "0",
	"mon": "1", "tue": "2", "tues": "2", "wed": "3", "thu": "4", "thur": "4", "thurs": "4", "fri": "5", "sat": "6", "sun": "0",
	"월요일": "1", "화요일": "2", "수요일": "3", "목요일": "4", "금요일": "5", "토요일": "6", "일요일": "0",
}

// fillers say nothing about when.
var fillers = map[string]bool{"at": true, "on": true, "every": true, "each": true, "and": true, "the": true, "of": true, "in": true,
	"o'clock": true, "마다": true, "에": true, "to": true, "time": true, "local": true}

// times collects what the words said.
type times struct {
	days    []string // cron weekday fields
	dates   []string // days of the month
	clocks  []string // "minute hour"
	hourly  bool
	monthly bool
}

func parseWords(when string) (string, error) {
	var t times
	words := strings.Fields(strings.NewReplacer(",", " ", "&", " ", "+", " ").Replace(when))
	for i := 0; i < len(words); i++ {
		used, ok := t.word(words[i:])
		if !ok {
			return "", whenError(when)
		}
		i += used
	}
	return t.cron(when)
}

// word reads the first of words, and says how many more it used.
func (t *times) word(words []string) (more int, ok bool) {
	w := words[0]
	switch {
	case fillers[w]:
		return 0, true
	case w == "hourly", w == "hour", w == "매시간":
		t.hourly = true
		return 0, true
	case w == "monthly", w == "month", w == "매월":
		t.monthly = true
		return 0, true
	case w == "noon", w == "midday":
		t.clocks = append(t.clocks, "0 12")
		return 0, true
	case w == "midnight":
		t.clocks = append(t.clocks, "0 0")
		return 0, true
	}
	return t.dayOrClock(words)
}

func (t *times) dayOrClock(words []string) (more int, ok bool) {
	w := words[0]
	if field, known := dayWord(w); known {
		t.days = append(t.days, field)
		return 0, true
	}
	if m := ordinal.FindStringSubmatch(w); m != nil {
		t.dates = append(t.dates, m[1])
		return 0, true
	}
	if len(words) > 1 && number.MatchString(w) && (words[1] == "am" || words[1] == "pm") {
		w, more = w+words[1], 1
	}
	c, ok := clockOf(w)
	if ok {
		t.clocks = append(t.clocks, c)
	}
	return more, ok
}

// dayWord reads "mondays", "mon-fri", "weekdays".
func dayWord(w string) (string, bool) {
	if field, ok := dayWords[w]; ok {
		return field, true
	}
	if field, ok := dayWords[strings.TrimSuffix(w, "s")]; ok {
		return field, true
	}
	from, to, ok := strings.Cut(strings.ReplaceAll(w, "–", "-"), "-")
	a, okA := dayWords[from]
	b, okB := dayWords[to]
	if !ok || !okA || !okB || len(a) != 1 || len(b) != 1 || a == "*" || b == "*" {
		return "", false
	}
	return dayRange(a, b), true
}

// dayRange lists the days from a to b, over the end of the week if need be.
func dayRange(a, b string) string {
	var days []string
	for d := int(a[0] - '0'); ; d = (d + 1) % 7 {
		days = append(days, strconv.Itoa(d))
		if strconv.Itoa(d) == b {
			return strings.Join(days, ",")
		}
	}
}

// clockOf reads "8:00", "9am", "18.30", "7", as "minute hour".
func clockOf(w string) (string, bool) {
	w = strings.TrimSuffix(strings.TrimSuffix(w, "시"), "h")
	m := clock.FindStringSubmatch(w)
	if m == nil {
		return "", false
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi("0" + m[2])
	if half := strings.ReplaceAll(m[3], ".", ""); half != "" {
		if hour < 1 || hour > 12 {
			return "", false
		}
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	return strconv.Itoa(minute) + " " + strconv.Itoa(hour), hour < 24 && minute < 60
}

// defaultClock is when a digest comes if no time was said.
const defaultClock = "0 8"

func (t *times) cron(when string) (string, error) {
	if t.hourly {
		if len(t.clocks)+len(t.dates) > 0 {
			return "", whenError(when)
		}
		return "0 * * * " + t.weekdays(), nil
	}
	if len(t.clocks) == 0 {
		if len(t.days) == 0 && len(t.dates) == 0 && !t.monthly {
			return "", whenError(when)
		}
		t.clocks = []string{defaultClock}
	}
	date := "*"
	if len(t.dates) > 0 {
		date = strings.Join(t.dates, ",")
	} else if t.monthly {
		date = "1"
	}
	if date != "*" && len(t.days) > 0 {
		return "", digest.Errorf(digest.Invalid, "%q names both weekdays and days of the month", when).WithHint("Make two subscriptions, or use one of them.")
	}
	return t.join(date)
}

// join writes one spec for times that share their minute, and one for each
// other.
func (t *times) join(date string) (string, error) {
	byMinute, order := map[string][]string{}, []string{}
	for _, c := range t.clocks {
		minute, hour, _ := strings.Cut(c, " ")
		if byMinute[minute] == nil {
			order = append(order, minute)
		}
		if !slices.Contains(byMinute[minute], hour) {
			byMinute[minute] = append(byMinute[minute], hour)
		}
	}
	var specs []string
	for _, minute := range order {
		specs = append(specs, minute+" "+strings.Join(byMinute[minute], ",")+" "+date+" * "+t.weekdays())
	}
	spec := strings.Join(specs, "; ")
	_, err := NewPlan(spec, "UTC", nil)
	return spec, err
}

func (t *times) weekdays() string {
	if len(t.days) == 0 || slices.Contains(t.days, "*") {
		return "*"
	}
	return strings.Join(t.days, ",")
}

// Describe says a schedule in words, "weekdays at 08:00"; a spec that words
// cannot hold is told as it is.
func Describe(spec string, w bot.Words) string {
	specs := strings.Split(spec, ";")
	var parts []string
	days := ""
	for _, one := range specs {
		f := strings.Fields(one)
		if len(f) != 5 || f[3] != "*" || !number.MatchString(f[0]) {
			return w.Say("at the times %s", spec)
		}
		if f[1] == "*" {
			return w.Say("every hour at :%s", pad(f[0]))
		}
		d, ok := describeDays(f[2], f[4], w)
		if !ok || (days != "" && days != d) {
			return w.Say("at the times %s", spec)
		}
		days = d
		for _, hour := range strings.Split(f[1], ",") {
			if !number.MatchString(hour) {
				return w.Say("at the times %s", spec)
			}
			parts = append(parts, pad(hour)+":"+pad(f[0]))
		}
	}
	return w.Say("%s at %s", days, strings.Join(parts, ", "))
}

func pad(n string) string {
	if len(n) == 1 {
		return "0" + n
	}
	return n
}

func describeDays(date, weekday string, w bot.Words) (string, bool) {
	if date != "*" {
		return w.Say("monthly on day %s", date), weekday == "*"
	}
	switch weekday {
	case "*":
		return w.Say("daily"), true
	case "1-5":
		return w.Say("weekdays"), true
	case "0,6", "6,0":
		return w.Say("weekends"), true
	}
	var names []string
	for _, d := range strings.Split(weekday, ",") {
		n, err := strconv.Atoi(d)
		if err != nil || n < 0 || n > 7 {
			return "", false
		}
		names = append(names, w.Weekday(n%7))
	}
	return strings.Join(names, ", "), true
}
