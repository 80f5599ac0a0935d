package feed

import (
	"bytes"
	"context"
	"net/url"
	"path"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// ReadURL yields the articles at a web address: those of a feed, the main
// text of a page, or those of an import file that lies there.
func (f *Fetcher) ReadURL(ctx context.Context, address string, o ReadOptions) Articles {
	return func(yield func(digest.Article, error) bool) {
		im := &importer{o: o, yield: yield, name: address}
		address, err := SourceURL(address)
		if err != nil {
			im.fail("the address", 0, err)
			return
		}
		a, err := f.get(ctx, request{url: address, accept: acceptFeed})
		if err == nil {
			err = statusError(a)
		}
		if err != nil {
			im.fail(address, 0, err)
			return
		}
		im.web(a)
	}
}

// web reads an answer by what it holds.
func (im *importer) web(a answer) {
	contentType := a.header.Get("Content-Type")
	text, _ := decode(a.body, contentType)
	name := fileName(a.url, contentType)
	head := text[:min(len(text), sniffSize)]
	f := sniffFormat(head)
	if f != formatFeed {
		f = formatOf(name, head)
	}
	switch {
	case !isText(head):
		im.fail(a.url, 0, digest.Errorf(digest.Invalid, "this is neither a feed nor a page nor a text file"))
	case f == formatHTML:
		im.webPage(a)
	case f == formatFeed:
		im.webFeed(a)
	default:
		im.stream(bytes.NewReader(text), name)
	}
}

func (im *importer) begin(a answer) {
	im.name, im.progress.File, im.progress.Bytes = a.url, a.url, im.progress.Bytes+int64(len(a.body))
	im.source = orElse(im.o.Source, hostOf(a.url))
}

func (im *importer) webPage(a answer) {
	im.begin(a)
	page, err := Extract(a.body, a.header.Get("Content-Type"), a.url)
	if err != nil {
		im.bad(0, err)
		return
	}
	setDefault(&page.Article.URL, a.url)
	page.Article.Source = orElse(im.o.Source, page.Site)
	im.article(0, page.Article)
}

func (im *importer) webFeed(a answer) {
	im.begin(a)
	f, err := Parse(a.body, a.url, a.header.Get("Content-Type"))
	if err != nil {
		im.bad(0, notAFeed(a, err))
		return
	}
	im.feedArticles(f)
}

// fileName is the name under which an answer is read: the last part of its
// path, with an ending that its media type asks for.
func fileName(address, contentType string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "page"
	}
	name := path.Base("/" + u.Path)
	mediaType, _, _ := strings.Cut(contentType, ";")
	ending := map[string]string{
		"text/html": ".html", "application/xhtml+xml": ".html", "text/csv": ".csv", "application/x-ndjson": ".jsonl",
		"application/jsonl": ".jsonl", "text/markdown": ".md",
	}[strings.ToLower(strings.TrimSpace(mediaType))]
	if ending != "" && path.Ext(name) != ending {
		name += ending
	}
	return name
}
