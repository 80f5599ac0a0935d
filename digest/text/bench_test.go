package text

import (
	"strings"
	"testing"
)

// sampleBody is an article of 300 words.
var sampleBody = "SEOUL, Oct 29 (Reuters) - South Korea and the United States have yet to agree on how a $350 billion investment pledge will be paid, officials said on Wednesday.\n\n" +
	strings.Repeat("The ministry in Seoul offered loans and guarantees, while Washington wants cash or equity up front. \"We are still apart,\" a U.S. official told reporters. "+
		"Exports of cars fell 3.5 percent in September, the trade ministry said, and Hyundai's shares were down 1,200 won. ", 5) + "\n\n" +
	strings.Repeat("Analysts at Bank of America said in a note that Mr. Kim's plan would not unsettle markets in Tokyo or Hong Kong. ", 3)

func BenchmarkAnalyse(b *testing.B) {
	title := "Seoul and Washington still apart on the $350 billion pledge"
	words := len(Analyse(title, sampleBody, "").Words)
	b.SetBytes(int64(len(title) + len(sampleBody)))
	b.ReportAllocs()
	for b.Loop() {
		Analyse(title, sampleBody, "")
	}
	seconds := b.Elapsed().Seconds()
	b.ReportMetric(float64(b.N)/seconds, "articles/s")
	b.ReportMetric(float64(b.N)*float64(words)/seconds/1e6, "Mwords/s")
}

func BenchmarkAnalyseJapanese(b *testing.B) {
	body := strings.Repeat("【ソウル共同】韓国の大統領は米国との貿易協議で合意に至らなかったと述べた。トランプ大統領は関税を引き上げる方針だ。", 10)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		Analyse("韓国と米国、投資で隔たり", body, "")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
}

func BenchmarkAnalyseRussian(b *testing.B) {
	body := strings.Repeat("МОСКВА, 1 дек — Россия и Китай подписали соглашение о поставках газа, сообщили в Кремле во вторник. ", 15)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		Analyse("Россия и Китай подписали соглашение", body, "")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "articles/s")
}
