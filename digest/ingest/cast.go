package ingest

import (
	"context"

	"github.com/daybrief/daybrief/digest"
)

// cast remembers which articles are in the stories that changed lately, so
// that a story that grows by the minute is not read whole from the store each
// time. It is a memory only: emptied whenever it might be wrong.
type cast struct {
	stories map[int64][]digest.Article
	size    int // articles held
}

// maxCast is how many articles are remembered, about 1 kB each: they are kept
// without their bodies.
const maxCast = 20_000

// of returns the articles of stories, from memory or from the store.
func (c *cast) of(ctx context.Context, store Stories, ids []int64) (map[int64][]digest.Article, error) {
	out := make(map[int64][]digest.Article, len(ids))
	var missing []int64
	for _, id := range ids {
		if known, ok := c.stories[id]; ok {
			out[id] = known
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	stored, err := store.StoryArticles(ctx, missing)
	for id, articles := range stored {
		for i := range articles {
			articles[i] = slim(articles[i])
		}
		out[id] = articles
	}
	return out, err
}

// keep takes over what a change that is now stored has made of its stories.
func (c *cast) keep(change *change) {
	if c.stories == nil || c.size > maxCast {
		c.clear()
	}
	for id := range change.stories {
		c.size -= len(c.stories[id])
		delete(c.stories, id)
		if articles := change.members[id]; len(articles) > 0 {
			c.stories[id] = articles
			c.size += len(articles)
		}
	}
}

func (c *cast) clear() { c.stories, c.size = map[int64][]digest.Article{}, 0 }

// slim is an article as its story is described: without its body.
func slim(a digest.Article) digest.Article {
	a.Body = ""
	return a
}
