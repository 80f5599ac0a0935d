package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// The JSON form of an article:
//
//	{"id","url","title","body","source","published"(RFC 3339),"lang"}
//
// Only title is required. It is the contract of imports, of the ingest
// endpoint and, as column names, of CSV.

// setField gives one named field its value, as text. It reports false for a
// name that no field has.
func setField(a *digest.Article, name, value string) (known bool, err error) {
	switch name {
	case "id":
		a.GUID = value
	case "url":
		a.URL = value
	case "title":
		a.Title = value
	case "body":
		a.Body = value
	case "source":
		a.Source = value
	case "published":
		a.Published, err = readTime(value)
	case "lang":
		a.Lang, err = readLang(value)
	default:
		return false, nil
	}
	return true, err
}

// timeLayouts are RFC 3339 and what people write when they mean it. A time
// without a zone is UTC.
func timeLayouts() [8]string {
	return [...]string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00",
		"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
	}
}

func readTime(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range timeLayouts() {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("published is %s, not a time like 2026-01-31T08:30:00Z", quoted(s))
}

// readLang checks the shape of a BCP 47 tag; "_" is read as "-".
func readLang(s string) (string, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if s == "" {
		return "", nil
	}
	primary, rest, _ := strings.Cut(s, "-")
	if len(primary) < 2 || len(primary) > 8 || len(s) > 35 || strings.IndexFunc(primary+rest, notTagRune) >= 0 {
		return "", fmt.Errorf("lang is %s, not a language like en or ko", quoted(s))
	}
	if rest == "" {
		return strings.ToLower(primary), nil
	}
	return strings.ToLower(primary) + "-" + rest, nil
}

func notTagRune(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// quoted shows a wrong value in an error, in full when it is short.
func quoted(s string) string {
	return fmt.Sprintf("%q", cutAtWord(strings.Join(strings.Fields(s), " "), 60))
}

// articleFromJSON reads one object. Unknown keys are handed to unknown.
func articleFromJSON(data []byte, unknown func(string)) (digest.Article, error) {
	var a digest.Article
	var row map[string]json.RawMessage
	if err := json.Unmarshal(data, &row); err != nil {
		return a, jsonError(err)
	}
	for key, raw := range row {
		if bytes.Equal(raw, []byte("null")) {
			continue
		}
		value, isText := jsonText(key, raw)
		known, err := setField(&a, key, value)
		switch {
		case !known:
			unknown(key)
		case !isText:
			return a, fmt.Errorf("%s must be text, not %s", key, quoted(string(raw)))
		case err != nil:
			return a, err
		}
	}
	return a, nil
}

// jsonText returns the text of a value. A number is taken for an id alone,
// since many exports number their rows.
func jsonText(key string, raw json.RawMessage) (string, bool) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s, true
	}
	var n json.Number
	if key == "id" && raw[0] != '"' && json.Unmarshal(raw, &n) == nil {
		return n.String(), true
	}
	return "", false
}

// jsonError turns what encoding/json says into a sentence about the row.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("this is not valid JSON at byte %d: %w", syntax.Offset, err)
	case errors.As(err, &kind):
		return fmt.Errorf("a JSON object is expected here; this is: %s", kind.Value)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON ends in the middle of a value")
	}
	return err
}

// readLines reads one JSON object a line. Empty lines are passed over.
func (im *importer) readLines(r io.Reader) {
	lines := newLineReader(r)
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.Is(err, errLineTooLong):
			if !im.bad(lines.line, err) {
				return
			}
			continue
		case err != nil:
			im.bad(lines.line+1, plainError(err))
			return
		}
		if line = bytes.TrimSpace(line); len(line) > 0 && !im.jsonArticle(lines.line, line) {
			return
		}
	}
}

func (im *importer) jsonArticle(line int, data []byte) bool {
	a, err := articleFromJSON(data, im.unknown)
	if err != nil {
		return im.bad(line, err)
	}
	return im.article(line, a)
}

