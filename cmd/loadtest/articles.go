package main

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/daybrief/daybrief/digest"
)

// news makes up articles as news has them: events of a few countries and a
// topic, large ones rare and small ones common, each told by one to a dozen
// sources in words of their own, over some days up to an end. The same seed
// gives the same articles.
type news struct {
	articles int
	days     int
	until    time.Time
	seed     uint64
}

// places are countries with a city of theirs, most frequent first.
func places() []string {
	return strings.Split("United States:Washington|China:Beijing|United Kingdom:London|Russia:Moscow|Ukraine:Kyiv|Israel:Jerusalem|France:Paris|Germany:Berlin|Japan:Tokyo|India:Delhi|"+
		"South Korea:Seoul|Iran:Tehran|Turkey:Ankara|Brazil:Brasilia|Taiwan:Taipei|Australia:Canberra|Canada:Ottawa|Italy:Rome|Spain:Madrid|Saudi Arabia:Riyadh|Poland:Warsaw|"+
		"Mexico:Mexico City|Egypt:Cairo|Nigeria:Abuja|South Africa:Pretoria|Thailand:Bangkok|Pakistan:Islamabad|Indonesia:Jakarta|Philippines:Manila|Vietnam:Hanoi|Sweden:Stockholm|"+
		"Netherlands:The Hague|Norway:Oslo|Switzerland:Bern|Kenya:Nairobi|Argentina:Buenos Aires|Chile:Santiago|Greece:Athens|Hungary:Budapest|Malaysia:Kuala Lumpur", "|")
}

// matters are what events are about, most frequent first: a headline, then
// sentences. %[1]s is a country, %[2]s its city, %[3]s another country,
// %[4]s, %[5]s and %[6]s names of this event alone, %[7]d a number.
func matters() [][]string {
	return [][]string{
		{"%[1]s and %[3]s apart on tariffs as %[4]s talks stall", "Trade negotiators of %[1]s met their counterparts from %[3]s in %[2]s over import duties.", "Exporters in %[4]s fear a tariff of %[7]d percent on their goods.", "Minister %[5]s said that the trade deal would not be signed this week.", "The customs dispute began when %[6]s shipments were held at the port."},
		{"%[2]s cabinet falls after %[5]s resigns", "The government of %[1]s lost its majority when %[5]s left the coalition.", "Parliament in %[2]s votes on a new prime minister in %[7]d days.", "Opposition leader %[6]s called for an early election.", "%[3]s said it would work with whoever governs in %[2]s."},
		{"Shelling near %[4]s kills %[7]d as %[1]s accuses %[3]s", "Artillery fire hit the town of %[4]s overnight, the army of %[1]s said.", "Soldiers were moved to the front around %[6]s.", "A ceasefire proposed by %[5]s was rejected in %[2]s.", "The military of %[3]s denied any attack."},
		{"Central bank of %[1]s holds rates, %[5]s warns on inflation", "The central bank in %[2]s left its interest rate at %[7]d percent.", "Governor %[5]s said that inflation was still above the target.", "Bonds of %[4]s fell after the decision on monetary policy.", "Economists at %[6]s expect a cut next quarter."},
		{"%[4]s to build a $%[7]d billion chip plant in %[1]s", "The semiconductor maker %[4]s chose a site outside of %[2]s.", "Chief executive %[5]s said that the factory would make memory chips.", "%[3]s had offered subsidies to keep the plant.", "Shares of its rival %[6]s fell."},
		{"Court in %[2]s jails %[5]s for %[7]d years", "A judge in %[2]s found %[5]s guilty of fraud.", "Prosecutors said that money went through %[4]s.", "The lawyer of %[5]s will appeal to the supreme court of %[1]s.", "A trial of %[6]s begins in the spring."},
		{"Floods around %[4]s drive %[7]d thousand from their homes in %[1]s", "Heavy rain broke the dam above %[4]s.", "Rescue teams from %[3]s are on the way to %[2]s.", "Climate scientists at %[6]s had warned of such floods.", "President %[5]s declared an emergency."},
		{"%[1]s beat %[3]s %[7]d-1 as %[5]s scores twice", "%[5]s scored in each half of the football match at the %[4]s stadium.", "Coach %[6]s praised the team's defence.", "%[1]s will play in the final in %[2]s."},
		{"Hospital in %[4]s reports %[7]d cases of measles", "Doctors in %[1]s said that most patients were children without a vaccine.", "The health ministry in %[2]s sends vaccine to %[4]s.", "Virologist %[5]s of %[6]s spoke of an outbreak."},
		{"%[1]s and %[3]s sign a gas pipeline deal at %[4]s", "The pipeline will carry %[7]d billion cubic metres of natural gas a year.", "Energy minister %[5]s called it an end of the shortage in %[2]s.", "Oil prices fell after the news, traders at %[6]s said."},
		{"%[4]s shows an AI model that reads %[7]d languages", "The artificial intelligence company %[4]s from %[2]s opened its model to developers.", "Founder %[5]s said that it was trained in %[1]s.", "Regulators in %[3]s will look at the data that %[6]s used."},
		{"%[1]s votes: %[5]s leads in %[4]s", "Polling stations in %[1]s closed in the evening.", "With %[7]d percent of votes counted, %[5]s is ahead of %[6]s.", "Observers from %[3]s saw no fraud in %[2]s."},
	}
}

