package story

import (
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

func TestWordsFile(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"stop": true, "common": true, "month": true, "weekday": true, "label": true, "stamp": true, "measure": true, "period": true, "series": true}
	for i, line := range strings.Split(wordsFile, "\n") {
		if !strings.HasPrefix(line, "[") {
			continue
		}
		head := strings.Fields(strings.Trim(line, "[]"))
		if !known[head[0]] {
			t.Errorf("line %d: %s", i+1, line)
		}
		if head[0] == "series" && routineNames[head[1]] == noRoutine {
			t.Errorf("line %d: unknown series %q", i+1, head[1])
		}
	}
	l := lists()
	months := map[int]bool{}
	for _, m := range l.month {
		months[m] = true
	}
	if len(months) != 12 || l.month["december"] != 12 || l.month["mai"] != 5 {
		t.Errorf("months: %v", months)
	}
	for _, lang := range []string{"en", "de", "fr", "es", "pt", "ar", "ru"} {
		if len(l.stop[lang]) < 20 {
			t.Errorf("%d small words of %s", len(l.stop[lang]), lang)
		}
	}
	for _, share := range l.common {
		if share <= 0 || share > .2 {
			t.Errorf("a share of %v", share)
		}
	}
}

func TestRoutineSeries(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]routine{
		"Morning Briefing: strikes, snow and a rescue":         briefing,
		"10 things you need to know before the opening bell":   briefing,
		"Tokyo stocks close higher on weaker yen":              market,
		"Weather forecast for Tuesday":                         weather,
		"Brandt Optics third quarter results beat forecasts":   results,
		"Lottery results for 24 November":                      listing,
		"Harbour log, 24 November 2026":                        dated,
		"Stockmann closes its last shop":                       noRoutine,
		"March on parliament ends in clashes":                  noRoutine,
		"President to hold weekly briefing for foreign envoys": noRoutine,
		"": noRoutine,
	} {
		if _, got := seriesOf(text.Analyse(title, "", "en")); got != want {
			t.Errorf("%q is %d, want %d", title, got, want)
		}
	}
	one, _ := seriesOf(text.Analyse("Harbour log, 24 November 2026", "", "en"))
	two, _ := seriesOf(text.Analyse("Harbour log, 3 December 2026", "", "en"))
	other, _ := seriesOf(text.Analyse("Airport log, 3 December 2026", "", "en"))
	if one != two || one == other || one == 0 {
		t.Errorf("series %d, %d, %d", one, two, other)
	}
}

func TestDayOfAText(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"Updated: July 7, 2012 22:04. The fight ended early.": "2012-07-07",
		"21 July 2013 Last updated at 11:11":                  "2013-07-21",
		"2013-09-26 Ashkar. Elections will be held.":          "2013-09-26",
		"Paris, le 3 décembre 2021. Le conseil":               "2021-12-03",
		"In May the 7 members met. Nothing was decided.":      "",
		"The vote of 2012 was close.":                         "",
		"31 February 12":                                      "",
		"":                                                    "",
	} {
		got := ""
		if d := headDay(text.Analyse("Title", body, "")); d != 0 {
			got = time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q is of %q, want %q", body, got, want)
		}
	}
}

// TestCopiesAreTold: one word in forty changed is a copy, another report with
// the same facts is none.
func TestCopiesAreTold(t *testing.T) {
	t.Parallel()
	words := strings.Fields(fullText)
	read := func(ws []string) *article {
		g := New(Options{})
		a := digest.Article{Title: "x", Body: strings.Join(ws, " ")}
		return g.read(1, time.Time{}, a.Title, features1(&a))
	}
	one := read(words)
	changed := append([]string{}, words...)
	for i := 20; i < len(changed); i += 40 {
		changed[i] = "anders"
	}
	if !sameText(one, read(changed)) {
		t.Error("one word in forty changed is no copy")
	}
	shuffled := append(append([]string{}, words[len(words)/2:]...), words[:len(words)/2]...)
	if sim := one.sketch.overlap(read(shuffled).sketch); sim < .8 {
		t.Errorf("halves exchanged: overlap %v", sim)
	}
	for i := 0; i+1 < len(changed); i += 2 {
		changed[i], changed[i+1] = words[i+1], words[i]
	}
	if sameText(one, read(changed)) {
		t.Error("the same words in another order are a copy")
	}
	var none sketch
	for i := range none {
		none[i] = emptyBin
	}
	if none.overlap(&none) != 0 {
		t.Error("nothing overlaps with nothing")
	}
}

// TestTheBarGrows: more is needed of sums than of single articles, within the
// limits, and it does not depend on which side is the larger.
func TestTheBarGrows(t *testing.T) {
	t.Parallel()
	d := defaultTuning()
	for _, p := range []*profile{&d.head, &d.full} {
		for n := 2; n < 200; n++ {
			if p.bar(2, n) < p.bar(2, n-1)-p.young || p.bar(n, 3) != p.bar(3, n) || p.bar(n, n) > p.most*(1+p.young) || p.bar(n, n) < p.least {
				t.Fatalf("bar of %d: %v", n, p.bar(n, n))
			}
		}
		for h := 1.0; h < 1000; h++ {
			if p.decay(h) > p.decay(h-1) || p.age(h) < p.age(h-1) || p.age(h) > p.oldest || p.decay(h) < p.timeless {
				t.Fatalf("after %v hours: decay %v, age %v", h, p.decay(h), p.age(h))
			}
		}
	}
}
