package tag

import (
	"slices"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/digest"
)

func findName(names []digest.Name, text, lang string) (digest.Name, bool) {
	i := slices.IndexFunc(names, func(n digest.Name) bool { return strings.EqualFold(n.Text, text) && n.Lang == lang })
	if i < 0 {
		return digest.Name{}, false
	}
	return names[i], true
}

func TestTopicNames(t *testing.T) {
	t.Parallel()
	names := topicNames(builtins(t))
	for _, c := range []struct {
		text, lang, slugs string
		strong            bool
	}{
		{"trade", "", "trade", true},
		{"monetary-policy", "", "monetary-policy", true},
		{"monetary policy", "", "monetary-policy", true},
		{"무역", "ko", "trade", true},
		{"通商", "ja", "trade", true},
		{"金利", "ja", "monetary-policy", true},
		{"金利", "ko", "", false},
		{"commerce extérieur", "fr", "trade", true},
		{"Handel", "de", "trade", true},
		{"commerce", "en", "trade", false},
		{"tariffs", "en", "trade", true},
		{"rate hike", "en", "monetary-policy", true},
		{"fed", "", "US monetary-policy", false},
		{"boj", "", "JP monetary-policy", true},
		{"ecb", "", "eurozone monetary-policy", true},
		{"boe", "", "GB monetary-policy", true},
		{"pboc", "", "CN monetary-policy", true},
		{"rba", "", "AU monetary-policy", true},
		{"rbi", "", "IN monetary-policy", true},
		{"bok", "", "KR monetary-policy", true},
		{"한국은행", "", "KR monetary-policy", true},
		{"日銀", "", "JP monetary-policy", true},
		{"opec", "", "energy", true},
		{"nato", "en", "defence", true},
		{"НАТО", "ru", "defence", true},
		{"nasa", "", "US space", true},
		{"aktier", "sv", "", false},
	} {
		n, ok := findName(names, c.text, c.lang)
		if got := strings.Join(n.Slugs, " "); got != c.slugs || ok && n.Strong != c.strong {
			t.Errorf("%q in %q: got %q, strong %v; want %q, strong %v", c.text, c.lang, got, n.Strong, c.slugs, c.strong)
		}
		if wantKind := digest.TopicName; ok {
			if strings.Contains(c.slugs, " ") {
				wantKind = digest.AliasName
			}
			if n.Kind != wantKind {
				t.Errorf("%q is of kind %s, want %s", c.text, n.Kind, wantKind)
			}
		}
	}
}

// TestAliasesAreOfOneTopic: a name that two topics claim would be read as
// either.
func TestAliasesAreOfOneTopic(t *testing.T) {
	t.Parallel()
	owner := map[string]string{}
	for _, n := range topicNames(builtins(t)) {
		if !n.Strong {
			continue
		}
		key, topic := strings.ToLower(n.Text)+"/"+n.Lang, n.Slugs[len(n.Slugs)-1]
		if before, ok := owner[key]; ok && before != topic {
			t.Errorf("%q is a strong name of %s and of %s", key, before, topic)
		}
		owner[key] = topic
	}
}

func TestNamesOfAnOwnTopic(t *testing.T) {
	t.Parallel()
	d := Definition{Slug: "chip-war", Title: map[string]string{"en": "Chip war", "xx": "Chipkamp"}, Strong: []string{"chip"}, Aliases: []string{"chips", "asml=NL", "ko:반도체?"}, Countries: []string{"US", "CN"}}
	got := []string{}
	for _, n := range topicNames([]Definition{d}) {
		got = append(got, string(n.Kind)+" "+n.Text+"/"+n.Lang+" "+strings.Join(n.Slugs, "+"))
	}
	want := []string{
		"topic chip-war/ chip-war", "topic chip war/ chip-war", "topic Chip war/en chip-war", "topic Chipkamp/xx chip-war",
		"alias chips/ US+CN+chip-war", "alias asml/ NL+chip-war", "alias 반도체/ko US+CN+chip-war",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
