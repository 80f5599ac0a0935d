package feed

import (
	"bytes"

	"github.com/daybrief/daybrief/digest"
)

// Limits of an XML document. encoding/xml neither loads external entities nor
// expands declared ones, so a bomb cannot go off; it is refused all the same,
// by name, because no honest feed has one. Depth is limited because readers
// of extensions call themselves once per level.
const (
	maxDepth    = 200
	maxEntities = 100
)

// checkXML refuses documents that are built to hurt a parser.
func checkXML(text []byte) error {
	if err := checkEntities(text); err != nil {
		return err
	}
	if deepest(text) > maxDepth {
		return digest.Errorf(digest.Invalid, "the document is nested deeper than %d elements", maxDepth)
	}
	return nil
}

// checkEntities looks at the document type's own declarations. A few plain
// ones are harmless (old feeds declare &nbsp;); entities made of entities, of
// files or in numbers are not.
func checkEntities(text []byte) error {
	count := 0
	for rest := text; ; {
		i := bytes.Index(rest, []byte("<!ENTITY"))
		if i < 0 {
			return nil
		}
		rest = rest[i+len("<!ENTITY"):]
		decl := rest
		if j := bytes.IndexByte(rest, '>'); j >= 0 {
			decl = rest[:j]
		}
		count++
		switch {
		case count > maxEntities:
			return digest.Errorf(digest.Invalid, "the document declares more than %d entities", maxEntities)
		case bytes.Contains(decl, []byte("SYSTEM")) || bytes.Contains(decl, []byte("PUBLIC")) || bytes.Contains(decl, []byte("%")):
			return digest.Errorf(digest.Invalid, "the document declares an external entity")
		case hasEntityReference(decl):
			return digest.Errorf(digest.Invalid, "the document declares entities made of entities (an entity bomb)")
		case len(decl) > 1024:
			return digest.Errorf(digest.Invalid, "the document declares an entity of %d bytes", len(decl))
		}
	}
}

func hasEntityReference(decl []byte) bool {
	for i, c := range decl {
		if c == '&' && i+1 < len(decl) && decl[i+1] != '#' {
			return true
		}
	}
	return false
}

// deepest returns how deep elements are nested, as a forgiving reader sees
// it: an end tag closes everything opened since its start tag, and elements
// that HTML never closes do not count. It stops counting past maxDepth.
func deepest(text []byte) int {
	var open [][]byte
	most := 0
	for {
		i := bytes.IndexByte(text, '<')
		if i < 0 {
			return most
		}
		text = text[i:]
		if rest, skipped := skipSpecial(text); skipped {
			text = rest
			continue
		}
		end := bytes.IndexByte(text, '>')
		if end < 0 {
			return most
		}
		tag := text[1:end]
		text = text[end+1:]
		switch {
		case len(tag) == 0 || tag[len(tag)-1] == '/':
		case tag[0] == '/':
			open = closeElement(open, nameOf(tag[1:]))
		case !isVoid(nameOf(tag)):
			open = append(open, nameOf(tag))
			if most = max(most, len(open)); most > maxDepth {
				return most
			}
		}
	}
}

// skipSpecial passes over CDATA, comments, processing instructions and
// declarations.
func skipSpecial(text []byte) ([]byte, bool) {
	for _, s := range [...]struct{ open, end string }{{"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<?", "?>"}, {"<!", ">"}} {
		if bytes.HasPrefix(text, []byte(s.open)) {
			if i := bytes.Index(text, []byte(s.end)); i >= 0 {
				return text[i+len(s.end):], true
			}
			return nil, true
		}
	}
	return text, false
}

func closeElement(open [][]byte, name []byte) [][]byte {
	for i := len(open) - 1; i >= 0; i-- {
		if bytes.Equal(open[i], name) {
			return open[:i]
		}
	}
	return open
}

func nameOf(tag []byte) []byte {
	if i := bytes.IndexAny(tag, " \t\r\n/"); i >= 0 {
		return tag[:i]
	}
	return tag
}

func isVoid(name []byte) bool {
	switch string(bytes.ToLower(name)) {
	case "br", "hr", "img", "input", "meta", "wbr", "source", "embed", "col", "area", "base", "track":
		return true
	}
	return false
}
