package query

import (
	"cmp"
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// Around returns the regions and blocs that a country is in, smallest first:
// what may have news where the country has none.
func (r *Reader) Around(country string) []digest.Query {
	var out []digest.Query
	for _, slug := range r.titles.order {
		if members := r.titles.groups[slug]; slices.Contains(members, country) {
			out = append(out, digest.Query{Region: slug, Members: members})
		}
	}
	slices.SortStableFunc(out, func(a, b digest.Query) int { return cmp.Compare(len(a.Members), len(b.Members)) })
	return out
}

// Limits of what a word is said to look like. It is less near than what is
// taken for a slip of the finger, or it would have been read as the name.
const (
	alikeMore    = 0.6 // edits more than a slip
	alikeShort   = 6   // runes: shorter words look like too much
	maxLookAlike = 2
)

// Alike returns what the names nearest to a word in spelling stand for, nearest
// first. It is for offering, never for reading: a word that looks like a name
// may well be meant as it is.
func (r *Reader) Alike(word string) []digest.Query {
	tokens := scan(word)
	runes, fit := joinRunes(tokens)
	if !fit || len(runes) < alikeShort || len(tokens) > 1 || plainWords()[tokens[0].form] {
		return nil
	}
	limit := allowed(len(runes)) + alikeMore
	type candidate struct {
		name nearName
		cost float64
	}
	var found []candidate
	for length := len(runes) - 2; length <= len(runes)+2; length++ {
		for _, c := range r.near().byLength[length] {
			if c.silent || c.runes[0] != runes[0] {
				continue
			}
			if d := distance(runes, c.runes, limit); d <= limit {
				found = append(found, candidate{c, d + c.far})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.name.weight, b.name.weight))
	})
	var out []digest.Query
	for _, c := range found[:min(len(found), maxLookAlike)] {
		if q, err := r.Read(c.name.text, noTime); err == nil && !q.Empty() {
			q.Raw, q.Name = "", ""
			out = append(out, q)
		}
	}
	return out
}
