package alert

import (
	"regexp"
	"slices"

	"github.com/daybrief/daybrief/digest"
)

// Limits of a filter.
const (
	maxList     = 100      // words, or sources
	maxSearched = 64 << 10 // bytes of a body that an expression looks at
)

// filter is a digest.Filter made ready.
type filter struct {
	*digest.Filter
	include, exclude [][]uint32
	match, unless    *regexp.Regexp // nil: none
}

// newFilter makes a filter ready. What cannot be used of it is an Invalid error
// with a hint.
func newFilter(f *digest.Filter, n names) (filter, error) {
	out := filter{Filter: f, include: n.phrases(f.Include), exclude: n.phrases(f.Exclude)}
	if max(len(f.Include), len(f.Exclude), len(f.Sources), len(f.NotSources)) > maxList {
		return out, digest.Errorf(digest.Invalid, "the filter has more than %d words or sources in one list", maxList)
	}
	var err error
	if out.match, err = expression(f.Match); err == nil {
		out.unless, err = expression(f.Unless)
	}
	return out, err
}

func expression(s string) (*regexp.Regexp, error) {
	if s == "" {
		return nil, nil
	}
	if len(s) > digest.MaxExpression {
		return nil, digest.Errorf(digest.Invalid, "the expression is longer than %d characters", digest.MaxExpression)
	}
	re, err := digest.Expression(s)
	if err != nil {
		return nil, digest.Errorf(digest.Invalid, "the expression %q cannot be read: %w", s, err).
			WithHint("it is an RE2 expression, such as tariff(s|ed) or \\bboj\\b; see github.com/google/re2/wiki/Syntax")
	}
	return re, nil
}

func (f *filter) wordy() bool { return len(f.include)+len(f.exclude) > 0 }

// miss returns what of the filter keeps an article out.
func (f *filter) miss(s *subject) Miss {
	switch {
	case len(f.Sources) > 0 && !slices.Contains(f.Sources, s.a.Source), slices.Contains(f.NotSources, s.a.Source):
		return Miss{Filtered, s.a.Source}
	case len(f.Langs) > 0 && !slices.Contains(f.Langs, s.a.Lang):
		return Miss{Filtered, s.a.Lang}
	case len(f.include) > 0 && !slices.ContainsFunc(f.include, s.holds):
		return Miss{Filtered, f.Include[0]}
	}
	for i, w := range f.exclude {
		if len(w) > 0 && s.holds(w) {
			return Miss{Filtered, f.Exclude[i]}
		}
	}
	if f.match != nil && !f.match.MatchString(s.text()) {
		return Miss{Filtered, f.Match}
	}
	if f.unless != nil && f.unless.MatchString(s.text()) {
		return Miss{Filtered, f.Unless}
	}
	return Miss{}
}
