package discord

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// interaction is what a person did, as far as it is used. It is read by us and
// not by discordgo, whose reader refuses a whole interaction for one component
// of a kind that it does not know in the message above the button.
// https://docs.discord.com/developers/interactions/receiving-and-responding
type interaction struct {
	ID            string         `json:"id"`
	ApplicationID string         `json:"application_id"`
	Token         string         `json:"token"`
	Type          int            `json:"type"`
	GuildID       string         `json:"guild_id"`
	ChannelID     string         `json:"channel_id"`
	Channel       place          `json:"channel"`
	Context       *int           `json:"context"`
	Locale        string         `json:"locale"`
	Rights        string         `json:"app_permissions"`
	Owners        map[string]any `json:"authorizing_integration_owners"`
	Member        *struct {
		User        user   `json:"user"`
		Nick        string `json:"nick"`
		Permissions string `json:"permissions"`
	} `json:"member"`
	User    *user  `json:"user"`
	Message *found `json:"message"`
	Data    struct {
		Name     string   `json:"name"`
		Type     int      `json:"type"`
		Options  []option `json:"options"`
		CustomID string   `json:"custom_id"`
		Values   []string `json:"values"`
		TargetID string   `json:"target_id"`
		Resolved struct {
			Messages map[string]found `json:"messages"`
			Channels map[string]struct {
				place

				Permissions string `json:"app_permissions"`
			} `json:"channels"`
		} `json:"resolved"`
		Components []field `json:"components"`
	} `json:"data"`
}

type user struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
}

// option is a command's option, or a subcommand with its own.
type option struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
	Options []option        `json:"options"`
}

// field is an input of a submitted form, or a row or label around one.
type field struct {
	CustomID   string   `json:"custom_id"`
	Value      string   `json:"value"`
	Values     []string `json:"values"`
	Components []field  `json:"components"`
	Component  *field   `json:"component"`
}

// Interaction and command types.
const (
	kindPing         = int(discordgo.InteractionPing)
	kindCommand      = int(discordgo.InteractionApplicationCommand)
	kindPress        = int(discordgo.InteractionMessageComponent)
	kindAutocomplete = int(discordgo.InteractionApplicationCommandAutocomplete)
	kindForm         = int(discordgo.InteractionModalSubmit)

	commandOnMessage = int(discordgo.MessageApplicationCommand)
	contextBotDM     = int(discordgo.InteractionContextBotDM)
	optionSubcommand = int(discordgo.ApplicationCommandOptionSubCommand)
	optionGroup      = int(discordgo.ApplicationCommandOptionSubCommandGroup)
	optionChannel    = int(discordgo.ApplicationCommandOptionChannel)
)

// readInteraction reads an interaction and refuses one that cannot be
// answered.
func readInteraction(data []byte) (interaction, error) {
	var i interaction
	if err := json.Unmarshal(data, &i); err != nil {
		return interaction{}, digest.Errorf(digest.Invalid, "the interaction cannot be read: %w", err)
	}
	if i.Type == kindPing {
		return i, nil
	}
	if !snowflake(i.ID) || !snowflake(i.ApplicationID) || !urlSafe.MatchString(i.Token) || i.who().ID == "" {
		return interaction{}, digest.Errorf(digest.Invalid, "the interaction lacks its id, token or person")
	}
	return i, nil
}

// urlSafe is what an interaction's token consists of: it becomes a part of an
// address.
var urlSafe = regexp.MustCompile(`^[A-Za-z0-9_.~+=-]{1,1000}$`)

func (i interaction) who() user {
	if i.Member != nil && i.Member.User.ID != "" {
		return i.Member.User
	}
	if i.User != nil {
		return *i.User
	}
	return user{}
}

// person is the one who did it, by the name that the place shows.
func (i interaction) person() digest.Person {
	u := i.who()
	name := u.Username
	if u.GlobalName != "" {
		name = u.GlobalName
	}
	if i.Member != nil && i.Member.Nick != "" {
		name = i.Member.Nick
	}
	return digest.Person{Platform: Name, ID: u.ID, Name: clip(strings.TrimSpace(plain(name)), 80)}
}

// place is where it was done. What is done in direct messages, or in a group
// that the bot cannot post to, belongs to the person's direct messages.
func (i interaction) place() digest.Destination {
	if i.GuildID == "" || (i.Context != nil && *i.Context != int(discordgo.InteractionContextGuild)) {
		return digest.Destination{Platform: Name, Channel: i.who().ID, Direct: true}
	}
	return digest.Destination{Platform: Name, Workspace: i.GuildID, Channel: i.ChannelID}
}

// manager reports whether the person may manage the server: Discord hides the
// commands for managers from others, and that is checked again here.
func (i interaction) manager(operators []string) bool {
	for _, id := range operators {
		if id != "" && id == i.who().ID {
			return true
		}
	}
	if i.Member == nil {
		return false
	}
	return bitset(i.Member.Permissions)&(discordgo.PermissionAdministrator|discordgo.PermissionManageGuild) != 0
}

