package tag

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest/text"
)

// readings lists what an article's matches were read as: "Seoul=KR",
// "Jordan=?" where none was chosen.
func readings(t *testing.T, title, body string) []string {
	t.Helper()
	r := theNames(t).read(text.Analyse(title, body, ""), "")
	var out []string
	for i := range r.matches {
		m := &r.matches[i]
		code := "?"
		if s := m.chosen(); s != nil {
			code = r.g.codes[s.country]
		}
		out = append(out, r.surface(m)+"="+code)
	}
	return out
}

func TestLongestMatch(t *testing.T) {
	for body, want := range map[string]string{
		"North Korea and South Korea met.":                "North Korea=KP South Korea=KR",
		"She flew from New York City to Yorkshire.":       "New York City=US Yorkshire=GB",
		"Papua New Guinea, Guinea and Guinea-Bissau.":     "Papua New Guinea=PG Guinea=GN Guinea-Bissau=GW",
		"The Bank of Japan and Bank of America spoke.":    "Bank of Japan=JP",
		"It is in the West Bank and in West Virginia.":    "West Bank=PS West Virginia=US",
		"St. Petersburg and St Petersburg are one place.": "St. Petersburg=RU St Petersburg=RU",
		"Trade in the U.S. Virgin Islands rose.":          "U.S. Virgin Islands=VI",
		"He left China. Taiwan stayed.":                   "China=CN Taiwan=TW",
		"Côte d'Ivoire is Cote d'Ivoire.":                 "Côte d'Ivoire=CI Cote d'Ivoire=CI",
		"The United Kingdom's share fell.":                "United Kingdom=GB",
		"the US-China deal and the U.S.-led force":        "US=US China=CN U.S.-led=US",
	} {
		if got := strings.Join(readings(t, "", body), " "); got != want {
			t.Errorf("%q\n got %s\nwant %s", body, got, want)
		}
	}
}

func TestCaseRules(t *testing.T) {
	for body, want := range map[string]string{
		"The turkey was roasted with china plates.": "",
		"The yen and the rupiah fell.":              "yen=JP rupiah=ID",
		"UK and uk":                                 "UK=GB",
		"He wore a jersey and drank java.":          "",
		"It was polish, then Polish.":               "Polish=PL",
	} {
		if got := strings.Join(readings(t, "", body), " "); got != want {
			t.Errorf("%q\n got %q\nwant %q", body, got, want)
		}
	}
}

func TestContainers(t *testing.T) {
	for body, want := range map[string]string{
		"A man from Paris, Texas, was held.":       "Paris=US Texas=US",
		"Police in Alexandria, La., said so.":      "Alexandria=US La=US",
		"Fire crews in Alexandria, Va. said so.":   "Alexandria=US Va=US",
		"Students in London, Ontario, marched.":    "London=CA Ontario=CA",
		"The port of Tripoli, Lebanon, reopened.":  "Tripoli=LB Lebanon=LB",
		"She lives in Birmingham, Ala., with him.": "Birmingham=US Ala=US",
		"He moved to Moscow, Idaho, last year.":    "Moscow=US Idaho=US",
		"Vehicles left Waco, TX, at noon.":         "Waco=US TX=US",
		"They met in Cairo, Egypt, on Monday.":     "Cairo=EG Egypt=EG",
	} {
		if got := strings.Join(readings(t, "", body), " "); got != want {
			t.Errorf("%q\n got %s\nwant %s", body, got, want)
		}
	}
}

func TestPersonsAreNoPlaces(t *testing.T) {
	for body, want := range map[string]string{
		"Mr. London and Ms. Paris spoke.":                                   "London=? Paris=?",
		"Kent Israel, 23, was held.":                                        "Kent=? Israel=?",
		"We met Robert London at noon. London smiled.":                      "London=? London=?",
		"Robert London lives in London with his son.":                       "London=? London=GB",
		"J. Houston wrote the play.":                                        "Houston=?",
		"He lives on 12 Memphis Street, off Dublin Road.":                   "Memphis=? Dublin=?",
		"Detroit, 40 miles away, and Jordan, 34, a nurse, are no relation.": "Detroit=US Jordan=?",
	} {
		if got := strings.Join(readings(t, "", body), " "); got != want {
			t.Errorf("%q\n got %s\nwant %s", body, got, want)
		}
	}
}

