package query

import (
	"strings"
	"time"
	"unicode"
)

// pattern is one way to say a window of time: literal forms and slots.
//
//	#  a number: digits or a word        @  a weekday
//	%  a unit: hours, days, weeks        ^  a month
//	$  a date: 2026-11-01
type pattern struct {
	items []token // literals; a slot has its mark as form and nothing else
	means string  // a verb of window.apply, or hours
}

// found is what a pattern's slots held.
type found struct {
	number, unit float64
	weekday      int
	month        time.Month
	dates        []time.Time
	compact      bool // number and unit were one word, or one run: "7d", "24時間"
	digits       bool
}

// window is a reading of a stretch of tokens as time.
type window struct {
	since, until time.Time
	end          int // index of the token after it
}

// maxSpan is the longest window in hours that is taken for one: a longer one
// is an age or a century.
const maxSpan = 10 * 8760

// addWindow stores a line of words.txt: "last # % = span".
func (lex *lexicon) addWindow(line string) {
	left, means, ok := strings.Cut(line, "=")
	if !ok {
		return
	}
	p := pattern{means: strings.TrimSpace(means)}
	for field := range strings.FieldsSeq(left) {
		p.items = append(p.items, patternItems(field)...)
	}
	if len(p.items) == 0 {
		return
	}
	first := p.items[0].form
	if isSlot(first) {
		first = ""
	}
	lex.windows[first] = append(lex.windows[first], p)
}

// patternItems cuts a field of a pattern into slots and literals.
func patternItems(field string) []token {
	var items []token
	rest := field
	for rest != "" {
		i := strings.IndexAny(rest, "#%@^$")
		if i != 0 {
			if i < 0 {
				i = len(rest)
			}
			items = append(items, scan(rest[:i])...)
			rest = rest[i:]
			continue
		}
		items = append(items, token{form: rest[:1]})
		rest = rest[1:]
	}
	return items
}

func isSlot(form string) bool { return len(form) == 1 && strings.Contains("#%@^$", form) }

// windowAt reads the longest window that begins at tokens[i].
func (r *Reader) windowAt(tokens []token, i int, now time.Time) (window, bool) {
	best := window{}
	for _, list := range [][]pattern{r.lex.windows[tokens[i].form], r.lex.windows[""]} {
		for _, p := range list {
			f := found{}
			end := r.lex.match(p.items, tokens, i, &f)
			if end <= best.end {
				continue
			}
			if w, ok := r.apply(p.means, f, now); ok && r.fits(p, f, tokens, i, end) {
				w.end = end
				best = w
			}
		}
	}
	return best, best.end > 0
}

// fits keeps "3 days" inside a sentence from being a window: without a word
// such as "last", a span counts when it is one word or the end of a request.
func (r *Reader) fits(p pattern, f found, tokens []token, i, end int) bool {
	if len(p.items) != 2 || p.items[0].form != "#" || p.items[1].form != "%" {
		return true
	}
	if last := tokens[end-1]; last.solid {
		return f.digits && strings.Contains("間간时時", last.text)
	}
	if f.compact {
		return true
	}
	if i == 0 && end < len(tokens) && f.unit == 1 {
		return f.digits // "72 hours sudan"
	}
	return f.digits && end == len(tokens)
}

// match follows the items of a pattern from tokens[i] and returns the index
// after the last one, 0 when they do not fit.
func (lex *lexicon) match(items, tokens []token, i int, f *found) int {
	for k := 0; k < len(items); k++ {
		if i >= len(tokens) || tokens[i].key != "" || tokens[i].quoted {
			return 0
		}
		n := 1
		switch form := items[k].form; {
		case form == "#" && k+1 < len(items) && items[k+1].form == "%" && lex.compact(tokens[i], f):
			k++
		case form == "#":
			n = lex.number(tokens, i, f)
		case form == "%":
			f.unit, n = lex.units.at(tokens, i)
			f.compact = f.compact || n > 0 && tokens[i].solid && tokens[i].glued
		case form == "@":
			var day float64
			day, n = lex.days.at(tokens, i)
			f.weekday = int(day)
		case form == "^":
			var month float64
			month, n = lex.months.at(tokens, i)
			f.month = time.Month(month)
		case form == "$":
			n = readDate(tokens[i], f)
		case form != tokens[i].form:
			return 0
		}
		if n == 0 {
			return 0
		}
		i += n
	}
	return i
}

