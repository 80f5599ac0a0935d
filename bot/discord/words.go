package discord

import "github.com/daybrief/daybrief/bot"

// words are the few things that this package says itself. All else comes from
// bot.
type words struct {
	continued string // after the heading of a section that goes on in another part
	confirm   string // asked before an action that cannot be taken back; %s is its label
	cancel    string
	posted    string // to the one who pressed, when the answer went to everyone
	done      string
	busy      string
	fault     string // of a panic, with an id
	briefThis string // the command on a message
	again     string // the button that opens a form again
}

// wordsOf returns the words of the language nearest to lang.
func wordsOf(lang string) words {
	if bot.WordsIn(lang).Lang() == "ko" {
		return words{
			continued: "(계속)",
			confirm:   "정말 하시겠습니까? 실행하려면 “%s”을(를) 한 번 더 누르세요.",
			cancel:    "취소",
			posted:    "이 채널에 올렸습니다.",
			done:      "완료했습니다.",
			busy:      "지금 요청이 너무 많습니다. 1분 뒤에 다시 시도해 주세요.",
			fault:     "프로그램 오류로 처리하지 못했습니다. 운영자에게 이 번호를 알려 주세요: %s",
			briefThis: "이 글 브리핑",
			again:     "고쳐서 다시",
		}
	}
	return words{
		continued: "(continued)",
		confirm:   "Are you sure? Press “%s” once more to do it.",
		cancel:    "Cancel",
		posted:    "Posted in this channel.",
		done:      "Done.",
		busy:      "I have too many requests right now. Please try again in a minute.",
		fault:     "That did not work because of a fault in the program. Give the operator this id: %s",
		briefThis: "Brief me on this",
		again:     "Correct it",
	}
}
