package brief

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

// headlines is a small store of one day.
func headlines() []piece {
	return []piece{
		{title: "Seoul and Washington still apart on investment pledge", body: "The pledge of 350 billion dollars divides the two. A semiconductor duty looms.", hours: 2, tags: "KR .9, US .7, trade .9"},
		{title: "Bank of Japan seen raising its rate in December", hours: 3, tags: "JP .95, monetary-policy .9"},
		{title: "Dollar slips as central banks take their time", hours: 4, tags: "US .2, markets .8, monetary-policy .5"},
		{title: "Fed nears a neutral rate and signals caution", hours: 5, tags: "US .9, monetary-policy .95"},
		{title: "Hong Kong party votes to disband", hours: 6, tags: "HK .98, CN .4, government .8"},
		{title: "Thailand vows to go on at the Cambodian border", hours: 7, tags: "TH .95, KH .8, conflict .9"},
		{title: "Ukraine and envoys meet for peace talks in Berlin", hours: 8, tags: "UA .95, DE .3, diplomacy .9, conflict .6"},
		{title: "Asian shares slide before data", hours: 9, tags: "JP .3, CN .3, markets .9"},
		{title: "Tunis protesters unite against the president", hours: 10, tags: "FR .1, government .6"},
	}
}

func TestNothingForeignIsShown(t *testing.T) {
	t.Parallel()
	b, _ := world(t, headlines()...)
	for request, want := range map[string][]string{
		"korea-trade":         {"Seoul and Washington still apart on investment pledge"},
		"hong-kong":           {"Hong Kong party votes to disband"},
		"boj rate hike":       {"Bank of Japan seen raising its rate in December"},
		"thailand-cambodia":   {"Thailand vows to go on at the Cambodian border"},
		"us-fed":              {"Fed nears a neutral rate and signals caution"},
		"ukraine peace talks": {"Ukraine and envoys meet for peace talks in Berlin"},
		"asia conflict":       {"Thailand vows to go on at the Cambodian border"},
		"disband":             {"Hong Kong party votes to disband"},
		`"peace talks"`:       {"Ukraine and envoys meet for peace talks in Berlin"},
		`"talks peace"`:       {},
		"korea-sport":         {},
	} {
		if got := titlesOf(ask(t, b, request, nil).Stories); !slices.Equal(got, want) {
			t.Errorf("%s is answered with %q, want %q", request, got, want)
		}
	}
}

func TestARegionIsFoundByItsNameToo(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{title: "Asian shares slide before data", body: "Investors in Asia sold.", hours: 1, tags: "markets .9"},
		piece{title: "Shares rise in Tokyo", hours: 2, tags: "JP .9, markets .9"},
		piece{title: "Shares rise in Paris", body: "Somewhere in a long text about Paris and what its people buy and sell there stands a word on Asia in passing.", hours: 3, tags: "FR .9, markets .9"},
		piece{title: "An Asian film festival", hours: 4, tags: "sport .9"},
	)
	got := titlesOf(ask(t, b, "asia markets", nil).Stories)
	slices.Sort(got)
	if want := []string{"Asian shares slide before data", "Shares rise in Tokyo"}; !slices.Equal(got, want) {
		t.Errorf("stories %q, want %q", got, want)
	}
}

func TestWhatIsNearlyRightIsBetterThanNothing(t *testing.T) {
	t.Parallel()
	near := piece{title: "Envoys speak of duties in passing", hours: 1, tags: "KR .95, trade .18"}
	b, s := world(t, near, piece{title: "Not about it", hours: 1, tags: "KR .6, trade .05"})
	if got := titlesOf(ask(t, b, "korea-trade", nil).Stories); !slices.Equal(got, []string{near.title}) {
		t.Errorf("stories %q, want the one that is nearly right", got)
	}
	extend(t, s, piece{title: "Duties", hours: 1, tags: "KR .9, trade .9"})
	if got := titlesOf(ask(t, b, "korea-trade", nil).Stories); !slices.Equal(got, []string{"Duties"}) {
		t.Errorf("stories %q, want what is right alone", got)
	}
}

func TestAStoryThatOnlyStraysThereComesLater(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{story: 1, title: "A vote in Paris", source: "A", hours: 1, tags: "FR .9, government .9"},
		piece{story: 1, title: "Seoul watches the vote in Paris", source: "B", hours: 1, tags: "KR .8, FR .9, government .9"},
		piece{title: "A vote in Seoul", source: "A", hours: 1, tags: "KR .8, government .9"},
	)
	if got, want := titlesOf(ask(t, b, "korea", nil).Stories), []string{"A vote in Seoul", "Seoul watches the vote in Paris"}; !slices.Equal(got, want) {
		t.Errorf("stories %q, want %q", got, want)
	}
}

