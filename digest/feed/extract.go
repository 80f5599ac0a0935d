package feed

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/daybrief/daybrief/digest"
	trafilatura "github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/publicsuffix"
)

// maxPage is the largest page whose main text is looked for, in bytes of
// UTF-8. Longer ones are cut: no article is that long, and the time it takes
// grows with the size.
const maxPage = 4 << 20

// Page is what a web page says.
type Page struct {
	Article digest.Article // main text, title, author, published time, language, canonical URL
	Site    string         // the site's name; may be empty
	Lang    string         // as the page claims it; the article has it only where it is meant
	Feeds   []Link         // feeds that the page declares
	Charset string         // the encoding it was in
}

// Link is an address that a page points to.
type Link struct {
	URL   string
	Title string
	Type  string // media type
}

// Extract finds the main text of a page. The address, where it is known,
// resolves relative links; a canonical URL that the page claims is believed
// within the same site only. A page without any title and text is an Invalid
// error.
func Extract(data []byte, contentType, address string) (page Page, err error) {
	defer recoverTo(&err, "this page cannot be read")
	text, charset := decode(data, contentType)
	doc, err := html.Parse(bytes.NewReader(text[:min(len(text), maxPage)]))
	if err != nil {
		return Page{}, digest.Errorf(digest.Invalid, "this page cannot be read: %w", err)
	}
	base, _ := url.Parse(address)
	head := readHead(doc, base)
	page = Page{Lang: head.lang, Feeds: head.feeds, Charset: charset}
	page.Article, page.Site = mainText(doc, base, head)
	if page.Article.Title == "" {
		page.Article.Title = titleFrom(page.Article.Body)
	}
	if page.Article.Title == "" {
		return page, digest.Errorf(digest.Invalid, "this page has no text")
	}
	return page, nil
}

// recoverTo turns a panic of a parser into an error. Parsers of markup that
// others wrote meet input that nobody foresaw, and one page must not end the
// program.
func recoverTo(err *error, what string) {
	if r := recover(); r != nil {
		*err = digest.Errorf(digest.Invalid, "%s: %w", what, fmt.Errorf("parser: %v", r))
	}
}

func mainText(doc *html.Node, base *url.URL, head pageHead) (digest.Article, string) {
	a := digest.Article{Title: head.title, URL: head.canonical, Author: head.author, Published: head.published, Lang: claimedLang(head.lang)}
	result, err := extractMain(doc, base)
	if err != nil {
		a.Body = visibleText(doc)
		return a, head.site
	}
	m := result.Metadata
	if t := plainLine(m.Title); t != "" {
		a.Title = t
	}
	if a.Author == "" {
		a.Author = plainLine(m.Author)
	}
	if a.Published.IsZero() && m.Date.Year() >= oldestYear {
		a.Published = m.Date.UTC()
	}
	a.Body = strings.TrimSpace(strings.TrimPrefix(nodeText(result.ContentNode), a.Title))
	if all := visibleText(doc); len(all) < len(a.Body) {
		a.Body = all // of a very short page the extractor repeats parts
	}
	site := head.site
	if site == "" && !strings.Contains(m.Sitename, ".") { // with a dot it is the host again
		site = plainLine(m.Sitename)
	}
	return a, site
}

// extractMain runs the extractor in its balanced mode with its second
// opinions, and without comments. Dates are looked for in the fast mode: the
// extensive one tries dozens of languages' patterns on every string.
func extractMain(doc *html.Node, base *url.URL) (result *trafilatura.ExtractResult, err error) {
	defer recoverTo(&err, "no main text")
	result, err = trafilatura.ExtractDocument(doc, trafilatura.Options{
		OriginalURL: base, EnableFallback: true, ExcludeComments: true, HtmlDateMode: trafilatura.Fast,
	})
	if err == nil && (result == nil || result.ContentNode == nil) {
		err = errors.New("no main text")
	}
	return result, err
}

// nodeText renders a tree as plainText does a fragment.
func nodeText(n *html.Node) string {
	var b bytes.Buffer
	if n == nil || html.Render(&b, n) != nil {
		return ""
	}
	return plainText(b.String())
}

// visibleText is all text of a page, for pages without a main part.
func visibleText(doc *html.Node) string {
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Body {
			return nodeText(n)
		}
	}
	return nodeText(doc)
}

// pageHead is what a page says about itself in its own words.
type pageHead struct {
	title, site, author, lang, canonical string
	published                            time.Time
	feeds                                []Link
}

var datePublished = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"datePublished"\s*:\s*"([^"]{8,40})"`) })

func readHead(doc *html.Node, base *url.URL) pageHead {
	var h pageHead
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			h.lang, _ = readLang(attr(n, "lang"))
		case atom.Title:
			if h.title == "" && n.FirstChild != nil {
				h.title = plainLine(n.FirstChild.Data)
			}
		case atom.Meta:
			h.meta(n)
		case atom.Link:
			h.link(n, base)
		case atom.Script:
			if n.FirstChild != nil && h.published.IsZero() && strings.Contains(attr(n, "type"), "ld+json") {
				if m := datePublished().FindStringSubmatch(n.FirstChild.Data); m != nil {
					h.published = usable(readTime(m[1]))
				}
			}
		}
	}
	return h
}

func (h *pageHead) meta(n *html.Node) {
	name, content := attr(n, "property"), attr(n, "content")
	if name == "" {
		name = attr(n, "name")
	}
	switch strings.ToLower(name) {
	case "og:site_name":
		h.site = plainLine(content)
	case "og:title":
		h.title = plainLine(content)
	case "author":
		h.author = plainLine(content)
	case "article:published_time":
		h.published = usable(readTime(content))
	}
}

func (h *pageHead) link(n *html.Node, base *url.URL) {
	href := resolve(base, attr(n, "href"))
	rel := " " + strings.ToLower(attr(n, "rel")) + " "
	kind := strings.ToLower(attr(n, "type"))
	switch {
	case href == "":
	case strings.Contains(rel, " canonical ") && sameSite(href, base):
		h.canonical = href
	case strings.Contains(rel, " alternate ") && isFeedType(kind):
		h.feeds = append(h.feeds, Link{href, plainLine(attr(n, "title")), kind})
	}
}

func isFeedType(mediaType string) bool {
	switch mediaType {
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/x-rss+xml", "text/rss+xml":
		return true
	}
	return false
}

// resolve returns an absolute http or https address, or "".
func resolve(base *url.URL, ref string) string {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || ref == "" {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.String()
}

// sameSite reports whether an address belongs to the registered domain of
// base: otherwise a page could take the place of another site's article. With
// no base, as in a file, there is nothing to protect.
func sameSite(address string, base *url.URL) bool {
	if base == nil || base.Host == "" {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && domainOf(u.Hostname()) == domainOf(base.Hostname())
}

func domainOf(host string) string {
	if d, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(host)); err == nil {
		return d
	}
	return strings.ToLower(host)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// oldestYear is the first year that a date on the web can honestly bear.
// Older ones are clocks at zero.
const oldestYear = 1990

// usable drops times that cannot be meant.
func usable(t time.Time, err error) time.Time {
	if err != nil || t.Year() < oldestYear || t.Year() > 9000 {
		return time.Time{}
	}
	return t.UTC()
}
