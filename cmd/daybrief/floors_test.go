package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/daybrief/daybrief/"

// floors lists, for each package, which of our packages it may import. What
// is not listed may import none of ours; a package that is missing here fails
// the test, so that a new one finds its floor before it lands.
var floors = map[string][]string{
	"digest":      {},
	"config":      {},
	"digest/text": {},

	"digest/feed":    {"digest", "digest/text"},
	"digest/tag":     {"digest", "digest/text"},
	"digest/story":   {"digest", "digest/text"},
	"digest/summary": {"digest", "digest/text"},
	"digest/query":   {"digest", "digest/text"},
	"digest/store":   {"digest", "digest/text"},
	"digest/alert":   {"digest", "digest/text"},
	"bot":            {"digest"},

	"digest/ingest": {"digest", "digest/text", "digest/tag", "digest/story", "digest/summary"},
	"digest/brief":  {"digest", "digest/text", "digest/tag", "digest/story", "digest/summary", "digest/query", "digest/alert"},

	"bot/command": {"digest", "bot"},
	"bot/deliver": {"digest", "bot"},
	"bot/slack":   {"digest", "bot"},
	"bot/discord": {"digest", "bot"},
	"bot/web":     {"digest", "bot"},

	"bot/schedule": {"digest", "bot", "digest/alert", "digest/ingest", "digest/brief", "bot/deliver"},
}

// homes lists third-party modules that one package alone may import, with its
// subpackages of tests.
var homes = map[string]string{
	"github.com/slack-go/slack":        "bot/slack",
	"github.com/bwmarrin/discordgo":    "bot/discord",
	"github.com/riverqueue/river":      "bot/schedule",
	"github.com/robfig/cron":           "bot/schedule",
	"modernc.org/sqlite":               "digest/store",
	"github.com/jackc/pgx":             "digest/store bot/schedule", // the listener of the queue
	"github.com/mmcdole/gofeed":        "digest/feed",
	"github.com/alecthomas/kong":       "cmd",
	"github.com/goccy/go-yaml":         "config bot/slack cmd/daybrief", // the operator's file; Slack's manifest; the test of compose.yaml
	"github.com/clipperhouse/uax29":    "digest/text",
	"github.com/kljensen/snowball":     "digest/text",
	"github.com/markusmobius/go-traf":  "digest/feed",
	"codeberg.org/readeck/":            "digest/feed",
	"github.com/temoto/robotstxt":      "digest/feed",
	"github.com/fsnotify/fsnotify":     "digest/feed",
	"github.com/prometheus/client_gol": "cmd",
}

// testPackages are imported by tests alone, and by the program that measures.
var testPackages = []string{"digest/digesttest", "digest/store/storetest", "bot/bottest", "bot/slack/slacktest", "bot/discord/discordtest"}

type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// packages asks the go command for ours and their imports.
func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p listed
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
	return all
}

func TestPackagesImportOnlyLowerFloors(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if strings.HasPrefix(p.ImportPath, "cmd/") || slices.Contains(testPackages, p.ImportPath) {
			continue
		}
		allowed, known := floors[p.ImportPath]
		if !known {
			t.Errorf("%s has no floor: give it one in floors_test.go and DESIGN", p.ImportPath)
		}
		for _, imported := range p.Imports {
			ours, is := strings.CutPrefix(imported, module)
			if is && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which is not below it", p.ImportPath, ours)
			}
		}
	}
}

func TestThirdPartiesStayInTheirHomes(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for third, home := range homes {
				if strings.HasPrefix(imported, third) && !lives(p.ImportPath, home) {
					t.Errorf("%s imports %s, which belongs in %s alone", p.ImportPath, imported, home)
				}
			}
		}
		if p.ImportPath == "digest" {
			for _, imported := range p.Imports {
				if strings.Contains(strings.Split(imported, "/")[0], ".") {
					t.Errorf("digest imports %s; it is for the standard library alone", imported)
				}
			}
		}
	}
}

// lives reports whether a package is one of the homes, or below one.
func lives(pkg, homes string) bool {
	for _, home := range strings.Fields(homes) {
		if pkg == home || strings.HasPrefix(pkg, home+"/") {
			return true
		}
	}
	return false
}

func TestTestPackagesAreImportedByTestsAlone(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if slices.Contains(testPackages, p.ImportPath) || p.ImportPath == "cmd/loadtest" {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains(testPackages, strings.TrimPrefix(imported, module)) {
				t.Errorf("%s imports %s outside its tests", p.ImportPath, imported)
			}
		}
	}
}

// docLink is a link of Go doc to one of our packages: [digest/store].
var docLink = regexp.MustCompile(`\[((?:digest|bot|config|cmd)(?:/[a-z]+)*)\]`)

func TestTheTourNamesEveryPackageAndNoOther(t *testing.T) {
	t.Parallel()
	tour, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range docLink.FindAllStringSubmatch(string(tour), -1) {
		named[m[1]] = true
		if matches, _ := filepath.Glob(filepath.Join("..", "..", m[1], "*.go")); len(matches) == 0 {
			t.Errorf("the tour names %s, which is no package", m[1])
		}
	}
	for pkg := range floors {
		if !named[pkg] {
			t.Errorf("the tour does not name %s", pkg)
		}
	}
}

func TestTheRootHoldsWhatItShould(t *testing.T) {
	t.Parallel()
	allowed := []string{"cmd", "bot", "digest", "config", "go.mod", "go.sum", "Dockerfile", "README.md", "LICENSE", "CHANGELOG.md", "compose.yaml"}
	out, err := exec.CommandContext(t.Context(), "git", "-C", filepath.Join("..", ".."), "ls-files").Output()
	if err != nil {
		t.Skipf("not in a git checkout: %v", err)
	}
	for _, file := range strings.Fields(string(out)) {
		top, _, _ := strings.Cut(file, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(allowed, top) {
			t.Errorf("%s stands at the root", top)
		}
		for _, dir := range strings.Split(path.Dir(file), "/") {
			if slices.Contains([]string{"util", "utils", "common", "helpers", "models", "mocks", "internal", "pkg"}, dir) {
				t.Errorf("%s lies in a drawer", file)
			}
		}
	}
}
