package feed

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest"
)

//go:embed starter.tsv
var starterTable string

var starter = sync.OnceValue(func() []digest.Source {
	var out []digest.Source
	for line := range strings.Lines(starterTable) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 4 {
			continue
		}
		out = append(out, digest.Source{
			Name: f[0], URL: f[1], Country: f[2], Lang: f[3],
			Kind: digest.FeedSource, FullText: digest.FullTextAuto, From: "starter", Group: Newsroom(f[1]),
		})
	}
	return out
})

// Starter returns the public feeds that a new installation reads: world,
// business and country news, with home country and language. Each call
// returns a slice of its own.
func Starter() []digest.Source { return append([]digest.Source(nil), starter()...) }

// Newsroom is the registered domain of an address: sources that share it
// count as one voice. Domains that many newsrooms share stand for none.
func Newsroom(address string) string {
	d := domainOf(hostOf(address))
	switch d {
	case "feedburner.com", "google.com", "youtube.com", "blogspot.com", "wordpress.com", "medium.com", "substack.com", "tumblr.com":
		return ""
	}
	return d
}
