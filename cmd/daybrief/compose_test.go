package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/daybrief/daybrief/config"
)

// composed is what the test reads of compose.yaml.
type composed struct {
	Services map[string]struct {
		Build     string
		Image     string
		Profiles  []string
		Command   []string
		Ports     []string
		Volumes   []string
		Variables map[string]string `yaml:"environment"`
		DependsOn map[string]any    `yaml:"depends_on"`
	}
	Volumes map[string]any
}

func compose(t *testing.T) composed {
	t.Helper()
	var c composed
	if err := yaml.Unmarshal([]byte(atRoot(t, "compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func atRoot(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// parses reports what the program's own parser says of a command line.
func parses(args ...string) (cli, error) {
	var c cli
	p, err := newParser(&c, environment{stdout: io.Discard, stderr: io.Discard}, func(int) {})
	if err != nil {
		return c, err
	}
	_, err = p.Parse(args)
	return c, err
}

// imageOf reads of the Dockerfile what a container runs unless it is told
// otherwise, and its variables.
func imageOf(t *testing.T) (command []string, variables map[string]string) {
	t.Helper()
	variables = map[string]string{}
	for line := range strings.Lines(atRoot(t, "Dockerfile")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		var list []string
		switch word {
		case "ENV":
			name, value, _ := strings.Cut(rest, "=")
			variables[name] = value
		case "CMD", "HEALTHCHECK":
			if err := json.Unmarshal([]byte(rest[strings.Index(rest, "["):]), &list); err != nil {
				t.Fatalf("Dockerfile: %s: %v", line, err)
			}
			if word == "CMD" {
				command = list
			} else if _, err := parses(list[1:]...); err != nil || list[0] != "/daybrief" {
				t.Errorf("the health check runs %v: %v", list, err)
			}
		}
	}
	return command, variables
}

// variablesRead are the names of all environment variables that the program
// reads for its own sake: those that loading the configuration asks for, and
// the one that says where that is.
func variablesRead(t *testing.T) []string {
	t.Helper()
	names := []string{"DAYBRIEF_CONFIG"}
	if _, err := config.Load(config.Options{Getenv: func(name string) string {
		names = append(names, name)
		return ""
	}}); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestComposeRunsWhatTheProgramUnderstands(t *testing.T) {
	t.Parallel()
	c := compose(t)
	command, variables := imageOf(t)
	known := variablesRead(t)
	roles, ports := []string{}, []string{}
	for name, s := range c.Services {
		for _, volume := range s.Volumes {
			if from, _, _ := strings.Cut(volume, ":"); !hasKey(c.Volumes, from) {
				t.Errorf("%s: no volume %s", name, from)
			}
		}
		for other := range s.DependsOn {
			if !hasKey(c.Services, other) {
				t.Errorf("%s depends on %s, which is not there", name, other)
			}
		}
		ports = append(ports, s.Ports...)
		if s.Build == "" {
			continue
		}
		if s.Command == nil {
			s.Command = command
		}
		parsed, err := parses(s.Command...)
		if err != nil || s.Command[0] != "serve" {
			t.Errorf("%s runs %v: %v", name, s.Command, err)
		}
		if _, err := rolesOf(parsed.Serve.Role); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		roles = append(roles, parsed.Serve.Role)
		for variable := range s.Variables {
			if !slices.Contains(known, variable) {
				t.Errorf("%s sets %s, which nothing reads", name, variable)
			}
		}
	}
	slices.Sort(roles)
	if want := []string{"", "fetch", "gateway", "worker"}; !slices.Equal(roles, want) { // "": .env says
		t.Errorf("roles %q, want %q", roles, want)
	}
	for variable, value := range variables {
		if !slices.Contains(known, variable) {
			t.Errorf("the Dockerfile sets %s, which nothing reads", variable)
		}
		if _, port, _ := strings.Cut(value, ":"); variable == "DAYBRIEF_LISTEN" && !slices.Equal(ports, []string{"127.0.0.1:8080:" + port}) {
			t.Errorf("ports %v, and the page listens on %s", ports, value)
		}
	}
}

func hasKey[V any](m map[string]V, key string) bool { _, ok := m[key]; return ok }

// suggested is a line of a comment that belongs into the file .env.
var suggested = regexp.MustCompile(`(?m)^#   ([A-Z_]+)=(.*)$`)

// TestComposeSuggestsWhatTheProgramReads checks the lines for .env in its
// comments: with them the configuration loads.
func TestComposeSuggestsWhatTheProgramReads(t *testing.T) {
	t.Parallel()
	text := atRoot(t, "compose.yaml")
	profiles := map[string]bool{}
	for _, s := range compose(t).Services {
		for _, p := range s.Profiles {
			profiles[p] = true
		}
	}
	known := append(variablesRead(t), "COMPOSE_PROFILES", "POSTGRES_PASSWORD")
	lines := suggested.FindAllStringSubmatch(text, -1)
	if len(lines) < 5 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, line := range lines {
		name, value := line[1], line[2]
		if !slices.Contains(known, name) {
			t.Errorf("it suggests %s, which nothing reads", name)
		}
		if name == "COMPOSE_PROFILES" && !profiles[value] {
			t.Errorf("no service has the profile %s", value)
		}
		if _, err := config.Load(config.Options{Getenv: func(k string) string {
			if k == name {
				return value
			}
			return ""
		}}); err != nil {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, m[1]) {
			t.Errorf("it takes in ${%s}, which no comment tells of", m[1])
		}
	}
}

// variableName is the name of a variable of ours or a platform's in prose.
var variableName = regexp.MustCompile(`\b(?:DAYBRIEF|SLACK|DISCORD)_[A-Z_]+\b`)

// TestVariablesInProseAreRead: each that a document names exists, and each
// that exists is named in the example of the configuration or is for tests.
func TestVariablesInProseAreRead(t *testing.T) {
	t.Parallel()
	known := variablesRead(t)
	for _, file := range []string{"README.md", "CHANGELOG.md", "compose.yaml", "config/example.yaml"} {
		for _, name := range variableName.FindAllString(atRoot(t, file), -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s tells of %s, which nothing reads", file, name)
			}
		}
	}
	for _, name := range known {
		if !strings.Contains(string(config.Example), name) && !strings.HasSuffix(name, "_API_URL") {
			t.Errorf("example.yaml does not tell of %s", name)
		}
	}
}
