package feed

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// maxPathArticles is how many articles one look at a watched path brings; the
// next look goes on with the files after.
const maxPathArticles = 10_000

// changedFile is a file of a watched path that is newer than what was read.
type changedFile struct {
	path string
	at   time.Time
}

// pollPath reads what changed in a watched file or folder since the last
// look. How far it came is kept as LastModified: the time of the newest file
// that was read whole. Looking again costs one walk over the names, works on
// every file system (also those over a network, which report no changes) and
// needs nothing between two looks. A Watcher says when to look at once.
func (f *Fetcher) pollPath(ctx context.Context, src digest.Source, r *Result) error {
	r.Outcome.Path = true
	since, _ := time.Parse(time.RFC3339Nano, src.Health.LastModified)
	r.Outcome.LastModified = src.Health.LastModified
	changed, err := changedFiles(src.URL, since)
	if err != nil {
		return digest.Errorf(digest.Unavailable, "%s cannot be read: %w", src.URL, plainError(err))
	}
	for i, c := range changed {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.readFile(c.path)
		r.Outcome.LastModified = c.at.UTC().Format(time.RFC3339Nano)
		full := len(r.Articles) >= maxPathArticles
		if full && (i+1 == len(changed) || changed[i+1].at.After(c.at)) {
			return nil
		}
	}
	return nil
}

func (r *Result) readFile(path string) {
	const shown = 20
	for a, err := range ReadFile(path, ReadOptions{}) {
		switch {
		case err == nil:
			r.Articles = append(r.Articles, a)
		case len(r.Problems) < shown:
			r.Problems = append(r.Problems, err.Error())
		}
	}
}

// changedFiles lists files modified after since, oldest first.
func changedFiles(root string, since time.Time) ([]changedFile, error) {
	var out []changedFile
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		hidden := path != root && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil && path == root:
			return err
		case hidden && d.IsDir():
			return filepath.SkipDir
		case err != nil || hidden || d.IsDir() || !readable(path, d):
			return nil
		}
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since it was listed
		}
		if err != nil {
			return err
		}
		if at := changedAt(info); at.After(since) {
			out = append(out, changedFile{path, at})
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b changedFile) int { return a.at.Compare(b.at) })
	return out, err
}