func TestEverythingIsAnsweredNewestAndBestSourcedFirst(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{title: "Old", hours: 100, tags: "KR .9"},
		piece{title: "New", hours: 1, tags: "JP .9"},
		piece{story: 1, title: "Shared", hours: 2, tags: "US .9"},
		piece{story: 1, title: "Shared too", hours: 2, tags: "US .9"},
		piece{story: 1, title: "Shared as well", hours: 2, tags: "US .9"},
	)
	got := ask(t, b, "what is the latest news", nil)
	if want := []string{"Shared", "New", "Old"}; !slices.Equal(titlesOf(got.Stories), want) {
		t.Errorf("stories %q, want %q", titlesOf(got.Stories), want)
	}
	if got.From != 5 || got.Sources != 5 || got.Title != "" {
		t.Errorf("from %d articles of %d sources, title %q", got.From, got.Sources, got.Title)
	}
}

func TestWordsWithoutAStoryAreDroppedAndTold(t *testing.T) {
	t.Parallel()
	b, _ := world(t, headlines()...)
	for request, want := range map[string]struct{ terms, dropped, stories int }{
		"korea trade semiconductor":       {1, 0, 1},
		"korea trade unobtainium":         {0, 1, 1},
		"korea trade unobtainium zzyzx":   {0, 2, 1},
		"semiconductor unobtainium":       {1, 1, 1},
		"unobtainium":                     {1, 0, 0},
		"unobtainium zzyzx":               {2, 0, 0},
		"japan monetary-policy disband":   {0, 1, 1},
		"korea trade semiconductor duty":  {2, 0, 1},
		"france trade unobtainium":        {0, 1, 0},
		"korea trade pledge disband":      {1, 1, 1},
		"korea semiconductor pledge duty": {3, 0, 1},
	} {
		got := ask(t, b, request, nil)
		if len(got.Query.Terms) != want.terms || len(got.Query.Dropped) != want.dropped || len(got.Stories) != want.stories {
			t.Errorf("%s: words %q, dropped %q, %d stories; want %+v", request, got.Query.Terms, got.Query.Dropped, len(got.Stories), want)
		}
	}
}

func TestNothingAtAllOffersWhatIsNear(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{title: "Fighting near the lake", hours: 1, tags: "TD .9, conflict .9"},
		piece{title: "More fighting", hours: 2, tags: "TD .9, conflict .8, diplomacy .7"},
		piece{title: "A final is won", hours: 3, tags: "FR .9, sport .9"},
		piece{title: "A race is lost", hours: 4, tags: "DE .9, sport .9"},
		piece{title: "Too old", hours: 500, tags: "TD .9, sport .9"},
	)
	got := ask(t, b, "chad-sport", nil)
	want := []digest.Nearby{{Query: "chad-conflict", Stories: 2}, {Query: "chad-diplomacy", Stories: 1}, {Query: "sport", Stories: 2}}
	if len(got.Stories) != 0 || !slices.Equal(got.Nearest, want) {
		t.Errorf("nearest %v, want %v", got.Nearest, want)
	}
	if got := ask(t, b, "sport", nil); len(got.Nearest) != 0 || len(got.Stories) != 2 {
		t.Errorf("with stories there is nothing near to offer: %v", got.Nearest)
	}
}

func TestWhatIsNear(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{title: "Strike at Samsung", hours: 1, tags: "KR .9, trade .9"},
		piece{title: "Samsung opens a plant", hours: 2, tags: "TH .9, markets .9"},
		piece{title: "A final is won in Kyiv", hours: 3, tags: "UA .9, sport .9"},
		piece{title: "반도체 수출이 늘었다", hours: 3, tags: "KR .9, trade .9"},
	)
	for request, want := range map[string]string{
		`"samsung bailout" chad`: "samsung 2",
		`"samsung strike"`:       "samsung 2, strike 1",
		"japan-sport":            "sport 1",
		"japan-trade":            "trade 2, asia-trade 2",
		"cambodia-monetary":      "",
		"kyiv-zzyzx":             "", // found without the word that nobody wrote
		`"ukraaaine"`:            "ukraine 1",
		"monetary-policy":        "",
		"`the of`":               "",
		"반도체 파업":                 "", // so is this
		`"반도체 파업"`:               "반도체 1",
		`"kyiv bailout"`:         "kyiv 1",
	} {
		got := ask(t, b, request, nil)
		var near []string
		for _, n := range got.Nearest {
			near = append(near, fmt.Sprint(n.Query, " ", n.Stories))
		}
		if strings.Join(near, ", ") != want {
			t.Errorf("%s: near is %s, want %s", request, strings.Join(near, ", "), want)
		}
		if (len(got.Top) > 0) != (len(got.Stories)+len(got.Nearest) == 0) {
			t.Errorf("%s: %d stories, %d near, and the top %q", request, len(got.Stories), len(got.Nearest), titlesOf(got.Top))
		}
	}
}

