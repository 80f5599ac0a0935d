package digest

import "time"

// Brief is the answer to a query: ranked stories.
type Brief struct {
	Query     Query
	Title     string // what was understood, for people: "South Korea, trade"
	Stories   []StoryBrief
	Offset    int          // stories that fit the query and come before Stories
	More      int          // those that come after
	Muted     int          // that fit the query and are muted
	From      int          // articles that were looked at: those in the window
	Sources   int          // sources of those articles
	Nearest   []Nearby     // when Stories is empty: what is near and has stories
	Top       []StoryBrief // when Nearest is empty too: the day's top stories, near to nothing that was asked
	Generated time.Time
}

// Nearby is a query close to one that found nothing, with how many stories it
// has in the same window.
type Nearby struct {
	Query   string
	Stories int
}

// StoryBrief is one story in an answer.
type StoryBrief struct {
	Story
	Summary  []Sentence
	Why      []string // sentences: "country KR (title: “Seoul”)", "6 independent sources"
	Score    float64
	Shown    []Article // the articles listed with it, best first; without bodies
	IsUpdate bool      // it was told before and has really grown since
	Change   string    // with IsUpdate: what is new, one clause
}

// Sentence is a sentence that stands in a source, with the article it is from.
type Sentence struct {
	Text      string // as in the source, or cut at a word with "…" where Cut
	ArticleID int64
	Cut       bool
}

// Digest is a brief in sections, built for a subscription on its schedule.
type Digest struct {
	Brief
	Name     string // "Korea desk"
	Since    time.Time
	Until    time.Time
	Zone     string // IANA name in which times are told
	Sections []Section
	Also     int           // stories beyond those in Sections
	Health   Health        // which sources failed in the window
	Late     time.Duration // how much later than scheduled it was built; 0 when on time
	Review   []Tally       // of a review: its stories by country and topic, most first
}

// Section is a part of a digest: a topic or country, or what develops, and its
// stories. A story stands in one section.
type Section struct {
	Slug       string // topic or country; "" for the rest, or for a digest without sections
	Title      string
	Stories    []StoryBrief
	Developing bool // its stories were told before and have grown
}

// Health says how reading the sources went, so that a quiet day can be told
// from a broken one.
type Health struct {
	Sources int      // sources that should have been read
	Failed  int      // those that could not be
	Names   []string // of the failed ones, at most ten
}

// Tally is how many stories a window had on a country or topic, and the window
// before it.
type Tally struct {
	Slug    string
	Title   string // for people
	Stories int
	Before  int
}
