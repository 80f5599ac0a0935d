package query_test

import (
	"fmt"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/query"
)

func ExampleReader_Read() {
	r := query.New(query.Options{Names: []digest.Name{
		{Text: "South Korea", Lang: "en", Kind: digest.CountryName, Slugs: []string{"KR"}, Strong: true},
		{Text: "trade", Lang: "en", Kind: digest.TopicName, Slugs: []string{"trade"}, Strong: true},
	}})
	q, err := r.Read("what is new on korea trad and semiconductors, without china?", time.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(q.Countries, q.Topics, q.Terms, q.Exclude.Countries)
	for _, c := range q.Corrections {
		fmt.Printf("I read “%s” as %s\n", c.Typed, c.Read)
	}
	fmt.Println(r.Title(q, "en"))
	// Output:
	// [KR] [trade] [semiconductors] [CN]
	// I read “trad” as trade
	// South Korea, trade, “semiconductors”, without CN
}

func ExampleReader_Complete() {
	r := query.New(query.Options{Names: []digest.Name{
		{Text: "South Korea", Lang: "en", Kind: digest.CountryName, Slugs: []string{"KR"}, Strong: true},
		{Text: "trade", Kind: digest.TopicName, Slugs: []string{"trade"}, Strong: true},
		{Text: "technology", Kind: digest.TopicName, Slugs: []string{"technology"}, Strong: true},
	}})
	stories := map[string]int{"trade": 12, "technology": 3}
	fmt.Println(r.Complete("korea t", func(slug string) int { return stories[slug] }))
	// Output:
	// [korea-trade korea-technology]
}
