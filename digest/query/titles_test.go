package query

import (
	"testing"

	"github.com/daybrief/daybrief/digest"
)

func TestTitle(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for _, c := range []struct{ request, lang, want string }{
		{"korea-trade", "en", "South Korea, trade"},
		{"korea-trade", "", "South Korea, trade"},
		{"korea-trade", "en-GB", "South Korea, trade"},
		{"trade", "en", "Trade"},
		{"ai japan", "en", "Japan, ai"},
		{"korea-trade", "ko", "대한민국, 무역"},
		{"korea-trade", "xx", "South Korea, trade"},
		{"", "en", "All news"},
		{"", "ko", "모든 뉴스"},
		{`"rate hike" japan`, "en", "Japan, “rate hike”"},
		{"trade -china -sport -lithium from reuters", "en", "Trade, from Reuters, without China, without sport, without “lithium”"},
		{"trade -china", "ko", "무역, 중국 제외"},
		{"trade -china", "de", "Trade, ohne China"},
		{"europe without asean", "en", "Europe, without Asean"},
	} {
		q, err := r.Read(c.request, testNow)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Title(q, c.lang); got != c.want {
			t.Errorf("Title(%s, %q) = %q, want %q", c.request, c.lang, got, c.want)
		}
	}
}

func TestTitleOfWhatNobodyNamed(t *testing.T) {
	t.Parallel()
	if got := testReader(t).Title(digest.Query{Countries: []string{"XX"}, Topics: []string{"own-topic"}}, "en"); got != "XX, own-topic" {
		t.Errorf("title %q", got)
	}
}

func TestPeoplesSlugs(t *testing.T) {
	t.Parallel()
	r := testReader(t)
	for request, want := range map[string]string{
		"south korea trade": "korea-trade",
		"united states":     "us",
		"new zealand":       "new-zealand",
		"both koreas":       "korea-north-korea",
		"asean -china":      "asean-!cn",
	} {
		q, err := r.Read(request, testNow)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Slug(q); got != want {
			t.Errorf("Slug(%s) = %q, want %q", request, got, want)
		}
	}
}

func TestTheTitleIsTheFirstNameOfTheLastList(t *testing.T) {
	t.Parallel()
	country := func(text, lang, code string) digest.Name {
		return digest.Name{Text: text, Lang: lang, Kind: digest.CountryName, Slugs: []string{code}}
	}
	r := New(Options{Names: []digest.Name{
		country("MM", "", "MM"), country("Burma", "en", "MM"), country("Britain", "en", "GB"), country("England", "en", "GB"),
		country("Myanmar", "en", "MM"), country("Myanmar Burma", "en", "MM"), country("United Kingdom", "en", "GB"), country("UK", "en", "GB"),
		{Text: "eu", Lang: "en", Kind: digest.GroupName, Slugs: []string{"eu", "GB"}}, {Text: "European Union", Lang: "en", Kind: digest.GroupName, Slugs: []string{"eu", "GB"}},
	}})
	for want, q := range map[string]digest.Query{"Myanmar": {Countries: []string{"MM"}}, "United Kingdom": {Countries: []string{"GB"}}, "European Union": {Region: "eu"}} {
		if got := r.Title(q, "en"); got != want {
			t.Errorf("title %q, want %q", got, want)
		}
	}
	if got := r.RegionNames("eu"); len(got) != 1 || got[0] != "European Union" {
		t.Errorf("names of a region: %q", got)
	}
}
