package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/daybrief/daybrief/digest/tag"
	"github.com/daybrief/daybrief/digest/text"
)

// TrainCountriesCmd fits the weights of package tag's country features on
// labelled articles, and prints them as Go. Rows are those of tags, in order
// of time: the first are learnt from, the rest only measured.
//
// It is a logistic regression with a pull towards zero, fitted by Newton's
// method, so it has no random start and the same file gives the same weights.
// Every row is learnt from twice where it has a body: whole, and its title
// alone, as most feeds give it.
type TrainCountriesCmd struct {
	File  string   `arg:"" help:"Labelled articles, one JSON object a line, as tags reads them; - reads standard input."`
	Learn float64  `help:"Share of the rows, from the first, that is learnt from." default:"0.65"`
	Ridge float64  `help:"Strength of the pull towards zero." default:"5"`
	Leave []string `help:"Countries left out: wire copy labels its home whether it is named or not." default:"US"`
	Zero  []string `help:"Features to leave at zero."`
}

// byHand are weights that no labelled file at hand can teach: old wire copy
// names no agency in its datelines, its titles have no talks "in Berlin", and
// its firms seldom stand beside the countries they deal with.
func byHand() map[string]map[string]float64 {
	return map[string]map[string]float64{
		"bodyWeights":     {"hub": -1.5, "hub-only": -1, "title-where": -2.8},
		"headlineWeights": {"title-where": -3.2, "title-weak": -1.6},
	}
}

type example struct {
	x    []float64
	y    bool
	test bool
}

// Run fits both profiles and prints them.
func (cmd *TrainCountriesCmd) Run(out io.Writer) error {
	rows, err := allRows[tagRow](cmd.File)
	if err != nil {
		return err
	}
	tagger, err := tag.New(tag.Options{})
	if err != nil {
		return err
	}
	var whole, headline []example
	learn := int(cmd.Learn * float64(len(rows)))
	for i, r := range rows {
		if r.Countries == nil {
			continue
		}
		whole = cmd.collect(whole, tagger.CountryFeatures(text.Analyse(r.Title, r.Body, r.Lang)), *r.Countries, i >= learn)
		headline = cmd.collect(headline, tagger.CountryFeatures(text.Analyse(r.Title, "", r.Lang)), *r.Countries, i >= learn)
	}
	fmt.Fprint(out, weightsHeader)
	for _, p := range []struct {
		name     string
		examples []example
	}{{"bodyWeights", whole}, {"headlineWeights", headline}} {
		w := cmd.fit(p.examples)
		for name, v := range byHand()[p.name] {
			w[slices.Index(tag.FeatureNames(), name)] = v
		}
		if err := cmd.print(out, p.name, w, p.examples); err != nil {
			return err
		}
	}
	return nil
}

const weightsHeader = `package tag

// The weights by which the features of a country become the logit of an article
// being about it: bodyWeights for articles with a body, headlineWeights for
// titles alone. They were fitted by "evaluate train-countries" on articles that
// editors had labelled, the first 65 in 100 in order of time; figures on the
// rest stand beside them. title-where, hub, hub-only and the headlines' title-weak
// are set by hand there.

`

func (cmd *TrainCountriesCmd) collect(list []example, seen []tag.Features, given []string, test bool) []example {
	if !test && slices.ContainsFunc(given, func(c string) bool {
		return !slices.ContainsFunc(seen, func(f tag.Features) bool { return f.Country == c })
	}) {
		return list // it is about a country that it does not name: that cannot be learnt from its words
	}
	for _, f := range seen {
		if slices.Contains(cmd.Leave, f.Country) {
			continue
		}
		for i, name := range tag.FeatureNames() {
			if slices.Contains(cmd.Zero, name) {
				f.Values[i] = 0
			}
		}
		e := example{f.Values, slices.Contains(given, f.Country), test}
		list = append(list, e)
		if m, ok := metonym(e); ok && !test {
			list = append(list, m)
		}
	}
	return list
}

// metonym is an example as it would be had the article said "Seoul" or "the
// Kremlin" for the country's name. Old wire copy seldom does; today's headlines
// do, and mean the same, so every example with a name is learnt so too.
func metonym(e example) (example, bool) {
	x := slices.Clone(e.x)
	changed := false
	for _, pair := range [][2]string{{"title-name", "title-other"}, {"lead-name", "lead-other"}} {
		from, to := slices.Index(tag.FeatureNames(), pair[0]), slices.Index(tag.FeatureNames(), pair[1])
		if x[from] > 0 {
			x[from], x[to], changed = 0, 1, true
		}
	}
	x[slices.Index(tag.FeatureNames(), "no-name")] = 1
	return example{x, e.y, e.test}, changed
}

// fit is Newton's method on the ridge-penalised log likelihood.
func (cmd *TrainCountriesCmd) fit(examples []example) []float64 {
	n := len(tag.FeatureNames())
	w := make([]float64, n)
	for range 30 {
		grad, hess := make([]float64, n), make([][]float64, n)
		for i := range hess {
			hess[i] = make([]float64, n)
			hess[i][i] = cmd.Ridge
			grad[i] = -cmd.Ridge * w[i]
		}
		for _, e := range examples {
			if e.test {
				continue
			}
			p := chance(w, e.x)
			d := -p
			if e.y {
				d++
			}
			for i := range w {
				grad[i] += d * e.x[i]
				for j := range w {
					hess[i][j] += p * (1 - p) * e.x[i] * e.x[j]
				}
			}
		}
		for i, s := range solve(hess, grad) {
			w[i] += s
		}
	}
	return w
}

func chance(w, x []float64) float64 {
	z := 0.0
	for i := range w {
		z += w[i] * x[i]
	}
	return 1 / (1 + math.Exp(-z))
}

// solve is Gaussian elimination for a positive definite matrix.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	x := slices.Clone(b)
	for i := range n {
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= f * a[i][k]
			}
			x[j] -= f * x[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

func (cmd *TrainCountriesCmd) print(out io.Writer, name string, w []float64, examples []example) error {
	learnt, held := scoreOf(w, examples, false), scoreOf(w, examples, true)
	fmt.Fprintf(out, "// Of the countries found: F1 %.3f on the %d learnt from, %.3f (P %.3f, R %.3f) on the %d held out.\n",
		learnt.F1, count(examples, false), held.F1, held.P, held.R, count(examples, true))
	fmt.Fprintf(out, "var %s = [features]float64{\n", name)
	for i, f := range tag.FeatureNames() {
		fmt.Fprintf(out, "\t%.2f, // %s\n", w[i], f)
	}
	_, err := fmt.Fprintln(out, "}")
	return err
}

func count(examples []example, test bool) int {
	n := 0
	for _, e := range examples {
		if e.test == test {
			n++
		}
	}
	return n
}

func scoreOf(w []float64, examples []example, test bool) prf {
	var c counts
	for _, e := range examples {
		if e.test != test {
			continue
		}
		switch found := chance(w, e.x) >= 0.5; {
		case found && e.y:
			c.right++
		case found:
			c.wrong++
		case e.y:
			c.missed++
		}
	}
	return c.prf()
}
