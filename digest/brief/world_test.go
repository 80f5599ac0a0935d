package brief

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/text"
)

// piece is an article of a test's world.
type piece struct {
	story  int // pieces of one number are one story; 0: a story of its own
	title  string
	body   string
	source string
	hours  float64 // before now
	tags   string  // "KR .9, trade .8"
}

// names are enough to ask about the tests' worlds.
func names() []digest.Name {
	var out []digest.Name
	for code, name := range map[string]string{"KR": "South Korea", "US": "United States", "JP": "Japan", "CN": "China", "FR": "France", "DE": "Germany",
		"TD": "Chad", "TH": "Thailand", "KH": "Cambodia", "UA": "Ukraine", "HK": "Hong Kong"} {
		out = append(out, digest.Name{Text: name, Lang: "en", Kind: digest.CountryName, Slugs: []string{code}, Strong: true},
			digest.Name{Text: code, Kind: digest.CountryName, Slugs: []string{code}})
	}
	for _, slug := range []string{"trade", "sport", "conflict", "monetary-policy", "diplomacy", "markets", "government", "ai"} {
		title := strings.ToUpper(slug[:1]) + strings.ReplaceAll(slug[1:], "-", " ")
		out = append(out, digest.Name{Text: title, Lang: "en", Kind: digest.TopicName, Slugs: []string{slug}, Strong: true})
	}
	for _, name := range []string{"Asia", "Asian"} {
		out = append(out, digest.Name{Text: name, Lang: "en", Kind: digest.GroupName, Slugs: []string{"asia", "CN", "JP", "KR", "TH"}})
	}
	slices.SortFunc(out, func(a, b digest.Name) int { return strings.Compare(a.Text, b.Text) })
	return out
}

// tagsOf reads "KR .9, trade .8".
func tagsOf(t testing.TB, s string) (countries, topics []digest.Tag) {
	t.Helper()
	for part := range strings.SplitSeq(s, ",") {
		slug, weight, ok := strings.Cut(strings.TrimSpace(part), " ")
		w, err := strconv.ParseFloat(weight, 64)
		if !ok || err != nil {
			t.Fatalf("no tag: %q", part)
		}
		tag := digest.Tag{Slug: slug, Weight: w, Why: []string{"title: “" + slug + "”"}}
		if isCountry(slug) {
			countries = append(countries, tag)
		} else {
			topics = append(topics, tag)
		}
	}
	return countries, topics
}

// entry analyses a piece as the way in would.
func (p piece) entry(t testing.TB, n int) digest.Entry {
	countries, topics := tagsOf(t, p.tags)
	when := digesttest.Now().Add(-time.Duration(p.hours * float64(time.Hour)))
	source := p.source
	if source == "" {
		source = fmt.Sprintf("Paper %d", n)
	}
	a := digest.Article{URL: fmt.Sprintf("https://example.org/%d", n), Title: p.title, Body: p.body, Source: source,
		Published: when, Stored: when, Lang: "en", Countries: countries, Topics: topics}
	e := digest.Entry{Article: a}
	e.TitleTerms, e.BodyTerms = text.Analyse(a.Title, a.Body, a.Lang).Terms()
	return e
}

// world stores pieces with their stories and returns who briefs on them.
func world(t testing.TB, pieces ...piece) (*Briefer, *store.Store) {
	t.Helper()
	ctx := t.Context()
	s, err := store.Open(ctx, filepath.Join(t.TempDir(), "world.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	extend(t, s, pieces...)
	return New(Options{Store: s, Reader: query.New(query.Options{Names: names()})}), s
}

// extend stores more pieces; a story that is there already grows.
func extend(t testing.TB, s *store.Store, pieces ...piece) {
	t.Helper()
	entries := make([]digest.Entry, len(pieces))
	n, _, err := s.Window(t.Context(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range pieces {
		entries[i] = p.entry(t, n+i)
	}
	added, err := s.AddArticles(t.Context(), entries)
	if err != nil {
		t.Fatal(err)
	}
	first := make(map[int]int64)
	var groups []digest.Grouping
	for i, p := range pieces {
		id := added[i].ID
		if p.story != 0 {
			if key := storyKey(t, s, p.story); key != 0 {
				id = key
			} else if first[p.story] == 0 {
				first[p.story] = id
			}
			id = max(id*int64(btoi(first[p.story] == 0)), first[p.story])
		}
		groups = append(groups, digest.Grouping{ArticleID: added[i].ID, StoryID: id, Join: digest.Join{StoryID: id, Score: .5, Needed: .35, Nearest: .21, Shared: []string{"pledge", "350 billion"}}})
	}
	if err := s.SaveGroups(t.Context(), groups); err != nil {
		t.Fatal(err)
	}
	for number, id := range first {
		if err := s.SetSetting(t.Context(), fmt.Sprintf("story%d", number), strconv.FormatInt(id, 10)); err != nil {
			t.Fatal(err)
		}
	}
	describe(t, s, groups)
}

// storyKey is the id of a story of an earlier extend, 0 when there is none.
func storyKey(t testing.TB, s *store.Store, number int) int64 {
	v, err := s.Setting(t.Context(), fmt.Sprintf("story%d", number))
	if err != nil || v == "" {
		return 0
	}
	id, _ := strconv.ParseInt(v, 10, 64)
	return id
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// describe stores what the stories are, from their articles.
func describe(t testing.TB, s *store.Store, groups []digest.Grouping) {
	t.Helper()
	var ids []int64
	for _, g := range groups {
		ids = append(ids, g.StoryID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	articles, err := s.StoryArticles(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	var stories []digest.Story
	for _, id := range ids {
		list := articles[id]
		slices.SortFunc(list, func(a, b digest.Article) int { return int(a.ID - b.ID) })
		st := digest.Story{ID: id, Title: list[0].Title, First: list[0].Time(), Articles: len(list), Countries: list[0].Countries, Topics: list[0].Topics}
		sources := make(map[string]bool)
		for _, a := range list {
			sources[a.Source] = true
			if a.Time().After(st.Last) {
				st.Last = a.Time()
			}
		}
		st.Sources = len(sources)
		stories = append(stories, st)
	}
	if err := s.SaveStories(t.Context(), stories); err != nil {
		t.Fatal(err)
	}
}

// ask answers a request as it is typed.
func ask(t testing.TB, b *Briefer, request string, change func(*Ask)) digest.Brief {
	t.Helper()
	q, err := b.reader.Read(request, digesttest.Now())
	if err != nil {
		t.Fatal(err)
	}
	a := Ask{Query: q, Now: digesttest.Now()}
	if change != nil {
		change(&a)
	}
	out, err := b.Answer(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func titlesOf(stories []digest.StoryBrief) []string {
	out := []string{}
	for _, s := range stories {
		out = append(out, s.Title)
	}
	return out
}

// readerWith reads with the names of sources too.
func readerWith(sources ...string) *query.Reader {
	return query.New(query.Options{Names: names(), Sources: sources})
}
