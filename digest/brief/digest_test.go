package brief

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

// daily is an order of a digest digest of everything, for the sample's Slack channel.
func daily(change func(*Order)) Order {
	o := Order{Since: digesttest.Now().Add(-24 * time.Hour), Until: digesttest.Now(),
		Subscription: digesttest.Subscription(func(s *digest.Subscription) { s.Query = "" })}
	if change != nil {
		change(&o)
	}
	return o
}

func build(t *testing.T, b *Briefer, change func(*Order)) digest.Digest {
	t.Helper()
	d, err := b.Digest(t.Context(), daily(change))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// tell records that a digest was sent to its destination.
func tell(t *testing.T, s *store.Store, d digest.Digest) {
	t.Helper()
	sub, err := s.CreateSubscription(t.Context(), daily(nil).Subscription)
	if err != nil {
		t.Fatal(err)
	}
	plan := digesttest.Plan(sub, 1, func(p *digest.EditionPlan) {
		p.Edition.Stories = nil
		for _, st := range d.Stories {
			p.Edition.Stories = append(p.Edition.Stories, digest.Told{StoryID: st.ID, Articles: st.Articles, Sources: st.Story.Sources})
		}
	})
	var parts []int64
	if _, _, err := s.CreateEdition(t.Context(), plan, func(_ context.Context, _ *sql.Tx, ids []int64) error {
		parts = ids
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, id := range parts {
		part, ok, err := s.ClaimDelivery(t.Context(), id, digesttest.Now())
		if err != nil || !ok {
			t.Fatalf("claim part %d: %v, %v", id, ok, err)
		}
		part.State, part.Ref = digest.Sent, "1.2"
		if err := s.FinishDelivery(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
}

func TestADigestHasTheDaysStories(t *testing.T) {
	t.Parallel()
	b, _ := world(t, append(headlines(), piece{title: "Too old", hours: 30, tags: "KR .9"})...)
	d := build(t, b, nil)
	if len(d.Stories) != 7 || d.Also != 2 || d.More != 2 || slices.Contains(titlesOf(d.Stories), "Too old") {
		t.Errorf("%d stories and %d more: %q", len(d.Stories), d.Also, titlesOf(d.Stories))
	}
	if d.From != 9 || d.Brief.Sources != 9 || d.Zone != "Asia/Seoul" || !d.Since.Equal(digesttest.Now().Add(-24*time.Hour)) {
		t.Errorf("from %d articles of %d sources since %s in %s", d.From, d.Brief.Sources, d.Since, d.Zone)
	}
	if d := build(t, b, func(o *Order) { o.Subscription.Query = "korea-trade" }); len(d.Stories) != 1 || d.Title != "South Korea, trade" {
		t.Errorf("korea-trade: %q, titled %q", titlesOf(d.Stories), d.Title)
	}
	if d := build(t, b, func(o *Order) { o.Subscription.Query = "chad-sport" }); len(d.Stories) != 0 || len(d.Sections) != 0 {
		t.Errorf("a quiet day: %q", titlesOf(d.Stories))
	}
	if _, err := b.Digest(t.Context(), daily(func(o *Order) { o.Subscription.Query = "topic:nonsense" })); digest.CodeOf(err) != digest.Invalid {
		t.Errorf("a query that cannot be read: %v", err)
	}
}

func TestWhatWasToldIsNotToldAgain(t *testing.T) {
	t.Parallel()
	b, s := world(t,
		piece{story: 1, title: "Talks on the pledge begin", source: "A", hours: 20, tags: "KR .9, trade .9"},
		piece{story: 2, title: "A bridge is closed", source: "B", hours: 19, tags: "KR .9, government .9"},
	)
	first := build(t, b, nil)
	if len(first.Stories) != 2 {
		t.Fatalf("first digest: %q", titlesOf(first.Stories))
	}
	tell(t, s, first)
	if again := build(t, b, nil); len(again.Stories) != 0 {
		t.Errorf("told again: %q", titlesOf(again.Stories))
	}
	if other := build(t, b, func(o *Order) { o.Subscription.Destination.Channel = "COTHER" }); len(other.Stories) != 2 {
		t.Errorf("another channel was told %q", titlesOf(other.Stories))
	}
	extend(t, s,
		piece{story: 1, title: "Envoys name a date for signing", source: "C", hours: 2, tags: "KR .9, trade .9"},
		piece{story: 1, title: "Talks on the pledge go on", source: "D", hours: 1, tags: "KR .9, trade .9"},
		piece{story: 2, title: "The bridge is still closed", source: "B", hours: 1, tags: "KR .9, government .9"},
	)
	next := build(t, b, func(o *Order) { o.Since = digesttest.Now().Add(-12 * time.Hour) })
	if want := []string{"Talks on the pledge begin"}; !slices.Equal(titlesOf(next.Stories), want) {
		t.Fatalf("next digest %q, want %q", titlesOf(next.Stories), want)
	}
	if u := next.Stories[0]; !u.IsUpdate || u.Change != "new since Monday: Envoys name a date for signing" {
		t.Errorf("update %v: %q", u.IsUpdate, u.Change)
	}
}

func TestAThirdFromOneSource(t *testing.T) {
	t.Parallel()
	var pieces []piece
	for i := range 12 {
		pieces = append(pieces, piece{title: fmt.Sprintf("Loud %d", i), source: "Loud", hours: 1, tags: "KR .9"})
	}
	for i := range 4 {
		pieces = append(pieces, piece{title: fmt.Sprintf("Quiet %d", i), source: fmt.Sprintf("Quiet %d", i), hours: 20, tags: "KR .9"})
	}
	b, _ := world(t, pieces...)
	d := build(t, b, func(o *Order) { o.Subscription.Length = 6 })
	loud := 0
	for _, s := range d.Stories {
		if s.Shown[0].Source == "Loud" {
			loud++
		}
	}
	if len(d.Stories) != 6 || loud != 2 {
		t.Errorf("%d of %d stories are led by one source", loud, len(d.Stories))
	}
}

func TestAStoryIsLedByItsOtherSourceWhereTheFirstHasEnough(t *testing.T) {
	t.Parallel()
	var pieces []piece
	for i := range 3 {
		pieces = append(pieces,
			piece{story: i + 1, title: fmt.Sprintf("Wire on %d", i), source: "Wire", hours: 1, tags: "KR .9"},
			piece{story: i + 1, title: fmt.Sprintf("Paper on %d", i), source: fmt.Sprintf("Paper %d", i), hours: 2, tags: "KR .9"})
	}
	b, _ := world(t, pieces...)
	d := build(t, b, func(o *Order) { o.Subscription.Length = 3 })
	wire := 0
	for _, s := range d.Stories {
		if s.Shown[0].Source == "Wire" {
			wire++
		}
		if s.Title != s.Shown[0].Title {
			t.Errorf("headline %q leads to %q", s.Title, s.Shown[0].Title)
		}
	}
	if len(d.Stories) != 3 || wire != 1 {
		t.Errorf("%d of %d stories are led by the wire", wire, len(d.Stories))
	}
}

func TestWithTwoSourcesNothingIsHeldBack(t *testing.T) {
	t.Parallel()
	var pieces []piece
	for i := range 6 {
		pieces = append(pieces, piece{title: fmt.Sprintf("Story %d", i), source: "Only", hours: 1, tags: "KR .9"})
	}
	b, _ := world(t, pieces...)
	if d := build(t, b, nil); len(d.Stories) != 6 {
		t.Errorf("%d of 6 stories shown", len(d.Stories))
	}
}

func TestOneCountryDoesNotCrowdOutTheOthers(t *testing.T) {
	t.Parallel()
	var pieces []piece
	for i := range 8 {
		pieces = append(pieces, piece{title: fmt.Sprintf("Seoul %d", i), hours: 1, tags: "KR .9, trade .9"})
	}
	pieces = append(pieces, piece{title: "Paris", hours: 8, tags: "FR .9, sport .9"}, piece{title: "Berlin", hours: 8, tags: "DE .9, markets .9"})
	b, _ := world(t, pieces...)
	got := titlesOf(build(t, b, func(o *Order) { o.Subscription.Length = 5 }).Stories)
	if !slices.Contains(got, "Paris") || !slices.Contains(got, "Berlin") {
		t.Errorf("picked %q", got)
	}
}

func TestSections(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{title: "T1", hours: 1, tags: "KR .9, trade .9"}, piece{title: "T2", hours: 2, tags: "JP .9, trade .9"},
		piece{title: "S1", hours: 3, tags: "KR .9, sport .9"}, piece{title: "S2", hours: 4, tags: "JP .9, sport .9"},
		piece{title: "Alone", hours: 5, tags: "FR .9, conflict .9"},
	)
	for query, want := range map[string]string{
		"":      "trade:T1,T2 sport:S1,S2 :Alone",
		"korea": ":T1,S1",
		"trade": ":T1,T2",
		"asia":  "trade:T1,T2 sport:S1,S2",
	} {
		d := build(t, b, func(o *Order) { o.Subscription.Query = query })
		var got []string
		for _, s := range d.Sections {
			titles := titlesOf(s.Stories)
			slices.SortFunc(titles, func(a, b string) int { return strings.Compare(b[:1]+a[1:], a[:1]+b[1:]) })
			got = append(got, s.Slug+":"+strings.Join(titles, ","))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is cut into %q, want %q", query, got, want)
		}
	}
	d := build(t, b, nil)
	if d.Sections[0].Title != "Trade" || d.Sections[2].Title != "Other" {
		t.Errorf("titles %q and %q", d.Sections[0].Title, d.Sections[2].Title)
	}
	b.titles = fakeTitles{}
	if d := build(t, b, func(o *Order) { o.Subscription.Lang = "ko" }); d.Sections[0].Title != "trade in ko" || d.Sections[2].Title != "그 밖의 소식" {
		t.Errorf("titles in Korean %q and %q", d.Sections[0].Title, d.Sections[2].Title)
	}
}

type fakeTitles struct{}

func (fakeTitles) TopicTitle(slug, lang string) string { return slug + " in " + lang }

func TestSectionsOfATopicAreCountries(t *testing.T) {
	t.Parallel()
	b, _ := world(t,
		piece{title: "A", hours: 1, tags: "KR .9, trade .9"}, piece{title: "B", hours: 2, tags: "KR .9, trade .9"},
		piece{title: "C", hours: 3, tags: "JP .9, trade .9"}, piece{title: "D", hours: 4, tags: "JP .9, trade .9"},
	)
	d := build(t, b, func(o *Order) { o.Subscription.Query = "trade" })
	if len(d.Sections) != 2 || d.Sections[0].Title != "South Korea" || d.Sections[1].Slug != "JP" {
		t.Errorf("sections %+v", d.Sections)
	}
}

func TestHealthIsTold(t *testing.T) {
	t.Parallel()
	b, s := world(t, headlines()...)
	for n := range 3 {
		id, _, err := s.SaveSource(t.Context(), digesttest.Source(n, nil))
		if err != nil {
			t.Fatal(err)
		}
		h := digest.SourceHealth{State: digest.SourceOK, LastTry: digesttest.Now().Add(-time.Hour), LastSuccess: digesttest.Now().Add(-time.Hour)}
		if n == 0 {
			h = digest.SourceHealth{State: digest.SourceFailing, LastTry: digesttest.Now().Add(-time.Hour), LastError: "no answer", Failures: 3}
		}
		if err := s.SaveHealth(t.Context(), id, h); err != nil {
			t.Fatal(err)
		}
	}
	if h := build(t, b, nil).Health; h.Sources != 3 || h.Failed != 1 || !slices.Equal(h.Names, []string{"Example Times 0"}) {
		t.Errorf("health %+v", h)
	}
}

// searches counts what is asked of a store.
type searches struct {
	*store.Store
	searched, loaded, counted int
}

func (s *searches) Window(ctx context.Context, since, until time.Time) (articles, sources int, err error) {
	s.counted++
	return s.Store.Window(ctx, since, until)
}

func (s *searches) Search(ctx context.Context, q digest.Search) ([]digest.Candidate, error) {
	s.searched++
	return s.Store.Search(ctx, q)
}

func (s *searches) StoryArticles(ctx context.Context, ids []int64) (map[int64][]digest.Article, error) {
	s.loaded += len(ids)
	return s.Store.StoryArticles(ctx, ids)
}

func TestEqualDigestsAreJudgedOnce(t *testing.T) {
	t.Parallel()
	b, s := world(t, headlines()...)
	counting := &searches{Store: s}
	b = New(Options{Store: counting, Reader: b.reader, Share: true})
	want := build(t, b, nil)
	for i := range 5 {
		got := build(t, b, func(o *Order) {
			o.Subscription.Destination.Channel = fmt.Sprint("C", i)
			o.Until = o.Until.Add(time.Duration(i) * time.Second)
		})
		if !slices.Equal(titlesOf(got.Stories), titlesOf(want.Stories)) {
			t.Errorf("another channel gets %q, want %q", titlesOf(got.Stories), titlesOf(want.Stories))
		}
	}
	if counting.searched != 1 || counting.loaded != 9 {
		t.Errorf("six digests of one query took %d searches and the articles of %d stories", counting.searched, counting.loaded)
	}
	build(t, b, func(o *Order) { o.Subscription.Query = "trade" })
	build(t, b, func(o *Order) { o.Until = o.Until.Add(time.Minute) })
	build(t, b, func(o *Order) { o.Until = o.Until.Add(time.Hour) })
	if counting.searched != 4 || len(b.shared.byID) != 1 {
		t.Errorf("%d searches; %d pools are kept", counting.searched, len(b.shared.byID))
	}
}

func TestTheArticlesOfAWindowAreCountedOnceAMinute(t *testing.T) {
	t.Parallel()
	b, s := world(t, headlines()...)
	counting := &searches{Store: s}
	b = New(Options{Store: counting, Reader: b.reader, Share: true})
	now := digesttest.Now().Truncate(time.Minute)
	var first int
	for i, after := range []time.Duration{0, 20 * time.Second, 59 * time.Second, time.Minute} {
		at := now.Add(after)
		q, err := b.reader.Read("trade", at)
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Answer(t.Context(), Ask{Query: q, Now: at})
		if err != nil || got.From == 0 {
			t.Fatalf("%d articles, %v", got.From, err)
		}
		if i == 0 {
			first = got.From
		}
		if got.From != first {
			t.Errorf("%d articles, then %d", first, got.From)
		}
	}
	if counting.counted != 2 {
		t.Errorf("four answers in two minutes counted %d times", counting.counted)
	}
}

func TestWhatIsSharedIsNotMarked(t *testing.T) {
	t.Parallel()
	b, s := world(t, piece{story: 1, title: "Talks begin", source: "A", hours: 20, tags: "KR .9"})
	b = New(Options{Store: s, Reader: b.reader, Share: true})
	tell(t, s, build(t, b, nil))
	extend(t, s, piece{story: 1, title: "A date is named", source: "B", hours: 1, tags: "KR .9"}, piece{story: 1, title: "It is signed", source: "C", hours: 1, tags: "KR .9"})
	later := func(o *Order) { o.Until = o.Until.Add(time.Minute) }
	if d := build(t, b, later); len(d.Stories) != 1 || !d.Stories[0].IsUpdate {
		t.Errorf("the channel that knows the story gets %+v", d.Stories)
	}
	d := build(t, b, func(o *Order) { later(o); o.Subscription.Destination.Channel = "CNEW" })
	if len(d.Stories) != 1 || d.Stories[0].IsUpdate || d.Stories[0].Change != "" {
		t.Errorf("a channel to which it is new gets %+v", d.Stories)
	}
}

func TestAFailedPoolIsTriedAgain(t *testing.T) {
	t.Parallel()
	b, s := world(t, headlines()...)
	b = New(Options{Store: s, Reader: b.reader, Share: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Digest(ctx, daily(nil)); err == nil {
		t.Fatal("a cancelled digest is built")
	}
	if d := build(t, b, nil); len(d.Stories) == 0 {
		t.Error("the failure is remembered")
	}
}
