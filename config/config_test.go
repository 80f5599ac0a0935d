package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/daybrief/daybrief/config"
)

func schedule(spec, _ string) error {
	if spec == "sometimes" {
		return errors.New("not a schedule")
	}
	return nil
}

func load(t *testing.T, name, text string, env map[string]string) (*config.Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(config.Options{File: name, Schedule: schedule, Getenv: func(k string) string { return env[k] }})
}

func TestMistakesHaveOneSentenceWithFileAndLine(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/mistakes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		in, want := archive.Files[i], strings.TrimSpace(string(archive.Files[i+1].Data))
		t.Run(in.Name, func(t *testing.T) {
			_, err := load(t, in.Name, string(in.Data), nil)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestExampleHoldsEveryFieldAndTheDefaults(t *testing.T) {
	c, err := load(t, "example.yaml", string(config.Example), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	yes := true
	want.File, want.Starter = "example.yaml", &yes
	want.Discord.Operators = []string{}
	want.SkipDays, want.Sources, want.Digests, want.Topics, want.Fetch.Allow = []string{}, []config.Source{}, []config.Digest{}, []config.Topic{}, []string{}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("the example's values are not the defaults:\n%+v\n%+v", c, want)
	}
	for _, field := range fieldNames(reflect.TypeFor[config.Config]()) {
		if !strings.Contains(string(config.Example), field+":") {
			t.Errorf("example.yaml does not tell of %s", field)
		}
	}
}

func fieldNames(typ reflect.Type) []string {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for i := range typ.NumField() {
		if name := typ.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			out = append(append(out, name), fieldNames(typ.Field(i).Type)...)
		}
	}
	return out
}

// The commented fields of the example are true too: with the comment signs
// gone it loads.
func TestExampleWithoutCommentSignsLoads(t *testing.T) {
	var text strings.Builder
	for _, line := range strings.Split(string(config.Example), "\n") {
		line = strings.Replace(line, ": []  ", ":    ", 1)
		if rest, ok := strings.CutPrefix(line, "# "); ok && (strings.HasPrefix(rest, "- ") || strings.HasPrefix(rest, "  ")) && !strings.HasPrefix(rest, "  path:") {
			line = rest
		}
		text.WriteString(line + "\n")
	}
	c, err := load(t, "example.yaml", text.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Digests) != 1 || c.Digests[0].CatchUp != config.Duration(6*time.Hour) || len(c.Topics) != 1 || len(c.Sources) != 1 {
		t.Errorf("got %+v", c)
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	secret := "xoxb-1-very-secret"
	c, err := load(t, "a.yaml", "slack: {mode: http}\n", map[string]string{"SLACK_BOT_TOKEN": secret, "SLACK_SIGNING_SECRET": secret, "DISCORD_TOKEN": secret, "DAYBRIEF_API_TOKEN": secret})
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("config", "config", c, "token", c.Slack.BotToken)
	for _, printed := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", *c), fmt.Sprintf("%#v", *c), string(asJSON), log.String()} {
		if strings.Contains(printed, secret) {
			t.Errorf("a secret prints: %s", printed)
		}
	}
	if c.Slack.BotToken.Reveal() != secret {
		t.Error("the secret is lost")
	}
}

func TestWrongTokensAreNamedWithoutTheirValue(t *testing.T) {
	_, err := load(t, "a.yaml", "", map[string]string{"SLACK_BOT_TOKEN": "xoxp-user", "SLACK_APP_TOKEN": "nope"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"SLACK_BOT_TOKEN is not a bot token", "SLACK_APP_TOKEN is missing or not an app-level token"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "xoxp-user") {
		t.Errorf("the token prints: %v", err)
	}
}

func TestMissingAndHugeFiles(t *testing.T) {
	dir := t.TempDir()
	if _, err := config.Load(config.Options{File: filepath.Join(dir, "none.yaml")}); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("got %v", err)
	}
	huge := filepath.Join(dir, "huge.yaml")
	if err := os.WriteFile(huge, make([]byte, config.MaxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(config.Options{File: huge}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("digests:\n  - name: a\n    to: [web]\n    schedule: daily\n")
	f.Add("? - : [")
	f.Add("&a [*a]")
	f.Add(string(config.Example))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		name := filepath.Join(dir, "fuzz.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := config.Load(config.Options{File: name}); (c == nil) == (err == nil) {
			t.Errorf("config %v, error %v", c, err)
		}
	})
}

func TestWebhooksComeFromTheEnvironment(t *testing.T) {
	const one, two = "112233445566778899=https://discord.com/api/webhooks/1/abc", "112233445566778800=https://discord.com/api/webhooks/2/def"
	c, err := load(t, "a.yaml", "", map[string]string{"DISCORD_WEBHOOKS": one + " " + two})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Discord.WebhookAddresses()
	if len(got) != 2 || got["112233445566778800"] != "https://discord.com/api/webhooks/2/def" || strings.Contains(fmt.Sprintf("%v %+v %#v", c, c, c), "abc") {
		t.Errorf("got %v", got)
	}
	for _, bad := range []string{"nonsense", "1=https://discord.com/api/webhooks/1/abc", "112233445566778899=http://discord.com/api/webhooks/1/abc", "112233445566778899=https://discord.com/api/1/abc"} {
		if _, err := load(t, "a.yaml", "", map[string]string{"DISCORD_WEBHOOKS": bad}); err == nil || strings.Contains(err.Error(), "abc") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
