package feed

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestTitleFrom(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"The port opened. Ships came.":                           "The port opened",
		"The port of St. Ives opened. Ships came.":               "The port of St. Ives opened",
		"Talks with the U.S. resumed on Jan. 5 in Geneva. More.": "Talks with the U.S. resumed on Jan. 5 in Geneva",
		"J. K. Mills won. He smiled.":                            "J. K. Mills won",
		"Prices rose 3.5% in May. Rents too.":                    "Prices rose 3.5% in May",
		"“It is done.” The mayor left.":                          "“It is done.”",
		"Is it over? Nobody knows.":                              "Is it over?",
		"No mark at all":                                         "No mark at all",
		"Two lines\nof one paragraph. Then more.\n\nNext.":       "Two lines of one paragraph",
		"A heading\n\nA paragraph. And more.":                    "A heading",
		"日銀は金利を上げた。円は上がった。":                                      "日銀は金利を上げた",
		"중앙은행이 금리를 올렸다. 원화가 올랐다.":                                "중앙은행이 금리를 올렸다",
		"He said so…":                                            "He said so…",
		"It grew by approx. 4 percent in Inc. terms. Done.":      "It grew by approx. 4 percent in Inc. terms",
		"":                            "",
		strings.Repeat("word ", 40):   strings.TrimSpace(strings.Repeat("word ", 23)) + "…",
		strings.Repeat("x", 200):      strings.Repeat("x", 119) + "…",
		strings.Repeat("seven, ", 30): strings.TrimSuffix(strings.Repeat("seven, ", 17), ", ") + "…",
	} {
		if got := titleFrom(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestTitleFromProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([A-Za-z한日.,!?"“” \n]{0,12}){0,30}`).Draw(t, "text")
		got := titleFrom(text)
		if n := utf8.RuneCountInString(got); n > titleLimit || strings.Contains(got, "\n") || !utf8.ValidString(got) {
			t.Fatalf("%d runes: %q", n, got)
		}
		if strings.ContainsAny(firstSentence(text), "abcdefghijklmnopqrstuvwxyz한日") && got == "" {
			t.Fatalf("no title for %q", text)
		}
	})
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for fragment, want := range map[string]string{
		"no markup  at all":                            "no markup at all",
		"one\ntwo\n\n\n\nthree":                        "one\ntwo\n\nthree",
		"a &amp; b &lt;c&gt; &nbsp;d":                  "a & b <c> d",
		"<p>One.</p><p>Two <b>bold</b>.</p>":           "One.\n\nTwo bold.",
		"One<br>two<br/><br>three":                     "One\ntwo\n\nthree",
		"<ul><li>a</li><li>b</li></ul>":                "a\n\nb",
		"x<script>alert('<p>')</script>y":              "xy",
		"x<style>p{}</style>y<!-- hidden -->z":         "xyz",
		"<svg><svg>a</svg>b</svg>c":                    "c",
		"<iframe src=x>inside</iframe>out":             "out",
		"<table><tr><td>a</td><td>b</td></tr></table>": "a b",
		"broken <a href='x":                            "broken",
		"1 < 2 and 3 > 2":                              "1 < 2 and 3 > 2",
		"<p>line\nbroken in source</p>":                "line broken in source",
		"</p></div>":                                   "",
		"<script>never closed":                         "",
		"<img src=x onerror=alert(1)>text":             "text",
	} {
		if got := plainText(fragment); got != want {
			t.Errorf("%q: got %q, want %q", fragment, got, want)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("<p>One &amp; <script>x</script> two</p>")
	f.Add("<svg><svg></svg><math>")
	f.Fuzz(func(t *testing.T, s string) {
		got := plainText(s)
		if strings.Contains(got, "\n\n\n") || got != strings.TrimSpace(got) && utf8.ValidString(s) {
			t.Errorf("%q gives %q", s, got)
		}
		if once := tidyText(got); once != got {
			t.Errorf("%q is not tidy: %q", got, once)
		}
	})
}

func TestPlainMarkdown(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"## A *heading* ##":                    "A heading",
		"> > quoted":                           "quoted",
		"- item with [a link](https://x.org)":  "item with a link",
		"12. numbered":                         "numbered",
		"![picture](a.png) text":               "text",
		"**strong** and __strong__ and `code`": "strong and strong and code",
		"snake_case_name stays":                "snake_case_name stays",
		"~~gone~~ 1\\. item":                   "gone 1. item",
		"<https://example.org/>":               "https://example.org/",
		"* * *":                                "",
		"```go":                                "",
		"2 * 3 * 4":                            "2 * 3 * 4",
		"<b>html</b> &amp; entity":             "html & entity",
	} {
		if got := markdownLine(line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

func TestKindOfLine(t *testing.T) {
	t.Parallel()
	long := "The harbour authority said that two of its berths would close on Monday for repairs that may take until May. Shippers fear delays of up to ten days."
	for line, want := range map[string]unitKind{
		"Port to Close Two Berths":             headline,
		"Will the Port Close?":                 headline,
		"Talks Resume With U.S.":               headline,
		"Vaccine Maker Opens Plant, Hires 300": headline,
		"He declined to comment.":              short,
		"중앙은행, 기준금리 동결":                        headline,
		"중앙은행이 기준금리를 동결했다.":                    short,
		long:                        prose,
		strings.Repeat("word ", 60): prose,
		"Nobody was hurt. The road is open again.": short,
	} {
		if got := kindOf(line); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}

func TestIsWrapped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Night trains will run again between\nthe capital and the coast from\nJune, the railway said.": true,
		"Bridge Opens\nFerry Returns\nStorm Passes":                                                    false,
		"One whole sentence here.\nAnother whole sentence.":                                            false,
		"Bridge opens\nhttps://example.org/bridge":                                                     false,
		"항만공사는 다음 주 월요일부터 컨테이너 부두 두 곳을 닫고\n보수 공사를 시작한다고 밝혔다 곡물 수출이 최대 열흘 늦\n어질 수 있다는 우려가 나온다 공사는 오월에 끝난다.": true,
		"a single line": false,
	} {
		if got := isWrapped(strings.Split(text, "\n")); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestReadMeta(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"https://example.org/a": true, "https://example.org/a and more": false, "By Ines Okafor": true, "By Ines Okafor and Jan de Vries": true,
		"By the end of the year": false, "Source: Harbour Wire": true, "Published: 2026-02-03": true, "Date: soon": false,
		"Source of the Nile Found.": false, "URL: https://example.org/a": true, "Bye": false,
	} {
		if got := isMeta(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestSniffFormat(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]format{
		"":                                       formatText,
		"Plain words.\nMore.":                    formatText,
		"[Update] Bridge opens":                  formatText,
		`[{"title":"x"}]`:                        formatJSON,
		"[\n]":                                   formatJSON,
		`{"title":"x"}` + "\n" + `{"title":"y"}`: formatLines,
		"{\n\"title\":\"x\"\n}":                  formatJSON,
		`{"version":"https://jsonfeed.org/version/1.1","items":[]}`: formatJSON,
		"<?xml version='1.0'?><rss>":                                formatFeed,
		"<feed xmlns='x'>":                                          formatFeed,
		"<!DOCTYPE html><html>":                                     formatHTML,
		"<?xml version='1.0'?><!DOCTYPE html><html>":                formatHTML,
		"# Heading\n":                                               formatMarkdown,
		"---\ntitle: x\n---\n":                                      formatMarkdown,
		"---\nA rule, then text\n":                                  formatText,
		"id,title,url\n":                                            formatCSV,
		"\"Title\";\"Body\"\n":                                      formatCSV,
		"title\nBridge\n":                                           formatCSV,
	} {
		if got := sniffFormat([]byte(head)); got != want {
			t.Errorf("%q: %s, want %s", head, got, want)
		}
	}
	if formatOf("x.TXT", []byte("{")) != formatText || formatOf("a.json", []byte("nonsense")) != formatJSON || formatOf("a.rss", nil) != formatFeed {
		t.Error("the ending of the name decides")
	}
}

func TestIsText(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]bool{
		"words": true, "": true, "한강일보": true, "tab\tand\r\nline": true, "\x00": false, "\x89PNG\r\n\x1a\n\x00": false,
		"\x01\x02\x03\x04 ab": false, "caf\xe9 caf\xe9 and a good deal of other text around the two bytes": true,
	} {
		if got := isText([]byte(data)); got != want {
			t.Errorf("%q: %v", data, got)
		}
	}
}

func TestLineReader(t *testing.T) {
	t.Parallel()
	l := newLineReader(strings.NewReader("one\r\n\ntoo long a line\nlast"))
	l.limit = 8
	var got []string
	for {
		b, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, errLineTooLong) {
			got = append(got, "!")
			continue
		}
		got = append(got, string(b))
	}
	if want := []string{"one", "", "!", "last"}; strings.Join(got, "|") != strings.Join(want, "|") || l.line != 4 {
		t.Errorf("%q, line %d", got, l.line)
	}
}

func TestLineReaderGivesAllLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringMatching(`[a-z]{0,40}`), 1, 20).Draw(t, "lines")
		l := newLineReader(iotestOneByte{strings.NewReader(strings.Join(lines, "\n") + "\n")})
		for i, want := range lines {
			got, err := l.next()
			if err != nil || string(got) != want || l.line != i+1 {
				t.Fatalf("line %d: %q, %v", i+1, got, err)
			}
		}
		if _, err := l.next(); !errors.Is(err, io.EOF) {
			t.Fatalf("%v", err)
		}
	})
}

// iotestOneByte gives its bytes one at a time.
type iotestOneByte struct{ r io.Reader }

func (o iotestOneByte) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return o.r.Read(p[:1])
}

