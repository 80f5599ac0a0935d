package query

import (
	"strings"
	"testing"
)

// sayTokens writes tokens with their marks: "-" left out, "~" hyphened, "." an
// abbreviation, "^" capitals, "," after a comma, quotes for a phrase.
func sayTokens(tokens []token) string {
	var out []string
	for _, t := range tokens {
		s := t.form
		switch {
		case t.key != "":
			s = t.key + "=" + t.text
		case t.quoted:
			s = `"` + t.text + `"`
		}
		for _, m := range []struct {
			set  bool
			mark string
		}{{t.dotted, "."}, {t.upper, "^"}, {t.hyphen, "~"}, {t.comma, ","}, {t.minus, "-"}} {
			if m.set {
				s = m.mark + s
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestScan(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"korea trade":                  "korea trade",
		"Korea-trade":                  "korea ~trade",
		"korea -trade":                 "korea -trade",
		"korea - trade":                "korea trade",
		"-korea":                       "-korea",
		"kr-!cn":                       "kr -cn",
		"U.S.-China":                   "^.us ~china",
		"u.k. jobs":                    ".uk jobs",
		"N. Korea":                     "n ,korea",
		"e.g. this":                    ".eg this",
		"No. 10":                       "no ,10",
		"3.5 percent, 1,000":           "3.5 percent ,1,000",
		"what's korea's":               "what korea",
		"l'inflation don’t":            "l inflation don t",
		"US vs usa, please":            "^us vs usa ,please",
		"US FED":                       "^us ^fed",
		"ALL CAPITALS HERE US":         "all capitals here us",
		`"rate hike" -"world cup"`:     `"rate hike" -"world cup"`,
		"“a b” «c d» 「e」":              `"a b" "c d" "e"`,
		`"open`:                        "open",
		"country:KR topic:a,b":         "country=KR topic=a topic=b",
		`source:"two words"`:           "source=two words",
		"-topic:sport":                 "-topic=sport",
		"re:invent http://x.y/z 12:30": "re invent 12 30",
		"2026-11-01 2026/11/02":        "2026-11-01 2026-11-02",
		"rate_hike":                    `"rate hike"`,
		"a&b":                          "a and b",
		"日本の金利":                        "日 本 の 金 利",
		"AI規制":                         "^ai 規 制",
		"Côte d'Ivoire":                "cote d ivoire",
		"ｋｏｒｅａ":                        "korea",
		"":                             "",
		"?!…":                          "",
	} {
		if got := sayTokens(scan(in)); got != want {
			t.Errorf("scan(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestNamesAreCutAsRequestsAre(t *testing.T) {
	t.Parallel()
	for _, n := range testNames() {
		if got, want := joined(nameTokens(n.Text)), joined(scan(n.Text)); got != want {
			t.Errorf("%q is cut into %q as a name, and %q in a request", n.Text, got, want)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add("U.S.-China \"a b\" country:KR -x 日本")
	f.Add("a'\"“«-!::..--")
	f.Fuzz(func(t *testing.T, s string) {
		for _, tok := range scan(s) {
			if tok.text == "" {
				t.Fatalf("%q has an empty token", s)
			}
			if strings.ContainsAny(tok.form, " \t\n") && !tok.quoted {
				t.Fatalf("%q has the token %q", s, tok.form)
			}
		}
	})
}
