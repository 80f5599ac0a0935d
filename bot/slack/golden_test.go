package slack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

var update = flag.Bool("update", false, "write the golden parts of testdata anew")

// TestGolden renders each message in testdata. A case is a txtar with
// message.json, then for each part what a person reads of it, its plain words,
// and its JSON. To add one, write message.json and run with -update.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			old, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := txtar.Format(old)
			got := txtar.Format(golden(t, old))
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s\n%s", file, firstDifference(string(got), string(want)))
			}
		})
	}
}

// golden is a case with its golden parts made anew.
func golden(t *testing.T, a *txtar.Archive) *txtar.Archive {
	t.Helper()
	if len(a.Files) == 0 || a.Files[0].Name != "message.json" {
		t.Fatal("a case begins with message.json")
	}
	var m bot.Message
	d := json.NewDecoder(bytes.NewReader(a.Files[0].Data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	parts, err := slack.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	out := &txtar.Archive{Comment: a.Comment, Files: slices.Clone(a.Files[:1])}
	for i, p := range parts {
		if err := slack.Validate(p); err != nil {
			t.Errorf("part %d: %v", i+1, err)
		}
		var pl struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal(p, &pl); err != nil {
			t.Fatal(err)
		}
		out.Files = append(out.Files, file(i, "shown.txt", slacktest.ShownPayload(p)), file(i, "text.txt", pl.Text+"\n"), file(i, "json", indent(t, p)))
	}
	return out
}

func file(part int, name, data string) txtar.File {
	return txtar.File{Name: fmt.Sprintf("part%d.%s", part+1, name), Data: []byte(data)}
}

func indent(t *testing.T, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", " "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

// firstDifference shows the first line that differs.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// renderJSON renders a message given as JSON.
func renderJSON(t *testing.T, data string) [][]byte {
	t.Helper()
	var m bot.Message
	if err := json.Unmarshal([]byte(data), &m); err != nil {
		t.Fatal(err)
	}
	parts, err := slack.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}
