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
// it holds, and what it is about. Bodies are not needed. A Source that stands
// for a whole newsroom counts once, and so do sources that only carry each
// other's text under the same headline. Without articles the story is empty.
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

// independent counts the sources of articles that are no copies of another
// source's: sources are joined when one has nothing but headlines that the
// other has too, word for word, as mirrors and subscribers of an agency do.
func independent(articles []digest.Article) int {
	first := map[string]string{} // headline -> source that had it first
	own := map[string]bool{}
	for i := range articles {
		a := &articles[i]
		key := plainTitle(a.Title)
		if _, ok := first[key]; !ok {
			first[key] = a.Source
			own[a.Source] = true
		}
	}
	return len(own)
}

// plainTitle is a headline without what mirrors change of it: case, marks,
// spaces.
func plainTitle(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r < utf8.RuneSelf && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), " ")
}

// about gives the tags of a story: each weighs as much as in the articles
// that have it, less where few of them do.
func about(articles []digest.Article, of func(*digest.Article) []digest.Tag) []digest.Tag {
	type tally struct {
		tag  digest.Tag // of the article where it is strongest
		sum  float64
		many int
	}
	found := map[string]*tally{}
	for i := range articles {
		for _, t := range of(&articles[i]) {
			x := found[t.Slug]
			if x == nil {
				x = &tally{}
				found[t.Slug] = x
			}
			if t.Weight > x.tag.Weight {
				x.tag = t
			}
			x.sum += t.Weight
			x.many++
		}
	}
	out := make([]digest.Tag, 0, len(found))
	for _, x := range found {
		share := float64(x.many) / float64(len(articles))
		x.tag.Weight = x.sum / float64(x.many) * math.Sqrt(share)
		out = append(out, x.tag)
	}
	slices.SortFunc(out, func(a, b digest.Tag) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Slug, b.Slug))
	})
	return out
}

// Limits of choosing a headline.
const (
	titlesRead = 40  // of a large story the earliest third and the latest
	shortTitle = 24  // runes; a shorter one says too little
	longTitle  = 110 // runes; a longer one is cut on small screens
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
	for i := range articles {
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

// central is how many of the other titles have a word of doc, on average over
// its words, times the root of their number: a title with many words of its
// own is not central, nor is one that says only what all say.
func central(doc *text.Document, words map[string]int, titles int) float64 {
	own := titleWords(doc)
	if len(own) == 0 || titles < 2 {
		return 0
	}
	sum := 0
	for w := range own {
		sum += words[w] - 1
	}
	return float64(sum) / float64(titles-1) / math.Sqrt(float64(len(own)))
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
