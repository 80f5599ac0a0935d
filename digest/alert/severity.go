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

// severe is a word of severity.txt, or several.
type severe struct {
	name  string
	level int
	words []headWord
	exact bool // by the very forms
}

// headWord is a word of a headline.
type headWord struct{ stem, form string }

func headWords(title, lang string) (words []headWord, found string) {
	doc := text.Analyse(title, "", lang)
	for _, w := range doc.Words {
		if w.Stem != "" {
			words = append(words, headWord{w.Stem, w.Form})
		}
	}
	return words, doc.Lang
}

// begins reports whether a headline's words begin with these.
func (s *severe) begins(words []headWord) bool {
	if len(words) < len(s.words) {
		return false
	}
	for i, w := range s.words {
		if s.exact && w.form != words[i].form || w.stem != words[i].stem {
			return false
		}
	}
	return true
}

// severity holds the words of each language, and all under "", by the stem that
// they begin with.
type severity struct {
	under  map[string]map[string][]severe
	levels map[string]int // by name
}

var severityWords = sync.OnceValue(func() severity {
	s := severity{under: map[string]map[string][]severe{"": {}}, levels: map[string]int{}}
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
				s.add(strings.TrimSpace(lang), strings.TrimSpace(word), severe{name: name, level: level})
			}
		}
	}
	return s
})

func (s *severity) add(lang, word string, w severe) {
	word, w.exact = strings.CutPrefix(word, "=")
	if w.words, _ = headWords(word, lang); len(w.words) == 0 {
		return
	}
	if s.under[lang] == nil {
		s.under[lang] = map[string][]severe{}
	}
	for _, l := range []string{lang, ""} {
		s.under[l][w.words[0].stem] = append(s.under[l][w.words[0].stem], w)
	}
}

// of returns the words of a language, all of them where it has none.
func (s *severity) of(lang string) map[string][]severe {
	base, _, _ := strings.Cut(lang, "-")
	if under := s.under[base]; under != nil {
		return under
	}
	return s.under[""]
}

// negated is how many words after a negation do not count.
const negated = 2

// Severity returns the name of the severest word in a headline, "" when it has
// none; lang is its language, "" where that is not known.
func Severity(title, lang string) string {
	words, lang := headWords(title, lang)
	all := severityWords()
	under := all.of(lang)
	best := severe{}
	counts := 0 // index from which words count
	for i := range words {
		for _, w := range under[words[i].stem] {
			switch {
			case !w.begins(words[i:]):
			case w.level == 0:
				counts = i + 1 + negated
			case w.level > best.level && i >= counts:
				best = w
			}
		}
	}
	return best.name
}

// Level is how severe a word is by its name, 1 to 3; 0 for none.
func Level(name string) int { return severityWords().levels[name] }
