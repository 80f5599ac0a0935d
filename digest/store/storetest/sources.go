package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/digesttest"
	"github.com/daybrief/daybrief/digest/store"
)

func sourceCases() []testCase {
	return []testCase{
		{"sources/save and read", sourcesSave},
		{"sources/every field", sourcesFields},
		{"sources/due", sourcesDue},
		{"sources/health", sourcesHealth},
	}
}

func sourcesSave(t *testing.T, s *store.Store) {
	ctx := context.Background()
	src := digesttest.Source(1, func(s *digest.Source) { s.Group = "Example" })
	id, created, err := s.SaveSource(ctx, src)
	must(t, err)
	src.ID = id
	wantEqual(t, "created", created, true)
	wantEqual(t, "source", got(s.Source(ctx, src.Name))(t), src)

	health := digest.SourceHealth{State: digest.SourceFailing, LastSuccess: now(), LastError: "it is down", LastTry: now(), Failures: 3,
		Next: now().Add(time.Hour), Interval: 90 * time.Minute, PerDay: 12.5, Undated: 0.25, Delay: time.Minute, Took: time.Second,
		ETag: `"x"`, LastModified: "Mon", MovedTo: "https://news.example/new.xml", MovedTimes: 2, ToldAt: now()}
	must(t, s.SaveHealth(ctx, id, health))
	src.Health, src.ID, src.Topics = health, 0, nil
	again, created, err := s.SaveSource(ctx, src) // by name, without touching its health
	must(t, err)
	wantEqual(t, "again", []any{again, created}, []any{id, false})
	src.ID, src.Topics = id, nil
	wantEqual(t, "source", got(s.Source(ctx, src.Name))(t), src)

	src.Name, src.URL = "Renamed", "https://news.example/elsewhere.xml" // by ID
	_, _, err = s.SaveSource(ctx, src)
	must(t, err)
	h := got(s.Source(ctx, "Renamed"))(t).Health
	wantEqual(t, "health after a move", []any{h.ETag, h.Failures, h.Next, h.PerDay}, []any{"", 0, time.Time{}, 12.5})

	_, _, err = s.SaveSource(ctx, digesttest.Source(2, nil))
	must(t, err)
	_, _, err = s.SaveSource(ctx, digesttest.Source(2, func(s *digest.Source) { s.ID = id }))
	wantCode(t, err, digest.Conflict) // the name is another's
	_, _, err = s.SaveSource(ctx, digesttest.Source(3, func(s *digest.Source) { s.ID = 99 }))
	wantCode(t, err, digest.NotFound)

	must(t, s.RemoveSource(ctx, "Renamed"))
	wantCode(t, s.RemoveSource(ctx, "Renamed"), digest.NotFound)
	_, err = s.Source(ctx, "Renamed")
	wantCode(t, err, digest.NotFound)
	wantEqual(t, "sources", len(got(s.Sources(ctx))(t)), 1)
	must(t, s.SaveHealth(ctx, id, health)) // removed meanwhile
}

func sourcesFields(t *testing.T, s *store.Store) {
	var src digest.Source
	fillFields(t, &src)
	id, _, err := s.SaveSource(context.Background(), digesttest.Source(1, nil))
	must(t, err)
	src.ID = id
	_, _, err = s.SaveSource(context.Background(), src)
	must(t, err)
	must(t, s.SaveHealth(context.Background(), id, src.Health))
	wantEqual(t, "source", got(s.Source(context.Background(), src.Name))(t), src)
}

func sourcesDue(t *testing.T, s *store.Store) {
	ctx := context.Background()
	due := func(n int, in time.Duration, change func(*digest.Source)) {
		_, _, err := s.SaveSource(ctx, digesttest.Source(n, func(src *digest.Source) {
			src.Health.Next = now().Add(in)
			if change != nil {
				change(src)
			}
		}))
		must(t, err)
	}
	due(1, -time.Minute, nil)
	due(2, -time.Hour, func(s *digest.Source) { s.Kind = digest.PageSource })
	due(3, time.Minute, nil)
	due(4, -time.Hour, func(s *digest.Source) { s.Health.State = digest.SourceGone })
	due(5, -time.Hour, func(s *digest.Source) { s.Kind = digest.ImportSource })
	due(6, 0, func(s *digest.Source) { s.Kind, s.Health.Next = digest.PathSource, time.Time{} })
	var names []string
	for _, src := range got(s.DueSources(ctx, now(), 10))(t) {
		names = append(names, src.Name[len(src.Name)-1:])
	}
	wantEqual(t, "due", names, []string{"6", "2", "1"})
	wantEqual(t, "limited", len(got(s.DueSources(ctx, now(), 2))(t)), 2)
}

func sourcesHealth(t *testing.T, s *store.Store) {
	ctx := context.Background()
	since, until := now().Add(-24*time.Hour), now()
	all := map[string]digest.SourceHealth{
		"fine":        {State: digest.SourceOK, LastSuccess: now().Add(-time.Hour), LastTry: now().Add(-time.Hour)},
		"new":         {State: digest.SourceNew},
		"failing":     {State: digest.SourceFailing, LastSuccess: now().Add(-48 * time.Hour), LastTry: now().Add(-time.Hour), Failures: 5},
		"never":       {State: digest.SourceFailing, LastTry: now().Add(-time.Hour), Failures: 1},
		"backed off":  {State: digest.SourceFailing, LastTry: now().Add(-30 * time.Hour), Failures: 9},
		"since today": {State: digest.SourceFailing, LastSuccess: now().Add(-2 * time.Hour), LastTry: now().Add(-time.Hour), Failures: 1},
		"not read":    {State: digest.SourceOK, LastSuccess: now().Add(-50 * time.Hour), LastTry: now().Add(-50 * time.Hour), Next: now().Add(-49 * time.Hour)},
		"rare":        {State: digest.SourceOK, LastSuccess: now().Add(-25 * time.Hour), LastTry: now().Add(-25 * time.Hour), Next: now().Add(-time.Hour)},
		"gone":        {State: digest.SourceGone, LastSuccess: now().Add(-90 * time.Hour), LastTry: now().Add(-80 * time.Hour)},
	}
	for name, h := range all {
		_, _, err := s.SaveSource(ctx, digesttest.Source(1, func(s *digest.Source) { s.Name, s.Health = name, h }))
		must(t, err)
	}
	_, _, err := s.SaveSource(ctx, digesttest.Source(1, func(s *digest.Source) { s.Name, s.Kind = "import", digest.ImportSource }))
	must(t, err)
	h := got(s.HealthBetween(ctx, since, until))(t)
	wantEqual(t, "health", h, digest.Health{Sources: 8, Failed: 5, Names: []string{"backed off", "failing", "gone", "never", "not read"}})
}
