package discord

import "time"

// Limits that Discord states.
// https://docs.discord.com/developers/resources/message
// https://docs.discord.com/developers/components/reference
// https://docs.discord.com/developers/interactions/application-commands
// Lengths are in characters: code points for what validate.go refuses, UTF-16
// units for what the renderer keeps to.
const (
	maxContent       = 2000
	maxEmbeds        = 10
	maxEmbedTitle    = 256
	maxEmbedText     = 4096
	maxEmbedFields   = 25
	maxEmbedAll      = 6000 // over all embeds of a message
	maxComponents    = 40   // nested ones count
	maxDisplayAll    = 4000 // over all text displays of a message
	maxDisplayBytes  = 10170
	displayOverhead  = 12 // bytes that a text display costs beside its text
	maxRow           = 5  // buttons in an action row
	maxRows          = 5  // action rows of a message without Components V2
	maxSectionTexts  = 3
	maxLabel         = 80
	maxCustomID      = 100
	maxButtonURL     = 512
	maxOptions       = 25
	maxOptionText    = 100
	maxPlaceholder   = 150
	maxChoices       = 25
	maxChoiceText    = 100
	maxNonce         = 25
	maxThreadName    = 100
	maxAppliedTags   = 5
	maxCommandName   = 32
	maxDescription   = 100
	maxCommandFields = 25
	maxCommandChars  = 8000 // name, descriptions and values; the longest localisation counts
	maxCommands      = 100  // of the kind that is typed
	maxMenuCommands  = 15   // on a message
	maxModalFields   = 5
	maxModalTitle    = 45
	maxModalLabel    = 45
	maxModalHint     = 100 // also of a placeholder
	maxModalValue    = 4000
)

// Budgets that the renderer keeps to, under the limits: 4,000 characters in
// all are stated only for each display, and 10,170 bytes only by experience.
const (
	budgetDisplay      = 3800
	budgetDisplayBytes = 9500
	budgetContent      = 1900
	budgetEmbedText    = 3900
	budgetEmbedAll     = 5500
	maxItem            = 2600 // one story
	maxItemBytes       = 6000
	maxItemActions     = 10   // of one story, so that it fits a part even as menus
	maxMaskedURL       = 1024 // a longer address is left out: it would crowd out the news
	shownLabel         = 34   // Discord cuts a button's label after it
)

// Message flags.
const (
	flagSuppressEmbeds = 1 << 2
	flagEphemeral      = 1 << 6
	flagSilent         = 1 << 12
	flagComponentsV2   = 1 << 15
)

// Component types and button styles.
const (
	typeRow       = 1
	typeButton    = 2
	typeSelect    = 3
	typeInput     = 4
	typeSection   = 9
	typeDisplay   = 10
	typeSeparator = 14
	typeContainer = 17
	typeLabel     = 18

	stylePrimary   = 1
	styleSecondary = 2
	styleDanger    = 4
	styleLink      = 5

	styleShort     = 1 // of a text input: one line
	styleParagraph = 2 // several lines
)

// Rates and times that we keep to; platforms count differently from what
// they state, so none is coded to the edge.
const (
	globalRate     = 40 // requests a second over everything but interactions; Discord states 50
	globalBurst    = 10 // at once, to make up for a machine that is late; with the rate, no second has more than 50
	channelSpacing = 1200 * time.Millisecond
	pacePatience   = 10 * time.Second // a longer queue waits in the ledger and not in a worker
	newDMs         = 10               // direct-message channels opened a minute
	invalidBreak   = 500
	invalidWindow  = 10 * time.Minute // Discord bans after 10,000 in it
	nonceWindow    = 2 * time.Minute  // in which the same nonce is surely remembered
	tokenLife      = 14 * time.Minute // of an interaction; Discord states 15
)
