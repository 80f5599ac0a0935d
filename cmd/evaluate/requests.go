package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/query"
	"github.com/daybrief/daybrief/digest/tag"
)

// RequestsCmd scores how requests are read. A row says what one asks for; a
// row's `also` lists other readings that are as fair.
type RequestsCmd struct {
	File   string `arg:"" help:"Labelled requests, one JSON object a line; - reads standard input."`
	JSON   bool   `help:"Print one JSON object."`
	Errors int    `help:"List the first N requests that were not understood wholly." placeholder:"N"`
	Now    string `help:"The instant at which the requests are read, RFC 3339." default:"2026-11-24T12:00:00Z"`
}

// reading is what a request asks for, as a label says it. A nil key of an
// alternative is that of its row.
type reading struct {
	Countries *[]string  `json:"countries"`
	Topics    *[]string  `json:"topics"`
	Terms     *[]string  `json:"terms"`
	Region    *string    `json:"region"`
	Since     *sinceOf   `json:"since"`
	Source    *string    `json:"source"`
	Exclude   *exclusion `json:"exclude"`
	Corrected *oneOrMore `json:"corrected"`
}

// requestRow is a labelled request.
type requestRow struct {
	Request string `json:"request"`
	reading
	Also alternatives `json:"also"`
}

// alternatives are one reading or several.
type alternatives []reading

// UnmarshalJSON takes an object or a list of them.
func (a *alternatives) UnmarshalJSON(data []byte) error {
	var one reading
	if err := json.Unmarshal(data, &one); err == nil {
		*a = alternatives{one}
		return nil
	}
	var many []reading
	err := json.Unmarshal(data, &many)
	*a = many
	return err
}

// oneOrMore is a string or a list of them.
type oneOrMore []string

// UnmarshalJSON takes a string or a list.
func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err == nil {
		*o = oneOrMore{one}
		return nil
	}
	var many []string
	err := json.Unmarshal(data, &many)
	*o = many
	return err
}

// sinceOf is the beginning of a window: hours before now, or a date.
type sinceOf struct {
	hours float64
	date  time.Time
}

// UnmarshalJSON takes a number of hours, a date, an instant, or "7d".
func (s *sinceOf) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &s.hours); err == nil {
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			s.date = t
			return nil
		}
	}
	units := map[string]float64{"h": 1, "d": 24, "w": 168, "": 1}
	cut := strings.TrimRight(text, "hdw")
	n, err := strconv.ParseFloat(cut, 64)
	if err != nil {
		return fmt.Errorf("since %q is neither hours nor a date", text)
	}
	s.hours = n * units[text[len(cut):]]
	return nil
}

// exclusion is an object of lists, or one list of countries (upper case),
// topics and words together.
type exclusion struct {
	Countries []string `json:"countries"`
	Topics    []string `json:"topics"`
	Terms     []string `json:"terms"`
}

// UnmarshalJSON takes both forms.
func (x *exclusion) UnmarshalJSON(data []byte) error {
	type plain exclusion
	var object plain
	if err := json.Unmarshal(data, &object); err == nil {
		*x = exclusion(object)
		return nil
	}
	var all oneOrMore
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	x.Terms = all
	return nil
}

// list puts all of it in one.
func (x exclusion) list() []string { return folded(slices.Concat(x.Countries, x.Topics, x.Terms)) }

// over returns the alternative with the row's own keys where it has none.
func (r reading) over(row reading) reading {
	r.Countries, r.Topics, r.Terms = orElse(r.Countries, row.Countries), orElse(r.Topics, row.Topics), orElse(r.Terms, row.Terms)
	r.Region, r.Since, r.Source = orElse(r.Region, row.Region), orElse(r.Since, row.Since), orElse(r.Source, row.Source)
	r.Exclude, r.Corrected = orElse(r.Exclude, row.Exclude), orElse(r.Corrected, row.Corrected)
	return r
}

func orElse[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// requestReport is the --json object: shares of the rows.
type requestReport struct {
	Whole     float64 `json:"whole"` // right in every key
	Countries float64 `json:"countries"`
	Topics    float64 `json:"topics"`
	Terms     float64 `json:"terms"`
	N         int     `json:"n"`
}

// Run reads every request and compares.
func (cmd *RequestsCmd) Run(out io.Writer) error {
	now, err := time.Parse(time.RFC3339, cmd.Now)
	if err != nil {
		return fmt.Errorf("score requests: --now: %w", err)
	}
	rows, err := allRows[requestRow](cmd.File)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("score requests: %s has no rows", cmd.File)
	}
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		return err
	}
	s := requestScorer{reader: query.New(query.Options{Names: tagger.Names()}), now: now}
	for _, row := range rows {
		s.score(row)
	}
	if cmd.JSON {
		return json.NewEncoder(out).Encode(s.report())
	}
	return s.print(out, cmd)
}

// requestScorer counts rows that are right.
type requestScorer struct {
	reader *query.Reader
	now    time.Time

	n, whole, countries, topics, terms int
	cases                              []requestCase
}

// requestCase is a request that was not understood wholly.
type requestCase struct {
	row   requestRow
	got   digest.Query
	err   error
	wrong []string // the keys
}

