package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func articleCases() []testCase {
	return []testCase{
		{"articles/come back as they were", articlesRoundTrip},
		{"articles/every field", articlesFields},
		{"articles/are stored once", articlesOnce},
		{"articles/keep earlier texts", articlesRevised},
		{"articles/a teaser is no new text", articlesTeaser},
		{"articles/tags are replaced", articlesRetagged},
		{"articles/dates that lie", articlesDates},
		{"articles/hostile text", articlesHostile},
		{"articles/by address", articlesByURL},
		{"articles/by several at once", articlesConcurrent},
		{"articles/window", articlesWindow},
		{"articles/all or nothing", articlesAtomic},
	}
}

func articlesRoundTrip(t *testing.T, s *store.Store) {
	ctx := context.Background()
	full := digesttest.Entry(1, func(a *digest.Article) { a.GUID, a.Sample = "urn:1", true })
	bare := digest.Entry{Article: digest.Article{Title: "Headline alone", Source: "import", Stored: now()}}
	ids := add(t, s, full, bare)
	full.ID, full.Revision, bare.ID, bare.Revision = ids[0], 1, ids[1], 1
	articles := got(s.Articles(ctx, []int64{ids[1], 999, ids[0], ids[1]}))(t)
	wantEqual(t, "articles", articles, []digest.Article{bare.Article, full.Article})
	if none := got(s.Articles(ctx, nil))(t); len(none) != 0 {
		t.Errorf("no IDs gave %v", none)
	}
	if none := got(s.AddArticles(ctx, nil))(t); len(none) != 0 {
		t.Errorf("no entries gave %v", none)
	}
}

func articlesFields(t *testing.T, s *store.Store) {
	var a digest.Article
	fillFields(t, &a)
	a.ID = add(t, s, digest.Entry{Article: a})[0]
	must(t, s.SaveGroups(context.Background(), []digest.Grouping{{ArticleID: a.ID, StoryID: a.StoryID}}))
	a.Revision = 1
	wantEqual(t, "article", got(s.Articles(context.Background(), []int64{a.ID}))(t), []digest.Article{a})
}

func articlesOnce(t *testing.T, s *store.Store) {
	ctx := context.Background()
	entries := []digest.Entry{digesttest.Entry(1, nil), digesttest.Entry(2, nil), digesttest.Entry(1, nil)}
	first := got(s.AddArticles(ctx, entries))(t)
	wantEqual(t, "first", []bool{first[0].New, first[1].New, first[2].New}, []bool{true, true, false})
	if first[0].ID != first[2].ID {
		t.Errorf("one article has two IDs: %+v", first)
	}
	again := got(s.AddArticles(ctx, entries))(t)
	for i, a := range again {
		wantEqual(t, "again", a, digest.Added{ID: first[i].ID})
	}
	later := digesttest.Entry(1, func(a *digest.Article) { a.Stored, a.Published = now(), now().Add(-time.Second) })
	wantEqual(t, "another date", got(s.AddArticles(ctx, []digest.Entry{later}))(t)[0], digest.Added{ID: first[0].ID})
	kept := got(s.Articles(ctx, []int64{first[0].ID}))(t)[0]
	wantEqual(t, "first sight", kept.Stored, entries[0].Stored)
	wantEqual(t, "date", kept.Published, entries[0].Published)
}

func articlesRevised(t *testing.T, s *store.Store) {
	ctx := context.Background()
	old := digesttest.Entry(1, nil)
	id := add(t, s, old)[0]
	revised := digesttest.Entry(1, func(a *digest.Article) {
		a.Title, a.Body, a.Stored = "Zebras escape", "Quaggas follow.", now().Add(time.Hour)
		a.Countries = []digest.Tag{{Slug: "ZA", Weight: 0.8}}
	})
	added := got(s.AddArticles(ctx, []digest.Entry{revised, revised}))(t)
	wantEqual(t, "added", added, []digest.Added{{ID: id, Revised: true}, {ID: id}})

	a := got(s.Articles(ctx, []int64{id}))(t)[0]
	wantEqual(t, "title", a.Title, "Zebras escape")
	wantEqual(t, "revision", a.Revision, 2)
	wantEqual(t, "first sight", a.Stored, old.Stored)
	revisions := got(s.Revisions(ctx, id))(t)
	if len(revisions) != 1 || revisions[0].Title != old.Title || revisions[0].Body != old.Body || revisions[0].Revision != 1 {
		t.Errorf("revisions: %+v", revisions)
	}
	wantEqual(t, "new words", find(t, s, word("zebras")), []int64{id})
	wantEqual(t, "old words", find(t, s, word("tariffs")), nil)
	wantEqual(t, "new tag", find(t, s, digest.Search{Countries: []string{"ZA"}}), []int64{id})
	wantEqual(t, "old tag", find(t, s, digest.Search{Countries: []string{"KR"}}), nil)

	// Three times in one batch: every text is a revision.
	third := digesttest.Entry(1, func(a *digest.Article) { a.Title = "Third" })
	fourth := digesttest.Entry(1, func(a *digest.Article) { a.Title = "Fourth" })
	add(t, s, third, fourth)
	wantEqual(t, "revisions", len(got(s.Revisions(ctx, id))(t)), 3)
	wantEqual(t, "revision", got(s.Articles(ctx, []int64{id}))(t)[0].Revision, 4)
}