// installedHere reports whether the bot itself is in the server, and not only
// brought along by the person: posts on a schedule need that.
func (i interaction) installedHere() bool {
	if i.Owners == nil {
		return true // older answers do not say
	}
	_, ok := i.Owners[strconv.Itoa(int(discordgo.ApplicationIntegrationGuildInstall))]
	return ok
}

// Names in Request.Fields that come from Discord and not from an option.
const (
	// FieldRights holds the bot's rights in the channel in question (the one
	// chosen as an option, else the one where it was asked), as Discord's
	// decimal bit set. It is absent in direct messages.
	FieldRights = "app_permissions"
	// FieldMissing names the rights that posting needs and that are not among
	// FieldRights, as Discord's settings call them: "Send Messages, Embed
	// Links". It is absent when nothing is missing. Check it before saving a
	// subscription for a channel.
	FieldMissing = "missing_permissions"
	// FieldFrom is "message" for the command on a message; the message's words
	// are in "query".
	FieldFrom = "from"
)

// request is the interaction as every platform brings it.
func (a *Adapter) request(i interaction) bot.Request {
	r := bot.Request{Person: i.person(), Place: i.place(), Lang: i.Locale, Manager: i.manager(a.opts.Operators), Now: a.opts.Now(), Fields: map[string]string{}}
	switch i.Type {
	case kindPress, kindForm:
		r.Action = i.Data.CustomID
		if len(i.Data.Values) > 0 {
			r.Value = i.Data.Values[0]
		}
		inputs(i.Data.Components, r.Fields)
		if f, ok := submittedForm(i); ok {
			formRequest(f, &r)
		}
	default:
		a.command(i, &r)
	}
	a.rights(i, &r)
	return r
}

// command fills in the command and its options.
func (a *Adapter) command(i interaction, r *bot.Request) {
	if i.Data.Type == commandOnMessage {
		r.Command = "brief"
		r.Fields["query"] = messageWords(i.Data.Resolved.Messages[i.Data.TargetID])
		r.Fields[FieldFrom] = "message"
		return
	}
	r.Command = i.Data.Name
	options := i.Data.Options
	var words []string
	for len(options) == 1 && (options[0].Type == optionSubcommand || options[0].Type == optionGroup) {
		words = append(words, options[0].Name)
		options = options[0].Options
	}
	r.Args = strings.Join(words, " ")
	for _, o := range options {
		r.Fields[o.Name] = o.text()
	}
}

// text is an option's value in words; a channel is the destination that
// config and commands write.
func (o option) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) != nil {
		s = string(o.Value)
	}
	if o.Type == optionChannel && snowflake(s) {
		return digest.Destination{Platform: Name, Channel: s}.String()
	}
	return s
}

// inputs collects the values of a form by the ids of its inputs.
func inputs(fields []field, into map[string]string) {
	for _, f := range fields {
		if f.CustomID != "" {
			into[f.CustomID] = f.Value
			if f.Value == "" && len(f.Values) > 0 {
				into[f.CustomID] = f.Values[0]
			}
		}
		inputs(f.Components, into)
		if f.Component != nil {
			inputs([]field{*f.Component}, into)
		}
	}
}

// rights says what the bot may do where the request is about.
func (a *Adapter) rights(i interaction, r *bot.Request) {
	if r.Place.Direct {
		return
	}
	have, pl := i.Rights, i.Channel
	for _, c := range i.Data.Resolved.Channels {
		have, pl = c.Permissions, c.place // of the one channel that was chosen
	}
	if have == "" {
		return
	}
	r.Fields[FieldRights] = have
	bits := bitset(have)
	if !i.installedHere() {
		bits = 0
	}
	if lack := missing(implied(bits, false), rightsIn(pl, a.opts.Threads)); len(lack) > 0 {
		r.Fields[FieldMissing] = lack.String()
	}
}

var anyAddress = regexp.MustCompile(`<?https?://\S+`)

// messageWords are the words of a message that someone wants a brief on, as a
// query: without addresses, at most digest.MaxQuery runes.
func messageWords(m found) string {
	text := m.Content
	if blank(text) {
		var lines []string
		for _, l := range strings.Split(m.text(), "\n") {
			lines = append(lines, unmark(l))
		}
		text = strings.Join(lines, " ")
	}
	return clip(strings.Join(strings.Fields(plain(anyAddress.ReplaceAllString(text, " "))), " "), digest.MaxQuery)
}

// focused is the option that the person is typing.
func (i interaction) focused() (field, typed string) {
	options := i.Data.Options
	for len(options) > 0 {
		var next []option
		for _, o := range options {
			if o.Focused {
				return o.Name, o.text()
			}
			next = append(next, o.Options...)
		}
		options = next
	}
	return "", ""
}
