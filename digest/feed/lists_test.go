package feed_test

import (
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
)

func TestSample(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 7, 30, 0, 0, time.UTC)
	langs, sources, ids, headlines := map[string]int{}, map[string]int{}, map[string]bool{}, 0
	articles := feed.Sample(now)
	for _, a := range articles {
		before := a.Identity()
		if err := a.Clean(); err != nil || a.Identity() != before {
			t.Errorf("%s: %v", a.Title, err)
		}
		if age := now.Sub(a.Published); age < time.Minute || age > 36*time.Hour {
			t.Errorf("%s: age %v", a.Title, age)
		}
		if !a.Sample || !strings.HasSuffix(a.Source, "(sample)") || !strings.Contains(a.URL, ".example.org/") {
			t.Errorf("not marked as sample: %+v", a)
		}
		langs[a.Lang]++
		sources[a.Source]++
		ids[a.Identity()] = true
		if a.Body == "" {
			headlines++
		}
	}
	if len(articles) < 48 || len(ids) != len(articles) || langs["ko"] < 2 || langs["ja"] < 2 || len(sources) < 5 || headlines < 5 {
		t.Errorf("%d articles, %d identities, languages %v, sources %v, %d headlines", len(articles), len(ids), langs, sources, headlines)
	}
}

func TestStarter(t *testing.T) {
	t.Parallel()
	list := feed.Starter()
	countries, names, addresses := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range list {
		if u, err := digest.CanonicalURL(s.URL); err != nil || u != s.URL {
			t.Errorf("%s: %s, %v", s.Name, u, err)
		}
		if names[s.Name] || addresses[s.URL] || s.Name == "" || s.Kind != digest.FeedSource || s.From != "starter" || s.Group == "" {
			t.Errorf("%+v", s)
		}
		if s.Country != "" && (len(s.Country) != 2 || s.Country != strings.ToUpper(s.Country)) || len(s.Lang) != 2 {
			t.Errorf("%s: country %q, language %q", s.Name, s.Country, s.Lang)
		}
		names[s.Name], addresses[s.URL] = true, true
		countries[s.Country] = true
	}
	if len(list) < 60 || len(countries) <= 30 || !countries["KR"] || !countries["JP"] {
		t.Errorf("%d feeds of %d countries", len(list), len(countries))
	}
	list[0].Name = "changed"
	if feed.Starter()[0].Name == "changed" {
		t.Error("the list is shared")
	}
}
