package text

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/russian"
	"golang.org/x/tools/txtar"
)

// parts reads a txtar file whose parts are fields parted by "==" lines.
func parts(t *testing.T, file string) map[string][]string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string][]string{}
	for _, f := range archive.Files {
		fields := strings.Split("\n"+string(f.Data), "\n==\n")
		for i := range fields {
			fields[i] = strings.Trim(fields[i], "\n")
		}
		cases[f.Name] = fields
	}
	if len(cases) == 0 {
		t.Fatalf("%s has no cases", file)
	}
	return cases
}

func TestSentences(t *testing.T) {
	for name, c := range parts(t, "sentences.txt") {
		t.Run(name, func(t *testing.T) {
			d := Analyse("", c[0], "")
			checkDocument(t, d)
			var got []string
			for i := range d.Sentences {
				got = append(got, d.SentenceText(i))
			}
			if want := strings.Split(c[1], "\n"); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestDatelines(t *testing.T) {
	for name, c := range parts(t, "datelines.txt") {
		t.Run(name, func(t *testing.T) {
			d := Analyse("", c[0], "")
			checkDocument(t, d)
			rest := ""
			if d.Dateline.End > 0 {
				rest = d.BodyText[d.Dateline.End:]
			}
			if d.Dateline.Place != c[1] || rest != c[2] {
				t.Errorf("place %q, text %q; want %q, %q", d.Dateline.Place, rest, c[1], c[2])
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	f, err := os.Open("testdata/languages.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc, n := bufio.NewScanner(f), 0
	for sc.Scan() {
		want, s, ok := strings.Cut(sc.Text(), " ")
		if !ok || want == "A" {
			continue
		}
		n++
		if got := Analyse(s, "", "").Lang; got != want {
			t.Errorf("the language of %q is %q, want %q", s, got, want)
		}
	}
	if n < 30 {
		t.Errorf("only %d texts", n)
	}
}

func TestGivenLanguage(t *testing.T) {
	for _, c := range []struct{ text, given, want string }{
		{"Accord signé", "fr", "fr"}, {"Accord signed", "en-GB", "en-GB"}, {"정부 발표", "en", "ko"}, {"Hello there", "ko", "en"}, {"", "de", "de"}, {"123", "", ""},
	} {
		if got := Analyse(c.text, "", c.given).Lang; got != c.want {
			t.Errorf("Analyse(%q, given %q).Lang = %q, want %q", c.text, c.given, got, c.want)
		}
	}
}

func TestUnitedStates(t *testing.T) {
	for text, want := range map[string]int{
		"US and China talk": 1, "U.S. stocks rise": 1, "the U.S.-China deal": 1, "made in USA": 1, "U.S.A. wins": 1, "usa today": 1, "US$5 billion": 1,
		"tell us about trade": 0, "Tell Us About Trade": 0, "LET US KNOW ABOUT TRADE": 0, "CHINA HITS US GOODS": 1, "ＵＳ stocks": 1, "U.S.'s debt": 1, "bus": 0,
	} {
		n := 0
		for _, w := range Analyse(text, "", "").Words {
			if w.Form == "usa" {
				n++
				if w.Stem != "usa" {
					t.Errorf("%q: stem %q", text, w.Stem)
				}
			}
		}
		if n != want {
			t.Errorf("%q has %d times the United States, want %d", text, n, want)
		}
	}
	for _, s := range []string{"US", "U.S.", "USA", "usa", "U.S.A."} {
		if got := QueryTerms(s, ""); !slices.Equal(got, []string{"usa"}) {
			t.Errorf("QueryTerms(%q) = %q", s, got)
		}
	}
}

// TestWords checks forms, stems and cases of words one by one.
func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"Japan's O'Brien's don’t":    "japan/japan/1 o'brien/o'brien/1 don't/don't/0",
		"AT&T and S&P 500":           "at&t/at&t/2 and/and/0 s&p/s&p/2 500/500/0",
		"iPhone McDonald NATO A":     "iphone/iphon/3 mcdonald/mcdonald/3 nato/nato/2 a/a/2",
		"L'Allemagne dell'Italia":    "l/l/2 allemagne/allemagn/1 dell/dell/0 italia/italia/1",
		"élections Élysée":           "élections/elect/0 élysée/elyse/1",
		"see www.bbc.co.uk or a@b.c": "see/see/0 or/or/0",
		"see https://x.org/a?b=c ok": "see/see/0 ok/ok/0",
		"3.5 1,200 10th":             "3.5/3.5/0 1,200/1,200/0 10th/10th/0",
		"한국은":                        "한/한국/0 국/국은/0 은//0",
		"米トランプ政権":                    "米/米/0 トランプ/トランプ/0 政/政権/0 権//0",
		"Россия России":              "россия/росс/1 россии/росс/1",
		"الحكومة":                    "الحكومة/حكوم/0",
		"ไทย":                        "ไ/ไท/0 ท/ทย/0 ย//0",
	} {
		var got []string
		d := Analyse(text, "", "")
		checkDocument(t, d)
		for _, w := range d.Words {
			got = append(got, fmt.Sprintf("%s/%s/%d", w.Form, w.Stem, w.Case))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q\n got %s\nwant %s", text, s, want)
		}
	}
}

// TestQueryFindsArticle checks that requests give the terms that articles gave.
func TestQueryFindsArticle(t *testing.T) {
	for _, c := range []struct{ article, request string }{
		{"Les élections législatives en France", "élections"}, {"Les élections en France", "elections"}, {"Der Streit über Zölle geht weiter", "Zölle"},
		{"Rates are hiked as prices rise", "hike"}, {"금리 인상을 결정했다", "금리"}, {"日本銀行は利上げを決めた", "日本銀行"}, {"Правительство России", "россия"},
		{"El gobierno de México", "gobierno"}, {"CHIPS ACT", "chips act"}, {"the U.S. economy", "US economy"},
	} {
		title, _ := Analyse(c.article, "", "").Terms()
		for _, term := range QueryTerms(c.request, "") {
			if !slices.Contains(title, term) {
				t.Errorf("%q gives %q, which is not among the terms of %q: %q", c.request, term, c.article, title)
			}
		}
	}
}

// TestStemAsSnowball compares our Porter2 with the library's on every word that
// can be built from common beginnings and endings.
func TestStemAsSnowball(t *testing.T) {
	starts := strings.Fields("a ab accept act adapt agree bab be bead bik bus by car carr cat com commun conclud cri cry dai dat decid defi differ di dog elect feed fl gener govern happ hop hopp " +
		"inter invest know l lik luxuri man mat nation obser over party pl pol produc quick rate rel rely sensib shar skat sky stat str tan toy trad tradition try univers vietnam vot wor y yell")
	endings := strings.Fields("- s es ed ing ings ly edly eed eedly y ies ied ation ations ational ization izer ator alism aliti ality fulness ousness iveness biliti bli logi ogist fulli lessli al ical icate ative alize " +
		"ness ful ance ence able ible ant ement ment ent ion tion sion ism ate iti ous ive ize er ic e ll le 's ss us ying ingly")
	var forms arena
	for _, a := range starts {
		for _, b := range endings {
			word := a + strings.TrimPrefix(b, "-")
			if _, irregular := irregularStem(word); irregular {
				continue
			}
			if got, want := englishStem(word, &forms), english.Stem(word, true); got != want {
				t.Errorf("stem of %q is %q, the library says %q", word, got, want)
			}
		}
	}
}

func TestLongTextIsCut(t *testing.T) {
	d := Analyse("t", strings.Repeat("wort ", 10)+strings.Repeat("x", 500)+" end.", "")
	checkDocument(t, d)
	if n := len(d.Words); n != 12 {
		t.Errorf("%d words, want 12: a run of 500 letters is no word", n)
	}
}

func ExampleAnalyse() {
	d := Analyse("US stocks fall", "NEW YORK (Reuters) - Stocks fell on Monday. Bonds rose.", "")
	fmt.Println(d.Lang, d.Dateline.Place)
	for i := range d.Sentences {
		fmt.Println(d.SentenceText(i))
	}
	title, _ := d.Terms()
	fmt.Println(title)
	// Output:
	// en NEW YORK
	// US stocks fall
	// Stocks fell on Monday.
	// Bonds rose.
	// [usa stock fall]
}

// TestRussianStemAsSnowball compares our Russian stemmer with the library's on
// words built from beginnings and endings, and on the words of a text.
func TestRussianStemAsSnowball(t *testing.T) {
	words := strings.Fields(`россия россии россию россией китай китаем китая правительство правительства правительственный подписали подписавший встреча встречаются
		сообщает сообщили экономический экономическая крупнейший важнейшего длинный длинная возможность возможности новость новостей читавший сделавши умывшись
		говорящий говорил договорились санкции санкций соглашение соглашениями выборы выборах президент президента президентом москва москвы области банк банка
		день дней людей времени поставляемый газ газа в на он она это стоял поля земля земель`)
	ends := slices.Concat(ruGerund1, ruGerund2, ruAdjective, ruParticiple, ruActive, ruVerb1, ruVerb2, ruNoun, []string{"ость", "ейший", "ейше", "нный", "ся", "лась"})
	for _, a := range strings.Fields("чита сдела умы говор стро держа явля крупн возможн москв газ побе сто я у подпис") {
		for _, b := range ends {
			words = append(words, a+b)
		}
	}
	for _, w := range words {
		if got, want := russianStem(w), russian.Stem(w, true); got != want {
			t.Errorf("stem of %q is %q, the library says %q", w, got, want)
		}
	}
}

func TestParagraphsAndLines(t *testing.T) {
	d := Analyse("Title. Second", "First line\nwraps here and goes on for long enough to be a wrapped one.\n\nNext paragraph. It has two.\r\n \r\nLast", "")
	checkDocument(t, d)
	var got []string
	for i, s := range d.Sentences {
		got = append(got, fmt.Sprintf("%d.%d %s", s.Field, s.Para, d.SentenceText(i)))
	}
	want := []string{"0.0 Title.", "0.0 Second", "1.0 First line wraps here and goes on for long enough to be a wrapped one.", "1.1 Next paragraph.", "1.1 It has two.", "1.2 Last"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSurfaceLeavesOutThePossessive(t *testing.T) {
	d := Analyse("Japan's yen", "The U.S.'s plan. Österreich’s Plan", "")
	var got []string
	for _, w := range d.Words {
		got = append(got, d.Surface(w))
	}
	if want := []string{"Japan", "yen", "The", "U.S.", "plan", "Österreich", "Plan"}; !slices.Equal(got, want) {
		t.Errorf("surfaces %q, want %q", got, want)
	}
}

func TestTermsKeepOrderAndRepeats(t *testing.T) {
	title, body := Analyse("Rates rise", "Rates rise as prices rise. 금리 인상", "").Terms()
	if want := []string{"rate", "rise"}; !slices.Equal(title, want) {
		t.Errorf("title %q, want %q", title, want)
	}
	if want := []string{"rate", "rise", "as", "price", "rise", "금리", "인상"}; !slices.Equal(body, want) {
		t.Errorf("body %q, want %q", body, want)
	}
}

// TestDatelineWords checks what the words of a dateline are and are not.
func TestDatelineWords(t *testing.T) {
	d := Analyse("Talks", "SEOUL, Oct 29 (Reuters) - Talks failed.", "")
	if d.Dateline.To-d.BodyFrom != 4 {
		t.Fatalf("dateline %+v, body from %d", d.Dateline, d.BodyFrom)
	}
	for _, w := range d.Words[d.BodyFrom:d.Dateline.To] {
		if w.First || w.Sentence != 1 {
			t.Errorf("dateline word %+v", w)
		}
	}
	if w := d.Words[d.Dateline.To]; !w.First || w.Form != "talks" {
		t.Errorf("first word after the dateline is %+v", w)
	}
}

func TestShouting(t *testing.T) {
	if !allCaps("CHINA HITS BACK") || allCaps("China HITS back") || allCaps("US") || allCaps("") {
		t.Error("texts in capitals are told wrongly")
	}
}

func FuzzStems(f *testing.F) {
	for _, s := range []string{"generalization", "y", "'s", "возможности", "я", "الحكومة", "ελλάδα", "की", "ﬁ", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := Analyse(s, "", "")
		for _, w := range d.Words {
			if w.Stem == noTerm {
				t.Fatalf("word %+v keeps its mark", w)
			}
		}
		again := Analyse(s, "", "")
		for i, w := range d.Words {
			if w != again.Words[i] {
				t.Fatalf("two analyses differ: %+v, %+v", w, again.Words[i])
			}
		}
	})
}
