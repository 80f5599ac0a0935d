package feed

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/daybrief/daybrief/digest"
)

// csvRecord is one record with the line it begins on.
type csvRecord struct {
	fields []string
	line   int
}

// csvReader reads records of bounded size. encoding/csv alone would let one
// stray quote swallow the rest of a file; here a record whose quotes do not
// close within the limit costs its first line only.
type csvReader struct {
	lines  *lineReader
	sep    rune
	queue  [][]byte // lines read ahead and given back
	queued int      // number of the first of them
}

// line returns the next line and its number.
func (c *csvReader) line() ([]byte, int, error) {
	if len(c.queue) > 0 {
		b, n := c.queue[0], c.queued
		c.queue, c.queued = c.queue[1:], c.queued+1
		return b, n, nil
	}
	b, err := c.lines.next()
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errLineTooLong) {
		err = fmt.Errorf("%w: %w", errRead, err)
	}
	return bytes.Clone(b), c.lines.line, err
}

// errRead marks an error of the file itself, after which nothing follows.
var errRead = errors.New("reading stopped")

// opensQuote reports whether a field of the line begins with a quote; one
// within a field (5" pipe) is a character like others.
func opensQuote(line []byte, sep rune) bool {
	return bytes.HasPrefix(bytes.TrimSpace(line), []byte{'"'}) || bytes.Contains(line, []byte(string(sep)+`"`))
}

// maxRecordLines bounds how far an open quote is followed.
const maxRecordLines = 10_000

// next returns the next record; an error with its line after which reading
// goes on; or io.EOF.
func (c *csvReader) next() (csvRecord, error) {
	first, start, err := c.line()
	for err == nil && len(bytes.TrimSpace(first)) == 0 {
		first, start, err = c.line()
	}
	if err != nil {
		return csvRecord{line: start}, err
	}
	taken := [][]byte{first}
	size, quotes := len(first), bytes.Count(first, []byte{'"'})
	for quotes%2 == 1 && opensQuote(first, c.sep) {
		more, _, err := c.line()
		if err != nil || size+len(more) > maxLine || len(taken) >= maxRecordLines {
			if err == nil {
				taken = append(taken, more)
			}
			c.queue, c.queued = append(taken[1:], c.queue...), start+1
			return csvRecord{line: start}, errors.New(`a quote (") is opened and not closed`)
		}
		taken = append(taken, more)
		size, quotes = size+len(more), quotes+bytes.Count(more, []byte{'"'})
	}
	fields, err := c.parse(bytes.Join(taken, []byte{'\n'}))
	return csvRecord{fields, start}, err
}

func (c *csvReader) parse(record []byte) ([]string, error) {
	r := csv.NewReader(bytes.NewReader(record))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = c.sep, -1, true
	fields, err := r.Read()
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fields, err
}

// readCSV reads a table whose first record names the fields.
func (im *importer) readCSV(r io.Reader) {
	c := &csvReader{lines: newLineReader(r), sep: ','}
	first, start, err := c.line()
	if errors.Is(err, io.EOF) {
		return
	}
	if err != nil {
		im.bad(start, err)
		return
	}
	c.sep = separatorOf(string(first))
	c.queue, c.queued = [][]byte{first}, start
	header, err := c.next()
	if err == nil {
		err = im.checkHeader(header.fields)
	}
	if err != nil {
		im.bad(header.line, err)
		return
	}
	im.csvRows(c, header.fields)
}

// checkHeader normalises the column names in place and names unknown ones.
func (im *importer) checkHeader(names []string) error {
	hasTitle := false
	for i, name := range names {
		names[i] = strings.ToLower(strings.TrimSpace(name))
		hasTitle = hasTitle || names[i] == "title"
	}
	if !hasTitle {
		return digest.Errorf(digest.Invalid, `the first line must name the columns, and one of them must be "title"`)
	}
	return nil
}

func (im *importer) csvRows(c *csvReader, header []string) {
	for {
		rec, err := c.next()
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.Is(err, errRead):
			im.bad(rec.line, err)
			return
		case err != nil:
			if !im.bad(rec.line, err) {
				return
			}
			continue
		}
		if !im.csvArticle(header, rec) {
			return
		}
	}
}

func (im *importer) csvArticle(header []string, rec csvRecord) bool {
	if len(rec.fields) > len(header) {
		return im.bad(rec.line, fmt.Errorf("it has %d fields, the first line names %d", len(rec.fields), len(header)))
	}
	var a digest.Article
	for i, value := range rec.fields {
		known, err := setField(&a, header[i], value)
		if err != nil {
			return im.bad(rec.line, err)
		}
		if !known && value != "" {
			im.unknown(header[i])
		}
	}
	return im.article(rec.line, a)
}

// separatorOf picks the separator that occurs most in the header.
func separatorOf(header string) rune {
	best, most := ',', strings.Count(header, ",")
	for _, sep := range []rune{';', '\t'} {
		if n := strings.Count(header, string(sep)); n > most {
			best, most = sep, n
		}
	}
	return best
}
