package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"sync"
)

// salvage rebuilds a broken RSS, RDF or Atom document from what is whole in
// it: the root's start tag, the feed's title and link, and every item. Items
// that are not well-formed themselves are rebuilt from the fields that can be
// found in them by name. It returns nil when there is no item, and one
// sentence on what was wrong.
func salvage(text []byte) (rebuilt []byte, problem string) {
	root := rootTag().Find(text)
	name := itemName(text)
	if root == nil || name == "" {
		return nil, ""
	}
	chunks := itemChunks(text, name)
	if len(chunks) == 0 {
		return nil, ""
	}
	var b bytes.Buffer
	b.Write(root)
	local := strings.ToLower(string(nameOf(root[1 : len(root)-1])))
	isRSS := local == "rss"
	if isRSS {
		b.WriteString("<channel>")
	}
	writeHead(&b, text[:bytes.Index(text, chunks[0])], local)
	for _, c := range chunks {
		b.Write(mendItem(c, name))
	}
	if isRSS {
		b.WriteString("</channel>")
	}
	fmt.Fprintf(&b, "</%s>", nameOf(root[1:len(root)-1]))
	return b.Bytes(), fmt.Sprintf("the XML is broken (%s); %s read around it", whatIsBroken(text), plural(len(chunks), "item was", "items were"))
}

var (
	rootTag = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)<(?:rss|rdf:rdf|feed|atom:feed|channel)(?:\s[^<>]*)?>`)
	})
	itemStart = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<((?:atom:|rss:)?(?:item|entry))[\s>]`) })
)

// itemName returns how this document spells its items.
func itemName(text []byte) string {
	if m := itemStart().FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// itemChunks cuts the text at each item's start. An item runs to its end tag,
// or to the next item where that is missing.
func itemChunks(text []byte, name string) [][]byte {
	var chunks [][]byte
	starts := regexp.MustCompile("<"+regexp.QuoteMeta(name)+`[\s>]`).FindAllIndex(text, maxItems+1)
	end := []byte("</" + name + ">")
	for i, at := range starts {
		stop := len(text)
		if i+1 < len(starts) {
			stop = starts[i+1][0]
		}
		chunk := text[at[0]:stop]
		if j := bytes.Index(chunk, end); j >= 0 {
			chunk = chunk[:j+len(end)]
		}
		chunks = append(chunks, chunk)
	}
	return chunks
}

// writeHead copies the feed's own title, link and language from the text
// before the first item. In RDF they stand in a channel beside the items.
func writeHead(b *bytes.Buffer, head []byte, root string) {
	fields := fieldsOf(head, []string{"title", "link", "language"})
	if len(fields) == 0 {
		return
	}
	if root == "rdf:rdf" {
		b.WriteString("<channel>")
		defer b.WriteString("</channel>")
	}
	b.Write(fields)
}

// mendItem returns an item that is well-formed: the chunk itself, or one
// rebuilt from its fields.
func mendItem(chunk []byte, name string) []byte {
	if wellFormed(chunk) {
		return chunk
	}
	fields := fieldsOf(chunk, []string{
		"title", "link", "guid", "id", "description", "summary", "content:encoded", "content", "pubDate", "published", "updated", "dc:date", "dc:creator",
	})
	return fmt.Appendf(nil, "<%s>%s</%s>", name, fields, name)
}

func wellFormed(chunk []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(chunk))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			return false
		}
	}
}

// fieldsOf finds elements by name in broken XML and returns them well-formed,
// with their content as character data.
func fieldsOf(text []byte, names []string) []byte {
	var b bytes.Buffer
	for _, name := range names {
		start, end, attrs := findElement(text, name)
		if start < 0 {
			if href := hrefOf(text, name); href != "" {
				fmt.Fprintf(&b, "<%s href=%q/>", name, href)
			}
			continue
		}
		fmt.Fprintf(&b, "<%s%s>", name, attrs)
		_ = xml.EscapeText(&b, characterData(text[start:end]))
		fmt.Fprintf(&b, "</%s>", name)
	}
	return b.Bytes()
}

// findElement returns where the content of the first element of that name
// begins and ends, and the attribute that says how to read it. Content whose
// end tag is missing ends at the next tag's start; what the end of the
// document cuts off is left out, since half a headline is worse than none.
func findElement(text []byte, name string) (start, end int, attrs string) {
	open := []byte("<" + name)
	for from := 0; ; {
		i := bytes.Index(text[from:], open)
		if i < 0 {
			return -1, -1, ""
		}
		i += from
		from = i + len(open)
		gt := bytes.IndexByte(text[from:], '>')
		if gt < 0 {
			return -1, -1, ""
		}
		tag := text[from : from+gt]
		if len(tag) > 0 && (!bytes.ContainsAny(tag[:1], " \t\r\n") || tag[len(tag)-1] == '/') {
			continue
		}
		start = from + gt + 1
		if bytes.Contains(tag, []byte("html")) {
			attrs = ` type="html"`
		}
		if n := contentLength(text[start:], name); n >= 0 {
			return start, start + n, attrs
		}
		return -1, -1, ""
	}
}

func contentLength(text []byte, name string) int {
	if j := bytes.Index(text, []byte("</"+name)); j >= 0 {
		return j
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("<![CDATA[")) {
		return -1
	}
	return bytes.IndexByte(text, '<')
}

// characterData resolves CDATA or entities, so that escaping gives them back.
func characterData(content []byte) []byte {
	s := strings.TrimSpace(string(content))
	if rest, ok := strings.CutPrefix(s, "<![CDATA["); ok {
		return []byte(strings.TrimSuffix(rest, "]]>"))
	}
	return []byte(html.UnescapeString(s))
}

func hrefOf(text []byte, name string) string {
	i := bytes.Index(text, []byte("<"+name+" "))
	if i < 0 {
		return ""
	}
	tag := text[i:]
	if j := bytes.IndexByte(tag, '>'); j >= 0 {
		tag = tag[:j]
	}
	if m := hrefAttr().FindSubmatch(tag); m != nil {
		return html.UnescapeString(string(m[1]))
	}
	return ""
}

var hrefAttr = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`href\s*=\s*["']([^"'<>]+)["']`) })

// whatIsBroken says where a strict reader stops.
func whatIsBroken(text []byte) string {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		var se *xml.SyntaxError
		switch {
		case errors.As(err, &se):
			return fmt.Sprintf("line %d: %s", se.Line, se.Msg)
		case err != nil:
			return "it ends too early"
		}
	}
}
