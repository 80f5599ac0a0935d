package tag

import (
	"strings"
	"sync"
)

// The small sets of English words by which a place is told from a person.
// They never change; maps are the plainest form for them.

// personTitles stand before a person's surname.
var personTitles = wordSet(`mr mrs ms dr miss sen rep judge justice coach officer detective det sgt sergeant lt lieutenant capt captain
	col colonel maj major cpl prof professor sir lady lord dame rev reverend pastor congressman congresswoman deputy trooper
	senator representative attorney principal superintendent sheriff chief gov chairman chairwoman ceo striker midfielder
	goalkeeper quarterback actor actress singer star rapper mayor`)

// locatives are prepositions that places follow.
var locatives = wordSet(`in near at from outside around across throughout into toward towards via to leaving visiting inside beyond`)

// deskCities are where news agencies have the desks that write about markets,
// diplomacy and the world at large.
var deskCities = func() map[string]bool {
	m := wordSet("london washington singapore brussels geneva paris zurich frankfurt dubai vienna")
	m["new york"], m["hong kong"], m["united nations"] = true, true, true
	return m
}()

// localLocatives are those of languages besides English.
var localLocatives = wordSet(`à en au aux vers depuis a desde em no na nach bei aus naar i w we v ve do в во из у на till från`)

// moneyPaper are words that make a currency the unit of a bond or loan, and so
// say little about its country.
var moneyPaper = wordSet(`bond bonds note notes eurobond eurobonds loan loans issue issues deposit deposits eurodollar facility certificate credit`)

// amounts stand before a sum of money.
var amounts = wordSet(`mln million millions billion billions bln trillion crore lakh thousand hundred m bn`)

// afterPlace are words that follow a place with a capital and make no surname.
var afterPlace = wordSet(`police president prime minister ministry state university city county airport river times post open mayor governor senate house
	court bank stock exchange gov national international government parliament republicans democrats street fire department school
	high college hospital museum zoo symphony sheriff football united fc grand marathon fashion film olympics olympic games summit conference
	accord metro central north south east west northern southern eastern western valley hills beach bay island islands harbor port
	park center centre district council chamber association monday tuesday wednesday thursday friday saturday sunday january
	february march april june july august september october november december republic embassy ambassador foreign defense defence
	navy army air force federation union league cup attorney general supreme superior hotel hall avenue road boulevard gazette journal
	herald news tribune star daily democrat republican and of the says said civil cathedral public health water power light
	convention treaty protocol declaration area region province parish township mercury suns mavericks cowboys texans astros rockets
	magic hornets observer constitution express king queen prince crown palace castle tower bridge square station railway
	commanders nationals capitals wizards hawks falcons braves bears bulls cubs lions tigers pistons eagles phillies bengals reds browns
	cavaliers broncos nuggets rockies chiefs royals dolphins heat marlins vikings twins saints pelicans giants jets mets knicks nets
	rangers devils bills sabres steelers pirates penguins packers bucks brewers colts pacers titans predators grizzlies jaguars
	seahawks mariners sounders spurs thunder jazz blazers kings raiders ravens orioles patriots celtics bruins raptors flames senators
	rovers albion wanderers villa hotspur athletic lynx liberty fever
	energy airlines bourse dow jones trade finance interior oil gas coffee reserve is was has had will in at on for with`)

// currencies are words that make money of a people's name before them.
var currencies = wordSet(`dollar dollars dlr dlrs franc francs pound pounds peso pesos rupee rupees krona kronor krone kroner crown crowns mark
	marks lira lire yen yuan won dinar dinars riyal riyals rand schilling schillings florin guilders guilder koruna zloty`)

// streets are words that make an address of a place's name.
var streets = wordSet(`street st road rd avenue ave drive dr lane ln boulevard blvd highway hwy court ct way terrace pike parkway`)

// commonWords are words that are towns' names too, from data/common.txt.
var commonWords = sync.OnceValue(func() map[string]bool { return readWords("common.txt") })

func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

func readWords(file string) map[string]bool {
	m := map[string]bool{}
	_ = dataLines(file, func(line string) error { // embedded: it cannot be missing
		for w := range wordSet(line) {
			m[w] = true
		}
		return nil
	})
	return m
}
