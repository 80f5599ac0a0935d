package brief

import (
	"context"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// maxRegionNames is how many names of a region are looked for.
const maxRegionNames = 4

// regionWorth is what the strongest mention of a region's name is worth, as a
// weight: nearly as much as a country of it that the article is surely about.
const regionWorth = 0.85

// inPassing is the share of the strongest mention's BM25F up to which one is
// in passing: a title's word is worth three of a body's, so that one word in a
// text of mean length has .64 of a title's.
const inPassing = 0.6

// named adds the articles that speak of the asked region by its name ("Asian
// stocks slide"), and need not name any of its countries.
func (s *search) named(ctx context.Context, q digest.Query, candidates []digest.Candidate) ([]digest.Candidate, error) {
	at := make(map[int64]int, len(candidates))
	for i, c := range candidates {
		at[c.ArticleID] = i
	}
	for _, name := range s.regionTerms(q.Region) {
		ask := s.ask(q)
		ask.Members = nil
		ask.Terms = append(ask.Terms, name)
		found, err := s.b.store.Search(ctx, ask)
		if err != nil {
			return nil, err
		}
		for _, c := range members(found) {
			if i, ok := at[c.ArticleID]; ok {
				candidates[i].Member = max(candidates[i].Member, c.Member)
				continue
			}
			at[c.ArticleID] = len(candidates)
			candidates = append(candidates, c)
		}
	}
	return candidates, nil
}

// members turns the last word's BM25F into the weight of the region: by how
// it compares with the strongest mention, since one in passing is of little
// worth and the scale depends on how common the name is.
func members(found []digest.Candidate) []digest.Candidate {
	strongest := 0.0
	for _, c := range found {
		strongest = max(strongest, c.Terms[len(c.Terms)-1])
	}
	var out []digest.Candidate
	for _, c := range found {
		last := len(c.Terms) - 1
		if c.Terms[last] <= 0 {
			continue
		}
		c.Member = regionWorth * max(c.Terms[last]/strongest-inPassing, 0) / (1 - inPassing)
		c.Terms = c.Terms[:last:last]
		out = append(out, c)
	}
	return out
}

// regionTerms are the index terms of a region's names, shortest first as they
// come, without those that are the same to the index.
func (s *search) regionTerms(region string) [][]string {
	var out [][]string
	seen := make(map[string]bool)
	for _, name := range s.b.reader.RegionNames(region) {
		t := terms(name)
		key := strings.Join(t, " ")
		if len(t) == 0 || seen[key] || len(out) == maxRegionNames {
			continue
		}
		seen[key] = true
		out = append(out, t)
	}
	return out
}
