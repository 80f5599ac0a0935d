package slack_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
)

// morning is a digest of n stories as they are.
func morning(n int) bot.Message {
	m := bot.Message{Lang: "en", At: start, Zone: "Asia/Seoul", Title: bot.Text{bot.B("Korea desk"), bot.S(" · Tuesday 24 November")},
		Lead:    []bot.Text{bot.T("9 stories from 212 articles by 31 sources, since Friday 08:00 KST")},
		Notes:   []bot.Text{{{Text: "2 of 34 sources could not be read.", Italic: true}}},
		Footer:  []bot.Text{bot.T("You see this because Mina subscribed this channel to korea-trade on 3 November · next Wednesday 08:00 KST")},
		Actions: []bot.Action{{ID: "v1:manage:7", Label: "Manage"}, {ID: "v1:why:s7/2026-11-24T08:00", Label: "Why these?"}}}
	for i := range n {
		if i%3 == 0 {
			m.Sections = append(m.Sections, bot.Section{Title: fmt.Sprint("Section ", i/3+1)})
		}
		s := &m.Sections[len(m.Sections)-1]
		s.Items = append(s.Items, bot.Item{StoryID: int64(i), Title: fmt.Sprintf("Seoul and Washington still apart on the $350 billion pledge (%d)", i), URL: fmt.Sprintf("https://news.example.org/2026/11/24/%d-seoul-and-washington-still-apart", i),
			Summary: []string{"Washington wants the amount up front, in cash or equity.", "Seoul offers loans and guarantees and warns that paying in full could unsettle its markets."},
			Sources: []string{"Reuters", "Yonhap", "Nikkei"}, More: 3, Time: start.Add(-2 * time.Hour), Places: []string{"KR", "US"}, Topics: []string{"trade"}})
	}
	return m
}

func BenchmarkRender(b *testing.B) {
	for _, n := range []int{1, 7, 30} {
		m := morning(n)
		b.Run(fmt.Sprintf("stories=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			parts := 0
			for b.Loop() {
				out, err := slack.Render(m)
				if err != nil {
					b.Fatal(err)
				}
				parts = len(out)
			}
			b.ReportMetric(float64(parts), "parts")
		})
	}
}

func BenchmarkValidate(b *testing.B) {
	parts, err := slack.Render(morning(7))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(parts[0])))
	for b.Loop() {
		if err := slack.Validate(parts[0]); err != nil {
			b.Fatal(err)
		}
	}
}