type failingReader struct{ after io.Reader }

func (f failingReader) Read(p []byte) (int, error) {
	n, err := f.after.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("the disk is gone")
	}
	return n, err
}

func TestReadersTellWhatTheDiskSays(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a.jsonl": `{"title":"x"}` + "\n", "a.csv": "title\nx\n", "a.txt": "A headline\n", "a.json": `[{"title":"x"},`, "a.md": "# x\n", "a.xml": "<rss>",
	} {
		var last error
		for _, err := range ReadStream(failingReader{strings.NewReader(text)}, name, ReadOptions{}) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), "the disk is gone") {
			t.Errorf("%s: %v", name, last)
		}
	}
}

func TestReadTime(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 1, 30, 23, 30, 0, 0, time.UTC)
	for _, s := range []string{"2026-01-31T08:30:00+09:00", "2026-01-30T23:30:00Z", "2026-01-30 23:30:00", "2026-01-30T23:30", " 2026-01-30T23:30:00.000Z "} {
		if got, err := readTime(s); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"soon", "0000-01-01", "31.01.2026", "2026-13-01", "1769815800"} {
		if got, err := readTime(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
	if got, err := readTime(""); err != nil || !got.IsZero() {
		t.Errorf("%v %v", got, err)
	}
}

func TestReadLang(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"en": "en", "EN": "en", "en_US": "en-US", "zh-Hant-TW": "zh-Hant-TW", "": "", " ko ": "ko"} {
		if got, err := readLang(s); err != nil || got != want {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"e", "english language", "<b>", "123456789", strings.Repeat("a-", 30)} {
		if got, err := readLang(s); err == nil {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func TestHeadersOfTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, "-5": 0, "99999999999999999999": 0, "999999": MaxInterval, "soon": 0,
		"Tue, 03 Feb 2026 12:10:00 GMT": 10 * time.Minute, "Tue, 03 Feb 2026 11:00:00 GMT": 0, "Tue, 03 Feb 2099 11:00:00 GMT": MaxInterval,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After %q: %v", value, got)
		}
	}
	for value, want := range map[string]time.Duration{
		"": 0, "max-age=600": 10 * time.Minute, "public, MAX-AGE=60, must-revalidate": time.Minute, "no-cache, max-age=600": 0,
		"max-age=no": 0, "max-age=-1": 0, "max-age=31536000": MaxInterval, `max-age="90"`: 90 * time.Second, "no-store": 0,
	} {
		if got := maxAge(http.Header{"Cache-Control": {value}}); got != want {
			t.Errorf("Cache-Control %q: %v", value, got)
		}
	}
}

func TestHasFrameWord(t *testing.T) {
	t.Parallel()
	for classes, want := range map[string]bool{
		"share-bar": true, "articleShareBar": true, "photo_credit": true, "post tag-news category-social has-comments": false,
		"article body": false, "shared": false, "NEWSLETTER": true, "": false, "main story-text": false, "x ad y": true, "header": false,
	} {
		if got := hasFrameWord(classes); got != want {
			t.Errorf("%q: %v", classes, got)
		}
	}
}

func TestCountWords(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "one two": 2, "港が再開、来週から": 5, "항만 재개": 2} {
		if got := countWords(s); got != want {
			t.Errorf("%q: %d", s, got)
		}
	}
}

