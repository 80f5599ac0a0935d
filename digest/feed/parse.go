package feed

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/rss"
)

// maxItems is how many articles of one feed are read; the rest is counted as
// a problem. Real feeds have 10 to 300.
const maxItems = 2_000

// Feed is a feed document as read.
type Feed struct {
	Kind     string // "rss 2.0", "atom 1.0", "json feed 1.1", "news sitemap", "sitemap index"
	Title    string // plain text; may be empty
	Home     string // address of the site; may be empty
	Lang     string // BCP 47; "" when it does not say
	Charset  string // the encoding it was in
	Articles []digest.Article
	Problems []string // what was wrong and read around, one sentence each

	TTL       time.Duration  // RSS ttl: how long it may be kept; 0 when it does not say
	SkipHours []int          // RSS skipHours: hours, UTC, in which it does not change
	SkipDays  []time.Weekday // RSS skipDays
	Children  []string       // of a sitemap index: addresses of sitemaps, latest first
}

// Parse reads RSS 0.9x to 2.0, RDF, Atom, JSON Feed and news sitemaps. The
// base URL resolves relative links; the content type gives the charset. A
// broken document is read as far as it goes and says so in Problems; one
// without anything to read is an Invalid error.
func Parse(data []byte, baseURL, contentType string) (f Feed, err error) {
	defer recoverTo(&err, "this feed cannot be read")
	text, charset := decode(data, contentType)
	text = bytes.TrimSpace(text)
	base, _ := url.Parse(baseURL)
	switch {
	case len(text) == 0:
		return Feed{}, digest.Errorf(digest.Invalid, "the document is empty")
	case text[0] == '{':
		f, err = parseJSONFeed(text, base)
	default:
		f, err = parseXML(text, base)
	}
	if err != nil {
		return Feed{}, err
	}
	f.Charset = charset
	f.Articles = settleIdentities(f.Articles)
	return f, nil
}

func parseXML(text []byte, base *url.URL) (Feed, error) {
	text = dropProlog(text)
	if err := checkXML(text); err != nil {
		return Feed{}, err
	}
	switch rootOf(text) {
	case "urlset", "sitemapindex":
		return parseSitemap(text)
	case "rss", "rdf", "feed":
		return parseSyndication(text, base)
	case "entry": // an Atom entry document (RFC 4287 section 2)
		return parseSyndication(within(text, `<feed xmlns="http://www.w3.org/2005/Atom">`, "</feed>"), base)
	case "channel":
		return parseChannel(text, base)
	case "html":
		return Feed{}, digest.Errorf(digest.Invalid, "this is a web page, not a feed")
	case "opml":
		return Feed{}, digest.Errorf(digest.Invalid, "this is a list of feeds (OPML), not a feed").
			WithHint("Add its feeds with: daybrief sources import FILE.opml")
	}
	return Feed{}, noFeed(text)
}

// noFeed says what a document is that is no feed.
func noFeed(text []byte) error {
	if root := rootOf(text); root != "" {
		return digest.Errorf(digest.Invalid, "this is XML of another kind, <%s>, and not a feed", cutAtWord(root, 40))
	}
	kind, _, _ := strings.Cut(http.DetectContentType(text), ";")
	if kind == "text/plain" || kind == "application/octet-stream" {
		return digest.Errorf(digest.Invalid, "this is not a feed that can be read")
	}
	return digest.Errorf(digest.Invalid, "this is %s, and not a feed", kind)
}

// within puts a document into another element.
func within(text []byte, open, end string) []byte {
	return slices.Concat([]byte(open), text, []byte(end))
}

// parseChannel reads a document that begins with a channel: RSS without its
// root, or RSS 1.1 (http://purl.org/net/rss1.1), whose items are in a list.
func parseChannel(text []byte, base *url.URL) (Feed, error) {
	if cdfItem().Match(text) {
		return Feed{}, digest.Errorf(digest.Invalid, "this is a channel in the Channel Definition Format (CDF), which no program writes any more").
			WithHint("Look on the site for an RSS or Atom feed.")
	}
	if bytes.Contains(text[:min(len(text), 4096)], []byte("purl.org/net/rss1.1#")) {
		plain := rss11Frame().ReplaceAll(text, nil)
		f, err := parseSyndication(within(plain, `<rss version="2.0"><channel>`, "</channel></rss>"), base)
		f.Kind = "rss 1.1"
		return f, err
	}
	return parseSyndication(within(text, `<rss version="2.0">`, "</rss>"), base)
}

