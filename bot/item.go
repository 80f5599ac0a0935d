package bot

import "strings"

// Headline is what stands first of an item, as one text: its label, its
// linked title, what changed.
func (it Item) Headline() Text {
	var t Text
	if it.Label != "" {
		t = append(t, Span{Text: it.Label + ": ", Bold: true})
	}
	t = append(t, Span{Text: it.Title, Bold: true, URL: it.URL})
	if it.Change != "" {
		t = append(t, S(" – "+it.Change))
	}
	return t
}

// Meta is the one line of where and when under an item, in the language,
// zone and time of its message: "6 sources: Reuters, Yonhap, Nikkei +3 · 2 h
// ago · KR US · trade". The time is a Span, so that a platform which knows
// the viewer's clock can tell it better.
func (m Message) Meta(it Item) Text {
	w := WordsIn(m.Lang)
	var groups []Text
	if n := len(it.Sources) + it.More; n > 1 {
		names := strings.Join(it.Sources, ", ")
		if it.More > 0 {
			names += w.Say(" +%d", it.More)
		}
		groups = append(groups, T(w.Say("%d sources", n)+": "+names))
	} else if n == 1 && len(it.Sources) == 1 {
		groups = append(groups, T(it.Sources[0]))
	}
	if !it.Time.IsZero() {
		groups = append(groups, Text{{Text: w.Ago(it.Time, m.At, m.Zone), Time: it.Time}})
	}
	if len(it.Places) > 0 {
		groups = append(groups, T(strings.Join(it.Places, " ")))
	}
	if len(it.Topics) > 0 {
		groups = append(groups, T(strings.Join(it.Topics, ", ")))
	}
	if it.Sample {
		groups = append(groups, T(w.Say("sample")))
	}
	return joinTexts(groups, " · ")
}

func joinTexts(groups []Text, sep string) Text {
	var out Text
	for i, g := range groups {
		if i > 0 {
			out = append(out, S(sep))
		}
		out = append(out, g...)
	}
	return out
}