func TestWithNothingNearTheDaysTopStoriesAreOffered(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{story: 1, title: "Fighting near the lake", body: "It is the third day.", source: "A", hours: 1, tags: "TD .9, conflict .9"},
		piece{story: 1, title: "Fighting near the lake", source: "B", hours: 1, tags: "TD .9, conflict .9"},
		piece{title: "A final is won", source: "C", hours: 2, tags: "FR .9, sport .9"},
		piece{title: "A race is lost", source: "D", hours: 3, tags: "DE .9, sport .9"},
		piece{title: "A vote is held", source: "E", hours: 4, tags: "DE .9, government .9"},
		piece{title: "Long ago", source: "F", hours: 40, tags: "DE .9, government .9"},
	)
	got := ask(t, b, "zzyzx", nil)
	if want := []string{"Fighting near the lake", "A final is won", "A race is lost"}; len(got.Stories)+len(got.Nearest) != 0 || !slices.Equal(titlesOf(got.Top), want) {
		t.Errorf("nothing near a word that nobody wrote: near %v, top %q, want %q", got.Nearest, titlesOf(got.Top), want)
	}
	if len(got.Top[0].Summary) != 0 || len(got.Top[0].Shown) != 2 {
		t.Errorf("top story %+v", got.Top[0])
	}
	got = ask(t, b, "zzyzx", func(a *Ask) { a.Profile.Mutes = []digest.Mute{{Kind: digest.MuteTopic, Value: "sport"}} })
	if want := []string{"Fighting near the lake", "A vote is held"}; !slices.Equal(titlesOf(got.Top), want) {
		t.Errorf("with sport muted %q, want %q", titlesOf(got.Top), want)
	}
	got = ask(t, b, "zzyzx -sport", nil)
	if want := []string{"Fighting near the lake", "A vote is held"}; !slices.Equal(titlesOf(got.Top), want) {
		t.Errorf("without sport %q, want %q", titlesOf(got.Top), want)
	}
}

