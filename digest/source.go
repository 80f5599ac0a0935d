package digest

import "time"

// Source is where articles come from: a feed, a page, an import, the ingest
// endpoint.
type Source struct {
	ID       int64
	Name     string // unique, shown to people
	URL      string // what is read; empty for imports and the ingest endpoint
	Kind     SourceKind
	Country  string   // home country, ISO alpha-2; "" when it has none
	Lang     string   // BCP 47; "" to detect per article
	Topics   []string // of all its articles, from config or an OPML folder
	Group    string   // the newsroom it belongs to; sources of one group count once for corroboration
	FullText FullText
	From     string // who added it: "starter", "config", "command", "import"
	Health   SourceHealth
}

// SourceKind says how a source is read.
type SourceKind string

// The kinds of source.
const (
	FeedSource   SourceKind = "feed"   // RSS, Atom, RDF, JSON Feed, news sitemap
	PageSource   SourceKind = "page"   // a web page
	PathSource   SourceKind = "path"   // a watched file or folder
	ImportSource SourceKind = "import" // brought by `daybrief import`
	APISource    SourceKind = "api"    // brought by POST /api/articles
	SampleSource SourceKind = "sample" // comes with the program
)

// FullText says when a source's pages are fetched for their whole text.
type FullText string

// The choices of FullText.
const (
	FullTextAuto   FullText = "auto" // where the feed gives only a teaser
	FullTextAlways FullText = "always"
	FullTextNever  FullText = "never"
)

// SourceState is the health of a source in one word.
type SourceState string

// The states of a source.
const (
	SourceNew     SourceState = "new"     // not read yet
	SourceOK      SourceState = "ok"      // read, and it has news
	SourceQuiet   SourceState = "quiet"   // read, nothing new for longer than usual
	SourceSlow    SourceState = "slow"    // read, but it takes long
	SourceFailing SourceState = "failing" // the last readings failed; tried less often
	SourceGone    SourceState = "gone"    // it said so (410); not tried again
)

// SourceHealth is what is known about reading a source.
type SourceHealth struct {
	State       SourceState
	LastSuccess time.Time
	LastError   string // one sentence; "" after a success
	LastTry     time.Time
	Failures    int           // in a row
	Next        time.Time     // next poll
	Interval    time.Duration // between polls, adapted to how often it changes
	PerDay      float64       // articles a day, moving average
	LastNew     time.Time     // when a poll last brought an article that was not known
	Undated     float64       // share of its articles without a usable date
	Delay       time.Duration // median from published to stored
	Took        time.Duration // of the last poll

	ETag         string // conditional state, sent back to the server
	LastModified string
	MovedTo      string // address of a permanent redirect seen MovedTimes times in a row
	MovedTimes   int
	ToldAt       time.Time // when the operator was told that it fails; zero: not told
}
