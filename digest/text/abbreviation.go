package text

import (
	"strings"
	"sync"
)

// abbreviation says what a full stop after a short form means.
type abbreviation uint8

const (
	abbrevNone   abbreviation = iota
	abbrevTitle               // capital, before a name: never the end
	abbrevAny                 // never the end, whatever its case
	abbrevNumber              // before a number: the end only when none follows
	abbrevName                // after a name or a date: the end only before a word that begins sentences
)

var abbreviations = sync.OnceValue(func() map[string]abbreviation {
	m := map[string]abbreviation{}
	for kind, list := range map[abbreviation]string{
		abbrevTitle: `mr mrs ms dr prof gen sen rep gov lt col capt cpt sgt cpl pvt maj adm cmdr cmdt rev hon fr br sr sra srta
			st ste mt ft pres supt det insp amb atty sec secy treas dep asst assoc bp msgr messrs mme mmes mlle mm dra sig
			dott ing arq lic dipl hr hrn frau hd ph mag rt reps sens govs gens drs profs sheikh univ dept ald comm cllr
			г ул им проф акад ген`,
		abbrevAny:    `vs cf viz approx ca bzw resp z.b e.g i.e d.h u.a vgl sog ggf inkl exkl evtl т.е и.о тыс млн млрд руб`,
		abbrevNumber: `no nos nr fig figs p pp vol vols art sec para ch chap eq abs núm num nro nº pg op ver`,
		abbrevName: `inc corp ltd llc co cos bros plc jr esq etc al ave blvd rd hwy pkwy ct sq bldg apt
			jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
			ala ariz ark calif colo conn del fla ga ill ind kan kans ky la md mass mich minn miss mo mont neb nebr nev
			okla ore pa penn tenn tex va vt wash wis wyo wva ont que sask alta
			uu ee ag gmbh usw ff hrsg enr janv févr avr juil déc ene abr ago dic set out dez adv cia lda tel ext est`,
	} {
		for _, w := range strings.Fields(list) {
			m[w] = kind
		}
	}
	return m
})

// starters are words that begin sentences and seldom follow an abbreviation
// within one.
var starters = sync.OnceValue(func() map[string]bool {
	return wordSet(`the a an in on at he she it they we i you but and for from this that these those his her its their there
		when while after before as with by to if of our my your what who how why where some many most all no not so then however
		meanwhile also another one both each since under over despite according although because yet still now today only
		last more such other here police officials is was are were will would can could during until once even like about
		le la les un une des il elle ils elles ce cette ces mais et en au aux dans pour par sur selon nous
		der die das ein eine er sie es im am mit von für nach auch aber und wie bei seit den dem wir
		el los las una por con para pero según este esta su sus se lo al del
		o os as um uma em no na nos nas do da mas ele ela eles lo gli uno nel nella ma anche
		в на и но он она они это как по для с`)
})

// afterHour are words that go on after "5 p.m.".
var afterHour = sync.OnceValue(func() map[string]bool {
	return wordSet(`monday tuesday wednesday thursday friday saturday sunday et est edt ct cst cdt mt mst mdt pt pst pdt gmt utc bst cet
		eastern central pacific mountain january february march april may june july august september october november december`)
})

// ordinalNouns follow "3." in German and its neighbours without a sentence
// ending there.
var ordinalNouns = sync.OnceValue(func() map[string]bool {
	return wordSet(`januar jänner februar märz april mai juni juli august september oktober november dezember jahrhundert
		jahrhunderts lebensjahr jahrestag geburtstag liga bundesliga spieltag platz weltkrieg weltkriegs mal etappe runde stock
		quartal halbjahr klasse jänner januari februari oktober`)
})

func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
