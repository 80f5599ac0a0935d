package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/daybrief/daybrief/digest"
)

const healthColumns = `state, last_success, last_error, last_try, failures, next_poll, poll_interval, per_day, last_new,
	undated, delay, took, etag, last_modified, moved_to, moved_times, told_at`

const sourceColumns = "id, name, url, kind, country, lang, topics, newsroom, full_text, origin, " + healthColumns

func scanSource(row scanner) (digest.Source, error) {
	var s digest.Source
	var topics string
	h := &s.Health
	err := row.Scan(&s.ID, &s.Name, &s.URL, &s.Kind, &s.Country, &s.Lang, &topics, &s.Group, &s.FullText, &s.From,
		&h.State, at{&h.LastSuccess}, &h.LastError, at{&h.LastTry}, &h.Failures, at{&h.Next}, span{&h.Interval},
		&h.PerDay, at{&h.LastNew}, &h.Undated, span{&h.Delay}, span{&h.Took}, &h.ETag, &h.LastModified, &h.MovedTo, &h.MovedTimes, at{&h.ToldAt})
	if err == nil && topics != "[]" {
		err = json.Unmarshal([]byte(topics), &s.Topics)
	}
	return s, err
}

func healthValues(h digest.SourceHealth) []any {
	if h.State == "" {
		h.State = digest.SourceNew
	}
	return []any{string(h.State), micros(h.LastSuccess), h.LastError, micros(h.LastTry), h.Failures, micros(h.Next),
		h.Interval.Microseconds(), h.PerDay, micros(h.LastNew), h.Undated, h.Delay.Microseconds(), h.Took.Microseconds(),
		h.ETag, h.LastModified, h.MovedTo, h.MovedTimes, micros(h.ToldAt)}
}

func (s *Store) sources(ctx context.Context, rest string, args ...any) ([]digest.Source, error) {
	var out []digest.Source
	err := s.reading().each(ctx, func(row scanner) error {
		src, err := scanSource(row)
		out = append(out, src)
		return err
	}, "SELECT "+sourceColumns+" FROM sources "+rest, args...)
	return out, s.fail("read sources", err)
}

// Sources returns all sources by name.
func (s *Store) Sources(ctx context.Context) ([]digest.Source, error) {
	return s.sources(ctx, "ORDER BY name")
}

// Source returns the source of a name, NotFound when there is none.
func (s *Store) Source(ctx context.Context, name string) (digest.Source, error) {
	src, err := scanSource(s.reading().row(ctx, "SELECT "+sourceColumns+" FROM sources WHERE name = $1", name))
	return src, s.fail("find source "+name, err)
}

// SaveSource stores what is configured about a source: under its ID when it
// has one, which may change its name, else under its name. Of its health only
// a new source's is stored; where the address changes, what the old one said
// about itself is forgotten and it is due at once.
func (s *Store) SaveSource(ctx context.Context, src digest.Source) (id int64, created bool, err error) {
	topics, err := json.Marshal(append([]string{}, src.Topics...))
	if err != nil {
		return 0, false, s.fail("save source "+src.Name, err)
	}
	values := []any{src.Name, src.URL, string(src.Kind), src.Country, src.Lang, string(topics), src.Group,
		string(src.FullText), src.From}
	err = s.write(ctx, "save source "+src.Name, func(c *session) error {
		id, created = src.ID, false
		var url string
		err := c.row(ctx, "SELECT id, url FROM sources WHERE id = $1 OR ($1 = 0 AND name = $2)", id, src.Name).Scan(&id, &url)
		if isNoRows(err) && src.ID == 0 {
			created = true
			return c.row(ctx, "INSERT INTO sources (name, url, kind, country, lang, topics, newsroom, full_text, origin, "+
				healthColumns+") VALUES "+placeholders(0, 26)+" RETURNING id",
				append(values, healthValues(src.Health)...)...).Scan(&id)
		}
		if err != nil {
			return err
		}
		if err := updateSource(ctx, c, id, values); err != nil || url == src.URL {
			return err
		}
		_, err = c.exec(ctx, `UPDATE sources SET state = 'new', last_error = '', failures = 0, next_poll = 0, etag = '',
			last_modified = '', moved_to = '', moved_times = 0 WHERE id = $1`, id)
		return err
	})
	return id, created, err
}

func updateSource(ctx context.Context, c *session, id int64, values []any) error {
	_, err := c.exec(ctx, `UPDATE sources SET name = $1, url = $2, kind = $3, country = $4, lang = $5, topics = $6,
		newsroom = $7, full_text = $8, origin = $9 WHERE id = $10`, append(values[:len(values):len(values)], id)...)
	return err
}

// RemoveSource forgets a source; its articles stay.
func (s *Store) RemoveSource(ctx context.Context, name string) error {
	return s.write(ctx, "remove source "+name, func(c *session) error {
		return mustChange(c.exec(ctx, "DELETE FROM sources WHERE name = $1", name))
	})
}

// DueSources returns the sources that are read over and over (feeds, pages,
// watched paths) whose next reading has come, longest due first. One that is
// gone is never due.
func (s *Store) DueSources(ctx context.Context, now time.Time, limit int) ([]digest.Source, error) {
	return s.sources(ctx, `WHERE next_poll <= $1 AND state <> 'gone' AND kind IN ('feed', 'page', 'path')
		ORDER BY next_poll, id LIMIT $2`, micros(now), limit)
}

// SaveHealth stores what a reading of a source has shown.
func (s *Store) SaveHealth(ctx context.Context, sourceID int64, h digest.SourceHealth) error {
	return s.SaveHealths(ctx, map[int64]digest.SourceHealth{sourceID: h})
}

// SaveHealths stores the health of several sources in one transaction: with
// thousands of sources a commit for each reading is what would cost most. A
// source that was removed meanwhile is passed over.
func (s *Store) SaveHealths(ctx context.Context, all map[int64]digest.SourceHealth) error {
	return s.write(ctx, "save the health of sources", func(c *session) error {
		for _, id := range sortedKeys(all) {
			if _, err := c.exec(ctx, "UPDATE sources SET ("+healthColumns+") = "+placeholders(0, 17)+" WHERE id = $18",
				append(healthValues(all[id]), id)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// HealthBetween says how reading the sources went in a window: how many were
// tried before its end, and which of those had no success since its start and
// fail now, or were due all the time and not read, as while the disk is full. A
// source that was never tried is in neither: a program that has
// not read yet must not say that all was read.
func (s *Store) HealthBetween(ctx context.Context, since, until time.Time) (digest.Health, error) {
	const named = 10
	var h digest.Health
	from, to := bounds(since, until)
	err := s.reading().row(ctx, "SELECT count(*) FROM sources WHERE kind IN ('feed', 'page', 'path') AND last_try > 0 AND last_try < $1", to).Scan(&h.Sources)
	if err == nil {
		err = s.reading().each(ctx, func(row scanner) error {
			var name string
			err := row.Scan(&name)
			if h.Failed++; h.Failed <= named {
				h.Names = append(h.Names, name)
			}
			return err
		}, `SELECT name FROM sources WHERE kind IN ('feed', 'page', 'path') AND (failures > 0 OR state = 'gone' OR (next_poll > 0 AND next_poll < $1))
			AND last_success < $1 AND last_try < $2 AND last_try > 0 ORDER BY name`, from, to)
	}
	return h, s.fail("read the health of sources", err)
}
