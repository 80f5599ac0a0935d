package feed

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/daybrief/daybrief/digest"
)

// OPML 2.0 (http://opml.org/spec2.opml). Folders are topics, or home
// countries where their name is one.

type opmlDocument struct {
	XMLName xml.Name      // opml; outlineDocument in the drafts of version 1
	Version string        `xml:"version,attr"`
	Title   string        `xml:"head>title"`
	Body    []opmlOutline `xml:"body>outline"`
}

type opmlOutline struct {
	Text     string        `xml:"text,attr"`
	Title    string        `xml:"title,attr,omitempty"`
	Type     string        `xml:"type,attr,omitempty"`
	XMLURL   string        `xml:"xmlUrl,attr,omitempty"`
	HTMLURL  string        `xml:"htmlUrl,attr,omitempty"`
	Language string        `xml:"language,attr,omitempty"`
	Category string        `xml:"category,attr,omitempty"`
	Outlines []opmlOutline `xml:"outline"`
}

// ParseOPML reads a list of feeds. Country, which may be nil, returns the code
// of a country's name or ""; a folder it knows sets the home country of the
// feeds in it, any other folder is a topic of theirs. Feeds that cannot be
// read are left out and told in problems, one sentence each. A document that
// is no OPML is an Invalid error.
func ParseOPML(data []byte, country func(name string) string) (sources []digest.Source, problems []string, err error) {
	text, _ := decode(data, "")
	text = dropProlog(bytes.TrimSpace(text))
	if err := checkXML(text); err != nil {
		return nil, nil, err
	}
	if root := rootOf(text); root != "opml" && root != "outlinedocument" {
		return nil, nil, digest.Errorf(digest.Invalid, "this is not an OPML list of feeds")
	}
	var doc opmlDocument
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	if err := d.Decode(&doc); err != nil && len(doc.Body) == 0 {
		return nil, nil, digest.Errorf(digest.Invalid, "this OPML cannot be read: %w", err)
	} else if err != nil {
		problems = append(problems, "the list is broken ("+err.Error()+"); what stands before the break was read")
	}
	r := opmlReader{country: country, problems: problems, names: map[string]bool{}, addresses: map[string]bool{}}
	if country == nil {
		r.country = func(string) string { return "" }
	}
	for _, o := range doc.Body {
		r.read(o, digest.Source{})
	}
	return r.sources, r.problems, nil
}

type opmlReader struct {
	country          func(string) string
	sources          []digest.Source
	problems         []string
	names, addresses map[string]bool
}

// read takes an outline; inherited has what its folders say.
func (r *opmlReader) read(o opmlOutline, inherited digest.Source) {
	name := plainLine(orElse(o.Title, o.Text))
	if o.XMLURL != "" {
		r.feed(name, o, inherited)
	} else if len(o.Outlines) > 0 {
		if code := r.country(name); code != "" {
			inherited.Country = code
		} else if slug := slugOf(name); slug != "" {
			inherited.Topics = append(slices.Clip(inherited.Topics), slug)
		}
	}
	for _, inner := range o.Outlines {
		r.read(inner, inherited)
	}
}

func (r *opmlReader) feed(name string, o opmlOutline, s digest.Source) {
	address, err := SourceURL(o.XMLURL)
	if err != nil {
		r.problems = append(r.problems, orElse(name, "a feed without a name")+": "+err.Error())
		return
	}
	if r.addresses[address] {
		return
	}
	r.addresses[address] = true
	s.Name, s.URL = r.unusedName(orElse(name, hostOf(address))), address
	s.Kind, s.FullText, s.From, s.Group = digest.FeedSource, digest.FullTextAuto, "import", Newsroom(address)
	s.Lang, _ = readLang(o.Language)
	for category := range strings.SplitSeq(o.Category, ",") {
		r.category(&s, strings.Trim(strings.TrimSpace(category), "/"))
	}
	if s.Country == "" {
		s.Country = CountryOf(orElse(o.HTMLURL, address))
	}
	r.sources = append(r.sources, s)
}

// category reads what WriteOPML writes: "country/KR" or a topic.
func (r *opmlReader) category(s *digest.Source, category string) {
	if code, ok := strings.CutPrefix(category, "country/"); ok {
		if len(code) == 2 {
			s.Country = strings.ToUpper(code)
		}
		return
	}
	if slug := slugOf(category); slug != "" && !slices.Contains(s.Topics, slug) {
		s.Topics = append(slices.Clip(s.Topics), slug)
	}
}

func (r *opmlReader) unusedName(name string) string {
	unique := name
	for n := 2; r.names[unique]; n++ {
		unique = name + " " + strconv.Itoa(n)
	}
	r.names[unique] = true
	return unique
}

// slugOf makes a topic of a folder's name: lower case, words joined by
// hyphens.
func slugOf(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return strings.Join(words, "-")
}

// WriteOPML writes the sources that have an address on the web, each in the
// folder of its first topic. ParseOPML reads name, address, language, home
// country and topics back.
func WriteOPML(w io.Writer, title string, sources []digest.Source) error {
	doc := opmlDocument{XMLName: xml.Name{Local: "opml"}, Version: "2.0", Title: title}
	folders := map[string]int{}
	sorted := slices.Clone(sources)
	slices.SortStableFunc(sorted, func(a, b digest.Source) int { return cmp.Compare(a.Name, b.Name) })
	for _, s := range sorted {
		if s.Kind != digest.FeedSource && s.Kind != digest.PageSource {
			continue
		}
		o := opmlOutline{Text: s.Name, Title: s.Name, Type: "rss", XMLURL: s.URL, Language: s.Lang, Category: categories(s)}
		if len(s.Topics) == 0 {
			doc.Body = append(doc.Body, o)
			continue
		}
		i, ok := folders[s.Topics[0]]
		if !ok {
			i = len(doc.Body)
			folders[s.Topics[0]] = i
			doc.Body = append(doc.Body, opmlOutline{Text: s.Topics[0], Title: s.Topics[0]})
		}
		doc.Body[i].Outlines = append(doc.Body[i].Outlines, o)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func categories(s digest.Source) string {
	var out []string
	if s.Country != "" {
		out = append(out, "/country/"+s.Country)
	}
	for _, t := range s.Topics {
		out = append(out, "/"+t)
	}
	return strings.Join(out, ",")
}