func articlesTeaser(t *testing.T, s *store.Store) {
	whole := digesttest.Entry(1, nil)
	teaser := digesttest.Entry(1, func(a *digest.Article) { a.Body = "Negotiators settled round 1 on Monday…" })
	nothing := digesttest.Entry(1, func(a *digest.Article) { a.Body = "" })
	id := add(t, s, whole)[0]
	added := got(s.AddArticles(context.Background(), []digest.Entry{teaser, nothing}))(t)
	wantEqual(t, "teaser after the whole", added, []digest.Added{{ID: id}, {ID: id}})
	headline := digesttest.Entry(2, func(a *digest.Article) { a.Body = "" })
	id = add(t, s, headline)[0]
	added = got(s.AddArticles(context.Background(), []digest.Entry{digesttest.Entry(2, nil)}))(t)
	wantEqual(t, "the whole after a headline", added, []digest.Added{{ID: id, Revised: true}})
}

func articlesRetagged(t *testing.T, s *store.Store) {
	id := add(t, s, digesttest.Entry(1, nil))[0]
	retagged := digesttest.Entry(1, func(a *digest.Article) {
		a.Countries, a.Topics = []digest.Tag{{Slug: "JP", Weight: 0.6}, {Slug: "KR", Weight: 0.04}}, []digest.Tag{{Slug: "business", Weight: 0.5}}
	})
	added := got(s.AddArticles(context.Background(), []digest.Entry{retagged}))(t)
	wantEqual(t, "added", added, []digest.Added{{ID: id}})
	wantEqual(t, "new tags", find(t, s, digest.Search{Countries: []string{"JP"}, Topics: []string{"business"}}), []int64{id})
	wantEqual(t, "old country", find(t, s, digest.Search{Countries: []string{"KR"}}), nil)
	wantEqual(t, "old topic", find(t, s, digest.Search{Topics: []string{"trade"}}), nil)
	wantEqual(t, "words with new tag", find(t, s, digest.Search{Terms: [][]string{{"tariffs"}}, Countries: []string{"JP"}}), []int64{id})
	a := got(s.Articles(context.Background(), []int64{id}))(t)[0]
	wantEqual(t, "tags", a.Countries, retagged.Countries)
	wantEqual(t, "revision", a.Revision, 1)
}

func articlesDates(t *testing.T, s *store.Store) {
	future := digesttest.Entry(1, func(a *digest.Article) { a.Published = now().AddDate(1, 0, 0) })
	undated := digesttest.Entry(2, func(a *digest.Article) { a.Published = time.Time{} })
	old := digesttest.Entry(3, func(a *digest.Article) { a.Published = time.Date(1969, 7, 20, 20, 17, 0, 0, time.UTC) })
	ids := add(t, s, future, undated, old)
	q := digest.Search{Topics: []string{"trade"}, Since: now().Add(-time.Hour), Until: now().Add(time.Minute)}
	wantEqual(t, "in the last hour", find(t, s, q), []int64{ids[0], ids[1]})
	q = digest.Search{Terms: [][]string{{"tariffs"}}, Until: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)}
	wantEqual(t, "before 1970", find(t, s, q), []int64{ids[2]})
	// A date that is given later counts; one that is changed does not.
	dated := digesttest.Entry(2, func(a *digest.Article) {
		a.Published = now().Add(-48 * time.Hour)
		a.Topics = []digest.Tag{{Slug: "trade", Weight: 0.9}}
	})
	add(t, s, dated)
	a := got(s.Articles(context.Background(), []int64{ids[1]}))(t)[0]
	wantEqual(t, "date", a.Published, dated.Published)
}

