package main

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot/schedule"
	"github.com/daybrief/daybrief/digest"
)

// spoilt is a store that tells the program, or keeps, what is not so.
type spoilt struct {
	schedule.AlertStore
	t *theatre

	choice  func(*digest.Subscription) // what people chose
	profile func(*digest.Profile)
	article func(*digest.Article)
	late    bool // news is seen in the first minutes of each half hour alone
	forgets bool // what was told and held
}

// Changed tells other choices.
func (s spoilt) Changed(ctx context.Context, after int64) (digest.Changed, error) {
	c, err := s.AlertStore.Changed(ctx, after)
	for i := range c.Subscriptions {
		if s.choice != nil {
			s.choice(&c.Subscriptions[i])
		}
	}
	for i := range c.Profiles {
		if s.profile != nil {
			s.profile(&c.Profiles[i])
		}
	}
	return c, err
}

// ArticlesAfter tells other articles, or later.
func (s spoilt) ArticlesAfter(ctx context.Context, id int64, limit int) ([]digest.Article, error) {
	if s.late && s.t.now.Minute()%30 >= 5 {
		return nil, nil
	}
	all, err := s.AlertStore.ArticlesAfter(ctx, id, limit)
	return s.others(all), err
}

// Articles tells other articles.
func (s spoilt) Articles(ctx context.Context, ids []int64) ([]digest.Article, error) {
	all, err := s.AlertStore.Articles(ctx, ids)
	return s.others(all), err
}

func (s spoilt) others(all []digest.Article) []digest.Article {
	for i := range all {
		if s.article != nil {
			s.article(&all[i])
		}
	}
	return all
}

// SourceSince tells that a source is an old one.
func (s spoilt) SourceSince(ctx context.Context, name string) (time.Time, error) {
	if s.article != nil {
		return time.Time{}, nil
	}
	return s.AlertStore.SourceSince(ctx, name)
}

// AlertTimes does not tell when other choices had messages sent.
func (s spoilt) AlertTimes(ctx context.Context, since time.Time) (map[int64][]time.Time, error) {
	if s.choice != nil {
		return map[int64][]time.Time{}, nil
	}
	return s.AlertStore.AlertTimes(ctx, since)
}

// AlertedOf forgets what was told.
func (s spoilt) AlertedOf(ctx context.Context, ids []int64) ([]digest.Alerted, error) {
	if s.forgets {
		return nil, nil
	}
	return s.AlertStore.AlertedOf(ctx, ids)
}

// AddHeld forgets what is to wait.
func (s spoilt) AddHeld(ctx context.Context, held ...digest.Held) error {
	if s.forgets {
		return nil
	}
	return s.AlertStore.AddHeld(ctx, held...)
}

// FirstDelivery forgets what an update goes under.
func (s spoilt) FirstDelivery(ctx context.Context, id int64) (digest.Delivery, error) {
	if s.forgets {
		return digest.Delivery{}, digest.Errorf(digest.NotFound, "no delivery")
	}
	return s.AlertStore.FirstDelivery(ctx, id)
}

// CreateEditions forgets which editions there were.
func (s spoilt) CreateEditions(ctx context.Context, plans []digest.EditionPlan, enqueue func(context.Context, *sql.Tx, []int64) error) (int, error) {
	if s.forgets {
		for i := range plans {
			plans[i].Edition.Slot += fmt.Sprint("/", s.t.now.UnixNano())
			for j := range plans[i].Alerted {
				plans[i].Alerted[j].Times = int(s.t.now.Unix())
			}
		}
	}
	return s.AlertStore.CreateEditions(ctx, plans, enqueue)
}

// TestTheCheckerFindsAProgramThatIsWrong has the program itself break the
// rules, in a world in which much goes on.
func TestTheCheckerFindsAProgramThatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoilt
		want []string
	}{
		"it knows neither sleep nor mutes": {spoilt{profile: func(p *digest.Profile) { p.Quiet, p.Mutes = digest.QuietHours{}, nil }}, []string{"quiet", "muted"}},
		"it knows no measure": {spoilt{choice: func(s *digest.Subscription) {
			s.Rules = digest.Rules{PerHour: 1000, Cooldown: map[digest.SubscriptionKind]time.Duration{digest.FollowKind: time.Minute}[s.Kind]}
		}}, []string{"limit", "unasked", "often"}},
		"it believes no date": {spoilt{article: func(a *digest.Article) { a.Published = time.Time{} }}, []string{"unasked", "repeat", "stray"}},
		"it forgets":          {spoilt{forgets: true}, []string{"repeat", "leftout", "thread"}},
		"it is slow":          {spoilt{late: true}, []string{"late", "missed"}},
		"it knows no end": {spoilt{choice: func(s *digest.Subscription) {
			if s.Kind == digest.FollowKind {
				s.Created, s.LastRun = s.Created.AddDate(0, 0, -1), time.Time{}
			}
		}}, []string{"stray", "twice"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := simulateCmd{Days: 2, Stories: 80, People: 60, Seed: 3, Database: "sqlite", busy: 10, after: 24 * time.Hour}
			world.spoil = func(of *theatre, s schedule.AlertStore) schedule.AlertStore {
				wrong := c.spoilt
				wrong.AlertStore, wrong.t = s, of
				return wrong
			}
			out, err := world.simulate(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, rule := range c.want {
				if len(out.Broken[rule]) == 0 {
					t.Errorf("%q is not found; found are %v", rule, counted(out.Broken))
				}
			}
		})
	}
}

func counted(broken map[string][]string) map[string]int {
	out := map[string]int{}
	for rule, list := range broken {
		out[rule] = len(list)
	}
	return out
}
