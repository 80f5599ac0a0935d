package digest

import "strconv"

// FirmWeight is the weight from which a tag is shown and counted as what the
// article is about. Weaker tags are stored too, since ranking uses them.
const FirmWeight = 0.5

// TagKind tells a country from a topic.
type TagKind string

// The kinds of tag.
const (
	Country TagKind = "country" // slug: ISO 3166-1 alpha-2, upper case, "KR"
	Topic   TagKind = "topic"   // slug: lower case with hyphens, "monetary-policy"
)

// Tag says that an article, or a story, is about a country or a topic.
type Tag struct {
	Slug   string   `json:"slug"`
	Weight float64  `json:"weight"` // probability of being about it, 0 to 1
	Why    []string `json:"why,omitempty"`
}

// Firm reports whether the tag is strong enough to be shown.
func (t Tag) Firm() bool { return t.Weight >= FirmWeight }

// Firm returns the slugs of the firm ones among tags, in their order. It is
// never nil, so that JSON shows [].
func Firm(tags []Tag) []string {
	out := []string{}
	for _, t := range tags {
		if t.Firm() {
			out = append(out, t.Slug)
		}
	}
	return out
}

// WeightOf returns the weight of slug among tags, 0 when absent.
func WeightOf(tags []Tag, slug string) float64 {
	for _, t := range tags {
		if t.Slug == slug {
			return t.Weight
		}
	}
	return 0
}

// Name is one way to say a country, a topic or a group of countries. The
// tagger's data is the one source of names; requests are read with the same.
type Name struct {
	Text   string   // as written: "South Korea", "한국", "boj", "rate hike"
	Lang   string   // BCP 47; "" for a name that all languages share
	Kind   NameKind // what it names
	Slugs  []string // countries or topics it stands for
	Strong bool     // it can stand for nothing else in a request
}

// NameKind says what a Name is of.
type NameKind string

// The kinds of name.
const (
	CountryName NameKind = "country" // Slugs: one country (official, short, old and common names, ISO codes)
	DemonymName NameKind = "demonym" // Slugs: one country ("Korean", "Dutch")
	PlaceName   NameKind = "place"   // Slugs: one country (capital, large city, region)
	SeatName    NameKind = "seat"    // Slugs: one country (institution, leader, currency, index): "Kremlin", "won"
	TopicName   NameKind = "topic"   // Slugs: one topic: its slug, title and aliases
	AliasName   NameKind = "alias"   // Slugs: a country and a topic together: "boj" is JP and monetary-policy
	GroupName   NameKind = "group"   // Slugs: the group's own slug first, then its countries: "eu", "asean"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
