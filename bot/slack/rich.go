package slack

import (
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// rich collects lines into rich_text blocks. Text elements are literal: Slack
// parses nothing in them, which is why untrusted words stand there.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
type rich struct {
	blocks []slackgo.Block
	open   []slackgo.RichTextSectionElement
	size   int // code points in open
}

// line adds a text as a line of its own.
func (b *rich) line(t bot.Text) {
	if len(t) == 0 {
		return
	}
	if b.size > 0 && b.size+measureLine(t) > maxSection {
		b.close()
	}
	if b.size > 0 {
		b.add(bot.S("\n"))
	}
	for _, s := range t {
		b.add(s)
	}
}

func measureLine(t bot.Text) int {
	n := 1
	for _, s := range t {
		n += utf8.RuneCountInString(s.Text) + len(s.URL)
	}
	return n
}

func (b *rich) add(s bot.Span) {
	style := richStyle(s)
	b.size += utf8.RuneCountInString(s.Text) + len(s.URL)
	switch {
	case !s.Time.IsZero():
		fallback := dateFallback(s.Time, s.Text)
		date := slackgo.NewRichTextSectionDateElement(s.Time.Unix(), dateFormat, nil, &fallback)
		date.Style = style
		b.open = append(b.open, date)
	case s.Text == "":
	case s.Place.Channel != "":
		b.open = append(b.open, slackgo.NewRichTextSectionChannelElement(s.Place.Channel, style))
	case s.URL != "":
		b.open = append(b.open, slackgo.NewRichTextSectionLinkElement(s.URL, s.Text, style))
	default:
		b.open = append(b.open, slackgo.NewRichTextSectionTextElement(s.Text, style))
	}
}

func richStyle(s bot.Span) *slackgo.RichTextSectionTextStyle {
	if !s.Bold && !s.Italic && !s.Code {
		return nil
	}
	return &slackgo.RichTextSectionTextStyle{Bold: s.Bold, Italic: s.Italic, Code: s.Code}
}

// close ends the block that is open.
func (b *rich) close() []slackgo.Block {
	if len(b.open) > 0 {
		b.blocks = append(b.blocks, slackgo.NewRichTextBlock("", slackgo.NewRichTextSection(b.open...)))
	}
	b.open, b.size = nil, 0
	return b.blocks
}

// richLines are tidied lines as blocks.
func richLines(lines ...bot.Text) []slackgo.Block {
	var b rich
	for _, l := range lines {
		b.line(l)
	}
	return b.close()
}
