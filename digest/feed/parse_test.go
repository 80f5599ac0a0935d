package feed_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/tools/txtar"
)

func TestParseCases(t *testing.T) {
	t.Parallel()
	cases(t, "parse", func(_ *testing.T, input txtar.File) string {
		var b strings.Builder
		f, err := feed.Parse(input.Data, input.Name, "")
		if err != nil {
			fmt.Fprintf(&b, "! %v\n", err)
			return b.String()
		}
		fmt.Fprintf(&b, "%s | %s | %s | %s\n", f.Kind, f.Title, f.Home, f.Lang)
		if f.TTL > 0 || len(f.SkipHours)+len(f.SkipDays) > 0 {
			fmt.Fprintf(&b, "ttl %v, skip %v %v\n", f.TTL, f.SkipHours, f.SkipDays)
		}
		for _, p := range f.Problems {
			fmt.Fprintf(&b, "? %s\n", p)
		}
		for _, c := range f.Children {
			fmt.Fprintf(&b, "> %s\n", c)
		}
		for _, a := range f.Articles {
			if err := a.Clean(); err != nil {
				fmt.Fprintf(&b, "! %v\n", err)
			}
			show(&b, a)
		}
		return b.String()
	})
}

const koreanFeed = `<?xml version="1.0"%s?><rss version="2.0"><channel><title>한강일보</title><item><title>항만 재개, 다음 주부터 배가 다닌다</title><link>https://e.example.org/1</link></item></channel></rss>`

const frenchFeed = `<?xml version="1.0"%s?><rss version="2.0"><channel><title>Le Relevé</title><item><title>Été précoce à Besançon, les élèves rentrent</title><link>https://e.example.org/1</link></item></channel></rss>`

const japaneseFeed = `<?xml version="1.0"%s?><rss version="2.0"><channel><title>みなと新報</title><item><title>港が再開、来週から船が動く見通し</title><link>https://e.example.org/1</link></item></channel></rss>`

