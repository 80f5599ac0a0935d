package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/daybrief/daybrief/bot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestRenderGolden renders the message in each file of testdata/render in both
// looks. The payloads stand in the file as people can read them: one
// component or embed a line, its text below.
func TestRenderGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/render/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, f)
		})
	}
}

func golden(t *testing.T, file string) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var m bot.Message
	if err := json.Unmarshal(ar.Files[0].Data, &m); err != nil {
		t.Fatalf("%s: %v", ar.Files[0].Name, err)
	}
	out := &txtar.Archive{Comment: ar.Comment, Files: ar.Files[:1]}
	for _, look := range []Look{Components, Embeds} {
		a := &Adapter{opts: Options{Look: look}}
		ids := map[string]string{"help": "42", "digest now": "43"}
		a.ids.Store(&ids)
		parts, err := a.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		for _, p := range parts {
			if err := Validate(p); err != nil {
				t.Errorf("%s: %v", look, err)
			}
			outline(&b, p)
		}
		out.Files = append(out.Files, txtar.File{Name: string(look), Data: b.Bytes()})
	}
	got := txtar.Format(out)
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs; run with -update and look at the difference. Got:\n%s", got)
	}
}

// outline writes a payload so that a change of it can be read.
func outline(b *bytes.Buffer, payload []byte) {
	var m message
	_ = json.Unmarshal(payload, &m) // it was validated
	b.WriteString("message")
	if m.Flags&flagComponentsV2 != 0 {
		b.WriteString(" v2")
	}
	if m.Flags&flagSuppressEmbeds != 0 {
		b.WriteString(" no-previews")
	}
	if m.Flags&flagSilent != 0 {
		b.WriteString(" silent")
	}
	b.WriteString("\n")
	indent(b, "  ", m.Content)
	for _, e := range m.Embeds {
		b.WriteString("  embed " + e.Title + "\n")
		indent(b, "    ", e.Description)
	}
	for _, c := range m.Components {
		outlineComponent(b, "  ", c)
	}
}

func outlineComponent(b *bytes.Buffer, in string, c component) {
	names := map[int]string{typeRow: "row", typeButton: "button", typeSelect: "menu", typeSection: "section", typeDisplay: "text", typeSeparator: "rule", typeContainer: "frame"}
	b.WriteString(in + names[c.Type])
	if c.Type == typeButton || c.Type == typeSelect {
		b.WriteString(strings.TrimRight(" ["+c.Label+c.Placeholder+"] "+map[int]string{stylePrimary: "primary ", styleDanger: "danger "}[c.Style]+c.CustomID+c.URL, " "))
	}
	b.WriteString("\n")
	indent(b, in+"  ", c.Content)
	for _, o := range c.Options {
		b.WriteString(in + "  " + o.Value + ": " + o.Label + " " + o.Description + "\n")
	}
	for _, x := range c.Components {
		outlineComponent(b, in+"  ", x)
	}
	if c.Accessory != nil {
		outlineComponent(b, in+"  ", *c.Accessory)
	}
}

func indent(b *bytes.Buffer, in, text string) {
	if text == "" {
		return
	}
	for _, l := range strings.Split(text, "\n") {
		b.WriteString(in + "| " + l + "\n")
	}
}
