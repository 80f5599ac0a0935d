package story_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
)

// titled makes a story of headlines, an hour apart, each of its own source.
func titled(titles ...string) []digest.Article {
	out := make([]digest.Article, len(titles))
	for i, t := range titles {
		out[i] = digest.Article{ID: int64(i + 1), StoryID: 1, Title: t, Source: fmt.Sprint("Source ", i), Stored: began.Add(time.Duration(i) * time.Hour)}
	}
	return out
}

func TestHeadline(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		titles []string
		want   string
	}{
		"the most central one": {[]string{
			"A night of fear at sea", "Ferry Aurelia sinks off Tamborin, dozens missing", "Dozens missing as Aurelia sinks", "Minister promises answers",
		}, "Ferry Aurelia sinks off Tamborin, dozens missing"},
		"no question": {[]string{
			"Why did ferry Aurelia sink off Tamborin?", "Ferry Aurelia sank off Tamborin after engine fire", "Aurelia sank off Tamborin after fire",
		}, "Ferry Aurelia sank off Tamborin after engine fire"},
		"no live page": {[]string{
			"Live: ferry Aurelia sinks off Tamborin, search goes on", "Ferry Aurelia sinks off Tamborin, search goes on", "Live updates: Aurelia ferry sinks off Tamborin, search goes on",
		}, "Ferry Aurelia sinks off Tamborin, search goes on"},
		"not one cut short": {[]string{
			"Ferry Aurelia sinks off Tamborin, dozens missing and…", "Ferry Aurelia sinks off Tamborin with dozens missing",
		}, "Ferry Aurelia sinks off Tamborin with dozens missing"},
		"not shouted": {[]string{
			"FERRY AURELIA SINKS OFF TAMBORIN, DOZENS MISSING", "Ferry Aurelia sinks off Tamborin, dozens missing",
		}, "Ferry Aurelia sinks off Tamborin, dozens missing"},
		"in the language of most": {[]string{
			"Fähre Aurelia sinkt vor der Insel Tamborin", "The ferry Aurelia has sunk off Tamborin and dozens are missing", "Dozens are missing from the ferry Aurelia",
		}, "The ferry Aurelia has sunk off Tamborin and dozens are missing"},
		"of one":   {[]string{"Why not?"}, "Why not?"},
		"japanese": {[]string{"原因は何か？", "尾道の造船所で火災", "市長が造船所を視察"}, "尾道の造船所で火災"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := story.Describe(titled(c.titles...)).Title; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestIndependentSources(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("The coastguard ended its search for the crew of the trawler on Monday after four days. ", 4)
	sources := func(spec ...[3]string) int {
		list := make([]digest.Article, len(spec))
		for i, s := range spec {
			list[i] = digest.Article{ID: int64(i + 1), Source: s[0], Title: s[1], Body: s[2], Stored: began}
		}
		return story.Describe(list).Sources
	}
	for name, c := range map[string]struct{ got, want int }{
		"each its own":                        {sources([3]string{"A", "one", ""}, [3]string{"B", "two", ""}), 2},
		"one source twice":                    {sources([3]string{"A", "one", ""}, [3]string{"a", "two", ""}), 1},
		"one text in two papers":              {sources([3]string{"A", "one", body}, [3]string{"B", "two", strings.ToUpper(body)}), 1},
		"a teaser is no text":                 {sources([3]string{"A", "one", "Read on."}, [3]string{"B", "two", "Read on."}), 2},
		"one headline in two papers":          {sources([3]string{"A", "One, two", ""}, [3]string{"B", "One two!", ""}), 1},
		"one voice with a third is one voice": {sources([3]string{"A", "one", ""}, [3]string{"B", "two", ""}, [3]string{"A", "two", ""}), 1},
		"a mirror that also reports":          {sources([3]string{"A", "one", ""}, [3]string{"B", "one", ""}, [3]string{"C", "three", ""}), 2},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d sources, want %d", name, c.got, c.want)
		}
	}
}

func TestTagsOfAStory(t *testing.T) {
	t.Parallel()
	list := titled("one", "two", "three", "four")
	for i := range list {
		list[i].Countries = []digest.Tag{{Slug: "KR", Weight: .8, Why: []string{fmt.Sprint("reason ", i)}}}
		list[i].Topics = []digest.Tag{{Slug: "trade", Weight: .9}}
	}
	list[0].Countries = append(list[0].Countries, digest.Tag{Slug: "US", Weight: .9})
	list[3].Topics = []digest.Tag{{Slug: "sport", Weight: .05}}
	s := story.Describe(list)
	if got := digest.Firm(s.Countries); len(got) != 1 || got[0] != "KR" {
		t.Errorf("countries %+v", s.Countries)
	}
	if w := digest.WeightOf(s.Countries, "US"); w <= digest.WeakWeight || w >= digest.FirmWeight {
		t.Errorf("of one in four: %v", w)
	}
	if len(s.Countries[0].Why) != 4 || s.Countries[0].Slug != "KR" {
		t.Errorf("strongest first, with reasons: %+v", s.Countries)
	}
	if w := digest.WeightOf(s.Topics, "trade"); w < .7 || w > .9 {
		t.Errorf("of three in four: %v", w)
	}
	if digest.WeightOf(s.Topics, "sport") != 0 {
		t.Errorf("a weak tag of one article is kept: %+v", s.Topics)
	}
}

func TestDescribeALargeStory(t *testing.T) {
	t.Parallel()
	titles := make([]string, 500)
	for i := range titles {
		titles[i] = fmt.Sprintf("Ferry Aurelia sinks off Tamborin, %d are missing", i)
	}
	s := story.Describe(titled(titles...))
	if s.Articles != 500 || s.Sources != 500 || !strings.HasPrefix(s.Title, "Ferry Aurelia") {
		t.Errorf("got %+v", s)
	}
}

func BenchmarkDescribe(b *testing.B) {
	titles := make([]string, 100)
	for i := range titles {
		titles[i] = fmt.Sprintf("Ferry Aurelia sinks off Tamborin, %d are missing", i)
	}
	list := titled(titles...)
	b.ReportAllocs()
	for b.Loop() {
		story.Describe(list)
	}
}
