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
	"In the last 7 days it would have sent %d alerts.": plural1("In the last 7 days it would have sent %d alert.", "In the last 7 days it would have sent %d alerts."),
	"at most %d stories": plural1("at most %d story", "at most %d stories"),
	"%d leanings":        plural1("%d leaning", "%d leanings"),
	"%d answers":         plural1("%d answer", "%d answers"),
	"%d changes":         plural1("%d change", "%d changes"),
	"%d subscriptions of channels go on without your name.": plural1("%d subscription of a channel goes on without your name.", "%d subscriptions of channels go on without your name."),
}