// openings begin a headline in a source's own way.
func openings() []string { return []string{"", "", "", "Update: ", "Analysis: ", "What we know: "} }

// all yields the articles, oldest first.
func (n news) all() iter.Seq[digest.Article] {
	return func(yield func(digest.Article) bool) {
		r := rand.New(rand.NewPCG(n.seed, 7))
		span := time.Duration(n.days) * 24 * time.Hour
		for made, event := 0, 0; made < n.articles; event++ {
			e := newEvent(r)
			size := min(int(1/math.Pow(1-0.98*r.Float64(), 0.7)), 12, n.articles-made)
			for range size {
				a := e.article(r)
				a.URL = fmt.Sprintf("https://source%d.example/%d/%d", r.IntN(300), event, made)
				a.Published = n.until.Add(-span + time.Duration(float64(span)*float64(made)/float64(n.articles))).Truncate(time.Second)
				made++
				if !yield(a) {
					return
				}
			}
		}
	}
}

// event is what happened.
type event struct {
	matter []string
	args   []any
}

func newEvent(r *rand.Rand) event {
	all, about := places(), matters()
	country, city, _ := strings.Cut(all[early(r, len(all))], ":")
	other, _, _ := strings.Cut(all[early(r, len(all))], ":")
	for other == country {
		other, _, _ = strings.Cut(all[r.IntN(len(all))], ":")
	}
	return event{about[early(r, len(about))], []any{country, city, other, invented(r), invented(r) + " " + invented(r), invented(r), 2 + r.IntN(90)}}
}

// early draws from 0 to n-1, low numbers more often.
func early(r *rand.Rand, n int) int { return int(float64(n) * r.Float64() * r.Float64()) }

// invented is a name of two or three syllables.
func invented(r *rand.Rand) string {
	const first, last = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for range 2 + r.IntN(2) {
		b.WriteByte(first[r.IntN(len(first))])
		b.WriteByte(last[r.IntN(len(last))])
	}
	b.WriteByte(first[r.IntN(len(first))])
	s := b.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// article is the event as one source tells it.
func (e event) article(r *rand.Rand) digest.Article {
	lead := openings()
	sentences := append([]string(nil), e.matter[1:]...)
	r.Shuffle(len(sentences)-1, func(i, j int) { sentences[i+1], sentences[j+1] = sentences[j+1], sentences[i+1] })
	body := []string{e.say(sentences[0])}
	for _, s := range sentences[1 : 1+r.IntN(len(sentences))] {
		body = append(body, e.say(s))
	}
	for range r.IntN(12) { // what only this source says
		body = append(body, fmt.Sprintf("%s %s of %s told the newspaper that %s had waited for it since %d.", invented(r), invented(r), invented(r), invented(r), 1990+r.IntN(36)))
	}
	return digest.Article{Title: lead[r.IntN(len(lead))] + e.say(e.matter[0]), Body: strings.Join(body, " "), Source: fmt.Sprintf("Source %d", r.IntN(300)), Lang: "en"}
}

// say fills a sentence in, which need not name all there is.
func (e event) say(format string) string { return fmt.Sprintf(format, e.args...) }
