package brief

import (
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// summarise gives at most two sentences of a story's leading articles, within
// a budget of runes.
func summarise(articles []digest.Article, budget int, _ digest.Query) []digest.Sentence {
	var out []digest.Sentence
	for _, a := range articles {
		if a.Body == "" || len(out) == 2 {
			continue
		}
		doc := text.Analyse("", a.Body, a.Lang)
		for i := range doc.Sentences {
			s := doc.SentenceText(i)
			if n := utf8.RuneCountInString(s); n <= budget {
				out = append(out, digest.Sentence{Text: s, ArticleID: a.ID})
				budget -= n
			}
			break
		}
	}
	return out
}
