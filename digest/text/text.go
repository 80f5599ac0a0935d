// Package text analyses an article's words once, for everyone: tagging,
// clustering, search in both databases and queries all read the same
// Document, so that what is indexed is what is asked for.
//
// In come the title and the body of an article as plain text in any language;
// out comes a Document: its language, its sentences, its dateline and its
// words, each with the place it stands at, how it was written and its index
// term. Analyse is a pure function: no state, no input or output, the same
// answer for the same text, and no text makes it panic.
//
// One pass reads the words and, from what stands between two words, finds
// where sentences end. Words of alphabets are runs of letters and digits.
// Chinese, Japanese, Korean and Thai are written without the spaces that a
// search needs, so there a word is one character (or one run of katakana) and
// its index term is that character and the next: the usual bigrams, which find
// a name wherever it stands in a longer run. Their characters come from the
// Unicode segmenter clipperhouse/uax29, so that a base and its marks stay
// together.
//
// There is one stemmer for each script, since a request of two words does not
// tell its language and must still give the terms that an article gave (see
// stemWords). Latin letters are stemmed by Porter2 (stem_en.go) after their
// accents are taken off, Cyrillic ones by the Russian algorithm of the same
// makers (stem_ru.go). Both are our own: kljensen/snowball allocates several
// times a word and costs ten times as much, so it only checks them in tests.
//
// The language is told from the script and, within a script, from small words
// ("the", "und", "les") and letters that only some languages have: on 3,149
// English headlines that was right for 99 in 100, where whatlanggo's trigrams
// were right for 70 and took fifty times as long. Lingua's models need hundreds
// of megabytes.
package text

// Field tells where a word stands.
type Field uint8

// The fields.
const (
	Title Field = iota
	Body
)

// Case is how a word was written.
type Case uint8

// The cases.
const (
	Lower   Case = iota // "trade"; also words of scripts without case
	Capital             // "Trade"
	Upper               // "NATO"; a single capital letter is Upper
	Mixed               // "iPhone", "McDonald"
)

// Word is one word of a text, in reading order. Words do not overlap.
type Word struct {
	// Form is the normal form: NFKC, lower case, no possessive; "U.S.", "US"
	// and "USA" are "usa".
	Form string
	// Stem is the index term: the stem of Form, without accents. In Chinese, Japanese, Korean and Thai runs it is a bigram, this
	// character and the next; the last character of a run has none ("").
	Stem     string
	Start    int32 // bytes from the start of its field's text
	End      int32
	Sentence int32 // index in Document.Sentences
	Field    Field
	Case     Case
	First    bool // the first word of its sentence
}

// Sentence is one sentence of a field.
type Sentence struct {
	Field Field
	Start int32 // bytes
	End   int32 // after its closing mark and quotes
	From  int32 // its words: Document.Words[From:To]
	To    int32
	Para  int32 // number of its paragraph within the field
}

// Dateline is the opening "SEOUL, Oct 29 (Reuters) -" of a body. Its words
// are in Document.Words all the same, but begin no sentence of their own:
// their Sentence is the one that follows, whose From and Start leave them out.
type Dateline struct {
	Place string // "SEOUL"; "" when the body has none
	End   int32  // bytes from the start of the body to the text after it
	To    int32  // Document.Words[BodyFrom:To] belong to it
}

// Document is an analysed article.
type Document struct {
	TitleText string
	BodyText  string
	Lang      string // BCP 47; "" when it cannot be told
	Words     []Word // those of the title, then those of the body
	BodyFrom  int32  // index of the body's first word
	Sentences []Sentence
	Dateline  Dateline
}
