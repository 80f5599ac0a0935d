package storetest

import (
	"context"
	"embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

//go:embed testdata
var testdata embed.FS

func searchCases() []testCase {
	return []testCase{
		{"search/cases", searchFiles},
		{"search/empty store", searchEmpty},
		{"search/weights", searchWeights},
		{"search/scores", searchScores},
		{"search/limits", searchLimits},
		{"search/long articles", searchLong},
		{"search/as by brute force", searchReference},
	}
}

// searchFiles runs testdata/search.txtar: the file "articles" has one article
// a line, each other file one search and what it finds.
func searchFiles(t *testing.T, s *store.Store) {
	text, err := testdata.ReadFile("testdata/search.txtar")
	must(t, err)
	names := map[int64]string{}
	for _, f := range txtar.Parse(text).Files {
		lines := strings.Split(strings.TrimSpace(string(f.Data)), "\n")
		if f.Name == "articles" {
			for i, id := range add(t, s, articleLines(t, lines)...) {
				names[id], _, _ = strings.Cut(lines[i], " ")
			}
			continue
		}
		query, want := searchLines(t, lines)
		var found []string
		for _, id := range find(t, s, query) {
			found = append(found, names[id])
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%s: found %q, want %q", f.Name, got, want)
		}
	}
}

// articleLines reads "name | hours ago | source lang | KR:0.9 trade:0.5 | title | body".
func articleLines(t *testing.T, lines []string) []digest.Entry {
	var out []digest.Entry
	for _, line := range lines {
		f := strings.Split(line, "|")
		if len(f) != 6 {
			t.Fatalf("%d fields: %s", len(f), line)
		}
		hours, err := strconv.Atoi(strings.TrimSpace(f[1]))
		must(t, err)
		from := strings.Fields(f[2])
		e := digest.Entry{TitleTerms: strings.Fields(f[4]), BodyTerms: strings.Fields(f[5])}
		e.Article = digest.Article{GUID: f[0], Title: f[4], Body: f[5], Source: from[0], Lang: from[1],
			Published: now().Add(-time.Duration(hours) * time.Hour), Stored: now()}
		for _, tag := range strings.Fields(f[3]) {
			slug, number, _ := strings.Cut(tag, ":")
			weight, err := strconv.ParseFloat(number, 64)
			must(t, err)
			if list := &e.Topics; slug == strings.ToUpper(slug) {
				list = &e.Countries
				*list = append(*list, digest.Tag{Slug: slug, Weight: weight})
			} else {
				*list = append(*list, digest.Tag{Slug: slug, Weight: weight})
			}
		}
		out = append(out, e)
	}
	return out
}

// searchLines reads "key value" lines and the line "found: a b".
func searchLines(t *testing.T, lines []string) (q digest.Search, want string) {
	for _, line := range lines {
		key, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		switch key {
		case "countries":
			q.Countries = fields
		case "members":
			q.Members = fields
		case "topics":
			q.Topics = fields
		case "words":
			for _, f := range fields {
				q.Terms = append(q.Terms, strings.Split(f, "_"))
			}
		case "source":
			q.Source = fields[0]
		case "langs":
			q.Langs = fields
		case "since", "until":
			hours, err := strconv.Atoi(fields[0])
			must(t, err)
			at := now().Add(-time.Duration(hours) * time.Hour)
			if key == "since" {
				q.Since = at
			} else {
				q.Until = at
			}
		case "limit":
			n, err := strconv.Atoi(fields[0])
			must(t, err)
			q.Limit = n
		case "found":
			want = strings.Join(fields, " ")
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	return q, want
}

func searchEmpty(t *testing.T, s *store.Store) {
	for _, q := range []digest.Search{{}, word("x"), {Countries: []string{"KR"}, Topics: []string{"trade"}}, {Members: []string{"KR", "JP"}}} {
		wantEqual(t, fmt.Sprintf("%+v", q), find(t, s, q), nil)
	}
}

func searchWeights(t *testing.T, s *store.Store) {
	ctx := context.Background()
	id := add(t, s, digesttest.Entry(1, func(a *digest.Article) { a.Source = "Times" }))[0]
	must(t, s.SaveGroups(ctx, []digest.Grouping{{ArticleID: id, StoryID: id}}))
	q := digest.Search{Countries: []string{"US", "KR"}, Members: []string{"JP", "US", "KR"}, Topics: []string{"trade"},
		Terms: [][]string{{"tariffs"}, {"on", "cars"}, {"agree", "on"}}}
	c := got(s.Search(ctx, q))(t)
	if len(c) != 1 {
		t.Fatalf("found %d", len(c))
	}
	for i, w := range c[0].Terms {
		if w <= 0 {
			t.Errorf("term %d weighs %v", i, w)
		}
	}
	c[0].Terms = nil
	wantEqual(t, "candidate", c[0], digest.Candidate{ArticleID: id, StoryID: id, Source: "Times", Time: now().Add(-time.Minute),
		Countries: []float64{0.7, 0.9}, Member: 0.9, Topics: []float64{0.95}})

	q.Topics = []string{"sport"} // all but one
	c = got(s.Search(ctx, q))(t)
	if len(c) != 1 || c[0].Topics[0] != 0 || c[0].Member != 0.9 || c[0].Terms[0] <= 0 {
		t.Errorf("near: %+v", c)
	}
	q.Terms = append(q.Terms, []string{"football"}) // all but two
	wantEqual(t, "all but two", find(t, s, q), nil)
}

// searchScores checks what BM25F is for: more is better, in the title better
// still, in a short text better, rare words better.
func searchScores(t *testing.T, s *store.Store) {
	filler := strings.Fields(strings.Repeat("filler ", 40))
	entry := func(n int, title, body []string) digest.Entry {
		e := digesttest.Entry(n, nil)
		e.TitleTerms, e.BodyTerms = title, body
		return e
	}
	once := append(slices.Clone(filler), "hike")
	ids := add(t, s,
		entry(1, []string{"a"}, once),
		entry(2, []string{"a"}, append(slices.Clone(once), "hike", "hike", "rate")),
		entry(3, []string{"hike"}, filler),
		entry(4, []string{"a"}, append(slices.Clone(once), filler...)),
		entry(5, []string{"a"}, append(slices.Clone(filler), "rate")),
	)
	score := map[int64][]float64{}
	for _, c := range got(s.Search(context.Background(), digest.Search{Terms: [][]string{{"hike"}, {"rate"}}}))(t) {
		score[c.ArticleID] = c.Terms
	}
	once1, thrice, title, long := score[ids[0]][0], score[ids[1]][0], score[ids[2]][0], score[ids[3]][0]
	if thrice <= once1 || title <= once1 || long >= once1 {
		t.Errorf("once %v, thrice %v, in the title %v, in a long text %v", once1, thrice, title, long)
	}
	if rare := score[ids[4]][1]; rare <= once1 {
		t.Errorf("the rarer word weighs %v, the other %v", rare, once1)
	}
}

func searchLimits(t *testing.T, s *store.Store) {
	var entries []digest.Entry
	for n := 1; n <= 30; n++ {
		entries = append(entries, digesttest.Entry(n, func(a *digest.Article) {
			if n%3 == 0 {
				a.Topics = nil
			}
		}))
	}
	ids := add(t, s, entries...) // the first is the newest
	for _, q := range []digest.Search{
		{Countries: []string{"KR"}, Topics: []string{"trade"}},
		{Terms: [][]string{{"tariffs"}}, Topics: []string{"trade"}},
	} {
		q.Limit = 5
		wantEqual(t, "the newest", find(t, s, q), []int64{ids[0], ids[1], ids[3], ids[4], ids[6]})
		q.Limit = 22
		wantEqual(t, "then near ones", find(t, s, q)[18:], []int64{ids[27], ids[28], ids[2], ids[5]})
		q.Limit = 0
		wantEqual(t, "all", len(find(t, s, q)), 30)
	}
	wantEqual(t, "nothing asked", find(t, s, digest.Search{Limit: 3}), ids[:3])
}

// searchLong has more words than a tsvector has positions, and one word more
// often than it counts.
func searchLong(t *testing.T, s *store.Store) {
	e := digesttest.Entry(1, nil)
	e.TitleTerms, e.BodyTerms = []string{"start"}, nil
	for i := range 20_000 {
		e.BodyTerms = append(e.BodyTerms, "common", fmt.Sprintf("w%d", i))
	}
	id := add(t, s, e)[0]
	for _, q := range []digest.Search{word("common"), word("w0"), word("w7000"), {Terms: [][]string{{"w0", "common", "w1"}}},
		{Terms: [][]string{{"common", "w200"}}}} {
		wantEqual(t, fmt.Sprint(q.Terms), find(t, s, q), []int64{id})
	}
	for _, q := range []digest.Search{word("w19999"), {Terms: [][]string{{"common", "w300"}}}, {Terms: [][]string{{"start", "common"}}}} {
		wantEqual(t, fmt.Sprint(q.Terms), find(t, s, q), nil)
	}
}

// searchReference compares random searches with looking at every article.
func searchReference(t *testing.T, s *store.Store) {
	entries := slices.Collect(digesttest.Corpus{Seed: 5, Articles: 600, Days: 80, Words: 60}.Entries())
	ids := add(t, s, entries...)
	r := rand.New(rand.NewPCG(1, 2))
	for range 120 {
		q := RandomSearch(r)
		want := reference(entries, ids, q)
		if got := find(t, s, q); !slices.Equal(got, want) {
			t.Fatalf("%+v\n got %v\nwant %v", q, got, want)
		}
	}
}

// RandomSearch makes up a search over a digesttest.Corpus of 80 days.
func RandomSearch(r *rand.Rand) digest.Search {
	pick := func(from string, most int) (out []string) {
		all := strings.Fields(from)
		for range r.IntN(most + 1) {
			out = append(out, all[r.IntN(len(all))])
		}
		return slices.Compact(out)
	}
	q := digest.Search{Countries: pick("US CN GB KR LU", 1), Topics: pick("government trade business ai", 2)}
	if r.IntN(3) == 0 {
		q.Members = []string{"DE", "FR", "IT", "PL"}
	}
	for range r.IntN(3) {
		terms := []string{digesttest.Word(r.IntN(60))}
		if r.IntN(4) == 0 {
			terms = append(terms, digesttest.Word(r.IntN(5)))
		}
		q.Terms = append(q.Terms, terms)
	}
	if r.IntN(6) == 0 {
		q.Source = "Source 0"
	}
	if r.IntN(6) == 0 {
		q.Langs = []string{"ko", "ja"}
	}
	if r.IntN(2) == 0 {
		q.Since = now().Add(-time.Duration(r.IntN(80*24)) * time.Hour)
	}
	if r.IntN(3) == 0 {
		q.Until = now().Add(-time.Duration(r.IntN(40*24)) * time.Hour)
	}
	if r.IntN(3) == 0 {
		q.Limit = 1 + r.IntN(40)
	}
	return q
}

// reference answers a search the slow way.
func reference(entries []digest.Entry, ids []int64, q digest.Search) []int64 {
	type found struct {
		id      int64
		time    time.Time
		lacking int
	}
	var all []found
	for i := range entries {
		if lacking, facets := lacks(&entries[i], q); lacking == 0 || (lacking == 1 && facets > 1) {
			all = append(all, found{ids[i], entries[i].Time(), lacking})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		if a.lacking != b.lacking {
			return a.lacking - b.lacking
		}
		if !a.time.Equal(b.time) {
			return b.time.Compare(a.time)
		}
		return int(b.id - a.id)
	})
	limit := 2000
	if q.Limit > 0 {
		limit = q.Limit
	}
	var out []int64
	for _, f := range all[:min(limit, len(all))] {
		out = append(out, f.id)
	}
	return out
}

// lacks counts the facets that an entry lacks, of how many; 9 for one that the
// search does not let through at all.
func lacks(e *digest.Entry, q digest.Search) (lacking, facets int) {
	t := e.Time()
	if (!q.Since.IsZero() && t.Before(q.Since)) || (!q.Until.IsZero() && !t.Before(q.Until)) ||
		(q.Source != "" && e.Source != q.Source) || (len(q.Langs) > 0 && !slices.Contains(q.Langs, e.Lang)) {
		return 9, 0
	}
	facet := func(has bool) {
		facets++
		if !has {
			lacking++
		}
	}
	for _, c := range q.Countries {
		facet(digest.WeightOf(e.Countries, c) >= digest.WeakWeight)
	}
	if len(q.Members) > 0 {
		facet(slices.ContainsFunc(q.Members, func(c string) bool { return digest.WeightOf(e.Countries, c) >= digest.WeakWeight }))
	}
	for _, c := range q.Topics {
		facet(digest.WeightOf(e.Topics, c) >= digest.WeakWeight)
	}
	for _, p := range q.Terms {
		facet(hasPhrase(e.TitleTerms, p) || hasPhrase(e.BodyTerms, p))
	}
	return lacking, facets
}

func hasPhrase(words, phrase []string) bool {
	for i := 0; i+len(phrase) <= len(words); i++ {
		if slices.Equal(words[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}
