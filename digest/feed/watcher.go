package feed

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/daybrief/daybrief/digest"
)

// Watcher tells when a watched file or folder changes, so that what is put
// there is read within a second or two. It is a help and no need: a source
// that it cannot watch (a file system over a network, too many folders, a
// system without such notices) is looked at every minute all the same.
type Watcher struct {
	log *slog.Logger

	mu    sync.Mutex
	fs    *fsnotify.Watcher // nil while nobody runs it
	roots map[string]string // name of a source -> its path, without symbolic links
	dirs  map[string]bool   // folders that are watched
}

// NewWatcher builds a Watcher; log may be nil.
func NewWatcher(log *slog.Logger) *Watcher {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Watcher{log: log, roots: map[string]string{}, dirs: map[string]bool{}}
}

const (
	maxWatched  = 2_000                  // folders; systems allow some thousands for all programs
	watchSettle = 400 * time.Millisecond // of silence, so that a file is read when it is written
	watchMost   = 5 * time.Second        // from the first change, where it is never silent
)

// Add watches the path of a source, with the folders in it; again and again
// is harmless, and finds new folders.
func (w *Watcher) Add(src digest.Source) {
	root, err := filepath.EvalSymlinks(src.URL)
	if err == nil {
		root, err = filepath.Abs(root)
	}
	if err != nil {
		return // the source's health tells
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.roots[src.Name] = root
	w.follow(root)
}

// Remove forgets a source.
func (w *Watcher) Remove(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.roots, name)
}

// follow watches a folder and those in it. Of a file the folder is watched:
// programs that save a file put a new one in its place.
func (w *Watcher) follow(root string) {
	if w.fs == nil {
		return
	}
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // what cannot be seen cannot be watched
		case path == root && !d.IsDir():
			w.watch(filepath.Dir(path))
			return nil
		case !d.IsDir():
			return nil
		case path != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		}
		w.watch(path)
		return nil
	})
}

func (w *Watcher) watch(dir string) {
	if w.dirs[dir] || len(w.dirs) >= maxWatched {
		return
	}
	if err := w.fs.Add(dir); err != nil {
		w.log.Debug("a folder is looked at every minute, since it cannot be watched", "path", dir, "err", err)
		return
	}
	w.dirs[dir] = true
}

// Run calls changed, with the name of a source, some moments after something
// changed under its path, until ctx ends. It calls for one source at a time.
// An error says that this system cannot watch.
func (w *Watcher) Run(ctx context.Context, changed func(name string)) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return digest.Errorf(digest.Unavailable, "files cannot be watched for changes: %w", err)
	}
	w.begin(watcher)
	defer w.end()
	waiting := settling{first: map[string]time.Time{}}
	waiting.note(w.names(), time.Now()) // what has changed before
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-watcher.Errors:
			// Some notices were lost: any of the sources may have changed.
			w.log.Debug("watching files", "err", err)
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				waiting.note(w.names(), time.Now())
			}
		case e := <-watcher.Events:
			waiting.note(w.touched(e), time.Now())
		case <-waiting.due():
			for _, name := range waiting.take() {
				changed(name)
			}
		}
	}
}

func (w *Watcher) begin(watcher *fsnotify.Watcher) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fs, w.dirs = watcher, map[string]bool{}
	for _, root := range w.roots {
		w.follow(root)
	}
}

func (w *Watcher) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.fs.Close()
	w.fs = nil
}

// touched returns the sources that a change belongs to. A new folder is
// watched at once; one that is gone is no longer counted.
func (w *Watcher) touched(e fsnotify.Event) []string {
	if e.Op == fsnotify.Chmod || strings.HasPrefix(filepath.Base(e.Name), ".") {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		delete(w.dirs, e.Name)
	}
	var names []string
	for name, root := range w.roots {
		if inside, ok := strings.CutPrefix(e.Name, root); ok && (inside == "" || inside[0] == filepath.Separator) {
			names = append(names, name)
			if e.Has(fsnotify.Create) {
				w.follow(e.Name)
			}
		}
	}
	return names
}

func (w *Watcher) names() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for name := range w.roots {
		names = append(names, name)
	}
	return names
}

// settling are sources that change, until they are silent for a moment.
type settling struct {
	first map[string]time.Time
	timer *time.Timer
}

func (s *settling) note(names []string, now time.Time) {
	if len(names) == 0 {
		return
	}
	wait := watchSettle
	for _, name := range names {
		if s.first[name].IsZero() {
			s.first[name] = now
		}
	}
	for _, at := range s.first {
		wait = min(wait, max(0, watchMost-now.Sub(at)))
	}
	if s.timer == nil {
		s.timer = time.NewTimer(wait)
		return
	}
	s.timer.Reset(wait)
}

// due is ready when what has changed may be read.
func (s *settling) due() <-chan time.Time {
	if s.timer == nil {
		return nil
	}
	return s.timer.C
}

// take returns them all.
func (s *settling) take() []string {
	var names []string
	for name := range s.first {
		names = append(names, name)
	}
	clear(s.first)
	return names
}
