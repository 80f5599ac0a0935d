package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// AddArticles stores a batch in one transaction and says what became of each
// entry, in their order. An article is known by its Identity: the same text
// again changes nothing but its tags, other text becomes a new revision and
// the old one is kept. Stored is kept from the first sight.
//
// Entries are clean (Article.Clean). A body that stands within the one already
// stored under the same title, such as a feed's teaser after the whole page,
// is no new text.
//
// What it stores outlives the program at once, and a power failure from the
// next write on that is not of articles or stories, such as SaveGroups.
//
// Where the disk is full, or has no more free than is kept for the ledger, the
// error has digest.ErrFull as its cause; see Room.
func (s *Store) AddArticles(ctx context.Context, entries []digest.Entry) ([]digest.Added, error) {
	if err := s.enough(ctx); err != nil {
		return nil, err
	}
	var added []digest.Added
	err := s.writeSoon(ctx, "store articles", func(c *session) error {
		in := intake{c: c, now: s.now(), known: map[string]*stored{}, made: map[string]*stored{}, pending: map[int64]bool{}}
		var err error
		added, err = in.run(ctx, entries)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.full.Store(false)
	return added, nil
}

// stored is what is looked at of an article that is there already.
type stored struct {
	id        int64
	revision  int
	time      int64
	published int64
	stored    time.Time
	text      int64 // text_key
	title     string
	source    string
	countries string
	topics    string
}

// intake is one batch on its way in. Rows of the narrow table are written first,
// since they give the ids; all others are gathered and written together.
type intake struct {
	c       *session
	now     time.Time
	known   map[string]*stored
	made    map[string]*stored // stored by this batch; their entries are still to come
	pending map[int64]bool     // ids whose gathered rows are not written yet

	texts, tags, terms, features [][]any
	words                        []indexedRow
	reindexed                    []int64
}

func (in *intake) run(ctx context.Context, entries []digest.Entry) ([]digest.Added, error) {
	if err := in.lookUp(ctx, entries); err != nil {
		return nil, err
	}
	if err := in.insert(ctx, entries); err != nil {
		return nil, err
	}
	added := make([]digest.Added, len(entries))
	for i := range entries {
		a, err := in.add(ctx, &entries[i])
		if err != nil {
			return nil, err
		}
		added[i] = a
	}
	return added, in.flush(ctx)
}

func (in *intake) lookUp(ctx context.Context, entries []digest.Entry) error {
	keys := make([]string, len(entries))
	for i := range entries {
		keys[i] = entries[i].Identity()
	}
	for _, list := range lists(keys) {
		err := in.c.each(ctx, in.remember, `SELECT a.identity, a.id, a.revision, a.time, a.published, a.stored, a.text_key,
			a.source, t.title, t.countries, t.topics FROM articles a JOIN article_texts t ON t.article_id = a.id
			WHERE a.identity IN `+placeholders(0, len(list)), list...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (in *intake) remember(row scanner) error {
	var key string
	k := &stored{}
	err := row.Scan(&key, &k.id, &k.revision, &k.time, &k.published, at{&k.stored}, &k.text, &k.source, &k.title, &k.countries, &k.topics)
	in.known[key] = k
	return err
}

// add takes one entry.
func (in *intake) add(ctx context.Context, e *digest.Entry) (digest.Added, error) {
	key := e.Identity()
	if k := in.made[key]; k != nil {
		delete(in.made, key)
		in.known[key] = k
		in.gather(k, e)
		return digest.Added{ID: k.id, New: true}, nil
	}
	if in.known[key] == nil { // another program stored it since lookUp
		if err := in.lookUp(ctx, []digest.Entry{*e}); err != nil {
			return digest.Added{}, err
		}
	}
	return in.again(ctx, in.known[key], e)
}

// insert stores the articles that are not known, in the order of the entries.
func (in *intake) insert(ctx context.Context, entries []digest.Entry) error {
	var rows [][]any
	fresh := map[string]*stored{}
	for i := range entries {
		key := entries[i].Identity()
		if in.known[key] != nil || fresh[key] != nil {
			continue
		}
		a := entries[i].Article
		if a.Stored.IsZero() {
			a.Stored = in.now
		}
		k := &stored{revision: 1, time: micros(a.Time()), published: micros(a.Published), stored: a.Stored,
			text: textKey(a.Title, a.Body), title: cleanText(a.Title), source: a.Source, countries: tagText(a.Countries), topics: tagText(a.Topics)}
		fresh[key] = k
		rows = append(rows, []any{key, k.time, k.published, micros(a.Stored), a.Source, a.Lang, 0, 1, a.Sample, urlKey(a.URL), k.text})
	}
	return in.c.insertReturning(ctx, `INSERT INTO articles (identity, time, published, stored, source, lang, story_id, revision,
		sample, url_key, text_key)`, " ON CONFLICT (identity) DO NOTHING RETURNING identity, id", rows, func(row scanner) error {
		var key string
		var id int64
		err := row.Scan(&key, &id)
		if k := fresh[key]; k != nil {
			k.id, in.made[key] = id, k
		}
		return err
	})
}

// again takes an entry whose article is known.
func (in *intake) again(ctx context.Context, k *stored, e *digest.Entry) (digest.Added, error) {
	added := digest.Added{ID: k.id}
	if in.pending[k.id] { // the batch holds it twice
		if err := in.flush(ctx); err != nil {
			return added, err
		}
	}
	revised, err := in.differs(ctx, k, e)
	if err != nil {
		return added, err
	}
	retagged := len(e.TitleTerms) > 0 && (tagText(e.Countries) != k.countries || tagText(e.Topics) != k.topics)
	if !revised && !retagged {
		return added, nil
	}
	added.Revised = revised
	return added, in.replace(ctx, k, e, revised)
}

// differs reports whether an entry brings new text.
func (in *intake) differs(ctx context.Context, k *stored, e *digest.Entry) (bool, error) {
	if textKey(e.Title, e.Body) == k.text {
		return false, nil
	}
	if cleanText(e.Title) != k.title {
		return true, nil
	}
	var body string
	if err := in.c.row(ctx, "SELECT body FROM article_texts WHERE article_id = $1", k.id).Scan(&body); err != nil {
		return false, err
	}
	return !strings.Contains(body, strings.TrimRight(cleanText(e.Body), " .…\n")), nil
}

// replace writes an entry over a known article, keeping the text it had when
// that changes.
func (in *intake) replace(ctx context.Context, k *stored, e *digest.Entry, revised bool) error {
	if revised {
		k.revision++
		if _, err := in.c.exec(ctx, `INSERT INTO article_revisions (article_id, revision, replaced, title, body)
			SELECT article_id, CAST($2 AS BIGINT), CAST($3 AS BIGINT), title, body FROM article_texts WHERE article_id = $1`,
			k.id, k.revision-1, micros(in.now)); err != nil {
			return err
		}
	}
	if err := dropTags(ctx, in.c, k); err != nil {
		return err
	}
	a := e.Article
	a.Stored = k.stored
	if a.Published.IsZero() || (!revised && k.published != 0) {
		a.Published = instant(k.published)
	}
	k.time, k.published = micros(a.Time()), micros(a.Published)
	k.countries, k.topics = tagText(a.Countries), tagText(a.Topics)
	if revised {
		k.title, k.text = cleanText(a.Title), textKey(a.Title, a.Body)
	}
	if _, err := in.c.exec(ctx, `UPDATE articles SET time = $2, published = $3, lang = $4, revision = $5, url_key = $6,
		text_key = $7 WHERE id = $1`, k.id, k.time, k.published, a.Lang, k.revision, urlKey(a.URL), k.text); err != nil {
		return err
	}
	in.reindexed = append(in.reindexed, k.id)
	if !revised {
		return in.retag(ctx, k, e)
	}
	in.gather(k, e)
	return nil
}

// retag is gather for an article whose text stays as it is.
func (in *intake) retag(ctx context.Context, k *stored, e *digest.Entry) error {
	_, err := in.c.exec(ctx, "UPDATE article_texts SET countries = $2, topics = $3 WHERE article_id = $1",
		k.id, k.countries, k.topics)
	in.gatherIndex(k, e)
	return err
}

func (in *intake) gather(k *stored, e *digest.Entry) {
	in.texts = append(in.texts, []any{k.id, e.GUID, e.URL, e.Author, e.Title, k.countries, k.topics, e.Body})
	in.gatherIndex(k, e)
}

func (in *intake) gatherIndex(k *stored, e *digest.Entry) {
	in.pending[k.id] = true
	x := index(e, k.time)
	in.words = append(in.words, indexedRow{id: k.id, time: k.time, source: k.source, lang: e.Lang, indexed: x})
	in.terms = append(in.terms, []any{k.id, x.terms})
	if len(e.Features) > 0 {
		in.features = append(in.features, []any{k.id, e.Features})
	}
	for _, tags := range [][]digest.Tag{e.Countries, e.Topics} {
		for _, t := range tags {
			if t.Weight >= digest.WeakWeight {
				in.tags = append(in.tags, []any{t.Slug, k.time, k.id, t.Weight})
			}
		}
	}
}

// flush writes what was gathered.
func (in *intake) flush(ctx context.Context) error {
	if err := in.c.insert(ctx, "INSERT INTO article_texts (article_id, guid, url, author, title, countries, topics, body)",
		` ON CONFLICT (article_id) DO UPDATE SET guid = excluded.guid, url = excluded.url, author = excluded.author,
		title = excluded.title, countries = excluded.countries, topics = excluded.topics, body = excluded.body`, in.texts); err != nil {
		return err
	}
	if err := in.c.insert(ctx, "INSERT INTO article_terms (article_id, terms)",
		" ON CONFLICT (article_id) DO UPDATE SET terms = excluded.terms", in.terms); err != nil {
		return err
	}
	if err := in.c.insert(ctx, "INSERT INTO article_features (article_id, features)",
		" ON CONFLICT (article_id) DO UPDATE SET features = excluded.features", in.features); err != nil {
		return err
	}
	if err := in.c.insert(ctx, "INSERT INTO article_tags (slug, time, article_id, weight)",
		" ON CONFLICT (slug, time, article_id) DO NOTHING", in.tags); err != nil {
		return err
	}
	if err := in.c.kind.words.put(ctx, in.c, in.reindexed, in.words); err != nil {
		return err
	}
	in.texts, in.terms, in.features, in.tags, in.words, in.reindexed = nil, nil, nil, nil, nil, nil
	clear(in.pending)
	return nil
}

// dropTags takes an article's rows out of article_tags. They are named by the
// slugs and the time it had, which is their key.
func dropTags(ctx context.Context, c *session, k *stored) error {
	for _, text := range []string{k.countries, k.topics} {
		for _, t := range tagsOf(text) {
			if _, err := c.exec(ctx, "DELETE FROM article_tags WHERE slug = $1 AND time = $2 AND article_id = $3",
				t.Slug, k.time, k.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// tagText is a list of tags as it is stored.
func tagText(tags []digest.Tag) string {
	if len(tags) == 0 {
		return "[]"
	}
	text, err := json.Marshal(tags)
	if err != nil { // a weight that is not a number
		return "[]"
	}
	return string(text)
}

// tagsOf undoes tagText.
func tagsOf(text string) []digest.Tag {
	if text == "" || text == "[]" {
		return nil
	}
	var tags []digest.Tag
	if json.Unmarshal([]byte(text), &tags) != nil {
		return nil
	}
	return tags
}

// textKey tells whether a text has changed.
func textKey(title, body string) int64 { return key64(cleanText(title) + "\x00" + cleanText(body)) }

// urlKey finds an address without an index over whole addresses; 0 for none.
func urlKey(url string) int64 {
	if url == "" {
		return 0
	}
	return key64(url)
}

func key64(s string) int64 {
	sum := sha256.Sum256([]byte(s))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
