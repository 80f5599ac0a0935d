package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// shorten cuts a line to at most limit runes, "…" among them: at the last
// clause that leaves more than half, else at the last space, else, in scripts
// without spaces, between two characters. It reports false when nothing fits.
func (p *piece) shorten(l *line, limit int) (string, bool) {
	if limit < 2 {
		return "", false
	}
	s := fold(p.raw(l))
	clause, space, any := breaks(s, limit-1)
	at := space
	switch {
	case clause > 0 && 2*utf8.RuneCountInString(s[:clause]) >= limit:
		at = clause
	case any > 0 && 2*utf8.RuneCountInString(s[:space]) < limit:
		at = any
	}
	if at == 0 {
		return "", false
	}
	out := strings.TrimRightFunc(s[:at], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:、，；：-–—(“\"「『‘.", r)
	})
	if out == "" {
		return "", false
	}
	return out + "…", true
}

// breaks finds the last places within limit runes of s where it may be cut.
func breaks(s string, limit int) (clause, space, any int) {
	n := 0
	var before rune
	for i, r := range s {
		if i > 0 {
			switch {
			case unicode.IsSpace(r):
				space = i
				if strings.ContainsRune(",;:—–،؛", before) {
					clause = i
				}
			case strings.ContainsRune("、，；：", before):
				clause = i
			}
			if hasNoSpaces(before) && hasNoSpaces(r) && !unicode.Is(unicode.M, r) && r != 'ー' {
				any = i
			}
		}
		if n == limit {
			break
		}
		n++
		before = r
	}
	return clause, space, any
}

// hasNoSpaces reports a script that is written without them.
func hasNoSpaces(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF0F
}
