package story_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/text"
)

// A case is a file of testdata. Each of its articles is a part named
// "ID | source | time | countries | address", of which only the ID is needed;
// its first line is the headline, the rest the body. The part "want" says, a
// line each:
//
//	story 1 2 3     these articles, and no others, are one story
//	same 3          the article was recognised as a copy
//	veto 4 dates    what kept it out of a story names this
//	shared 2 pledge the join names this word among the shared ones
func TestExpectedStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(f)
			if err != nil {
				t.Fatal(err)
			}
			runCase(t, ar)
		})
	}
}

func runCase(t *testing.T, ar *txtar.Archive) {
	g := story.New(story.Options{})
	got := map[int64]int64{}
	joins := map[int64]digest.Join{}
	for _, part := range ar.Files {
		if part.Name == "want" {
			continue
		}
		a := caseArticle(t, part)
		out := g.Add(&a, story.Features(text.Analyse(a.Title, a.Body, a.Lang), &a))
		joins[a.ID] = out.Grouping.Join
		for _, m := range append(out.Moved, out.Grouping) {
			got[m.ArticleID] = m.StoryID
		}
	}
	for _, part := range ar.Files {
		if part.Name == "want" {
			for _, line := range strings.Split(strings.TrimSpace(string(part.Data)), "\n") {
				checkLine(t, strings.Fields(line), got, joins)
			}
		}
	}
}

func caseArticle(t *testing.T, part txtar.File) digest.Article {
	fields := append(strings.Split(part.Name, "|"), "", "", "", "")
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	id, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		t.Fatalf("part %q: %v", part.Name, err)
	}
	title, body, _ := strings.Cut(string(part.Data), "\n")
	a := digest.Article{ID: id, Source: fields[1], Title: title, Body: strings.TrimSpace(body), URL: fields[4]}
	if fields[2] != "" {
		if a.Published, err = time.Parse("2006-01-02 15:04", fields[2]); err != nil {
			t.Fatalf("part %q: %v", part.Name, err)
		}
		a.Stored = a.Published
	}
	for _, c := range strings.Fields(fields[3]) {
		a.Countries = append(a.Countries, digest.Tag{Slug: c, Weight: 0.9})
	}
	return a
}

func checkLine(t *testing.T, words []string, got map[int64]int64, joins map[int64]digest.Join) {
	t.Helper()
	ids := make([]int64, 0, len(words))
	for _, w := range words[1:] {
		if id, err := strconv.ParseInt(w, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	rest := ""
	if len(words) > 2 {
		rest = strings.Join(words[2:], " ")
	}
	switch words[0] {
	case "story":
		var with []int64
		for id, s := range got {
			if s == got[ids[0]] {
				with = append(with, id)
			}
		}
		slices.Sort(with)
		if fmt.Sprint(with) != fmt.Sprint(ids) {
			t.Errorf("story of %d holds %v, want %v\n%s", ids[0], with, ids, told(joins))
		}
	case "same":
		if !joins[ids[0]].Same {
			t.Errorf("%d is no copy: %+v", ids[0], joins[ids[0]])
		}
	case "veto":
		if !strings.Contains(joins[ids[0]].Veto, rest) {
			t.Errorf("%d: veto %q, want %q: %+v", ids[0], joins[ids[0]].Veto, rest, joins[ids[0]])
		}
	case "shared":
		if !slices.Contains(joins[ids[0]].Shared, rest) {
			t.Errorf("%d shares %q, want %q", ids[0], joins[ids[0]].Shared, rest)
		}
	default:
		t.Errorf("unknown line %q", words)
	}
}

func told(joins map[int64]digest.Join) string {
	var b strings.Builder
	for id := int64(1); id <= int64(len(joins)); id++ {
		fmt.Fprintf(&b, "%d: %+v\n", id, joins[id])
	}
	return b.String()
}
