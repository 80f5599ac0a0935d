package digest

import (
	"strconv"
	"strings"
	"time"
)

// BriefJSON is a brief as programs get it. Its shape is a contract: fields
// may be added, and none changed.
type BriefJSON struct {
	Query     QueryJSON   `json:"query"`
	Stories   []StoryJSON `json:"stories"`
	More      int         `json:"more"`
	Nearest   []NearJSON  `json:"nearest,omitempty"`
	Top       []StoryJSON `json:"top,omitempty"` // with nothing found and nothing near: the day's top stories
	Generated time.Time   `json:"generated"`
}

// QueryJSON is what was understood.
type QueryJSON struct {
	Text        string           `json:"text"`
	Countries   []string         `json:"countries"`
	Region      string           `json:"region,omitempty"`
	Topics      []string         `json:"topics"`
	Terms       []string         `json:"terms"`
	Source      string           `json:"source,omitempty"`
	Exclude     *ExcludeJSON     `json:"exclude,omitempty"`
	Since       *time.Time       `json:"since"`
	Until       *time.Time       `json:"until"`
	Corrections []CorrectionJSON `json:"corrections,omitempty"`
	Dropped     []string         `json:"dropped,omitempty"`
}

// ExcludeJSON is what was left out by request.
type ExcludeJSON struct {
	Countries []string `json:"countries,omitempty"`
	Topics    []string `json:"topics,omitempty"`
	Terms     []string `json:"terms,omitempty"`
	Sources   []string `json:"sources,omitempty"`
}

// CorrectionJSON is a near miss and what it was read as.
type CorrectionJSON struct {
	Typed string `json:"typed"`
	Read  string `json:"read"`
}

// NearJSON is a query near one that found nothing.
type NearJSON struct {
	Query   string `json:"query"`
	Stories int    `json:"stories"`
}

// StoryJSON is one story of an answer.
type StoryJSON struct {
	ID        string        `json:"id"`
	Title     string        `json:"title"`
	Summary   string        `json:"summary"`
	Countries []string      `json:"countries"`
	Topics    []string      `json:"topics"`
	Score     float64       `json:"score"`
	First     time.Time     `json:"first"`
	Last      time.Time     `json:"last"`
	Sources   int           `json:"sources"`
	Why       []string      `json:"why"`
	Articles  []ArticleJSON `json:"articles"`
	Sample    bool          `json:"sample,omitempty"`
}

// ArticleJSON is one article of a story.
type ArticleJSON struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	URL       string     `json:"url"`
	Source    string     `json:"source"`
	Published *time.Time `json:"published"` // null when the source does not say
}

// JSON returns the brief in the shape that programs get. Its lists are never
// null.
func (b Brief) JSON() BriefJSON {
	out := BriefJSON{Query: b.Query.json(), Stories: []StoryJSON{}, More: b.More, Generated: b.Generated.UTC()}
	for _, n := range b.Nearest {
		out.Nearest = append(out.Nearest, NearJSON(n))
	}
	for _, s := range b.Stories {
		out.Stories = append(out.Stories, s.json())
	}
	for _, s := range b.Top {
		out.Top = append(out.Top, s.json())
	}
	return out
}

func (q Query) json() QueryJSON {
	out := QueryJSON{Text: q.Raw, Countries: list(q.Countries), Region: q.Region, Topics: list(q.Topics), Terms: list(q.Terms), Source: q.Source,
		Since: timeOrNull(q.Since), Until: timeOrNull(q.Until), Dropped: q.Dropped}
	for _, c := range q.Corrections {
		out.Corrections = append(out.Corrections, CorrectionJSON(c))
	}
	if x := q.Exclude; len(x.Countries)+len(x.Topics)+len(x.Terms)+len(x.Sources) > 0 {
		e := ExcludeJSON(x)
		out.Exclude = &e
	}
	return out
}

func (s StoryBrief) json() StoryJSON {
	sentences := make([]string, len(s.Summary))
	for i, sentence := range s.Summary {
		sentences[i] = sentence.Text
	}
	out := StoryJSON{ID: strconv.FormatInt(s.ID, 10), Title: s.Title, Summary: strings.Join(sentences, " "), Countries: Firm(s.Countries), Topics: Firm(s.Topics),
		Score: s.Score, First: s.First.UTC(), Last: s.Last.UTC(), Sources: s.Sources, Why: list(s.Why), Articles: []ArticleJSON{}, Sample: s.Sample}
	for i := range s.Shown {
		a := &s.Shown[i]
		out.Articles = append(out.Articles, ArticleJSON{ID: a.PublicID(), Title: a.Title, URL: a.URL, Source: a.Source, Published: timeOrNull(a.Published)})
	}
	return out
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
