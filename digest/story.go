package digest

import "time"

// Story is the articles about one event. It keeps its ID as it grows.
type Story struct {
	ID        int64
	Title     string    // headline: the most central one of a good source
	First     time.Time // time of its earliest article
	Last      time.Time // time of its latest article
	Articles  int       // how many articles it holds
	Sources   int       // how many independent sources they come from
	Countries []Tag     // strongest first
	Topics    []Tag     // strongest first
	Sample    bool      // all its articles are samples
}

// Join says why an article was put into a story, in a form that can be shown.
type Join struct {
	StoryID int64    `json:"story"`
	Score   float64  `json:"score"`          // similarity to the story joined; 0 for one that began it
	Needed  float64  `json:"needed"`         // the threshold at that time
	Shared  []string `json:"shared"`         // the rarest shared words, best first
	Nearest float64  `json:"nearest"`        // score of the best other story
	Veto    string   `json:"veto,omitempty"` // what kept it out of a story that scored enough
	Same    bool     `json:"same,omitempty"` // a copy of an article that was there already
}
