package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDateline is the longest dateline, in bytes.
const maxDateline = 120

// findDateline reads the dateline at the start of a body: the place as it is
// written, "" where it names none ("(Reuters) -"), and where the text begins,
// 0 without a dateline.
//
// It knows the forms of the agencies: "SEOUL, Oct 29 (Reuters) -",
// "WASHINGTON —", "Berlin (dpa) -", "MOSCOW, November 3. /TASS/.",
// "(서울=연합뉴스) 홍길동 기자 =", "【ソウル共同】", "新华社北京12月1日电".
func findDateline(body string) (place string, end int) {
	start := len(body) - len(strings.TrimLeftFunc(body, unicode.IsSpace))
	head := body[start:]
	if len(head) > maxDateline {
		head = head[:maxDateline]
		for len(head) > 0 && !utf8.ValidString(head[len(head)-min(4, len(head)):]) && !utf8.RuneStart(body[start+len(head)]) {
			head = head[:len(head)-1]
		}
	}
	if head == "" {
		return "", 0
	}
	switch r := firstRune(head); {
	case strings.ContainsRune("([（【［〔", r):
		place, end = bracketDateline(head)
	case isRunScript(r):
		place, end = chineseDateline(head)
	default:
		place, end = latinDateline(head)
	}
	if end == 0 {
		return "", 0
	}
	return place, start + end
}

// latinDateline reads "PLACE[, PLACE][, date] [(agency)] -" in scripts with
// case.
func latinDateline(head string) (string, int) {
	if !unicode.IsUpper(firstRune(head)) {
		return "", 0
	}
	if i := strings.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	stop, end, agency := datelineStop(head)
	if stop <= 0 {
		return "", 0
	}
	place, rest, _ := strings.Cut(strings.TrimRight(head[:stop], " .:"), ",")
	dated := false
	for _, part := range strings.Split(rest, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case isDate(part):
			dated = true
		case !isPlaceName(part, 4):
			return "", 0
		}
	}
	if before, ok := trailingDate(place); ok { // "WASHINGTON Oct 29 (Reuters)"
		place, dated = before, true
	}
	if !isPlaceName(place, 5) || notPlaces()[strings.ToLower(place)] {
		return "", 0
	}
	if !agency && !dated && !upperPlace(place) {
		return "", 0
	}
	if !agency && !dated && rest == "" && !beginsSentence(head[end:]) {
		return "", 0
	}
	return place, end
}

// datelineStop finds what closes a dateline: where its place and date stop,
// where the text begins, and whether an agency is named.
func datelineStop(head string) (stop, end int, agency bool) {
	stop, end = -1, -1
	if i := strings.IndexByte(head, '('); i > 0 && head[i-1] == ' ' {
		if j := strings.IndexByte(head[i:], ')'); j > 0 && j < 60 {
			stop, end, agency = i, i+j+1, true
		}
	}
	if i := strings.Index(head, "/"); i > 0 && head[i-1] == ' ' && (stop < 0 || i < stop) { // /TASS/
		if j := strings.IndexByte(head[i+1:], '/'); j > 1 && j < 30 {
			stop, end, agency = i, i+j+2, true
		}
	}
	dash, width := firstDash(head)
	if dash < 0 {
		return stop, skipDash(head, end), agency
	}
	if stop >= 0 && dash > end+1 && strings.Trim(head[end:dash], " .") != "" {
		return stop, skipDash(head, end), agency // a dash of the text
	}
	if stop >= 0 && stop < dash {
		return stop, skipSpace(head, dash+width), true
	}
	return dash, skipSpace(head, dash+width), false
}

func firstDash(s string) (at, width int) {
	at = -1
	for _, d := range []string{" - ", " – ", " — ", " -- ", "--", "—", " -", "– ", ".-", "- "} {
		if i := strings.Index(s, d); i > 0 && (at < 0 || i < at || (i == at && len(d) > width)) {
			at, width = i, len(d)
		}
	}
	return at, width
}

// skipDash skips what may stand between an agency and the text.
func skipDash(s string, i int) int {
	if i < 0 {
		return i
	}
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsSpace(r) && !strings.ContainsRune("-–—.:", r) {
			break
		}
		i += size
	}
	return i
}

func skipSpace(s string, i int) int {
	return len(s) - len(strings.TrimLeftFunc(s[i:], unicode.IsSpace))
}

func beginsSentence(s string) bool {
	r := firstRune(s)
	return unicode.IsUpper(r) || unicode.IsDigit(r) || strings.ContainsRune("\"“'‘«$€£", r)
}

// isDate reports whether a part of a dateline is a date: at most three short
// words, one of them a day or a year.
func isDate(part string) bool {
	fields := strings.Fields(part)
	if len(fields) == 0 || len(fields) > 4 {
		return false
	}
	digits := false
	for _, f := range fields {
		f = strings.TrimRight(f, ".")
		if isNumber(f) && len(f) <= 4 {
			digits = true
		} else if utf8.RuneCountInString(f) > 10 {
			return false
		}
	}
	return digits
}

