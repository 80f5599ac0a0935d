package text

// English stemming by Porter2, after the algorithm's published definition
// (snowballstem.org/algorithms/english). It works on one array on the stack:
// the stem is most often the word's own beginning, and then costs no memory.

// maxStem is the longest word that is stemmed, in bytes.
const maxStem = 32

// englishStem is the stem of an ASCII word in lower case.
func englishStem(form string, forms *arena) string {
	if len(form) < 3 || len(form) > maxStem {
		return form
	}
	if s, ok := irregularStem(form); ok {
		return s
	}
	var p porter
	p.load(form)
	p.run()
	if p.n <= len(form) && string(p.b[:p.n]) == form[:p.n] {
		return form[:p.n]
	}
	return forms.bytes(p.b[:p.n])
}

// irregularStem are the words that the rules would get wrong.
func irregularStem(s string) (string, bool) {
	switch s {
	case "skis":
		return "ski", true
	case "skies":
		return "sky", true
	case "dying":
		return "die", true
	case "lying":
		return "lie", true
	case "tying":
		return "tie", true
	case "idly":
		return "idl", true
	case "gently":
		return "gentl", true
	case "ugly":
		return "ugli", true
	case "early":
		return "earli", true
	case "only":
		return "onli", true
	case "singly":
		return "singl", true
	case "sky", "news", "howe", "atlas", "cosmos", "bias", "andes", "texas", "paris", "les":
		return s, true
	}
	return "", false
}

// porter is one word being stemmed. A 'y' that acts as a consonant is written
// 'Y' meanwhile.
type porter struct {
	b      [maxStem + 2]byte
	n      int // length
	r1, r2 int // where the regions R1 and R2 begin
}

func (p *porter) load(s string) {
	for i := range len(s) {
		c := s[i]
		if c == 'y' && (i == 0 || isVowel(p.b[i-1])) {
			c = 'Y'
		}
		p.b[i] = c
	}
	p.n = len(s)
	p.r1 = p.region(0)
	for _, prefix := range [...]string{"gener", "commun", "arsen"} {
		if p.hasPrefix(prefix) {
			p.r1 = len(prefix)
		}
	}
	p.r2 = p.region(p.r1)
}

// region is the part after the first consonant that follows a vowel from i on.
func (p *porter) region(i int) int {
	for ; i < p.n && !isVowel(p.b[i]); i++ {
	}
	for ; i < p.n && isVowel(p.b[i]); i++ {
	}
	return min(i+1, p.n)
}

func (p *porter) run() {
	p.step0()
	p.step1a()
	if p.is("inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed") {
		return
	}
	p.step1b()
	p.step1c()
	p.step2()
	p.step3()
	p.step4()
	p.step5()
	for i := range p.n {
		if p.b[i] == 'Y' {
			p.b[i] = 'y'
		}
	}
}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

func (p *porter) hasPrefix(s string) bool {
	return p.n >= len(s) && string(p.b[:len(s)]) == s
}

func (p *porter) ends(s string) bool {
	return p.n >= len(s) && p.b[p.n-1] == s[len(s)-1] && string(p.b[p.n-len(s):p.n]) == s // most words differ in the last letter
}

func (p *porter) is(list ...string) bool {
	for _, s := range list {
		if string(p.b[:p.n]) == s {
			return true
		}
	}
	return false
}

// swap replaces the last cut bytes by s.
func (p *porter) swap(cut int, s string) {
	p.n -= cut
	p.n += copy(p.b[p.n:], s)
}

func (p *porter) vowelBefore(i int) bool {
	for j := range i {
		if isVowel(p.b[j]) {
			return true
		}
	}
	return false
}

func (p *porter) step0() {
	switch {
	case p.ends("'s'"):
		p.n -= 3
	case p.ends("'s"):
		p.n -= 2
	case p.ends("'"):
		p.n--
	}
}

func (p *porter) step1a() {
	switch {
	case p.ends("sses"):
		p.n -= 2
	case p.ends("ied"), p.ends("ies"):
		if p.n > 4 {
			p.n -= 2
		} else {
			p.n--
		}
	case p.ends("us"), p.ends("ss"):
	case p.ends("s"):
		if p.vowelBefore(p.n - 2) {
			p.n--
		}
	}
}

func (p *porter) step1b() {
	switch {
	case p.ends("eedly"):
		p.cutEed(5)
	case p.ends("eed"):
		p.cutEed(3)
	case p.ends("ingly"):
		p.cutIng(5)
	case p.ends("edly"):
		p.cutIng(4)
	case p.ends("ing"):
		p.cutIng(3)
	case p.ends("ed"):
		p.cutIng(2)
	}
}