func (s *requestScorer) score(row requestRow) {
	got, err := s.reader.Read(row.Request, s.now)
	best := s.compare(row.reading, got)
	for _, alt := range row.Also {
		if wrong := s.compare(alt.over(row.reading), got); len(wrong) < len(best) {
			best = wrong
		}
	}
	if err != nil {
		best = []string{"countries", "topics", "terms", "error"}
	}
	s.n++
	for key, count := range map[string]*int{"countries": &s.countries, "topics": &s.topics, "terms": &s.terms} {
		if !slices.Contains(best, key) {
			*count++
		}
	}
	if len(best) == 0 {
		s.whole++
		return
	}
	s.cases = append(s.cases, requestCase{row, got, err, best})
}

// compare returns the keys in which a query differs from a label.
func (s *requestScorer) compare(want reading, got digest.Query) []string {
	var wrong []string
	note := func(key string, ok bool) {
		if !ok {
			wrong = append(wrong, key)
		}
	}
	note("countries", same(value(want.Countries), got.Countries))
	note("topics", same(value(want.Topics), got.Topics))
	note("terms", same(value(want.Terms), got.Terms))
	note("region", strings.EqualFold(value(want.Region), got.Region))
	note("since", s.sameSince(want.Since, got.Since))
	note("source", plainSource(value(want.Source)) == plainSource(got.Source))
	x := got.Exclude
	note("exclude", slices.Equal(value(want.Exclude).list(), exclusion{x.Countries, x.Topics, slices.Concat(x.Terms, x.Sources)}.list()))
	for _, c := range value(want.Corrected) {
		note("corrected", s.corrected(c, got))
	}
	return wrong
}

// plainSource takes "The Guardian" and "guardian" for one.
func plainSource(s string) string { return strings.TrimPrefix(strings.ToLower(s), "the ") }

// sameSince takes a window as right within a day where it is counted in days
// ("yesterday" may begin now or at midnight), and within an hour where it is
// counted in hours.
func (s *requestScorer) sameSince(want *sinceOf, got time.Time) bool {
	if want == nil || got.IsZero() {
		return want == nil && got.IsZero()
	}
	if !want.date.IsZero() {
		return got.UTC().Format(time.DateOnly) == want.date.UTC().Format(time.DateOnly)
	}
	slack := 1.0
	if want.hours >= 24 && math.Mod(want.hours, 24) == 0 {
		slack = 24
	}
	return math.Abs(s.now.Sub(got).Hours()-want.hours) <= slack
}

// corrected reports that the slip was told and read as the label says: by the
// same word, or by another for the same thing. What is no slip to the reader,
// since some language spells it so, is right when it means the same.
func (s *requestScorer) corrected(want string, got digest.Query) bool {
	label, err := s.reader.Read(want, s.now)
	if err == nil && len(got.Corrections) == 0 {
		return covers(got, label)
	}
	for _, c := range got.Corrections {
		if strings.Contains(strings.ToLower(c.Read), strings.ToLower(want)) {
			return true // "japanese" within "japanese yen"
		}
		read, readErr := s.reader.Read(c.Read, s.now)
		if err == nil && readErr == nil && covers(label, read) {
			return true
		}
	}
	return false
}

// covers reports that what was read is, or is part of, what the label names:
// a label may give the whole request anew.
func covers(label, read digest.Query) bool {
	for _, pair := range [][2][]string{{label.Countries, read.Countries}, {label.Topics, read.Topics}, {label.Terms, read.Terms}} {
		if slices.ContainsFunc(pair[1], func(x string) bool { return !slices.Contains(pair[0], x) }) {
			return false
		}
	}
	return (read.Region == "" || read.Region == label.Region) && !read.Empty()
}

// same compares lists as sets, without regard to case.
func same(a, b []string) bool { return slices.Equal(folded(a), folded(b)) }

func folded(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(s)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *requestScorer) report() requestReport {
	return requestReport{ratio(s.whole, s.n), ratio(s.countries, s.n), ratio(s.topics, s.n), ratio(s.terms, s.n), s.n}
}

func (s *requestScorer) print(out io.Writer, cmd *RequestsCmd) error {
	r := s.report()
	fmt.Fprintf(out, "%s: %d requests\n\n", cmd.File, r.N)
	w := table(out)
	fmt.Fprintln(w, "whole\tcountries\ttopics\tterms\t")
	fmt.Fprintf(w, "%.3f\t%.3f\t%.3f\t%.3f\t\n", r.Whole, r.Countries, r.Topics, r.Terms)
	if err := w.Flush(); err != nil {
		return err
	}
	for _, c := range first(s.cases, cmd.Errors) {
		if err := c.print(out); err != nil {
			return err
		}
	}
	return nil
}

func (c requestCase) print(out io.Writer) error {
	q, want := c.got, c.row.reading
	_, err := fmt.Fprintf(out, "\n%s\n  wrong: %s\n  want %v %s %v %q\n  got  %v %s %v %q since %s source %q without %v, corrected %v\n",
		c.row.Request, strings.Join(c.wrong, ", "), value(want.Countries), value(want.Region), value(want.Topics), value(want.Terms),
		q.Countries, q.Region, q.Topics, q.Terms, q.Since.Format(time.DateTime), q.Source, q.Exclude, q.Corrections)
	if err == nil && c.err != nil {
		_, err = fmt.Fprintf(out, "  error: %v\n", c.err)
	}
	return err
}
