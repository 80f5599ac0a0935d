package brief

import (
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
)

func TestASummaryIsMadeOfTheArticlesOwnSentences(t *testing.T) {
	t.Parallel()
	body := "The two presidents meet in Gyeongju on Wednesday. They will speak of ships, soldiers and visas.\n\n" +
		"Trade negotiations stand still over a pledge of 350 billion dollars. Seoul offers loans instead of cash.\n\nThe weather will be fine."
	b, _ := world(t, piece{title: "Presidents to meet in Gyeongju", body: body, hours: 1, tags: "KR .9, trade .6"})
	for format, most := range map[digest.Format]int{"": compactBudget, digest.Compact: compactBudget, digest.Cards: cardBudget, digest.Headlines: 0} {
		got := ask(t, b, "korea-trade", func(a *Ask) { a.Format = format }).Stories[0].Summary
		runes := 0
		for _, s := range got {
			runes += len([]rune(s.Text))
			if s.ArticleID == 0 || !s.Cut && !strings.Contains(body, s.Text) {
				t.Errorf("format %q: %+v stands in no article", format, s)
			}
		}
		if runes > most || most > 0 && len(got) == 0 {
			t.Errorf("format %q: %d sentences of %d runes; at most %d may be", format, len(got), runes, most)
		}
	}
}

func TestASummarySpeaksOfWhatWasAsked(t *testing.T) {
	t.Parallel()
	body := "The two presidents meet in Gyeongju on Wednesday. They will speak of ships, soldiers and visas. The hotel has been closed to guests. " +
		"Roads into the town are shut.\n\nA pledge of 350 billion dollars divides the two. Seoul offers loans instead of cash."
	b, _ := world(t, piece{title: "Presidents to meet", body: body, hours: 1, tags: "KR .9, trade .6"})
	got := ask(t, b, "korea pledge", nil).Stories[0].Summary
	if !slices.ContainsFunc(got, func(s digest.Sentence) bool { return strings.Contains(s.Text, "350 billion") }) {
		t.Errorf("asked for the pledge, told %+v", got)
	}
}

func TestFocus(t *testing.T) {
	t.Parallel()
	articles := []digest.Article{{Lang: "en", Countries: []digest.Tag{{Slug: "KR", Why: []string{"title: “Seoul”", "its source"}}, {Slug: "US", Why: []string{"title: “Fed”"}}},
		Topics: []digest.Tag{{Slug: "trade", Why: []string{"lead: “import duties”", "broken “quote"}}}}}
	got := focus(articles, digest.Query{Countries: []string{"KR"}, Topics: []string{"trade"}, Terms: []string{"pledge"}})
	if !slices.Equal(got, append(terms("pledge"), terms("import duties")...)) {
		t.Errorf("focus %q", got)
	}
	if got := focus(articles, digest.Query{Countries: []string{"KR"}}); !slices.Equal(got, terms("Seoul")) {
		t.Errorf("focus of a country alone %q", got)
	}
}
