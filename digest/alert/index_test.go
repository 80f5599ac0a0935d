package alert_test

import (
	"slices"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/alert"
	"github.com/daybrief/daybrief/digest/digesttest"
)

// TestIndexFindsWhatEachQueryFinds compares the index, while it learns and is
// changed, with each query by itself.
func TestIndexFindsWhatEachQueryFinds(t *testing.T) {
	t.Parallel()
	x := alert.NewIndex()
	all := wishes(2000)
	alone := map[int64]*alert.Matcher{}
	add := func(q alert.Query) {
		t.Helper()
		m, err := alert.NewMatcher(q)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Add(q); err != nil {
			t.Fatal(err)
		}
		alone[q.ID] = m
	}
	for _, q := range all {
		add(q)
	}
	found := 0
	articles := news(700)
	for i := range articles {
		switch i % 10 {
		case 3: // one goes
			x.Remove(all[i].ID)
			delete(alone, all[i].ID)
		case 7: // one becomes another
			q := all[2*i]
			q.ID = all[i].ID
			add(q)
		}
		if i%50 != 0 { // each check reads the article anew for each query
			x.Match(&articles[i])
			continue
		}
		var want []int64
		for id, m := range alone {
			if m.Miss(&articles[i]).Kind == "" {
				want = append(want, id)
			}
		}
		slices.Sort(want)
		got := x.Match(&articles[i])
		if !slices.Equal(got, want) {
			t.Fatalf("article %d: found %v, want %v", i, got, want)
		}
		found += len(got)
	}
	if found < 20 || x.Len() != len(alone) {
		t.Errorf("%d found, %d queries of %d", found, x.Len(), len(alone))
	}
}

func TestMiss(t *testing.T) {
	t.Parallel()
	about := func(q digest.Query) alert.Query { return alert.Query{Query: q} }
	filter := func(f digest.Filter) alert.Query { return alert.Query{Filter: f} }
	for name, c := range map[string]struct {
		q    alert.Query
		want alert.Miss
	}{
		"anything":              {about(digest.Query{}), alert.Miss{}},
		"country":               {about(digest.Query{Countries: []string{"KR"}}), alert.Miss{}},
		"both countries":        {about(digest.Query{Countries: []string{"KR", "US"}}), alert.Miss{}},
		"one of two":            {about(digest.Query{Countries: []string{"KR", "JP"}}), alert.Miss{Kind: alert.NoCountry, Value: "JP"}},
		"a weak one":            {about(digest.Query{Countries: []string{"CN"}}), alert.Miss{Kind: alert.NoCountry, Value: "CN"}},
		"a member":              {about(digest.Query{Region: "east-asia", Members: []string{"JP", "KR"}}), alert.Miss{}},
		"no member":             {about(digest.Query{Region: "asean", Members: []string{"TH", "VN"}}), alert.Miss{Kind: alert.NoRegion, Value: "asean"}},
		"topic":                 {about(digest.Query{Topics: []string{"sport"}}), alert.Miss{Kind: alert.NoTopic, Value: "sport"}},
		"word in another form":  {about(digest.Query{Terms: []string{"negotiator"}}), alert.Miss{}},
		"phrase":                {about(digest.Query{Terms: []string{"tariffs on cars"}}), alert.Miss{}},
		"words not in a row":    {about(digest.Query{Terms: []string{"cars tariffs"}}), alert.Miss{Kind: alert.NoWord, Value: "cars tariffs"}},
		"title and body apart":  {about(digest.Query{Terms: []string{"1 negotiators"}}), alert.Miss{Kind: alert.NoWord, Value: "1 negotiators"}},
		"source":                {about(digest.Query{Source: "Example Times 1"}), alert.Miss{}},
		"another source":        {about(digest.Query{Source: "Reuters"}), alert.Miss{Kind: alert.OtherSource, Value: "Reuters"}},
		"language":              {about(digest.Query{Langs: []string{"ko"}}), alert.Miss{Kind: alert.OtherLang, Value: "en"}},
		"excluded country":      {about(digest.Query{Exclude: digest.Exclusions{Countries: []string{"US"}}}), alert.Miss{Kind: alert.Excluded, Value: "US"}},
		"excluded weak country": {about(digest.Query{Exclude: digest.Exclusions{Countries: []string{"CN"}}}), alert.Miss{}},
		"excluded word":         {about(digest.Query{Exclude: digest.Exclusions{Terms: []string{"cars"}}}), alert.Miss{Kind: alert.Excluded, Value: "cars"}},
		"excluded source":       {about(digest.Query{Exclude: digest.Exclusions{Sources: []string{"Example Times 1"}}}), alert.Miss{Kind: alert.Excluded, Value: "Example Times 1"}},
		"included word":         {filter(digest.Filter{Include: []string{"steel", "cars"}}), alert.Miss{}},
		"no included word":      {filter(digest.Filter{Include: []string{"steel"}}), alert.Miss{Kind: alert.Filtered, Value: "steel"}},
		"kept out by a word":    {filter(digest.Filter{Exclude: []string{"deal"}}), alert.Miss{Kind: alert.Filtered, Value: "deal"}},
		"expression":            {filter(digest.Filter{Match: `FALL to \d+ percent`}), alert.Miss{}},
		"no match":              {filter(digest.Filter{Match: `^rise`}), alert.Miss{Kind: alert.Filtered, Value: "^rise"}},
		"unless":                {filter(digest.Filter{Unless: "tariff"}), alert.Miss{Kind: alert.Filtered, Value: "tariff"}},
		"sources":               {filter(digest.Filter{Sources: []string{"Reuters"}}), alert.Miss{Kind: alert.Filtered, Value: "Example Times 1"}},
		"languages":             {filter(digest.Filter{Langs: []string{"en", "ko"}}), alert.Miss{}},
	} {
		a := digesttest.Article(1, func(a *digest.Article) {
			a.Countries = append(a.Countries, digest.Tag{Slug: "CN", Weight: 0.3})
		})
		m, err := alert.NewMatcher(c.q)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Miss(&a); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		x := alert.NewIndex()
		c.q.ID = 5
		if err := x.Add(c.q); err != nil {
			t.Fatal(err)
		}
		if got := x.Match(&a); (len(got) == 1) != (c.want.Kind == "") {
			t.Errorf("%s: the index finds %v", name, got)
		}
	}
}

