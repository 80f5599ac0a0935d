package bot

// koreanDays are the weekdays, Sunday first.
var koreanDays = [7]string{"일요일", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일"}

// korean holds the Korean of every text in the catalogue. A test compares its
// keys with the texts that the code says.
var korean = map[string]string{
	"%d stories":                     "기사 묶음 %d건",
	"%d articles":                    "기사 %d건",
	"%d sources":                     "매체 %d곳",
	"%d days":                        "%d일",
	"%d h":                           "%d시간",
	"%d min":                         "%d분",
	" +%d":                           " 외 %d곳",
	" (%d)":                          " (%d)",
	"%d more":                        "%d건 더",
	"just now":                       "방금",
	"%d min ago":                     "%d분 전",
	"%d h ago":                       "%d시간 전",
	"yesterday %s":                   "어제 %s",
	"today %s":                       "오늘 %s",
	"tomorrow, %s %s":                "내일, %s %s",
	"sample":                         "예시",
	"Latest stories":                 "최신 소식",
	"Also: %d more stories.":         "그 밖에 %d건이 더 있습니다.",
	"Also:":                          "그 밖에:",
	"all of today's stories":         "오늘의 모든 소식",
	"all stored news":                "저장된 모든 뉴스",
	"%s to %s":                       "%s부터 %s까지",
	"last %s":                        "최근 %s",
	"any topic":                      "모든 주제",
	"Update":                         "업데이트",
	"Showing %s: I read “%s” as %s.": "%s 결과입니다. “%s”을(를) %s(으)로 읽었습니다.",
	"No story mentions “%s”; showing %s without it.":                    "“%s”이(가) 나오는 소식이 없어 그 말 없이 %s 결과를 보여 드립니다.",
	"Nothing on %s in the %s.":                                          "%s 관련 소식이 없습니다(%s).",
	"I understood: %s.":                                                 "이렇게 이해했습니다: %s.",
	"No stored story is near it. Try a longer time, such as since 30d.": "가까운 소식이 없습니다. since 30d처럼 더 긴 기간으로 찾아보세요.",
	"Nearest with stories:":                                             "소식이 있는 가까운 주제:",
	"%s from %s by %s, since %s":                                        "%[4]s 이후 %[3]s, %[2]s에서 고른 %[1]s",
	"Nothing new since %s.":                                             "%s 이후 새 소식이 없습니다.",
	"Nothing new on %s since %s.":                                       "%[2]s 이후 %[1]s 관련 새 소식이 없습니다.",
	"All %d sources were read.":                                         "매체 %d곳을 모두 읽었습니다.",
	"Late by %s: the bot was not running at %s.":                        "%s 늦었습니다. %s에 봇이 꺼져 있었습니다.",
	"%d of %d sources could not be read.":                               "매체 %[2]d곳 중 %[1]d곳을 읽지 못했습니다.",
	"Why these stories":                                                 "이 소식들을 고른 이유",
	"That did not work because of a fault in the program; the log has its cause.": "프로그램 오류로 처리하지 못했습니다. 원인은 로그에 있습니다.",
}
