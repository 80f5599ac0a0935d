package brief

import (
	"fmt"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest/text"
)

// korean has the sentences of this package in Korean, by their English.
var korean = map[string]string{
	"country %s%s":           "나라 %s%s",
	"region %s: %s%s":        "지역 %s: %s%s",
	"region %s by name":      "지역 %s (이름으로)",
	"topic %s%s":             "주제 %s%s",
	"words “%s”":             "단어 “%s”",
	"%d independent sources": "독립된 매체 %d곳",
	"one source":             "매체 1곳",
	// Where in an article its words stand, as the tagger says it.
	"title":                    "제목",
	"dateline":                 "발신지",
	"first sentence":           "첫 문장",
	"lead":                     "첫머리",
	"body":                     "본문",
	"text":                     "본문",
	"%s old":                   "%s 전",
	"grouped from %d articles": "기사 %d건을 묶음",
	"shared words %s":          "공통 단어 %s",
	"the nearest other story scored %.2f of %.2f needed": "가장 가까운 다른 소식은 필요한 %[2].2f 중 %[1].2f점",
	"new since %s: %s": "%s 이후 새 소식: %s",
	"since %s: %s":     "%s 이후: %s",
	"1 more source":    "매체 1곳 추가",
	"%d more sources":  "매체 %d곳 추가",
	"1 more article":   "기사 1건 추가",
	"%d more articles": "기사 %d건 추가",
	"now %s too":       "이제 %s도 관련됨",
	"Other":            "그 밖의 소식",
	"Top stories":      "주요 소식",
	"New":              "새 소식",
	"Developing":       "이어지는 소식",
	"minutes":          "분",
	"hours":            "시간",
	"days":             "일",
	"1 hour":           "1시간",
	"1 day":            "1일",
	"1 minute":         "1분",
}

// say puts a sentence into a language; English where it has none.
func say(lang, format string, args ...any) string {
	if strings.HasPrefix(lang, "ko") {
		if k, ok := korean[format]; ok {
			format = k
		}
	}
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// age says how long ago something was: "2 hours".
func age(lang string, d time.Duration) string {
	n, unit, one := int(d.Minutes()), "minutes", "1 minute"
	switch {
	case d >= 48*time.Hour:
		n, unit, one = int(d.Hours()/24), "days", "1 day"
	case d >= time.Hour:
		n, unit, one = int(d.Hours()), "hours", "1 hour"
	}
	if n <= 1 {
		return say(lang, one)
	}
	if strings.HasPrefix(lang, "ko") {
		return fmt.Sprintf("%d%s", n, say(lang, unit))
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// day says a point in time of the same day by its clock, within a week by its
// weekday, else by its date.
func day(lang string, t, now time.Time) string {
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	if now.Sub(t) < 7*24*time.Hour {
		if strings.HasPrefix(lang, "ko") {
			return [...]string{"일요일", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일"}[t.Weekday()]
		}
		return t.Weekday().String()
	}
	if strings.HasPrefix(lang, "ko") {
		return t.Format("1월 2일")
	}
	return t.Format("2 January")
}

// terms are the index terms of a word or phrase of a query.
func terms(s string) []string { return text.QueryTerms(s, "") }
