package slack

import (
	"fmt"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
)

// maxRow is how many buttons stand side by side before the rest goes into a
// menu: a row of more is hard to read, and on a phone each has its own line.
const maxRow = 6

// simple reports whether an action can be an option of an overflow menu, whose
// options have no look, no question before them and short values.
func simple(a bot.Action) bool {
	return a.URL == "" && a.Confirm == "" && a.Style == bot.Plain && len(a.Options) == 0 && utf8.RuneCountInString(a.ID) <= maxOptionText
}

// overflow is the menu of what it can hold of some actions, and what it
// cannot. It is nil where there is not enough for a menu.
func overflow(n int, actions []bot.Action) (menu *slackgo.OverflowBlockElement, rest []bot.Action) {
	var held []bot.Option
	seen := map[string]bool{}
	for _, a := range actions {
		if len(held) == maxOverflow || !simple(a) || seen[a.ID] {
			rest = append(rest, a)
			continue
		}
		seen[a.ID] = true
		held = append(held, bot.Option{Label: a.Label, Value: a.ID})
	}
	if len(held) < 2 {
		return nil, actions
	}
	// The option that is chosen says the action; this id is none of ours.
	return slackgo.NewOverflowBlockElement(fmt.Sprintf("menu:%d", n), options(held)...), rest
}

// row are the elements of one actions block: buttons and menus, and what is
// too much for a row in overflow menus.
func (r renderer) row(actions []bot.Action) []slackgo.BlockElement {
	shown, rest := actions, []bot.Action(nil)
	if len(actions) > maxRow {
		shown, rest = actions[:maxRow-1], actions[maxRow-1:]
	}
	var out []slackgo.BlockElement
	for i, a := range shown {
		out = append(out, r.element(a, i))
	}
	for len(rest) > 0 {
		menu, left := overflow(len(out), rest)
		if menu == nil {
			for _, a := range left {
				out = append(out, r.element(a, len(out)))
			}
			break
		}
		out, rest = append(out, menu), left
	}
	return out
}

// itemActions are the actions of a story: a menu beside its line of where and
// when, which takes no block of its own, and below it what a menu cannot hold.
func (r renderer) itemActions(meta string, actions []bot.Action) (beside *slackgo.Accessory, below []slackgo.Block) {
	if meta == "" || len(actions) == 0 {
		return nil, r.actions(actions, maxItemActs)
	}
	menu, rest := overflow(0, actions)
	switch {
	case menu != nil:
		return slackgo.NewAccessory(menu), r.actions(rest, maxItemActs)
	case len(actions) == 1 && len(actions[0].Options) == 0:
		return slackgo.NewAccessory(r.element(actions[0], 0)), nil
	}
	return nil, r.actions(actions, maxItemActs)
}
