package feed

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// titleLimit is the longest title that is made from a sentence, in runes:
// about two lines of a chat window.
const titleLimit = 120

// abbreviations end with a full stop that does not end a sentence. Names of
// months and titles of people are those that news prose puts before a
// capitalised word.
const abbreviations = " mr mrs ms dr prof gen col capt lt sgt maj adm sen rep gov pres st jr sr vs no nos inc ltd co corp cos bros " +
	"jan feb mar apr jun jul aug sep sept oct nov dec mt ft fig vol op dept est approx ave blvd rev hon messrs "

// titleFrom makes a title for a text that has none: its first sentence,
// without the closing full stop, cut at a word with "…" only when it is
// longer than titleLimit runes.
func titleFrom(text string) string {
	s := strings.Join(strings.Fields(firstSentence(text)), " ")
	s = strings.TrimRight(s, "。")
	if endsSentence(s) && strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "..") {
		s = strings.TrimSuffix(s, ".")
	}
	return cutAtWord(s, titleLimit)
}

// cutAtWord returns at most limit runes of s, the last of which is "…" when
// something was left out. It cuts between words where there are any.
func cutAtWord(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	r := []rune(s)[:limit-1]
	if i := lastSpace(r); i > limit/2 {
		r = r[:i]
	}
	return strings.TrimRightFunc(string(r), func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",;:–—-", c) }) + "…"
}

func lastSpace(r []rune) int {
	for i := len(r) - 1; i >= 0; i-- {
		if unicode.IsSpace(r[i]) {
			return i
		}
	}
	return -1
}

// firstSentence returns the first sentence of text with its closing mark, or
// all of its first paragraph.
func firstSentence(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		if j := strings.Index(text, "\n\n"); j >= 0 {
			text = text[:j]
		}
	}
	for i, r := range text {
		if end, ok := sentenceEnd(text, i, r); ok {
			return text[:end]
		}
	}
	return text
}

// sentenceEnd reports whether the mark r at byte i closes a sentence that
// another one follows, and where the closed one ends (after quotes).
func sentenceEnd(text string, i int, r rune) (int, bool) {
	wide := strings.ContainsRune("。！？", r)
	if !wide && !strings.ContainsRune(".!?", r) {
		return 0, false
	}
	end := i + utf8.RuneLen(r)
	rest := strings.TrimLeft(text[end:], `"'”’)]」』`)
	end = len(text) - len(rest)
	if rest == "" || wide {
		return end, true
	}
	next := strings.TrimLeft(rest, " \t\n")
	if next == rest || (r == '.' && isAbbreviation(text[:i])) {
		return 0, false
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(next, `"'“‘([`))
	return end, !unicode.IsLower(first)
}

// isAbbreviation reports whether the text before a full stop ends with an
// initial ("U.S", "J") or a known abbreviation ("Mr").
func isAbbreviation(before string) bool {
	word := before[strings.LastIndexFunc(before, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' })+1:]
	last := word[strings.LastIndexByte(word, '.')+1:]
	if len(last) == 1 {
		return true
	}
	return last != "" && strings.Contains(abbreviations, " "+strings.ToLower(last)+" ")
}

// endsSentence reports whether s closes with a sentence's mark, possibly
// within quotes, and not with an abbreviation.
func endsSentence(s string) bool {
	s = strings.TrimRight(s, " \t\"'”’)]」』")
	r, n := utf8.DecodeLastRuneInString(s)
	if r == '.' {
		return !isAbbreviation(s[:len(s)-n])
	}
	return strings.ContainsRune("!?。！？…", r)
}
