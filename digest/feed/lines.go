package feed

import (
	"bufio"
	"errors"
	"io"
)

// maxLine is the longest line or record of an import, in bytes. The longest
// body that is stored is 256 KiB; this leaves room for escapes and keeps
// memory bounded on files that have no line ends at all.
const maxLine = 8 << 20

// errLineTooLong says that a line went on past the limit. The reader has
// skipped the rest of it and stands at the next line.
var errLineTooLong = errors.New("the line is longer than 8 MiB and was skipped")

// lineReader reads lines of bounded length and counts them.
type lineReader struct {
	r     *bufio.Reader
	limit int
	line  int // number of the line returned last, from 1
	buf   []byte
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10), limit: maxLine}
}

// next returns the next line without its end. The bytes are valid until the
// following call. At the end it returns io.EOF; a line over the limit gives
// errLineTooLong and reading can go on.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	tooLong := false
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.buf)+len(part) > l.limit+2 {
			tooLong = true
			l.buf = l.buf[:0]
		}
		if !tooLong {
			l.buf = append(l.buf, part...)
		}
		switch {
		case err == nil:
			l.line++
			return l.finish(tooLong)
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && (len(l.buf) > 0 || tooLong):
			l.line++
			return l.finish(tooLong)
		default:
			return nil, err
		}
	}
}

func (l *lineReader) finish(tooLong bool) ([]byte, error) {
	if tooLong {
		return nil, errLineTooLong
	}
	b := l.buf
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	return b, nil
}
