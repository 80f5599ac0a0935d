package query

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/daybrief/daybrief/digest"
)

// say writes a reading in the form of testdata/readings.txtar.
func say(q digest.Query) string {
	out := append([]string{}, q.Countries...)
	add := func(format string, list ...string) {
		for _, s := range list {
			if s != "" {
				out = append(out, fmt.Sprintf(format, s))
			}
		}
	}
	add("region:%s", q.Region)
	add("%s", q.Topics...)
	add("%q", q.Terms...)
	add("from:%s", q.Source)
	add("lang:%s", q.Langs...)
	add("-%s", q.Exclude.Countries...)
	add("-%s", q.Exclude.Topics...)
	add("-%q", q.Exclude.Terms...)
	add("-from:%s", q.Exclude.Sources...)
	add("since:%s", sayTime(q.Since))
	add("until:%s", sayTime(q.Until))
	for _, c := range q.Corrections {
		out = append(out, "~"+c.Typed+"="+c.Read)
	}
	add("!%s", q.Dropped...)
	if len(out) == 0 {
		return "everything"
	}
	return strings.Join(out, " ")
}

// sayTime gives a short window in hours and a longer one by its date.
func sayTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if h := testNow.Sub(t).Hours(); h <= 14*24 {
		return fmt.Sprintf("%gh", h)
	}
	return t.Format(time.DateOnly)
}

