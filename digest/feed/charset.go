package feed

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// sniffSize is how much of a document decides its encoding and its format.
const sniffSize = 64 << 10

// decode returns data as UTF-8 and the name of the encoding it was in.
//
// What settles it, in this order: a byte order mark (RFC 7303 section 3: it
// wins over the header); text that is valid UTF-8 beyond ASCII, which no
// other encoding is by accident; the charset of the Content-Type; the XML
// declaration or the page's meta element; statistics over the bytes. A claim
// that the bytes contradict is passed over.
func decode(data []byte, contentType string) ([]byte, string) {
	enc, name, skip := detectEncoding(data[:min(len(data), sniffSize)], contentType)
	data = data[skip:]
	if enc != nil {
		if out, err := enc.NewDecoder().Bytes(data); err == nil || len(out) > 0 {
			return out, name
		}
	}
	return bytes.ToValidUTF8(data, []byte("\uFFFD")), "utf-8"
}

// decodeReader is decode for a stream; it looks at the first sniffSize bytes.
func decodeReader(r io.Reader) (io.Reader, []byte) {
	br := bufio.NewReaderSize(r, sniffSize)
	head, _ := br.Peek(sniffSize)
	enc, _, skip := detectEncoding(head, "")
	_, _ = br.Discard(skip)
	if enc == nil {
		return br, bytes.Clone(head[skip:])
	}
	decoded := bufio.NewReaderSize(transform.NewReader(br, enc.NewDecoder()), sniffSize)
	head, _ = decoded.Peek(sniffSize)
	return decoded, bytes.Clone(head)
}

// detectEncoding returns nil for UTF-8, and how many bytes of byte order mark
// to skip.
func detectEncoding(head []byte, contentType string) (encoding.Encoding, string, int) {
	if enc, name, n := byteOrderMark(head); n > 0 {
		return enc, name, n
	}
	if enc, name := unmarkedUTF32(head); enc != nil {
		return enc, name, 0
	}
	valid, wide, broken := countUTF8(head)
	if bytes.Contains(head, []byte("\x1b$")) {
		return japanese.ISO2022JP, "iso-2022-jp", 0
	}
	if valid && (wide > 0 || !mayHideUTF16(head)) {
		return nil, "utf-8", 0
	}
	for _, label := range []string{headerCharset(contentType), declaredCharset(head)} {
		if enc, name := encodingFor(label, head); enc != nil {
			return enc, name, 0
		}
	}
	if wide > 5*broken {
		return nil, "utf-8", 0
	}
	enc, name := sniffEncoding(head)
	return enc, name, 0
}

func byteOrderMark(b []byte) (encoding.Encoding, string, int) {
	switch {
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		return nil, "utf-8", 3
	case bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32le", 4
	case bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "utf-32be", 4
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le", 2
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be", 2
	}
	return nil, "", 0
}

// unmarkedUTF32 tells UTF-32 without a mark by the zeros around its first
// character (XML 1.0 appendix F.1): no other text has three in a row.
func unmarkedUTF32(b []byte) (encoding.Encoding, string) {
	if len(b) < 8 {
		return nil, ""
	}
	isZero := func(at ...int) bool { return !slices.ContainsFunc(at, func(i int) bool { return b[i] != 0 }) }
	switch {
	case isZero(1, 2, 3, 6, 7) && b[0] != 0 && b[4] != 0:
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32le"
	case isZero(0, 1, 2, 4, 5) && b[3] != 0 && b[7] != 0:
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "utf-32be"
	}
	return nil, ""
}

// countUTF8 reports whether b is valid UTF-8 (a rune cut off at its end is
// forgiven), how many runes beyond ASCII it has and how many broken bytes.
func countUTF8(b []byte) (valid bool, wide, broken int) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			if len(b) < utf8.UTFMax && !utf8.FullRune(b) {
				break
			}
			broken++
		} else {
			wide++
		}
		b = b[n:]
	}
	return broken == 0, wide, broken
}

// mayHideUTF16 reports whether ASCII-looking bytes are UTF-16 without a mark:
// every second one is 0.
func mayHideUTF16(b []byte) bool {
	return len(b) >= 8 && bytes.Count(b[:min(len(b), 512)], []byte{0})*3 > min(len(b), 512)
}

func headerCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}

var (
	xmlEncoding  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)`) })
	metaEncoding = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)`) })
)

func declaredCharset(head []byte) string {
	head = head[:min(len(head), 4096)]
	for _, re := range []*regexp.Regexp{xmlEncoding(), metaEncoding()} {
		if m := re.FindSubmatch(head); m != nil {
			return string(m[1])
		}
	}
	return ""
}

// encodingFor returns the encoding of a label, or nil when the label is
// unknown, says UTF-8 (which the bytes are not) or says UTF-16 for bytes that
// have no zero among them.
func encodingFor(label string, head []byte) (encoding.Encoding, string) {
	enc, name := charset.Lookup(strings.TrimSpace(label))
	switch {
	case enc == nil || name == "utf-8" || name == "replacement":
		return nil, ""
	case strings.HasPrefix(name, "utf-16") && !mayHideUTF16(head):
		return nil, ""
	}
	return enc, name
}

// sniffEncoding guesses from the bytes; Windows-1252 when nothing fits better.
func sniffEncoding(head []byte) (encoding.Encoding, string) {
	if mayHideUTF16(head) {
		if head[0] == 0 {
			return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be"
		}
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le"
	}
	best, err := chardet.NewTextDetector().DetectBest(head)
	if err == nil && best.Confidence >= 25 {
		if enc, name := charset.Lookup(best.Charset); enc != nil && name != "utf-8" && !strings.HasPrefix(name, "utf-16") {
			return enc, name
		}
	}
	return charmap.Windows1252, "windows-1252"
}
