package feed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// What is asked for: feeds rather than pages, and pages rather than others.
const (
	acceptFeed = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
	acceptPage = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
)

// maxSitemaps is how many sitemaps of an index are read in one poll.
const maxSitemaps = 3

// Result is what one poll brought.
type Result struct {
	Articles []digest.Article // newest first as the feed has them; not clean yet, Source and Lang set
	Problems []string         // what was wrong and read around
	Outcome  Outcome
	// Moved is the new address of a source that has moved for good: seen three
	// times in a row. The caller saves it.
	Moved string

	before digest.SourceHealth
}

// Settle returns the health to save, once it is known how many of the
// articles were new.
func (r Result) Settle(added int) digest.SourceHealth {
	h := Settle(r.before, r.Outcome, added)
	if r.Moved != "" {
		h.MovedTo, h.MovedTimes = "", 0
	}
	return h
}

// Poll reads a source once. The error, one sentence, is also in
// Result.Outcome; the health from Result.Settle is to be saved either way.
// Only when ctx ended the reading there is nothing to save: then the error
// matches ctx.Err().
func (f *Fetcher) Poll(ctx context.Context, src digest.Source) (Result, error) {
	r := Result{before: src.Health}
	r.Outcome.At, r.Outcome.Seed = f.o.Now(), seedOf(src)
	var err error
	switch src.Kind {
	case digest.PathSource:
		err = f.pollPath(ctx, src, &r)
	case digest.FeedSource, digest.PageSource, "":
		err = f.pollWeb(ctx, src, &r)
	default:
		return r, digest.Errorf(digest.Invalid, "%s is not a source that can be read again", src.Name)
	}
	r.Outcome.Took, r.Outcome.Err = f.o.Now().Sub(r.Outcome.At), err
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	for i := range r.Articles {
		a := &r.Articles[i]
		a.Source = src.Name
		if src.Lang != "" {
			a.Lang = src.Lang
		}
	}
	r.settleDates(src.Kind, src.Health.LastSuccess.IsZero())
	r.measure(src.Health.LastSuccess)
	return r, err
}

func seedOf(src digest.Source) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(src.Name))
	return h.Sum64() ^ uint64(src.Health.LastTry.UnixNano())
}

// measure counts what the health needs of the articles' dates.
func (r *Result) measure(lastSuccess time.Time) {
	o := &r.Outcome
	o.Items = len(r.Articles)
	var delays []time.Duration
	for _, a := range r.Articles {
		age := o.At.Sub(a.Published)
		switch {
		case a.Published.IsZero():
			o.Undated++
			continue
		case age >= 0 && age <= 24*time.Hour:
			o.Recent++
		}
		if !lastSuccess.IsZero() && a.Published.After(lastSuccess) && age >= 0 {
			delays = append(delays, age)
		}
	}
	if len(delays) > 0 {
		slices.Sort(delays)
		o.Delay = delays[len(delays)/2]
	}
}

func (f *Fetcher) pollWeb(ctx context.Context, src digest.Source, r *Result) error {
	a, err := f.fetch(ctx, src, r)
	if err != nil || a.status == http.StatusNotModified || a.same {
		return err
	}
	if src.Kind == digest.PageSource {
		return r.readPage(a)
	}
	if err := f.readFeed(ctx, a, r); err != nil {
		return err
	}
	f.recognise(ctx, src, r)
	f.completeTexts(ctx, src, r)
	return nil
}

// recognise gives articles back the id under which they are stored where a
// feed makes up new ids at each reading: what has the address and the title
// of a stored article of this source is that article.
func (f *Fetcher) recognise(ctx context.Context, src digest.Source, r *Result) {
	if f.o.Stored == nil || src.Health.LastSuccess.IsZero() {
		return
	}
	for i := range r.Articles {
		a := &r.Articles[i]
		address, err := digest.CanonicalURL(a.URL)
		if a.GUID == "" || err != nil {
			continue
		}
		old, err := f.o.Stored(ctx, address)
		if err == nil && old.GUID != "" && old.Source == src.Name && old.Title == a.Title {
			a.GUID = old.GUID
		}
	}
}

// fetch gets the source's document and notes what the answer says about the
// next reading.
func (f *Fetcher) fetch(ctx context.Context, src digest.Source, r *Result) (answer, error) {
	leave, err := f.enter(ctx, hostOf(src.URL))
	if err != nil {
		return answer{}, err
	}
	defer leave()
	accept := acceptFeed
	if src.Kind == digest.PageSource {
		accept = acceptPage
	}
	etag, seen := splitState(src.Health.ETag)
	a, err := f.get(ctx, request{url: src.URL, etag: etag, lastModified: src.Health.LastModified, accept: accept})
	if err != nil {
		return a, err
	}
	o := &r.Outcome
	o.RetryAfter = retryAfter(a.header, o.At)
	o.MaxAge = maxAge(a.header)
	if err := statusError(a); err != nil {
		o.Gone = a.status == http.StatusGone
		return a, err
	}
	if a.status == http.StatusNotModified {
		o.ETag = joinState(orElse(a.header.Get("ETag"), etag), seen)
		o.LastModified = orElse(a.header.Get("Last-Modified"), src.Health.LastModified)
	} else {
		body := hashOf(a.body)
		o.ETag, o.LastModified = joinState(a.header.Get("ETag"), body), a.header.Get("Last-Modified")
		a.same = body == seen
	}
	if a.truncated { // half a document must not count as known
		o.ETag, o.LastModified = "", ""
		r.Problems = append(r.Problems, "the connection ended early; what came was read")
	}
	if a.permanent && len(a.redirects) > 0 {
		o.MovedTo = a.url
		if src.Health.MovedTo == a.url && src.Health.MovedTimes+1 >= movedAfter {
			r.Moved = a.url
		}
	}
	return a, nil
}

