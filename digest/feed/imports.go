package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// maxDocument is the largest page or feed that is read whole, in bytes after
// decompression.
const maxDocument = 15 << 20

// ReadOptions say how an import is read. The zero value reads.
type ReadOptions struct {
	// Source names the source of articles that name none themselves. Empty:
	// the feed's or site's title, else the file's base name.
	Source string
	// Progress is called after each article and each file.
	Progress func(Progress)
	// Unknown is called for each key or column that no field of an article
	// has; it is kept out.
	Unknown func(key string)
}

// Progress says how far an import has come.
type Progress struct {
	File     string
	Bytes    int64 // read so far, of all files
	Articles int   // read so far, of all files
	Bad      int   // rows that could not be read
}

// Articles is what an import yields: an article, or an error that says
// "file:line: what is wrong", after which reading goes on.
type Articles = iter.Seq2[digest.Article, error]

// Read reads whatever path names: "-" is stdin, a folder is read as ReadDir
// does, anything else is a file.
func Read(path string, stdin io.Reader, o ReadOptions) Articles {
	if path == "-" {
		return ReadStream(stdin, "stdin", o)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return ReadDir(path, o)
	}
	return ReadFile(path, o)
}

// ReadFile yields the articles of one file, whose format is told by its name
// and first bytes.
func ReadFile(path string, o ReadOptions) Articles {
	return func(yield func(digest.Article, error) bool) {
		im := &importer{o: o, yield: yield}
		// A named pipe without a writer would be waited for without end; those
		// that a shell makes (<(…)) are under /dev/fd and have one.
		if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeNamedPipe != 0 && !strings.HasPrefix(path, "/dev/fd/") && !strings.HasPrefix(path, "/proc/") {
			im.fail(path, 0, digest.Errorf(digest.Invalid, "it is a pipe; pass what it gives to standard input, as -"))
			return
		}
		im.file(path)
	}
}

// ReadStream yields the articles of a stream. The name stands in errors, and
// gives the format where it has a known ending.
func ReadStream(r io.Reader, name string, o ReadOptions) Articles {
	return func(yield func(digest.Article, error) bool) {
		(&importer{o: o, yield: yield}).stream(r, name)
	}
}

// ReadDir yields the articles of all files under a folder, in the order of
// their names. Hidden files and folders are passed over, as are links to
// folders.
func ReadDir(dir string, o ReadOptions) Articles {
	return func(yield func(digest.Article, error) bool) {
		im := &importer{o: o, yield: yield}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			hidden := path != dir && strings.HasPrefix(d.Name(), ".")
			switch {
			case err != nil:
				return im.proceed(im.fail(path, 0, plainError(err)))
			case hidden && d.IsDir():
				return filepath.SkipDir
			case hidden || d.IsDir() || !readable(path, d):
				return nil
			}
			return im.proceed(im.file(path))
		})
		if err != nil && !errors.Is(err, errStopped) {
			im.fail(dir, 0, plainError(err))
		}
	}
}

// errStopped says that the consumer of an iterator wants no more.
var errStopped = errors.New("stopped")

// readable passes over sockets, devices and links to folders.
func readable(path string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink == 0 {
		return d.Type().IsRegular()
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// importer is one run over one or more files.
type importer struct {
	o     ReadOptions
	yield func(digest.Article, error) bool

	progress Progress
	name     string // of the file as errors give it
	source   string // for articles that name none
	stopped  bool
}

func (im *importer) proceed(ok bool) error {
	if !ok {
		return errStopped
	}
	return nil
}

func (im *importer) file(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return im.fail(path, 0, plainError(err))
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return im.fail(path, 0, errors.New("it is a folder"))
	}
	return im.stream(f, path)
}

// stream reads one document and reports whether to go on with others.
func (im *importer) stream(r io.Reader, name string) bool {
	im.name, im.progress.File = name, name
	base := filepath.Base(name)
	im.source = strings.TrimSuffix(base, filepath.Ext(base))
	if im.o.Source != "" {
		im.source = im.o.Source
	}
	text, head := decodeReader(&countingReader{r: r, n: &im.progress.Bytes})
	if !isText(head) {
		return im.fail(name, 0, errors.New("this is not a text file"))
	}
	im.read(text, formatOf(name, head))
	im.report()
	return !im.stopped
}

func (im *importer) read(r io.Reader, f format) {
	switch f {
	case formatLines:
		im.readLines(r)
	case formatJSON:
		im.readJSON(r)
	case formatCSV:
		im.readCSV(r)
	case formatMarkdown:
		im.readWhole(r, im.markdown)
	case formatHTML:
		im.readWhole(r, im.html)
	case formatFeed:
		im.readWhole(r, im.feed)
	case formatText:
		im.readText(r)
	}
}

// readWhole hands over a document that has to be seen whole.
func (im *importer) readWhole(r io.Reader, read func([]byte)) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	switch {
	case err != nil:
		im.bad(0, plainError(err))
	case len(data) > maxDocument:
		im.bad(0, fmt.Errorf("it is larger than %d MiB", maxDocument>>20))
	default:
		read(data)
	}
}

func (im *importer) html(data []byte) {
	page, err := Extract(data, "text/html; charset=utf-8", "")
	if err != nil {
		im.bad(0, err)
		return
	}
	a := page.Article
	a.Source = page.Site
	im.article(1, a)
}

func (im *importer) feed(data []byte) {
	if sniffMarkup(bytes.TrimSpace(data)) == formatHTML {
		im.html(data)
		return
	}
	f, err := Parse(data, "", "application/xml; charset=utf-8")
	if err != nil {
		im.bad(0, err)
		return
	}
	im.feedArticles(f)
}

func (im *importer) feedArticles(f Feed) {
	for _, problem := range f.Problems {
		if !im.bad(0, errors.New(problem)) {
			return
		}
	}
	for _, a := range f.Articles {
		a.Source = f.Title
		if !im.article(0, a) {
			return
		}
	}
}

// article completes, cleans and yields one article. It reports whether to go
// on.
func (im *importer) article(line int, a digest.Article) bool {
	if im.stopped {
		return false
	}
	if a.Source == "" {
		a.Source = im.source
	}
	if err := a.Clean(); err != nil {
		return im.bad(line, err)
	}
	im.progress.Articles++
	im.report()
	im.stopped = !im.yield(a, nil)
	return !im.stopped
}

// bad yields what is wrong with a row of the present file.
func (im *importer) bad(line int, err error) bool { return im.fail(im.name, line, err) }

func (im *importer) fail(name string, line int, err error) bool {
	if im.stopped {
		return false
	}
	im.progress.Bad++
	place := name
	if line > 0 {
		place = fmt.Sprintf("%s:%d", name, line)
	}
	im.stopped = !im.yield(digest.Article{}, digest.Errorf(digest.Invalid, "%s: %w", place, err))
	return !im.stopped
}

func (im *importer) report() {
	if im.o.Progress != nil {
		im.o.Progress(im.progress)
	}
}

func (im *importer) unknown(key string) {
	if im.o.Unknown != nil {
		im.o.Unknown(key)
	}
}

// plainError drops the operation and path that package os puts before its
// errors: the place is named already.
func plainError(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

type countingReader struct {
	r io.Reader
	n *int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	*c.n += int64(n)
	return n, err
}
