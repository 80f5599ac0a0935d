package query

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/daybrief/daybrief/digest"
)

// testNow is a Tuesday.
var testNow = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const testCountries = `AD AE AF AG AI AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR
	CU CV CY CZ DE DJ DK DO DZ EC EE EG ER ES ET FI FJ FR GA GB GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH
	KP KR KW KZ LA LB LK LR LS LT LU LV LY MA MD ME MG MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH PK PL PS PT PY QA
	RO RS RU RW SA SB SD SE SG SI SK SL SN SO SR SS SV SY SZ TD TG TH TJ TL TM TN TO TR TT TW TZ UA UG US UY UZ VA VE VN YE ZA ZM ZW`

const testTopics = `trade monetary-policy currencies markets inflation growth jobs business energy agriculture metals shipping technology ai cybersecurity
	defence conflict diplomacy nuclear elections government protests rights justice migration climate disasters health science space sport culture education religion`

const testGroups = `eu:AT,BE,DE,ES,FR,IT,NL asean:BN,ID,KH,LA,MM,MY,PH,SG,TH,VN g7:CA,DE,FR,GB,IT,JP,US gulf:AE,BH,KW,OM,QA,SA baltics:EE,LT,LV
	nordics:DK,FI,IS,NO,SE middle-east:AE,EG,IL,IQ,IR,JO,LB,SA,SY,TR europe:DE,FR,GB,IT,PL asia:CN,IN,JP,KR latin-america:AR,BR,CL,MX central-asia:KG,KZ,TJ,TM,UZ
	southeast-asia:ID,MY,TH,VN west-africa:GH,ML,NG,SN balkans:AL,BA,ME,RS brics:BR,CN,IN,RU,ZA eurozone:DE,ES,FR,IT`

// testNames are names as the tagger would give them, made of CLDR's.
func testNames() []digest.Name {
	var out []digest.Name
	for _, lang := range []string{"en", "ko", "ja", "zh", "es", "fr", "de", "pt", "ru", "ar"} {
		namer := display.Regions(language.MustParse(lang))
		for code := range strings.FieldsSeq(testCountries) {
			out = append(out, digest.Name{Text: namer.Name(language.MustParseRegion(code)), Lang: lang, Kind: digest.CountryName, Slugs: []string{code}, Strong: true})
		}
	}
	for code := range strings.FieldsSeq(testCountries) {
		out = append(out, digest.Name{Text: code, Kind: digest.CountryName, Slugs: []string{code}})
	}
	for slug := range strings.FieldsSeq(testTopics) {
		out = append(out, digest.Name{Text: slug, Kind: digest.TopicName, Slugs: []string{slug}, Strong: true},
			digest.Name{Text: strings.ToUpper(slug[:1]) + strings.ReplaceAll(slug[1:], "-", " "), Lang: "en", Kind: digest.TopicName, Slugs: []string{slug}, Strong: true})
	}
	for g := range strings.FieldsSeq(testGroups) {
		slug, members, _ := strings.Cut(g, ":")
		out = append(out, digest.Name{Text: strings.ToUpper(slug[:1]) + slug[1:], Lang: "en", Kind: digest.GroupName, Slugs: append([]string{slug}, strings.Split(members, ",")...)})
	}
	return append(out, extraNames()...)
}

func extraNames() []digest.Name {
	return []digest.Name{
		{Text: "무역", Lang: "ko", Kind: digest.TopicName, Slugs: []string{"trade"}}, {Text: "금리", Lang: "ko", Kind: digest.TopicName, Slugs: []string{"monetary-policy"}},
		{Text: "金利", Lang: "ja", Kind: digest.TopicName, Slugs: []string{"monetary-policy"}}, {Text: "通膨", Lang: "zh", Kind: digest.TopicName, Slugs: []string{"inflation"}},
		{Text: "Atlanta", Lang: "en", Kind: digest.PlaceName, Slugs: []string{"US"}}, {Text: "Zelensky", Lang: "en", Kind: digest.SeatName, Slugs: []string{"UA"}, Strong: true},
		{Text: "Japanese", Lang: "en", Kind: digest.DemonymName, Slugs: []string{"JP"}}, {Text: "Thai", Lang: "en", Kind: digest.DemonymName, Slugs: []string{"TH"}},
		{Text: "prices", Lang: "en", Kind: digest.TopicName, Slugs: []string{"inflation"}},
	}
}

func testReader(t testing.TB) *Reader {
	t.Helper()
	return New(Options{Names: testNames(), Sources: []string{"Reuters", "Daily Planet"}})
}
