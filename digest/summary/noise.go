package summary

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest/text"
)

//go:embed noise.txt
var noiseFile string

// phrase is a line of noise.txt: the forms of its words.
type phrase struct {
	forms  []string
	start  bool // only at the start of a sentence
	credit bool // it credits a picture: the paragraph is a caption
	mark   byte // what must follow at once, ':' or '/'; 0 for anything
}

// phrases are those of noise.txt by the form of their first word.
var phrases = sync.OnceValue(func() map[string][]phrase {
	m := make(map[string][]phrase)
	for s := range strings.Lines(noiseFile) {
		s = strings.TrimSpace(s)
		if s == "" || s[0] == '#' {
			continue
		}
		var ph phrase
		s, ph.start = strings.CutPrefix(s, "^")
		s, ph.credit = strings.CutPrefix(s, "!")
		if last := s[len(s)-1]; last == ':' || last == '/' {
			ph.mark, s = last, s[:len(s)-1]
		}
		for _, w := range text.Analyse(s, "", "").Words {
			ph.forms = append(ph.forms, w.Form)
		}
		if len(ph.forms) > 0 {
			m[ph.forms[0]] = append(m[ph.forms[0]], ph)
		}
	}
	return m
})

// loose reports a credit that news may name too ("Getty Images and Shutterstock
// will merge."): only a line without a full stop is one.
func (ph phrase) loose() bool { return ph.credit && !ph.start && ph.mark == 0 }

// stops end a sentence that states something.
const stops = ".!。！｡．۔।॥։።…"

// find gives the first phrase of noise in a line.
func (p *piece) find(l *line) (phrase, bool) {
	words := p.words(l)
	known, stopped := phrases(), strings.ContainsRune(stops, lastMark(p.raw(l)))
	for i := range words {
		for _, ph := range known[words[i].Form] {
			if (!ph.start || i == 0) && p.matches(words[i:], ph) && (!ph.loose() || !stopped) {
				return ph, true
			}
		}
	}
	return phrase{}, false
}

func (p *piece) matches(words []text.Word, ph phrase) bool {
	if len(words) < len(ph.forms) {
		return false
	}
	for i, f := range ph.forms {
		if words[i].Form != f {
			return false
		}
	}
	after := strings.TrimLeft(p.doc.BodyText[words[len(ph.forms)-1].End:], " ")
	switch ph.mark {
	case ':':
		return strings.HasPrefix(after, ":") || strings.HasPrefix(after, "：") || strings.HasPrefix(after, "=") || strings.HasPrefix(after, "|")
	case '/':
		return strings.HasPrefix(after, "/")
	}
	return true
}

// grade judges a line by its words and its end.
func (p *piece) grade(l *line) grade {
	words := p.words(l)
	raw := p.raw(l)
	if len(words) == 0 {
		return noise
	}
	if ph, ok := p.find(l); ok {
		l.credit = ph.credit
		return noise
	}
	last := lastMark(raw)
	if hasAddress(raw) || last == ':' || last == '：' {
		return noise // a colon only announces what follows
	}
	if !strings.ContainsRune(".!。！｡．۔।॥։။…", last) || isShort(raw, words) || isHeading(words) || cutByFeed(raw) {
		return loose
	}
	return solid
}

// hasAddress reports a mail or web address, or a handle.
func hasAddress(s string) bool {
	return strings.Contains(s, "@") || strings.Contains(s, "://") || strings.Contains(s, "www.")
}

// cutByFeed reports a sentence that a feed cut short: "…the talks [...]".
func cutByFeed(s string) bool {
	return strings.HasSuffix(s, "...") || strings.HasSuffix(s, "…") || strings.HasSuffix(s, "[...]") || strings.HasSuffix(s, "[…]")
}

// lastMark is the last rune of a line before closing quotes and brackets.
func lastMark(s string) rune {
	s = strings.TrimRightFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'”’“»)]」』》〉）】›〕", r)
	})
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// isShort reports a fragment: fewer than four words, or ten characters where
// those are words.
func isShort(raw string, words []text.Word) bool {
	if words[0].Form[0] >= 0xE0 {
		return len(words) < 10
	}
	return len(words) < 4 || len(raw) < 20
}

// isHeading reports a line in capitals, or with nearly all its words in them.
func isHeading(words []text.Word) bool {
	small, upper := 0, 0
	for i := range words {
		switch words[i].Case {
		case text.Lower:
			if !isNumber(words[i].Form) {
				small++
			}
		case text.Upper:
			upper++
		}
	}
	return small == 0 && upper+len(words) > 8 && words[0].Case != text.Lower || 5*upper > 4*len(words) || len(words) >= 6 && 6*small < len(words) && words[0].Case != text.Lower
}

// dropCaptions takes the sentences of short paragraphs that credit a picture
// for captions.
func (p *piece) dropCaptions() {
	for i := range p.lines {
		if !p.lines[i].credit {
			continue
		}
		from := i
		for from > 0 && p.lines[from-1].para == p.lines[i].para {
			from--
		}
		if i-from > 2 {
			continue
		}
		for j := from; j < i; j++ {
			p.lines[j].grade = noise
		}
	}
}
