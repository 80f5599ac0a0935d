package feed_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

// A plain-text news page: an article without a headline, then headlines. What
// cannot be read is an error with its place, and reading goes on.
func ExampleReadStream() {
	const page = `The port authority will close two of its five berths for repairs from Monday, it said in a statement to shippers on Thursday. Work is due to end in May.


Grain Prices Rise as Exporters Look North
Rail Union Calls Off Strike
`
	for a, err := range feed.ReadStream(strings.NewReader(page), "page.txt", feed.ReadOptions{}) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(a.Title)
	}
	// Output:
	// The port authority will close two of its five berths for repairs from Monday, it said in a statement to shippers on…
	// Grain Prices Rise as Exporters Look North
	// Rail Union Calls Off Strike
}

// A feed that breaks off is read as far as it goes.
func ExampleParse() {
	const text = `<rss version="2.0"><channel><title>Harbour Wire</title>
		<item><title>Bridge opens</title><link>/bridge</link></item>
		<item><title>Ferry ret`
	f, err := feed.Parse([]byte(text), "https://news.example.org/feed", "application/rss+xml")
	fmt.Println(err)
	for _, a := range f.Articles {
		fmt.Println(a.Title, a.URL)
	}
	// Output:
	// <nil>
	// Bridge opens https://news.example.org/bridge
}

// Each failure doubles the wait; the operator is told once, after the third.
func ExampleSettle() {
	h := digest.SourceHealth{Interval: 30 * time.Minute}
	now := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	for range 3 {
		h = feed.Settle(h, feed.Outcome{At: now, Err: fmt.Errorf("news.example.org has a fault of its own (500)")}, 0)
		fmt.Println(h.State, h.Failures, h.Next.Sub(now).Round(30*time.Minute), feed.MustTell(h))
		now = h.Next
	}
	// Output:
	// failing 1 30m0s false
	// failing 2 1h0m0s false
	// failing 3 2h0m0s true
}
