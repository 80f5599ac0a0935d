// Package digesttest has valid samples of the domain's words for tests, with
// fixed times, so that a test states only how its case differs; a clock that
// moves when told to; and made-up articles in any number for benchmarks.
//
// Nothing here is random or reads the time: the same call gives the same
// value.
package digesttest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Now is the time at which the samples live: a Tuesday morning in Seoul, the
// evening before in New York.
func Now() time.Time { return time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC) }

// Clock is a clock that stands still until it is moved. It is safe for
// concurrent use.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock returns a clock that shows t, or Now where t is zero.
func NewClock(t time.Time) *Clock {
	if t.IsZero() {
		t = Now()
	}
	return &Clock{t: t}
}

// Now returns what the clock shows; it is what takes a `now func() time.Time`.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Advance moves the clock on and returns what it shows then.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	return c.t
}

// Set moves the clock to a time, back too.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// Article returns article number n, from 1: its address, title and source
// differ with n, and it was published n minutes before Now and seen a minute
// later. change, which may be nil, states the difference.
func Article(n int, change func(*digest.Article)) digest.Article {
	a := digest.Article{
		URL:       fmt.Sprintf("https://news.example/world/%d", n),
		Title:     fmt.Sprintf("Seoul and Washington agree on tariffs, round %d", n),
		Body:      fmt.Sprintf("Negotiators settled round %d on Monday. Tariffs on cars fall to 15 percent.\n\nBoth sides praised the deal.", n),
		Author:    "A. Writer",
		Source:    fmt.Sprintf("Example Times %d", n%5),
		Published: Now().Add(-time.Duration(n) * time.Minute),
		Stored:    Now().Add(-time.Duration(n)*time.Minute + time.Minute),
		Lang:      "en",
		Countries: []digest.Tag{{Slug: "KR", Weight: 0.9, Why: []string{"title: Seoul"}}, {Slug: "US", Weight: 0.7, Why: []string{"title: Washington"}}},
		Topics:    []digest.Tag{{Slug: "trade", Weight: 0.95, Why: []string{"title: tariffs"}}},
	}
	if change != nil {
		change(&a)
	}
	return a
}

// Entry returns article n as an entry, with its words split at spaces and
// lower case for its terms. It is no analysis, and does for a test of storing.
func Entry(n int, change func(*digest.Article)) digest.Entry {
	a := Article(n, change)
	title, body := Terms(&a)
	return digest.Entry{Article: a, TitleTerms: title, BodyTerms: body, Features: []byte(a.Title)}
}

// Terms splits an article's words at what is neither letter nor digit.
func Terms(a *digest.Article) (title, body []string) {
	split := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < '0' || r > '9' && r < 'a' || r > 'z' && r < 0x80 })
	}
	return split(a.Title), split(a.Body)
}

// Source returns source number n: a feed that is due at once.
func Source(n int, change func(*digest.Source)) digest.Source {
	s := digest.Source{
		Name:     fmt.Sprintf("Example Times %d", n),
		URL:      fmt.Sprintf("https://news.example/feed/%d.xml", n),
		Kind:     digest.FeedSource,
		Country:  "GB",
		Lang:     "en",
		Topics:   []string{"trade"},
		FullText: digest.FullTextAuto,
		From:     "config",
		Health:   digest.SourceHealth{State: digest.SourceNew},
	}
	if change != nil {
		change(&s)
	}
	return s
}

// Story returns story id of three articles from two sources.
func Story(id int64, change func(*digest.Story)) digest.Story {
	s := digest.Story{
		ID:        id,
		Title:     fmt.Sprintf("Seoul and Washington agree on tariffs, round %d", id),
		First:     Now().Add(-3 * time.Hour),
		Last:      Now().Add(-time.Hour),
		Articles:  3,
		Sources:   2,
		Countries: []digest.Tag{{Slug: "KR", Weight: 0.9}, {Slug: "US", Weight: 0.7}},
		Topics:    []digest.Tag{{Slug: "trade", Weight: 0.95}},
	}
	if change != nil {
		change(&s)
	}
	return s
}

// Destinations of the samples.
func Destinations() (slack, discord, direct digest.Destination) {
	return digest.Destination{Platform: "slack", Workspace: "T0EXAMPLE", Channel: "C0123ABC"},
		digest.Destination{Platform: "discord", Workspace: "998877665544332211", Channel: "112233445566778899"},
		digest.Destination{Platform: "slack", Workspace: "T0EXAMPLE", Channel: "U042", Direct: true}
}

// Person is who owns the sample subscriptions.
func Person() digest.Person {
	return digest.Person{Platform: "slack", Workspace: "T0EXAMPLE", ID: "U042", Name: "Kim"}
}

// Subscription returns an active one for the Slack channel, every weekday at
// 08:00 in Seoul, due at Now.
func Subscription(change func(*digest.Subscription)) digest.Subscription {
	slack, _, _ := Destinations()
	s := digest.Subscription{
		Kind:        digest.DigestKind,
		Name:        "Korea desk",
		Query:       "korea-trade",
		Destination: slack,
		Schedule:    "0 8 * * 1-5",
		Zone:        "Asia/Seoul",
		Format:      digest.Compact,
		Length:      7,
		CatchUp:     6 * time.Hour,
		Lang:        "en",
		Owner:       Person(),
		From:        "command",
		Created:     Now().Add(-48 * time.Hour),
		NextRun:     Now(),
		State:       digest.Active,
	}
	if change != nil {
		change(&s)
	}
	return s
}

// Plan returns what one run of a subscription writes: an edition of the slot
// it is due for, in as many parts as asked, each to its destination, and the
// next run a day later.
func Plan(sub digest.Subscription, parts int, change func(*digest.EditionPlan)) digest.EditionPlan {
	zone, err := time.LoadLocation(sub.Zone)
	if err != nil {
		zone = time.UTC
	}
	p := digest.EditionPlan{
		Edition: digest.Edition{
			SubscriptionID: sub.ID,
			Slot:           sub.NextRun.In(zone).Format(digest.SlotFormat),
			Scheduled:      sub.NextRun,
			Built:          sub.NextRun.Add(time.Second),
			Title:          sub.Name,
			Content:        []byte(`{"title":[{"text":"Korea desk"}]}`),
			Stories:        []digest.Told{{StoryID: 1, Articles: 3, Sources: 2}, {StoryID: 2, Articles: 1, Sources: 1}},
		},
		NextRun: sub.NextRun.Add(24 * time.Hour),
	}
	for i := range parts {
		p.Deliveries = append(p.Deliveries, digest.Delivery{
			Destination: sub.Destination,
			Part:        i,
			Parts:       parts,
			Payload:     fmt.Appendf(nil, `{"text":"part %d"}`, i),
			State:       digest.Pending,
			NotBefore:   sub.NextRun,
			Deadline:    sub.NextRun.Add(6 * time.Hour),
			Updated:     sub.NextRun,
		})
	}
	if change != nil {
		change(&p)
	}
	return p
}
