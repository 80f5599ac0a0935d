package feed

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Report explains what reading an address would bring.
type Report struct {
	URL         string           `json:"url"`   // as asked
	Final       string           `json:"final"` // where it was in the end
	Redirects   []string         `json:"redirects,omitempty"`
	Status      int              `json:"status,omitempty"`
	ContentType string           `json:"content_type,omitempty"`
	Charset     string           `json:"charset,omitempty"`
	Bytes       int              `json:"bytes"`
	Kind        string           `json:"kind,omitempty"` // "rss 2.0", …, "page"; "" when it cannot be read
	Title       string           `json:"title,omitempty"`
	Lang        string           `json:"lang,omitempty"`
	Country     string           `json:"country,omitempty"` // home country, told from the domain
	Items       int              `json:"items"`
	Undated     int              `json:"undated"`
	Teasers     int              `json:"teasers"` // items whose page would be fetched for its full text
	Newest      time.Time        `json:"newest,omitzero"`
	First       []string         `json:"first,omitempty"` // titles of the first items
	Feeds       []Link           `json:"feeds,omitempty"` // of a page: the feeds it points to
	Conditional bool             `json:"conditional"`     // the server answers "unchanged" where it is
	Next        time.Duration    `json:"next,omitempty"`  // until the second poll
	Problems    []string         `json:"problems,omitempty"`
	Error       string           `json:"error,omitempty"`
	Hint        string           `json:"hint,omitempty"`
	Timing      Timing           `json:"timing"`
	Articles    []digest.Article `json:"-"`
}

// Check reads an address once and says what a source there would bring, with
// timing. What goes wrong is in the report.
func (f *Fetcher) Check(ctx context.Context, address string) Report {
	rep := Report{URL: address}
	url, err := SourceURL(address)
	if err != nil {
		rep.URL = "" // it may carry a password
		rep.fail(err)
		return rep
	}
	rep.URL, rep.Country = url, CountryOf(url)
	leave, err := f.enter(ctx, hostOf(url))
	if err != nil {
		rep.fail(err)
		return rep
	}
	defer leave()
	at := f.o.Now()
	a, err := f.get(context.WithValue(ctx, wantTiming{}, true), request{url: url, accept: acceptFeed})
	rep.Final, rep.Redirects, rep.Status, rep.Timing, rep.Bytes = a.url, a.redirects, a.status, a.timing, len(a.body)
	if err == nil {
		err = statusError(a)
	}
	if err != nil {
		rep.fail(err)
		return rep
	}
	rep.ContentType = a.header.Get("Content-Type")
	rep.Conditional = a.header.Get("ETag") != "" || a.header.Get("Last-Modified") != ""
	if a.truncated {
		rep.Problems = append(rep.Problems, "the connection ended early")
	}
	f.explainBody(ctx, a, at, &rep)
	return rep
}

func (rep *Report) fail(err error) {
	rep.Error, rep.Hint = err.Error(), digest.HintOf(err)
}

func (f *Fetcher) explainBody(ctx context.Context, a answer, at time.Time, rep *Report) {
	if isHTML(a) {
		rep.explainPage(a)
		return
	}
	parsed, err := Parse(a.body, a.url, rep.ContentType)
	if err != nil {
		rep.fail(err)
		return
	}
	rep.Kind, rep.Title, rep.Lang, rep.Charset = parsed.Kind, parsed.Title, parsed.Lang, parsed.Charset
	r := Result{Outcome: Outcome{At: at, Took: a.timing.Total, MaxAge: maxAge(a.header)}}
	if err := f.readFeed(ctx, a, &r); err != nil {
		rep.fail(err)
		return
	}
	r.measure(time.Time{})
	rep.explainArticles(r.Articles)
	if len(r.Articles) == 0 {
		rep.Problems = append(rep.Problems, "it is a feed, and has no item now")
	}
	rep.Problems = append(rep.Problems, r.Problems...)
	rep.Next = r.Settle(len(r.Articles)).Next.Sub(at).Round(time.Minute)
}

func (rep *Report) explainArticles(articles []digest.Article) {
	const shown = 5
	rep.Articles, rep.Items = articles, len(articles)
	for i, a := range articles {
		if i < shown {
			rep.First = append(rep.First, cutAtWord(a.Title, titleLimit))
		}
		if a.Published.IsZero() {
			rep.Undated++
		}
		if IsTeaser(a.Body) {
			rep.Teasers++
		}
		if a.Published.After(rep.Newest) {
			rep.Newest = a.Published
		}
	}
}

func (rep *Report) explainPage(a answer) {
	rep.Kind = "page"
	rep.Feeds = Discover(a.body, rep.ContentType, a.url)
	page, err := Extract(a.body, rep.ContentType, a.url)
	if err != nil {
		rep.fail(err)
	} else {
		rep.Title, rep.Lang, rep.Charset = page.Article.Title, page.Lang, page.Charset
		rep.explainArticles([]digest.Article{page.Article})
	}
	if len(rep.Feeds) > 0 {
		rep.Hint = "This page points to the feed " + rep.Feeds[0].URL
	}
}

// Lines tells the report to a person.
func (rep Report) Lines() []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if rep.URL != "" {
		say("Read      %s", rep.URL)
	}
	for _, r := range rep.Redirects {
		say("          redirected: %s", r)
	}
	if rep.Status != 0 {
		say("Answer    %d %s, %s, %d bytes in %s", rep.Status, http.StatusText(rep.Status), rep.ContentType, rep.Bytes, rep.Timing)
	}
	if rep.Kind != "" {
		say("Kind      %s, %s, charset %s", rep.Kind, orElse(rep.Lang, "language not given"), rep.Charset)
		say("Title     %s", rep.Title)
		say("Items     %d, %d without a date, %d with a teaser only%s", rep.Items, rep.Undated, rep.Teasers, rep.newest())
	}
	for _, t := range rep.First {
		say("          · %s", t)
	}
	for _, l := range rep.Feeds {
		say("Feed      %s %s", l.URL, l.Title)
	}
	for _, p := range rep.Problems {
		say("Problem   %s", p)
	}
	if rep.Next > 0 {
		say("Polling   again after %s; %s", rep.Next, conditional(rep.Conditional))
	}
	if rep.Error != "" {
		say("Error     %s", rep.Error)
	}
	if rep.Hint != "" {
		say("Hint      %s", rep.Hint)
	}
	return out
}

func (rep Report) newest() string {
	if rep.Newest.IsZero() {
		return ""
	}
	return ", newest " + rep.Newest.Format("2006-01-02 15:04 UTC")
}

func conditional(ok bool) string {
	if ok {
		return "the server can say that nothing changed"
	}
	return "the server cannot say that nothing changed, so the whole is read each time"
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// String tells where the time went.
func (t Timing) String() string {
	ms := func(d time.Duration) string { return d.Round(time.Millisecond).String() }
	return fmt.Sprintf("%s (name %s, connection %s, TLS %s, first byte %s)", ms(t.Total), ms(t.DNS), ms(t.Connect), ms(t.TLS), ms(t.FirstByte))
}
