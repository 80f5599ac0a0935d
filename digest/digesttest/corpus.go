package digesttest

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// Corpus makes up articles for benchmarks and for comparing databases: about
// 250 words each, frequent words far more often than rare ones (Zipf), tags,
// sources and languages spread as news spreads them, times rising to Now over
// Days days. The same Seed gives the same articles.
type Corpus struct {
	Seed     uint64
	Articles int
	Days     int // 0 means 90
	Words    int // in a body; 0 means 240
}

// Sizes of what articles are made up from.
const (
	vocabulary = 60_000
	sources    = 400
)

// Countries and topics of a Corpus, most frequent first.
var (
	countries = strings.Fields("US CN GB RU UA IL FR DE JP IN KR IR TR BR PS TW AU CA IT ES SA PL MX EG NG ZA TH PK ID PH VN SE NO NL CH LU")
	topics    = strings.Fields("government conflict business markets sport diplomacy justice trade elections energy technology health climate inflation monetary-policy ai")
)

// Word returns word number rank of the vocabulary, 0 being the most frequent.
func Word(rank int) string { return fmt.Sprintf("w%s", letters(rank)) }

func letters(n int) string {
	var b []byte
	for {
		b = append(b, byte('a'+n%26))
		if n /= 26; n == 0 {
			return string(b)
		}
	}
}

// Entries yields the articles, oldest first.
func (c Corpus) Entries() iter.Seq[digest.Entry] {
	if c.Days == 0 {
		c.Days = 90
	}
	if c.Words == 0 {
		c.Words = 240
	}
	return func(yield func(digest.Entry) bool) {
		m := maker{c: c, r: rand.New(rand.NewPCG(c.Seed, 1))}
		m.zipf = rand.NewZipf(m.r, 1.07, 8, vocabulary-1)
		for n := range c.Articles {
			if !yield(m.entry(n)) {
				return
			}
		}
	}
}

type maker struct {
	c    Corpus
	r    *rand.Rand
	zipf *rand.Zipf
}

func (m *maker) entry(n int) digest.Entry {
	span := time.Duration(m.c.Days) * 24 * time.Hour
	published := Now().Add(-span + time.Duration(float64(span)*float64(n)/float64(m.c.Articles)))
	e := digest.Entry{TitleTerms: m.words(8), BodyTerms: m.words(m.c.Words/2 + m.r.IntN(m.c.Words))}
	e.Article = digest.Article{
		URL:       fmt.Sprintf("https://news.example/%d/%d", m.c.Seed, n),
		Title:     strings.Join(e.TitleTerms, " "),
		Body:      strings.Join(e.BodyTerms, " "),
		Source:    fmt.Sprintf("Source %d", m.skewed(sources)),
		Published: published.Truncate(time.Microsecond),
		Stored:    published.Add(time.Duration(m.r.IntN(3600)) * time.Second).Truncate(time.Microsecond),
		Lang:      []string{"en", "en", "en", "ko", "ja"}[m.r.IntN(5)],
		Countries: m.tags(countries, 4),
		Topics:    m.tags(topics, 4),
	}
	e.Features = []byte(e.Title)
	return e
}

func (m *maker) words(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = Word(int(m.zipf.Uint64()))
	}
	return out
}

// skewed draws from 0 to n-1, low numbers more often.
func (m *maker) skewed(n int) int { return int(float64(n) * math.Pow(m.r.Float64(), 2.5)) }

// tags draws up to most tags, some firm, some weak, some too weak to find.
func (m *maker) tags(from []string, most int) []digest.Tag {
	var out []digest.Tag
	seen := map[string]bool{}
	for i := range 1 + m.r.IntN(most) {
		slug := from[m.skewed(len(from))]
		if seen[slug] {
			continue
		}
		seen[slug] = true
		weight := math.Round(1000*m.r.Float64()/float64(i+1)) / 1000
		out = append(out, digest.Tag{Slug: slug, Weight: weight, Why: []string{"title: " + slug}})
	}
	return out
}
