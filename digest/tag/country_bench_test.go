package tag

import (
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest/text"
)

// benchBody is an article of 300 words with the names that news has.
var benchBody = "SEOUL, Oct 29 (Reuters) - South Korea and the United States have yet to agree on how a $350 billion investment pledge will be paid, officials said on Wednesday.\n\n" +
	strings.Repeat("The ministry in Seoul offered loans and guarantees, while Washington wants cash or equity up front. \"We are still apart,\" a U.S. official told reporters. "+
		"Exports of cars fell 3.5 percent in September, the trade ministry said, and Hyundai's shares were down 1,200 won. ", 5) + "\n\n" +
	strings.Repeat("Analysts at Bank of America said in a note that Mr. Kim's plan would not unsettle markets in Tokyo or Hong Kong. ", 3)

func BenchmarkCountries(b *testing.B) {
	tagger := newTagger(b)
	doc := text.Analyse("Seoul and Washington still apart on the $350 billion pledge", benchBody, "")
	tagger.names.read(doc, "").tags()
	b.ReportAllocs()
	for b.Loop() {
		tagger.names.read(doc, "").tags()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := buildGazetteer(); err != nil {
			b.Fatal(err)
		}
	}
}
