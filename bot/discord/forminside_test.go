package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

func formTurn(lang string, direct bool) *turn {
	return &turn{i: interaction{Locale: lang}, r: bot.Request{Place: digest.Destination{Platform: Name, Channel: "12", Direct: direct}}, say: wordsOf(lang)}
}

// TestFormGolden lays out the forms that people see, in both languages.
func TestFormGolden(t *testing.T) {
	t.Parallel()
	for _, lang := range bot.Languages() {
		var b bytes.Buffer
		for _, c := range []struct {
			name   string
			f      formRef
			direct bool
			values map[string]string
		}{
			{"new in a channel", formRef{}, false, nil},
			{"new in a channel, zone known", formRef{}, false, map[string]string{"zone": "Asia/Seoul"}},
			{"new in direct messages, opened again", formRef{again: true}, true, map[string]string{"query": "korea-trade", "when": "daily 8:00 Mars"}},
			{"edit", formRef{edits: "12"}, false, map[string]string{"query": "korea-trade -china", "when": "0 8 * * 1,3,5", "zone": "Asia/Seoul", "format": "cards", "length": "9", "filters": "exclude football, rugby sources Reuters", "review": "no"}},
			{"edit an alert", formRef{edits: "14"}, false, map[string]string{"query": "korea-trade", "big": "4", "per_hour": "5", "every": "45 min", "where": "dm", "filters": ""}},
			{"new alert in a channel", formRef{alert: true}, false, nil},
			{"new alert in direct messages", formRef{alert: true}, true, nil},
			{"edit a review", formRef{edits: "15"}, false, map[string]string{"query": "korea-trade", "when": "0 8 * * 1", "zone": "Asia/Seoul", "format": "compact", "length": "7", "review": "yes"}},
			{"edit twice a day", formRef{edits: "13"}, true, map[string]string{"query": "korea-trade", "when": "0 8,18 * * *", "zone": "Asia/Seoul", "format": "headlines", "length": "3"}},
		} {
			data, err := encode(formTurn(lang, c.direct).form(c.f, c.values))
			if err == nil {
				err = ValidateForm(data)
			}
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			outlineForm(&b, c.name, data)
		}
		compare(t, "testdata/form/"+lang+".txt", b.Bytes())
	}
}

func outlineForm(b *bytes.Buffer, name string, data []byte) {
	var m modal
	_ = json.Unmarshal(data, &m) // it was made from one
	fmt.Fprintf(b, "%s: %s [%s]\n", name, m.Title, m.CustomID)
	for _, f := range m.Components {
		line := strings.TrimRight(fmt.Sprintf("  %s: %s", f.Label, f.Description), ": ")
		fmt.Fprintf(b, "%s\n    %s = %q", line, f.Component.CustomID, f.Component.Value)
		for _, o := range f.Component.Options {
			mark := ""
			if o.Default {
				mark = "*"
			}
			fmt.Fprintf(b, " %s%s:%s", mark, o.Value, o.Label)
		}
		b.WriteString("\n")
	}
}

// compare compares with a golden file, or writes it with -update.
func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and look at the difference. Got:\n%s", file, got)
	}
}

// Whatever stands in a subscription, its form keeps every limit and means the
// same when it comes back unchanged.
func TestFormOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := map[string]string{}
		for _, name := range []string{"query", "when", "zone", "where", "format", "length", "filters", "review", "big", "per_hour", "every"} {
			if rapid.Bool().Draw(t, name+" is there") {
				values[name] = rapid.OneOf(rapid.String(), rapid.StringN(0, 9000, -1), rapid.SampledFrom([]string{"dm", "here", "cards", "0 8 * * 1-5", "1000000", "-3", "\u202e", "@everyone", "a\nb"})).Draw(t, name)
			}
		}
		f := formRef{again: rapid.Bool().Draw(t, "again"), alert: rapid.Bool().Draw(t, "alert")}
		if rapid.Bool().Draw(t, "edit") {
			f.alert = false
			f.edits = fmt.Sprint(rapid.Int64Range(1, 1<<62).Draw(t, "number"))
		}
		data, err := encode(formTurn(rapid.SampledFrom([]string{"en-US", "ko", "fr", ""}).Draw(t, "lang"), rapid.Bool().Draw(t, "direct")).form(f, values))
		if err != nil {
			t.Fatal(err)
		}
		if err := ValidateForm(data); err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		var i interaction
		i.Type, i.Data.CustomID = kindForm, f.id()
		if got, ok := submittedForm(i); !ok || got != f {
			t.Fatalf("%+v came back as %+v", f, got)
		}
	})
}

func TestWhenWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0 8 * * 1-5": "weekdays 08:00", "30 17 * * *": "daily 17:30", "0 9 * * 0,6": "weekends 09:00", "5 7 * * 1,3,7": "mon wed sun 07:05",
		"0 8,18 * * *": "0 8,18 * * *", "0 8 1 * *": "0 8 1 * *", "0 8 * * 1-3": "0 8 * * 1-3", "61 8 * * *": "61 8 * * *", "hourly": "hourly", "": "", "* * * * *": "* * * * *",
	} {
		if got := whenWords(in); got != want {
			t.Errorf("%q in words is %q", in, got)
		}
	}
}

func TestCutZone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"weekdays 8:00 Asia/Seoul": {"weekdays 8:00", "Asia/Seoul"}, "0 8 * * 1-5 America/Argentina/Buenos_Aires": {"0 8 * * 1-5", "America/Argentina/Buenos_Aires"},
		"Asia/Seoul": {"", "Asia/Seoul"}, "daily 8:00 UTC": {"daily 8:00", "UTC"}, "daily 8:00 Etc/GMT+9": {"daily 8:00", "Etc/GMT+9"},
		"daily 8:00": {"daily 8:00", ""}, "daily 8:00 Mars": {"daily 8:00 Mars", ""}, "평일 8:00 Asia/Seoul": {"평일 8:00", "Asia/Seoul"}, "": {"", ""}, "mon/tue 8:00": {"mon/tue 8:00", ""},
	} {
		if when, zone := cutZone(in); when != want[0] || zone != want[1] {
			t.Errorf("%q is %q in %q", in, when, zone)
		}
	}
}

func TestValidateFormFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := modal{CustomID: "#x", Title: "t"}
	good.add("label", "hint", line("a", "", "", false))
	good.add("label", "", pick("b", "1", bot.Option{Label: "one", Value: "1"}))
	long := strings.Repeat("x", 101)
	for name, spoil := range map[string]func(*modal){
		"no id": func(m *modal) { m.CustomID = "" }, "long id": func(m *modal) { m.CustomID = long }, "no title": func(m *modal) { m.Title = " " }, "long title": func(m *modal) { m.Title = long },
		"no fields": func(m *modal) { m.Components = nil }, "six fields": func(m *modal) {
			for _, id := range []string{"c", "d", "e", "f"} {
				m.add("l", "", line(id, "", "", false))
			}
		},
		"no label": func(m *modal) { m.Components[0].Label = "" }, "long hint": func(m *modal) { m.Components[0].Description = long }, "same ids": func(m *modal) { m.Components[1].Component.CustomID = "a" },
		"no label around": func(m *modal) { m.Components[0].Type = typeRow }, "a button": func(m *modal) { m.Components[0].Component.Type = typeButton },
		"long value":  func(m *modal) { m.Components[0].Component.Value = strings.Repeat("x", digest.MaxQuery+1) },
		"long holder": func(m *modal) { m.Components[0].Component.Placeholder = long }, "no style": func(m *modal) { m.Components[0].Component.Style = 0 },
		"no options": func(m *modal) { m.Components[1].Component.Options = nil }, "two chosen": func(m *modal) {
			m.Components[1].Component.Options = []modalChoice{{"one", "1", true}, {"two", "2", true}}
		},
	} {
		data, err := encode(good)
		if err != nil || ValidateForm(data) != nil {
			t.Fatalf("%v, %v", err, ValidateForm(data))
		}
		var m modal
		_ = json.Unmarshal(data, &m)
		spoil(&m)
		if data, err = encode(m); err != nil || ValidateForm(data) == nil {
			t.Errorf("%s: not found, %v", name, err)
		}
	}
	if ValidateForm([]byte("x")) == nil {
		t.Error("not JSON: not found")
	}
}
