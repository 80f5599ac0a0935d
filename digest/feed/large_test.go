package feed_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// allocated returns how many bytes run allocates.
func allocated(run func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// The tests below are not parallel: they count what is allocated.

func TestEndlessLinesStayOutOfMemory(t *testing.T) {
	for name, head := range map[string]string{
		"a.jsonl": `{"title":"`, "a.txt": "A headline\n\n", "a.csv": "title\n\"", "a.json": `[{"title":"`, "a.md": "# x\n", "a.html": "<p>",
		"a.xml": "<rss>", "stdin": "words ",
	} {
		var errs []error
		size := allocated(func() {
			_, errs = collect(feed.ReadStream(io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, 200<<20)), name, feed.ReadOptions{}))
		})
		if len(errs) == 0 || size > 120<<20 {
			t.Errorf("%s: %d MiB allocated, %v", name, size>>20, errs)
		}
	}
}

func TestLargeFilesStream(t *testing.T) {
	const rows = 60_000
	row := `{"title":"Berth %d closes for repairs","body":"` + strings.Repeat("The harbour authority said so. ", 20) + `"}` + "\n"
	r, w := io.Pipe()
	go func() {
		for i := range rows {
			_, _ = fmt.Fprintf(w, row, i)
		}
		_ = w.Close()
	}()
	n, most := 0, uint64(0)
	for _, err := range feed.ReadStream(r, "rows.jsonl", feed.ReadOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%20_000 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if n != rows || most > 64<<20 {
		t.Errorf("%d rows, %d MiB in use", n, most>>20)
	}
}

// A page of plain text longer than is judged together.
func TestLongTextIsReadInPages(t *testing.T) {
	const lines = 250_000
	r, w := io.Pipe()
	go func() {
		for i := range lines {
			_, _ = fmt.Fprintf(w, "Berth Number %d Closes for Repairs After the Storm of May\n", i)
		}
		_ = w.Close()
	}()
	articles := 0
	var last digest.Article
	for a, err := range feed.ReadStream(r, "list.txt", feed.ReadOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		articles++
		last = a
	}
	if articles != lines || !strings.Contains(last.Title, "249999") {
		t.Errorf("%d articles, the last is %q", articles, last.Title)
	}
}

func TestLongArrayStreams(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, "[")
		for i := range 50_000 {
			_, _ = fmt.Fprintf(w, "{\"title\":\"Row %d\"},\n", i)
		}
		_, _ = io.WriteString(w, "{\"body\":\"no title\"}]")
		_ = w.Close()
	}()
	articles, errs := collect(feed.ReadStream(r, "rows.json", feed.ReadOptions{}))
	if len(articles) != 50_000 || len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "rows.json:50001: ") {
		t.Errorf("%d articles, %v", len(articles), errs)
	}
}
