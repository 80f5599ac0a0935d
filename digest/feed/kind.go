package feed

import (
	"bytes"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// format is how an import file is read.
type format string

const (
	formatText     format = "text"
	formatMarkdown format = "markdown"
	formatHTML     format = "html"
	formatJSON     format = "json"
	formatLines    format = "jsonl"
	formatCSV      format = "csv"
	formatFeed     format = "feed"
)

// formatOf tells the format from the file's name, and from its first bytes
// where the name says nothing. JSON is always looked at, since both kinds of
// it go by both names.
func formatOf(name string, head []byte) format {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".txt", ".text":
		return formatText
	case ".md", ".markdown":
		return formatMarkdown
	case ".html", ".htm", ".xhtml":
		return formatHTML
	case ".jsonl", ".ndjson":
		return formatLines
	case ".csv", ".tsv":
		return formatCSV
	case ".json":
		if f := sniffFormat(head); f == formatLines {
			return f
		}
		return formatJSON
	case ".xml", ".rss", ".atom", ".rdf":
		return formatFeed
	}
	return sniffFormat(head)
}

func sniffFormat(head []byte) format {
	s := bytes.TrimSpace(head)
	switch {
	case len(s) == 0:
		return formatText
	case s[0] == '[':
		return sniffArray(s)
	case s[0] == '{':
		return sniffObject(s)
	case s[0] == '<':
		return sniffMarkup(s)
	case bytes.HasPrefix(s, []byte("# ")) || bytes.HasPrefix(s, []byte("---\n")) && bytes.Contains(s[:min(len(s), 4096)], []byte("\n---")) && bytes.Contains(firstLine(s[4:]), []byte(":")):
		return formatMarkdown
	case looksLikeCSV(firstLine(s)):
		return formatCSV
	}
	return formatText
}

// sniffArray tells a JSON array from text that opens with a bracket.
func sniffArray(s []byte) format {
	rest := bytes.TrimSpace(s[1:])
	if len(rest) == 0 || rest[0] == '{' || rest[0] == ']' {
		return formatJSON
	}
	return formatText
}

// sniffObject tells one object a line from one object for the whole file.
func sniffObject(s []byte) format {
	line := bytes.TrimSpace(firstLine(s))
	rest := bytes.TrimSpace(s[len(firstLine(s)):])
	if len(line) > 1 && line[len(line)-1] == '}' && (len(rest) == 0 || rest[0] == '{') && !bytes.Contains(line, []byte("jsonfeed.org/version")) {
		return formatLines
	}
	return formatJSON
}

func sniffMarkup(s []byte) format {
	low := bytes.ToLower(s[:min(len(s), 4096)])
	for _, root := range []string{"<rss", "<feed", "<rdf:rdf", "<urlset", "<sitemapindex", "<channel", "<opml"} {
		if bytes.Contains(low, []byte(root)) {
			return formatFeed
		}
	}
	if bytes.HasPrefix(low, []byte("<?xml")) && !bytes.Contains(low, []byte("<html")) {
		return formatFeed
	}
	return formatHTML
}

func firstLine(s []byte) []byte {
	if i := bytes.IndexByte(s, '\n'); i >= 0 {
		return s[:i]
	}
	return s
}

// looksLikeCSV reports whether a line is a header that has a title column.
func looksLikeCSV(line []byte) bool {
	for _, sep := range []string{",", ";", "\t"} {
		names := strings.Split(strings.ToLower(string(line)), sep)
		for _, name := range names {
			if len(names) > 1 && strings.Trim(name, " \"\r") == "title" {
				return true
			}
		}
	}
	return strings.EqualFold(strings.Trim(string(line), " \"\r"), "title")
}

// isText reports whether decoded bytes can be read as text: no zero bytes and
// few other control characters or broken runes.
func isText(head []byte) bool {
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	odd, total := 0, 0
	for len(head) >= utf8.UTFMax || utf8.FullRune(head) {
		r, n := utf8.DecodeRune(head)
		total++
		if (r == utf8.RuneError && n == 1) || (r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' && r != 0x1b) {
			odd++
		}
		head = head[n:]
	}
	return odd*20 <= total
}
