package brief

import (
	"slices"
	"strconv"
	"testing"

	"github.com/daybrief/daybrief/digest"
)

// A review counts what of this week and of the week before is about a country
// or topic, muted stories in neither.
func TestTallies(t *testing.T) {
	t.Parallel()
	b := &Briefer{titles: titles{}}
	countries, topics := tally([]hit{about(1, 1, "KR", "trade"), about(2, 1, "KR", "sport"), about(3, 1, "JP", "trade")})
	_, before := tally([]hit{about(4, 1, "KR", "trade")})
	if countries["KR"] != 2 || countries["JP"] != 1 {
		t.Errorf("countries %v", countries)
	}
	got := b.tallies(topics, before, "en")
	want := []digest.Tally{{Slug: "trade", Title: "Title of trade", Stories: 2, Before: 1}, {Slug: "sport", Title: "Title of sport", Stories: 1}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%v, want %v", got, want)
	}
	if none := b.tallies(nil, before, "en"); len(none) != 0 {
		t.Errorf("a week without stories has %v", none)
	}
}

type titles struct{}

func (titles) TopicTitle(slug, _ string) string { return "Title of " + slug }

// What someone has chosen reaches their answers and digests, whoever else
// shares what was found.
func TestChosenWholeWay(t *testing.T) {
	t.Parallel()
	b, s := world(t, piece{story: 1, title: "Seoul signs a trade pact", hours: 2, tags: "KR .9, trade .9"},
		piece{story: 2, title: "Tokyo raises rates", hours: 3, tags: "JP .9"}, piece{story: 3, title: "Last week in Seoul", hours: 30, tags: "KR .9, trade .9"})
	mute := digest.Profile{Mutes: []digest.Mute{{Kind: digest.MuteCountry, Value: "KR"}}}
	d := build(t, b, func(o *Order) { o.Profile = mute })
	if got := titlesOf(d.Stories); !slices.Equal(got, []string{"Tokyo raises rates"}) || d.Muted != 1 {
		t.Errorf("a digest without KR: %q, %d muted", got, d.Muted)
	}
	if d := build(t, b, nil); len(d.Stories) != 2 || d.Muted != 0 || d.Review != nil {
		t.Errorf("another's digest: %q, %d muted", titlesOf(d.Stories), d.Muted)
	}
	d = build(t, b, func(o *Order) { o.Subscription.Rules.Filter.Exclude = []string{"rates"} })
	if got := titlesOf(d.Stories); !slices.Equal(got, []string{"Seoul signs a trade pact"}) || d.Also != 0 {
		t.Errorf("a digest without rates: %q and %d more", got, d.Also)
	}
	if a := ask(t, b, "korea", func(a *Ask) { a.Profile = mute }); len(a.Stories) != 0 || a.Muted == 0 || len(a.Nearest) != 0 {
		t.Errorf("an answer of what is muted: %q, %d muted, nearest %v", titlesOf(a.Stories), a.Muted, a.Nearest)
	}
	story := digest.Profile{Mutes: []digest.Mute{{Kind: digest.MuteStory, Value: itoa(storyKey(t, s, 1))}}}
	if d := build(t, b, func(o *Order) { o.Profile = story }); d.Muted != 1 || slices.Contains(titlesOf(d.Stories), "Seoul signs a trade pact") {
		t.Errorf("a muted story: %q", titlesOf(d.Stories))
	}
	d = build(t, b, func(o *Order) { o.Subscription.Format = digest.Review })
	if want := (digest.Tally{Slug: "KR", Title: "South Korea", Stories: 1, Before: 1}); !slices.Contains(d.Review, want) {
		t.Errorf("a review counts %v, want %v in it", d.Review, want)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
