package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/daybrief/daybrief/digest/feed"
	"github.com/daybrief/daybrief/digest/ingest"
	"github.com/daybrief/daybrief/digest/store"
	"github.com/daybrief/daybrief/digest/story"
	"github.com/daybrief/daybrief/digest/tag"
	"github.com/daybrief/daybrief/digest/text"
)

// feedItemCmd measures what one feed full of news costs: read, judged, put
// into stories and stored.
type feedItemCmd struct {
	Feeds    int    `help:"Feeds, one after the other, each with other news." default:"50"`
	Items    int    `help:"Items of a feed." default:"100"`
	Database string `help:"Where to store. Default: a SQLite file for this run." placeholder:"DSN"`
	Profile  string `help:"Write a CPU profile to this file." placeholder:"FILE"`
}

// itemFigures are milliseconds for one feed; those of the parts are of the
// same work done again by itself, on one core.
type itemFigures struct {
	Feeds  int     `json:"feeds"`
	Items  int     `json:"items"`
	KB     float64 `json:"kb"` // of one document
	Median float64 `json:"median_ms"`
	P95    float64 `json:"p95_ms"`
	CPU    float64 `json:"cpu_ms"` // of all cores
	Parse  float64 `json:"parse_ms"`
	Words  float64 `json:"words_ms"`  // text.Analyse
	Tags   float64 `json:"tags_ms"`   // tag.Tag
	Traits float64 `json:"traits_ms"` // story.Features
	Rest   float64 `json:"rest_ms"`   // storing and grouping: what the parts leave of CPU
}

// Run measures.
func (f feedItemCmd) Run(c *call) error {
	dir, err := os.MkdirTemp("", "loadtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	dsn := f.Database
	if dsn == "" {
		dsn = filepath.Join(dir, "item.db")
	}
	s, err := store.Open(c.ctx, dsn)
	if err != nil {
		return err
	}
	defer s.Close()
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		return err
	}
	stop, err := profile(f.Profile)
	if err != nil {
		return err
	}
	defer stop()
	got, err := f.measure(c.ctx, s, tagger)
	if err != nil {
		return err
	}
	return c.report(got)
}

func (f itemFigures) String() string {
	return fmt.Sprintf("a feed of %d items (%.0f kB), %d of them: median %.1f ms, p95 %.1f ms, CPU %.1f ms = parse %.1f, words %.1f, tags %.1f, traits %.1f, store and stories %.1f",
		f.Items, f.KB, f.Feeds, f.Median, f.P95, f.CPU, f.Parse, f.Words, f.Tags, f.Traits, f.Rest)
}

func (f feedItemCmd) measure(ctx context.Context, s *store.Store, tagger *tag.Tagger) (itemFigures, error) {
	in := ingest.New(ingest.Options{Store: s, Tagger: tagger, Grouper: story.New(story.Options{})})
	documents := f.documents()
	got := itemFigures{Feeds: len(documents) - 1, Items: f.Items, KB: float64(len(documents[0])) / 1024}
	var walls []time.Duration
	var used time.Duration
	for i, doc := range documents {
		began, cpu := time.Now(), cpuTime()
		if err := f.take(ctx, in, doc, i); err != nil {
			return got, err
		}
		if i > 0 { // the first one opens what the others find open
			walls, used = append(walls, time.Since(began)), used+cpuTime()-cpu
		}
	}
	slices.Sort(walls)
	each := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(got.Feeds) }
	got.Median, got.P95 = walls[len(walls)/2].Seconds()*1000, walls[len(walls)*95/100].Seconds()*1000
	got.CPU = each(used)
	parts := itemParts{}
	for _, doc := range documents[1:] {
		if err := parts.again(doc, tagger); err != nil {
			return got, err
		}
	}
	got.Parse, got.Words, got.Tags, got.Traits = each(parts.parse), each(parts.words), each(parts.tags), each(parts.traits)
	got.Rest = got.CPU - got.Parse - got.Words - got.Tags - got.Traits
	return got, nil
}

// documents are feeds with other items each.
func (f feedItemCmd) documents() [][]byte {
	world := newFeedWorld(0, f.Items)
	out := make([][]byte, f.Feeds+1)
	for i := range out {
		var b bytes.Buffer
		world.write(&b, strconv.Itoa(i), f.Items) // none of them from the beginning
		out[i] = b.Bytes()
	}
	return out
}

// take does what a poll does with a document.
func (f feedItemCmd) take(ctx context.Context, in *ingest.Pipeline, doc []byte, i int) error {
	parsed, err := feed.Parse(doc, "https://s"+strconv.Itoa(i)+".example.org/feed", "application/rss+xml")
	if err != nil {
		return err
	}
	for j := range parsed.Articles {
		parsed.Articles[j].Source = "Source " + strconv.Itoa(i)
	}
	counts, err := in.Add(ctx, parsed.Articles)
	if err == nil && counts.New != f.Items {
		err = fmt.Errorf("%d of %d items are new: %+v", counts.New, f.Items, counts)
	}
	return err
}

// itemParts times the parts that need no store.
type itemParts struct{ parse, words, tags, traits time.Duration }

func (p *itemParts) again(doc []byte, tagger *tag.Tagger) error {
	cpu := cpuTime()
	step := func(to *time.Duration) {
		now := cpuTime()
		*to, cpu = *to+now-cpu, now
	}
	parsed, err := feed.Parse(doc, "https://s.example.org/feed", "application/rss+xml")
	step(&p.parse)
	if err != nil {
		return err
	}
	docs := make([]*text.Document, len(parsed.Articles))
	for i, a := range parsed.Articles {
		docs[i] = text.Analyse(a.Title, a.Body, a.Lang)
	}
	step(&p.words)
	for i := range docs {
		a := &parsed.Articles[i]
		a.Countries, a.Topics = tagger.Tag(docs[i], tag.Hint{})
	}
	step(&p.tags)
	for i := range docs {
		story.Features(docs[i], &parsed.Articles[i])
	}
	step(&p.traits)
	return nil
}
