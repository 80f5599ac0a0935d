package bot_test

import (
	"testing"

	"github.com/daybrief/daybrief/bot"
)

// Particles fit what stands before them, in a text and after a span; where
// nobody can know how it is read, both forms stay.
func TestParticlesFit(t *testing.T) {
	t.Parallel()
	w := bot.WordsIn("ko")
	for name, want := range map[string]string{
		"한국-무역": "한국-무역을 잠시 멈췄습니다.", "일본": "일본을 잠시 멈췄습니다.", "나라": "나라를 잠시 멈췄습니다.", "서울": "서울을 잠시 멈췄습니다.",
		"korea": "korea을(를) 잠시 멈췄습니다.", "top 20": "top 20을 잠시 멈췄습니다.", "g7": "g7을 잠시 멈췄습니다.", "4": "4를 잠시 멈췄습니다.", "": "을(를) 잠시 멈췄습니다.",
	} {
		if got := w.Say("Paused %s.", name); got != want {
			t.Errorf("Say(%q) = %q", name, got)
		}
		if got := w.Text("Paused %s.", bot.B(name)).String(); got != want {
			t.Errorf("Text(%q) = %q", name, got)
		}
	}
	for read, want := range map[string]string{
		"서울": "“무역”을 서울로 읽었습니다.", "무역": "“무역”을 무역으로 읽었습니다.", "나라": "“무역”을 나라로 읽었습니다.", "trade": "“무역”을 trade(으)로 읽었습니다.", "국회 2": "“무역”을 국회 2로 읽었습니다.",
	} {
		if got := w.Say("I read “%s” as %s.", "무역", read); got != want {
			t.Errorf("as %q: %q", read, got)
		}
	}
	if got := bot.WordsIn("en").Say("Paused %s.", "일본 (을(를))"); got != "Paused 일본 (을(를))." {
		t.Errorf("in English %q", got)
	}
}
