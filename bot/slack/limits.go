package slack

import "time"

// Limits of a message, in Unicode code points unless said otherwise. Where
// Slack gives a number that was seen to fail earlier, ours is lower.
const (
	maxBlocks       = 45    // Slack: 50, https://docs.slack.dev/reference/block-kit/blocks
	maxChars        = 10000 // JSON of all blocks; Slack has no number, msg_blocks_too_long was seen at 13,297
	maxText         = 3500  // top-level text; Slack advises 4,000, https://docs.slack.dev/reference/methods/chat.postMessage
	maxSection      = 3000  // https://docs.slack.dev/reference/block-kit/blocks/section-block
	maxField        = 2000  // of a section
	maxFields       = 10    // of a section
	maxHeader       = 150   // https://docs.slack.dev/reference/block-kit/blocks/header-block
	maxContext      = 10    // elements, https://docs.slack.dev/reference/block-kit/blocks/context-block
	maxActions      = 25    // elements, https://docs.slack.dev/reference/block-kit/blocks/actions-block
	maxButtonText   = 75    // https://docs.slack.dev/reference/block-kit/block-elements/button-element
	maxButtonValue  = 2000  // also there
	maxButtonURL    = 3000  // also there
	maxActionID     = 255   // also block_id and callback_id
	maxOptions      = 100   // https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
	maxOverflow     = 5     // options of an overflow menu, https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
	maxOptionText   = 75    // also description and value: copies of the docs say 75 and 150 for value
	maxPlaceholder  = 150   // of a select
	maxConfirmTitle = 100   // https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
	maxConfirmText  = 300   // also there
	maxConfirmLabel = 30    // also there
	maxMetadata     = 1000  // bytes of our key; Slack gives no number
)

// Limits of a view: https://docs.slack.dev/surfaces/modals and
// https://docs.slack.dev/surfaces/app-home.
const (
	maxViewBlocks = 100
	maxViewTitle  = 24 // also submit and close
	maxViewBytes  = 250_000
	maxPrivate    = 3000 // private_metadata
	maxLabel      = 2000 // of an input
	maxTyped      = 3000 // of what is typed, https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
	maxInput      = 500  // of one line that is typed
	maxFieldError = 300  // of what is wrong with a field; Slack gives no number
)

// Our own caps, so that each piece of a message fits a part alone, whatever
// is in it.
const (
	maxLink      = 1500 // of a link's URL: real ones are far shorter, and title and link must fit the text together
	maxItemTitle = 400  // of a headline, after escaping
	maxItemExtra = 300  // of what changed, after escaping
	maxItemMeta  = 800  // of the line of where and when, as mrkdwn
	maxItemBody  = 2400 // of a summary
	maxItemWhy   = 800  // of each reason, as mrkdwn; at most maxWhys of them
	maxWhys      = 8
	maxItemActs  = 2000 // JSON of the buttons under one story
	maxActs      = 4000 // JSON of one actions block
	maxLine      = 2000 // of one line of text, as mrkdwn
	maxSpans     = 48   // of one line of text
)

// Rates. Slack's own numbers are "about 1 a second a channel", "several
// hundred a minute a workspace" and a tier per method, each a floor:
// https://docs.slack.dev/apis/web-api/rate-limits.
const (
	channelSpacing   = 1100 * time.Millisecond
	workspaceSpacing = time.Second / 3
	postBurst        = 3  // posts that may go at once to different channels
	answerBurst      = 60 // answers to people who wait, on top
	partBurst        = 3  // answers to one person, or parts of one, in one channel
	defaultPause     = time.Minute
	quotaPause       = time.Hour // message_limit_exceeded: a free workspace over its quota
)

// responseUses and responseLife bound a response_url:
// https://docs.slack.dev/interactivity/handling-user-interaction.
const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

// seenLife is how long an event, command or press is remembered, so that a
// repeat does nothing. Slack delivers nothing later than two hours.
const seenLife = 2 * time.Hour

// signatureWindow is how far a signed request's time may be from ours, either
// way: https://docs.slack.dev/authentication/verifying-requests-from-slack.
const signatureWindow = 5 * time.Minute

// maxBody is the largest signed request or socket frame that is read, in bytes.
const maxBody = 1 << 20
