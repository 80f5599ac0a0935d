package story

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest/text"
)

//go:embed words.txt
var wordsFile string

// wordLists are the lists of words.txt, read once.
type wordLists struct {
	stop    map[string]map[string]bool // language -> form
	common  map[string]float64         // stem -> share of articles that have it
	month   map[string]int             // form -> 1 … 12
	weekday map[string]bool
	label   map[string]bool
	measure map[string]string // form -> the unit of its amounts
	period  map[string]bool
	stamp   map[string]bool
	// labelStem holds the same as index terms.
	labelStem map[string]bool
	series    []seriesPhrase
}

type seriesPhrase struct {
	text string // between spaces, so that it is found as whole words
	kind routine
}

var lists = sync.OnceValue(func() *wordLists {
	l := &wordLists{
		stop: map[string]map[string]bool{}, common: map[string]float64{}, month: map[string]int{},
		weekday: map[string]bool{}, label: map[string]bool{}, measure: map[string]string{}, period: map[string]bool{}, stamp: map[string]bool{}, labelStem: map[string]bool{},
	}
	var head []string
	n := 0 // line of the section, from 1
	for _, line := range strings.Split(wordsFile, "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			head, n = strings.Fields(strings.Trim(line, "[]")), 0
		default:
			n++
			l.add(head, line, n)
		}
	}
	return l
})

func (l *wordLists) add(head []string, line string, n int) {
	words := strings.Fields(line)
	switch head[0] {
	case "stop":
		addAll(l.stopOf(head[1]), words)
	case "common":
		share, _ := strconv.ParseFloat(head[2], 64)
		for _, stem := range text.QueryTerms(line, head[1]) {
			l.common[stem] = max(l.common[stem], share)
		}
	case "month":
		for _, w := range words {
			l.month[w] = n
		}
	case "weekday":
		addAll(l.weekday, words)
	case "label":
		addAll(l.label, words)
		addAll(l.labelStem, text.QueryTerms(line, "en"))
	case "measure":
		for _, w := range words {
			l.measure[w] = measureUnit(n)
		}
	case "period":
		addAll(l.period, words)
	case "stamp":
		addAll(l.stamp, words)
	case "series":
		for _, p := range strings.Split(line, "|") {
			l.series = append(l.series, seriesPhrase{" " + p + " ", routineNames[head[1]]})
		}
	}
}

func (l *wordLists) stopOf(lang string) map[string]bool {
	m := l.stop[lang]
	if m == nil {
		m = map[string]bool{}
		l.stop[lang] = m
	}
	return m
}

func addAll(m map[string]bool, words []string) {
	for _, w := range words {
		m[w] = true
	}
}

// stopWords returns the small words of a language; those of English where it
// is not known, nil where there is no list.
func stopWords(lang string) map[string]bool {
	lang, _, _ = strings.Cut(lang, "-")
	if lang == "" {
		lang = "en"
	}
	return lists().stop[lang]
}
