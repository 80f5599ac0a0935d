package tag

import (
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest/text"
)

// benchmarkArticle is an article of about 300 words on three topics.
func benchmarkArticle() *text.Document {
	paragraphs := []string{
		"SEOUL, Oct 29 - South Korea and the United States agreed on Wednesday to lower import duties on cars to 15 percent, ending months of talks over a 350 billion dollar investment pledge.",
		"The deal, signed beside a summit of Pacific economies, spares carmakers a tariff of 25 percent that had cut their exports to the country by a fifth since spring, officials said.",
		"Shares of the two largest makers rose by more than 8 percent in Seoul. The won gained against the dollar, and bond yields fell after the central bank said the accord removed a risk to growth.",
		"Seoul will pay 200 billion dollars in cash over ten years, with a ceiling of 20 billion a year to protect its foreign exchange market. The rest goes into shipyards, where Korean firms will build vessels and train workers.",
		"Farmers had feared that rice and beef would be opened further, but the agriculture minister told parliament that the market would stay as it is.",
		"The opposition party called the terms humiliating and asked for a vote in the national assembly. A union of metal workers said the money would leave the country with the jobs.",
		"The two leaders also spoke about defence. Washington will let its ally build submarines driven by a nuclear reactor, a step that worries neighbours, and both sides repeated that the north must give up its warheads.",
		"Economists expect the economy to grow by one percent this year and by two percent next year, helped by chips. Consumer prices rose by 2.1 percent in September, and unemployment stayed low.",
		"A raid by immigration officers on a battery plant in Georgia last month, in which hundreds of Korean engineers were held, had soured the mood. Visas for such workers are now to be issued within two weeks.",
	}
	return text.Analyse("Seoul and Washington settle dispute over car tariffs", strings.Join(paragraphs, "\n\n"), "en")
}

func BenchmarkTopicsArticle(b *testing.B) {
	s := testScorer(b)
	doc := benchmarkArticle()
	b.ReportMetric(float64(len(doc.Words)), "words")
	b.ReportAllocs()
	for b.Loop() {
		s.score(doc)
	}
}

func BenchmarkTopicsHeadline(b *testing.B) {
	s := testScorer(b)
	doc := text.Analyse("Seoul and Washington settle dispute over car tariffs", "", "en")
	b.ReportAllocs()
	for b.Loop() {
		s.score(doc)
	}
}

// BenchmarkNewTopicScorer is what a start of the program pays.
func BenchmarkNewTopicScorer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := buildTopicScorer(nil); err != nil {
			b.Fatal(err)
		}
	}
}
