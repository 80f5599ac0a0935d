package summary

import (
	"cmp"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// What Options mean by zero.
const (
	DefaultBudget    = 280 // runes
	DefaultSentences = 2
)

// Options say how much to tell, and of what.
type Options struct {
	Budget    int      // runes of all sentences and the spaces between them; 0 means DefaultBudget
	Sentences int      // at most; 0 means DefaultSentences
	Focus     []string // index terms of what was asked, as text.QueryTerms gives them; may be empty
}

func (o Options) filled() Options {
	o.Budget = cmp.Or(o.Budget, DefaultBudget)
	o.Sentences = cmp.Or(o.Sentences, DefaultSentences)
	return o
}

// Source is an article to tell a story from.
type Source struct {
	Doc     *text.Document
	Article *digest.Article // only its ID is read
}

// Story tells a story from its sources, best first: a sentence of the first
// that has one, then of a further source what that adds. When no other source
// adds anything the first is told alone, in sentences of its body in their order
// there. It gives nil when no body has a sentence worth telling.
func Story(sources []Source, o Options) []digest.Sentence {
	o = o.filled()
	first, rest := opening(sources, o)
	if first == nil {
		return nil
	}
	one := o
	one.Sentences = 1
	picks := first.choose(one)
	out := first.tell(picks, o.Budget)
	if len(out) == 0 {
		return nil
	}
	if out[0].Cut || picks[0].refers && picks[0].follows {
		return first.tell(first.choose(o), o.Budget)
	}
	told := newSaid(first, picks)
	for left := o.Budget - picks[0].runes - 1; len(out) < o.Sentences; {
		p, l := addition(rest, told, left)
		if l == nil {
			break
		}
		out = append(out, p.sentence(l))
		told.add(p, l)
		left -= l.runes + 1
	}
	if len(out) == 1 && o.Sentences > 1 {
		return first.tell(first.choose(o), o.Budget)
	}
	return out
}

// maxSources is how many articles of a story are read: further ones repeat.
const maxSources = 8

// opening reads sources until one has something to tell, and hands back the
// others of the same language after it.
func opening(sources []Source, o Options) (first *piece, rest []*piece) {
	for _, s := range sources {
		if s.Doc == nil || s.Article == nil || s.Doc.BodyText == "" {
			continue
		}
		if first != nil && first.doc.Lang != s.Doc.Lang {
			continue // a brief does not change its language in mid-story
		}
		p := read(s.Doc, s.Article.ID, o.Focus)
		switch {
		case p.pool == noise:
		case first == nil:
			first = p
		default:
			rest = append(rest, p)
		}
		if len(rest) == maxSources-1 {
			break
		}
	}
	return first, rest
}
