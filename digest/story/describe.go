package story

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// Describe tells what a story is from the articles in it: its headline, when
// it began and last grew, how many articles from how many independent sources
// it holds, and what it is about. Bodies may be left out; with them, copies are
// told by their text and not by their headline alone. Without articles the
// story is empty.
//
// Sources are independent when neither their name (or the newsroom that the
// caller put in its place) nor their text is the same: forty papers that print
// one agency's report are one source.
func Describe(articles []digest.Article) digest.Story {
	s := digest.Story{Articles: len(articles), Sample: len(articles) > 0}
	for i := range articles {
		a := &articles[i]
		s.ID = cmp.Or(s.ID, a.StoryID)
		s.Sample = s.Sample && a.Sample
		if t := a.Time(); !t.IsZero() {
			if s.First.IsZero() || t.Before(s.First) {
				s.First = t
			}
			if t.After(s.Last) {
				s.Last = t
			}
		}
	}
	s.Title = headline(articles)
	s.Sources = independent(articles)
	s.Countries = about(articles, func(a *digest.Article) []digest.Tag { return a.Countries })
	s.Topics = about(articles, func(a *digest.Article) []digest.Tag { return a.Topics })
	return s
}

// independent counts the sources that speak for themselves. Articles of one
// source are one voice, so are articles of one text, and so is whatever is one
// voice with a third.
func independent(articles []digest.Article) int {
	var voice []int // of each voice, another that it is one with, or itself
	find := func(i int) int {
		for voice[i] != i {
			i = voice[i]
		}
		return i
	}
	bySource, byText := map[string]int{}, map[string]int{}
	for i := range articles {
		source, said := strings.ToLower(articles[i].Source), plainText(&articles[i])
		v, known := bySource[source]
		if !known {
			v = len(voice)
			voice = append(voice, v)
			bySource[source] = v
		}
		if other, copied := byText[said]; copied {
			voice[find(v)] = find(other)
		} else {
			byText[said] = v
		}
	}
	n := 0
	for i := range voice {
		if voice[i] == i {
			n++
		}
	}
	return n
}

// shortText is how many bytes of a body can still be a teaser, which different
// articles may have in common.
const shortText = 200

// plainText is what an article says without what mirrors change of it: case,
// marks, spaces.
func plainText(a *digest.Article) string {
	if len(a.Body) < shortText {
		return plain(a.Title + " " + a.Body)
	}
	return plain(a.Body)
}

func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r < utf8.RuneSelf && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), " ")
}

// maxWhy is how many reasons of a tag are kept.
const maxWhy = 4

// about gives the tags of a story. Each weighs what it weighs on average in
// the articles that have it, less where few of them do; one that a single
// article of many is alone with falls away.
func about(articles []digest.Article, of func(*digest.Article) []digest.Tag) []digest.Tag {
	type tally struct {
		sum  float64
		many int
		why  []string
	}
	found := map[string]*tally{}
	for i := range articles {
		for _, t := range of(&articles[i]) {
			x := found[t.Slug]
			if x == nil {
				x = &tally{}
				found[t.Slug] = x
			}
			x.sum += t.Weight
			x.many++
			x.why = addWhy(x.why, t.Why)
		}
	}
	out := make([]digest.Tag, 0, len(found))
	for slug, x := range found {
		share := float64(x.many) / float64(len(articles))
		weight := x.sum / float64(x.many) * math.Sqrt(share)
		if weight >= digest.WeakWeight {
			out = append(out, digest.Tag{Slug: slug, Weight: weight, Why: x.why})
		}
	}
	slices.SortFunc(out, func(a, b digest.Tag) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Slug, b.Slug))
	})
	return out
}

func addWhy(have, more []string) []string {
	for _, w := range more {
		if len(have) < maxWhy && !slices.Contains(have, w) {
			have = append(have, w)
		}
	}
	return have
}

// Limits of choosing a headline.
const (
	titlesRead = 40   // of a large story the earliest third and the latest
	shortTitle = 24   // runes; a shorter one says too little
	goodTitle  = 70   // runes; up to here more is better
	longTitle  = 110  // runes; a longer one is cut on small screens
	ownWords   = 0.05 // how much words of its own count against a title
)

