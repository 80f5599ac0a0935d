package summary

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest/text"
)

const (
	maxFacts = 1.6
	maxNames = 0.4
)

// facts weighs the numbers and names of a line, 0 to maxFacts.
func (p *piece) facts(l *line) float64 {
	words := p.words(l)
	var numbers, names float64
	inName := false
	for i := range words {
		w := &words[i]
		if isNumber(w.Form) {
			numbers = max(numbers, p.numberWeight(words, i)) + 0.1
		}
		named := w.Case != text.Lower && !w.First && !isNumber(w.Form)
		if named && !inName {
			names += 0.1
		}
		inName = named
	}
	return min(numbers+min(names, maxNames), maxFacts)
}

// numberWeight is what a number tells: an amount of money or a percentage most,
// a year least.
func (p *piece) numberWeight(words []text.Word, i int) float64 {
	w := &words[i]
	if p.isAmount(words, i) {
		return 1.2
	}
	if len(w.Form) == 4 && (strings.HasPrefix(w.Form, "19") || strings.HasPrefix(w.Form, "20")) {
		return 0
	}
	if len(w.Form) > 1 {
		return 0.4
	}
	return 0.1
}

// isAmount reports a number with a currency, a percent sign or a scale.
func (p *piece) isAmount(words []text.Word, i int) bool {
	w := &words[i]
	body := p.doc.BodyText
	before, _ := utf8.DecodeLastRuneInString(body[:w.Start])
	if unicode.Is(unicode.Sc, before) {
		return true
	}
	after, size := utf8.DecodeRuneInString(body[w.End:])
	if unicode.IsSpace(after) {
		after, _ = utf8.DecodeRuneInString(body[int(w.End)+size:])
	}
	if unicode.Is(unicode.Sc, after) || strings.ContainsRune("%٪％", after) {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(w.Form)
	if unicode.IsLetter(last) {
		return true // "1.2bn", "5m"
	}
	return i+1 < len(words) && words[i+1].Start-w.End <= 2 && scales()[words[i+1].Form]
}

// scales are words after a number that make it an amount.
var scales = sync.OnceValue(func() map[string]bool {
	return wordSet(`million millions billion billions trillion trillions percent pct percentage bn mln dollars euros yen won pounds yuan
		milliarden milliarde millionen prozent millones millón milhões milhão bilhões bilhão mil milliards milliard pour por cento ciento
		miliar juta triliun persen miliardi miliardo milioni milyar milyon miljard miljarder miljoner miljoen miliardów milionów
		млрд млн трлн процентов процента миллиардов миллионов тыс мільярдів мільйонів مليار مليون مليارات ملايين تريليون बिलियन करोड़ लाख प्रतिशत
		억 조 만 万 亿 兆 億 萬 百 人 명 年 円 元 원 ล ล้าน tỷ triệu`)
})

func isNumber(form string) bool {
	if form == "" {
		return false
	}
	if c := form[0]; c < utf8.RuneSelf {
		return '0' <= c && c <= '9'
	}
	r, _ := utf8.DecodeRuneInString(form)
	return unicode.IsDigit(r)
}

func wordSet(s string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}
