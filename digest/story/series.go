package story

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest/text"
)

// routine is a kind of article that comes every day or quarter in the same
// words. Such articles are alike without telling of one event.
type routine uint8

const (
	noRoutine routine = iota
	briefing          // many events in one: belongs to no story of another
	market
	weather
	results
	listing
	dated // a headline with a date in it
	routines
)

var routineNames = map[string]routine{
	"briefing": briefing, "market": market, "weather": weather, "results": results, "listing": listing,
}

// alone reports whether an article of this kind only ever joins its copies.
func (r routine) alone() bool { return r == briefing || r == listing }

// daily reports whether articles of this kind tell of one day alone.
func (r routine) daily() bool { return r == market || r == weather }

// seriesOf recognises a routine series by its headline, and gives the hash of
// that headline without what changes from day to day: numbers and dates.
func seriesOf(doc *text.Document) (uint64, routine) {
	words := doc.Words[:doc.BodyFrom]
	if len(words) == 0 {
		return 0, noRoutine
	}
	var buf [256]byte
	line := append(buf[:0], ' ')
	key, kept, months := uint64(hashSeed), 0, 0
	l := lists()
	for i := range words {
		form := words[i].Form
		line = append(append(line, form...), ' ')
		switch {
		case isDigit(form[0]) || l.weekday[form]:
		case l.month[form] > 0:
			if (i > 0 && isDay(words[i-1].Form)) || (i+1 < len(words) && isDay(words[i+1].Form)) {
				months++
			}
		default:
			key = mix(key ^ hashString(form))
			kept++
		}
	}
	kind := routineIn(string(line))
	if kind == noRoutine && months > 0 {
		kind = dated
	}
	if kind == noRoutine || kept == 0 {
		return 0, noRoutine
	}
	return key, kind
}

// columnOf is the hash of the label that a headline begins with and of its
// source, where the label says that it comes again and names nobody: "The week in
// trade: steel quotas and what to watch". Else it is 0.
func columnOf(doc *text.Document, source string) uint64 {
	end := strings.IndexAny(doc.TitleText, ":|")
	if end < 0 {
		return 0
	}
	words := doc.Words[:doc.BodyFrom]
	title := capitalsTellNothing(words, doc.Lang)
	key, again := uint64(hashSeed), false
	for i := range words {
		w := &words[i]
		if int(w.Start) >= end {
			break
		}
		period := lists().period[w.Form]
		if again = again || period; !title && !w.First && !period && w.Case != text.Lower {
			return 0
		}
		key = mix(key ^ hashString(w.Form))
	}
	if !again {
		return 0
	}
	return mix(key ^ hashString(source))
}

func routineIn(line string) routine {
	for _, p := range lists().series {
		if strings.Contains(line, p.text) {
			return p.kind
		}
	}
	return noRoutine
}

// isDay reports whether a word can be the day of a month.
func isDay(form string) bool {
	n := number(form)
	return n >= 1 && n <= 31
}

// number reads a whole number of up to four digits, with an English ordinal
// ending if it has one; -1 for anything else.
func number(form string) int {
	for _, e := range []string{"st", "nd", "rd", "th"} {
		if rest, ok := strings.CutSuffix(form, e); ok && len(rest) <= 2 {
			form = rest
		}
	}
	if form == "" || len(form) > 4 {
		return -1
	}
	n := 0
	for i := range len(form) {
		if !isDigit(form[i]) {
			return -1
		}
		n = n*10 + int(form[i]-'0')
	}
	return n
}

// headWords is how many words of a body can hold the date it is from.
const headWords = 40

// headDay is the day that an article says it is from, in its headline or at
// the head of its body ("Updated: July 7, 2012"), in days since 1970; 0 when
// it says none.
func headDay(doc *text.Document) int32 {
	words := doc.Words
	if n := int(doc.BodyFrom) + headWords; len(words) > n {
		words = words[:n]
	}
	for i := range words {
		if day := dayAt(words, i); day > 0 {
			return day
		}
	}
	return 0
}

// dayAt reads a full date that starts at word i: "July 7, 2012", "7 July
// 2012", "2012-07-07".
func dayAt(words []text.Word, i int) int32 {
	if i+2 >= len(words) || words[i].Field != words[i+2].Field || words[i+2].Start-words[i].End > 16 {
		return 0
	}
	a, b, c := words[i].Form, words[i+1].Form, words[i+2].Form
	month := lists().month
	switch {
	case month[a] > 0:
		return makeDay(number(c), month[a], number(b))
	case month[b] > 0:
		return makeDay(number(c), month[b], number(a))
	case number(a) > 31:
		return makeDay(number(a), number(b), number(c))
	}
	return 0
}

func makeDay(year, month, day int) int32 {
	if year < 1990 || year > 2100 || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0
	}
	return dayOf(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC))
}

// addAmount keeps the number at word i with what it counts, so that two
// events can be told apart by it. Years and days of a month count nothing.
func (r *reader) addAmount(words []text.Word, i int) {
	if len(r.f.amounts) == maxAmounts || len(words[i].Form) > 16 {
		return
	}
	if n := number(words[i].Form); n >= 1900 && n <= 2100 {
		return
	}
	unit := r.measureAt(words, i)
	if unit == "" {
		unit = r.countedAt(words, i)
	}
	value, err := strconv.ParseFloat(strings.ReplaceAll(words[i].Form, ",", ""), 32)
	if err != nil || unit == "" || len(unit) > maxSurface || isNoise(unit) {
		return
	}
	if x := (amount{unit, float32(value)}); !slices.Contains(r.f.amounts, x) { // said once or five times, it is one
		r.f.amounts = append(r.f.amounts, x)
	}
}

// countedAt is what the number at word i counts: the label before it or the
// word after it, "" for neither.
func (r *reader) countedAt(words []text.Word, i int) string {
	l := lists()
	if i > 0 && l.label[words[i-1].Form] {
		return words[i-1].Stem
	}
	if i+1 == len(words) || words[i+1].Start-words[i].End > 2 {
		return ""
	}
	w := &words[i+1]
	if isDigit(w.Form[0]) || r.stop[w.Form] || l.month[w.Form] != 0 {
		return ""
	}
	return w.Stem
}
