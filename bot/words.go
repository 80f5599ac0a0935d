package bot

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// Words says things in a person's language. The key of a text is its English
// form, so that code reads as people read; the catalogue holds the other
// languages and the English plurals. golang.org/x/text does the plural rules
// and number forms of each language, from CLDR.
type Words struct {
	tag     language.Tag
	printer *message.Printer
}

// Languages are those that the catalogue holds whole.
func Languages() []string { return []string{"en", "ko"} }

// WordsIn returns the words of the language nearest to lang, English when
// nothing is near.
func WordsIn(lang string) Words {
	words := allWords()
	tag, err := language.Parse(strings.ReplaceAll(lang, "_", "-"))
	if err != nil {
		return words["en"]
	}
	base, _ := tag.Base()
	if w, ok := words[base.String()]; ok {
		return w
	}
	return words["en"]
}

// allWords builds the printers once: building the catalogue costs about a
// millisecond, saying a sentence about a microsecond.
var allWords = sync.OnceValue(func() map[string]Words {
	builder := catalog.NewBuilder(catalog.Fallback(language.English))
	for key, forms := range plurals {
		set(builder, language.English, key, forms)
	}
	for _, texts := range []map[string]string{korean, koreanErrors} {
		for key, text := range texts {
			if err := builder.SetString(language.Korean, key, text); err != nil {
				panic("bot: Korean text of " + strconv.Quote(key) + ": " + err.Error())
			}
		}
	}
	out := map[string]Words{}
	for _, lang := range Languages() {
		tag := language.Make(lang)
		out[lang] = Words{tag, message.NewPrinter(tag, message.Catalog(builder))}
	}
	return out
})

func set(b *catalog.Builder, tag language.Tag, key string, p pluralForms) {
	msgs := make([]catalog.Message, 0, len(p.vars)+1)
	for i, v := range p.vars {
		msgs = append(msgs, catalog.Var("n"+strconv.Itoa(i), plural.Selectf(v.arg, "%d", "one", v.one, "other", v.other)))
	}
	msgs = append(msgs, catalog.String(p.text))
	if err := b.Set(tag, key, msgs...); err != nil {
		panic("bot: plural of " + strconv.Quote(key) + ": " + err.Error())
	}
}

// Lang is the language of these words.
func (w Words) Lang() string { return w.tag.String() }

// Say returns the text of key with its verbs filled in.
func (w Words) Say(key string, args ...any) string {
	return w.settled("", w.printer.Sprintf(key, args...))
}

// settled is a text after another, with what depends on that.
func (w Words) settled(before, text string) string {
	if w.Lang() != "ko" {
		return text
	}
	return settle(before, text)
}

// Text is Say for a text in which some arguments are Spans: they keep their
// look, wherever the language puts them.
func (w Words) Text(key string, args ...any) Text {
	var spans []Span
	plain := make([]any, len(args))
	for i, a := range args {
		if s, ok := a.(Span); ok {
			// U+E000 is a private-use character that cleaned text may hold, but
			// only this exact mark with a number is read back, from our own print.
			plain[i] = spanMark + strconv.Itoa(len(spans)) + spanMark
			spans = append(spans, s)
			continue
		}
		if s, ok := a.(string); ok {
			a = strings.ReplaceAll(s, spanMark, "")
		}
		plain[i] = a
	}
	var out Text
	for i, piece := range strings.Split(w.printer.Sprintf(key, plain...), spanMark) {
		if i%2 == 0 {
			if piece != "" {
				out = append(out, S(w.settled(out.String(), piece)))
			}
			continue
		}
		if n, err := strconv.Atoi(piece); err == nil && n < len(spans) {
			out = append(out, spans[n])
		}
	}
	return out
}

const spanMark = "\ue000"

// Zone loads an IANA zone, UTC when it is not known.
func Zone(name string) *time.Location {
	if loc, err := time.LoadLocation(name); err == nil {
		return loc
	}
	return time.UTC
}

