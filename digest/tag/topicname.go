package tag

import (
	"maps"
	"slices"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// topicNames returns what people may type for the topics: of each the slug,
// its titles and its aliases. An alias that carries a country, such as "boj",
// stands for the country and the topic together; so do all aliases of a topic
// that has Countries. Titles come before aliases, since the first name of a
// language is taken as the title. The country of an alias may be a group's slug
// ("ecb" is the euro zone's).
func topicNames(defs []Definition) []digest.Name {
	var out []digest.Name
	for i := range defs {
		out = defs[i].appendNames(out)
	}
	return out
}

func (d *Definition) appendNames(out []digest.Name) []digest.Name {
	out = append(out, d.topicName(d.Slug, ""))
	if spoken := strings.ReplaceAll(d.Slug, "-", " "); spoken != d.Slug {
		out = append(out, d.topicName(spoken, ""))
	}
	for _, lang := range slices.Sorted(maps.Keys(d.Title)) {
		out = append(out, d.topicName(d.Title[lang], lang))
	}
	for _, spec := range d.Aliases {
		if a, err := parseAlias(spec); err == nil { // checked when the topic was read
			out = append(out, d.aliasName(a))
		}
	}
	return out
}

func (d *Definition) topicName(text, lang string) digest.Name {
	return digest.Name{Text: text, Lang: lang, Kind: digest.TopicName, Slugs: []string{d.Slug}, Strong: true}
}

func (d *Definition) aliasName(a topicAlias) digest.Name {
	n := d.topicName(a.text, a.lang)
	n.Strong = a.strong
	countries := d.Countries
	if a.country != "" {
		countries = []string{a.country}
	}
	if len(countries) > 0 {
		n.Kind, n.Slugs = digest.AliasName, append(slices.Clone(countries), d.Slug)
	}
	return n
}
