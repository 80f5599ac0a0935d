package main

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/feed"
	"github.com/daybrief/daybrief/digest/ingest"
)

type importCmd struct {
	Paths  []string `arg:"" name:"path" help:"Files, folders, addresses, or - for standard input. Formats: .txt .md .html .json .jsonl .csv, and feeds as .xml."`
	Source string   `help:"Name of the source of articles that name none. Default: the feed's title, else the file's name."`
}

// importBatch is how many articles are stored in one transaction.
const importBatch = 500

// imported is what an import did; its JSON is for programs.
type imported struct {
	New     int      `json:"new"`
	Revised int      `json:"revised"`
	Known   int      `json:"known"`
	Bad     []string `json:"bad"`
	Unknown []string `json:"unknown_fields"`
	Seconds float64  `json:"seconds"`
}

// Run reads articles in. Bad rows are named and the good ones kept.
func (i importCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	in := &importer{call: c, app: a, unknown: map[string]int{}, started: time.Now()}
	defer in.noted(i.Paths)
	for _, path := range i.Paths {
		if err := in.path(path, i.Source); err != nil {
			return in.stopped(err)
		}
	}
	if err := in.flush(); err != nil {
		return in.stopped(err)
	}
	return in.report()
}

// noted leaves a line of what came in, however the import ended.
func (in *importer) noted(paths []string) {
	if in.counts.New+in.counts.Revised > 0 {
		in.app.audit(in.call, "import", stored(in.counts)+" from "+strings.Join(paths, " "))
	}
}

// stored says how many articles came in: "3 new, 1 updated".
func stored(c ingest.Counts) string { return fmt.Sprintf("%d new, %d updated", c.New, c.Revised) }

// stopped says how far an import came that could not go on.
func (in *importer) stopped(err error) error {
	in.clearProgress()
	if n := in.counts.New + in.counts.Revised; n > 0 {
		fmt.Fprintf(in.stderr, "%s stored before it stopped; import again to go on.\n", plural(n, "article"))
	}
	return err
}

// importer collects articles into batches and counts.
type importer struct {
	*call
	app     *app
	batch   []digest.Article
	counts  ingest.Counts
	bad     []string
	unknown map[string]int
	started time.Time
	shown   time.Time
}

func (in *importer) path(path, source string) error {
	o := feed.ReadOptions{Source: source, Progress: in.progressed, Unknown: func(key string) { in.unknown[key]++ }}
	if scheme, _, ok := strings.Cut(path, "://"); ok {
		if scheme != "http" && scheme != "https" {
			return fmt.Errorf("%w: %s is no address that can be read: it must begin with http:// or https://", errUsage, path)
		}
		return in.take(in.app.fetcher(in.environment).ReadURL(in.ctx, path, o))
	}
	return in.take(feed.Read(path, in.stdin, o))
}

// take stores what a reading yields. Only a fault of the store, or an
// interruption, stops it.
func (in *importer) take(articles feed.Articles) error {
	for article, err := range articles {
		if in.ctx.Err() != nil {
			break
		}
		if err != nil {
			in.note(err)
			continue
		}
		in.batch = append(in.batch, article)
		if len(in.batch) >= importBatch {
			if err := in.flush(); err != nil {
				return err
			}
		}
	}
	if err := in.ctx.Err(); err != nil {
		if err := in.flush(); err != nil {
			return err
		}
		return digest.Errorf(digest.Unavailable, "the import was interrupted")
	}
	return nil
}

// maxShown is how many bad rows are named one by one.
const maxShown = 50

func (in *importer) note(err error) {
	in.bad = append(in.bad, err.Error())
	if len(in.bad) <= maxShown && !in.cli.JSON {
		in.clearProgress()
		fmt.Fprintln(in.stderr, err)
	}
}

// flush stores the batch. It is stored whole even when the import is being
// interrupted.
func (in *importer) flush() error {
	if len(in.batch) == 0 {
		return nil
	}
	counts, err := in.app.ingest.Add(context.WithoutCancel(in.ctx), in.batch)
	in.batch = in.batch[:0]
	in.counts.New += counts.New
	in.counts.Revised += counts.Revised
	in.counts.Known += counts.Known
	for _, bad := range counts.Bad {
		in.note(bad)
	}
	return err
}

// progressed shows how far a long import has come, at most five times a
// second, on a terminal alone.
func (in *importer) progressed(p feed.Progress) {
	if now := time.Now(); in.progress && now.Sub(in.shown) > 200*time.Millisecond && now.Sub(in.started) > 500*time.Millisecond {
		in.shown = now
		fmt.Fprintf(in.stderr, "\r\x1b[K%d articles, %.1f MB read, %.0f a second", p.Articles, float64(p.Bytes)/1e6, float64(p.Articles)/now.Sub(in.started).Seconds())
	}
}

func (in *importer) clearProgress() {
	if !in.shown.IsZero() {
		fmt.Fprint(in.stderr, "\r\x1b[K")
	}
}

// report prints the counts. Bad rows make the exit code 1.
func (in *importer) report() error {
	in.clearProgress()
	out := imported{New: in.counts.New, Revised: in.counts.Revised, Known: in.counts.Known, Bad: in.bad, Unknown: in.unknownFields(), Seconds: time.Since(in.started).Seconds()}
	if out.Bad == nil {
		out.Bad = []string{}
	}
	if in.cli.JSON {
		if err := in.printJSON(out); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(in.stdout, out.sentence())
	}
	if len(in.bad) > 0 {
		return silentError{fmt.Errorf("%d bad rows", len(in.bad))}
	}
	return nil
}

func (in *importer) unknownFields() []string {
	out := []string{}
	for key, n := range in.unknown {
		out = append(out, fmt.Sprintf("%s (%d)", key, n))
	}
	sort.Strings(out)
	return out
}

// sentence says what an import did: "17 articles stored."
func (i imported) sentence() string {
	parts := []string{plural(i.New, "article") + " stored"}
	if i.Revised > 0 {
		parts = append(parts, fmt.Sprintf("%d updated", i.Revised))
	}
	if i.Known > 0 {
		parts = append(parts, fmt.Sprintf("%d known already", i.Known))
	}
	if n := len(i.Bad); n > 0 {
		parts = append(parts, plural(n, "bad row")+" left out")
		if n > maxShown {
			parts = append(parts, fmt.Sprintf("%d of them not shown", n-maxShown))
		}
	}
	text := strings.Join(parts, ", ") + "."
	if len(i.Unknown) > 0 {
		text += "\nFields left out: " + strings.Join(i.Unknown, ", ") + "."
	}
	return text
}
