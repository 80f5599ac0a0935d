package tag

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/text"
)

// The features by which an article's matches of one country become a
// probability. Each means the same in any news, and none knows a country.
const (
	fBias       = iota
	fTitleName  // its name or people stand in the title
	fTitleOther // in the title it stands only by a place, seat or leader
	fTitleWeak  // in the title it stands only by a firm, money, an index or a town
	fTitleWhere // in the title it is only where others meet: "Ukraine, U.S. hold talks in Berlin"
	fLeadName   // its name or people stand in the first sentence
	fLeadOther  // in the first sentence it stands only by a place, seat or leader
	fLeadWeak   // in the first sentence it stands only by a firm, money, an index or a town
	fEarly      // it stands in the second or third sentence
	fCount      // log of its matches in the body
	fTop        // no country has more matches
	fOffset     // how early its first match stands, 1 at the start
	fDateline   // the dateline is there
	fHub        // the dateline is a news agency's, in a city where agencies have their desks
	fHubOnly    // and nothing else speaks of the country
	fWeakOnly   // it is spoken of only by money, index, firm, town or unsure names
	fNoName     // neither its name nor its people are named
	fCrowd      // log of the number of countries in the article
	fAlone      // no other country is named
	fTitleRival // the title names another country and not this one
	fSubject    // log of the sentences that begin with it
	fOnce       // among several countries, the body names it once and neither title nor dateline do
	features
)

// FeatureNames names the numbers of Features, in their order.
var featureNames = [features]string{"bias", "title-name", "title-other", "title-weak", "title-where", "lead-name", "lead-other", "lead-weak", "early", "count",
	"top", "offset", "dateline", "hub", "hub-only", "weak-only", "no-name", "crowd", "alone", "title-rival", "subject", "once"}

// Features is what was seen of one country in one article.
type Features struct {
	Country  string
	Headline bool      // the article has no body
	Values   []float64 // in the order of FeatureNames
}

// FeatureNames are the names of the features, in their order.
func FeatureNames() []string { return featureNames[:] }

// tally gathers the matches of one country.
type tally struct {
	country                      uint16
	title, lead, early, body     int
	subject                      int
	titleName, leadName, anyName bool
	titleStrong, leadStrong      bool
	titleWhere, strong, dateline bool
	first                        int32 // its first word in the body; -1 none
	where                        [4]string
	whereKind                    [4]part
	whys                         int
	surfaces                     [4]string
	differs                      int
}

// part is a part of an article, in the order in which reasons are told.
type part uint8

const (
	partTitle part = iota
	partDateline
	partLead
	partText
)

// tallies gathers what a reading found, by country.
func (r *reading) tallies() []tally {
	list := make([]tally, 0, 8)
	for i := range r.matches {
		m := &r.matches[i]
		if m.pick < 0 || m.contain && !r.countsContainer(m) {
			continue
		}
		for k := range m.senses {
			s := &m.senses[k]
			if k != int(m.pick) && s.marks&markAll == 0 || s.country == noCountry {
				continue
			}
			at := slices.IndexFunc(list, func(t tally) bool { return t.country == s.country })
			if at < 0 {
				list = append(list, tally{country: s.country, first: -1, titleWhere: true})
				at = len(list) - 1
			}
			r.tallyMatch(&list[at], m, s)
		}
	}
	return list
}

// countsContainer leaves "Texas" after "Paris" uncounted: the town has counted
// for the country already. A country or a state with no known town counts.
func (r *reading) countsContainer(m *match) bool {
	return m.from == 0 || !r.isPlace(m.from-1)
}

func (r *reading) tallyMatch(t *tally, m *match, s *sense) {
	if !m.sure && s.kind == kindTown && !m.located {
		return
	}
	w := &r.doc.Words[m.from]
	if r.isCurrency(m) {
		return
	}
	isName := s.kind == kindName || s.kind == kindPeople
	weak := s.kind == kindMoney || s.kind == kindIndex || s.kind == kindFirm || s.kind == kindTown || !m.sure
	where := partText
	switch {
	case w.Field == text.Title:
		where = partTitle
		t.title++
		t.titleName = t.titleName || isName
		t.titleStrong = t.titleStrong || !weak
		t.titleWhere = t.titleWhere && placeLike(s.kind) && s.kind != kindName && m.located && !r.destination(m)
	case m.from < r.doc.Dateline.To:
		where = partDateline
		t.dateline = true
	default:
		t.body++
		if m.from-r.doc.Sentences[w.Sentence].From < 2 {
			t.subject++
		}
		switch n := r.bodySentence(w); {
		case n == 0:
			where = partLead
			t.lead++
			t.leadName = t.leadName || isName
			t.leadStrong = t.leadStrong || !weak
		case n < 3:
			t.early++
		}
		if t.first < 0 {
			t.first = m.from
		}
	}
	if where != partDateline {
		t.anyName = t.anyName || isName
		t.strong = t.strong || !weak
	}
	r.remember(t, m, where)
}

// isCurrency reports whether a match is only the unit of a sum or a bond:
// "5 million Swiss francs", "Canada dollar notes".
func (r *reading) isCurrency(m *match) bool {
	f := r.doc.Words[m.from].Field
	after := r.neighbour(m.to, f)
	if after == nil || !currencies[after.Form] {
		return false
	}
	if before := r.neighbour(m.from-1, f); before != nil && (amounts[before.Form] || before.Form[0] >= '0' && before.Form[0] <= '9') {
		return true
	}
	paper := r.neighbour(m.to+1, f)
	return paper != nil && moneyPaper[paper.Form]
}

