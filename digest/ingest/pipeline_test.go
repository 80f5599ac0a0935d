package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/ingest"
)

var now = time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)

func pipeline(m *memory, g ingest.Grouper) *ingest.Pipeline {
	return ingest.New(ingest.Options{Store: m, Tagger: homeTagger{}, Grouper: g, Now: func() time.Time { return now }, Batch: 4})
}

func article(title string) digest.Article {
	return digest.Article{Title: title, Source: "Harbour Wire", Published: now.Add(-time.Hour)}
}

func add(t *testing.T, p *ingest.Pipeline, titles ...string) ingest.Counts {
	t.Helper()
	var articles []digest.Article
	for _, title := range titles {
		articles = append(articles, article(title))
	}
	counts, err := p.Add(context.Background(), articles)
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// checkWhole fails when something that is stored cannot be seen: an article
// without a story, a story that does not tell of its articles.
func checkWhole(t *testing.T, m *memory) {
	t.Helper()
	members := map[int64]int{}
	for id := range m.entries {
		s := m.groups[id].StoryID
		if s == 0 {
			t.Errorf("article %d has no story", id)
		}
		members[s]++
	}
	for id, n := range members {
		if m.stories[id].Articles != n {
			t.Errorf("story %d tells of %d articles and has %d", id, m.stories[id].Articles, n)
		}
	}
	if len(m.stories) != len(members) {
		t.Errorf("%d stories, %d of them with articles", len(m.stories), len(members))
	}
}

func TestAddCounts(t *testing.T) {
	t.Parallel()
	m := newMemory()
	p := pipeline(m, newFirstWord())
	counts := add(t, p, "storm hits coast", "storm passes", " ", "ferry returns", "storm hits coast", "bridge opens", "tunnel opens")
	if counts.New != 5 || counts.Known != 1 || counts.Revised != 0 || len(counts.Bad) != 1 {
		t.Errorf("%+v", counts)
	}
	if err := counts.Bad[0]; digest.CodeOf(err) != digest.Invalid || !strings.Contains(err.Error(), "the title is missing") {
		t.Errorf("%v", err)
	}
	checkWhole(t, m)
	if m.stories[1].Articles != 2 || len(m.stories) != 4 {
		t.Errorf("stories %+v", m.stories)
	}
	if again := add(t, p, "storm hits coast", "ferry returns"); again.Known != 2 || again.New != 0 {
		t.Errorf("again: %+v", again)
	}
}

func TestAddNamesBadArticles(t *testing.T) {
	t.Parallel()
	p := pipeline(newMemory(), newFirstWord())
	counts, err := p.Add(context.Background(), []digest.Article{
		{Title: "Bridge opens", URL: "ftp://example.org/"}, {URL: "https://example.org/a"}, {Body: strings.Repeat("long ", 50)}, {},
	})
	if err != nil || len(counts.Bad) != 4 {
		t.Fatalf("%+v %v", counts, err)
	}
	for i, want := range []string{`(article "Bridge opens")`, `(article "https://example.org/a")`, `…")`, "(an article that has nothing)"} {
		if !strings.Contains(counts.Bad[i].Error(), want) {
			t.Errorf("%v, want %s", counts.Bad[i], want)
		}
	}
}

func TestAddAnalysesAndHints(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.sources["Harbour Wire"] = digest.Source{Name: "Harbour Wire", Country: "KR", Topics: []string{"trade"}}
	p := pipeline(m, newFirstWord())
	add(t, p, "Port of Busan reopens after storm")
	e := m.entries[1]
	if e.Lang != "en" || len(e.TitleTerms) == 0 || len(e.Features) == 0 || digest.WeightOf(e.Countries, "KR") == 0 || digest.WeightOf(e.Topics, "trade") == 0 || !e.Stored.Equal(now) {
		t.Errorf("%+v", e)
	}
}

func TestAddRevisionStaysInItsStory(t *testing.T) {
	t.Parallel()
	m := newMemory()
	p := pipeline(m, newFirstWord())
	a := article("storm hits coast")
	a.GUID, a.Body = "1", "First text."
	if _, err := p.Add(context.Background(), []digest.Article{a}); err != nil {
		t.Fatal(err)
	}
	a.Body = "Second text, longer than the first."
	counts, err := p.Add(context.Background(), []digest.Article{a})
	if err != nil || counts.Revised != 1 {
		t.Fatalf("%+v %v", counts, err)
	}
	checkWhole(t, m)
	if m.groups[1].StoryID != 1 {
		t.Errorf("%+v", m.groups)
	}
}

func TestAddMergesStories(t *testing.T) {
	t.Parallel()
	m := newMemory()
	p := pipeline(m, newFirstWord())
	add(t, p, "into one", "from one", "from two")
	if len(m.stories) != 2 {
		t.Fatalf("%+v", m.stories)
	}
	add(t, p, "merge them", "from three")
	checkWhole(t, m)
	if _, left := m.stories[2]; left || m.stories[1].Articles != 4 {
		t.Errorf("stories %+v", m.stories)
	}
}

// An article of a merged story that the grouper no longer holds follows.
func TestAddMergeTakesOldArticlesAlong(t *testing.T) {
	t.Parallel()
	m := newMemory()
	add(t, pipeline(m, newFirstWord()), "into one", "from one", "from two")
	g := newFirstWord()
	old := m.entries[2]
	old.Published = now.AddDate(0, -1, 0) // before the window: not loaded
	m.entries[2] = old
	add(t, pipeline(m, g), "merge them")
	checkWhole(t, m)
	if m.groups[2].StoryID != 1 {
		t.Errorf("%+v", m.groups)
	}
}

func TestMirrorsOfANewsroomAreOneVoice(t *testing.T) {
	t.Parallel()
	m := newMemory()
	p := pipeline(m, newFirstWord())
	var articles []digest.Article
	for i, source := range []string{"Wire World", "Wire Asia", "Post"} {
		m.sources[source] = digest.Source{Name: source, Group: map[bool]string{true: "wire.example.org"}[source != "Post"]}
		a := article(fmt.Sprintf("storm %d", i))
		a.Source = source
		articles = append(articles, a)
	}
	if _, err := p.Add(context.Background(), articles); err != nil {
		t.Fatal(err)
	}
	if s := m.stories[1]; s.Articles != 3 || s.Sources != 2 {
		t.Errorf("%+v", s)
	}
	if m.entries[1].Source != "Wire World" {
		t.Errorf("the article lost its source: %+v", m.entries[1])
	}
}

// The program dies after each write in turn; the next start ends as if it had
// not.
func TestCrashes(t *testing.T) {
	t.Parallel()
	titles := []string{"into one", "from one", "from two", "storm one", "merge them", "storm two", "from three"}
	whole := newMemory()
	add(t, pipeline(whole, newFirstWord()), titles...)
	for _, method := range []string{"AddArticles", "Articles", "Live", "Ungrouped", "StoryArticles", "SaveStories", "SaveGroups"} {
		for calls := range 3 {
			t.Run(fmt.Sprintf("%s %d", method, calls), func(t *testing.T) {
				t.Parallel()
				m := newMemory()
				m.fail[method] = calls
				p := pipeline(m, newFirstWord())
				var articles []digest.Article
				for _, title := range titles {
					articles = append(articles, article(title))
				}
				if _, err := p.Add(context.Background(), articles); err != nil && !errors.Is(err, errDisk) {
					t.Fatal(err)
				}
				delete(m.fail, method)
				if calls == 1 { // the same program goes on
					add(t, p, titles...)
				} else { // a new one starts
					q := pipeline(m, newFirstWord())
					if err := q.Resume(context.Background()); err != nil {
						t.Fatal(err)
					}
					add(t, q, titles...)
				}
				checkWhole(t, m)
				if len(m.stories) != len(whole.stories) {
					t.Errorf("%d stories, want %d", len(m.stories), len(whole.stories))
				}
			})
		}
	}
}

func TestResumeGroupsLeftovers(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.fail["SaveStories"] = 0
	_, err := pipeline(m, newFirstWord()).Add(context.Background(), []digest.Article{article("storm one"), article("storm two"), article("ferry")})
	if !errors.Is(err, errDisk) || len(m.entries) != 3 || len(m.groups) != 0 {
		t.Fatalf("%v %v", err, m.groups)
	}
	delete(m.fail, "SaveStories")
	if err := pipeline(m, newFirstWord()).Resume(context.Background()); err != nil {
		t.Fatal(err)
	}
	checkWhole(t, m)
}

func TestAddSeesWhatAnotherProgramStored(t *testing.T) {
	t.Parallel()
	m := newMemory()
	clock := now
	g := newFirstWord()
	p := ingest.New(ingest.Options{Store: m, Tagger: homeTagger{}, Grouper: g, Now: func() time.Time { return clock }})
	add(t, p, "storm one")
	add(t, pipeline(m, newFirstWord()), "ferry one", "ferry two")
	clock = clock.Add(2 * time.Minute)
	add(t, p, "ferry three")
	checkWhole(t, m)
	if m.groups[4].StoryID != 2 {
		t.Errorf("%+v", m.groups)
	}
}

func TestAddConcurrently(t *testing.T) {
	t.Parallel()
	m := newMemory()
	p := pipeline(m, newFirstWord())
	var callers sync.WaitGroup
	var mu sync.Mutex
	var total ingest.Counts
	for i := range 8 {
		callers.Go(func() {
			var articles []digest.Article
			for j := range 25 {
				articles = append(articles, article(fmt.Sprintf("w%d number %d", (i+j)%7, j)))
			}
			counts, err := p.Add(context.Background(), articles)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			total.New += counts.New
			total.Known += counts.Known
		})
	}
	callers.Wait()
	checkWhole(t, m)
	if total.New+total.Known != 200 || total.New != len(m.entries) {
		t.Errorf("%+v of %d", total, len(m.entries))
	}
}

func TestAddStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := pipeline(newMemory(), newFirstWord()).Add(ctx, []digest.Article{article("storm")}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestHintsSurviveAStoreThatFails(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.fail["Source"] = 0
	if counts := add(t, pipeline(m, newFirstWord()), "storm hits coast"); counts.New != 1 {
		t.Errorf("%+v", counts)
	}
}

// An article that comes again as it is costs neither analysis nor a write; one
// that was stored and not grouped is not taken for done.
func TestKnownArticlesAreSpared(t *testing.T) {
	t.Parallel()
	m := newMemory()
	p := pipeline(m, newFirstWord())
	add(t, p, "storm one", "storm two")
	m.fail["AddArticles"] = 0
	if counts := add(t, p, "storm two", "storm one"); counts.Known != 2 {
		t.Errorf("%+v", counts)
	}
	delete(m.fail, "AddArticles")
	m.sources["Harbour Wire"] = digest.Source{Name: "Harbour Wire", Country: "KR"}
	clock := now.Add(time.Hour)
	q := ingest.New(ingest.Options{Store: m, Tagger: homeTagger{}, Grouper: newFirstWord(), Now: func() time.Time { return clock }})
	add(t, q, "storm one")
	m.sources["Harbour Wire"] = digest.Source{Name: "Harbour Wire", Country: "JP"}
	clock = clock.Add(time.Hour)
	m.lastAdds = nil
	if counts := add(t, q, "storm one"); counts.Known != 1 || m.lastAdds == nil {
		t.Errorf("a source that moved home is not looked at again: %+v", counts)
	}
}
