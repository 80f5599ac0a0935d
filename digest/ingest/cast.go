package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

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
// without long bodies.
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

// slimBody is the length from which a body is kept as a fingerprint.
const slimBody = 300

// slim is an article as its story is described. Of a long body only whether
// another says the same words counts there, so a fingerprint of its words, as
// long as a short body, stands for it.
func slim(a digest.Article) digest.Article {
	if len(a.Body) <= slimBody {
		return a
	}
	h := sha256.New()
	for w := range strings.FieldsSeq(strings.ToLower(a.Body)) {
		_, _ = h.Write([]byte(w))
		_, _ = h.Write([]byte{' '})
	}
	a.Body = strings.Repeat(hex.EncodeToString(h.Sum(nil)), 4)
	return a
}
