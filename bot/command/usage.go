package command

import (
	"strings"

	"github.com/daybrief/daybrief/bot"
)

// usage is one thing that can be typed, and what it does. A test types each.
type usage struct {
	typed map[string]string // by language, without the slash
	does  map[string]string
}

// usages are what can be typed of each command, by its name.
var usages = map[string][]usage{
	"brief": {
		{text("brief korea-trade", "brief 한국-무역"), text("the latest of the last 7 days", "최근 7일의 소식")},
		{text("brief korea-trade since 24h", "brief 한국-무역 since 24h"), text("of another time; also since 2026-11-01", "다른 기간의 소식. since 2026-11-01도 됩니다")},
		{text(`brief "rate hike" japan`, `brief "금리 인상" 일본`), text("with these words", "이 말이 나오는 소식")},
		{text("brief asean trade -china", "brief 아세안 무역 -중국"), text("without what stands after a -", "- 뒤에 쓴 것은 빼고")},
		{text("brief", "brief"), text("the latest of what this channel, or you, are subscribed to", "이 채널이나 내가 구독한 것의 최신 소식")},
	},
	"subscribe": {
		{text("subscribe korea-trade weekdays 8:00", "subscribe korea-trade 평일 8:00"), text("a digest by direct message, at your time", "내 시간대로 다이렉트 메시지로 받는 요약")},
		{text("subscribe korea-trade weekdays 8:00 Europe/London here", "subscribe korea-trade 평일 8:00 Asia/Tokyo 여기"), text("in this channel, for people who manage it; at the time of a place", "이 채널로(채널 관리자만), 다른 곳의 시각으로")},
		{text("subscribe korea-trade daily 8:00 headlines 5 stories silent", "subscribe korea-trade 매일 8:00 headlines 5건 없으면 조용히"), text("how it looks: cards, headlines or review; how many; nothing on days without news", "모양(cards, headlines, review), 소식 수, 새 소식이 없는 날은 보내지 않기")},
	},
	"unsubscribe": {
		{text("unsubscribe korea-trade", "unsubscribe korea-trade"), text("by its name, or by its number", "이름이나 번호로 구독 취소")},
	},
	"alert": {
		{text("alert korea-trade", "alert korea-trade"), text("a message as soon as a story breaks, once for each", "새 소식이 나오면 바로, 소식마다 한 번")},
		{text("alert korea-trade only big 4 at most 3 an hour every 2 h", "alert korea-trade 큰 것만 시간당 3건 2시간마다"), text("only what 4 sources have; at most so many, and not more often", "여러 매체가 다룬 것만, 최대 몇 건, 알림 간격")},
		{text("alert korea-trade here", "alert korea-trade 여기"), text("in this channel, for people who manage it", "이 채널로(채널 관리자만)")},
	},
	"subscriptions": {
		{text("subscriptions", "subscriptions"), text("all that you have, and that this channel has", "내 구독과 이 채널의 구독")},
		{text("subscriptions edit 1 weekdays 9:00 Asia/Tokyo 5 stories headlines", "subscriptions 변경 1 평일 9:00 Asia/Tokyo 5건 headlines"), text("change number 1; also its query, silent, here, dm", "1번 바꾸기. 찾는 내용, 없으면 조용히, 여기, 나에게도 쓸 수 있습니다")},
		{text("subscriptions pause 1", "subscriptions 멈춤 1"), text("also resume, preview, remove", "다시, 미리보기, 삭제도 됩니다")},
		{text(`subscriptions filter 1 exclude football, "rugby union" languages en`, `subscriptions 필터 1 제외 축구, "럭비 리그" 언어 ko`), text("also include, match /tariffs?/, unless, sources, not sources; off for none", "포함, match /tariffs?/, unless, 매체, not sources도 됩니다. 모두 지우려면 끄기")},
		{text("subscriptions mute topic sport 7d", "subscriptions 끄기 주제 sport 7일"), text("also source, country; for good; here for this channel", "매체, 나라도 됩니다. 기한 없이 끄려면 계속, 이 채널이라면 여기")},
		{text("subscriptions mutes", "subscriptions mutes"), text("what is muted; take one back with unmute 1", "끈 항목. 다시 켜려면 켜기 1")},
		{text("subscriptions quiet 22:00-7:00 weekends drop", "subscriptions 방해금지 22:00-7:00 주말 버리기"), text("alerts wait in these hours, or with drop are dropped; off for none; here for this channel", "그 시간의 알림을 모아 두었다가 보냅니다. 버리기를 붙이면 버립니다. 없애려면 끄기, 이 채널이라면 여기")},
		{text("subscriptions leanings", "subscriptions 취향"), text("what More and Less like this have shifted for you; reset sets it back", "이런 소식 더·덜로 바뀐 순위. 초기화할 수 있습니다")},
		{text("subscriptions whynot 1 https://example.org/article", "subscriptions whynot 1 https://example.org/article"), text("why that article, or headline, did not come", "그 기사나 제목이 오지 않은 이유")},
		{text("subscriptions export", "subscriptions 내보내기"), text("all that is kept of you, as a file", "보관 중인 내 정보를 파일로")},
		{text("subscriptions forget me", "subscriptions 잊기 나"), text("delete all that is kept of you", "보관 중인 내 정보를 모두 지우기")},
	},
	"digest": {
		{text("digest preview", "digest preview"), text("what the digest here would be now; with a number, or a query", "지금 보낸다면 어떤 요약일지. 번호나 찾는 내용을 붙여도 됩니다")},
		{text("digest now", "digest now"), text("post it at once, for people who manage the channel", "바로 보내기(채널 관리자만)")},
		{text("digest history", "digest history"), text("what was posted here", "이곳에 보낸 요약")},
		{text("digest whynot 1 https://example.org/article", "digest whynot 1 https://example.org/article"), text("why that article is not in it", "그 기사가 실리지 않은 이유")},
	},
	"sources": {
		{text("sources", "sources"), text("which sources are read, and which could not be", "읽는 매체와 읽지 못한 매체")},
	},
}

// helpOf tells all that can be typed of one command.
func helpOf(name string, r bot.Request, w bot.Words) bot.Message {
	m := bot.Message{Lang: w.Lang(), At: r.Now, Title: bot.Text{bot.B("/" + name)}}
	for _, spec := range Specs() {
		if spec.Name == name {
			m.Lead = []bot.Text{bot.T(inWords(spec.Summary, w))}
		}
	}
	section := bot.Section{}
	for _, u := range usages[name] {
		section.Lines = append(section.Lines, bot.Text{typed(inWords(u.typed, w)), bot.S(" – " + inWords(u.does, w))})
	}
	m.Sections = []bot.Section{section}
	return m
}

// helpTopic is the command that help is asked about, "" for all.
func helpTopic(args string) string {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(strings.TrimSpace(args), "/")), " ")
	if len(usages[word]) == 0 {
		return ""
	}
	return word
}

func inWords(texts map[string]string, w bot.Words) string {
	if s := texts[w.Lang()]; s != "" {
		return s
	}
	return texts["en"]
}
