package digest

import "time"

// The types below are what the way in and the way out exchange with the
// store. They carry what was worked out about an article once, so that no
// database has to understand words.

// Entry is an article on its way into the store.
type Entry struct {
	Article
	TitleTerms []string // index terms of the title, in order, repeats kept: text.Document.Terms
	BodyTerms  []string // of the body
	Features   []byte   // opaque to the store: what package story needs to group it again after a restart
}

// Added says what became of an Entry.
type Added struct {
	ID      int64
	New     bool // stored for the first time
	Revised bool // known, but its text changed: stored as a new revision
}

// Grouping puts an article into a story. A story's ID is the ID of the
// article that began it.
type Grouping struct {
	ArticleID int64
	StoryID   int64
	Join      Join
}

// LiveArticle is what is loaded after a restart to go on grouping.
type LiveArticle struct {
	ID       int64
	StoryID  int64
	Source   string
	Time     time.Time
	Title    string
	Features []byte
}

// Search asks the store for articles that may answer a query. A facet is one
// asked country, the region, one topic or one term. Articles that have all
// facets come first; when they are fewer than Limit, those that lack exactly
// one follow. "Has" means a weight of at least WeakWeight, or the term.
type Search struct {
	Countries []string
	Members   []string // the region's countries, together one facet
	Topics    []string
	Terms     [][]string // index terms; several in one are a phrase
	Source    string     // by name; "" for all
	Langs     []string   // empty: all
	Since     time.Time  // inclusive
	Until     time.Time  // exclusive
	Limit     int        // 0 means 2,000; the newest are kept
}

// WeakWeight is the least weight of a tag that a search can find.
const WeakWeight = 0.05

// Candidate is an article that may answer. Its slices stand in the order of
// the Search that found it.
type Candidate struct {
	ArticleID int64
	StoryID   int64
	Source    string
	Time      time.Time
	Countries []float64 // weight of each asked country
	Member    float64   // greatest weight among the region's countries
	Topics    []float64 // weight of each asked topic
	Terms     []float64 // BM25F of each term, 0 where it is missing
}

// Answer remembers what a button under an answer is about, so that buttons
// survive restarts and old messages.
type Answer struct {
	ID      string // 16 characters a-z2-7
	Person  Person
	Place   Destination
	Query   string
	Args    map[string]string // page, story, subscription, … as the verb needs
	Created time.Time
}

// Audit is one line of who changed what.
type Audit struct {
	At     time.Time
	Person Person
	Action string // "subscribe", "unsubscribe", "pause", …
	Detail string
}

// EditionPlan is all that one scheduled run writes: the edition, its parts and
// when the subscription runs next. It is one transaction or nothing.
type EditionPlan struct {
	Edition    Edition
	Deliveries []Delivery
	NextRun    time.Time
	Alerted    []Alerted // of an alert: what its destination is then told of
	Released   []int64   // held alerts that it sends, or that are dropped
}

// Suspension is what follows from a delivery that was refused in such a way
// that no other to its destination can work. It is one transaction or nothing.
type Suspension struct {
	Delivery Delivery // as it is now: failed
	Reason   string   // one sentence, for people
	// Notice tells of it by another way; without deliveries, nobody is told. It
	// is an edition of the subscription that is suspended.
	Notice EditionPlan
}

// SubscriptionFilter selects subscriptions. Zero fields select all.
type SubscriptionFilter struct {
	Owner       Person      // by platform, workspace and id
	Destination Destination // by platform and channel
	From        string
	States      []SubscriptionState
	Kind        SubscriptionKind
}

// EditionFilter selects editions, latest first. Zero fields select all.
type EditionFilter struct {
	SubscriptionID int64
	Slot           string
	Destination    Destination // those with a delivery there, and those that a subscription there missed
	Before         time.Time
	Limit          int // 0 means 20
}

// Lease says who alone does something until when, such as holding the
// gateway's connection. It is renewed well before it runs out.
type Lease struct {
	Name   string
	Holder string // names one process: host, process number, start
	Until  time.Time
}