// trailingDate takes a date without a comma off a place.
func trailingDate(place string) (before string, ok bool) {
	fields := strings.Fields(place)
	if n := len(fields); n >= 3 && isNumber(strings.TrimRight(fields[n-1], ".")) && isDate(strings.Join(fields[n-2:], " ")) {
		return strings.Join(fields[:n-2], " "), true
	}
	return place, false
}

// isPlaceName reports whether s is at most limit words that begin with a
// capital (or are the small words inside place names).
func isPlaceName(s string, limit int) bool {
	fields := strings.FieldsFunc(strings.TrimSpace(s), func(r rune) bool { return r == ' ' || r == '/' })
	if len(fields) == 0 || len(fields) > limit {
		return false
	}
	for i, f := range fields {
		r := firstRune(f)
		switch {
		case unicode.IsUpper(r):
		case i > 0 && (f == "de" || f == "del" || f == "of" || f == "and" || f == "am" || f == "la" || f == "di" || f == "el" || f == "y" || f == "et"):
		default:
			return false
		}
		if strings.ContainsAny(f, "0123456789:;!?\"“”$%") {
			return false
		}
	}
	return true
}

// upperPlace reports whether a place is in capitals, as datelines without a
// date or an agency are.
func upperPlace(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n >= 3
}

// bracketDateline reads a dateline in brackets, or an agency alone.
func bracketDateline(head string) (string, int) {
	open := firstRune(head)
	from := utf8.RuneLen(open)
	i := strings.IndexAny(head, ")]）】］〕")
	if i < from || i > 90 {
		return "", 0
	}
	inside := strings.TrimSpace(head[from:i])
	end := i + utf8.RuneLen(firstRune(head[i:]))
	if inside == "" {
		return "", 0
	}
	if !hasRunScript(inside) {
		if !isPlaceName(inside, 4) {
			return "", 0
		}
		after := skipDash(head, end)
		if !knownAgency(inside) && strings.TrimSpace(head[end:after]) == "" {
			return "", 0
		}
		return "", after
	}
	place, source, parted := strings.Cut(inside, "=")
	if !parted {
		place, source, parted = strings.Cut(inside, "＝")
	}
	if parted && source != "" {
		return strings.TrimSpace(place), reporterEnd(head, end)
	}
	if place = agencyPlace(inside); place != "" {
		return place, skipDash(head, end)
	}
	return "", 0
}

// reporterEnd skips the reporter after a Korean dateline: "홍길동 기자 = ".
func reporterEnd(head string, end int) int {
	if i := strings.IndexByte(head[end:], '='); i >= 0 && i < 60 && !strings.ContainsAny(head[end:end+i], ".\n\"") {
		return skipSpace(head, end+i+1)
	}
	return skipSpace(head, end)
}

func hasRunScript(s string) bool {
	return strings.ContainsFunc(s, isRunScript)
}

// agencyPlace takes agency and day off the inside of a Japanese or Chinese
// dateline: "ソウル共同", "中央社台北10日電", "ソウル　１０日　ロイター".
func agencyPlace(inside string) string {
	for _, a := range cjkAgencies {
		before, after, ok := strings.Cut(inside, a)
		if !ok {
			continue
		}
		if place := leadingPlace(before); place != "" {
			return place
		}
		return leadingPlace(strings.TrimPrefix(after, "记者"))
	}
	return ""
}

// leadingPlace is the run of letters at the start of s, before a day.
func leadingPlace(s string) string {
	s = strings.TrimSpace(s)
	i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '・' })
	if i >= 0 {
		s = s[:i]
	}
	if utf8.RuneCountInString(s) > 12 {
		return ""
	}
	return s
}

// chineseDateline reads "新华社北京12月1日电" and "中新社东京11月3日电".
func chineseDateline(head string) (string, int) {
	for _, a := range []string{"新华社", "新華社", "中新社", "中新网", "中央社", "新华网"} {
		rest, ok := strings.CutPrefix(head, a)
		if !ok {
			continue
		}
		i := strings.IndexAny(rest, "电電")
		place := leadingPlace(rest)
		if i < 0 || i > 60 || place == "" || len(place) >= i || strings.ContainsAny(rest[:i], "。，") {
			return "", 0
		}
		end := len(a) + i + len("电")
		if strings.HasPrefix(head[end:], "（") || strings.HasPrefix(head[end:], "(") {
			if j := strings.IndexAny(head[end:], "）)"); j >= 0 {
				end += j + utf8.RuneLen(firstRune(head[end+j:]))
			}
		}
		return place, skipSpace(head, end)
	}
	return "", 0
}
