package text

import (
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// languageSample is how many words of an article are looked at to tell its
// language: more only costs time.
const languageSample = 120

// pickLanguage is the given language where the text can be in it, else what
// the text itself says, as a BCP 47 tag ("en", "ko", "zh", "zh-Hant"), or "" when
// it does not: too short, or in no script that is known. Short English headlines
// have few small words, so text in Latin letters that says nothing else counts
// as English.
func pickLanguage(doc *Document, given string) string {
	sample := doc.Words[:min(len(doc.Words), languageSample)]
	if len(doc.Words) > languageSample && int(doc.BodyFrom) > languageSample/2 {
		sample = doc.Words[doc.BodyFrom:min(len(doc.Words), int(doc.BodyFrom)+languageSample)]
	}
	s := scriptOf(sample)
	base, _, _ := strings.Cut(strings.ToLower(given), "-")
	if base != "" && (s == scriptNone || scriptLanguage(base) == s) {
		return given
	}
	switch s {
	case scriptNone:
		return ""
	case scriptHan:
		return chinese(sample)
	case scriptLatin, scriptCyrillic, scriptArabic, scriptDevanagari:
		return vote(sample, s)
	}
	return scriptOnly[s]
}

type script uint8

const (
	scriptNone script = iota
	scriptLatin
	scriptCyrillic
	scriptArabic
	scriptDevanagari
	scriptHan
	scriptKana
	scriptHangul
	scriptGreek
	scriptHebrew
	scriptThai
	scriptGeorgian
	scriptArmenian
	scriptBengali
	scriptTamil
	scriptTelugu
	scriptGujarati
	scriptPunjabi
	scriptKannada
	scriptMalayalam
	scriptSinhala
	scriptLao
	scriptMyanmar
	scriptKhmer
	scriptEthiopic
	scripts
)

// scriptOnly are the languages of scripts that (in the news) write one.
var scriptOnly = [scripts]string{
	scriptKana: "ja", scriptHangul: "ko", scriptGreek: "el", scriptHebrew: "he", scriptThai: "th", scriptGeorgian: "ka",
	scriptArmenian: "hy", scriptBengali: "bn", scriptTamil: "ta", scriptTelugu: "te", scriptGujarati: "gu", scriptPunjabi: "pa",
	scriptKannada: "kn", scriptMalayalam: "ml", scriptSinhala: "si", scriptLao: "lo", scriptMyanmar: "my", scriptKhmer: "km",
	scriptEthiopic: "am",
}

func scriptLanguage(base string) script {
	switch base {
	case "zh", "yue":
		return scriptHan
	case "ru", "uk", "bg", "be", "mk", "kk", "ky", "mn", "tg", "sr":
		return scriptCyrillic
	case "ar", "fa", "ur", "ps", "ckb", "ug":
		return scriptArabic
	case "hi", "mr", "ne":
		return scriptDevanagari
	}
	for s, lang := range scriptOnly {
		if lang == base && lang != "" {
			return script(s)
		}
	}
	return scriptLatin
}

// scriptOf is the script of most of the sample's letters. Kana anywhere make
// Han Japanese: Chinese does not use them.
func scriptOf(sample []Word) script {
	var n [scripts]int
	for i := range sample {
		form := sample[i].Form
		if form[0] < utf8.RuneSelf {
			if form[0] >= 'a' {
				n[scriptLatin] += len(form)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(form)
		s := runeScript(r)
		n[s] += len(form) / max(size, 1)
	}
	n[scriptHan] *= 2 // a character says as much as two letters
	n[scriptKana] *= 2
	if n[scriptKana]*30 > n[scriptHan] {
		n[scriptKana] += n[scriptHan]
	}
	n[scriptHangul] *= 2
	best := scriptNone
	n[scriptNone] = 0
	for s := range n {
		if n[s] > n[best] {
			best = script(s)
		}
	}
	return best
}

func runeScript(r rune) script {
	switch {
	case r < 0x370:
		return scriptLatin
	case r < 0x400:
		return scriptGreek
	case r < 0x530:
		return scriptCyrillic
	case r < 0x590:
		return scriptArmenian
	case r < 0x600:
		return scriptHebrew
	case r < 0x780:
		return scriptArabic
	case r >= 0x900 && r < 0x980:
		return scriptDevanagari
	case r < 0xe00:
		return indicScript(r)
	case r < 0xe80:
		return scriptThai
	case r < 0xf00:
		return scriptLao
	case r >= 0x1000 && r < 0x10a0:
		return scriptMyanmar
	case r >= 0x10a0 && r < 0x1100:
		return scriptGeorgian
	case r >= 0x1200 && r < 0x1380:
		return scriptEthiopic
	case r >= 0x1780 && r < 0x1800:
		return scriptKhmer
	case r >= 0x1e00 && r < 0x1f00:
		return scriptLatin
	case r >= 0x1f00 && r < 0x2000:
		return scriptGreek
	case r >= 0x3040 && r < 0x3100, r >= 0xff66 && r < 0xffa0:
		return scriptKana
	case r >= 0x3400 && r < 0xa000, r >= 0xf900 && r < 0xfb00, r >= 0x20000:
		return scriptHan
	case r >= 0xac00 && r < 0xd7a4, r >= 0x1100 && r < 0x1200, r >= 0x3130 && r < 0x3190:
		return scriptHangul
	case r >= 0xfb50 && r < 0xff00:
		return scriptArabic
	}
	return scriptNone
}

func indicScript(r rune) script {
	if r < 0x980 {
		return scriptNone
	}
	block := (r - 0x980) / 0x80
	list := [...]script{scriptBengali, scriptPunjabi, scriptGujarati, scriptNone, scriptTamil, scriptTelugu, scriptKannada, scriptMalayalam, scriptSinhala}
	return list[min(int(block), len(list)-1)]
}

// chinese tells the traditional characters from the simplified ones.
func chinese(sample []Word) string {
	trad, simp := 0, 0
	for i := range sample {
		switch {
		case strings.Contains(traditional, sample[i].Form):
			trad++
		case strings.Contains(simplified, sample[i].Form):
			simp++
		}
	}
	if trad > simp {
		return "zh-Hant"
	}
	return "zh"
}

// Frequent characters that are written differently in the two.
const (
	traditional = "國會長經濟財貿產業學習發開關東車門書電話報導時間對應該說讓這還進過運動員來後實現總統應戰爭軍隊島灣臺萬億協議訪問題強調與總數據點億圓會議選舉權黨團體萬當個們為從並無線網絡醫療藥劑廳處將見視覺證據認訴訟論談判計劃設備"
	simplified  = "国会长经济财贸产业学习发开关东车门书电话报导时间对应该说让这还进过运动员来后实现总统应战争军队岛湾台万亿协议访问题强调与总数据点亿圆会议选举权党团体万当个们为从并无线网络医疗药剂厅处将见视觉证据认诉讼论谈判计划设备"
)

// vote counts the small words and the letters that speak for each language.
func vote(sample []Word, s script) string {
	v := voters()
	var n [64]int
	lettered := false // a letter speaks for some language
	for i := range sample {
		form := sample[i].Form
		for set := v.words[form]; set != 0; set &= set - 1 {
			n[bits.TrailingZeros64(set)] += 2
			if len(form) > 3 {
				n[bits.TrailingZeros64(set)]++ // a longer word is less likely part of a name
			}
		}
		if !isASCII(form) {
			for _, r := range form {
				lettered = lettered || v.letters[r] != 0
				for set := v.letters[r]; set != 0; set &= set - 1 {
					n[bits.TrailingZeros64(set)]++
				}
			}
		}
	}
	best := -1
	for id := range v.langs {
		if v.langs[id].script == s && (best < 0 || n[id] > n[best]) {
			best = id
		}
	}
	if best < 0 || n[best] == 0 {
		return undecided[s]
	}
	if s == scriptLatin && !lettered && n[best] <= 2 && len(sample) > 3 { // "El Salvador repeals law": one small word proves nothing
		return undecided[s]
	}
	return v.langs[best].tag
}

// undecided is the language taken for a script whose small words are missing.
var undecided = [scripts]string{scriptLatin: "en", scriptCyrillic: "ru", scriptArabic: "ar", scriptDevanagari: "hi"}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

type votingLanguage struct {
	tag    string
	script script
}

type votingData struct {
	langs   []votingLanguage
	words   map[string]uint64 // languages that have the small word, a bit each
	letters map[rune]uint64
}

var voters = sync.OnceValue(func() votingData {
	d := votingData{words: map[string]uint64{}, letters: map[rune]uint64{}}
	for id, l := range smallWords {
		d.langs = append(d.langs, votingLanguage{l.tag, l.script})
		for _, w := range strings.Fields(l.words) {
			d.words[w] |= 1 << id
		}
		for _, r := range l.letters {
			d.letters[r] |= 1 << id
			d.letters[unicode.ToUpper(r)] |= 1 << id
		}
	}
	return d
})
