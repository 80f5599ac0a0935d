package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// sitemapURL is one <url> of a sitemap with Google's news extension
// (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap).
type sitemapURL struct {
	Loc  string `xml:"loc"`
	News struct {
		Publication struct {
			Name     string `xml:"name"`
			Language string `xml:"language"`
		} `xml:"publication"`
		Published string `xml:"publication_date"`
		Title     string `xml:"title"`
	} `xml:"news"`
}

// sitemapChild is one <sitemap> of a sitemap index.
type sitemapChild struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod"`
}

// parseSitemap reads a news sitemap or a sitemap index, entry by entry, so
// that a broken one gives what stands before the break.
func parseSitemap(text []byte) (Feed, error) {
	s := sitemapReader{feed: Feed{Kind: "news sitemap"}}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	err := s.read(d)
	switch {
	case err == nil:
	case len(s.feed.Articles)+len(s.children) > 0:
		s.feed.Problems = append(s.feed.Problems, "the XML is broken; what stands before the break was read")
	default:
		return Feed{}, digest.Errorf(digest.Invalid, "the sitemap cannot be read: %w", err)
	}
	if len(s.children) > 0 {
		s.feed.Kind = "sitemap index"
		s.feed.Children = newestChildren(s.children)
	} else if len(s.feed.Articles) == 0 && s.untitled > 0 {
		return Feed{}, digest.Errorf(digest.Invalid, "this sitemap lists pages without titles; only news sitemaps can be read")
	}
	if s.untitled > 0 {
		s.feed.Problems = append(s.feed.Problems, plural(s.untitled, "entry has", "entries have")+" no news title")
	}
	return s.feed, nil
}

type sitemapReader struct {
	feed     Feed
	children []sitemapChild
	untitled int
}

func (s *sitemapReader) read(d *xml.Decoder) error {
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if err := s.entry(d, start); err != nil {
			return err
		}
	}
}

func (s *sitemapReader) entry(d *xml.Decoder, start xml.StartElement) error {
	switch start.Name.Local {
	case "url":
		var u sitemapURL
		if err := d.DecodeElement(&u, &start); err != nil {
			return err
		}
		s.add(u)
	case "sitemap":
		var c sitemapChild
		if err := d.DecodeElement(&c, &start); err != nil {
			return err
		}
		if len(s.children) < maxItems {
			s.children = append(s.children, c)
		}
	}
	return nil
}

func (s *sitemapReader) add(u sitemapURL) {
	title := plainLine(u.News.Title)
	if title == "" {
		s.untitled++
		return
	}
	if len(s.feed.Articles) == maxItems {
		return
	}
	lang, _ := readLang(u.News.Publication.Language)
	if s.feed.Title == "" {
		s.feed.Title, s.feed.Lang = plainLine(u.News.Publication.Name), lang
	}
	s.feed.Articles = append(s.feed.Articles, digest.Article{
		Title: title, URL: resolve(nil, u.Loc), Published: usable(readTime(u.News.Published)), Lang: claimedLang(lang),
	})
}

// newestChildren returns the addresses of sitemaps, latest change first.
func newestChildren(children []sitemapChild) []string {
	at := func(c sitemapChild) time.Time { return usable(readTime(c.LastMod)) }
	slices.SortStableFunc(children, func(a, b sitemapChild) int { return at(b).Compare(at(a)) })
	var out []string
	for _, c := range children {
		if u := resolve(nil, strings.TrimSpace(c.Loc)); u != "" {
			out = append(out, u)
		}
	}
	return out
}