func TestContextDecides(t *testing.T) {
	for _, c := range []struct{ body, name, want string }{
		{"Georgia's governor spoke in Atlanta. Georgia will recount.", "Georgia", "US"},
		{"Georgia's president spoke in Tbilisi. Georgia borders Russia.", "Georgia", "GE"},
		{"Police in Birmingham said Britain was safe.", "Birmingham", "GB"},
		{"Birmingham is in Alabama, in Jefferson county.", "Birmingham", "US"},
		{"Hyderabad in Sindh saw floods, Pakistan said.", "Hyderabad", "PK"},
		{"Floods hit Hyderabad, the Indian city said.", "Hyderabad", "IN"},
		{"Tripoli and Beirut are cities in Lebanon.", "Tripoli", "LB"},
		{"Tripoli is held by Libya's government.", "Tripoli", "LY"},
		{"San Jose is the capital of Costa Rica.", "San Jose", "CR"},
		{"San Jose in California grew.", "San Jose", "US"},
	} {
		if got := readings(t, "", c.body); !slices.Contains(got, c.name+"="+c.want) {
			t.Errorf("%q: %v, want %s to be in %s", c.body, got, c.name, c.want)
		}
	}
}

func TestSupportedNames(t *testing.T) {
	for body, want := range map[string]bool{
		"The won fell in Seoul.":               true,
		"The team won in extra time.":          false,
		"The Diet in Tokyo passed the budget.": true,
		"A new Diet book is out.":              false,
	} {
		found := false
		for _, s := range readings(t, "", body) {
			found = found || s == "won=KR" || s == "Diet=JP"
		}
		if found != want {
			t.Errorf("%q: %v", body, readings(t, "", body))
		}
	}
}

func TestTickersAreNoPlaces(t *testing.T) {
	for _, body := range []string{"Shares of Rockwell <ROK> rose.", "Santander (SAN.MC) fell.", "It trades as (NYSE: UK) there."} {
		for _, s := range readings(t, "", body) {
			if strings.HasPrefix(s, "ROK=") || strings.HasPrefix(s, "SAN=") || strings.HasPrefix(s, "UK=") {
				t.Errorf("%q: %v", body, readings(t, "", body))
			}
		}
	}
}

func TestScriptsWithoutSpaces(t *testing.T) {
	for title, want := range map[string]string{
		"한국은행이 금리를 동결":   "한국은행=KR",
		"인공지능이란 무엇인가":    "",
		"북한군, 러시아 파병 확인": "북한=KP 러시아=RU",
		"米大統領が訪日、韓国も":    "米大統領=US 韓国=KR",
		"米価が上がる":         "",
		"中国和美国举行会谈":      "中国=CN 美国=US",
		"ไทยและกัมพูชา":  "ไทย=TH กัมพูชา=KH",
	} {
		if got := strings.Join(readings(t, title, ""), " "); got != want {
			t.Errorf("%q\n got %s\nwant %s", title, got, want)
		}
	}
}

func TestFeatures(t *testing.T) {
	g := theNames(t)
	r := g.read(text.Analyse("Seoul signs pact", "SEOUL (Reuters) - South Korea signed a pact with Peru on Monday. Korean firms will build ports. It took a year. Peru has few ports.", ""), "")
	all := r.tallies()
	values := map[string][features]float64{}
	for i := range all {
		var v [features]float64
		r.features(&all[i], all, &v)
		values[g.codes[all[i].country]] = v
	}
	for _, c := range []struct {
		code    string
		feature int
		want    float64
	}{
		{"KR", fTitleOther, 1}, {"KR", fTitleName, 0}, {"KR", fLeadName, 1}, {"KR", fDateline, 1}, {"KR", fHub, 0}, {"KR", fEarly, 1}, {"KR", fAlone, 0}, {"KR", fTitleRival, 0},
		{"PE", fTitleOther, 0}, {"PE", fLeadName, 1}, {"PE", fDateline, 0}, {"PE", fTitleRival, 1}, {"PE", fOnce, 0}, {"PE", fNoName, 0}, {"PE", fWeakOnly, 0},
	} {
		if got := values[c.code][c.feature]; got != c.want {
			t.Errorf("%s: %s is %v, want %v", c.code, featureNames[c.feature], got, c.want)
		}
	}
	for i, name := range featureNames {
		if name == "" {
			t.Errorf("feature %d has no name", i)
		}
	}
}

func TestWhyIsShort(t *testing.T) {
	body := strings.Repeat("Japan, Tokyo, Osaka, Kyoto, Kobe and the Bank of Japan in Nagoya. ", 5)
	for _, tg := range theNames(t).read(text.Analyse("Japanese yen at record low in Tokyo", body, ""), "").tags() {
		if len(tg.Why) > 4 {
			t.Errorf("%d reasons: %q", len(tg.Why), tg.Why)
		}
		for i, w := range tg.Why {
			if slices.Contains(tg.Why[:i], w) {
				t.Errorf("the reason %q is told twice", w)
			}
		}
	}
}

func TestProbability(t *testing.T) {
	w := [features]float64{fBias: -1, fTitleName: 2}
	low, high := probability(&w, &[features]float64{fBias: 1}), probability(&w, &[features]float64{fBias: 1, fTitleName: 1})
	if fmt.Sprint(low, high) != "0.269 0.731" {
		t.Errorf("probabilities %v and %v", low, high)
	}
}
