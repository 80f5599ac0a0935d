package main

import (
	"regexp"
	"strings"
	"testing"
)

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	shellSpan  = regexp.MustCompile("`([^`\n]*\\bdaybrief [^`\n]+)`")
	quoted     = regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`)
	assignment = regexp.MustCompile(`^[A-Z_]+=\S*$`)
)

// readmeCommands are the command lines of the README, without comments.
func readmeCommands(t *testing.T) []string {
	t.Helper()
	text := atRoot(t, "README.md")
	var out []string
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, "#")
			out = append(out, strings.TrimSpace(line))
		}
	}
	for _, span := range shellSpan.FindAllStringSubmatch(shellBlock.ReplaceAllString(text, ""), -1) {
		out = append(out, span[1])
	}
	return out
}

// argumentsOf are those of a command line that runs the program; nil for another.
func argumentsOf(line string) []string {
	words := quoted.FindAllString(line, -1)
	for len(words) > 0 && assignment.MatchString(words[0]) {
		words = words[1:]
	}
	if len(words) > 2 && words[0] == "go" && words[1] == "run" && words[2] == "./cmd/daybrief" {
		words = words[2:]
	}
	if len(words) < 2 || (words[0] != "daybrief" && words[0] != "./cmd/daybrief") {
		return nil
	}
	for i, w := range words {
		words[i] = strings.Trim(w, `"'`)
	}
	return words[1:]
}

// TestCommandsOfTheREADMEAreUnderstood reads each with the program's own
// parser, and runs those that ask.
func TestCommandsOfTheREADMEAreUnderstood(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("import", p.write("page.txt", newsPage))
	read, ran := 0, 0
	for _, line := range readmeCommands(t) {
		args := argumentsOf(line)
		if args == nil {
			continue
		}
		read++
		if _, err := parses(hideExclusions(args)...); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		switch args[0] {
		case "brief", "digest", "topics", "manifest":
			if strings.Contains(line, "SLUG") {
				continue
			}
			ran++
			p.must(args...)
		}
	}
	if read < 15 || ran < 6 {
		t.Errorf("%d commands were read, %d ran", read, ran)
	}
}
