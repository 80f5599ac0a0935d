package bot

import (
	"strings"
	"unicode/utf8"
)

// particle is a Korean particle that has one form after a consonant and one
// after a vowel. The catalogue writes both, as Korean does where it cannot know
// what stands before: "을(를)".
type particle struct {
	both, consonant, vowel string
	rieul                  bool // after ㄹ too it has the form for a vowel
}

var particles = [...]particle{
	{both: "을(를)", consonant: "을", vowel: "를"},
	{both: "은(는)", consonant: "은", vowel: "는"},
	{both: "이(가)", consonant: "이", vowel: "가"},
	{both: "와(과)", consonant: "과", vowel: "와"},
	{both: "(으)로", consonant: "으로", vowel: "로", rieul: true},
}

// settle writes the one form of each particle in a Korean text that fits what
// stands before it; before is what stands before the text itself. After
// letters whose reading is not known, such as Latin ones, both forms stay.
func settle(before, text string) string {
	if !strings.Contains(text, "(") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		p, found := particleAt(text[i:])
		if !found {
			_, n := utf8.DecodeRuneInString(text[i:])
			b.WriteString(text[i : i+n])
			i += n
			continue
		}
		b.WriteString(p.after(before + text[:i]))
		i += len(p.both)
	}
	return b.String()
}

func particleAt(text string) (particle, bool) {
	for _, p := range particles {
		if strings.HasPrefix(text, p.both) {
			return p, true
		}
	}
	return particle{}, false
}

// Codes of the last consonant of a syllable.
const (
	noFinal = 0
	rieul   = 8 // ㄹ
	other   = 1 // any other will do
)

// digitFinals are the last consonants of the digits as they are read: 영 일 이
// 삼 사 오 육 칠 팔 구.
var digitFinals = [...]rune{other, rieul, noFinal, other, noFinal, noFinal, other, rieul, rieul, noFinal}

// after is the form that follows a text.
func (p particle) after(text string) string {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, `”’"'*_`+"`"))
	final := rune(-1)
	switch {
	case last >= '가' && last <= '힣': // syllables stand in order, with 28 finals each
		final = (last - '가') % 28
	case last >= '0' && last <= '9':
		final = digitFinals[last-'0']
	}
	switch {
	case final < 0:
		return p.both
	case final == noFinal, final == rieul && p.rieul:
		return p.vowel
	}
	return p.consonant
}
