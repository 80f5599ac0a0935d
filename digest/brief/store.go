package brief

import (
	"context"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Finder finds what may answer.
type Finder interface {
	Search(ctx context.Context, q digest.Search) ([]digest.Candidate, error)
	Window(ctx context.Context, since, until time.Time) (articles, sources int, err error)
}

// Library gives what is shown.
type Library interface {
	Stories(ctx context.Context, ids []int64) ([]digest.Story, error)
	StoryArticles(ctx context.Context, storyIDs []int64) (map[int64][]digest.Article, error)
	Join(ctx context.Context, articleID int64) (digest.Join, error)
}

// Ledger knows what was told before, and how reading the sources went.
type Ledger interface {
	Told(ctx context.Context, to digest.Destination, storyIDs []int64) (map[int64]digest.Told, error)
	HealthBetween(ctx context.Context, since, until time.Time) (digest.Health, error)
}

// Store is what a Briefer needs of the store.
type Store interface {
	Finder
	Library
	Ledger
}

// Titles says topics for people; tag.Tagger does.
type Titles interface {
	TopicTitle(slug, lang string) string
}
