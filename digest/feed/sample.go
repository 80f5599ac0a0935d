package feed

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// The sample articles are invented. Their sources say so in their names, and
// their addresses lie under a domain that is reserved for examples (RFC 2606).
//
//go:embed sample.jsonl
var sampleRows string

// sampleRow is an article whose time is told as its age.
type sampleRow struct {
	ID     string `json:"id"`
	Age    string `json:"age"`
	URL    string `json:"url"`
	Title  string `json:"title"`
	Body   string `json:"body"`
	Source string `json:"source"`
	Lang   string `json:"lang"`
}

var samples = sync.OnceValue(func() []sampleRow {
	var out []sampleRow
	for line := range strings.Lines(sampleRows) {
		var r sampleRow
		if json.Unmarshal([]byte(line), &r) == nil {
			out = append(out, r)
		}
	}
	return out
})

// Sample returns articles that come with the program, as of now: the youngest
// is half an hour old and the oldest a little over a day, so that a digest
// made from them is always full. Their ids are fixed: adding them again adds
// nothing.
func Sample(now time.Time) []digest.Article {
	out := make([]digest.Article, 0, len(samples()))
	for _, r := range samples() {
		age, err := time.ParseDuration(r.Age)
		if err != nil {
			continue
		}
		out = append(out, digest.Article{
			GUID: r.ID, URL: r.URL, Title: r.Title, Body: r.Body, Source: r.Source, Lang: r.Lang,
			Published: now.Add(-age).UTC().Truncate(time.Minute), Sample: true,
		})
	}
	return out
}
