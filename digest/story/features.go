package story

import (
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// Limits of what is kept of an article. A story is told by its head: what
// stands far down is background that other events share.
const (
	maxBodyWords = 450 // words of the body that are read
	maxTerms     = 160 // distinct terms that are kept
	leadWords    = 60  // words of the body that count as its lead
	fullWords    = 20  // a body of fewer words is a teaser, and the article a headline
	maxAmounts   = 12  // numbers kept for comparing
	maxPlaces    = 6   // countries kept
	maxSurface   = 48  // bytes of a word
)

// class says where in an article a term stands; the best place counts.
type class uint8

const (
	inBody class = iota
	inLead
	inTitle
)

// term is one distinct index term of an article.
type term struct {
	stem    string // index term
	surface string // as it is written, to be shown
	class   class
	name    bool // written as a name where that tells something
	salient bool // a name that the article is about: high up, or repeated
}

// amount is a number and what it counts: "23 pirates", "magnitude 6.1".
type amount struct {
	unit  string
	value float32
}

// features is what grouping needs to know of an article.
type features struct {
	lang    string
	full    bool   // it has a text, not only a headline
	url     uint64 // hash of its address; 0 without one that names a page
	words   uint64 // hash of all its words
	simhash uint64
	sketch  sketch
	series  uint64 // hash of the routine series, or column, it belongs to; 0 for none
	routine routine
	day     int32 // day that the text says it is from, days since 1970; 0 when it says none
	places  []string
	amounts []amount
	terms   []term
}

// Features draws from an analysed article what grouping needs, in a compact
// form of this package's own (see encode) that the store keeps, so that
// grouping can go on after a restart. Of a it reads the address, the source, the
// time and the countries.
func Features(doc *text.Document, a *digest.Article) []byte {
	r := readers.Get().(*reader)
	defer readers.Put(r)
	f := r.read(doc, a)
	return f.encode()
}

// reader is the scratch space of Features.
type reader struct {
	table [1024]uint16 // open addressing: index in terms + 1
	count [maxTerms]uint8
	f     features
	doc   *text.Document
	stop  map[string]bool
	shout bool            // capitals tell nothing in the field that is read
	place map[string]bool // words that name the countries the article is about
}

var readers = sync.Pool{New: func() any { return new(reader) }}

func (r *reader) read(doc *text.Document, a *digest.Article) *features {
	clear(r.table[:])
	r.f = features{lang: doc.Lang, terms: r.f.terms[:0], amounts: r.f.amounts[:0], places: r.f.places[:0]}
	r.doc, r.stop = doc, stopWords(doc.Lang)
	f := &r.f
	f.full = len(doc.Words)-int(doc.BodyFrom) >= fullWords
	f.url = urlHash(a.URL)
	f.words, f.simhash, f.sketch = fingerprint(doc, f.full)
	if f.series, f.routine = seriesOf(doc); f.routine == noRoutine {
		f.series = columnOf(doc, a.Source)
	}
	if a.Published.IsZero() {
		f.day = headDay(doc)
	}
	for _, c := range a.Countries {
		if c.Weight >= placeWeight && len(c.Slug) == 2 && len(f.places) < maxPlaces {
			f.places = append(f.places, c.Slug)
		}
	}
	r.place = placeWords(a.Countries)
	r.readTitle()
	r.readBody()
	for i := range f.terms {
		t := &f.terms[i]
		t.salient = t.name && (t.class > inBody || r.count[i] >= 3)
	}
	return f
}

// placeWeight is the weight from which a country is a place of the event.
const placeWeight = 0.6

// readTitle reads the headline, or the first sentence of an article that has
// none.
func (r *reader) readTitle() {
	d := r.doc
	words := d.Words[:d.BodyFrom]
	if s := firstSentence(d); s != nil && saysNothing(words) {
		words = d.Words[s.From:s.To]
	}
	r.shout = capitalsTellNothing(words, d.Lang)
	for i := range words {
		r.add(words, i, inTitle)
	}
}

func firstSentence(d *text.Document) *text.Sentence {
	for i := range d.Sentences {
		if s := &d.Sentences[i]; s.Field == text.Body {
			return s
		}
	}
	return nil
}

// saysNothing reports whether a headline is none: empty, or a date line such
// as "Updated: 21 July 2013, 11:11 GMT".
func saysNothing(words []text.Word) bool {
	l := lists()
	said := 0
	for i := range words {
		if f := words[i].Form; !isDigit(f[0]) && l.month[f] == 0 && !l.weekday[f] && !l.stamp[f] {
			said++
		}
	}
	return said < 2
}

func (r *reader) readBody() {
	words := r.doc.Words[r.doc.BodyFrom:]
	if len(words) > maxBodyWords {
		words = words[:maxBodyWords]
	}
	r.shout = capitalsTellNothing(words, r.doc.Lang)
	// Where an article was written says nothing of what happened.
	skip := min(int(r.doc.Dateline.To), len(words))
	for i := skip; i < len(words); i++ {
		c := inBody
		if i < skip+leadWords {
			c = inLead
		}
		r.add(words, i, c)
	}
}

// capitalsTellNothing reports whether being written with a capital says
// nothing about a word here: headlines in title case, German, shouted text.
func capitalsTellNothing(words []text.Word, lang string) bool {
	if lang == "de" {
		return true
	}
	long, capital := 0, 0
	for i := range words {
		if len(words[i].Form) > 3 {
			long++
			if words[i].Case != text.Lower {
				capital++
			}
		}
	}
	return capital*10 > long*6
}

// add counts word i of words.
func (r *reader) add(words []text.Word, i int, c class) {
	w := &words[i]
	if w.Stem == "" || len(w.Stem) > maxSurface || r.stop[w.Form] {
		return
	}
	if isDigit(w.Form[0]) {
		r.addAmount(words, i)
	}
	if isNoise(w.Stem) {
		return
	}
	l := lists()
	if month := l.month[w.Form]; month > 0 {
		r.addDate(words, i, month, c)
	}
	name := w.Case != text.Lower && !w.First && !r.shout && !l.weekday[w.Form] && l.month[w.Form] == 0 && !r.place[w.Form]
	r.count1(w.Stem, r.surface(w), c, name)
}

// count1 counts a term once, where there is room for it.
func (r *reader) count1(stem, surface string, c class, name bool) {
	f := &r.f
	mask := uint64(len(r.table) - 1)
	for h := hashString(stem); ; h++ {
		slot := &r.table[h&mask]
		if *slot == 0 {
			if len(f.terms) == maxTerms {
				return
			}
			f.terms = append(f.terms, term{stem: stem, surface: surface})
			*slot = uint16(len(f.terms))
			r.count[*slot-1] = 0
		}
		t := &f.terms[*slot-1]
		if t.stem != stem {
			continue
		}
		t.class = max(t.class, c)
		t.name = t.name || name
		if n := &r.count[*slot-1]; *n < 255 {
			*n++
		}
		return
	}
}

// dateMark begins the term of a day of a month; no word begins with it.
const dateMark = '@'

// addDate counts the day of a month at word i as a term of its own: articles
// on one event name the same day.
func (r *reader) addDate(words []text.Word, i, month int, c class) {
	for _, j := range []int{i + 1, i - 1} {
		if j >= 0 && j < len(words) && isDay(words[j].Form) && words[j].Sentence == words[i].Sentence {
			day := strconv.Itoa(number(words[j].Form))
			r.count1(string(dateMark)+strconv.Itoa(month)+"-"+day, r.doc.Surface(words[min(i, j)])+" "+r.doc.Surface(words[max(i, j)]), c, true)
			return
		}
	}
}

// surface is what is shown of a word: as written, but the whole bigram where
// the index term is one.
func (r *reader) surface(w *text.Word) string {
	if first, size := utf8.DecodeRuneInString(w.Form); size == len(w.Form) && unicode.IsLetter(first) && len(w.Stem) > len(w.Form) {
		return w.Stem
	}
	if s := r.doc.Surface(*w); len(s) <= maxSurface && utf8.ValidString(s) {
		return s
	}
	return w.Form
}

// isNoise reports whether a term carries no meaning of its own: a single
// Latin letter or a single digit.
func isNoise(stem string) bool { return len(stem) == 1 }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// dayOf is the day of t, in days since 1970; 0 for the zero time.
func dayOf(t time.Time) int32 {
	if t.IsZero() {
		return 0
	}
	return int32(t.Unix() / 86400)
}

// placeWords are the words by which the tagger knew the countries: “Seoul”,
// “South Korea”. All news from a country shares them, so they are no names of
// an event, and weigh as common words do; the countries themselves are compared
// as places.
func placeWords(countries []digest.Tag) map[string]bool {
	out := map[string]bool{}
	for _, c := range countries {
		for _, why := range c.Why {
			for _, piece := range strings.Split(why, "“")[1:] {
				name, _, _ := strings.Cut(piece, "”")
				for _, w := range strings.Fields(strings.ToLower(name)) {
					out[w] = true
				}
			}
		}
	}
	return out
}
