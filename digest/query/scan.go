package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is one word of a request, or one character of a solid script.
type token struct {
	text   string  // as typed, lower case
	form   string  // folded, without possessive: what names are compared with
	upper  bool    // typed in capitals, in a request that is not all capitals
	dotted bool    // typed as an abbreviation with points: "U.S."
	glued  bool    // joined to the token before it: by a hyphen, or as part of one solid run
	hyphen bool    // glued by a hyphen
	minus  bool    // marked to be left out: "-china", "!cn"
	solid  bool    // one character of a solid script
	comma  bool    // a comma, semicolon or the end of a sentence stands before it
	quoted bool    // a whole quoted phrase: form holds its words joined by spaces
	key    string  // "country" in country:KR; text is then the value
	date   bool    // 2026-11-01
	known  []int32 // its forms in the lexicon's trie, once they were asked for
}

// scanner cuts a request into tokens.
type scanner struct {
	src   []rune
	pos   int
	out   []token
	minus bool // the next token was marked
	comma bool
	hyph  bool // a hyphen joins the next token to the last
	solid bool // the last token was solid and nothing stood between
}

// scan cuts a request into tokens. It never fails.
func scan(s string) []token {
	sc := scanner{src: []rune(norm.NFKC.String(s))}
	for sc.pos < len(sc.src) {
		sc.step()
	}
	quietCapitals(sc.out)
	return sc.out
}

// step reads what stands at the position and moves on by at least one rune.
func (sc *scanner) step() {
	r := sc.src[sc.pos]
	switch {
	case quoteEnd(r) != 0 && sc.quote(quoteEnd(r)):
	case sc.address():
	case solid(r):
		sc.add(token{text: string(r), form: string(r), solid: true, glued: sc.solid || sc.hyph, hyphen: sc.hyph})
		sc.solid = true
		sc.pos++
	case wordRune(r):
		sc.word()
	default:
		sc.mark(r)
	}
}

func (sc *scanner) add(t token) {
	t.minus, t.comma = sc.minus, sc.comma
	sc.minus, sc.comma, sc.hyph, sc.solid = false, false, false, false
	sc.out = append(sc.out, t)
}

// mark notes what a character between words means.
func (sc *scanner) mark(r rune) {
	before, after := sc.at(sc.pos-1), sc.at(sc.pos+1)
	sc.solid = false
	switch {
	case isHyphen(r) && sc.afterWord(before) && (wordRune(after) || after == '!'):
		sc.hyph = true
	case isHyphen(r) && r != '/' && !wordRune(before) && (wordRune(after) || quoteEnd(after) != 0):
		sc.minus = true
	case r == '!' && (before == 0 || before == ' ' || isHyphen(before)) && wordRune(after):
		sc.minus, sc.hyph = true, false
	case strings.ContainsRune(",;.?!、。，؛،؟！？|", r):
		sc.comma = len(sc.out) > 0
	case r == '&' || r == '+':
		sc.add(token{text: "&", form: "and"})
	}
	sc.pos++
}

// afterWord reports that the rune before the position ends a word: a letter,
// or the last point of an abbreviation ("U.S.-China").
func (sc *scanner) afterWord(before rune) bool {
	return len(sc.out) > 0 && (wordRune(before) || before == '.' && sc.out[len(sc.out)-1].dotted)
}

func (sc *scanner) at(i int) rune {
	if i < 0 || i >= len(sc.src) {
		return 0
	}
	return sc.src[i]
}