func TestArticleTextDropsTheFrame(t *testing.T) {
	t.Parallel()
	const page = `<html><head><title>x</title></head><body><article>
<p>The harbour authority said on Monday that two berths would close for repairs until May.</p>
<figure><img src=a.png><figcaption>The berths from the air</figcaption></figure>
<div class="share-bar">Share this on every network that you know of</div>
<p>Shippers fear delays of up to ten days, and asked for trains to the northern terminal.</p>
<p>Read more: the storm in pictures</p>
<ul><li><a href=/1>Storm breaks two ships loose in the harbour</a></li><li><a href=/2>Grain prices rise again</a></li></ul>
<p>Shippers fear delays of up to ten days, and asked for trains to the northern terminal.</p>
<h2>What comes next</h2>
<p>The ministry of transport promised an answer within the week, and more money if needed.</p>
<p>Ines Okafor in Selwyn</p></article></body></html>`
	got, err := Extract([]byte(page), "text/html", "")
	if err != nil {
		t.Fatal(err)
	}
	want := "The harbour authority said on Monday that two berths would close for repairs until May.\n\n" +
		"Shippers fear delays of up to ten days, and asked for trains to the northern terminal.\n\nWhat comes next\n\n" +
		"The ministry of transport promised an answer within the week, and more money if needed."
	if got.Article.Body != want {
		t.Errorf("got %q", got.Article.Body)
	}
}

