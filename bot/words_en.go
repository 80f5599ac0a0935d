package bot

// pluralForms is a text whose words change with its numbers. Each var is
// replaced in the text as ${n0}, ${n1}, … by the form for its argument.
type pluralForms struct {
	text string
	vars []pluralVar
}

type pluralVar struct {
	arg        int // which argument counts, from 1
	one, other string
}

func plural1(one, other string) pluralForms {
	return pluralForms{"${n0}", []pluralVar{{1, one, other}}}
}

// plurals are the English texts that need more than their key.
var plurals = map[string]pluralForms{
	"%d stories":                plural1("%d story", "%d stories"),
	"%d articles":               plural1("%d article", "%d articles"),
	"%d sources":                plural1("%d source", "%d sources"),
	"%d days":                   plural1("%d day", "%d days"),
	"Also: %d more stories.":    plural1("Also: %d more story.", "Also: %d more stories."),
	"All %d sources were read.": plural1("The one source was read.", "All %d sources were read."),
	"%d independent sources":    plural1("%d source", "%d independent sources"),
	"%d alerts that waited":     plural1("%d alert that waited", "%d alerts that waited"),
	"%d subscriptions":          plural1("%d subscription", "%d subscriptions"),
}
