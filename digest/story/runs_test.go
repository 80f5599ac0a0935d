package story_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/text"
)

var began = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// read makes an article of a line "label@KR,US | source | hours | title | body";
// the countries are what the tagger would say.
func read(t *testing.T, id int64, line string) (label string, a digest.Article) {
	t.Helper()
	f := strings.Split(line, "|")
	if len(f) < 4 {
		t.Fatalf("no article: %q", line)
	}
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	hours, err := strconv.ParseFloat(f[2], 64)
	if err != nil {
		t.Fatal(err)
	}
	at := began.Add(time.Duration(hours * float64(time.Hour)))
	a = digest.Article{ID: id, Title: f[3], Source: f[1], Published: at, Stored: at, URL: fmt.Sprintf("https://%d.example.org/", id)}
	if len(f) > 4 {
		a.Body = f[4]
	}
	label, countries, _ := strings.Cut(f[0], "@")
	for _, c := range strings.Split(countries, ",") {
		if c != "" {
			a.Countries = append(a.Countries, digest.Tag{Slug: c, Weight: .9})
		}
	}
	return label, a
}

func add(g *story.Grouper, a *digest.Article) story.Outcome {
	doc := text.Analyse(a.Title, a.Body, "")
	a.Lang = doc.Lang
	return g.Add(a, story.Features(doc, a))
}

// group runs articles through a Grouper and returns the story of each.
func group(g *story.Grouper, articles []digest.Article) map[int64]int64 {
	in := map[int64]int64{}
	for i := range articles {
		got := add(g, &articles[i])
		in[articles[i].ID] = got.Grouping.StoryID
		for _, m := range got.Moved {
			in[m.ArticleID] = m.StoryID
		}
	}
	return in
}

// TestRuns plays the files of testdata/runs.txtar: articles of one label
// belong into one story and those of different labels apart.
func TestRuns(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/runs.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range archive.Files {
		t.Run(file.Name, func(t *testing.T) {
			t.Parallel()
			var labels []string
			var articles []digest.Article
			for i, line := range strings.Split(strings.TrimSpace(string(file.Data)), "\n") {
				label, a := read(t, int64(i+1), line)
				labels, articles = append(labels, label), append(articles, a)
			}
			in := group(story.New(story.Options{}), articles)
			for i := range articles {
				for j := range i {
					together, want := in[articles[i].ID] == in[articles[j].ID], labels[i] == labels[j]
					if together != want {
						t.Errorf("together %t, want %t:\n  %s\n  %s", together, want, articles[j].Title, articles[i].Title)
					}
				}
			}
		})
	}
}

// stream is a made-up run of news: forty events, told by several sources over
// two days, in a mixed order.
func stream() []digest.Article {
	places := []string{"Oslo", "Lima", "Hanoi", "Accra", "Quito", "Dakar", "Riga", "Tunis"}
	things := []string{"bridge collapses after flood", "parliament passes pension law", "airport strike grounds flights", "vaccine trial shows promise", "copper mine reopens"}
	ways := []string{"%s %s", "%s: %s, officials say", "In %s, %s", "%s says %s"}
	var out []digest.Article
	for round := range ways {
		for i := range 40 {
			event := (i*7 + round*3) % 40
			place, thing := places[event%8], things[event/8]
			id := int64(len(out) + 1)
			at := began.Add(time.Duration(id) * 15 * time.Minute)
			out = append(out, digest.Article{ID: id, Title: fmt.Sprintf(ways[round], place, thing), Source: fmt.Sprintf("Wire %d", round), Published: at, Stored: at})
		}
	}
	return out
}

func TestARestartChangesNothing(t *testing.T) {
	t.Parallel()
	articles := stream()
	whole := story.New(story.Options{})
	want := group(whole, articles)
	for _, stop := range []int{1, 50, 99, len(articles) - 1} {
		before := story.New(story.Options{})
		in := group(before, articles[:stop])
		after := story.New(story.Options{})
		for i := range articles[:stop] {
			a := &articles[i]
			after.Load(digest.LiveArticle{ID: a.ID, StoryID: in[a.ID], Source: a.Source, Time: a.Time(), Title: a.Title, Features: story.Features(text.Analyse(a.Title, a.Body, ""), a)})
		}
		for id, s := range group(after, articles[stop:]) {
			in[id] = s
		}
		for id, s := range want {
			if in[id] != s {
				t.Fatalf("stopped after %d: article %d is in story %d, without a stop in %d", stop, id, in[id], s)
			}
		}
	}
}

func TestAStoryIsNamedByTheArticleThatBeganIt(t *testing.T) {
	t.Parallel()
	for id, s := range group(story.New(story.Options{}), stream()) {
		if s > id || s < 1 {
			t.Errorf("article %d is in story %d", id, s)
		}
	}
}

func TestCopiesJoinWithoutAQuestion(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("The ministry said that the new line would open in spring and carry forty thousand people a day. ", 4)
	g := story.New(story.Options{})
	first := digest.Article{ID: 1, Title: "New line opens in spring", Body: body, Source: "A", Stored: began}
	second := digest.Article{ID: 2, Title: "A railway for the suburbs", Body: body + "Tickets cost two crowns.", Source: "B", Stored: began.Add(time.Hour)}
	add(g, &first)
	if got := add(g, &second).Grouping; got.StoryID != 1 || !got.Join.Same {
		t.Errorf("a near copy: %+v", got)
	}
}

