package story_test

import (
	"fmt"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/text"
)

func ExampleGrouper() {
	g := story.New(story.Options{})
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for i, title := range []string{
		"Ferry Aurelia sinks off Tamborin island, dozens missing",
		"Parliament passes budget after all-night sitting",
		"Dozens missing after ferry Aurelia sinks near Tamborin",
	} {
		a := digest.Article{ID: int64(i + 1), Title: title, Stored: at}
		out := g.Add(&a, story.Features(text.Analyse(title, "", ""), &a))
		fmt.Println(out.Grouping.ArticleID, "is in story", out.Grouping.StoryID)
	}
	// Output:
	// 1 is in story 1
	// 2 is in story 2
	// 3 is in story 1
}