var (
	// An item of CDF carries its address as an attribute.
	cdfItem = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)<item\s[^>]*href\s*=`) })
	// What stands around the items of RSS 1.1.
	rss11Frame = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`</?(?:[A-Za-z_][\w.-]*:)?(?:Channel|items)(?:\s[^<>]*)?/?>`)
	})
)

// dropProlog cuts what stands before the root: text that a broken server put
// there, the XML declaration (the text is UTF-8 by now, and "version 1.1"
// would be refused).
func dropProlog(text []byte) []byte {
	head := text[:min(len(text), 4096)]
	if i := bytes.Index(head, []byte("<?xml")); i >= 0 {
		if j := bytes.Index(head[i:], []byte("?>")); j >= 0 {
			return bytes.TrimSpace(text[i+j+2:])
		}
	}
	if i := bytes.IndexByte(head, '<'); i > 0 {
		return text[i:]
	}
	return text
}

var rootElement = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]`) })

// rootOf returns the local name of the first element, lower case.
func rootOf(text []byte) string {
	if m := rootElement().FindSubmatch(withoutComments(text[:min(len(text), 64<<10)])); m != nil {
		return strings.ToLower(string(m[1]))
	}
	return ""
}

var xmlComment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)<!--.*?-->`) })

func withoutComments(text []byte) []byte { return xmlComment().ReplaceAll(text, nil) }

// parseSyndication reads RSS, RDF and Atom. What gofeed refuses is rebuilt
// from its items and read again.
func parseSyndication(text []byte, base *url.URL) (Feed, error) {
	parsed, problems, err := syndication(text)
	if err != nil {
		return Feed{}, err
	}
	f := Feed{
		Kind: strings.TrimSpace(parsed.FeedType + " " + parsed.FeedVersion), Title: plainLine(parsed.Title),
		Home: resolve(base, parsed.Link), Problems: problems,
	}
	f.Lang, _ = readLang(parsed.Language)
	if original, ok := parsed.OriginalFeed().(*rss.Feed); ok {
		f.TTL, f.SkipHours, f.SkipDays = rssTiming(original)
	}
	addItems(&f, parsed.Items, itemBase(base, f.Home))
	return f, nil
}

func syndication(text []byte) (*gofeed.Feed, []string, error) {
	// The same time in a form that gofeed tries early: before the common one it
	// tries some eighty others, a third of all the time that it takes.
	text = bytes.ReplaceAll(text, []byte(" GMT</pubDate>"), []byte(" +0000</pubDate>"))
	p := gofeed.NewParser()
	p.KeepOriginalFeed = true
	parsed, err := p.Parse(bytes.NewReader(text))
	if err == nil && len(parsed.Items) == 0 && rootOf(text) == "feed" && itemStart().Match(text) {
		parsed, err = p.Parse(bytes.NewReader(inAtom(text)))
	}
	if err == nil {
		return parsed, nil, nil
	}
	rebuilt, problem := salvage(text)
	if rebuilt != nil {
		if again, err := p.Parse(bytes.NewReader(rebuilt)); err == nil && len(again.Items) > 0 {
			return again, []string{problem}, nil
		}
	}
	return nil, nil, digest.Errorf(digest.Invalid, "the feed is broken and nothing in it can be read: %w", err)
}

var xmlns = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\sxmlns\s*=\s*(?:"[^"]*"|'[^']*')`) })

// inAtom puts a feed into the namespace of Atom. What some have in its place
// is misspelt, and their entries would be passed over.
func inAtom(text []byte) []byte {
	at := rootTag().FindIndex(text)
	if at == nil {
		return text
	}
	root := xmlns().ReplaceAllLiteral(text[at[0]:at[1]], []byte(` xmlns="http://www.w3.org/2005/Atom"`))
	return slices.Concat(text[:at[0]], root, text[at[1]:])
}

// itemBase is what relative links of items are resolved against: where the
// feed was read, else the site it names.
func itemBase(base *url.URL, home string) *url.URL {
	if base != nil && base.Host != "" {
		return base
	}
	u, _ := url.Parse(home)
	return u
}

