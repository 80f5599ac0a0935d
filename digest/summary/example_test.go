package summary_test

import (
	"fmt"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/summary"
	"github.com/daybrief/daybrief/digest/text"
)

func ExampleStory() {
	doc := text.Analyse("Norland and Velia to meet", "By Ida Moen\n\nThe leaders of Norland and Velia meet in Harrowgate on Thursday to mark sixty years of peace.\n\n"+
		"Talks over lower import duties have stood still since August. The dispute is about a fund of $90 billion that Velia promised to invest.", "en")
	sources := []summary.Source{{Doc: doc, Article: &digest.Article{ID: 7}}}
	for _, s := range summary.Story(sources, summary.Options{Focus: text.QueryTerms("import duties", "en")}) {
		fmt.Println(s.ArticleID, s.Text)
	}
	// Output:
	// 7 Talks over lower import duties have stood still since August.
	// 7 The dispute is about a fund of $90 billion that Velia promised to invest.
}
