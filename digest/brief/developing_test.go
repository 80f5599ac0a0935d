package brief

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
)

func TestGrown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before digest.Told
		now    digest.Story
		want   bool
	}{
		{digest.Told{Articles: 1, Sources: 1}, digest.Story{Articles: 1, Sources: 1}, false},
		{digest.Told{Articles: 1, Sources: 1}, digest.Story{Articles: 2, Sources: 2}, false},
		{digest.Told{Articles: 1, Sources: 1}, digest.Story{Articles: 3, Sources: 3}, true},
		{digest.Told{Articles: 9, Sources: 9}, digest.Story{Articles: 11, Sources: 11}, false},
		{digest.Told{Articles: 3, Sources: 2}, digest.Story{Articles: 7, Sources: 2}, true},
		{digest.Told{Articles: 4, Sources: 2}, digest.Story{Articles: 7, Sources: 3}, false},
	} {
		if got := grown(c.before, c.now); got != c.want {
			t.Errorf("from %+v to %d articles of %d sources: grown %v", c.before, c.now.Articles, c.now.Sources, got)
		}
	}
}

// toldWorld is a world of which a digest was sent with all that was told, and to
// which more came later.
func toldWorld(t *testing.T, told, later []piece) *Briefer {
	t.Helper()
	b, s := world(t, told...)
	tell(t, s, build(t, b, func(o *Order) { o.Subscription.Length = len(told) }))
	extend(t, s, later...)
	return b
}

// outline is a digest in one line: "New: A, B | Developing*: C".
func outline(d digest.Digest) string {
	parts := make([]string, len(d.Sections))
	for i, s := range d.Sections {
		mark := ""
		if s.Developing {
			mark = "*"
		}
		parts[i] = s.Title + mark + ": " + strings.Join(titlesOf(s.Stories), ", ")
	}
	return strings.Join(parts, " | ")
}

// growth are two more sources on a story.
func growth(story int, title string) []piece {
	return []piece{{story: story, title: title, source: fmt.Sprint("N", story), hours: 2, tags: "KR .9"},
		{story: story, title: title, source: fmt.Sprint("M", story), hours: 1, tags: "KR .9"}}
}

func TestWhatDevelopsHasItsOwnSection(t *testing.T) {
	t.Parallel()
	old := []piece{{story: 1, title: "Pledge talks", source: "A", hours: 40, tags: "KR .9, trade .9"}}
	quiet := func(o *Order) { o.Since = digesttest.Now().Add(-48 * time.Hour) }
	fresh := func(n int, topic string, hours float64) []piece {
		var out []piece
		for i := range n {
			out = append(out, piece{title: fmt.Sprintf("%s %d", topic, i), hours: hours, tags: "KR .9, " + topic + " .9"})
		}
		return out
	}
	for name, c := range map[string]struct {
		later []piece
		want  string
	}{
		"nothing develops":      {fresh(1, "sport", 1), ": sport 0"},
		"nothing is new":        {growth(1, "A date"), "*: Pledge talks"},
		"the new has no parts":  {append(growth(1, "A date"), fresh(1, "sport", 40)...), "Developing*: Pledge talks | New: sport 0"},
		"the new has parts too": {append(growth(1, "A date"), append(fresh(2, "sport", 40), fresh(2, "markets", 40)...)...), "Developing*: Pledge talks | Markets: markets 1, markets 0 | Sport: sport 1, sport 0"},
		"the new weighs more": {append(growth(1, "A date"), append(growth(2, "Quake"), piece{story: 2, title: "Quake", source: "X", hours: 1, tags: "KR .9"},
			piece{story: 2, title: "Quake", source: "Y", hours: 1, tags: "KR .9"})...), "New: Quake | Developing*: Pledge talks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := world(t, old...)
			tell(t, s, build(t, b, quiet))
			extend(t, s, c.later...)
			if got := outline(build(t, b, quiet)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	b := toldWorld(t, []piece{{story: 1, title: "Pledge talks", source: "A", hours: 20, tags: "KR .9"}}, append(growth(1, "A date"), fresh(1, "sport", 20)...))
	korean := outline(build(t, b, func(o *Order) { o.Subscription.Lang = "ko" }))
	if korean != "이어지는 소식*: Pledge talks | 새 소식: sport 0" {
		t.Errorf("in Korean: %s", korean)
	}
}

func TestNewAndDevelopingShareTheLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ fresh, grown, wantFresh, wantGrown int }{
		"much of both":        {20, 20, 4, 2},
		"little is new":       {2, 20, 2, 4},
		"nothing is new":      {0, 20, 0, 6},
		"little develops":     {20, 1, 5, 1},
		"nothing develops":    {20, 0, 6, 0},
		"less than its lines": {2, 1, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told, later []piece
			for i := range c.grown {
				told = append(told, piece{story: i + 1, title: fmt.Sprintf("Old %d", i), source: fmt.Sprint("Old ", i), hours: 20, tags: "KR .9"})
				later = append(later, growth(i+1, "It goes on")...)
			}
			for i := range c.fresh {
				later = append(later, piece{title: fmt.Sprintf("Fresh %d", i), source: fmt.Sprint("Fresh ", i), hours: 1, tags: "KR .9"})
			}
			b := toldWorld(t, told, later)
			d := build(t, b, func(o *Order) { o.Subscription.Length = 6 })
			seen := make(map[int64]int)
			fresh, grown := 0, 0
			for _, s := range d.Sections {
				for _, st := range s.Stories {
					seen[st.ID]++
					if st.IsUpdate != s.Developing {
						t.Errorf("%q, update %v, stands under %q", st.Title, st.IsUpdate, s.Title)
					}
				}
				if s.Developing {
					grown += len(s.Stories)
				} else {
					fresh += len(s.Stories)
				}
			}
			if fresh != c.wantFresh || grown != c.wantGrown || len(seen) != fresh+grown {
				t.Errorf("%d new and %d developing of %d stories, want %d and %d", fresh, grown, len(seen), c.wantFresh, c.wantGrown)
			}
			if len(d.Stories)+d.Also != c.fresh+c.grown {
				t.Errorf("%d told and %d more of %d", len(d.Stories), d.Also, c.fresh+c.grown)
			}
		})
	}
}

