package query

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
)

// alertQueries are requests as people make alerts of them: a country and a
// topic mostly, words, phrases and what is to be left out; some in Korean.
func alertQueries(n int) []string {
	var countries, topics, korean []string
	for _, name := range testNames() {
		switch {
		case name.Kind == digest.CountryName && name.Lang == "en" && len(name.Text) > 3:
			countries = append(countries, strings.ToLower(strings.ReplaceAll(name.Text, " ", "-")))
		case name.Kind == digest.CountryName && name.Lang == "ko":
			korean = append(korean, name.Text)
		case name.Kind == digest.TopicName && name.Lang == "en":
			topics = append(topics, strings.ToLower(strings.ReplaceAll(name.Text, " ", "-")))
		}
	}
	words := strings.Fields("semiconductor ferry shipyard ceasefire drought lithium startup bailout referendum vaccine refinery strike verdict typhoon harvest merger")
	r := rand.New(rand.NewPCG(5, 6))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	out := make([]string, n)
	for i := range out {
		switch k := r.IntN(100); {
		case k < 50:
			out[i] = pick(countries) + "-" + pick(topics)
		case k < 65:
			out[i] = pick(countries) + " " + pick(words)
		case k < 75:
			out[i] = fmt.Sprintf("%q", pick(words)+" "+pick(words))
		case k < 85:
			out[i] = pick(topics) + " " + pick(words) + " -" + pick(countries)
		case k < 92:
			out[i] = "asia-" + pick(topics)
		default:
			out[i] = pick(korean) + " 무역"
		}
	}
	return out
}

// BenchmarkReadAlerts is the cost of one alert query when all are read at the
// start.
func BenchmarkReadAlerts(b *testing.B) {
	r, queries := testReader(b), alertQueries(2000)
	for _, q := range queries { // what is made at the first use
		if _, err := r.Read(q, testNow); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := r.Read(queries[i%len(queries)], testNow); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
