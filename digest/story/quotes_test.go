package story

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// measuresIn are the units of the measures in an article.
func measuresIn(title, body string) []string {
	var r reader
	out := []string{}
	for _, a := range r.read(text.Analyse(title, body, "en"), &digest.Article{}).amounts {
		if strings.HasPrefix(a.unit, measureMark) {
			out = append(out, a.unit)
		}
	}
	return out
}

func TestMeasures(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		"Prices rose 3.1% in May":                            {"#1"},
		"Prices rose 3.1 % in May":                           {"#1"},
		"Prices rose 3.1 percent in May":                     {"#1"},
		"Prices rose by 3 per cent in May":                   {"#1"},
		"Los precios suben el 3,1 por ciento":                {"#1"},
		"The index lost 44.12 points":                        {"#2"},
		"Rates were cut by 25 basis points":                  {"#3"},
		"Brent stood at $63.10 a barrel":                     {"#200"},
		"They will invest $350 billion over ten years":       {},
		"At least 12 people died and 30 were hurt":           {},
		"The year 2026 and the 24th of November, 5 a person": {},
	} {
		if got := measuresIn("What was said of it", body); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", body, got, want)
		}
		if got := measuresIn(body, ""); len(got) != len(want) || len(got) > 0 && got[0] != want[0]+headMark {
			t.Errorf("headline %q: %v", body, got)
		}
	}
}

// articleOf is an article as a Grouper reads it, so many hours after the first.
func articleOf(g *Grouper, hours int, title, body string) *article {
	at := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC).Add(time.Duration(hours) * time.Hour)
	a := digest.Article{Title: title, Body: body, Source: "A", Published: at, Stored: at}
	return g.read(int64(hours+1), at, title, Features(text.Analyse(title, body, "en"), &a))
}

func TestMoved(t *testing.T) {
	t.Parallel()
	const first = "The index rose 1.2 percent to 4,102 points and the currency 0.3 percent."
	g := New(Options{})
	for name, c := range map[string]struct {
		hours       int
		title, body string
		want        bool
	}{
		"the same day":                  {9, "Later", "The index rose 0.4 percent to 4,055 points.", false},
		"the next day":                  {24, "Later", "The index rose 0.4 percent to 4,055 points.", true},
		"the same numbers again":        {24, "Later", "The index rose 1.2 percent to 4,102 points, and 0.4 percent today.", false},
		"one number alone":              {24, "Later", "The bank lends at 4 percent.", false},
		"other things":                  {24, "Later", "It is 12 degrees, and 40 barrels were found.", false},
		"a headline with other numbers": {24, "Index up 0.4%", "The index rose 1.2 percent to 4,102 points.", true},
		"a headline with the same":      {24, "Index up 1.2%", "The index rose 0.4 percent to 4,055 points.", false},
	} {
		a, b := articleOf(g, 0, "Index up 1.2%", first), articleOf(g, c.hours, c.title, c.body)
		if got := moved(b, a); got != c.want {
			t.Errorf("%s: moved %v", name, got)
		}
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	of := func(title, source string) uint64 { return columnOf(text.Analyse(title, "", "en"), source) }
	week := of("The week in trade: steel and more", "A")
	if week == 0 || of("The week in trade: fish and more", "A") != week || of("The week in trade: steel and more", "B") == week {
		t.Error("a column is its label and its source")
	}
	for _, title := range []string{"Petrak trial: a survivor speaks", "Live: rescue goes on", "Sinner wins: the week in Turin", "Week one of Petrak trial: opening day", "A week of rain ends"} {
		if of(title, "A") != 0 {
			t.Errorf("%q is a column", title)
		}
	}
}