// word reads a run of letters, digits and marks, with what belongs inside it:
// points of abbreviations and numbers, apostrophes, a key before a colon.
func (sc *scanner) word() {
	if n := sc.dateLen(); n > 0 {
		text := strings.ReplaceAll(string(sc.src[sc.pos:sc.pos+n]), "/", "-")
		sc.pos += n
		sc.add(token{text: text, form: text, date: true})
		return
	}
	if n := sc.dottedLen(); n > 0 {
		raw := strings.ReplaceAll(string(sc.src[sc.pos:sc.pos+n]), ".", "")
		sc.pos += n
		sc.put(raw, true)
		return
	}
	start := sc.pos
	for sc.pos < len(sc.src) && (inWord(sc.src[sc.pos]) || sc.inNumber()) {
		sc.pos++
	}
	raw := string(sc.src[start:sc.pos])
	if sc.at(sc.pos) == ':' && sc.keyed(raw) {
		return
	}
	if isApostrophe(sc.at(sc.pos)) && wordRune(sc.at(sc.pos+1)) {
		sc.apostrophe(raw)
		return
	}
	sc.put(raw, false)
}

// put adds a plain word.
func (sc *scanner) put(raw string, dotted bool) {
	phrase := strings.Contains(raw, "_")
	raw = strings.TrimSpace(strings.ReplaceAll(raw, "_", " "))
	if raw == "" {
		return
	}
	lower := strings.ToLower(raw)
	t := token{text: lower, form: fold(lower), upper: isUpper(raw), dotted: dotted, glued: sc.hyph, hyphen: sc.hyph}
	if phrase && strings.Contains(lower, " ") {
		t.quoted = true
	}
	sc.add(t)
}

// apostrophe reads "korea's" as korea, "what's" as what, and "l'inflation" or
// "don't" as two words.
func (sc *scanner) apostrophe(raw string) {
	sc.put(raw, false)
	next, after := unicode.ToLower(sc.at(sc.pos+1)), sc.at(sc.pos+2)
	if next == 's' && !inWord(after) {
		sc.pos += 2
		return
	}
	sc.pos++
}

// dottedLen is the length of an abbreviation with points, "U.S." or "u.k.".
func (sc *scanner) dottedLen() int {
	n := 0
	for unicode.IsLetter(sc.at(sc.pos+n)) && sc.at(sc.pos+n+1) == '.' {
		n += 2
	}
	if n < 4 && !(n == 2 && unicode.IsLetter(sc.at(sc.pos+n)) && !inWord(sc.at(sc.pos+n+1))) {
		return 0
	}
	if unicode.IsLetter(sc.at(sc.pos+n)) && !inWord(sc.at(sc.pos+n+1)) {
		n++
	}
	if inWord(sc.at(sc.pos + n)) {
		return 0
	}
	return n
}

// dateLen is the length of a date such as 2026-11-01 or 2026/11/01.
func (sc *scanner) dateLen() int {
	const form = "0000-00-00"
	for i, f := range form {
		r := sc.at(sc.pos + i)
		if f == '0' && (r < '0' || r > '9') || f == '-' && r != '-' && r != '/' {
			return 0
		}
	}
	if inWord(sc.at(sc.pos + len(form))) {
		return 0
	}
	return len(form)
}

// inNumber reports a point or comma inside a number: "3.5", "1,000".
func (sc *scanner) inNumber() bool {
	r := sc.src[sc.pos]
	return (r == '.' || r == ',') && unicode.IsDigit(sc.at(sc.pos-1)) && unicode.IsDigit(sc.at(sc.pos+1))
}

// address skips a web address: it names a page and asks for nothing.
func (sc *scanner) address() bool {
	if r := sc.src[sc.pos]; r != 'h' && r != 'H' {
		return false
	}
	rest := string(sc.src[sc.pos:min(sc.pos+8, len(sc.src))])
	if !strings.HasPrefix(strings.ToLower(rest), "http://") && !strings.HasPrefix(strings.ToLower(rest), "https://") {
		return false
	}
	for sc.pos < len(sc.src) && !unicode.IsSpace(sc.src[sc.pos]) {
		sc.pos++
	}
	return true
}

