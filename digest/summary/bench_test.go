package summary

import (
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// benchmarkBody has 300 words.
var benchmarkBody = "OSLO, Oct 29 (Reuters) - The port of Larvik will close for six days while divers clear a sunken barge, the harbour office said on Wednesday.\n\n" +
	strings.Repeat("About 40 ships with grain worth $12 million are waiting outside. \"We are still counting,\" harbour master Ida Moen told reporters. "+
		"Exports of steel fell 3.5 percent in September, the trade ministry said, and tariffs are to rise.\n\n", 5) +
	strings.Repeat("Analysts at the bank of Norland said in a note that the plan would not unsettle prices in Tonsberg or Stavern. ", 5)

func BenchmarkArticle(b *testing.B) {
	doc := text.Analyse("Larvik shuts its port", benchmarkBody, "en")
	for name, focus := range map[string][]string{"lead": nil, "focus": text.QueryTerms("trade tariff exports", "en")} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Story([]Source{{Doc: doc, Article: &digest.Article{ID: 1}}}, Options{Focus: focus})
			}
			b.ReportMetric(float64(len(doc.Words)), "words")
		})
	}
}
