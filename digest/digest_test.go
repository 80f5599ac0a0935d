package digest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
)

func TestCanonicalURLIsOneFormOfAPage(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"HTTPS://Example.ORG:443/a?b=1#c":                         "https://example.org/a?b=1",
		"http://example.org:80":                                   "http://example.org/",
		"http://user:secret@example.org:8080/x":                   "http://example.org:8080/x",
		"https://example.org/?utm_source=a&id=7&fbclid=x&gclid=y": "https://example.org/?id=7",
		"https://example.org/?utm_campaign=z":                     "https://example.org/",
		"http://[::1]:80/":                                        "http://[::1]/",
	} {
		if got, err := digest.CanonicalURL(raw); err != nil || got != want {
			t.Errorf("CanonicalURL(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{"", "javascript:alert(1)", "ftp://example.org/", "//example.org", "http://", "http://%zz/", "https://example.org/" + strings.Repeat("a", digest.MaxURL)} {
		if got, err := digest.CanonicalURL(raw); digest.CodeOf(err) != digest.Invalid {
			t.Errorf("CanonicalURL(%.30q) = %q, %v", raw, got, err)
		}
	}
}

func FuzzCanonicalURL(f *testing.F) {
	f.Add("https://Example.org/a?utm_source=x&b=1#c")
	f.Add("http://a:b@[fe80::1%25eth0]:99/..//x")
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := digest.CanonicalURL(raw)
		if err != nil {
			return
		}
		if twice, err := digest.CanonicalURL(once); err != nil || twice != once {
			t.Errorf("%q becomes %q, then %q (%v)", raw, once, twice, err)
		}
		if strings.Contains(once, "@") && !strings.Contains(raw, "%40") && strings.Contains(strings.SplitN(once, "/", 4)[2], "@") {
			t.Errorf("credentials survive in %q", once)
		}
	})
}

func TestIdentityIsNeverADate(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	a := digest.Article{Title: "Seoul  signs", Source: "Wire", Published: at}
	b := digest.Article{Title: "seoul signs", Source: "Wire", Published: at.Add(time.Hour)}
	if a.Identity() != b.Identity() {
		t.Error("a later date makes another article")
	}
	b.URL = "https://example.org/1"
	c := b
	c.Title = "Changed"
	if a.Identity() == b.Identity() || b.Identity() != c.Identity() {
		t.Error("an address goes before the title")
	}
	c.GUID = "g"
	if b.Identity() == c.Identity() {
		t.Error("the source's own id goes before the address")
	}
}

func TestTheFutureIsNotBelieved(t *testing.T) {
	t.Parallel()
	seen := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct{ published, want time.Time }{
		{seen.Add(-time.Hour), seen.Add(-time.Hour)}, {seen.Add(48 * time.Hour), seen}, {time.Time{}, seen},
	} {
		a := digest.Article{Published: c.published, Stored: seen}
		if got := a.Time(); !got.Equal(c.want) {
			t.Errorf("published %v counts as %v", c.published, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("Title\u202e evil\x00", "body\xff\n\n\u2066text", "https://example.org")
	f.Fuzz(func(t *testing.T, title, body, address string) {
		a := digest.Article{Title: title, Body: body, URL: address}
		if err := a.Clean(); err != nil {
			if digest.CodeOf(err) != digest.Invalid {
				t.Errorf("error %v", err)
			}
			return
		}
		for _, s := range []string{a.Title, a.Body, a.URL} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\u202a\u202e\u2066\u2069") {
				t.Errorf("left: %q", s)
			}
		}
		if a.Title == "" || len(a.Title) > digest.MaxTitle || len(a.Body) > digest.MaxBody || strings.ContainsAny(a.Title, "\n\t") {
			t.Errorf("title %q, body of %d bytes", a.Title, len(a.Body))
		}
		again := a
		if err := again.Clean(); err != nil || again.Title != a.Title || again.Body != a.Body || again.URL != a.URL {
			t.Errorf("cleaning twice changes %q to %q (%v)", a.Title, again.Title, err)
		}
	})
}

func TestErrorsHaveACodeASentenceAndAHint(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk full")
	err := fmt.Errorf("import: %w", digest.Errorf(digest.Unavailable, "nothing can be stored: %w", cause).WithHint("Make room on %s.", "/data"))
	if digest.CodeOf(err) != digest.Unavailable || digest.HintOf(err) != "Make room on /data." || !errors.Is(err, cause) {
		t.Errorf("code %q, hint %q, cause %t", digest.CodeOf(err), digest.HintOf(err), errors.Is(err, cause))
	}
	if digest.CodeOf(nil) != "" || digest.CodeOf(cause) != digest.Internal {
		t.Error("errors that are none of ours are internal")
	}
}

func TestABriefForProgramsHasNoNull(t *testing.T) {
	t.Parallel()
	b := digest.Brief{Stories: []digest.StoryBrief{{Story: digest.Story{ID: 3, Countries: []digest.Tag{{Slug: "KR", Weight: .9}, {Slug: "CN", Weight: .1}}}, Shown: []digest.Article{{ID: 7, Title: "x"}}}}}
	out, err := json.Marshal(b.JSON())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"countries":["KR"]`, `"topics":[]`, `"terms":[]`, `"why":[]`, `"id":"a7"`, `"published":null`, `"more":0`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
}

func ExampleCanonicalURL() {
	u, _ := digest.CanonicalURL("HTTP://Example.org:80/news?utm_source=feed&id=7#top")
	fmt.Println(u)
	// Output: http://example.org/news?id=7
}