func TestReadings(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/readings.txtar")
	if err != nil {
		t.Fatal(err)
	}
	r := testReader(t)
	for _, section := range txtar.Parse(data).Files {
		t.Run(section.Name, func(t *testing.T) {
			t.Parallel()
			for line := range strings.Lines(string(section.Data)) {
				request, want, ok := strings.Cut(strings.TrimSpace(line), " => ")
				if !ok {
					t.Fatalf("no reading in %q", line)
				}
				q, err := r.Read(request, testNow)
				if err != nil {
					t.Errorf("%s: %v", request, err)
				} else if got := say(q); got != want {
					t.Errorf("%s\n  read as %s\n  want    %s", request, got, want)
				}
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for request, want := range map[string]string{
		strings.Repeat("korea ", 100):    "longer than 500 characters",
		strings.Repeat("가", 501):         "longer than 500 characters",
		"?!?":                            "no words",
		"🙂🙂":                             "no words",
		"\x00\xff\xfe":                   "",
		strings.Repeat("a", 65):          "more than 64 letters",
		"topic:nonsense":                 "I don't know the topic “nonsense”",
		"country:atlantis":               "I don't know the country “atlantis”",
		"region:narnia":                  "I don't know the region “narnia”",
		"since:whenever":                 "as a time",
		"https://example.org/korea/news": "no words",
	} {
		_, err := r.Read(request, testNow)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v, though nothing of it is left", request, err)
			}
			continue
		}
		if digest.CodeOf(err) != digest.Invalid || !strings.Contains(err.Error(), want) || digest.HintOf(err) == "" {
			t.Errorf("%q: error %v (hint %q), want Invalid with %q and a hint", request, err, digest.HintOf(err), want)
		}
	}
}

func TestKnownWordsAreNotCorrected(t *testing.T) {
	t.Parallel()
	known := New(Options{Names: testNames(), Known: func(w string) bool { return w == "jpaan" }})
	q, err := known.Read("jpaan trad", testNow)
	if err != nil {
		t.Fatal(err)
	}
	if got := say(q); got != `trade "jpaan" ~trad=trade` {
		t.Errorf("read as %s", got)
	}
}

func TestMoreWordsThanAreLookedForAreTold(t *testing.T) {
	t.Parallel()
	q, err := testReader(t).Read("alpha1 alpha2 alpha3 alpha4 alpha5 alpha6 alpha7 alpha8 alpha9", testNow)
	if err != nil {
		t.Fatal(err)
	}
	if len(q.Terms) != maxTerms || len(q.Dropped) != 1 || q.Dropped[0] != "alpha9" {
		t.Errorf("words %v, dropped %v", q.Terms, q.Dropped)
	}
}

func TestDaysBeginInTheZone(t *testing.T) {
	t.Parallel()
	seoul := time.FixedZone("KST", 9*3600)
	q, err := New(Options{Names: testNames(), Zone: seoul}).Read("korea since yesterday", testNow) // 21:00 in Seoul
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 23, 0, 0, 0, 0, seoul); !q.Since.Equal(want) {
		t.Errorf("since %s, want %s", q.Since, want)
	}
}

func TestASourceIsFoundByItsNewsroom(t *testing.T) {
	t.Parallel()
	r := New(Options{Names: testNames(), Sources: []string{"BBC World", "NHK World"}})
	for request, want := range map[string]string{"from bbc": "BBC World", "source:bbc": "BBC World", "from NHK": "NHK World", "from reuters": "Reuters"} {
		if q, err := r.Read(request, testNow); err != nil || q.Source != want {
			t.Errorf("%s: source %q (%v), want %q", request, q.Source, err, want)
		}
	}
}

// TestSlugsReadBack checks that both short names of a query are read as that
// query again.
func TestSlugsReadBack(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	check := func(q digest.Query) {
		t.Helper()
		for _, slug := range []string{q.Slug(), r.Slug(q)} {
			if strings.HasPrefix(slug, "ai") && len(q.Countries) > 0 {
				continue // Anguilla's code is a topic to everyone
			}
			back, err := r.Read(slug, testNow)
			back.Raw, back.Members = "", q.Members
			if err != nil || say(back) != say(q) {
				t.Errorf("%s is read as %s (%v), want %s", slug, say(back), err, say(q))
			}
		}
	}
	topics := strings.Fields(testTopics)
	for i, code := range strings.Fields(testCountries) {
		check(digest.Query{Countries: []string{code}})
		check(digest.Query{Countries: []string{code}, Topics: []string{topics[i%len(topics)]}})
		check(digest.Query{Countries: unique([]string{code, "FR"}), Terms: []string{"free word"}})
	}
	for _, topic := range topics {
		check(digest.Query{Topics: []string{topic}, Exclude: digest.Exclusions{Countries: []string{"CN"}}})
	}
	check(digest.Query{Countries: []string{"KR"}, Source: "Daily Planet", Exclude: digest.Exclusions{Terms: []string{"cup"}}})
	check(digest.Query{Countries: []string{"JP"}, Exclude: digest.Exclusions{Topics: []string{"sport"}}})
	check(digest.Query{Region: "asean", Topics: []string{"trade"}})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"korea-trade", `"rate hike" japan -china since:7d`, "한국의 무역 지난 3일", "中国和日本", "U.S.-", "-", "!", "a:b", "country:", "«", "1-2-3", "since 99999999999 years"} {
		f.Add(s)
	}
	r := testReader(f)
	f.Fuzz(func(t *testing.T, s string) {
		q, err := r.Read(s, testNow)
		if err != nil {
			if digest.CodeOf(err) != digest.Invalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		again, err := r.Read(s, testNow)
		if err != nil || say(again) != say(q) {
			t.Fatalf("%q: read as %s, then as %s (%v)", s, say(q), say(again), err)
		}
		if len([]rune(q.Raw)) > digest.MaxQuery || len(q.Terms) > maxTerms || strings.ContainsAny(q.Raw, "\n\x00") {
			t.Fatalf("%q: %+v", s, q)
		}
		r.Title(q, "ko")
		if c := r.Complete(s, nil); len(c) > MaxOffers {
			t.Fatalf("%q: %d completions", s, len(c))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r := testReader(b)
	for b.Loop() {
		for _, s := range []string{"korea-trade", "what's happening with trade in korea since 7d?", "jpaan inflaton", "한국의 무역 뉴스"} {
			if _, err := r.Read(s, testNow); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkNew(b *testing.B) {
	names := testNames()
	for b.Loop() {
		New(Options{Names: names})
	}
}