func rssTiming(r *rss.Feed) (ttl time.Duration, hours []int, days []time.Weekday) {
	if n, err := strconv.Atoi(strings.TrimSpace(r.TTL)); err == nil && n > 0 && n <= 7*24*60 {
		ttl = time.Duration(n) * time.Minute
	}
	for _, s := range r.SkipHours {
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n >= 0 && n <= 24 {
			hours = append(hours, n%24) // some count 1 to 24
		}
	}
	for _, s := range r.SkipDays {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(strings.TrimSpace(s), d.String()) {
				days = append(days, d)
			}
		}
	}
	return ttl, hours, days
}

func addItems(f *Feed, items []*gofeed.Item, base *url.URL) {
	empty := 0
	for i, item := range items {
		if i == maxItems {
			f.Problems = append(f.Problems, "it has "+strconv.Itoa(len(items))+" items; the first "+strconv.Itoa(maxItems)+" were read")
			break
		}
		a := itemArticle(item, base)
		a.Lang = claimedLang(f.Lang)
		if a.Title == "" {
			empty++
			continue
		}
		f.Articles = append(f.Articles, a)
	}
	if empty > 0 {
		f.Problems = append(f.Problems, plural(empty, "item has", "items have")+" neither title nor text")
	}
}

// claimedLang is the language that a feed or page claims, where it means it:
// programs that publish claim English unless someone changes that, so English
// is left to the analysis of the text.
func claimedLang(lang string) string {
	if lang == "en" || strings.HasPrefix(lang, "en-") {
		return ""
	}
	return lang
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// itemArticle turns one item into an article; its Title is empty when there
// is nothing to show.
func itemArticle(item *gofeed.Item, base *url.URL) digest.Article {
	a := digest.Article{
		GUID: strings.TrimSpace(item.GUID), URL: resolve(base, item.Link), Title: plainLine(item.Title), Body: itemBody(item),
		Published: itemTime(item),
	}
	if len(item.Authors) > 0 && item.Authors[0] != nil {
		a.Author = plainLine(item.Authors[0].Name)
	}
	if a.URL == "" && isWebAddress(a.GUID) {
		a.URL = a.GUID
	}
	if a.Title == "" {
		a.Title = titleFrom(a.Body)
	}
	if a.Body == a.Title {
		a.Body = ""
	}
	return a
}

func isWebAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// itemTime is the published time, else the updated time; zero when neither
// can be meant.
func itemTime(item *gofeed.Item) time.Time {
	for _, t := range []*time.Time{item.PublishedParsed, item.UpdatedParsed} {
		if t != nil {
			if u := usable(*t, nil); !u.IsZero() {
				return u
			}
		}
	}
	for _, s := range []string{item.Published, item.Updated} {
		if t := usable(readTime(s)); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// itemBody is the longer of content and description, without the lines that
// publishing programs add.
func itemBody(item *gofeed.Item) string {
	body := plainText(item.Content)
	if d := plainText(item.Description); len(d) > len(body) {
		body = d
	}
	if body == "" {
		body = plainText(mediaText(item))
	}
	return dropBoilerplate(body)
}

// mediaText is the description of Media RSS (media:description), which video
// feeds have in place of their own.
func mediaText(item *gofeed.Item) string {
	media := item.Extensions["media"]
	for _, e := range media["description"] {
		return e.Value
	}
	for _, group := range media["group"] {
		for _, e := range group.Children["description"] {
			return e.Value
		}
	}
	return ""
}

var boilerplate = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:the post .* (?:appeared first on|first appeared on) .*|(?:continue reading|read (?:the )?(?:more|full (?:story|article)))\b.{0,80})$`)
})

// dropBoilerplate removes "Read more" and "The post … appeared first on …"
// from the end.
func dropBoilerplate(body string) string {
	for {
		i := strings.LastIndexByte(body, '\n')
		last := body[i+1:]
		if last == "" || !boilerplate().MatchString(last) {
			return body
		}
		body = strings.TrimSpace(body[:max(i, 0)])
	}
}

// IsTeaser reports whether a body is the opening of a longer text.
func IsTeaser(body string) bool {
	end := strings.TrimRight(body, " ])")
	return width(body) < 600 || strings.HasSuffix(end, "…") || strings.HasSuffix(end, "...")
}