func TestWhy(t *testing.T) {
	t.Parallel()
	a := digesttest.Article(1, nil)
	q := alert.Query{Query: digest.Query{Region: "east-asia", Members: []string{"KR", "JP"}, Topics: []string{"trade"}, Terms: []string{"cars"}}, Filter: digest.Filter{Include: []string{"deal", "steel"}}}
	if got, want := alert.Why(q, &a), []string{"KR", "trade", "“cars”", "“deal”"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAFilterThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]digest.Filter{
		"bad expression": {Match: "(a"},
		"lookahead":      {Unless: "(?=x)"},
		"long":           {Match: string(make([]byte, 501))},
		"many words":     {Include: make([]string, 101)},
	} {
		if _, err := alert.NewMatcher(alert.Query{Filter: f}); digest.CodeOf(err) != digest.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := alert.NewMatcher(alert.Query{Filter: digest.Filter{Match: `\bBOJ\b|일본은행`, Exclude: []string{"축구"}}}); err != nil {
		t.Error(err)
	}
	if err := alert.NewIndex().Add(alert.Query{Filter: digest.Filter{Match: "("}}); digest.HintOf(err) == "" {
		t.Errorf("no hint: %v", err)
	}
}

func TestSeverity(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Quake kills 12 in Tokyo":                 "deaths",
		"Ministers meet in Seoul":                 "",
		"President declares martial law":          "coup",
		"서울에서 지진으로 3명 사망":                         "deaths",
		"북한 핵실험 실시":                               "nuclear",
		"Séisme au Maroc: des centaines de morts": "deaths",
		"EU agrees new sanctions":                 "sanctions",
		"Oil tanker sinks, five missing":          "crash",
		// What only sounds severe.
		"Oil sinks as traders weigh supply":              "",
		"Invasive plant spreads, study warns":            "",
		"Phone maker will declare war on its rival":      "",
		"Nasdaq set for worst week since April meltdown": "",
		"Trump blasts Fed chair over rates":              "",
		"The video games you may have missed":            "",
		"Assassin’s Creed boss sues publisher":           "",
		"Officer shoots at car tyres":                    "",
		"Government shutdown looms":                      "",
		"Jury fails to indict mayor":                     "",
		"Midwest braces for arctic blast":                "",
		"Tote bag recipes":                               "", // German has a word that looks like it
		"Strong quake shakes Quito, no deaths reported":  "earthquake",
		"Building evacuated, no injuries":                "emergency",
		"Coup attempt foiled in Benin":                   "coup",
		"Minister denies collapse of talks":              "",
		"Two killed, no one missing":                     "deaths",
		"Explosion at plant":                             "explosion",
		"Kraftig explosion i bostadshus":                 "explosion", // no words of its own: all are tried
	} {
		got := alert.Severity(title, "")
		if alert.Level(got) != alert.Level(want) || want == "" && got != "" {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
	if alert.Level("war") != 3 || alert.Level("deaths") != 2 || alert.Level("arrest") != 1 || alert.Level("") != 0 {
		t.Error("levels")
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("Seoul deal", "A body. Of it.", "deal", `a+b`)
	f.Add("한국 무역", "", "무역 \x00", `[`)
	f.Fuzz(func(t *testing.T, title, body, word, expression string) {
		a := digest.Article{Title: title, Body: body, Stored: time.Unix(1, 0)}
		q := alert.Query{ID: 1, Query: digest.Query{Terms: []string{word}}, Filter: digest.Filter{Match: expression}}
		m, err := alert.NewMatcher(q)
		if err != nil {
			return
		}
		x := alert.NewIndex()
		if err := x.Add(q); err != nil {
			t.Fatal(err)
		}
		if got := x.Match(&a); (len(got) == 1) != (m.Miss(&a).Kind == "") {
			t.Errorf("the index finds %v, alone it is %+v", got, m.Miss(&a))
		}
		alert.Severity(title, "")
		alert.Sentence(&a)
		alert.Why(q, &a)
	})
}
