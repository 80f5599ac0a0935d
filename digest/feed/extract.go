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
	"unicode"
	"unicode/utf8"

	readability "codeberg.org/readeck/go-readability/v2"
	"github.com/daybrief/daybrief/digest"
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

// mainText fills an article from the page's main part, or from all that can
// be seen of it where no part stands out.
func mainText(doc *html.Node, base *url.URL, head pageHead) (digest.Article, string) {
	a := digest.Article{Title: head.title, URL: head.canonical, Author: head.author, Published: head.published, Lang: claimedLang(head.lang)}
	all := visibleText(doc)
	main, err := extractMain(doc, base)
	if err != nil {
		a.Body = all
		a.Title = withoutSite(orElse(a.Title, head.window), head.site, base)
		return a, head.site
	}
	setDefault(&a.Title, orElse(plainLine(main.Title()), head.window))
	setDefault(&a.Author, plainLine(main.Byline()))
	if t := usable(main.PublishedTime()); !t.IsZero() && head.weight < byTimeElement {
		a.Published = t
	}
	a.Body = strings.TrimSpace(strings.TrimPrefix(articleText(main.Node), a.Title))
	if a.Body == "" {
		a.Body = all
	}
	site := orElse(head.site, plainLine(main.SiteName()))
	a.Title, a.Author = withoutSite(head.headline(a.Title), site, base), cleanByline(a.Author)
	return a, site
}

// headline prefers the page's heading to a title that is the heading and the
// site's name.
func (h *pageHead) headline(title string) string {
	rest, ok := strings.CutPrefix(title, h.heading)
	if rest = strings.TrimSpace(rest); !ok || h.heading == "" || rest == "" {
		return title
	}
	if r, _ := utf8.DecodeRuneInString(rest); strings.ContainsRune(titleMarks, r) {
		return h.heading
	}
	return title
}

var byWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^by[:\s]\s*`) })

// cleanByline cuts "By" and the date from where an author's name should be.
func cleanByline(s string) string {
	s = byWord().ReplaceAllString(s, "")
	if i := strings.IndexFunc(s, unicode.IsDigit); i > 0 {
		s = s[:i]
	}
	return strings.Trim(s, " ,|·-–—")
}

// titleMarks stand between a title and the site's name.
const titleMarks = "|｜-–—:·•«»‹›"

// withoutSite cuts the site's name from either end of a title: "Bridge opens |
// Harbour Wire", "Harbour Wire - Bridge opens". Where the page does not say
// its name, that of its host is it ("harbourwire" of www.harbourwire.example).
func withoutSite(title, site string, base *url.URL) string {
	names := []string{site}
	if base != nil {
		label, _, _ := strings.Cut(domainOf(base.Hostname()), ".")
		names = append(names, label)
	}
	first, last := titleEnds(title)
	for _, name := range names {
		if rest := title[:last.start]; last.start > 0 && plainName(rest) != "" && isSiteName(title[last.end:], name, true) {
			return strings.TrimSpace(rest)
		}
		if rest := title[first.end:]; first.start > 0 && plainName(rest) != "" && isSiteName(title[:first.start], name, false) {
			return strings.TrimSpace(rest)
		}
	}
	return title
}

type span struct{ start, end int }

// titleEnds finds the first and the last mark with a space on both sides;
// their start is 0 when there is none.
func titleEnds(title string) (first, last span) {
	for i, r := range title {
		end := i + utf8.RuneLen(r)
		if i == 0 || !strings.ContainsRune(titleMarks, r) || !strings.HasPrefix(title[end:], " ") || title[i-1] != ' ' {
			continue
		}
		last = span{i, end}
		if first.start == 0 {
			first = last
		}
	}
	return first, last
}

// isSiteName reports whether a part of a title is the site's name; at the end
// of a title also its beginning ("Harbour Wire" of "Harbour Wire News") or
// more than it.
func isSiteName(part, name string, loose bool) bool {
	part, name = plainName(part), plainName(name)
	if part == "" || name == "" {
		return false
	}
	return part == name || (loose && len(part) > 3 && len(name) > 3 && (strings.HasPrefix(name, part) || strings.HasPrefix(part, name)))
}

// plainName keeps letters and digits, lower case: sites write their names
// with and without spaces.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// extractMain keeps classes, which tell the frame from the text.
func extractMain(doc *html.Node, base *url.URL) (main readability.Article, err error) {
	defer recoverTo(&err, "no main text")
	p := readability.NewParser()
	p.KeepClasses = true
	main, err = p.ParseDocument(doc, base)
	if err == nil && main.Node == nil {
		err = errors.New("no main text")
	}
	return main, err
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
	window                               string    // the title element, often with the site's name
	heading                              string    // the first h1
	published                            time.Time // by the most reliable of what tells it
	weight                               int       // how reliable that is
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
			if h.window == "" && n.FirstChild != nil {
				h.window = plainLine(n.FirstChild.Data)
			}
		case atom.H1:
			setDefault(&h.heading, plainLine(nodeText(n)))
		case atom.Meta:
			h.meta(n)
		case atom.Link:
			h.link(n, base)
		case atom.Script:
			if n.FirstChild != nil && strings.Contains(attr(n, "type"), "ld+json") {
				if m := datePublished().FindStringSubmatch(n.FirstChild.Data); m != nil {
					h.dated(m[1], byMeta)
				}
			}
		case atom.Time:
			h.dated(attr(n, "datetime"), byTimeElement)
		}
		if attr(n, "itemprop") == "datePublished" {
			h.dated(orElse(attr(n, "content"), attr(n, "datetime")), byMeta)
		}
	}
	if base != nil {
		if m := datedPath().FindStringSubmatch(base.Path); m != nil {
			h.dated(fmt.Sprintf("%s-%02s-%02s", m[1], m[2], m[3]), byPath)
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
	case "article:published_time", "og:published_time", "datepublished", "dc.date", "dc.date.issued", "dcterms.created", "date",
		"pubdate", "publishdate", "publish-date", "publish_date", "sailthru.date", "parsely-pub-date", "cxenseparse:recs:publishtime":
		h.dated(content, byMeta)
	}
}

// How reliable the ways are in which a page tells its date.
const (
	byPath        = iota + 1 // /2026/02/03/ in the address
	byTimeElement            // the first <time>, which may be of something else
	byMeta                   // metadata made for programs
)

var datedPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?:/|-|$)`) })

// dated takes a date over when it is more reliable than the one before.
func (h *pageHead) dated(value string, weight int) {
	if t := usable(readPageTime(value)); !t.IsZero() && weight > h.weight {
		h.published, h.weight = t, weight
	}
}

// readPageTime reads times as pages write them.
func readPageTime(s string) (time.Time, error) {
	t, err := readTime(s)
	for _, layout := range []string{time.RFC1123, time.RFC1123Z, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05.000-0700",
		"2006-01-02 15:04:05 -0700", "2006/01/02 15:04:05", "2006/01/02", "2006.01.02 15:04", "January 2, 2006", "Jan 2, 2006", "2 January 2006", "20060102"} {
		if err == nil {
			break
		}
		t, err = time.Parse(layout, strings.TrimSpace(s))
	}
	return t, err
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
