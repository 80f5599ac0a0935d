package command

import "github.com/daybrief/daybrief/bot"

// Specs are the commands, the same on every platform. On Slack they are the
// words after its one slash command.
func Specs() []bot.CommandSpec {
	query := bot.FieldSpec{Name: "query", Complete: true, Summary: text("A country, a topic, both or words: korea-trade", "나라, 주제, 또는 단어: korea-trade")}
	needed := query
	needed.Required = true
	return []bot.CommandSpec{
		{Name: "brief", Summary: text("What is new about a country or topic", "나라나 주제의 새 소식"), Fields: []bot.FieldSpec{query,
			{Name: "since", Summary: text("How far back: 24h, 7d, 2026-11-01", "기간: 24h, 7d, 2026-11-01")},
			{Name: "limit", Summary: text("How many stories, 1 to 25", "소식 수, 1~25")}}},
		{Name: "subscribe", Summary: text("Get a digest at the times you choose", "정한 시각에 요약 받기"), Fields: []bot.FieldSpec{needed,
			{Name: "when", Complete: true, Summary: text("weekdays 8:00, mondays 9am, hourly", "평일 8:00, mondays 9am, hourly")},
			{Name: "zone", Complete: true, Summary: text("Time zone: Asia/Seoul", "시간대: Asia/Seoul")},
			{Name: "where", Summary: text("Direct messages or this channel", "다이렉트 메시지 또는 이 채널"),
				Choices: []bot.Option{{Label: "Direct messages", Value: "dm"}, {Label: "This channel", Value: "here"}}}}},
		{Name: "alert", Summary: text("Hear at once when something happens", "새 일이 생기면 바로 알림 받기"), Fields: []bot.FieldSpec{needed,
			{Name: "big", Summary: text("Only big stories, which several sources have", "여러 매체가 다룬 큰 소식만"),
				Choices: []bot.Option{{Label: "Any story", Value: "no"}, {Label: "Only big", Value: "yes"}}},
			{Name: "where", Summary: text("Direct messages or this channel", "다이렉트 메시지 또는 이 채널"),
				Choices: []bot.Option{{Label: "Direct messages", Value: "dm"}, {Label: "This channel", Value: "here"}}},
			{Name: "per_hour", Summary: text("At most so many an hour, the rest in one bundle", "한 시간에 최대 몇 건, 나머지는 묶어서")}}},
		{Name: "subscriptions", Summary: text("See, change, pause and remove subscriptions; mute, quiet hours, your data", "구독 보기, 변경, 멈춤, 삭제, 끄기, 방해 금지, 내 데이터"), Fields: []bot.FieldSpec{
			{Name: "action", Complete: true, Summary: text("edit 3 weekdays 9:00, mute source Xinhua 7d, quiet 22:00-7:00, export", "edit 3 평일 9:00, mute topic sport 7d, quiet 22:00-7:00, export")}}},
		{Name: "digest", Summary: text("Preview, post or look up digests here", "요약 미리보기, 바로 보내기, 지난 요약"), Manage: true, Fields: []bot.FieldSpec{
			{Name: "action", Required: true, Summary: text("What to do", "할 일"),
				Choices: []bot.Option{{Label: "Preview", Value: "preview"}, {Label: "Post now", Value: "now"}, {Label: "History", Value: "history"}}}}},
		{Name: "sources", Summary: text("How reading the news goes", "매체 수집 상태"), Manage: true},
		{Name: "help", Summary: text("What can be asked", "사용법"), Fields: []bot.FieldSpec{
			{Name: "command", Summary: text("All that can be typed of one command", "명령 하나의 자세한 사용법"), Choices: commandChoices()}}},
	}
}

func text(en, ko string) map[string]string { return map[string]string{"en": en, "ko": ko} }

// commandChoices are the commands that there is more to say of.
func commandChoices() []bot.Option {
	var out []bot.Option
	for _, name := range []string{"brief", "subscribe", "alert", "subscriptions", "digest", "sources"} {
		out = append(out, bot.Option{Label: name, Value: name})
	}
	return out
}
