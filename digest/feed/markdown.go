package feed

import (
	"regexp"
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest"
)

// markdown reads a Markdown file. Each first-level heading begins an article
// (the second level where no first is used more than once and the file has no
// prose under the first); lines under it are its text. A file without
// headings is read as plain text. Front matter ("key: value" between ---
// lines) describes the only article.
func (im *importer) markdown(data []byte) {
	meta, lines, from, err := im.frontMatter(strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"))
	if err != nil && !im.bad(1, err) {
		return
	}
	drafts, headed := markdownDrafts(lines, from, meta.Title != "")
	if !headed {
		page := &textPage{}
		for i, line := range lines {
			page.add(markdownLine(line), from+i)
		}
		drafts = draftsOf(page.units())
	}
	for i, d := range drafts {
		a := d.article()
		if i == 0 {
			a = mergeMeta(a, meta)
		}
		if !im.article(d.line, a) {
			return
		}
	}
	if len(drafts) == 0 && meta.Title != "" {
		im.article(1, meta)
	}
}

// mergeMeta lets the front matter complete an article.
func mergeMeta(a, meta digest.Article) digest.Article {
	if meta.Title != "" {
		if a.Title != meta.Title && a.Title != titleFrom(a.Body) {
			a.Body = strings.TrimSpace(a.Title + "\n\n" + a.Body)
		}
		a.Title = meta.Title
	}
	for _, f := range []struct {
		to   *string
		from string
	}{{&a.GUID, meta.GUID}, {&a.URL, meta.URL}, {&a.Author, meta.Author}, {&a.Source, meta.Source}, {&a.Lang, meta.Lang}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	if !meta.Published.IsZero() {
		a.Published = meta.Published
	}
	return a
}

// frontMatter reads the head of a file and returns the lines after it, with
// the number of the first of them.
func (im *importer) frontMatter(lines []string) (meta digest.Article, rest []string, from int, err error) {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "---" {
		return meta, lines, 1, nil
	}
	for i, line := range lines[1:] {
		key, value, ok := strings.Cut(line, ":")
		switch {
		case strings.TrimSpace(line) == "---":
			return meta, lines[i+2:], i + 3, err
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case !ok:
			return digest.Article{}, lines, 1, nil // a rule, not front matter
		default:
			if e := im.frontField(&meta, key, value); e != nil {
				err = e
			}
		}
	}
	return digest.Article{}, lines, 1, nil
}

func (im *importer) frontField(meta *digest.Article, key, value string) error {
	key = strings.ToLower(strings.TrimSpace(key))
	value = strings.Trim(strings.TrimSpace(value), `"'`)
	switch key {
	case "author":
		meta.Author = value
		return nil
	case "date":
		key = "published"
	case "link":
		key = "url"
	case "language":
		key = "lang"
	}
	known, err := setField(meta, key, value)
	if !known {
		im.unknown(key)
	}
	return err
}

// markdownDrafts divides lines at headings; with titled, the first level only.
// It reports false when there are none that begin articles.
func markdownDrafts(lines []string, from int, titled bool) ([]draft, bool) {
	var drafts []draft
	var para []string
	level := articleLevel(lines)
	if titled {
		level = 1
	} else if level == 0 {
		return nil, false
	}
	flush := func() {
		if len(para) > 0 && len(drafts) == 0 {
			drafts = append(drafts, draft{line: from})
		}
		if len(para) > 0 {
			d := &drafts[len(drafts)-1]
			d.paras = append(d.paras, strings.Join(para, " "))
		}
		para = nil
	}
	for i, line := range lines {
		n, heading := headingOf(line)
		text := markdownLine(line)
		switch {
		case n > 0 && n <= level:
			flush()
			if n == level || len(drafts) == 0 {
				drafts = append(drafts, draft{line: from + i, title: plainMarkdown(heading)})
			}
		case text == "":
			flush()
		case len(para) == 0 && len(drafts) > 0 && len(drafts[len(drafts)-1].paras) == 0 && readMeta(&drafts[len(drafts)-1], text):
		default:
			if s := strings.TrimSpace(line); bulletMark().MatchString(s) || strings.HasPrefix(s, "|") {
				flush()
			}
			para = append(para, text)
		}
	}
	flush()
	return dropBare(drafts, level), true
}

// dropBare removes the page's own heading above second-level articles.
func dropBare(drafts []draft, level int) []draft {
	if level == 2 && len(drafts) > 1 && len(drafts[0].paras) == 0 {
		return drafts[1:]
	}
	return drafts
}

// articleLevel is the level of heading that begins articles: 2 when at most
// one first-level heading stands above several second-level ones with nothing
// before them, else 1; 0 without such headings.
func articleLevel(lines []string) int {
	ones, twos, between := 0, 0, false
	for _, line := range lines {
		n, _ := headingOf(line)
		switch {
		case n == 1:
			ones++
		case n == 2:
			twos++
		case twos == 0 && strings.TrimSpace(line) != "":
			between = true
		}
	}
	switch {
	case twos > 1 && ones <= 1 && !between:
		return 2
	case ones > 0:
		return 1
	case twos > 0 && !between:
		return 2
	}
	return 0
}

// headingOf returns the level and text of an ATX heading; level 0 otherwise.
func headingOf(line string) (int, string) {
	rest := strings.TrimLeft(line, "#")
	n := len(line) - len(rest)
	if n == 0 || n > 6 || !strings.HasPrefix(rest, " ") {
		return 0, ""
	}
	return n, strings.TrimSpace(strings.TrimRight(rest, "# "))
}

var markdownMarks = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)`),                 // image: dropped
		regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`),                // link: its text
		regexp.MustCompile(`<(https?://[^>\s]+)>`),                 // address
		regexp.MustCompile("`{1,3}([^`]*)`{1,3}"),                  // code
		regexp.MustCompile(`(?:\*\*|__)(\S(?:.*?\S)?)(?:\*\*|__)`), // strong
		regexp.MustCompile(`\*(\S(?:[^*]*\S)?)\*`),                 // emphasis
		regexp.MustCompile(`(?:^|\b)_(\S(?:[^_]*\S)?)_(?:\b|$)`),
		regexp.MustCompile(`~~(\S(?:.*?\S)?)~~`),
		regexp.MustCompile(`\\([\\*_{}\[\]()#+.!>-])`), // escapes
	}
})

// plainMarkdown removes inline marks and HTML.
func plainMarkdown(s string) string {
	marks := markdownMarks()
	s = marks[0].ReplaceAllString(s, "")
	for _, re := range marks[1:] {
		s = re.ReplaceAllString(s, "$1")
	}
	return plainLine(s)
}

// markdownLine removes what a line begins with: heading, quote and list
// marks, code fences and rules.
func markdownLine(line string) string {
	s := strings.TrimSpace(line)
	if strings.HasPrefix(s, "```") || strings.HasPrefix(s, "~~~") || isRule(s) {
		return ""
	}
	s = strings.TrimSuffix(strings.TrimLeft(s, "> "), "\\")
	if strings.HasPrefix(s, "|") {
		s = tableRow(s)
	}
	if n, h := headingOf(s); n > 0 {
		s = h
	}
	return plainMarkdown(bullet(s))
}

// tableRow joins the cells of a table's row; the row that draws the head's
// line is nothing.
func tableRow(s string) string {
	if strings.Trim(s, "|-: ") == "" {
		return ""
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '|' }), " ")
}
