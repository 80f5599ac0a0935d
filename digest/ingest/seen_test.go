package ingest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
)

func TestSeenForgetsTheOldest(t *testing.T) {
	t.Parallel()
	s := newSeen()
	var first analysed
	for i := range 2*maxSeen + 10 {
		var a analysed
		a.identity, a.content = s.keys(&digest.Article{Title: fmt.Sprint(i)}, hint{})
		if i == 0 {
			first = a
		}
		s.add([]analysed{a})
		if !s.has(a.identity, a.content) || s.has(a.identity, a.content+1) {
			t.Fatal("an article just stored is not known")
		}
	}
	if s.has(first.identity, first.content) || len(s.young)+len(s.old) > 2*maxSeen {
		t.Errorf("%d are remembered", len(s.young)+len(s.old))
	}
}

// A story is described the same from what is remembered of its articles.
func TestSlimTellsTheSameStory(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("The harbour authority closed two berths after the storm. ", 20)
	at := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	var whole, slimmed []digest.Article
	for i, body := range []string{"", "Short.", long, strings.ToUpper(long) + "\n", long + "More.", strings.Repeat("x ", 100), strings.Repeat("x ", 101)} {
		a := digest.Article{ID: int64(i + 1), StoryID: 1, Title: fmt.Sprintf("Berths close, part %d", i), Body: body, Source: fmt.Sprint("S", i),
			Published: at.Add(time.Duration(i) * time.Minute), Lang: "en", Countries: []digest.Tag{{Slug: "KR", Weight: 0.1 * float64(i)}}}
		whole = append(whole, a)
		slimmed = append(slimmed, slim(a))
		if again := slim(slim(a)); again.Body != slim(a).Body {
			t.Errorf("slimming twice changes %q", body)
		}
	}
	if got, want := story.Describe(slimmed), story.Describe(whole); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