func TestExclusions(t *testing.T) {
	t.Parallel()
	b, _ := world(t, append(headlines(), piece{title: "Duties rise in Tokyo", source: "Daily", hours: 1, tags: "JP .9, trade .9"})...)
	for request, want := range map[string]int{
		"trade":                      2,
		"trade -korea":               1,
		"trade -japan -korea":        0,
		"trade -pledge":              1,
		`trade -"investment pledge"`: 1,
		"trade exclude:source:Daily": 1,
		"trade not from Daily":       1,
		"us -monetary-policy":        1,
		"trade without asia":         0,
	} {
		b.reader = readerWith("Daily")
		if got := ask(t, b, request, nil); len(got.Stories) != want {
			t.Errorf("%s: %q, want %d", request, titlesOf(got.Stories), want)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	var pieces []piece
	for i := range 10 {
		pieces = append(pieces, piece{title: fmt.Sprintf("Number %d", i), hours: float64(i), tags: "KR .9"})
	}
	b, _ := world(t, pieces...)
	seen := make(map[string]bool)
	for offset := 0; offset < 12; offset += 4 {
		got := ask(t, b, "korea", func(a *Ask) { a.Limit, a.Offset = 4, offset })
		if want := max(10-offset-4, 0); got.More != want {
			t.Errorf("after %d stories %d more, want %d", offset, got.More, want)
		}
		for _, s := range got.Stories {
			if seen[s.Title] {
				t.Errorf("%s stands on two pages", s.Title)
			}
			seen[s.Title] = true
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d stories on all pages", len(seen))
	}
	if got := ask(t, b, "korea", func(a *Ask) { a.Offset = 99 }); len(got.Stories) != 0 || got.More != 0 || len(got.Nearest) != 0 {
		t.Errorf("beyond the last page: %+v", got)
	}
}

func TestAStoryShowsOneArticleOfEachSourceFirst(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{story: 1, title: "Main headline", body: "Text.", source: "A", hours: 5, tags: "KR .6, trade .6"},
		piece{story: 1, title: "A follows up", body: "Text.", source: "A", hours: 1, tags: "KR .9, trade .9"},
		piece{story: 1, title: "B tells it", body: "Text.", source: "B", hours: 3, tags: "KR .5, trade .5"},
	)
	got := ask(t, b, "korea-trade", nil)
	if len(got.Stories) != 1 {
		t.Fatalf("%d stories", len(got.Stories))
	}
	var shown []string
	for _, a := range got.Stories[0].Shown {
		shown = append(shown, a.Title)
		if a.Body != "" {
			t.Errorf("%s is listed with its body", a.Title)
		}
	}
	if want := []string{"Main headline", "B tells it", "A follows up"}; !slices.Equal(shown, want) {
		t.Errorf("shown %q, want %q", shown, want)
	}
}

func TestWhy(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{story: 1, title: "Pledge divides Seoul and Washington", source: "A", hours: 2.5, tags: "KR .9, trade .9"},
		piece{story: 1, title: "Pledge unpaid", source: "B", hours: 2, tags: "KR .8, trade .9"},
		piece{title: "Alone", hours: 30, tags: "JP .9, markets .9"},
	)
	got := ask(t, b, "korea-trade pledge", nil).Stories[0].Why
	want := []string{"country KR (title: “KR”)", "topic trade (title: “trade”)", "words “pledge”", "2 independent sources", "2 hours old",
		"grouped from 2 articles: shared words pledge, 350 billion; the nearest other story scored 0.21 of 0.35 needed"}
	if !slices.Equal(got, want) {
		t.Errorf("why %q, want %q", got, want)
	}
	got = ask(t, b, "asia markets", nil).Stories[0].Why
	if want := []string{"region asia: JP (title: “JP”)", "topic markets (title: “markets”)", "one source", "30 hours old"}; !slices.Equal(got, want) {
		t.Errorf("why %q, want %q", got, want)
	}
	got = ask(t, b, "", func(a *Ask) { a.Lang = "ko" }).Stories[0].Why
	if len(got) == 0 || !strings.HasPrefix(got[0], "나라 KR") {
		t.Errorf("why in Korean %q", got)
	}
}

func TestAWindowIsKept(t *testing.T) {
	t.Parallel()
	b, _ := world(t, piece{title: "Yesterday", hours: 30, tags: "KR .9"}, piece{title: "Last month", hours: 800, tags: "KR .9"})
	for request, want := range map[string]int{"korea": 1, "korea last 24 hours": 0, "korea since 60d": 2, "korea since 2026-10-01 before 2026-11-01": 1} {
		got := ask(t, b, request, nil)
		if len(got.Stories) != want || got.Query.Since.IsZero() {
			t.Errorf("%s: %q since %s, want %d stories", request, titlesOf(got.Stories), got.Query.Since, want)
		}
	}
}

// loads counts what is read of a store.
type loads struct {
	*store.Store
	stories int
}

func (l *loads) StoryArticles(ctx context.Context, ids []int64) (map[int64][]digest.Article, error) {
	l.stories += len(ids)
	return l.Store.StoryArticles(ctx, ids)
}

func TestOnlyWhatIsShownIsLoaded(t *testing.T) {
	t.Parallel()
	var pieces []piece
	for i := range 60 {
		pieces = append(pieces, piece{title: fmt.Sprintf("Number %d", i), hours: float64(i), tags: "KR .9"})
	}
	b, s := world(t, pieces...)
	counting := &loads{Store: s}
	b.store = counting
	ask(t, b, "korea", func(a *Ask) { a.Limit = 5 })
	if counting.stories != 5 {
		t.Errorf("the articles of %d stories were read to show 5", counting.stories)
	}
}

func TestAnswersAreDeterministic(t *testing.T) {
	t.Parallel()
	b, _ := world(t, headlines()...)
	first := ask(t, b, "us", nil)
	for range 5 {
		if again := ask(t, b, "us", nil); !reflect.DeepEqual(again, first) {
			t.Fatalf("answered differently: %+v, then %+v", first, again)
		}
	}
}

func TestAFaultOfTheStoreIsPassedOn(t *testing.T) {
	t.Parallel()
	b, s := world(t, headlines()...)
	s.Close()
	if _, err := b.Answer(t.Context(), Ask{Now: digesttest.Now()}); err == nil {
		t.Error("a closed store answers")
	}
	if _, err := b.Digest(t.Context(), Order{Since: digesttest.Now().Add(-time.Hour), Until: digesttest.Now()}); err == nil {
		t.Error("a closed store gives a digest")
	}
}
