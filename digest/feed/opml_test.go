package feed_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"
)

func countries(name string) string {
	return map[string]string{"Japan": "JP", "South Korea": "KR"}[name]
}

func TestOPMLCases(t *testing.T) {
	t.Parallel()
	cases(t, "opml", func(_ *testing.T, input txtar.File) string {
		var b strings.Builder
		sources, problems, err := feed.ParseOPML(input.Data, countries)
		if err != nil {
			return fmt.Sprintf("! %v\n", err)
		}
		for _, s := range sources {
			fmt.Fprintf(&b, "%s | %s | %s | %s | %s\n", s.Name, s.URL, s.Country, s.Lang, strings.Join(s.Topics, ","))
		}
		for _, p := range problems {
			fmt.Fprintf(&b, "? %s\n", p)
		}
		return b.String()
	})
}

func TestOPMLRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want []digest.Source
		for i := range rapid.IntRange(0, 12).Draw(t, "n") {
			want = append(want, digest.Source{
				Name:    fmt.Sprintf("%s %d", rapid.StringMatching(`[A-Za-z<&"'한국 ]{0,12}x`).Draw(t, "name"), i),
				URL:     fmt.Sprintf("https://news.example.org/%d?a=1&b=%d", i, i),
				Kind:    digest.FeedSource,
				Country: rapid.SampledFrom([]string{"", "KR", "JP"}).Draw(t, "country"),
				Lang:    rapid.SampledFrom([]string{"", "en", "pt-BR"}).Draw(t, "lang"),
				Topics:  rapid.SampledFrom([][]string{nil, {"trade"}, {"monetary-policy", "trade"}}).Draw(t, "topics"),
			})
		}
		for i := range want {
			want[i].Name = strings.Join(strings.Fields(want[i].Name), " ")
		}
		var b bytes.Buffer
		if err := feed.WriteOPML(&b, "daybrief", want); err != nil {
			t.Fatal(err)
		}
		got, problems, err := feed.ParseOPML(b.Bytes(), nil)
		if err != nil || len(problems) > 0 || len(got) != len(want) {
			t.Fatalf("%d of %d, %v, %v\n%s", len(got), len(want), problems, err, b.String())
		}
		for _, w := range want {
			i := slices.IndexFunc(got, func(g digest.Source) bool { return g.URL == w.URL })
			if i < 0 || strings.ContainsAny(w.Name, "<&") {
				continue // a name that looks like markup may lose it
			}
			if g := got[i]; g.Name != w.Name || g.Country != w.Country || g.Lang != w.Lang || !slices.Equal(g.Topics, w.Topics) {
				t.Fatalf("got %+v, want %+v", g, w)
			}
		}
	})
}

func TestOPMLOfStarter(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := feed.WriteOPML(&b, "daybrief", feed.Starter()); err != nil {
		t.Fatal(err)
	}
	got, problems, err := feed.ParseOPML(b.Bytes(), nil)
	if err != nil || len(problems) > 0 || len(got) != len(feed.Starter()) {
		t.Errorf("%d feeds, %v, %v", len(got), problems, err)
	}
}

func FuzzParseOPML(f *testing.F) {
	f.Add([]byte(`<opml version="2.0"><body><outline text="Japan"><outline text="a" xmlUrl="https://a.example.org/"/></outline></body></opml>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		sources, _, err := feed.ParseOPML(data, countries)
		if err != nil && digest.CodeOf(err) != digest.Invalid {
			t.Errorf("%v", err)
		}
		for _, s := range sources {
			if s.Name == "" || strings.Contains(s.URL, "@") && !strings.Contains(s.URL, "/") {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestReadBatch(t *testing.T) {
	t.Parallel()
	lines := `{"id":"1","title":"One","extra":true}` + "\n\n" + `{"id":"2","title":"Two","source":"Desk"}`
	for _, body := range []string{lines, `[{"id":"1","title":"One","extra":true},{"id":"2","title":"Two","source":"Desk"}]`} {
		b, err := feed.ReadBatch(strings.NewReader(body), "api")
		if err != nil || len(b.Articles) != 2 || b.Articles[0].Source != "api" || b.Articles[1].Source != "Desk" || b.Unknown["extra"] != 1 {
			t.Errorf("%+v %v", b, err)
		}
	}
	if b, err := feed.ReadBatch(strings.NewReader(" \n"), "api"); err != nil || len(b.Articles) != 0 {
		t.Errorf("%+v %v", b, err)
	}
}

func TestReadBatchNamesTheWrongRow(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"title":"One"}` + "\n" + `{"body":"no title"}`: "row 2: the title is missing",
		`[{"title":"One"},{"title":7}]`:                  `row 2: title must be text, not "7"`,
		`{"title":"One","published":"soon"}`:             "row 1: published is",
		`{"title":"One"}` + "\n{":                        "row 2: this is not valid JSON",
		`[1]`:                                            "row 1: a JSON object is expected",
	} {
		b, err := feed.ReadBatch(strings.NewReader(body), "api")
		var row *feed.RowError
		if len(b.Articles) != 0 || digest.CodeOf(err) != digest.Invalid || !errors.As(err, &row) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := feed.ReadBatch(strings.NewReader(`[{"title":"One"}`), "api"); digest.CodeOf(err) != digest.Invalid {
		t.Errorf("%v", err)
	}
}

func TestReadBatchLimits(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"rows":  strings.Repeat(`{"title":"x"}`+"\n", feed.MaxBatchRows+1),
		"bytes": `{"title":"` + strings.Repeat("x", feed.MaxBatch) + `"}`,
	} {
		if _, err := feed.ReadBatch(strings.NewReader(body), "api"); !errors.Is(err, feed.ErrBatchTooLarge) || digest.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadBatch(f *testing.F) {
	f.Add([]byte(`{"title":"One","lang":"ko"}`))
	f.Add([]byte(`[{"id":1,"title":"One","published":"2026-01-01"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := feed.ReadBatch(bytes.NewReader(data), "api")
		if err != nil && digest.CodeOf(err) != digest.Invalid {
			t.Errorf("%v", err)
		}
		for _, a := range b.Articles {
			checkArticle(t, a)
		}
	})
}