func (p *porter) cutEed(cut int) {
	if p.n-cut >= p.r1 {
		p.swap(cut, "ee")
	}
}

func (p *porter) cutIng(cut int) {
	if !p.vowelBefore(p.n - cut) {
		return
	}
	p.n -= cut
	switch {
	case p.ends("at"), p.ends("bl"), p.ends("iz"):
		p.swap(0, "e")
	case p.doubled():
		p.n--
	case p.r1 >= p.n && p.shortSyllable(p.n):
		p.swap(0, "e")
	}
}

func (p *porter) doubled() bool {
	if p.n < 2 || p.b[p.n-1] != p.b[p.n-2] {
		return false
	}
	switch p.b[p.n-1] {
	case 'b', 'd', 'f', 'g', 'm', 'n', 'p', 'r', 't':
		return true
	}
	return false
}

// shortSyllable reports whether the n bytes end in a short syllable.
func (p *porter) shortSyllable(n int) bool {
	if n == 2 {
		return isVowel(p.b[0]) && !isVowel(p.b[1])
	}
	if n < 3 {
		return false
	}
	c := p.b[n-1]
	return !isVowel(c) && c != 'w' && c != 'x' && c != 'Y' && isVowel(p.b[n-2]) && !isVowel(p.b[n-3])
}

func (p *porter) step1c() {
	if p.n > 2 && (p.b[p.n-1] == 'y' || p.b[p.n-1] == 'Y') && !isVowel(p.b[p.n-2]) {
		p.b[p.n-1] = 'i'
	}
}

type ending struct{ from, to string }

// Longest first among endings that end alike.
var step2Endings = [...]ending{
	{"ization", "ize"}, {"ational", "ate"}, {"fulness", "ful"}, {"ousness", "ous"}, {"iveness", "ive"}, {"tional", "tion"},
	{"biliti", "ble"}, {"lessli", "less"}, {"entli", "ent"}, {"ation", "ate"}, {"alism", "al"}, {"aliti", "al"}, {"ousli", "ous"},
	{"iviti", "ive"}, {"fulli", "ful"}, {"enci", "ence"}, {"anci", "ance"}, {"abli", "able"}, {"izer", "ize"}, {"ator", "ate"},
	{"alli", "al"}, {"bli", "ble"},
}

func (p *porter) step2() {
	if p.n < 4 {
		return
	}
	for i := range step2Endings {
		e := &step2Endings[i]
		if p.ends(e.from) {
			if p.n-len(e.from) >= p.r1 {
				p.swap(len(e.from), e.to)
			}
			return
		}
	}
	switch {
	case p.ends("ogi"):
		if p.n-3 >= p.r1 && p.n > 3 && p.b[p.n-4] == 'l' {
			p.n--
		}
	case p.ends("li"):
		if p.n-2 >= p.r1 && p.n > 2 && validBeforeLi(p.b[p.n-3]) {
			p.n -= 2
		}
	}
}

func validBeforeLi(c byte) bool {
	switch c {
	case 'c', 'd', 'e', 'g', 'h', 'k', 'm', 'n', 'r', 't':
		return true
	}
	return false
}

var step3Endings = [...]ending{
	{"ational", "ate"}, {"tional", "tion"}, {"alize", "al"}, {"icate", "ic"}, {"iciti", "ic"}, {"ical", "ic"}, {"ness", ""}, {"ful", ""},
}

func (p *porter) step3() {
	for i := range step3Endings {
		e := &step3Endings[i]
		if p.ends(e.from) {
			if p.n-len(e.from) >= p.r1 {
				p.swap(len(e.from), e.to)
			}
			return
		}
	}
	if p.ends("ative") && p.n-5 >= p.r2 {
		p.n -= 5
	}
}

var step4Endings = [...]string{
	"ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "al", "er", "ic",
}

func (p *porter) step4() {
	for _, e := range step4Endings {
		if p.ends(e) {
			if p.n-len(e) >= p.r2 {
				p.n -= len(e)
			}
			return
		}
	}
	if p.ends("ion") && p.n-3 >= p.r2 && p.n > 3 && (p.b[p.n-4] == 's' || p.b[p.n-4] == 't') {
		p.n -= 3
	}
}

func (p *porter) step5() {
	switch {
	case p.n > 1 && p.b[p.n-1] == 'e':
		if p.n-1 >= p.r2 || (p.n-1 >= p.r1 && !p.shortSyllable(p.n-1)) {
			p.n--
		}
	case p.n > 1 && p.b[p.n-1] == 'l':
		if p.n-1 >= p.r2 && p.b[p.n-2] == 'l' {
			p.n--
		}
	}
}
