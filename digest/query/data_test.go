package query

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
)

// The tests here read the data files against themselves: a line that does not
// do what it says is a mistake in the data, or in the reader.

func TestEveryAliasIsReadAsItSays(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	first := make(map[string]digest.Name)
	for _, e := range aliases() {
		key := joinedKey(scan(e.name.Text))
		if _, ok := first[key]; !ok && e.class == named {
			first[key] = e.name
		}
	}
	bad := 0
	for _, e := range aliases() {
		name, ok := first[joinedKey(scan(e.name.Text))]
		if e.class != named || !ok || doubted(e.name.Text) {
			continue
		}
		q, err := r.Read(e.name.Text, testNow)
		if err != nil {
			t.Fatal(err)
		}
		if got := allSlugs(q); !slices.Equal(got, sorted(name.Slugs)) || len(q.Terms) > 0 {
			if bad++; bad < 20 {
				t.Errorf("%q is read as %s, and stands for %v", e.name.Text, say(q), name.Slugs)
			}
		}
	}
}

// doubted reports an alias that other words of its own make something else.
func doubted(text string) bool {
	return slices.Contains([]string{"us", "it"}, text)
}

func allSlugs(q digest.Query) []string {
	out := slices.Concat(q.Countries, q.Topics)
	if q.Region != "" {
		out = append(out, q.Region)
	}
	return sorted(out)
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func TestEveryFillerVanishes(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for _, w := range wordSections()["filler"] {
		if w == "us" { // only where it is people
			continue
		}
		q, err := r.Read("japan "+w, testNow)
		if err != nil {
			t.Fatal(err)
		}
		if len(q.Terms)+len(q.Topics) > 0 || !slices.Equal(q.Countries, []string{"JP"}) {
			t.Errorf("%q does not vanish: %s", w, say(q))
		}
	}
}

func TestEveryExclusionExcludes(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for _, w := range wordSections()["not"] {
		q, err := r.Read("asia "+w+" 日本", testNow)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(q.Exclude.Countries, []string{"JP"}) || q.Region != "asia" {
			t.Errorf("%q does not exclude: %s", w, say(q))
		}
	}
}

func TestEveryWindowIsRead(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for _, line := range wordSections()["window"] {
		pattern, _, _ := strings.Cut(line, "=")
		request := strings.NewReplacer("#", "3", "%", "시간", "@", "monday", "^", "november", "$", "2026-11-02").Replace(strings.TrimSpace(pattern))
		if isASCII(pattern) {
			request = strings.ReplaceAll(request, "시간", "days")
		}
		q, err := r.Read(request, testNow)
		if err != nil {
			t.Fatal(err)
		}
		if q.Since.IsZero() && q.Until.IsZero() {
			t.Errorf("%q is no window: %s", request, say(q))
		}
		if !q.Since.IsZero() && !q.Until.IsZero() && !q.Since.Before(q.Until) {
			t.Errorf("%q ends before it begins: %s", request, say(q))
		}
	}
}

func TestEveryOutletIsASource(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for _, name := range wordSections()["outlet"] {
		if q, err := r.Read("from "+name, testNow); err != nil || !strings.EqualFold(q.Source, name) && q.Source == "" {
			t.Errorf("from %s: source %q (%v)", name, q.Source, err)
		}
	}
}

func TestEveryFirmStaysAWord(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("bodies.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := testNames()
	for name := range strings.SplitSeq(strings.ReplaceAll(string(data), "\n", "|"), "|") {
		if name = strings.TrimSpace(name); name != "" && !strings.HasPrefix(name, "#") {
			names = append(names, digest.Name{Text: name, Lang: "en", Kind: digest.SeatName, Slugs: []string{"ZW"}, Strong: true})
		}
	}
	r := New(Options{Names: names})
	for name := range bodies() {
		q, err := r.Read(name, testNow)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(q.Countries, "ZW") {
			t.Errorf("%q is read as a country", name)
		}
	}
}

func TestPlainWordsAreNotCorrected(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for w := range plainWords() {
		if q, err := r.Read("zzz "+w, testNow); err != nil || len(q.Corrections) > 0 {
			t.Errorf("%q is corrected: %v (%v)", w, q.Corrections, err)
		}
	}
}
