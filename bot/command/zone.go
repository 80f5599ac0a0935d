package command

import (
	"strings"

	"github.com/daybrief/daybrief/bot"
)

// zones are the IANA zones that are offered; any other can be typed.
var zones = []string{"Asia/Seoul", "Asia/Tokyo", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Bangkok", "Asia/Jakarta", "Asia/Manila",
	"Asia/Ho_Chi_Minh", "Asia/Kolkata", "Asia/Karachi", "Asia/Dubai", "Asia/Riyadh", "Asia/Tehran", "Asia/Jerusalem", "Asia/Almaty", "Europe/London", "Europe/Dublin",
	"Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Rome", "Europe/Brussels", "Europe/Amsterdam", "Europe/Zurich", "Europe/Vienna", "Europe/Stockholm",
	"Europe/Warsaw", "Europe/Kyiv", "Europe/Athens", "Europe/Istanbul", "Europe/Moscow", "Africa/Cairo", "Africa/Lagos", "Africa/Nairobi", "Africa/Johannesburg",
	"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto", "America/Vancouver", "America/Mexico_City", "America/Bogota",
	"America/Lima", "America/Santiago", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Australia/Sydney", "Australia/Perth", "Pacific/Auckland", "Pacific/Honolulu", "UTC"}

// koreanCities are the cities of these zones, by their name in the zone.
var koreanCities = map[string]string{
	"Seoul": "서울", "Tokyo": "도쿄", "Shanghai": "상하이", "Hong_Kong": "홍콩", "Taipei": "타이베이", "Singapore": "싱가포르", "Bangkok": "방콕", "Jakarta": "자카르타",
	"Manila": "마닐라", "Ho_Chi_Minh": "호찌민", "Kolkata": "콜카타", "Karachi": "카라치", "Dubai": "두바이", "Riyadh": "리야드", "Tehran": "테헤란", "Jerusalem": "예루살렘",
	"Almaty": "알마티", "London": "런던", "Dublin": "더블린", "Paris": "파리", "Berlin": "베를린", "Madrid": "마드리드", "Rome": "로마", "Brussels": "브뤼셀",
	"Amsterdam": "암스테르담", "Zurich": "취리히", "Vienna": "빈", "Stockholm": "스톡홀름", "Warsaw": "바르샤바", "Kyiv": "키이우", "Athens": "아테네", "Istanbul": "이스탄불",
	"Moscow": "모스크바", "Cairo": "카이로", "Lagos": "라고스", "Nairobi": "나이로비", "Johannesburg": "요하네스버그", "New_York": "뉴욕", "Chicago": "시카고", "Denver": "덴버",
	"Los_Angeles": "로스앤젤레스", "Toronto": "토론토", "Vancouver": "밴쿠버", "Mexico_City": "멕시코시티", "Bogota": "보고타", "Lima": "리마", "Santiago": "산티아고", "Sao_Paulo": "상파울루",
	"Buenos_Aires": "부에노스아이레스", "Sydney": "시드니", "Perth": "퍼스", "Auckland": "오클랜드", "Honolulu": "호놀룰루",
}

// zonesLike are the offered zones that what is typed may become, the city in
// Korean too.
func zonesLike(typed string) []string {
	out := matching(typed, zones...)
	if len(out) > 0 {
		return out
	}
	for _, z := range zones {
		if strings.Contains(koreanCities[cityOf(z)], strings.TrimSpace(typed)) {
			out = append(out, z)
		}
	}
	return out
}

func cityOf(zone string) string { return zone[strings.LastIndexByte(zone, '/')+1:] }

// zoneWords says a zone as people do: "Seoul time".
func zoneWords(zone string, w bot.Words) string {
	city := cityOf(zone)
	switch {
	case zone == "" || strings.EqualFold(zone, "local"):
		return w.Say("local time")
	case city == zone || city == "UTC":
		return city
	case w.Lang() == "ko" && koreanCities[city] != "":
		city = koreanCities[city]
	}
	return w.Say("%s time", strings.ReplaceAll(city, "_", " "))
}