func TestParseCharsets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		text        string // with %s for the declaration
		declared    string
		contentType string
		enc         encoding.Encoding
	}{
		{"declared euc-kr", koreanFeed, ` encoding="EUC-KR"`, "", korean.EUCKR},
		{"header euc-kr", koreanFeed, "", "text/xml; charset=euc-kr", korean.EUCKR},
		{"header wins over declaration", koreanFeed, ` encoding="iso-8859-1"`, "text/xml; charset=euc-kr", korean.EUCKR},
		{"header lies: utf-8", koreanFeed, ` encoding="euc-kr"`, "text/xml; charset=utf-8", korean.EUCKR},
		{"both lie: it is utf-8", koreanFeed, ` encoding="euc-kr"`, "text/xml; charset=iso-8859-1", encoding.Nop},
		{"declared utf-16 but utf-8", koreanFeed, ` encoding="utf-16"`, "", encoding.Nop},
		{"utf-16 with mark", koreanFeed, ` encoding="utf-16"`, "", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{"utf-32 with mark", koreanFeed, ` encoding="utf-32"`, "", utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
		{"utf-32 without mark", koreanFeed, ` encoding="utf-32"`, "text/xml; charset=utf-32", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{"utf-32 without mark, big-endian", frenchFeed, "", "", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
		{"utf-8 with mark, header lies", koreanFeed, "", "text/xml; charset=windows-1252", unicode.UTF8BOM},
		{"latin-1 declared", frenchFeed, ` encoding="iso-8859-1"`, "application/rss+xml", charmap.ISO8859_1},
		{"windows-1252 undeclared", frenchFeed, "", "", charmap.Windows1252},
		{"shift_jis declared", japaneseFeed, ` encoding="Shift_JIS"`, "", japanese.ShiftJIS},
		{"iso-2022-jp undeclared", japaneseFeed, "", "", japanese.ISO2022JP},
		{"euc-jp header", japaneseFeed, "", "text/xml; charset=EUC-JP", japanese.EUCJP},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := fmt.Sprintf(c.text, c.declared)
			data, err := c.enc.NewEncoder().Bytes([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			f, err := feed.Parse(data, "", c.contentType)
			if err != nil {
				t.Fatal(err)
			}
			if want := text[strings.Index(text, "<item><title>")+13 : strings.Index(text, "</title><link>")]; len(f.Articles) != 1 || f.Articles[0].Title != want {
				t.Errorf("got %+v (%s), want %s", f.Articles, f.Charset, want)
			}
		})
	}
}

func TestParseRefusesDepth(t *testing.T) {
	t.Parallel()
	deep := "<rss><channel>" + strings.Repeat("<a>", 100_000)
	if _, err := feed.Parse([]byte(deep), "", ""); digest.CodeOf(err) != digest.Invalid || !strings.Contains(err.Error(), "nested deeper") {
		t.Errorf("%v", err)
	}
	flat := "<rss><channel><item><title>x</title><description>" + strings.Repeat("line<br>", 5_000) + "</description></item></channel></rss>"
	if f, err := feed.Parse([]byte(flat), "", ""); err != nil || len(f.Articles) != 1 {
		t.Errorf("%v %v", f, err)
	}
}

func TestParseLimitsItems(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	b.WriteString("<rss><channel><title>t</title>")
	for i := range 2_500 {
		fmt.Fprintf(&b, "<item><title>Item %d</title></item>", i)
	}
	b.WriteString("</channel></rss>")
	f, err := feed.Parse(b.Bytes(), "", "")
	if err != nil || len(f.Articles) != 2_000 || len(f.Problems) != 1 {
		t.Errorf("%d articles, %v, %v", len(f.Articles), f.Problems, err)
	}
}

func TestExtractBelievesCanonicalOfItsOwnSiteOnly(t *testing.T) {
	t.Parallel()
	page := func(canonical string) []byte {
		return []byte(`<html><head><title>Bridge opens</title><link rel="canonical" href="` + canonical + `"></head><body><p>It opened on Monday.</p></body></html>`)
	}
	for canonical, want := range map[string]string{
		"https://www.example.org/bridge":  "https://www.example.org/bridge",
		"/bridge":                         "https://news.example.org/bridge",
		"https://other.example.com/story": "",
	} {
		got, err := feed.Extract(page(canonical), "text/html", "https://news.example.org/b?x=1")
		if err != nil || got.Article.URL != want {
			t.Errorf("%s: %q, %v", canonical, got.Article.URL, err)
		}
	}
}

func TestExtractDates(t *testing.T) {
	t.Parallel()
	const page = `<html lang="ko"><head><title>항만 재개</title><script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-02-03T09:30:00+09:00"}</script></head><body><p>다음 주부터 배가 다닌다.</p></body></html>`
	got, err := feed.Extract([]byte(page), "text/html; charset=utf-8", "https://e.example.org/1")
	want := time.Date(2026, 2, 3, 0, 30, 0, 0, time.UTC)
	if err != nil || !got.Article.Published.Equal(want) || got.Article.Lang != "ko" {
		t.Errorf("%+v %v", got.Article, err)
	}
}

func FuzzParse(f *testing.F) {
	seedFrom(f, "parse")
	f.Fuzz(func(t *testing.T, base string, data []byte) {
		got, err := feed.Parse(data, base, "")
		if err != nil {
			if digest.CodeOf(err) != digest.Invalid {
				t.Errorf("error %v", err)
			}
			return
		}
		for _, a := range got.Articles {
			if err := a.Clean(); err == nil {
				checkArticle(t, a)
			}
		}
	})
}

func FuzzExtract(f *testing.F) {
	f.Add([]byte("<html><body><p>One.</p><p>Two.</p></body></html>"), "text/html", "https://example.org/a")
	f.Add([]byte("<title>x</title><article>"+strings.Repeat("<div>", 600)), "", "")
	f.Fuzz(func(t *testing.T, data []byte, contentType, address string) {
		got, err := feed.Extract(data, contentType, address)
		if err == nil && got.Article.Title == "" {
			t.Error("a page without a title")
		}
		feed.Discover(data, contentType, address)
	})
}

// hundredItems is a feed of 100 items of about 1.5 kB each.
func hundredItems() []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Harbour Wire</title><link>https://news.example.org/</link>`)
	para := strings.Repeat("The harbour authority said on Monday that two berths would close for repairs. ", 6)
	for i := range 100 {
		fmt.Fprintf(&b, `<item><title>Berth %d closes for repairs as storm season ends</title><link>https://news.example.org/%d?utm_source=rss</link><guid>g%d</guid><pubDate>Tue, 03 Feb 2026 10:%02d:00 GMT</pubDate><description><![CDATA[<p>%s</p><p>%s</p><p>%s</p>]]></description></item>`, i, i, i, i%60, para, para, para)
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}

func BenchmarkParse100Items(b *testing.B) {
	data := hundredItems()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := feed.Parse(data, "https://news.example.org/feed", "application/rss+xml")
		if err != nil || len(f.Articles) != 100 {
			b.Fatal(err)
		}
		for i := range f.Articles {
			if err := f.Articles[i].Clean(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkReadLines(b *testing.B) {
	row := `{"id":"1","url":"https://news.example.org/1","title":"Berth closes for repairs","body":"` + strings.Repeat("The harbour authority said so. ", 40) + `","source":"Harbour Wire","published":"2026-02-03T10:00:00Z","lang":"en"}` + "\n"
	data := strings.Repeat(row, 1000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range feed.ReadStream(strings.NewReader(data), "rows.jsonl", feed.ReadOptions{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 1000 {
			b.Fatal(n)
		}
	}
}

func TestParseBrokenBytes(t *testing.T) {
	t.Parallel()
	text := "<rss version=\"2.0\"><channel><title>한강</title><item><title>항만 재개 \xff\xfe 다음 주부터 배가 다닌다\x01</title></item></channel></rss>"
	f, err := feed.Parse([]byte(text), "", "text/xml; charset=utf-8")
	if err != nil || len(f.Articles) != 1 || !strings.HasPrefix(f.Articles[0].Title, "항만 재개") {
		t.Errorf("%+v %v", f, err)
	}
}

func TestExtractKnowsASiteByItsHost(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Bridge opens | Harbour Wire": "Bridge opens",
		"Harbour Wire: Bridge opens":  "Harbour Wire: Bridge opens", // may be said of it
		"Bridge opens - for trains":   "Bridge opens - for trains",
	} {
		page := `<html><head><title>` + title + `</title></head><body><p>It opened.</p></body></html>`
		got, err := feed.Extract([]byte(page), "text/html", "https://www.harbourwire.example/bridge")
		if err != nil || got.Article.Title != want {
			t.Errorf("%q: %q, %v", title, got.Article.Title, err)
		}
	}
}

func TestExtractCutsTheSiteFromTheTitle(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Bridge opens | Harbour Wire":           "Bridge opens",
		"Bridge opens - Harbour Wire News":      "Bridge opens",
		"Ships – and ferries - return to port":  "Ships – and ferries - return to port",
		"Harbour Wire":                          "Harbour Wire",
		"Harbour Wire | Bridge opens":           "Bridge opens",
		"HARBOUR WIRE — Bridge opens - at last": "Bridge opens - at last",
		"Harbour - Bridge opens":                "Harbour - Bridge opens",
		"Bridge opens · HarbourWire":            "Bridge opens",
		"Bridge-building | a history":           "Bridge-building | a history",
	} {
		page := `<html><head><meta property="og:title" content="` + title + `"><meta property="og:site_name" content="Harbour Wire"><meta name="author" content="By Ines Okafor"></head><body><p>It opened.</p></body></html>`
		got, err := feed.Extract([]byte(page), "text/html", "")
		if err != nil || got.Article.Title != want || got.Article.Author != "Ines Okafor" {
			t.Errorf("%q: %q by %q, %v", title, got.Article.Title, got.Article.Author, err)
		}
	}
}
