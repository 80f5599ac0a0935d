package brief

import (
	"strings"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/summary"
	"github.com/daybrief/daybrief/digest/text"
)

// maxTold is how many articles of a story are read for its summary.
const maxTold = 8

// summarise tells a story from its articles, best first, within a budget of
// runes, with an eye on what was asked for.
func summarise(articles []digest.Article, budget int, q digest.Query) []digest.Sentence {
	sources := make([]summary.Source, 0, maxTold)
	for i := range articles[:min(len(articles), maxTold)] {
		a := &articles[i]
		if a.Body != "" {
			sources = append(sources, summary.Source{Doc: text.Analyse(a.Title, a.Body, a.Lang), Article: a})
		}
	}
	return summary.Story(sources, summary.Options{Budget: budget, Focus: focus(articles, q)})
}

// focus are the index terms of what was asked: its words, and those by which
// the articles were found to be about its topics; about its countries where
// that is all that was asked, since a country is spoken of everywhere.
func focus(articles []digest.Article, q digest.Query) []string {
	var out []string
	add := func(words, lang string) { out = append(out, text.QueryTerms(words, lang)...) }
	for _, t := range q.Terms {
		add(t, "")
	}
	for i := range articles[:min(len(articles), maxTold)] {
		a := &articles[i]
		for _, slug := range q.Topics {
			eachReason(a.Topics, slug, func(words string) { add(words, a.Lang) })
		}
		if len(q.Topics)+len(q.Terms) > 0 {
			continue
		}
		for _, code := range q.Countries {
			eachReason(a.Countries, code, func(words string) { add(words, a.Lang) })
		}
	}
	return out
}

// eachReason calls fn with the quoted words of a tag's reasons: tariff of
// `title: “tariff”`.
func eachReason(tags []digest.Tag, slug string, fn func(words string)) {
	for _, t := range tags {
		if t.Slug != slug {
			continue
		}
		for _, why := range t.Why {
			_, rest, ok := strings.Cut(why, "“")
			if words, _, closed := strings.Cut(rest, "”"); ok && closed {
				fn(words)
			}
		}
	}
}
