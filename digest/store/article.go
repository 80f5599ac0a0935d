package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/daybrief/daybrief/digest"
)

const articleColumns = `a.id, t.guid, t.url, t.title, t.body, t.author, a.source, a.published, a.stored, a.lang,
	a.sample, a.revision, t.countries, t.topics, a.story_id`

const articleTables = ` FROM articles a JOIN article_texts t ON t.article_id = a.id `

func scanArticle(row scanner) (digest.Article, error) {
	var a digest.Article
	var countries, topics string
	err := row.Scan(&a.ID, &a.GUID, &a.URL, &a.Title, &a.Body, &a.Author, &a.Source, at{&a.Published}, at{&a.Stored},
		&a.Lang, &a.Sample, &a.Revision, &countries, &topics, &a.StoryID)
	a.Countries, a.Topics = tagsOf(countries), tagsOf(topics)
	return a, err
}

// Articles returns articles with their bodies in the order of ids, leaving out
// those that do not exist.
func (s *Store) Articles(ctx context.Context, ids []int64) ([]digest.Article, error) {
	found := make(map[int64]digest.Article, len(ids))
	err := s.articles(ctx, "a.id", ids, func(a digest.Article) { found[a.ID] = a })
	if err != nil {
		return nil, s.fail("read articles", err)
	}
	out := make([]digest.Article, 0, len(found))
	for _, id := range ids {
		if a, ok := found[id]; ok {
			out = append(out, a)
			delete(found, id)
		}
	}
	return out, nil
}

// StoryArticles returns the articles of stories by story, oldest first.
func (s *Store) StoryArticles(ctx context.Context, storyIDs []int64) (map[int64][]digest.Article, error) {
	out := make(map[int64][]digest.Article, len(storyIDs))
	err := s.articles(ctx, "a.story_id", storyIDs, func(a digest.Article) { out[a.StoryID] = append(out[a.StoryID], a) })
	return out, s.fail("read the articles of stories", err)
}

// articles reads the articles whose column is one of ids, oldest first. Story
// 0, which is none, has no articles.
func (s *Store) articles(ctx context.Context, column string, ids []int64, take func(digest.Article)) error {
	for _, list := range lists(distinct(ids)) {
		err := s.reading().each(ctx, func(row scanner) error {
			a, err := scanArticle(row)
			if err == nil {
				take(a)
			}
			return err
		}, "SELECT "+articleColumns+articleTables+"WHERE "+column+" <> 0 AND "+column+" IN "+placeholders(0, len(list))+
			" ORDER BY a.time, a.id", list...)
		if err != nil {
			return err
		}
	}
	return nil
}

func distinct(ids []int64) []int64 {
	seen := make(map[int64]bool, len(ids))
	out := make([]int64, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// ArticleByURL returns the article with a canonical address, the latest where
// several sources gave it; NotFound when there is none.
func (s *Store) ArticleByURL(ctx context.Context, url string) (digest.Article, error) {
	a, err := scanArticle(s.reading().row(ctx, "SELECT "+articleColumns+articleTables+
		"WHERE a.url_key = $1 AND t.url = $2 ORDER BY a.time DESC, a.id DESC LIMIT 1", urlKey(url), url))
	return a, s.fail("find the article at "+url, err)
}

// Revision is a text that an article had before.
type Revision struct {
	Revision int
	Replaced time.Time
	Title    string
	Body     string
}

// Revisions returns the earlier texts of an article, first to last.
func (s *Store) Revisions(ctx context.Context, articleID int64) ([]Revision, error) {
	var out []Revision
	err := s.reading().each(ctx, func(row scanner) error {
		var r Revision
		err := row.Scan(&r.Revision, at{&r.Replaced}, &r.Title, &r.Body)
		out = append(out, r)
		return err
	}, "SELECT revision, replaced, title, body FROM article_revisions WHERE article_id = $1 ORDER BY revision", articleID)
	return out, s.fail("read an article's revisions", err)
}

// Window returns how many articles count in [since, until) and from how many
// sources. A zero time leaves that side open.
func (s *Store) Window(ctx context.Context, since, until time.Time) (articles, sources int, err error) {
	from, to := bounds(since, until)
	err = s.reading().row(ctx, `SELECT coalesce(sum(n), 0), count(*) FROM (
		SELECT count(*) AS n FROM articles WHERE time >= $1 AND time < $2 GROUP BY source) AS per_source`,
		from, to).Scan(&articles, &sources)
	return articles, sources, s.fail("count articles", err)
}

// bounds are a window as stored times; a zero time leaves its side open.
func bounds(since, until time.Time) (from, to int64) {
	const first, last = -1 << 62, 1 << 62
	from, to = first, last
	if !since.IsZero() {
		from = since.UnixMicro()
	}
	if !until.IsZero() {
		to = until.UnixMicro()
	}
	return from, to
}

// Join returns why an article is in its story; NotFound when it is in none.
func (s *Store) Join(ctx context.Context, articleID int64) (digest.Join, error) {
	var text string
	var j digest.Join
	err := s.reading().row(ctx, "SELECT reason FROM article_joins WHERE article_id = $1", articleID).Scan(&text)
	if err == nil {
		err = json.Unmarshal([]byte(text), &j)
	}
	return j, s.fail("find why an article is in its story", err)
}