// number reads digits or a number word.
func (lex *lexicon) number(tokens []token, i int, f *found) int {
	if v, ok := digits(tokens[i].form); ok {
		f.number, f.digits = v, true
		return 1
	}
	v, n := lex.numbers.at(tokens, i)
	if n > 0 {
		f.number = v
	}
	return n
}

// compact reads "7d" or "24h".
func (lex *lexicon) compact(t token, f *found) bool {
	if t.form == "" || t.form[0] < '0' || t.form[0] > '9' {
		return false
	}
	cut := strings.IndexFunc(t.form, func(r rune) bool { return !unicode.IsDigit(r) })
	if cut <= 0 {
		return false
	}
	v, ok := digits(t.form[:cut])
	unit, known := lex.units.by[t.form[cut:]]
	if !ok || !known {
		return false
	}
	f.number, f.unit, f.compact, f.digits = v, unit, true, true
	return true
}

// digits reads at most four ASCII digits.
func digits(s string) (float64, bool) {
	if len(s) == 0 || len(s) > 4 {
		return 0, false
	}
	v := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
		v = v*10 + int(r-'0')
	}
	return float64(v), true
}

func readDate(t token, f *found) int {
	if !t.date {
		return 0
	}
	d, err := time.Parse(time.DateOnly, t.form)
	if err != nil {
		return 0
	}
	f.dates = append(f.dates, d)
	return 1
}

// apply turns the verb of a pattern and its slots into a window. "Today" is the
// last 24 hours, and "this week" the last seven days: in the morning, or on a
// Monday, the calendar's would be nearly empty, and nobody who asks wants that.
func (r *Reader) apply(means string, f found, now time.Time) (window, bool) {
	local := now.In(r.zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, r.zone)
	switch means {
	case "span":
		return r.hours(f.number*f.unit, now)
	case "unit":
		return r.hours(f.unit, now)
	case "today":
		return r.hours(24, now)
	case "yesterday":
		return window{since: midnight.AddDate(0, 0, -1), until: midnight}, true
	case "yesterday-on":
		return window{since: midnight.AddDate(0, 0, -1)}, true
	case "weekday", "onweekday":
		back := (int(midnight.Weekday()) - f.weekday + 7) % 7
		w := window{since: midnight.AddDate(0, 0, -back)}
		if means == "onweekday" {
			w.until = w.since.AddDate(0, 0, 1)
		}
		return w, true
	case "month", "monthday", "daymonth", "cjkmonth":
		return r.calendar(means, f, midnight)
	case "date", "until", "before", "day", "range":
		return r.dates(means, f)
	}
	if v, ok := digits(means); ok {
		return r.hours(v, now)
	}
	return window{}, false
}

// hours is the window of that many hours before now.
func (r *Reader) hours(h float64, now time.Time) (window, bool) {
	if h <= 0 || h > maxSpan {
		return window{}, false
	}
	return window{since: now.Add(-time.Duration(h * float64(time.Hour))).Truncate(time.Second)}, true
}

// calendar is the window since the latest such month or day that has come.
func (r *Reader) calendar(means string, f found, midnight time.Time) (window, bool) {
	month, day := f.month, 1
	switch means {
	case "cjkmonth":
		month = time.Month(int(f.number))
	case "monthday", "daymonth":
		day = int(f.number)
	}
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return window{}, false
	}
	since := time.Date(midnight.Year(), month, day, 0, 0, 0, 0, r.zone)
	if since.After(midnight) {
		since = since.AddDate(-1, 0, 0)
	}
	return window{since: since}, true
}

// dates is a window between dates; the last day is part of it.
func (r *Reader) dates(means string, f found) (window, bool) {
	day := func(i int) time.Time {
		d := f.dates[i]
		return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, r.zone)
	}
	switch {
	case means == "range" && len(f.dates) == 2:
		return window{since: day(0), until: day(1).AddDate(0, 0, 1)}, !day(1).Before(day(0))
	case len(f.dates) != 1:
		return window{}, false
	case means == "before":
		return window{until: day(0)}, true
	case means == "until":
		return window{until: day(0).AddDate(0, 0, 1)}, true
	case means == "day":
		return window{since: day(0), until: day(0).AddDate(0, 0, 1)}, true
	}
	return window{since: day(0)}, true
}

// noTime is for reading names alone, where no window is of interest.
var noTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