func TestWhyAnArticleJoinedCanBeShown(t *testing.T) {
	t.Parallel()
	g := story.New(story.Options{})
	first := digest.Article{ID: 1, Title: "Earthquake of magnitude 6.1 shakes Quito, injuring dozens", Source: "A", Stored: began}
	second := digest.Article{ID: 2, Title: "Dozens injured as magnitude 6.1 earthquake shakes Quito", Source: "B", Stored: began.Add(time.Hour)}
	add(g, &first)
	j := add(g, &second).Grouping.Join
	if j.StoryID != 1 || j.Score < j.Needed || len(j.Shared) == 0 {
		t.Errorf("got %+v", j)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	kr := []digest.Tag{{Slug: "KR", Weight: .9, Why: []string{"title: “Seoul”"}}}
	articles := []digest.Article{
		{ID: 1, StoryID: 1, Title: "Talks in Seoul", Source: "A", Stored: began, Countries: kr},
		{ID: 2, StoryID: 1, Title: "Seoul and Washington agree on car tariffs", Source: "B", Stored: began.Add(time.Hour), Countries: kr, Sample: true},
		{ID: 3, StoryID: 1, Title: "Washington and Seoul agree on tariffs for cars", Source: "C", Stored: began.Add(2 * time.Hour), Countries: kr},
		{ID: 4, StoryID: 1, Title: "Seoul and Washington agree on car tariffs", Source: "D", Stored: began.Add(3 * time.Hour)},
	}
	s := story.Describe(articles)
	if s.ID != 1 || s.Articles != 4 || s.Sources != 3 || s.Title != "Seoul and Washington agree on car tariffs" || s.Sample {
		t.Errorf("got %+v", s)
	}
	if !s.First.Equal(began) || !s.Last.Equal(began.Add(3*time.Hour)) || digest.WeightOf(s.Countries, "KR") < digest.FirmWeight {
		t.Errorf("got %+v", s)
	}
	if zero := story.Describe(nil); zero.ID != 0 || zero.Articles != 0 {
		t.Errorf("of nothing: %+v", zero)
	}
}

func TestForgettingBoundsTheMemory(t *testing.T) {
	t.Parallel()
	g := story.New(story.Options{})
	group(g, stream())
	g.Forget(began.Add(1000 * time.Hour))
	if stories, articles := g.Stories(); stories != 0 || articles != 0 {
		t.Errorf("%d stories and %d articles are left", stories, articles)
	}
}

// FuzzFeatures gives the Grouper features that are no features: nothing that
// the store may have kept of an older version, or lost a part of, may end the
// program.
func FuzzFeatures(f *testing.F) {
	a := stream()[0]
	f.Add(story.Features(text.Analyse(a.Title, "", ""), &a))
	f.Add([]byte{})
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		g := story.New(story.Options{})
		g.Load(digest.LiveArticle{ID: 1, StoryID: 1, Time: began, Title: "x", Features: data})
		b := digest.Article{ID: 2, Title: a.Title, Stored: began}
		if got := g.Add(&b, data).Grouping; got.StoryID < 1 || got.StoryID > 2 {
			t.Errorf("in story %d", got.StoryID)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	articles := stream()
	features := make([][]byte, len(articles))
	for i := range articles {
		features[i] = story.Features(text.Analyse(articles[i].Title, "", ""), &articles[i])
	}
	g := story.New(story.Options{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a := articles[i%len(articles)]
		a.ID = int64(i + 1)
		a.Stored = began.Add(time.Duration(i) * time.Second)
		a.Published = a.Stored
		g.Add(&a, features[i%len(articles)])
		if i%5000 == 4999 {
			g.Forget(a.Stored.Add(-time.Hour))
		}
	}
}

// Two stories from one country share its names; that joins them no more than
// the word "the".
func TestTheNamesOfACountryAreNoEvent(t *testing.T) {
	t.Parallel()
	korea := []digest.Tag{{Slug: "KR", Weight: .9, Why: []string{"title: “Seoul”; first sentence: “South Korea”"}}}
	g := story.New(story.Options{})
	tariffs := digest.Article{ID: 1, Title: "Seoul Wins Lower Car Tariffs", Source: "A", Stored: began, Countries: korea,
		Body: "SEOUL - South Korea and the United States agreed to cut tariffs on Korean cars from 25% to 15%. The won rose against the dollar, and Seoul will invest for ten years."}
	rates := digest.Article{ID: 2, Title: "Seoul Leaves Borrowing Costs Alone", Source: "B", Stored: began.Add(time.Hour), Countries: korea,
		Body: "SEOUL - South Korea left borrowing costs at 2.5% as flats in Seoul become dearer. Most economists expect one cut next year. The won rose slightly against the dollar."}
	add(g, &tariffs)
	if got := add(g, &rates).Grouping; got.StoryID != 2 {
		t.Errorf("they were put together: %+v", got.Join)
	}
}
