package tag

import "strings"

// kind is what sort of name a sense is. A country's own name says more about
// an article than the money it is paid in.
type kind uint8

const (
	kindName    kind = iota // "South Korea"
	kindPeople              // "South Korean", "Koreans"
	kindCapital             // "Seoul"
	kindCity                // "Busan": a large or well-known place
	kindRegion              // "Texas"
	kindSeat                // "Blue House": institutions and parties
	kindLeader              // "Lee Jae Myung"
	kindBank                // "Bank of Korea"
	kindMoney               // "won"
	kindIndex               // "KOSPI"
	kindFirm                // "Samsung": firms, clubs, works
	kindTown                // a smaller place, from GeoNames
	kindNothing             // a phrase that means no country
	kinds
)

// The marks of a name, see data/countries/europe.txt.
const (
	markUpper     uint8 = 1 << iota // "!": only in capitals
	markSupported                   // "~": only when other names support it
	markDoubtful                    // "%": also a person's name or a thing
	markCased                       // only with a capital first letter
	markGiven                       // also a given name: "Jordan", "Paris"
	markAll                         // it stands for all its countries at once: "한미"
	markTowns                       // a city known from GeoNames alone
)

// sense is one thing that a name can stand for.
type sense struct {
	country uint16 // index in gazetteer.codes
	admin   uint16 // index in gazetteer.admins; 0 for none
	kind    kind
	marks   uint8
	size    uint8 // of a place: power of two of its thousands
}

// trie finds the longest name that begins at a word. It is three maps and no
// tree of nodes: an article's words are mostly in none of them, and finding
// that out costs one look.
type trie struct {
	words  map[string]uint32 // form -> number, from 1
	edges  map[uint64]uint32 // node<<32 | word -> node
	first  []uint32          // word -> node of a name's first word; 0 for none
	senses [][]sense         // node -> what a name that ends here stands for
}

func newTrie() *trie {
	return &trie{words: map[string]uint32{}, edges: map[uint64]uint32{}, first: []uint32{0}, senses: [][]sense{nil}}
}

func (t *trie) word(form string) uint32 {
	id, ok := t.words[form]
	if !ok {
		id = uint32(len(t.first))
		t.words[strings.Clone(form)] = id
		t.first = append(t.first, 0)
	}
	return id
}

// add adds a name given by the forms of its words.
func (t *trie) add(forms []string, s sense) {
	if len(forms) == 0 {
		return
	}
	var node uint32
	for i, f := range forms {
		id := t.word(f)
		var next uint32
		if i == 0 {
			next = t.first[id]
		} else {
			next = t.edges[uint64(node)<<32|uint64(id)]
		}
		if next == 0 {
			next = uint32(len(t.senses))
			t.senses = append(t.senses, nil)
			if i == 0 {
				t.first[id] = next
			} else {
				t.edges[uint64(node)<<32|uint64(id)] = next
			}
		}
		node = next
	}
	t.senses[node] = addSense(t.senses[node], s)
}

// addSense keeps one sense for each country (and division): the more telling
// kind, which stands first in the order of kinds.
func addSense(list []sense, s sense) []sense {
	for i := range list {
		if list[i].country == s.country && (list[i].admin == s.admin || list[i].admin == 0 || s.admin == 0) {
			if s.kind < list[i].kind {
				s.size = max(s.size, list[i].size)
				s.admin = max(s.admin, list[i].admin)
				list[i] = s
			} else {
				list[i].size = max(list[i].size, s.size)
				list[i].admin = max(list[i].admin, s.admin)
			}
			return list
		}
	}
	return append(list, s)
}

// hasCountry reports whether a name is that of a country or capital already.
func (t *trie) hasCountry(forms []string) bool {
	var node uint32
	for i, f := range forms {
		if i == 0 {
			node = t.root(f)
		} else {
			node = t.next(node, f)
		}
		if node == 0 {
			return false
		}
	}
	for _, s := range t.senses[node] {
		if s.kind == kindName || s.kind == kindCapital {
			return true
		}
	}
	return false
}

// root is the node of a name's first word; 0 when no name begins with it.
func (t *trie) root(form string) uint32 {
	if id := t.words[form]; id != 0 {
		return t.first[id]
	}
	return 0
}

// next is the node that a word leads to; 0 when no name goes on with it.
func (t *trie) next(node uint32, form string) uint32 {
	id := t.words[form]
	if id == 0 {
		return 0
	}
	return t.edges[uint64(node)<<32|uint64(id)]
}