func TestWhatChangedIsSaid(t *testing.T) {
	t.Parallel()
	told := []piece{{story: 1, title: "Ferry sinks off Busan, 12 dead", source: "A", hours: 20, tags: "KR .9"}}
	for name, c := range map[string]struct {
		later []piece
		lang  string
		want  string
	}{
		"another headline": {[]piece{{story: 1, title: "Captain is arrested", source: "B", hours: 2, tags: "KR .9"}, {story: 1, title: "Ferry sinks off Busan", source: "C", hours: 1, tags: "KR .9"}}, "",
			"new since Monday: Captain is arrested"},
		"a number": {[]piece{{story: 1, title: "Ferry sinks off Busan, 30 dead", source: "B", hours: 2, tags: "KR .9"}, {story: 1, title: "Ferry sinks off Busan", source: "C", hours: 1, tags: "KR .9"}}, "",
			"new since Monday: Ferry sinks off Busan, 30 dead"},
		"sources": {[]piece{{story: 1, title: "Ferry sinks off Busan", source: "B", hours: 2, tags: "KR .9"}, {story: 1, title: "Ferry sinks off Busan, dead", source: "C", hours: 1, tags: "KR .9"}}, "",
			"since Monday: 2 more sources"},
		"sources, in Korean": {[]piece{{story: 1, title: "Ferry sinks off Busan", source: "B", hours: 2, tags: "KR .9"}, {story: 1, title: "Ferry sinks off Busan, dead", source: "C", hours: 1, tags: "KR .9"}}, "ko",
			"월요일 이후: 매체 2곳 추가"},
		"articles of the same source": {slices.Repeat([]piece{{story: 1, title: "Ferry sinks off Busan", source: "A", hours: 2, tags: "KR .9"}}, 4), "",
			"since Monday: 4 more articles"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range c.later {
				c.later[i].body = fmt.Sprint("Report ", i)
			}
			d := build(t, toldWorld(t, told, c.later), func(o *Order) { o.Since, o.Subscription.Lang = digesttest.Now().Add(-12*time.Hour), c.lang })
			if len(d.Stories) != 1 || d.Stories[0].Change != c.want {
				t.Errorf("%d stories, change %q, want %q", len(d.Stories), d.Stories[0].Change, c.want)
			}
		})
	}
}

func TestTheChangeIsNotOlderThanTheHeadline(t *testing.T) {
	t.Parallel()
	now := digesttest.Now()
	at := func(title string, hours int, lang string) digest.Article {
		return digest.Article{Title: title, Lang: lang, Published: now.Add(time.Duration(-hours) * time.Hour), Stored: now}
	}
	shown := []digest.Article{at("Thirty are dead", 2, "en"), at("Rescue goes on", 3, "en"), at("선장 체포", 1, "ko"), at("A captain arrested", 1, "en"), at("Ferry sinks", 30, "en")}
	if a := latest(shown, now.Add(-24*time.Hour)); a == nil || a.Title != "A captain arrested" {
		t.Errorf("latest is %+v", a)
	}
	if a := latest(shown[:3], now.Add(-24*time.Hour)); a != nil {
		t.Errorf("%q is told as new under a later headline, or in another language", a.Title)
	}
}

func TestCountriesThatCameToAStory(t *testing.T) {
	t.Parallel()
	since := digesttest.Now()
	korea, china := []digest.Tag{{Slug: "KR", Weight: .9}}, []digest.Tag{{Slug: "KR", Weight: .9}, {Slug: "CN", Weight: .8}}
	old, late := digest.Article{Published: since.Add(-time.Hour), Countries: korea}, digest.Article{Published: since.Add(time.Hour), Countries: china}
	s := digest.StoryBrief{Story: digest.Story{Articles: 2, Countries: china}, Shown: []digest.Article{old, late}}
	if got := entered(s, since); !slices.Equal(got, []string{"CN"}) {
		t.Errorf("entered: %v", got)
	}
	s.Articles = 20
	if got := entered(s, since); len(got) != 0 {
		t.Errorf("of a story that is shown in part: %v", got)
	}
	s.Articles, s.Shown = 1, s.Shown[1:]
	if got := entered(s, since); len(got) != 0 {
		t.Errorf("of a story with nothing older: %v", got)
	}
	b := New(Options{Reader: readerWith()})
	said := teller{b: b}.came(digest.StoryBrief{Story: digest.Story{Articles: 2, Sources: 2, Countries: china}, Shown: []digest.Article{old, late}}, digest.Told{Articles: 1, Sources: 1}, since)
	if got := strings.Join(said, ", "); got != "1 more source, now China too" {
		t.Errorf("said: %s", got)
	}
}
