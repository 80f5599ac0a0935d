package ingest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// made invents articles with a body of about 1.5 kB: every third or so tells
// of an event that others tell of too. The same numbers give the same
// articles.
func made(from, n int) []digest.Article {
	out := make([]digest.Article, n)
	for i := range out {
		r := rand.New(rand.NewPCG(uint64(from+i), 7))
		event := uint64((from+i)/100*40) + r.Uint64N(40)
		e := rand.New(rand.NewPCG(event, 11))
		about := make([]string, 12)
		for k := range about {
			about[k] = invented(e, 2+e.IntN(2))
		}
		var body strings.Builder
		for range 16 {
			body.WriteString(sentence(r, about))
		}
		out[i] = digest.Article{
			GUID: fmt.Sprint(from + i), Title: strings.TrimSuffix(sentence(r, about), ". "), Body: body.String(),
			Source: fmt.Sprintf("Source %d", r.IntN(20)), Published: time.Now().Add(-time.Duration(r.IntN(3600)) * time.Second),
		}
	}
	return out
}

// sentence mixes common words with those of an event.
func sentence(r *rand.Rand, about []string) string {
	words := make([]string, 14)
	for i := range words {
		if r.IntN(4) == 0 {
			words[i] = strings.ToUpper(about[r.IntN(len(about))][:1]) + about[r.IntN(len(about))][1:]
			continue
		}
		common := int(4000 * math.Pow(r.Float64(), 3))
		words[i] = invented(rand.New(rand.NewPCG(uint64(common), 3)), 1+common%3)
	}
	return strings.ToUpper(words[0][:1]) + strings.Join(words, " ")[1:] + ". "
}

// invented makes a word of syllables.
func invented(r *rand.Rand, syllables int) string {
	var b strings.Builder
	for range syllables {
		b.WriteByte("bdfgklmnprstvz"[r.IntN(14)])
		b.WriteByte("aeiou"[r.IntN(5)])
		b.WriteByte("lmnrst"[r.IntN(6)])
	}
	return b.String()
}