// quote reads a quoted phrase up to its closing mark.
func (sc *scanner) quote(end rune) bool {
	for i := sc.pos + 1; i < len(sc.src); i++ {
		if sc.src[i] != end && !(end == '”' && sc.src[i] == '“') {
			continue
		}
		inner := strings.Join(strings.Fields(string(sc.src[sc.pos+1:i])), " ")
		inner = strings.Trim(inner, `"'.,;:!?-`)
		sc.pos = i + 1
		if inner != "" {
			lower := strings.ToLower(inner)
			sc.add(token{text: lower, form: fold(lower), quoted: true, glued: sc.hyph, hyphen: sc.hyph})
		}
		return true
	}
	return false
}

// quoteEnd is the mark that closes a phrase opened by r, 0 when r opens none.
func quoteEnd(r rune) rune {
	switch r {
	case '"':
		return '"'
	case '“', '„':
		return '”'
	case '«':
		return '»'
	case '「':
		return '」'
	case '『':
		return '』'
	case '《':
		return '》'
	}
	return 0
}

// keyed reads "key:value" when the key is one that requests have.
func (sc *scanner) keyed(raw string) bool {
	key, ok := keys[fold(raw)]
	if !ok {
		return false
	}
	start := sc.pos + 1
	if end := quoteEnd(sc.at(start)); end != 0 {
		return sc.keyedQuote(key, start, end)
	}
	i := start
	for i < len(sc.src) && !unicode.IsSpace(sc.src[i]) && !(isHyphen(sc.src[i]) && sc.at(i+1) == '!') {
		i++
	}
	value := strings.Trim(string(sc.src[start:i]), ",;")
	if value == "" || strings.HasPrefix(value, "//") {
		return false
	}
	sc.pos = i
	sc.addValues(key, value)
	return true
}

func (sc *scanner) keyedQuote(key string, start int, end rune) bool {
	for i := start + 1; i < len(sc.src); i++ {
		if sc.src[i] == end {
			sc.pos = i + 1
			sc.add(token{key: key, text: string(sc.src[start+1 : i])})
			return true
		}
	}
	return false
}

// addValues adds one token for each value of a list: "country:KR,JP".
func (sc *scanner) addValues(key, value string) {
	minus := sc.minus
	for v := range strings.SplitSeq(value, ",") {
		if v = strings.Trim(v, `"'`); v != "" {
			sc.minus = minus
			sc.add(token{key: key, text: v})
		}
	}
	sc.minus = false
}

// keys are the words before a colon, and what they mean.
var keys = map[string]string{
	"country": "country", "countries": "country", "c": "country", "place": "country",
	"topic": "topic", "topics": "topic", "t": "topic", "tag": "topic",
	"region": "region", "bloc": "region", "group": "region",
	"source": "source", "src": "source", "site": "source",
	"since": "since", "after": "since", "last": "since", "until": "until", "before": "until",
	"lang": "lang", "language": "lang", "word": "word", "words": "word", "term": "word", "q": "word",
	"exclude": "exclude", "not": "exclude", "without": "exclude",
}

// quietCapitals forgets capitals where all of the request is in capitals:
// there they say nothing.
func quietCapitals(tokens []token) {
	words := 0
	for _, t := range tokens {
		if t.solid || t.key != "" || utf8.RuneCountInString(t.text) < 4 || !isCased(t.text) {
			continue
		}
		if !t.upper {
			return
		}
		words++
	}
	if words == 0 {
		return
	}
	for i := range tokens {
		tokens[i].upper = false
	}
}

func isCased(s string) bool { return strings.ToUpper(s) != s }

func isUpper(s string) bool {
	return strings.ToUpper(s) == s && strings.ToLower(s) != s && utf8.RuneCountInString(s) > 1
}

// inWord reports what a word is made of.
func inWord(r rune) bool {
	return r == '_' || !solid(r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// wordRune reports what can begin or end a word, or be a token.
func wordRune(r rune) bool { return inWord(r) || solid(r) }

func isHyphen(r rune) bool {
	return r == '-' || r == '‐' || r == '‑' || r == '–' || r == '—' || r == '−' || r == '/'
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' || r == '`' }