// headline returns the title that has most in common with the others, and is
// made to stand alone: no question, no live page, no teaser.
func headline(articles []digest.Article) string {
	if len(articles) == 0 {
		return ""
	}
	if n := len(articles); n > titlesRead {
		articles = slices.Concat(articles[:titlesRead/3], articles[n-(titlesRead-titlesRead/3):])
	}
	docs := make([]*text.Document, len(articles))
	langs := map[string]int{}
	words := map[string]int{} // titles that have the word
	alike := map[string]int{} // titles that are the same
	for i := range articles {
		alike[plain(articles[i].Title)]++
		docs[i] = text.Analyse(articles[i].Title, "", articles[i].Lang)
		langs[docs[i].Lang]++
		for w := range titleWords(docs[i]) {
			words[w]++
		}
	}
	best, top := 0, math.Inf(-1)
	for i := range articles {
		score := central(docs[i], words, len(articles)) - unfit(articles[i].Title, docs[i])
		score += float64(langs[docs[i].Lang]) / float64(len(articles))
		score += 0.2 * float64(alike[plain(articles[i].Title)]) / float64(len(articles))
		if score > top+1e-9 {
			best, top = i, score
		}
	}
	return articles[best].Title
}

func titleWords(doc *text.Document) map[string]bool {
	out := map[string]bool{}
	stop := stopWords(doc.Lang)
	for i := range doc.Words {
		if w := &doc.Words[i]; w.Stem != "" && !stop[w.Form] && !isNoise(w.Stem) {
			out[w.Stem] = true
		}
	}
	return out
}

// central says how much a title has in common with the others: how many of them
// have each of its words, added up, less for a title with many words of its own,
// and a little more for a longer one, which tells more.
func central(doc *text.Document, words map[string]int, titles int) float64 {
	own := titleWords(doc)
	if len(own) == 0 || titles < 2 {
		return 0
	}
	sum := 0
	for w := range own {
		sum += words[w] - 1
	}
	tells := 0.15 * float64(min(utf8.RuneCountInString(doc.TitleText), goodTitle)) / goodTitle
	return float64(sum)/float64(titles-1)/math.Pow(float64(len(own)), ownWords) + tells
}

// teasers begin or mark headlines that do not tell what happened.
var teasers = []string{
	"watch", "video", "photos", "pictures", "live", "live updates", "listen", "podcast", "opinion", "analysis", "explainer", "factbox",
	"what to know", "what we know", "here's", "how to", "why", "what", "update 1", "update 2", "update 3", "exclusive", "editorial", "column", "letters",
	"en direct", "direct", "en vivo", "en directo", "liveblog", "liveticker", "kommentar", "debatt", "ledare",
}

// unfit says how badly a headline stands alone.
func unfit(title string, doc *text.Document) (out float64) {
	lower := strings.ToLower(title)
	for _, t := range teasers {
		if rest, ok := strings.CutPrefix(lower, t); ok && (rest == "" || !isLetterByte(rest[0])) {
			out += 1
			break
		}
	}
	if strings.ContainsAny(title, "?？") {
		out += 0.7
	}
	if strings.HasSuffix(strings.TrimSpace(title), "...") || strings.HasSuffix(strings.TrimSpace(title), "…") {
		out += 1
	}
	n := utf8.RuneCountInString(title)
	if cjk := len(title) > 2*n; !cjk && n < shortTitle {
		out += 0.5
	}
	if n > longTitle {
		out += 0.5
	}
	if shouted(doc) {
		out += 0.5
	}
	if _, kind := seriesOf(doc); kind != noRoutine {
		out += 0.5
	}
	return out
}

func isLetterByte(c byte) bool { return 'a' <= c && c <= 'z' || c >= utf8.RuneSelf }

func shouted(doc *text.Document) bool {
	upper := 0
	for i := range doc.Words {
		if doc.Words[i].Case == text.Upper {
			upper++
		}
	}
	return len(doc.Words) > 3 && 2*upper > len(doc.Words)
}
