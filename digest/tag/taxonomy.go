package tag

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest"
)

//go:embed data/topics
var topicFiles embed.FS

// builtinSlugs are the topics that come with the program, in the order in
// which they are listed to people.
var builtinSlugs = [...]string{
	"trade", "monetary-policy", "currencies", "markets", "inflation", "growth", "jobs", "business", "energy", "agriculture", "metals", "shipping",
	"technology", "ai", "cybersecurity", "defence", "conflict", "diplomacy", "nuclear", "elections", "government", "protests", "rights", "justice",
	"migration", "climate", "disasters", "health", "science", "space", "sport", "culture", "education", "religion",
}

// builtinDefinitions returns the built-in topics, read from the files in
// data/topics once. The slice and what it holds are shared: do not change it.
func builtinDefinitions() []Definition {
	defs, err := readBuiltins()
	if err != nil { // the files are part of the program, and a test reads them
		return nil
	}
	return defs
}

var readBuiltins = sync.OnceValues(func() ([]Definition, error) {
	defs := make([]Definition, 0, len(builtinSlugs))
	for _, slug := range builtinSlugs {
		data, err := topicFiles.ReadFile("data/topics/" + slug + ".txt")
		if err != nil {
			return nil, fmt.Errorf("read topic %s: %w", slug, err)
		}
		d, err := readDefinition(slug, string(data))
		if err != nil {
			return nil, err
		}
		defs = append(defs, d)
	}
	return defs, nil
})

// readDefinition reads the file of one topic. A line is "key: value" or
// "key language: value"; a line that begins with a space goes on with the one
// before; # begins a comment line. The keys are definition, example, title,
// alias, strong, weak and exclude; the last four hold lists with commas, whose
// items have the syntax of Definition without the language before them.
func readDefinition(slug, data string) (Definition, error) {
	d := Definition{Slug: slug, Title: map[string]string{}}
	for _, line := range joinLines(data) {
		head, value, ok := strings.Cut(line, ":")
		key, lang, _ := strings.Cut(head, " ")
		value = strings.TrimSpace(value)
		if !ok || value == "" {
			return d, digest.Errorf(digest.Invalid, "topic %s: the line %q is not a key, a colon and a value", slug, quoted(line))
		}
		if !d.set(key, strings.TrimSpace(lang), value) {
			return d, digest.Errorf(digest.Invalid, "topic %s: %q is not a key of a topic", slug, quoted(head))
		}
	}
	return d, nil
}

// joinLines returns the lines of a topic's file without comments and blank
// ones, each joined with those that go on with it.
func joinLines(data string) []string {
	var out []string
	for line := range strings.Lines(data) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#':
		case (line[0] == ' ' || line[0] == '\t') && len(out) > 0:
			out[len(out)-1] += " " + trimmed
		default:
			out = append(out, trimmed)
		}
	}
	return out
}

// set stores the value of a key; it reports whether the key exists.
func (d *Definition) set(key, lang, value string) bool {
	switch key {
	case "definition":
		d.Definition = value
	case "example":
		d.Examples = append(d.Examples, value)
	case "title":
		d.Title[lang] = value
	case "alias":
		d.Aliases = append(d.Aliases, listOf(lang, value)...)
	case "strong":
		d.Strong = append(d.Strong, listOf(lang, value)...)
	case "weak":
		d.Weak = append(d.Weak, listOf(lang, value)...)
	case "exclude":
		d.Exclude = append(d.Exclude, listOf(lang, value)...)
	default:
		return false
	}
	return true
}

// listOf splits a list at its commas and puts the language before each item.
func listOf(lang, value string) []string {
	items := strings.Split(value, ",")
	out := items[:0]
	for _, item := range items {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		if lang != "" {
			item = lang + ":" + item
		}
		out = append(out, item)
	}
	return out
}

// quoted cuts what an error quotes to a length that fits a line.
func quoted(s string) string {
	r := []rune(s)
	if len(r) <= 60 {
		return s
	}
	return string(r[:59]) + "…"
}
