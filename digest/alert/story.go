package alert

import (
	"hash/fnv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// Print is what counting needs of an article of a story.
type Print struct {
	ArticleID int64
	Seen      time.Time // first
	Newsroom  string    // the source's newsroom, or its name, in lower case
	Text      uint64    // the same for copies of one text
	Severity  string
}

// NewPrint makes the print of an article. newsroom is the name of the room that
// its source shares with others, "" for none.
func NewPrint(a *digest.Article, newsroom string) Print {
	if newsroom == "" {
		newsroom = a.Source
	}
	h := fnv.New64a()
	said := a.Body
	if len(said) < shortBody {
		said = a.Title + " " + a.Body
	}
	for word := range strings.FieldsFuncSeq(strings.ToLower(said), func(r rune) bool {
		return r < utf8.RuneSelf && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) {
		_, _ = h.Write([]byte(word))
		_, _ = h.Write([]byte{' '})
	}
	return Print{ArticleID: a.ID, Seen: a.Stored, Newsroom: strings.ToLower(newsroom), Text: h.Sum64(), Severity: Severity(a.Title, a.Lang)}
}

// shortBody is how many bytes of a body can still be a teaser, which different
// articles may have in common.
const shortBody = 200

// Story is a story as a judge sees it.
type Story struct {
	ID        int64
	Prints    []Print  // of its articles, by ID
	Countries []string // firm ones
	Topics    []string // firm ones
}

// Began is when its first article was seen.
func (s *Story) Began() time.Time {
	var first time.Time
	for _, p := range s.Prints {
		if first.IsZero() || p.Seen.Before(first) {
			first = p.Seen
		}
	}
	return first
}

// Severity is the severest word in its headlines.
func (s *Story) Severity() string {
	best := ""
	for _, p := range s.Prints {
		if Level(p.Severity) > Level(best) {
			best = p.Severity
		}
	}
	return best
}

// Sources counts its independent sources: those with neither newsroom nor text
// in common. Forty papers that print one agency's report are one source.
func (s *Story) Sources() int { return independent(s.Prints) }

// SourcesWithin counts the independent sources among the articles that were
// first seen within a time up to now.
func (s *Story) SourcesWithin(d time.Duration, now time.Time) int {
	var recent []Print
	for _, p := range s.Prints {
		if p.Seen.After(now.Add(-d)) && !p.Seen.After(now) {
			recent = append(recent, p)
		}
	}
	return independent(recent)
}

func independent(prints []Print) int {
	parent := make([]int, len(prints))
	find := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	rooms, texts, n := map[string]int{}, map[uint64]int{}, len(prints)
	join := func(i, j int) {
		if a, b := find(i), find(j); a != b {
			parent[a] = b
			n--
		}
	}
	for i, p := range prints {
		parent[i] = i
		if j, ok := rooms[p.Newsroom]; ok {
			join(i, j)
		}
		if j, ok := texts[p.Text]; ok {
			join(i, j)
		}
		rooms[p.Newsroom], texts[p.Text] = i, i
	}
	return n
}

// maxSentence is how much of a sentence an alert tells, in runes.
const maxSentence = 280

// Sentence is the first sentence of an article's body, cut at a word when it
// is too long; "" when there is none worth telling.
func Sentence(a *digest.Article) string {
	body := a.Body[:min(len(a.Body), 4<<10)]
	for !utf8.ValidString(body) {
		body = body[:len(body)-1]
	}
	doc := text.Analyse(a.Title, body, a.Lang)
	for i := range doc.Sentences {
		if doc.Sentences[i].Field != text.Body {
			continue
		}
		s := strings.Join(strings.Fields(doc.SentenceText(i)), " ")
		if utf8.RuneCountInString(s) < 20 || strings.EqualFold(s, a.Title) {
			continue
		}
		return shorten(s)
	}
	return ""
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) <= maxSentence {
		return s
	}
	cut := string(r[:maxSentence-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}
