package summary

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// failer is a test, a fuzz target's or a property's.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// check holds for every summary: its sentences stand in their sources, fit the
// budget and are no more than asked; one that was cut says so and was not cut
// inside a word.
func check(t failer, sources []Source, got []digest.Sentence, o Options) {
	t.Helper()
	o = o.filled()
	if len(got) > o.Sentences {
		t.Fatalf("%d sentences, at most %d asked", len(got), o.Sentences)
	}
	runes := max(len(got)-1, 0)
	for _, s := range got {
		runes += utf8.RuneCountInString(s.Text)
		checkSentence(t, sources, s)
	}
	if runes > max(o.Budget, 0) {
		t.Fatalf("%d runes, at most %d asked: %q", runes, o.Budget, texts(got))
	}
}

func checkSentence(t failer, sources []Source, s digest.Sentence) {
	t.Helper()
	stem := s.Text
	if s.Cut {
		var ok bool
		if stem, ok = strings.CutSuffix(s.Text, "…"); !ok {
			t.Fatalf("%q is cut and does not show it", s.Text)
		}
	}
	if strings.TrimSpace(stem) == "" {
		t.Fatalf("an empty sentence: %+v", s)
	}
	for _, src := range sources {
		if src.Article.ID != s.ArticleID {
			continue
		}
		body := fold(src.Doc.BodyText)
		if !strings.Contains(body, stem) {
			t.Fatalf("%q does not stand in\n%q", stem, body)
		}
		if s.Cut && !endsAtWord(body, stem) {
			t.Fatalf("%q is cut inside a word of\n%q", s.Text, body)
		}
		return
	}
	t.Fatalf("%+v names no source", s)
}

// endsAtWord reports whether stem somewhere in body ends where a word does.
func endsAtWord(body, stem string) bool {
	last, _ := utf8.DecodeLastRuneInString(stem)
	for rest := body; ; {
		i := strings.Index(rest, stem)
		if i < 0 {
			return false
		}
		next, _ := utf8.DecodeRuneInString(rest[i+len(stem):])
		if !isLetter(last) || !isLetter(next) || hasNoSpaces(last) && hasNoSpaces(next) {
			return true
		}
		rest = rest[i+1:]
	}
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// article draws bodies from the pieces that make summaries go wrong.
func article(t *rapid.T, label string) (title, body string) {
	part := rapid.SampledFrom([]string{
		"The port closed on Monday", "He left", "Divers found 40 boxes worth $12 million in the channel", "“We are apart,” she said",
		"“Nobody came", "Ida Moen’s", "港は閉鎖された。", "곡물 1200만 달러", "Photo: AP", "Click here", "Read more:", "SEOUL, Oct 29 (Reuters) -",
		"by", "trade", "tariff", "U.S.", "and", "\n", "\n\n", ". ", ".", ", ", "; ", "! ", "? ", "…", " ", "  ", "\u00a0", "\u3000", "”", "\"", "‘", "é", "e\u0301", "👍🏽", "ก", "\u200b", "\x00",
	})
	pieces := rapid.SliceOfN(part, 0, 60)
	return strings.Join(rapid.SliceOfN(part, 0, 4).Draw(t, label+" title"), " "), strings.Join(pieces.Draw(t, label+" body"), " ")
}

func TestSentencesStandInTheirSources(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var sources []Source
		for i := range rapid.IntRange(1, 4).Draw(r, "sources") {
			title, body := article(r, "article")
			sources = append(sources, newSource(int64(i+1), title, body))
		}
		o := Options{Budget: rapid.IntRange(1, 600).Draw(r, "budget"), Sentences: rapid.IntRange(1, 4).Draw(r, "sentences")}
		if rapid.Bool().Draw(r, "focused") {
			o.Focus = text.QueryTerms("trade tariff 港 million", "")
		}
		checkBoth(r, sources, o)
	})
}

// checkBoth checks a story and its first article; twice, since the same
// articles must give the same sentences.
func checkBoth(t failer, sources []Source, o Options) {
	t.Helper()
	first := Story(sources[:1], o)
	check(t, sources, first, o)
	story := Story(sources, o)
	check(t, sources, story, o)
	if again := Story(sources, o); strings.Join(texts(again), "\n") != strings.Join(texts(story), "\n") {
		t.Fatalf("%q, and then %q", texts(story), texts(again))
	}
}

func TestOrderOfTheTextIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		title, body := article(r, "article")
		src := newSource(1, title, body)
		p := read(src.Doc, 1, text.QueryTerms("trade tariff", ""))
		last := -1
		for _, l := range p.choose(Options{Budget: 400, Sentences: 4}) {
			if l.index <= last {
				r.Fatalf("sentence %d after %d", l.index, last)
			}
			last = l.index
		}
	})
}

func FuzzStory(f *testing.F) {
	f.Add("Port shut", "By Ida\n\nOSLO (AP) — The port closed. “Why?” she said.", "The port closed because of a $3m barge.", 80, "port")
	f.Add("", "港は閉鎖された。理由は…", "\xff\xfe“", 3, "港")
	f.Add("", "The port closed on Monday.", "", -11, "")
	f.Fuzz(func(t *testing.T, title, body, other string, budget int, focus string) {
		sources := []Source{newSource(1, title, strings.ToValidUTF8(body, "")), newSource(2, title, strings.ToValidUTF8(other, ""))}
		checkBoth(t, sources, Options{Budget: budget, Focus: text.QueryTerms(focus, "")})
	})
}

func TestNothingToRead(t *testing.T) {
	t.Parallel()
	if got := Story([]Source{{}, {Article: &digest.Article{}}}, Options{}); got != nil {
		t.Errorf("empty sources gave %q", texts(got))
	}
}