// stateMark divides the server's entity tag from a hash of the document in
// SourceHealth.ETag: many servers cannot say that nothing changed, and the
// hash spares reading the same document again. It stands in no entity tag
// (RFC 9110 section 8.8.3 allows no space).
const stateMark = " body="

func joinState(etag, hash string) string {
	if hash == "" {
		return etag
	}
	return etag + stateMark + hash
}

func splitState(state string) (etag, hash string) {
	etag, hash, _ = strings.Cut(state, stateMark)
	return etag, hash
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:12])
}

// statusError is a sentence for an answer that is neither the document nor
// "unchanged"; nil for those.
func statusError(a answer) error {
	host := hostOf(a.url)
	switch {
	case a.status == http.StatusOK || a.status == http.StatusNotModified:
		return nil
	case a.status == http.StatusGone:
		return digest.Errorf(digest.NotFound, "%s says that it is gone for good (410)", host)
	case a.status == http.StatusNotFound:
		return digest.Errorf(digest.NotFound, "%s has nothing at this address (404)", host)
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		return digest.Errorf(digest.Unavailable, "%s does not let this program read it (%d)", host, a.status)
	case a.status == http.StatusTooManyRequests:
		return digest.Errorf(digest.Unavailable, "%s asks to be read less often (429)", host)
	case a.status >= 500:
		return digest.Errorf(digest.Unavailable, "%s has a fault of its own (%d)", host, a.status)
	}
	return digest.Errorf(digest.Unavailable, "%s answered with status %d", host, a.status)
}

// retryAfter reads the header in both of its forms (RFC 9110 section 10.2.3),
// up to MaxInterval.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.Atoi(v); err == nil {
		return min(time.Duration(max(min(n, 1<<30), 0))*time.Second, MaxInterval)
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return min(t.Sub(now), MaxInterval)
	}
	return 0
}

// maxAge reads Cache-Control (RFC 9111), up to MaxInterval.
func maxAge(h http.Header) time.Duration {
	var age time.Duration
	for part := range strings.SplitSeq(strings.ToLower(h.Get("Cache-Control")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			if n, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil && n > 0 {
				age = min(time.Duration(min(n, 1<<30))*time.Second, MaxInterval)
			}
		}
	}
	return age
}

// readPage takes a page for one article that may change.
func (r *Result) readPage(a answer) error {
	page, err := Extract(a.body, a.header.Get("Content-Type"), a.url)
	if err != nil {
		return err
	}
	page.Article.GUID = a.url
	setDefault(&page.Article.URL, a.url)
	r.Articles = []digest.Article{page.Article}
	return nil
}

// readFeed parses the document, and the newest sitemaps of an index.
func (f *Fetcher) readFeed(ctx context.Context, a answer, r *Result) error {
	parsed, err := Parse(a.body, a.url, a.header.Get("Content-Type"))
	if err != nil {
		return notAFeed(a, err)
	}
	o := &r.Outcome
	o.TTL, o.SkipHours, o.SkipDays = parsed.TTL, parsed.SkipHours, parsed.SkipDays
	r.Articles, r.Problems = parsed.Articles, append(r.Problems, parsed.Problems...)
	if len(parsed.Children) > 0 { // what changes is in the sitemaps, not in their list
		o.ETag, o.LastModified = "", ""
	}
	for _, child := range parsed.Children[:min(len(parsed.Children), maxSitemaps)] {
		if err := f.readSitemap(ctx, child, r); err != nil {
			r.Problems = append(r.Problems, err.Error())
		}
	}
	if len(parsed.Children) > 0 && len(r.Articles) == 0 {
		return digest.Errorf(digest.Invalid, "none of the sitemaps in this index holds news")
	}
	return nil
}

func (f *Fetcher) readSitemap(ctx context.Context, address string, r *Result) error {
	a, err := f.get(ctx, request{url: address, accept: acceptFeed})
	if err == nil {
		err = statusError(a)
	}
	if err != nil {
		return err
	}
	parsed, err := Parse(a.body, a.url, a.header.Get("Content-Type"))
	r.Articles = append(r.Articles, parsed.Articles...)
	return err
}

// notAFeed adds to what is wrong with a document the feeds that it points to.
func notAFeed(a answer, err error) error {
	var e *digest.Error
	if !errors.As(err, &e) || !isHTML(a) {
		return err
	}
	e = digest.Errorf(digest.Invalid, "this is a web page, not a feed")
	if links := Discover(a.body, a.header.Get("Content-Type"), a.url); len(links) > 0 {
		return e.WithHint("It points to the feed %s", links[0].URL)
	}
	return e.WithHint("It points to no feed; it can be read as a page.")
}

func isHTML(a answer) bool {
	body := bytes.TrimSpace(a.body)
	return len(body) > 0 && body[0] == '<' && sniffMarkup(body) == formatHTML
}
