package slack

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/bot"
)

// TestAnyViewKeepsEveryLimit: whatever is told in a modal or on the Home tab,
// and whatever a subscription holds that a form is filled with.
func TestAnyViewKeepsEveryLimit(t *testing.T) {
	t.Parallel()
	a, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	check := func(t *rapid.T, view any) {
		data, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		if err := ValidateView(data); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
	}
	empty, err := json.Marshal(a.resultView(bot.Message{}, "", private{}))
	if err != nil || ValidateView(empty) != nil {
		t.Errorf("nothing to say is shown as %s", empty)
	}
	rapid.Check(t, func(t *rapid.T) {
		meta := private{channel: rapid.SampledFrom([]string{"", "C0GENERAL"}).Draw(t, "channel"), edits: rapid.SampledFrom([]string{"", "7"}).Draw(t, "edits"), home: rapid.Bool().Draw(t, "home")}
		lang := rapid.SampledFrom([]string{"", "en", "ko"}).Draw(t, "lang")
		check(t, a.resultView(anyMessage().Draw(t, "message"), lang, meta))
		values := map[string]string{}
		for _, field := range []string{fieldQuery, fieldWhen, fieldZone, fieldWhere, fieldFormat, fieldLength, fieldReview, fieldSilent, fieldFilters, fieldBig, fieldPerHour, fieldEvery, fieldQuiet} {
			if rapid.Bool().Draw(t, "has "+field) {
				values[field] = rapid.OneOf(anyText(900), rapid.SampledFrom([]string{"weekdays 8:00", "0 8 * * 1,3", "Asia/Seoul", "here", "slack:C0OTHER", "cards", "12", "yes", "90 min", "0 8,18 * * *", "22:00-07:00 weekends", "99:99-07:00"})).Draw(t, field)
			}
		}
		name := anyText(100).Draw(t, "name")
		f := formFor{words: bot.WordsIn(lang), kind: rapid.SampledFrom([]string{newForm, alertForm, editForm, quietForm}).Draw(t, "kind"), meta: meta, values: values,
			zone: anyText(100).Draw(t, "zone"), channel: func(string) string { return name }}
		check(t, f.view())
		check(t, f.skeleton())
	})
}
