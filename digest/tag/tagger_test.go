package tag

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// checkTags fails when tags break what Tag promises.
func checkTags(t *testing.T, tags []digest.Tag) {
	t.Helper()
	seen := map[string]bool{}
	for i, g := range tags {
		if g.Slug == "" || seen[g.Slug] || g.Weight < 0 || g.Weight > 1 || len(g.Why) > 4 {
			t.Fatalf("tag %d is broken: %+v", i, g)
		}
		if i > 0 && g.Weight > tags[i-1].Weight {
			t.Fatalf("tags are not sorted: %v", tags)
		}
		seen[g.Slug] = true
	}
}

func FuzzTag(f *testing.F) {
	for _, s := range []string{
		"Alexandria, La. (AP)", "US", "Paris, Texas, France", "Mr. Jordan, 34, of Amman", "한미 정상", "Georgia Georgia, Georgia", "<ROK> (SAN.MC) 5 mln Swiss francs", "In Jordan", "Orange County",
		"SEOUL (Reuters) - \xff", "", "St. John's, Antigua & Barbuda", "Türkiye'nin Россией وال",
	} {
		f.Add(s, s, "GB")
	}
	tagger := newTagger(f)
	f.Fuzz(func(t *testing.T, title, body, home string) {
		doc := text.Analyse(title, body, "")
		countries, topics := tagger.Tag(doc, Hint{Country: home})
		checkTags(t, countries)
		checkTags(t, topics)
		for _, code := range tagger.Mentions(doc) {
			if len(code) != 2 {
				t.Fatalf("mention %q", code)
			}
		}
	})
}

func TestHomeDecidesBetweenPlaces(t *testing.T) {
	tagger := newTagger(t)
	doc := text.Analyse("Hamilton votes for trams", "Hamilton's council voted for trams on Monday.", "")
	for home, want := range map[string]string{"NZ": "NZ", "CA": "CA"} {
		tags, _ := tagger.Tag(doc, Hint{Country: home})
		if len(tags) == 0 || tags[0].Slug != want {
			t.Errorf("with a source of %s: %v, want %s", home, tags, want)
		}
	}
}

func TestHintedTopics(t *testing.T) {
	tagger := newTagger(t)
	_, topics := tagger.Tag(text.Analyse("A quiet afternoon", "", ""), Hint{Topics: []string{"sport"}})
	if digest.WeightOf(topics, "sport") < digest.FirmWeight {
		t.Errorf("topics %v, want sport from its source", topics)
	}
	checkTags(t, topics)
}

// TestSameAnswer tags in many goroutines at once: the tagger has no state that
// one article leaves for the next, and languages are read while others wait.
func TestSameAnswer(t *testing.T) {
	tagger := newTagger(t)
	docs := []*text.Document{
		text.Analyse("Seoul and Tokyo agree", "", ""), text.Analyse("L'Allemagne et la France signent", "", ""), text.Analyse("Россия и Китай подписали соглашение", "", ""),
		text.Analyse("台灣與日本簽署協議", "", ""),
	}
	var want []string
	for _, d := range docs {
		c, _ := tagger.Tag(d, Hint{})
		want = append(want, fmt.Sprint(c))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i, d := range docs {
				if c, _ := tagger.Tag(d, Hint{}); fmt.Sprint(c) != want[i] {
					t.Errorf("tags changed: %v, first %s", c, want[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestGroups(t *testing.T) {
	groups := make(map[string][]string)
	for _, n := range newTagger(t).Names() {
		if n.Kind == digest.GroupName {
			groups[n.Slugs[0]] = n.Slugs[1:]
		}
	}
	for _, slug := range strings.Fields("eu asean g7 gulf baltics nordics middle-east europe asia latin-america central-asia southeast-asia west-africa balkans brics eurozone africa") {
		if len(groups[slug]) < 3 {
			t.Errorf("group %s has %v", slug, groups[slug])
		}
	}
	if len(groups["g7"]) != 7 || len(groups["eu"]) != 27 || slices.Contains(groups["eu"], "GB") {
		t.Errorf("g7 %v, eu %v", groups["g7"], groups["eu"])
	}
}

// The names that a reader makes titles of: the first of a country in the last
// list of its names in a language.
func TestTheTitlesOfCountries(t *testing.T) {
	titles := make(map[string]string)
	var before digest.Name
	for _, n := range newTagger(t).Names() {
		if n.Kind == digest.CountryName && (before.Kind != n.Kind || before.Lang != n.Lang || before.Slugs[0] != n.Slugs[0]) {
			titles[n.Slugs[0]+" "+n.Lang] = n.Text
		}
		before = n
	}
	for key, want := range map[string]string{"KR en": "South Korea", "US fr": "États-Unis", "HK en": "Hong Kong", "CD en": "DR Congo", "TR en": "Turkey", "CI en": "Ivory Coast", "DE en": "Germany"} {
		if titles[key] != want {
			t.Errorf("%s is called %q, want %q", key, titles[key], want)
		}
	}
}

func TestNames(t *testing.T) {
	names := newTagger(t).Names()
	find := func(text string, kind digest.NameKind) digest.Name {
		for _, n := range names {
			if n.Text == text && n.Kind == kind {
				return n
			}
		}
		return digest.Name{}
	}
	for _, c := range []struct {
		text  string
		kind  digest.NameKind
		first string
	}{
		{"South Korea", digest.CountryName, "KR"}, {"한국", digest.CountryName, "KR"}, {"Dutch", digest.DemonymName, "NL"}, {"Kremlin", digest.SeatName, "RU"}, {"Seoul", digest.PlaceName, "KR"},
		{"ASEAN", digest.GroupName, "asean"}, {"KR", digest.CountryName, "KR"}, {"日銀", digest.SeatName, "JP"}, {"trade", digest.TopicName, "trade"},
	} {
		if n := find(c.text, c.kind); len(n.Slugs) == 0 || n.Slugs[0] != c.first {
			t.Errorf("%s %q stands for %v, want %s", c.kind, c.text, n.Slugs, c.first)
		}
	}
	for _, n := range names {
		if n.Text == "" || n.Kind == "" || len(n.Slugs) == 0 {
			t.Fatalf("broken name %+v", n)
		}
	}
}

func ExampleTagger_Tag() {
	tagger, err := New(Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	doc := text.Analyse("BOJ expected to raise rates", "", "")
	countries, _ := tagger.Tag(doc, Hint{})
	for _, c := range countries {
		fmt.Println(c.Slug, c.Firm(), c.Why)
	}
	// Output:
	// JP true [title: “BOJ”]
}
