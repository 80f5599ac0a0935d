package feed_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest/feed"
)

func TestCheckFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle("/old", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "/feed", http.StatusMovedPermanently)
	})
	w.handle("/feed", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		rw.Header().Set("ETag", `"1"`)
		_, _ = rw.Write([]byte(twoItems))
	})
	rep := w.fetcher().Check(context.Background(), w.url("feeds.example.org", "/old"))
	if rep.Error != "" || rep.Kind != "rss 2.0" || rep.Items != 2 || rep.Undated != 1 || rep.Teasers != 2 || !rep.Conditional ||
		len(rep.Redirects) != 1 || rep.Status != 200 || rep.Next <= 0 || rep.Title != "Harbour Wire" {
		t.Errorf("%+v", rep)
	}
	text := strings.Join(rep.Lines(), "\n")
	for _, want := range []string{"redirected: 301", "rss 2.0", "Bridge opens", "2, 1 without a date", "nothing changed"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if _, err := json.Marshal(rep); err != nil {
		t.Error(err)
	}
}

func TestCheckPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/", "text/html", `<html lang="en"><head><title>Harbour Wire</title><link rel="alternate" type="application/rss+xml" title="News" href="/rss"></head><body><p>All the news of the port, every morning at eight.</p></body></html>`)
	rep := w.fetcher().Check(context.Background(), w.url("feeds.example.org", "/"))
	if rep.Kind != "page" || len(rep.Feeds) != 1 || rep.Feeds[0].Title != "News" || !strings.Contains(rep.Hint, "/rss") || rep.Lang != "en" {
		t.Errorf("%+v", rep)
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/json", "application/json", `{"a":1}`)
	w.handle("/500", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) })
	for address, want := range map[string]string{
		w.url("feeds.example.org", "/json"):     "not a JSON Feed",
		w.url("feeds.example.org", "/500"):      "fault of its own (502)",
		"ftp://example.org/":                    "only http and https",
		"https://user:secret@feeds.example.org": "user name or password",
		"http://10.0.0.1/":                      "not a public address",
	} {
		rep := w.fetcher().Check(context.Background(), address)
		text := strings.Join(rep.Lines(), "\n")
		if !strings.Contains(rep.Error, want) || !strings.Contains(text, want) || strings.Contains(text, "secret") {
			t.Errorf("%s: %s", address, text)
		}
	}
}

func TestReadURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("/feed", "text/html", twoItems)
	w.serve("/rows.jsonl", "text/plain", `{"title":"One"}`+"\n{\n")
	w.serve("/page", "text/html", `<html><head><title>Bridge opens</title></head><body><p>It opened on a cold morning with a band.</p></body></html>`)
	w.serve("/table", "text/csv; charset=utf-8", "title,body\nOne,two\n")
	w.serve("/binary", "application/octet-stream", "\x00\x01\x02\x03")
	for path, want := range map[string]struct{ articles, errs int }{
		"/feed": {2, 0}, "/rows.jsonl": {1, 1}, "/page": {1, 0}, "/table": {1, 0}, "/binary": {0, 1}, "/none": {0, 1},
	} {
		articles, errs := collect(w.fetcher().ReadURL(context.Background(), w.url("feeds.example.org", path), feed.ReadOptions{}))
		if len(articles) != want.articles || len(errs) != want.errs {
			t.Errorf("%s: %v %v", path, articles, errs)
		}
	}
	articles, _ := collect(w.fetcher().ReadURL(context.Background(), w.url("feeds.example.org", "/page"), feed.ReadOptions{}))
	if len(articles) == 1 && (articles[0].URL != w.url("feeds.example.org", "/page") || articles[0].Source != "feeds.example.org") {
		t.Errorf("%+v", articles[0])
	}
}
