package text

import "strings"

// maxText is the longest field that is read, in bytes. Articles are cut well
// below it when they are stored; it keeps offsets within int32.
const maxText = 16 << 20

// Analyse reads an article. The body may be empty. lang is the BCP 47 tag of
// its language, or "" to find it out; a tag that the script contradicts
// (Hangul said to be "en") is found out too.
func Analyse(title, body, lang string) *Document {
	title, body = clip(title), clip(body)
	size := len(title) + len(body)
	doc := &Document{
		TitleText: title,
		BodyText:  body,
		Words:     make([]Word, 0, size/6+8),
		Sentences: make([]Sentence, 0, size/96+2),
	}
	var forms arena
	scanField(doc, Title, &forms)
	doc.BodyFrom = int32(len(doc.Words))
	scanField(doc, Body, &forms)
	doc.Lang = pickLanguage(doc, lang)
	stemWords(doc, &forms)
	return doc
}

func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}

// Surface is the word as it stands in the text, without its possessive.
func (d *Document) Surface(w Word) string { return d.fieldText(w.Field)[w.Start:w.End] }

// SentenceText is sentence i as it stands in the text, on one line.
func (d *Document) SentenceText(i int) string {
	s := d.Sentences[i]
	t := d.fieldText(s.Field)[s.Start:s.End]
	if strings.ContainsAny(t, "\n\r\t") {
		return strings.Join(strings.Fields(t), " ")
	}
	return t
}

func (d *Document) fieldText(f Field) string {
	if f == Title {
		return d.TitleText
	}
	return d.BodyText
}

// Terms returns the index terms of the title and of the body, in order,
// repeats and small words kept, so that phrases can be found.
func (d *Document) Terms() (title, body []string) {
	return terms(d.Words[:d.BodyFrom]), terms(d.Words[d.BodyFrom:])
}

func terms(words []Word) []string {
	out := make([]string, 0, len(words))
	for i := range words {
		if words[i].Stem != "" {
			out = append(out, words[i].Stem)
		}
	}
	return out
}

// QueryTerms returns the index terms of a request's words, made exactly as
// Terms makes those of an article. lang "" finds the language out, and takes
// words that do not tell it for English.
func QueryTerms(s, lang string) []string {
	title, _ := Analyse(s, "", lang).Terms()
	return title
}

// arena holds the bytes of the many short strings of one Document, so that
// they cost a few allocations together and not one each.
type arena struct{ b strings.Builder }

func (a *arena) bytes(p []byte) string {
	n := a.b.Len()
	a.b.Write(p)
	return a.b.String()[n:]
}

// lower adds the lower case of s, which is ASCII.
func (a *arena) lower(s string) string {
	n := a.b.Len()
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		a.b.WriteByte(c)
	}
	return a.b.String()[n:]
}
