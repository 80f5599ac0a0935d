package brief

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/tag"
	"github.com/daybrief/daybrief/digest/text"
)

// TestHeadlinesAreFoundAndNothingForeign goes the whole way but for the
// grouping: real tags, real names, a real store, headlines without a body.
func TestHeadlinesAreFoundAndNothingForeign(t *testing.T) {
	t.Parallel()
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "real.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var groups []digest.Grouping
	var stories []digest.Story
	for _, title := range []string{
		"Fed chair hints at one more rate cut before spring",
		"Economists expect the BOJ to lift interest rates next month",
		"Hong Kong court hears the first appeal under the security law",
		"Thai and Cambodian troops exchange fire near a border temple",
		"Kyiv says peace talks with Russia will resume in Istanbul",
		"Seoul and Washington narrow their differences over car tariffs",
		"Farmers in Kenya wait for rain as maize prices climb",
		"Chile's copper miners vote to strike",
		"Asian shares fall as investors wait for earnings",
		"Norway's fund sells its last coal stocks",
	} {
		a := digest.Article{Title: title, Source: "Wire", Published: digesttest.Now().Add(-time.Hour), Stored: digesttest.Now(), Lang: "en"}
		doc := text.Analyse(a.Title, "", "en")
		a.Countries, a.Topics = tagger.Tag(doc, tag.Hint{})
		e := digest.Entry{Article: a}
		e.TitleTerms, e.BodyTerms = doc.Terms()
		added, err := s.AddArticles(t.Context(), []digest.Entry{e})
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, digest.Grouping{ArticleID: added[0].ID, StoryID: added[0].ID})
		stories = append(stories, digest.Story{ID: added[0].ID, Title: title, First: a.Time(), Last: a.Time(), Articles: 1, Sources: 1, Countries: a.Countries, Topics: a.Topics})
	}
	if err := s.SaveGroups(t.Context(), groups); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveStories(t.Context(), stories); err != nil {
		t.Fatal(err)
	}
	b := New(Options{Store: s, Reader: query.New(query.Options{Names: tagger.Names()}), Tagger: tagger})
	for request, want := range map[string][]string{
		"us-fed":              {stories[0].Title},
		"boj rate hike":       {stories[1].Title},
		"hong-kong":           {stories[2].Title},
		"thailand-cambodia":   {stories[3].Title},
		"ukraine peace talks": {stories[4].Title},
		"korea-trade":         {stories[5].Title},
		"kenya agriculture":   {stories[6].Title},
		"copper chile":        {stories[7].Title},
		"asia markets":        {stories[8].Title},
		"norway":              {stories[9].Title},
		"chad-sport":          {},
	} {
		if got := titlesOf(ask(t, b, request, nil).Stories); !slices.Equal(got, want) {
			t.Errorf("%s is answered with %q, want %q", request, got, want)
		}
	}
}
