package feed

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Discover returns the feeds that a page points to: those it declares, then
// those it links to by names that feeds have. Each address comes once.
func Discover(data []byte, contentType, address string) (links []Link) {
	text, _ := decode(data, contentType)
	doc, err := parseHTML(text[:min(len(text), maxPage)])
	if err != nil {
		return nil
	}
	base, _ := url.Parse(address)
	links = readHead(doc, base).feeds
	for n := range doc.Descendants() {
		if n.DataAtom != atom.A {
			continue
		}
		if to := resolve(base, attr(n, "href")); to != "" && looksLikeFeed(to) {
			links = append(links, Link{URL: to, Title: plainLine(nodeText(n))})
		}
	}
	seen := map[string]bool{address: true}
	kept := links[:0]
	for _, l := range links {
		if !seen[l.URL] {
			kept = append(kept, l)
		}
		seen[l.URL] = true
	}
	return kept
}

func parseHTML(text []byte) (doc *html.Node, err error) {
	defer recoverTo(&err, "this page cannot be read")
	return html.Parse(bytes.NewReader(text))
}

// looksLikeFeed goes by the last part of the path.
func looksLikeFeed(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	last := strings.ToLower(strings.Trim(u.Path, "/"))
	last = last[strings.LastIndexByte(last, '/')+1:]
	switch last {
	case "rss", "feed", "atom", "feeds", "rss.xml", "feed.xml", "atom.xml", "index.rdf", "index.xml", "feed.json":
		return true
	}
	return strings.HasSuffix(last, ".rss") || strings.HasSuffix(last, ".atom") || strings.HasSuffix(last, ".rdf")
}
