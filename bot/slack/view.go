package slack

import (
	"context"
	"encoding/json"

	slackgo "github.com/slack-go/slack"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// homeOpened publishes the Home tab of a person who looks at it. Its words are
// the handler's: the command "home" gives the person's subscriptions, or, the
// first time, what daybrief does.
func (a *App) homeOpened(ctx context.Context, j job) {
	e := j.event.Event
	r := bot.Request{Person: digest.Person{Platform: Platform, Workspace: j.event.TeamID, ID: e.User}, Place: place(j.event.TeamID, "", e.User)}
	hash := ""
	if e.View != nil {
		hash = e.View.Hash
	} else {
		r.Fields = map[string]string{"first": "true"} // Slack shows no view of ours yet
	}
	a.publishHome(ctx, a.about(ctx, r), bot.Message{}, hash)
}

// publishHome shows the Home tab, with what just happened on top.
func (a *App) publishHome(ctx context.Context, r bot.Request, notice bot.Message, hash string) {
	r.Command = "home"
	rest := homeSurface()
	blocks := a.viewBlocks(notice, surface{blocks: rest.blocks / 3, chars: rest.chars / 3})
	if len(blocks) > 0 {
		blocks = append(blocks, slackgo.NewDividerBlock())
		rest = surface{blocks: rest.blocks - len(blocks), chars: rest.chars - rest.chars/3}
	}
	blocks = append(blocks, a.viewBlocks(a.handle(ctx, r).Message, rest)...)
	words := bot.WordsIn(r.Lang)
	blocks = append(blocks[:min(len(blocks), maxViewBlocks-1)], slackgo.NewActionBlock("", opens(newForm, words.Say("New subscription")).WithStyle(slackgo.StylePrimary),
		opens(alertForm, words.Say("New alert")), opens(quietForm, words.Say("Quiet hours"))))
	req := slackgo.PublishViewContextRequest{UserID: r.Person.ID, View: slackgo.HomeTabViewRequest{Type: slackgo.VTHomeTab, Blocks: slackgo.Blocks{BlockSet: blocks}}}
	if hash != "" {
		req.Hash = &hash
	}
	_, err := a.api.PublishViewContext(ctx, req)
	if codeOf(err) == "hash_conflict" {
		return // a newer view was published meanwhile; that one stays
	}
	if err != nil {
		a.log.Error("publish a Home tab in Slack", "user", r.Person.ID, "error", err)
	}
}

// opens is a button that opens a form.
func opens(form, label string) *slackgo.ButtonBlockElement {
	return slackgo.NewButtonBlockElement(bot.ActionID(formVerb, form), "", plainText(label, maxButtonText))
}

// viewBlocks are a message as blocks of a view. What does not fit is left to
// the commands, which page.
func (a *App) viewBlocks(m bot.Message, on surface) []slackgo.Block {
	r := a.renderer(m.Lang, on)
	parts := r.render(m)
	if len(parts) == 0 {
		return nil
	}
	blocks := r.blocks(parts[0].msg, "")
	if len(parts) > 1 {
		blocks = append(blocks, contextBlocks([]string{"… " + mrkdwn(r.tidySpans(bot.Text{{Command: "subscriptions"}}))})...)
	}
	return blocks
}

// answerInView shows a reply to a press in a view: on top of the Home tab
// drawn anew, or in the place of the modal.
func (a *App) answerInView(ctx context.Context, t *target, reply bot.Reply) {
	r := bot.Request{Person: digest.Person{Platform: Platform, Workspace: a.known().Workspace, ID: t.user}, Place: place(a.known().Workspace, "", t.user)}
	if t.home {
		a.publishHome(ctx, a.about(ctx, r), reply.Message, "")
		return
	}
	lang := a.person(ctx, t.user).Lang
	_, err := a.api.UpdateViewContext(ctx, a.resultView(reply.Message, lang, t.meta), "", "", t.viewID)
	switch codeOf(err) {
	case "":
	case "not_found", "view_not_found": // the person closed it, and is to know all the same
		a.answerWords(ctx, &target{user: t.user, came: t.came}, reply)
	default:
		a.log.Error("update a form in Slack", "error", err)
	}
}

// resultView is a modal that shows a message.
func (a *App) resultView(m bot.Message, lang string, meta private) slackgo.ModalViewRequest {
	words := bot.WordsIn(lang)
	blocks := a.viewBlocks(m, homeSurface())
	if len(blocks) == 0 { // a modal has something in it
		blocks = richLines(bot.T("–"))
	}
	title := words.Say("Subscription")
	if meta.quiet {
		title = words.Say("Quiet hours")
	}
	return slackgo.ModalViewRequest{Type: slackgo.VTModal, Title: plainText(title, maxViewTitle),
		Close: plainText(words.Say("Close"), maxViewTitle), Blocks: slackgo.Blocks{BlockSet: blocks}, PrivateMetadata: meta.String()}
}

// viewSize is the JSON of a view in bytes.
func viewSize(v any) int {
	data, err := json.Marshal(v)
	if err != nil {
		return maxViewBytes
	}
	return len(data)
}