// Day is a date as a heading says it: "Monday 24 November".
func (w Words) Day(t time.Time) string {
	if w.Lang() == "ko" {
		return strconv.Itoa(int(t.Month())) + "월 " + strconv.Itoa(t.Day()) + "일 " + koreanDays[t.Weekday()]
	}
	return t.Format("Monday 2 January")
}

// Date is a date without its weekday: "24 November", with the year when it is
// not that of now.
func (w Words) Date(t, now time.Time) string {
	switch {
	case w.Lang() == "ko" && t.Year() == now.Year():
		return strconv.Itoa(int(t.Month())) + "월 " + strconv.Itoa(t.Day()) + "일"
	case w.Lang() == "ko":
		return strconv.Itoa(t.Year()) + "년 " + strconv.Itoa(int(t.Month())) + "월 " + strconv.Itoa(t.Day()) + "일"
	case t.Year() == now.Year():
		return t.Format("2 January")
	}
	return t.Format("2 January 2006")
}

// When is a time to come or gone by: "today 08:00 KST", "Tuesday 25 November
// 08:00 KST".
func (w Words) When(t, now time.Time) string {
	clock := t.Format("15:04 ") + ZoneName(t)
	now = now.In(t.Location())
	switch dayNumber(t) - dayNumber(now) {
	case -1:
		return w.Say("yesterday %s", clock)
	case 0:
		return w.Say("today %s", clock)
	case 1:
		return w.Say("tomorrow, %s %s", w.Day(t), clock)
	}
	return w.Day(t) + " " + clock
}

// Soon is a time to come as briefly as it is clear: "Tuesday 08:00 KST" within
// a week, else with its date.
func (w Words) Soon(t, now time.Time) string {
	clock := t.Format("15:04 ") + ZoneName(t)
	if d := dayNumber(t) - dayNumber(now.In(t.Location())); d < 0 || d > 6 {
		return w.Date(t, now) + " " + clock
	}
	if w.Lang() == "ko" {
		return koreanDays[t.Weekday()] + " " + clock
	}
	return t.Format("Monday ") + clock
}

// dayNumber counts days in t's own zone.
func dayNumber(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// ZoneName is the short name of t's zone: "KST", or "UTC+04" where the zone
// has only a number.
func ZoneName(t time.Time) string {
	name, _ := t.Zone()
	if name != "" && name[0] != '+' && name[0] != '-' {
		return name
	}
	return "UTC" + name
}

// Ago is how long before now t was, within a day ("2 h ago"), else the date
// and time with its zone ("22 Nov 08:00 KST").
func (w Words) Ago(t, now time.Time, zone string) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute && d > -time.Minute:
		return w.Say("just now")
	case d > 0 && d < time.Hour:
		return w.Say("%d min ago", int(d.Minutes()))
	case d > 0 && d < 24*time.Hour:
		return w.Say("%d h ago", int(d.Hours()))
	}
	t = t.In(Zone(zone))
	if w.Lang() == "ko" {
		return w.Date(t, now) + " " + t.Format("15:04 ") + ZoneName(t)
	}
	if t.Year() != now.Year() {
		return t.Format("2 Jan 2006 15:04 ") + ZoneName(t)
	}
	return t.Format("2 Jan 15:04 ") + ZoneName(t)
}

// Span is a length of time: "2 h 10 min", "7 days".
func (w Words) Span(d time.Duration) string {
	d = d.Round(time.Minute)
	days, hours, minutes := int(d/(24*time.Hour)), int(d%(24*time.Hour)/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case days > 0 && hours == 0:
		return w.Say("%d days", days)
	case days > 0:
		return w.Say("%d days", days) + " " + w.Say("%d h", hours)
	case hours > 0 && minutes == 0:
		return w.Say("%d h", hours)
	case hours > 0:
		return w.Say("%d h", hours) + " " + w.Say("%d min", minutes)
	}
	return w.Say("%d min", minutes)
}

// Weekday is the name of a day of the week, 0 for Sunday, as a schedule says
// it: "Mondays".
func (w Words) Weekday(n int) string {
	if w.Lang() == "ko" {
		return koreanDays[n]
	}
	return time.Weekday(n).String() + "s"
}