// articlesHostile stores text and words that mean something to SQL, to FTS5,
// to tsquery or to UTF-8, and finds each by itself alone.
func articlesHostile(t *testing.T, s *store.Store) {
	words := []string{`'`, `"`, `\`, `''`, `""`, `\\`, `a'b`, `a"b`, `a\b`, `&`, `|`, `!`, `:*`, `(`, `)`, `<->`, `*`, `^`, `-x`, `near`, `and`, `not`,
		"무역", "日本", "金利", "हिन्दी", "cafe\u0301", "café", "İstanbul", "ß", "🇰🇷", "a\u00a0b", "c++", "u.s", "$1", "%s", "{}", ";--", strings.Repeat("long", 60)}
	var entries []digest.Entry
	for i, w := range words {
		entries = append(entries, digest.Entry{
			Article:    digest.Article{URL: fmt.Sprintf("https://x.example/%d", i), Title: w, Body: "x\x00y\xffz " + w, Source: "s'\"\\", Stored: now()},
			TitleTerms: []string{"before", w, "after"},
		})
	}
	ids := add(t, s, entries...)
	for i, w := range words {
		wantEqual(t, "word "+w, find(t, s, word(w)), []int64{ids[i]})
		wantEqual(t, "phrase with "+w, find(t, s, digest.Search{Terms: [][]string{{"before", w, "after"}}}), []int64{ids[i]})
	}
	wantEqual(t, "all", len(find(t, s, word("before"))), len(words))
	for _, nothing := range []string{"", " ", "\x00", "~", "~d1", "\xff"} {
		wantEqual(t, fmt.Sprintf("%q", nothing), find(t, s, word(nothing)), nil)
	}
	a := got(s.Articles(context.Background(), ids[:1]))(t)[0]
	wantEqual(t, "body", a.Body, "xy\uFFFDz '")
	// What cannot be stored as it is, is still known again.
	wantEqual(t, "again", got(s.AddArticles(context.Background(), entries[:1]))(t)[0], digest.Added{ID: ids[0]})
}

func articlesByURL(t *testing.T, s *store.Store) {
	ctx := context.Background()
	ids := add(t, s, digesttest.Entry(1, nil), digesttest.Entry(2, nil),
		digesttest.Entry(1, func(a *digest.Article) { a.GUID, a.Stored = "same page, own id", now().Add(time.Hour) }))
	wantEqual(t, "found", got(s.ArticleByURL(ctx, "https://news.example/world/2"))(t).ID, ids[1])
	if a := got(s.ArticleByURL(ctx, "https://news.example/world/1"))(t); a.ID != ids[0] && a.ID != ids[2] {
		t.Errorf("found %d", a.ID)
	}
	for _, url := range []string{"", "https://news.example/world/3"} {
		_, err := s.ArticleByURL(ctx, url)
		wantCode(t, err, digest.NotFound)
	}
	long := "https://news.example/" + strings.Repeat("x", digest.MaxURL-30)
	id := add(t, s, digesttest.Entry(9, func(a *digest.Article) { a.URL = long }))[0]
	wantEqual(t, "longest", got(s.ArticleByURL(ctx, long))(t).ID, id)
}

// articlesConcurrent has several programs bring the same articles at once.
func articlesConcurrent(t *testing.T, s *store.Store) {
	const workers, articles = 4, 60
	var wg sync.WaitGroup
	fresh := make([]int, workers)
	for w := range workers {
		wg.Go(func() {
			var entries []digest.Entry
			for n := range articles {
				entries = append(entries, digesttest.Entry((n*(w*2+1))%articles, nil)) // each in its own order
			}
			added, err := s.AddArticles(context.Background(), entries)
			if err != nil {
				t.Errorf("worker %d: %v", w, err)
			}
			for _, a := range added {
				if a.New {
					fresh[w]++
				}
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range fresh {
		total += n
	}
	wantEqual(t, "new in all", total, articles)
	n, _, err := s.Window(context.Background(), time.Time{}, time.Time{})
	must(t, err)
	wantEqual(t, "stored", n, articles)
	wantEqual(t, "indexed", len(find(t, s, word("tariffs"))), articles)
}

func articlesWindow(t *testing.T, s *store.Store) {
	var entries []digest.Entry
	for n := range 20 {
		entries = append(entries, digesttest.Entry(n, nil)) // n minutes old, five sources
	}
	add(t, s, entries...)
	for _, c := range []struct {
		since, until      time.Time
		articles, sources int
	}{
		{time.Time{}, time.Time{}, 20, 5},
		{now().Add(-3 * time.Minute), time.Time{}, 4, 4},
		{now().Add(-3 * time.Minute), now(), 3, 3}, // until is exclusive
		{time.Time{}, now().Add(-15 * time.Minute), 4, 4},
		{now().Add(time.Hour), time.Time{}, 0, 0},
	} {
		articles, sources, err := s.Window(context.Background(), c.since, c.until)
		must(t, err)
		wantEqual(t, fmt.Sprint(c.since, c.until), []int{articles, sources}, []int{c.articles, c.sources})
	}
}

// articlesAtomic stops a batch in its middle: nothing of it is stored.
func articlesAtomic(t *testing.T, s *store.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.AddArticles(ctx, []digest.Entry{digesttest.Entry(1, nil), digesttest.Entry(2, nil)})
	wantCode(t, err, digest.Unavailable)
	n, _, err := s.Window(context.Background(), time.Time{}, time.Time{})
	must(t, err)
	wantEqual(t, "stored", n, 0)
}
