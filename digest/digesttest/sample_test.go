package digesttest_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
)

// TestSamplesAreValid holds the samples against the domain's own rules.
func TestSamplesAreValid(t *testing.T) {
	seen := map[string]bool{}
	for n := range 100 {
		a := digesttest.Article(n, nil)
		clean := a
		if err := clean.Clean(); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, clean) {
			t.Errorf("article %d is not clean:\n%+v\n%+v", n, a, clean)
		}
		if seen[a.Identity()] {
			t.Errorf("article %d is another one too", n)
		}
		seen[a.Identity()] = true
		if a.Time().After(digesttest.Now()) || a.Time() != a.Published {
			t.Errorf("article %d counts at %v", n, a.Time())
		}
	}
	e := digesttest.Entry(3, func(a *digest.Article) { a.Title = "Won's slide: 3 percent 한국" })
	if want := []string{"won", "s", "slide", "3", "percent", "한국"}; !slices.Equal(e.TitleTerms, want) {
		t.Errorf("terms %q, want %q", e.TitleTerms, want)
	}
	if _, err := time.LoadLocation(digesttest.Subscription(nil).Zone); err != nil {
		t.Error(err)
	}
}

func TestPlan(t *testing.T) {
	sub := digesttest.Subscription(nil)
	p := digesttest.Plan(sub, 2, func(p *digest.EditionPlan) { p.Edition.Title = "mine" })
	if p.Edition.Slot != "2026-11-24T08:00" || p.Edition.Title != "mine" || len(p.Deliveries) != 2 {
		t.Errorf("plan %+v", p)
	}
	for i, d := range p.Deliveries {
		if d.Part != i || d.Parts != 2 || d.Destination != sub.Destination || d.NotBefore.After(d.Deadline) {
			t.Errorf("delivery %+v", d)
		}
	}
}

func TestClock(t *testing.T) {
	c := digesttest.NewClock(time.Time{})
	if !c.Now().Equal(digesttest.Now()) {
		t.Errorf("it shows %v", c.Now())
	}
	if got := c.Advance(time.Hour); !got.Equal(digesttest.Now().Add(time.Hour)) || !c.Now().Equal(got) {
		t.Errorf("an hour later it shows %v", got)
	}
	c.Set(digesttest.Now())
	if !c.Now().Equal(digesttest.Now()) {
		t.Errorf("set back it shows %v", c.Now())
	}
}

// TestCorpus checks that the same seed gives the same articles, in order of
// time, with common and rare words.
func TestCorpus(t *testing.T) {
	c := digesttest.Corpus{Seed: 1, Articles: 300}
	first, second := slices.Collect(c.Entries()), slices.Collect(c.Entries())
	if !reflect.DeepEqual(first, second) {
		t.Fatal("two runs differ")
	}
	common := 0
	for i, e := range first {
		if i > 0 && e.Published.Before(first[i-1].Published) {
			t.Errorf("article %d is older than the one before", i)
		}
		if slices.Contains(e.BodyTerms, digesttest.Word(20)) {
			common++
		}
	}
	if len(first) != 300 || common < 30 || common == 300 {
		t.Errorf("%d articles, %d with a common word", len(first), common)
	}
	for range c.Entries() { // can be left early
		break
	}
}
