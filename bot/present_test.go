package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// What a digest says of what was chosen, and of a week.
func TestDigestSaysWhatIsMissingAndDeveloping(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	told := digest.StoryBrief{Story: digest.Story{ID: 1, Title: "Talks go on", Last: now}, IsUpdate: true, Change: "they named a date"}
	fresh := digest.StoryBrief{Story: digest.Story{ID: 2, Title: "A bridge is closed", Last: now}}
	d := digest.Digest{Name: "Korea desk", Since: now.Add(-24 * time.Hour), Until: now, Zone: "UTC", Review: []digest.Tally{{Slug: "KR", Title: "South Korea", Stories: 12, Before: 9}},
		Brief: digest.Brief{Stories: []digest.StoryBrief{told, fresh}, Muted: 2}, Sections: []digest.Section{{Stories: []digest.StoryBrief{told, fresh}}}}
	for lang, want := range map[string][]string{
		"en": {"1 new, 1 developing", "2 muted.", "In numbers", "South Korea: 12 stories, 9 before", "Update: Talks go on – they named a date"},
		"ko": {"새 소식 1건, 이어지는 소식 1건", "끈 항목 2개.", "숫자로 보기", "South Korea: 소식 12건, 앞서 9건"},
	} {
		text := bot.PlainText(bot.DigestMessage(d, bot.View{Lang: lang, Zone: "UTC", Now: now}))
		for _, s := range want {
			if !strings.Contains(text, s) {
				t.Errorf("%s: no %q in\n%s", lang, s, text)
			}
		}
	}
	a := digest.Brief{Query: digest.Query{Raw: "korea", Since: now.Add(-time.Hour), Countries: []string{"KR"}}, Muted: 3}
	text := bot.PlainText(bot.BriefMessage(a, bot.View{Lang: "en", Zone: "UTC", Now: now}))
	if !strings.Contains(text, "3 muted, see /subscriptions mutes.") || strings.Contains(text, "Nothing on") {
		t.Errorf("an answer of muted stories alone says\n%s", text)
	}
}

// What develops has a heading of its own: its stories are not called updates
// once more, and say what changed in every format.
func TestDevelopingStoriesSayWhatChanged(t *testing.T) {
	t.Parallel()
	told := digest.StoryBrief{Story: digest.Story{ID: 1, Title: "Talks go on"}, IsUpdate: true, Change: "they named a date", Summary: []digest.Sentence{{Text: "A sentence."}}}
	fresh := digest.StoryBrief{Story: digest.Story{ID: 2, Title: "A bridge is closed"}, Summary: []digest.Sentence{{Text: "A sentence."}}}
	d := digest.Digest{Name: "Korea desk", Brief: digest.Brief{Stories: []digest.StoryBrief{fresh, told}},
		Sections: []digest.Section{{Title: "New", Stories: []digest.StoryBrief{fresh}}, {Title: "Developing", Developing: true, Stories: []digest.StoryBrief{told}}}}
	for _, format := range []digest.Format{digest.Compact, digest.Cards, digest.Headlines, digest.Review} {
		m := bot.DigestMessage(d, bot.View{Lang: "en", Format: format})
		text := bot.PlainText(m)
		if !strings.Contains(text, "\nDeveloping\n\nTalks go on – they named a date\n") {
			t.Errorf("%s:\n%s", format, text)
		}
		if strings.Contains(text, "A sentence.") == (format == digest.Headlines) {
			t.Errorf("%s has its summary wrong:\n%s", format, text)
		}
	}
	d.Sections = []digest.Section{{Developing: true, Stories: []digest.StoryBrief{told}}}
	if text := bot.PlainText(bot.DigestMessage(d, bot.View{Lang: "ko"})); !strings.Contains(text, "업데이트: Talks go on – they named a date") {
		t.Errorf("without a heading:\n%s", text)
	}
}