// bodySentence is the number of a word's sentence within the body.
func (r *reading) bodySentence(w *text.Word) int32 {
	if int(r.doc.BodyFrom) >= len(r.doc.Words) {
		return 0
	}
	return w.Sentence - r.doc.Words[r.doc.BodyFrom].Sentence
}

// remember keeps the first few surfaces of a country, and where they stood.
func (r *reading) remember(t *tally, m *match, where part) {
	s := r.surface(m)
	if !slices.Contains(t.surfaces[:min(t.differs, len(t.surfaces))], s) {
		if t.differs < len(t.surfaces) {
			t.surfaces[t.differs] = s
		}
		t.differs++
	}
	for i := range t.whys {
		if t.whereKind[i] == where && t.where[i] == s {
			return
		}
	}
	if t.whys < len(t.where) {
		t.where[t.whys], t.whereKind[t.whys] = s, where
		t.whys++
	}
}

// features turns a tally into numbers.
func (r *reading) features(t *tally, all []tally, v *[features]float64) {
	top, crowd := 0, 0
	rival, actor := false, false // countries in the title besides this one; one that is not only where
	for i := range all {
		o := &all[i]
		if o.title+o.body == 0 && !o.dateline {
			continue
		}
		top = max(top, o.body)
		crowd++
		if o.title > 0 && o.country != t.country {
			rival = true
			actor = actor || !o.titleWhere
		}
	}
	*v = [features]float64{fBias: 1}
	v[fTitleName] = flag(t.titleName)
	v[fTitleOther] = flag(t.titleStrong && !t.titleName)
	v[fTitleWeak] = flag(t.title > 0 && !t.titleName && !t.titleStrong)
	v[fTitleWhere] = flag(t.title > 0 && t.titleWhere && actor)
	v[fLeadName] = flag(t.leadName)
	v[fLeadOther] = flag(t.leadStrong && !t.leadName)
	v[fLeadWeak] = flag(t.lead > 0 && !t.leadName && !t.leadStrong)
	v[fEarly] = flag(t.early > 0)
	v[fCount] = math.Log1p(float64(t.body))
	v[fTop] = flag(t.body > 0 && t.body == top)
	if t.first >= 0 {
		at := float64(t.first - r.doc.BodyFrom)
		v[fOffset] = math.Exp(-at / r.span())
	}
	v[fDateline] = flag(t.dateline)
	hub := t.dateline && r.deskDateline()
	v[fHub] = flag(hub)
	v[fHubOnly] = flag(hub && t.body+t.title == 0)
	v[fWeakOnly] = flag(!t.strong && t.body+t.title > 0)
	v[fNoName] = flag(!t.anyName)
	v[fCrowd] = math.Log(float64(max(crowd, 1)))
	v[fAlone] = flag(crowd == 1)
	v[fTitleRival] = flag(t.title == 0 && rival)
	v[fOnce] = flag(t.body == 1 && t.title == 0 && !t.dateline && crowd > 1)
	v[fSubject] = math.Log1p(float64(t.subject))
}

// destination reports whether "to" stands before a match: a journey's end is
// more than a place where others meet.
func (r *reading) destination(m *match) bool {
	before := r.neighbour(m.from-1, r.doc.Words[m.from].Field)
	return before != nil && before.Form == "to"
}

// deskDateline reports whether the dateline names an agency and a city from
// which agencies write about the whole world.
func (r *reading) deskDateline() bool {
	return strings.ContainsAny(r.doc.BodyText[:r.doc.Dateline.End], "(（/【") && deskCities[strings.ToLower(r.doc.Dateline.Place)]
}

// span is how many words count as the early part of an article: in scripts
// whose words are characters there are more of them.
func (r *reading) span() float64 {
	switch r.lang {
	case "ko", "ja", "zh", "th":
		return 150
	}
	return 60
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (r *reading) headline() bool { return int(r.doc.BodyFrom) >= len(r.doc.Words) }

// tags judges every country found, strongest first. Those below leastWeight
// are left out.
func (r *reading) tags() []digest.Tag {
	all := r.tallies()
	var out []digest.Tag
	weights := &bodyWeights
	if r.headline() {
		weights = &headlineWeights
	}
	var v [features]float64
	for i := range all {
		t := &all[i]
		if t.title+t.body == 0 && !t.dateline {
			continue
		}
		r.features(t, all, &v)
		p := probability(weights, &v)
		if p < leastWeight {
			continue
		}
		out = append(out, digest.Tag{Slug: r.g.codes[t.country], Weight: p, Why: t.why()})
	}
	slices.SortStableFunc(out, func(a, b digest.Tag) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Slug, b.Slug))
	})
	return out
}

// leastWeight is the least probability that is worth storing.
const leastWeight = 0.02

func probability(w, v *[features]float64) float64 {
	z := 0.0
	for i := range w {
		z += w[i] * v[i]
	}
	return math.Round(1000/(1+math.Exp(-z))) / 1000
}

// why tells the reasons, those of the title first.
func (t *tally) why() []string {
	out := make([]string, 0, t.whys)
	for p := partTitle; p <= partText; p++ {
		for i := range t.whys {
			if t.whereKind[i] == p {
				out = append(out, partNames[p]+": “"+t.where[i]+"”")
			}
		}
	}
	return out
}

var partNames = [...]string{partTitle: "title", partDateline: "dateline", partLead: "first sentence", partText: "text"}
