package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func storyCases() []testCase {
	return []testCase{
		{"stories/group", storiesGroup},
		{"stories/regroup", storiesRegroup},
		{"stories/live", storiesLive},
		{"stories/every field", storiesFields},
		{"stories/popular", storiesPopular},
	}
}

func storiesGroup(t *testing.T, s *store.Store) {
	ctx := context.Background()
	ids := add(t, s, digesttest.Entry(1, nil), digesttest.Entry(2, nil), digesttest.Entry(3, nil))
	waiting := got(s.Ungrouped(ctx, 2))(t)
	wantEqual(t, "ungrouped", len(waiting), 2)
	e := digesttest.Entry(1, nil)
	wantEqual(t, "first", waiting[0], digest.LiveArticle{ID: ids[0], Source: e.Source, Time: e.Time(), Title: e.Title, Features: e.Features})

	join := digest.Join{StoryID: ids[0], Score: 0.5, Needed: 0.25, Shared: []string{"tariffs", "seoul"}, Nearest: 0.125, Veto: "places"}
	must(t, s.SaveGroups(ctx, []digest.Grouping{
		{ArticleID: ids[0], StoryID: ids[0], Join: digest.Join{StoryID: ids[0]}},
		{ArticleID: ids[1], StoryID: ids[0], Join: join},
	}))
	waiting = got(s.Ungrouped(ctx, 10))(t)
	if len(waiting) != 1 || waiting[0].ID != ids[2] {
		t.Errorf("ungrouped: %+v", waiting)
	}
	of := got(s.StoryArticles(ctx, []int64{ids[0], 0, 77}))(t)
	if len(of) != 1 || len(of[ids[0]]) != 2 || of[ids[0]][0].ID != ids[1] || of[ids[0]][0].Body == "" { // article 2 is the older one
		t.Errorf("articles of stories: %+v", of)
	}
	wantEqual(t, "join", got(s.Join(ctx, ids[1]))(t), join)
	_, err := s.Join(ctx, ids[2])
	wantCode(t, err, digest.NotFound)
	must(t, s.SaveGroups(ctx, []digest.Grouping{{ArticleID: 999, StoryID: 999}})) // pruned meanwhile
}

func storiesRegroup(t *testing.T, s *store.Store) {
	ctx := context.Background()
	ids := add(t, s, digesttest.Entry(1, nil), digesttest.Entry(2, nil))
	one, two := digesttest.Story(ids[0], nil), digesttest.Story(ids[1], nil)
	must(t, s.SaveGroups(ctx, []digest.Grouping{{ArticleID: ids[0], StoryID: ids[0]}, {ArticleID: ids[1], StoryID: ids[1]}}))
	must(t, s.SaveStories(ctx, []digest.Story{one, two}))
	wantEqual(t, "stories", got(s.Stories(ctx, []int64{ids[1], 55, ids[0], ids[1]}))(t), []digest.Story{two, one})

	one.Articles, one.Title, one.Sample = 4, "Both", true
	two.Articles = 0
	must(t, s.SaveGroups(ctx, []digest.Grouping{{ArticleID: ids[1], StoryID: ids[1]}, {ArticleID: ids[1], StoryID: ids[0], Join: digest.Join{StoryID: ids[0]}}}))
	must(t, s.SaveStories(ctx, []digest.Story{digesttest.Story(ids[1], nil), one, two}))
	wantEqual(t, "stories", got(s.Stories(ctx, []int64{ids[0], ids[1]}))(t), []digest.Story{one})
	wantEqual(t, "articles", len(got(s.StoryArticles(ctx, []int64{ids[0]}))(t)[ids[0]]), 2)
	wantEqual(t, "join", got(s.Join(ctx, ids[1]))(t).StoryID, ids[0])
}

func storiesFields(t *testing.T, s *store.Store) {
	var st digest.Story
	fillFields(t, &st)
	must(t, s.SaveStories(context.Background(), []digest.Story{st}))
	wantEqual(t, "stories", got(s.Stories(context.Background(), []int64{st.ID}))(t), []digest.Story{st})
	id := add(t, s, digesttest.Entry(1, nil))[0]
	var j digest.Join
	fillFields(t, &j)
	must(t, s.SaveGroups(context.Background(), []digest.Grouping{{ArticleID: id, StoryID: 1, Join: j}}))
	wantEqual(t, "join", got(s.Join(context.Background(), id))(t), j)
}

func storiesLive(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var entries []digest.Entry
	var groups []digest.Grouping
	for n := 1; n <= 2300; n++ { // more than two pages
		entries = append(entries, digesttest.Entry(n, nil))
	}
	ids := add(t, s, entries...)
	for _, id := range ids[:2200] {
		groups = append(groups, digest.Grouping{ArticleID: id, StoryID: id})
	}
	must(t, s.SaveGroups(ctx, groups))
	var live []int64
	must(t, s.Live(ctx, now().Add(-2100*time.Minute), func(a digest.LiveArticle) error {
		live = append(live, a.ID)
		if len(a.Features) == 0 || a.StoryID != a.ID {
			return fmt.Errorf("incomplete: %+v", a)
		}
		return nil
	}))
	wantEqual(t, "live", live, ids[:2100])
	stop := errors.New("enough")
	if err := s.Live(ctx, time.Time{}, func(digest.LiveArticle) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of fn became %v", err)
	}
}

func storiesPopular(t *testing.T, s *store.Store) {
	ctx := context.Background()
	must(t, s.SaveStories(ctx, []digest.Story{
		digesttest.Story(1, nil),
		digesttest.Story(2, func(st *digest.Story) { st.Countries[1].Weight = 0.49 }),
		digesttest.Story(3, func(st *digest.Story) { st.Last = now().Add(-48 * time.Hour) }),
		digesttest.Story(4, func(st *digest.Story) { st.Countries, st.Topics = nil, nil }),
	}))
	wantEqual(t, "popular", got(s.Popular(ctx, now().Add(-24*time.Hour)))(t), map[string]int{"KR": 2, "US": 1, "trade": 2})
	wantEqual(t, "since ever", got(s.Popular(ctx, time.Time{}))(t), map[string]int{"KR": 3, "US": 2, "trade": 3})
}
