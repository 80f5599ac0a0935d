package query

import (
	"strings"
	"sync"
)

// doubt is a name that is something else beside certain words.
type doubt struct {
	names  map[string]bool // folded
	cues   []string        // folded words
	result string          // a country's code, or "word"
}

// doubts are the lines of aliases.txt that begin with "?":
//
//	? georgia georgian > US = atlanta, savannah
var doubts = sync.OnceValue(func() []doubt {
	data, err := files.ReadFile("aliases.txt")
	if err != nil {
		return nil
	}
	var out []doubt
	for line := range strings.Lines(string(data)) {
		head, cues, ok := strings.Cut(line, "=")
		names, result, named := strings.Cut(strings.TrimPrefix(head, "?"), ">")
		if !strings.HasPrefix(line, "?") || !ok || !named {
			continue
		}
		d := doubt{names: make(map[string]bool), result: strings.TrimSpace(result)}
		for n := range strings.FieldsSeq(names) {
			d.names[fold(n)] = true
		}
		for c := range strings.SplitSeq(cues, ",") {
			d.cues = append(d.cues, fold(strings.TrimSpace(c)))
		}
		out = append(out, d)
	}
	return out
})
