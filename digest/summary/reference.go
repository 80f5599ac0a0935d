package summary

import (
	"strings"
	"sync"

	"github.com/daybrief/daybrief/digest/text"
)

// causes are words that give a reason.
var causes = sync.OnceValue(func() map[string]bool {
	return wordSet(`because due amid citing blamed after following despite owing wegen nachdem aufgrund weil car parce grâce cause porque debido tras
		após devido perché dopo karena akibat omdat vanwege eftersom efter поскольку потому после из-за через بسبب بعد`)
})

// references are first words that speak of what stands before: pronouns,
// demonstratives and words that join.
var references = sync.OnceValue(func() map[string]bool {
	return wordSet(`he she it they this that these those his her hers its their theirs him them such both but however meanwhile moreover also and or so yet
		then additionally furthermore instead nevertheless nonetheless besides likewise similarly otherwise still too neither
		er sie es dies diese dieser dieses das damit dazu daher aber doch jedoch zudem außerdem auch seine ihre dabei deshalb
		il elle ils elles ce cet cette ces cela ceci mais cependant toutefois aussi ainsi ses leur leurs en
		él ella ellos ellas esto este esta estos estas eso ese esa pero sin además también asimismo su sus
		ele ela eles elas isto isso este esta esse essa mas porém contudo além também seu sua
		egli lui lei essi questo questa questi queste ma però inoltre anche
		hij zij ze dit deze die maar echter ook daarnaast
		он она оно они это этот эта эти его её их но однако также кроме при тем
		він вона вони це цей ця ці але однак також
		هو هي هم هذا هذه ذلك تلك لكن كما وأضاف وقال
		dia ia mereka ini itu namun tetapi selain
		이는 이에 이를 이같은 이런 그는 그녀는 그들은 그러나 하지만 또 또한 한편 이어 그리고 다만 반면 특히 앞서 이날 이번`)
})

// runReferences are the same in scripts without spaces: what a sentence begins
// with.
var runReferences = sync.OnceValue(func() []string {
	return strings.Fields(`これ それ この その 彼 彼女 また しかし 一方 だが ただ さらに 同氏 同社 同日 他 她 它 这 這 该 該 此 但 同时 同時 不过 不過 其 另外`)
})

// beginsWithReference reports a line that cannot be understood alone.
func (p *piece) beginsWithReference(l *line) bool {
	raw := strings.TrimLeft(p.raw(l), "\"“„«「『‘'( ")
	token := raw
	if i := strings.IndexAny(raw, " ,،、，"); i >= 0 {
		token = raw[:i]
	}
	if references()[strings.ToLower(token)] {
		return true
	}
	if raw == "" || raw[0] < 0xE3 {
		return false
	}
	for _, r := range runReferences() {
		if strings.HasPrefix(raw, r) {
			return true
		}
	}
	return false
}

// beginsSoftly reports an article and a common noun: "The stalemate".
func (p *piece) beginsSoftly(l *line) bool {
	words := p.words(l)
	return len(words) > 1 && articles()[words[0].Form] && words[1].Case == text.Lower
}

var articles = sync.OnceValue(func() map[string]bool {
	return wordSet(`the der die das le la les l el los las o a os as il lo gli i de het`)
})
