package brief

import (
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
)

func about(id int64, score float64, country, topic string, sources ...string) hit {
	h := hit{Ranked: Ranked{StoryID: id, Score: score}, story: digest.Story{ID: id, Countries: []digest.Tag{{Slug: country, Weight: 0.9}}, Topics: []digest.Tag{{Slug: topic, Weight: 0.9}}}}
	for i, s := range sources {
		h.Articles = append(h.Articles, digest.Candidate{ArticleID: 10*id + int64(i), Source: s})
	}
	return h
}

func ids(hits []hit) []int64 {
	var out []int64
	for _, h := range hits {
		out = append(out, h.StoryID)
	}
	return out
}

func TestPersonal(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	found := func() []hit {
		return []hit{about(1, 1.0, "KR", "trade", "Wire"), about(2, 0.9, "JP", "trade", "Wire", "Post"), about(3, 0.5, "KR", "sport", "Post")}
	}
	mute := func(k digest.MuteKind, v string) digest.Profile {
		return digest.Profile{Mutes: []digest.Mute{{Kind: k, Value: v}}}
	}
	lean := func(l map[string]float64) digest.Profile { return digest.Profile{Leanings: l} }
	over := mute(digest.MuteTopic, "trade")
	over.Mutes[0].Until = now
	for name, c := range map[string]struct {
		p     digest.Profile
		want  []int64
		muted int
	}{
		"nothing chosen":         {digest.Profile{}, []int64{1, 2, 3}, 0},
		"a story":                {mute(digest.MuteStory, "2"), []int64{1, 3}, 1},
		"a story that grew into": {mute(digest.MuteStory, "30"), []int64{1, 2}, 1},
		"a topic":                {mute(digest.MuteTopic, "trade"), []int64{3}, 2},
		"a country":              {mute(digest.MuteCountry, "KR"), []int64{2}, 2},
		"a source of all it has": {mute(digest.MuteSource, "Wire"), []int64{2, 3}, 1},
		"a mute that is over":    {over, []int64{1, 2, 3}, 0},
		"more moves up":          {lean(map[string]float64{"JP": 1}), []int64{2, 1, 3}, 0},
		"less moves down":        {lean(map[string]float64{"KR": -1}), []int64{2, 1, 3}, 0},
		"never without bounds":   {lean(map[string]float64{"sport": 50}), []int64{1, 2, 3}, 0},
	} {
		given := found()
		got, muted := personal(given, c.p, now)
		if g := ids(got); len(g) != len(c.want) || muted != c.muted {
			t.Errorf("%s: %v, %d muted; want %v, %d", name, g, muted, c.want, c.muted)
		} else {
			for i := range g {
				if g[i] != c.want[i] {
					t.Errorf("%s: %v, want %v", name, g, c.want)
					break
				}
			}
		}
		if given[0].Score != 1.0 || given[1].StoryID != 2 {
			t.Errorf("%s: what was found is changed", name)
		}
	}
}

func TestFiltered(t *testing.T) {
	t.Parallel()
	all := []loaded{
		{about(1, 1, "KR", "trade"), []digest.Article{{Title: "Tariffs on cars", Source: "Wire", Lang: "en"}, {Title: "Car duties", Source: "Post", Lang: "en"}}},
		{about(2, 1, "KR", "sport"), []digest.Article{{Title: "Football final", Source: "Post", Lang: "en"}}},
		{about(3, 1, "KR", "trade"), []digest.Article{{Title: "관세 협상", Source: "Yonhap", Lang: "ko"}}},
	}
	for name, c := range map[string]struct {
		f    digest.Filter
		want []int64
		lead string
	}{
		"none":       {digest.Filter{}, []int64{1, 2, 3}, "Wire"},
		"exclude":    {digest.Filter{Exclude: []string{"football"}}, []int64{1, 3}, "Wire"},
		"include":    {digest.Filter{Include: []string{"tariff"}}, []int64{1}, "Wire"},
		"expression": {digest.Filter{Match: "dut(y|ies)"}, []int64{1}, "Post"},
		"unless":     {digest.Filter{Unless: "^football"}, []int64{1, 3}, "Wire"},
		"sources":    {digest.Filter{Sources: []string{"Post"}}, []int64{1, 2}, "Post"},
		"not from":   {digest.Filter{NotSources: []string{"Wire", "Post"}}, []int64{3}, "Yonhap"},
		"languages":  {digest.Filter{Langs: []string{"ko"}}, []int64{3}, "Yonhap"},
	} {
		got, err := filtered(all, c.f)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %d stories, %v; want %v", name, len(got), err, c.want)
			continue
		}
		for i := range got {
			if got[i].StoryID != c.want[i] {
				t.Errorf("%s: story %d at %d, want %v", name, got[i].StoryID, i, c.want)
			}
		}
		if got[0].articles[0].Source != c.lead {
			t.Errorf("%s: led by %s, want %s", name, got[0].articles[0].Source, c.lead)
		}
	}
	if _, err := filtered(all, digest.Filter{Match: "("}); digest.CodeOf(err) != digest.Invalid {
		t.Errorf("a broken expression: %v", err)
	}
}

func TestMutedSourceLeadsNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	all := []loaded{{about(1, 1, "KR", "trade"), []digest.Article{{Source: "Wire"}, {Source: "Post"}}}}
	got := withoutSources(all, digest.Profile{Mutes: []digest.Mute{{Kind: digest.MuteSource, Value: "Wire"}}}, now)
	if len(got[0].articles) != 1 || got[0].articles[0].Source != "Post" || len(all[0].articles) != 2 {
		t.Errorf("%v from %v", got, all)
	}
}
