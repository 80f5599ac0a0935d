// Package text analyses an article's words once, for everyone: tagging,
// clustering, search in both databases and queries all read the same
// Document, so that what is indexed is what is asked for.
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

// Word is one word of a text, in reading order.
type Word struct {
	Form     string // normal form: NFKC, lower case, no possessive; "U.S.", "US" and "USA" are "usa"
	Stem     string // the index term: the stem of Form in the text's language; bigrams for Chinese, Japanese, Korean runs
	Start    int32  // bytes from the start of its field's text
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
// are in Document.Words all the same, but begin no sentence of their own.
type Dateline struct {
	Place string // "SEOUL"; "" when the body has none
	End   int32  // bytes from the start of the body to the text after it
	To    int32  // Document.Words before this index (from the first body word) belong to it
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
