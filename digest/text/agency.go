package text

import (
	"strings"
	"sync"
)

// cjkAgencies are news agencies as they stand in datelines, longest first
// where one begins another.
var cjkAgencies = []string{
	"ロイター", "共同通信", "共同", "時事通信", "時事", "聯合ニュース", "新華社", "中央社", "新华社", "中新社", "法新社", "路透社", "路透",
	"美联社", "美聯社", "AFP", "AP", "ANN", "CNN", "연합뉴스", "로이터", "뉴시스", "뉴스1",
}

var agencyNames = sync.OnceValue(func() map[string]bool {
	return wordSet(`reuters ap afp upi dpa efe ansa tass xinhua yonhap kyodo bloomberg cnn bbc ani pti ians aap apa tanjug lusa
		mena wafa spa qna kuna irna anadolu aa ritzau tt ntb belga anp apf tap bernama antara vna tna cp jta interfax ria sputnik
		unian ukrinform lana sana petra wam bna ddp sda ats agi europapress notimex telam`)
})

// knownAgency reports whether a bracket names a news agency:
// "Reuters", "AP Photo", "Kyodo News".
func knownAgency(s string) bool {
	first, _, _ := strings.Cut(strings.ToLower(s), " ")
	return agencyNames()[first]
}

// notPlaces open a body before a dash and are no place.
var notPlaces = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Split(`update|breaking|breaking news|exclusive|analysis|opinion|watch|video|corrected|correction|live|factbox|editorial|
		comment|explainer|photos|pictured|note|editor's note|summary|advisory|urgent|alert|read|related|poll|review|column|feature|
		sports|football|soccer|business|world|news|weather|advertisement|sponsored|q&a|listen|podcast|interview|fact check|timeline`, "|") {
		m[strings.TrimSpace(s)] = true
	}
	return m
})