func TestDecodeReaderIsDecode(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{
		[]byte("plain"), []byte("\xef\xbb\xbfwith a mark"), []byte("\xff\xfea\x00b\x00"), []byte("\xfe\xff\x00a\x00b"), []byte("caf\xe9 d'\xe9t\xe9"), nil,
	} {
		r, head := decodeReader(bytes.NewReader(data))
		got, err := io.ReadAll(r)
		want, _ := decode(data, "")
		if err != nil || !bytes.Equal(got, want) || !bytes.HasPrefix(got, head[:min(len(head), 5)]) {
			t.Errorf("%q: %q, want %q, %v", data, got, want, err)
		}
	}
}

func TestXMLGuardCountsDepth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "<a/>": 0, "<a></a>": 1, "<a><b></b><c/></a>": 2, "<a><br><br><br></a>": 1, "<a><![CDATA[<b><c><d>]]></a>": 1,
		"<a><!-- <b><c> --><?pi <x> ?></a>": 1, "<a><b></a><c>": 2, "</a><b>": 1, "<a": 0, "<a><![CDATA[": 1, "<!DOCTYPE x><a>": 1,
	} {
		if got := deepest([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestXMLGuardEntities(t *testing.T) {
	t.Parallel()
	for decl, ok := range map[string]bool{
		`<!ENTITY nbsp "&#160;">`:                          true,
		`<!ENTITY a "plain">`:                              true,
		`<!ENTITY a "&b;">`:                                false,
		`<!ENTITY a SYSTEM "file:///etc/passwd">`:          false,
		`<!ENTITY % p "x">`:                                false,
		`<!ENTITY a "` + strings.Repeat("x", 2_000) + `">`: false,
		strings.Repeat(`<!ENTITY a "x">`, maxEntities+1):   false,
		strings.Repeat(`<!ENTITY a "x">`, maxEntities):     true,
	} {
		if err := checkXML([]byte("<!DOCTYPE x [" + decl + "]><rss/>")); (err == nil) != ok {
			t.Errorf("%.60s: %v", decl, err)
		}
	}
}
