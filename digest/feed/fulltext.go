package feed

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/temoto/robotstxt"
)

// completeTexts replaces teasers by the main text of their pages, newest
// first, within the limits of the options. A page that cannot be had leaves
// the teaser: that is no failure of the source.
func (f *Fetcher) completeTexts(ctx context.Context, src digest.Source, r *Result) {
	if src.FullText == digest.FullTextNever || src.FullText == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, f.o.PageTime)
	defer cancel()
	left := f.o.Pages
	for i := range r.Articles {
		a := &r.Articles[i]
		if a.URL == "" || (src.FullText == digest.FullTextAuto && !IsTeaser(a.Body)) || f.isStored(ctx, a) {
			continue
		}
		if left--; left < 0 || ctx.Err() != nil {
			return
		}
		if err := f.completeText(ctx, a); err != nil {
			f.o.Log.Debug("full text", "source", src.Name, "host", hostOf(a.URL), "err", err)
		}
	}
}

// completeWithin is how long after its first sight the page of a stored
// teaser is still tried: a text that stays short is simply short.
const completeWithin = 2 * time.Hour

// isStored reports whether the whole text of an article is there already. Its
// teaser is then known to the store as a part of it.
func (f *Fetcher) isStored(ctx context.Context, a *digest.Article) bool {
	if f.o.Stored == nil {
		return false
	}
	address, err := digest.CanonicalURL(a.URL)
	if err != nil {
		return true // it will be refused anyway
	}
	old, err := f.o.Stored(ctx, address)
	return err == nil && old.Title == a.Title && (!IsTeaser(old.Body) || f.o.Now().Sub(old.Stored) > completeWithin)
}

// completeText fetches one page. Identity stays as the feed gave it: the
// canonical URL is taken over only where the id tells the article apart.
func (f *Fetcher) completeText(ctx context.Context, a *digest.Article) error {
	page, err := f.page(ctx, a.URL)
	if err != nil {
		return err
	}
	p := page.Article
	if len(p.Body) > len(a.Body)+len(a.Body)/4 {
		a.Body = p.Body
	}
	setDefault(&a.Author, p.Author)
	setDefault(&a.Lang, p.Lang)
	if a.Published.IsZero() {
		a.Published = p.Published
	}
	if a.GUID != "" && p.URL != "" {
		a.URL = p.URL
	}
	return nil
}

// page fetches an article's page where robots.txt lets it, one at a time per
// host with a pause, a longer one where robots.txt asks for that.
func (f *Fetcher) page(ctx context.Context, address string) (Page, error) {
	u, err := fetchable(address)
	if err != nil {
		return Page{}, err
	}
	if err := f.pages.enter(ctx, u.Host); err != nil {
		return Page{}, err
	}
	rules := f.rules(ctx, u)
	defer f.pages.leaveFor(u.Host, rules.delay())
	if !rules.allow(u) {
		return Page{}, digest.Errorf(digest.Forbidden, "%s asks programs not to read this page (robots.txt)", u.Hostname())
	}
	a, err := f.get(ctx, request{url: address, accept: acceptPage})
	if err == nil {
		err = statusError(a)
	}
	if err != nil {
		return Page{}, err
	}
	if final, err := url.Parse(a.url); err == nil && final.Host != u.Host && !f.rules(ctx, final).allow(final) {
		return Page{}, digest.Errorf(digest.Forbidden, "%s asks programs not to read this page (robots.txt)", final.Hostname())
	}
	return Extract(a.body, a.header.Get("Content-Type"), a.url)
}

// robotsName is the name under which robots.txt files address this program.
const robotsName = "daybrief"

// Robots files are kept for a day, as RFC 9309 section 2.4 allows, and for
// some minutes after a failure.
const (
	robotsLife    = 24 * time.Hour
	robotsRetry   = 15 * time.Minute
	maxRobots     = 1_000
	maxRobotsSize = 500 << 10 // RFC 9309 section 2.5
)

type robotsCache struct {
	now func() time.Time

	mu      sync.Mutex
	entries map[string]robotsEntry
}

type robotsEntry struct {
	data  *robotstxt.RobotsData // nil: everything is allowed
	until time.Time
}

func (c *robotsCache) get(key string) (robotsEntry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	return e, ok && c.now().Before(e.until)
}

// put keeps an entry, and makes room when there are too many by dropping any
// other: they are cheap to have again.
func (c *robotsCache) put(key string, e robotsEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.entries {
		if len(c.entries) < maxRobots {
			break
		}
		delete(c.entries, k)
	}
	c.entries[key] = e
}

// rules are those of the host's robots.txt.
func (f *Fetcher) rules(ctx context.Context, u *url.URL) robotsEntry {
	key := u.Scheme + "://" + u.Host
	e, ok := f.robots.get(key)
	if !ok {
		e = f.fetchRobots(ctx, key)
		f.robots.put(key, e)
	}
	return e
}

// allow reports whether an address may be read.
func (e robotsEntry) allow(u *url.URL) bool {
	return e.data == nil || e.data.TestAgent(pathOf(u), robotsName)
}

// maxCrawlDelay is the longest pause between two pages that a site gets by
// asking for it; some ask for hours. Pages that have to wait for more than
// Options.PageTime are read at the next poll.
const maxCrawlDelay = 30 * time.Second

// delay is the pause between two pages that the site asks for: Crawl-delay,
// which is in no standard and in many files.
func (e robotsEntry) delay() time.Duration {
	if e.data == nil {
		return 0
	}
	group := e.data.FindGroup(robotsName)
	if group == nil {
		return 0
	}
	return min(max(group.CrawlDelay, 0), maxCrawlDelay)
}

func pathOf(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}

// fetchRobots follows RFC 9309 section 2.3.1: no such file allows everything,
// a server that fails allows nothing until it is back.
func (f *Fetcher) fetchRobots(ctx context.Context, site string) robotsEntry {
	a, err := f.get(ctx, request{url: site + "/robots.txt", accept: "text/plain, */*;q=0.5"})
	if err != nil || a.status >= 500 {
		return robotsEntry{refuseAll(), f.o.Now().Add(robotsRetry)}
	}
	if a.status != http.StatusOK {
		return robotsEntry{nil, f.o.Now().Add(robotsLife)}
	}
	body, _ := decode(a.body[:min(len(a.body), maxRobotsSize)], a.header.Get("Content-Type"))
	data, err := robotstxt.FromString(strings.ToValidUTF8(string(body), ""))
	if err != nil {
		return robotsEntry{nil, f.o.Now().Add(robotsLife)}
	}
	return robotsEntry{data, f.o.Now().Add(robotsLife)}
}

func refuseAll() *robotstxt.RobotsData {
	data, err := robotstxt.FromString("User-agent: *\nDisallow: /\n")
	if err != nil {
		return nil
	}
	return data
}
