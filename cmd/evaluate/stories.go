package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/text"
)

// StoriesCmd scores how articles are put into stories.
type StoriesCmd struct {
	File   string `arg:"" help:"Labelled articles, one JSON object a line: id, title, body, published, url, source, story; - reads standard input."`
	JSON   bool   `help:"Print one JSON object."`
	Errors int    `help:"List the N worst stories." placeholder:"N"`
}

// storyRow is an article with the story that a person, or an aggregator, put
// it in.
type storyRow struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	URL       string    `json:"url"`
	Source    string    `json:"source"`
	Published *newsTime `json:"published"`
	Story     string    `json:"story"`
}

// newsTime is a time or a date.
type newsTime struct{ time.Time }

// UnmarshalJSON reads RFC 3339, or a date alone. What is neither is no time:
// labelled files have days such as the 14th month's.
func (t *newsTime) UnmarshalJSON(b []byte) error { //nolint:unparam // the interface asks for it
	s := strings.Trim(string(b), `"`)
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			t.Time = at
			return nil
		}
	}
	return nil
}

// dated reports whether the row says when it was published.
func (r storyRow) dated() bool { return r.Published != nil && !r.Published.IsZero() }

type storiesScore struct {
	B3        prf     `json:"b3"`
	Distinct  prf     `json:"b3_without_duplicates"`
	PerSecond float64 `json:"articles_per_s"`
	Articles  int     `json:"articles"`
	Stories   int     `json:"stories"`
	Found     int     `json:"found"`
	PeakMB    float64 `json:"peak_mb"`
}

// Run groups the articles in the order in which they were published, where
// all of them say so, else in that of the file, and compares.
func (c StoriesCmd) Run(out io.Writer) error {
	rows, err := allRows[storyRow](c.File)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(rows, func(r storyRow) bool { return !r.dated() }) {
		slices.SortStableFunc(rows, func(a, b storyRow) int { return a.Published.Compare(b.Published.Time) })
	}
	started := time.Now()
	found := groupRows(rows)
	took := time.Since(started)
	all := make([]int, len(rows))
	for i := range rows {
		all[i] = i
	}
	s := storiesScore{Articles: len(rows), Stories: distinct(labels(rows)), Found: distinct(found), PerSecond: float64(len(rows)) / took.Seconds(), PeakMB: peakMB(),
		B3: bcubed(rows, found, all), Distinct: bcubed(rows, found, withoutDuplicates(rows))}
	if c.JSON {
		return json.NewEncoder(out).Encode(s)
	}
	fmt.Fprintf(out, "%-26s %6s %6s %6s\n", "", "P", "R", "F1")
	for _, line := range []struct {
		name string
		v    prf
	}{{"B-cubed", s.B3}, {"B-cubed, no duplicates", s.Distinct}} {
		fmt.Fprintf(out, "%-26s %6.3f %6.3f %6.3f\n", line.name, line.v.P, line.v.R, line.v.F1)
	}
	fmt.Fprintf(out, "%d articles, %d stories labelled, %d found, %.0f articles/s, %.0f MB\n", s.Articles, s.Stories, s.Found, s.PerSecond, s.PeakMB)
	return c.worst(out, rows, found)
}

// groupRows runs the product's own way: analyse, draw features, add. Rows
// without a time have none to go by.
func groupRows(rows []storyRow) []int64 {
	g := story.New(story.Options{})
	found := make([]int64, len(rows))
	at := map[int64]int{}
	for i, r := range rows {
		a := digest.Article{ID: int64(i + 1), Title: r.Title, Body: r.Body, URL: r.URL, Source: r.Source}
		if a.Title == "" {
			a.Title, _, _ = strings.Cut(r.Body, "\n")
		}
		if r.dated() {
			a.Published, a.Stored = r.Published.Time, r.Published.Time
		}
		doc := text.Analyse(a.Title, a.Body, "")
		a.Lang = doc.Lang
		got := g.Add(&a, story.Features(doc, &a))
		found[i] = got.Grouping.StoryID
		at[a.ID] = i
		for _, m := range got.Moved {
			found[at[m.ArticleID]] = m.StoryID
		}
	}
	return found
}

// bcubed is Bagga and Baldwin's measure over the rows of an index list: for
// each article, how many of those it is with belong with it, and how many of
// those that belong with it are with it.
func bcubed(rows []storyRow, found []int64, index []int) prf {
	type pair struct {
		gold  string
		found int64
	}
	gold, sys, both := map[string]int{}, map[int64]int{}, map[pair]int{}
	for _, i := range index {
		gold[rows[i].Story]++
		sys[found[i]]++
		both[pair{rows[i].Story, found[i]}]++
	}
	var p, r float64
	for _, i := range index {
		n := float64(both[pair{rows[i].Story, found[i]}])
		p += n / float64(sys[found[i]])
		r += n / float64(gold[rows[i].Story])
	}
	n := float64(max(len(index), 1))
	return harmonic(p/n, r/n)
}

// withoutDuplicates leaves out rows whose title and body stood before.
func withoutDuplicates(rows []storyRow) []int {
	seen := map[string]bool{}
	var out []int
	for i, r := range rows {
		key := strings.ToLower(strings.Join(strings.Fields(r.Title+"\x00"+r.Body), " "))
		if !seen[key] {
			out = append(out, i)
		}
		seen[key] = true
	}
	return out
}

func distinct[T comparable](list []T) int {
	seen := map[T]bool{}
	for _, x := range list {
		seen[x] = true
	}
	return len(seen)
}

// labels are the stories that the rows are labelled with.
func labels(rows []storyRow) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Story
	}
	return out
}

// worst lists the found stories that mix the most articles of different
// labels, for a person to look at.
func (c StoriesCmd) worst(out io.Writer, rows []storyRow, found []int64) error {
	members := map[int64][]int{}
	for i, id := range found {
		members[id] = append(members[id], i)
	}
	type mixed struct {
		id    int64
		wrong int
	}
	var list []mixed
	for id, in := range members {
		count := map[string]int{}
		most := 0
		for _, i := range in {
			count[rows[i].Story]++
			most = max(most, count[rows[i].Story])
		}
		list = append(list, mixed{id, len(in) - most})
	}
	slices.SortFunc(list, func(a, b mixed) int { return cmp.Or(cmp.Compare(b.wrong, a.wrong), cmp.Compare(a.id, b.id)) })
	for _, m := range first(list, c.Errors) {
		fmt.Fprintf(out, "\nstory %d mixes %d articles of others:\n", m.id, m.wrong)
		for n, i := range members[m.id] {
			if n == 12 {
				fmt.Fprintf(out, "  … and %d more\n", len(members[m.id])-n)
				break
			}
			fmt.Fprintf(out, "  %-28.28s %.110s\n", rows[i].Story, rows[i].Title)
		}
	}
	return nil
}
