package alert

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest/text"
)

//go:embed severity.txt
var severityText string

// severe is a word of severity.txt.
type severe struct {
	name  string
	level int
	terms []string
}

// severity holds the words under their first term.
type severity struct {
	under  map[string][]severe
	levels map[string]int // by name
}

var severityWords = sync.OnceValue(func() severity {
	s := severity{under: map[string][]severe{}, levels: map[string]int{}}
	for line := range strings.Lines(severityText) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		level, err := strconv.Atoi(strings.TrimSpace(parts[0]))
		if err != nil || len(parts) < 3 {
			continue // a comment
		}
		name := strings.TrimSpace(parts[1])
		s.levels[name] = level
		for _, list := range parts[2:] {
			lang, words, _ := strings.Cut(list, ":")
			for word := range strings.SplitSeq(words, ",") {
				if terms := text.QueryTerms(strings.TrimSpace(word), strings.TrimSpace(lang)); len(terms) > 0 {
					s.under[terms[0]] = append(s.under[terms[0]], severe{name, level, terms})
				}
			}
		}
	}
	return s
})

// Severity returns the name of the severest word in a headline, "" when it has
// none; lang is its language, "" where that is not known.
func Severity(title, lang string) string {
	terms, _ := text.Analyse(title, "", lang).Terms()
	words := severityWords()
	best := severe{}
	for i, t := range terms {
		for _, w := range words.under[t] {
			if w.level > best.level && startsWith(terms[i:], w.terms) {
				best = w
			}
		}
	}
	return best.name
}

// Level is how severe a word is by its name, 1 to 3; 0 for none.
func Level(name string) int { return severityWords().levels[name] }

func startsWith(list, head []string) bool {
	if len(list) < len(head) {
		return false
	}
	for i, h := range head {
		if list[i] != h {
			return false
		}
	}
	return true
}