// readJSON reads a document of JSON: an array of articles, which is streamed;
// or objects one after another, each an article, a JSON Feed, or an object
// with the array in "articles" or "items".
func (im *importer) readJSON(r io.Reader) {
	lr := &allowanceReader{r: r}
	dec := json.NewDecoder(lr)
	lr.left = maxDocument
	if first, err := firstByte(lr); err != nil {
		im.bad(0, plainError(err))
		return
	} else if first == '[' {
		im.jsonArray(dec, lr)
		return
	}
	for {
		lr.left = maxDocument
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			im.bad(lr.lineAt(dec.InputOffset()), jsonError(err))
			return
		}
		if !im.jsonDocument(lr.lineAt(dec.InputOffset()-int64(len(raw))), raw) {
			return
		}
	}
}

func (im *importer) jsonArray(dec *json.Decoder, lr *allowanceReader) {
	if _, err := dec.Token(); err != nil {
		im.bad(1, jsonError(err))
		return
	}
	for dec.More() {
		lr.left = maxLine
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			im.bad(lr.lineAt(dec.InputOffset()), jsonError(err))
			return
		}
		if !im.jsonArticle(lr.lineAt(dec.InputOffset()-int64(len(raw))), raw) {
			return
		}
	}
	if _, err := dec.Token(); err != nil {
		im.bad(lr.lineAt(dec.InputOffset()), jsonError(err))
	}
}

// jsonDocument reads one top-level object.
func (im *importer) jsonDocument(line int, raw json.RawMessage) bool {
	var doc struct {
		Version  string            `json:"version"`
		Articles []json.RawMessage `json:"articles"`
		Items    []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return im.jsonArticle(line, raw)
	}
	if strings.Contains(doc.Version, "jsonfeed.org/version") {
		f, err := Parse(raw, "", "application/json")
		if err != nil {
			return im.bad(line, err)
		}
		im.feedArticles(f)
		return !im.stopped
	}
	rows := append(doc.Articles, doc.Items...)
	if rows == nil {
		return im.jsonArticle(line, raw)
	}
	seen := 0
	for _, row := range rows {
		if i := bytes.Index(raw[seen:], row); i >= 0 {
			line += bytes.Count(raw[seen:seen+i], []byte("\n"))
			seen += i
		}
		if !im.jsonArticle(line, row) {
			return false
		}
	}
	return true
}

// allowanceReader stops a decoder that wants more than it was allowed for one
// value, and remembers where lines began.
type allowanceReader struct {
	r      io.Reader
	left   int
	peeked []byte

	offset int64   // bytes handed out
	line   int     // line number at mark, from 0
	mark   int64   // all line ends before it are counted in line
	ends   []int64 // offsets of line ends handed out from mark on
}

func firstByte(lr *allowanceReader) (byte, error) {
	buf := make([]byte, 1)
	for {
		n, err := lr.r.Read(buf)
		if n == 1 {
			lr.peeked = append(lr.peeked, buf[0])
			if !bytes.ContainsAny(buf, " \t\r\n") {
				return buf[0], nil
			}
			if len(lr.peeked) > maxLine {
				return 0, errLineTooLong
			}
		}
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

func (lr *allowanceReader) Read(p []byte) (int, error) {
	if lr.left <= 0 {
		return 0, fmt.Errorf("one value is longer than %d MiB", maxLine>>20)
	}
	p = p[:min(len(p), lr.left)]
	var n int
	var err error
	if len(lr.peeked) > 0 {
		n = copy(p, lr.peeked)
		lr.peeked = lr.peeked[n:]
	} else {
		n, err = lr.r.Read(p)
	}
	lr.left -= n
	for i, b := range p[:n] {
		if b == '\n' {
			lr.ends = append(lr.ends, lr.offset+int64(i))
		}
	}
	lr.offset += int64(n)
	return n, err
}

// lineAt returns the line number, from 1, of an offset that was handed out.
// Offsets must not decrease from call to call.
func (lr *allowanceReader) lineAt(offset int64) int {
	i := 0
	for i < len(lr.ends) && lr.ends[i] < offset {
		i++
	}
	lr.line += i
	lr.ends = lr.ends[i:]
	lr.mark = offset
	return lr.line + 1
}
