package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

var now = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func story(id int64, title string) digest.StoryBrief {
	return digest.StoryBrief{
		Story: digest.Story{ID: id, Title: title, Last: now.Add(-2 * time.Hour), Sources: 6,
			Countries: []digest.Tag{{Slug: "KR", Weight: .9}, {Slug: "CN", Weight: .2}}, Topics: []digest.Tag{{Slug: "trade", Weight: .8}}},
		Summary: []digest.Sentence{{Text: "Seoul offers loans."}},
		Shown:   []digest.Article{{Title: title, URL: "https://example.org/1", Source: "Reuters"}, {Source: "Yonhap"}, {Source: "Nikkei"}, {Source: "Other"}},
	}
}

func view(lang string) bot.View { return bot.View{Lang: lang, Zone: "Asia/Seoul", Now: now} }

func TestDigestReadsAloud(t *testing.T) {
	t.Parallel()
	d := digest.Digest{Name: "Korea desk", Since: now.Add(-96 * time.Hour).Add(15 * time.Hour), Until: now, Zone: "Asia/Seoul",
		Sections: []digest.Section{{Title: "Trade", Stories: []digest.StoryBrief{story(1, "Seoul and Washington apart")}}},
		Also:     5, Health: digest.Health{Sources: 34, Failed: 2}, Late: 130 * time.Minute}
	d.Stories = d.Sections[0].Stories
	d.From, d.Brief.Sources = 1212, 31
	got := bot.PlainText(bot.DigestMessage(d, view("en")))
	want := `Korea desk · Tuesday 24 November
6 stories from 1,212 articles by 31 sources, since Saturday 08:00 KST

Trade

Seoul and Washington apart (https://example.org/1)
  Seoul offers loans.
  6 sources: Reuters, Yonhap, Nikkei +3 · 2 h ago · KR · trade

Also: 5 more

Late by 2 h 10 min: the bot was not running at 14:50.
2 of 34 sources could not be read.
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestAnswerWithNothingOffersWhatIsNear(t *testing.T) {
	t.Parallel()
	b := digest.Brief{Query: digest.Query{Raw: "chad-sport", Countries: []string{"TD"}, Topics: []string{"sport"}, Since: now.Add(-7 * 24 * time.Hour)},
		Title: "Chad, sport", Nearest: []digest.Nearby{{Query: "chad-conflict", Stories: 3}, {Query: "sport", Stories: 12}}}
	got := bot.PlainText(bot.BriefMessage(b, view("en")))
	for _, want := range []string{"Nothing on td-sport in the last 7 days.", "I understood: Chad, sport.", "Nearest with stories: chad-conflict (3), sport (12)."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestQuietDayIsToldFromABrokenOne(t *testing.T) {
	t.Parallel()
	d := digest.Digest{Name: "Korea desk", Since: now.Add(-24 * time.Hour), Until: now, Health: digest.Health{Sources: 34}}
	d.Query = digest.Query{Raw: "korea-trade", Topics: []string{"trade"}}
	if got := bot.PlainText(bot.DigestMessage(d, view("en"))); !strings.Contains(got, "Nothing new on korea-trade since Monday 17:00 KST. All 34 sources were read.") {
		t.Errorf("quiet day:\n%s", got)
	}
	d.Health.Failed = 30
	if got := bot.PlainText(bot.DigestMessage(d, view("en"))); !strings.Contains(got, "30 of 34 sources could not be read.") || strings.Contains(got, "All 34") {
		t.Errorf("broken day:\n%s", got)
	}
}

func TestOneIsSingular(t *testing.T) {
	t.Parallel()
	b := digest.Brief{Query: digest.Query{Raw: "korea-trade", Topics: []string{"trade"}, Since: now.Add(-24 * time.Hour)}, Stories: []digest.StoryBrief{story(1, "A")}}
	if got := bot.PlainText(bot.BriefMessage(b, view("en"))); !strings.Contains(got, "last 1 day · 1 story") {
		t.Errorf("got:\n%s", got)
	}
	if got := bot.PlainText(bot.BriefMessage(b, view("ko-KR"))); !strings.Contains(got, "최근 1일 · 소식 1건") || !strings.Contains(got, "매체 6곳: Reuters, Yonhap, Nikkei 외 3곳 · 2시간 전") {
		t.Errorf("got:\n%s", got)
	}
}

func TestTerminalWrapsAndCannotBeSteered(t *testing.T) {
	t.Parallel()
	m := bot.Message{Title: bot.Text{bot.B("A")}, Lead: []bot.Text{bot.T(strings.Repeat("한국 무역 ", 40) + "\x1b[31mred\x1b]8;;http://evil\x1b\\ \u202eflip\nnew")}}
	var b strings.Builder
	if err := (bot.Terminal{Width: 40, Style: true, Links: true}).Write(&b, m); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(strings.ReplaceAll(b.String(), "\x1b[1m", ""), "\x1b[22m", "")
	if strings.ContainsAny(text, "\x1b\u202e") {
		t.Errorf("steering characters survive: %q", text)
	}
	for _, line := range strings.Split(text, "\n") {
		if n := len([]rune(line)); n > 40 || (strings.Contains(line, "한") && n > 32) {
			t.Errorf("line of %d runes: %q", n, line)
		}
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	seoul := bot.Zone("Asia/Seoul")
	w := bot.WordsIn("en-GB")
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{now.Add(time.Hour), "today 18:00 KST"},
		{now.Add(15 * time.Hour), "tomorrow, Wednesday 25 November 08:00 KST"},
		{now.Add(72 * time.Hour), "Friday 27 November 17:00 KST"},
	} {
		if got := w.When(c.at.In(seoul), now); got != c.want {
			t.Errorf("When(%v) = %q, want %q", c.at, got, c.want)
		}
	}
}
