package ingest

import (
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/story"
)

// counting is a grouper that counts what it is told to forget.
type counting struct{ forgot []time.Time }

func (*counting) Load(digest.LiveArticle) {}

func (*counting) Add(*digest.Article, []byte) story.Outcome { return story.Outcome{} }

func (c *counting) Forget(before time.Time) { c.forgot = append(c.forgot, before) }

func TestForgetsEachHourAndAfterManyArticles(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
	g := &counting{}
	p := New(Options{Grouper: g, Now: func() time.Time { return now }})
	p.forgotten = now
	steps := []struct {
		wait    time.Duration
		grouped int
		want    int // times it has forgotten by then
	}{
		{time.Minute, 100, 0}, {time.Minute, forgetAfter - 101, 0}, {time.Minute, 1, 1}, // an archive
		{time.Minute, forgetAfter - 1, 1}, {time.Hour, 0, 2}, {time.Minute, forgetAfter - 1, 2},
	}
	for i, s := range steps {
		now = now.Add(s.wait)
		if p.forget(s.grouped); len(g.forgot) != s.want {
			t.Errorf("step %d: forgot at %v", i, g.forgot)
		}
	}
	if !g.forgot[0].Equal(now.Add(-DefaultWindow - time.Hour - 2*time.Minute)) {
		t.Errorf("what is forgotten is from before %v", g.forgot[0])
	}
}
