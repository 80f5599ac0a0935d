package query

import (
	"strings"
	"sync"
)

// doubt is what makes a name something else: certain words beside it.
type doubt struct {
	cues   []string // folded words
	result string   // a country's code, or "word"
}

// doubts are the lines of aliases.txt that begin with "?", by folded name:
//
//	? georgia georgian > US = atlanta, savannah
var doubts = sync.OnceValue(func() map[string][]doubt {
	data, err := files.ReadFile("aliases.txt")
	if err != nil {
		return nil
	}
	out := make(map[string][]doubt)
	for line := range strings.Lines(string(data)) {
		head, cues, ok := strings.Cut(line, "=")
		names, result, named := strings.Cut(strings.TrimPrefix(head, "?"), ">")
		if !strings.HasPrefix(line, "?") || !ok || !named {
			continue
		}
		d := doubt{result: strings.TrimSpace(result)}
		for c := range strings.SplitSeq(cues, ",") {
			d.cues = append(d.cues, fold(strings.TrimSpace(c)))
		}
		for n := range strings.FieldsSeq(names) {
			out[fold(n)] = append(out[fold(n)], d)
		}
	}
	return out
})
