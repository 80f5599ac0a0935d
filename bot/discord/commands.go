package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// appCommand is a command as Discord registers it. discordgo's own type is
// not used: it writes default_member_permissions as a word where Discord's
// schema asks for a number, and empty fields that would change the hash with
// each version of the library.
type appCommand struct {
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description,omitempty"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Type         int               `json:"type"`
	Options      []appOption       `json:"options,omitempty"`
	Permissions  *int64            `json:"default_member_permissions,omitempty"`
	Contexts     []int             `json:"contexts,omitempty"`
	Installs     []int             `json:"integration_types,omitempty"`
}

type appOption struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Required     bool              `json:"required,omitempty"`
	Autocomplete bool              `json:"autocomplete,omitempty"`
	Choices      []named           `json:"choices,omitempty"`
	Options      []appOption       `json:"options,omitempty"`
	ChannelTypes []int             `json:"channel_types,omitempty"`
	Min          *int              `json:"min_value,omitempty"`
	Max          *int              `json:"max_value,omitempty"`
	MaxLength    int               `json:"max_length,omitempty"`
}

// locales are Discord's names of our languages, with ours. English (US) is there beside
// the default, or people with it would be shown English (UK) where that is.
// https://docs.discord.com/developers/reference#locales
func locales() [3][2]string {
	return [...][2]string{{"en-US", "en"}, {"en-GB", "en"}, {"ko", "ko"}}
}

// koreanNames are commands and options as they are typed in Korean. Discord
// alone can show a command by another name, so they are here and not in the
// commands' own description.
var koreanNames = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"brief": "브리핑", "subscribe": "구독", "subscriptions": "구독목록", "digest": "다이제스트", "alert": "알림", "sources": "출처", "help": "도움말",
		"now": "지금", "preview": "미리보기", "history": "지난호",
		"query": "검색어", "since": "기간", "limit": "개수", "when": "언제", "zone": "시간대", "where": "어디로", "format": "형식", "name": "이름", "action": "동작",
		"list": "목록", "add": "추가", "remove": "삭제", "check": "점검", "url": "주소", "id": "번호", "lang": "언어", "show": "보기", "source": "출처이름", "topic": "주제",
		"mute": "끄기", "follow": "따라가기", "edit": "수정", "big": "큰소식만", "per_hour": "시간당", "quiet": "방해금지", "export": "내보내기", "length": "길이",
	}
})

// localNames gives the names of a command or option in our languages; nil
// where there is none beside the English one.
func localNames(name string) map[string]string {
	ko, ok := koreanNames()[name]
	if !ok {
		return nil
	}
	return map[string]string{"ko": ko, "en-US": name}
}

// localTexts gives descriptions in our languages, within the limit.
func localTexts(texts map[string]string) map[string]string {
	out := map[string]string{}
	for _, l := range locales() {
		if s := clip(strings.TrimSpace(plain(texts[l[1]])), maxDescription); s != "" {
			out[l[0]] = s
		}
	}
	return out
}

// appCommands turns the commands that every platform has into Discord's: a
// name of two words is a subcommand; a field with values of its own is a list
// of choices; the limit is a number; the destination, where it has no values
// of its own, is a channel.
func (a *Adapter) appCommands() []appCommand {
	var out []appCommand
	for _, spec := range a.opts.Commands {
		name, sub, nested := strings.Cut(spec.Name, " ")
		if _, former := a.opts.Handler.(bot.Former); former {
			if _, ok := newForm(spec.Name); ok {
				spec.Fields = optional(spec.Fields) // what is not said is asked for in a form
			}
		}
		if !nested {
			out = append(out, topCommand(spec, name))
			continue
		}
		i := slices.IndexFunc(out, func(c appCommand) bool { return c.Name == name })
		if i < 0 {
			top := topCommand(spec, name)
			top.Options = nil
			out = append(out, top)
			i = len(out) - 1
		}
		out[i].Options = append(out[i].Options, subcommand(spec, strings.TrimSpace(sub)))
	}
	if slices.ContainsFunc(a.opts.Commands, func(s bot.CommandSpec) bool { return s.Name == "brief" }) {
		out = append(out, messageCommand())
	}
	return out
}

func optional(fields []bot.FieldSpec) []bot.FieldSpec {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Required = false
	}
	return out
}

func everywhere() (contexts, installs []int) { return []int{0, 1, 2}, []int{0, 1} }

func topCommand(spec bot.CommandSpec, name string) appCommand {
	c := appCommand{
		Type: int(discordgo.ChatApplicationCommand), Name: name, Names: localNames(name),
		Description: description(spec.Summary), Descriptions: localTexts(spec.Summary), Options: appOptions(spec.Fields),
	}
	c.Contexts, c.Installs = everywhere()
	if spec.Manage {
		need := int64(discordgo.PermissionManageGuild)
		c.Permissions, c.Contexts, c.Installs = &need, []int{0}, []int{0}
	}
	return c
}

func subcommand(spec bot.CommandSpec, name string) appOption {
	return appOption{Type: optionSubcommand, Name: name, Names: localNames(name), Description: description(spec.Summary),
		Descriptions: localTexts(spec.Summary), Options: appOptions(spec.Fields)}
}

// messageCommand is the entry in the menu of any message.
func messageCommand() appCommand {
	c := appCommand{Type: commandOnMessage, Name: wordsOf("en").briefThis, Names: map[string]string{"ko": wordsOf("ko").briefThis, "en-US": wordsOf("en").briefThis}}
	c.Contexts, c.Installs = everywhere()
	return c
}

func description(texts map[string]string) string {
	if s := clip(strings.TrimSpace(plain(texts["en"])), maxDescription); s != "" {
		return s
	}
	return "daybrief"
}

// appOptions puts required fields first, as Discord demands.
func appOptions(fields []bot.FieldSpec) []appOption {
	var out []appOption
	for _, f := range fields {
		out = append(out, appField(f))
	}
	slices.SortStableFunc(out, func(x, y appOption) int {
		switch {
		case x.Required && !y.Required:
			return -1
		case y.Required && !x.Required:
			return 1
		}
		return 0
	})
	return out
}

func appField(f bot.FieldSpec) appOption {
	o := appOption{Type: int(discordgo.ApplicationCommandOptionString), Name: f.Name, Names: localNames(f.Name), Required: f.Required,
		Description: description(f.Summary), Descriptions: localTexts(f.Summary)}
	switch {
	case len(f.Choices) > 0:
		o.Choices = optionsOf(f.Choices)
	case f.Complete:
		o.Autocomplete, o.MaxLength = true, digest.MaxQuery
	case f.Name == "limit":
		least, most := 1, 25
		o.Type, o.Min, o.Max = int(discordgo.ApplicationCommandOptionInteger), &least, &most
	case f.Name == "where":
		o.Type, o.ChannelTypes = optionChannel, []int{int(discordgo.ChannelTypeGuildText), int(discordgo.ChannelTypeGuildNews),
			int(discordgo.ChannelTypeGuildPublicThread), int(discordgo.ChannelTypeGuildForum)}
	default:
		o.MaxLength = digest.MaxQuery
	}
	return o
}

// Register makes the registered commands those of Options.Commands, by one
// request that replaces them all, and only when they have changed since the
// last time: Discord allows few registrations a day. It reports whether it
// registered.
func (a *Adapter) Register(ctx context.Context) (bool, error) {
	app, err := a.application(ctx)
	if err != nil {
		return false, err
	}
	commands := a.appCommands()
	data, err := encode(commands)
	if err != nil {
		return false, err
	}
	if err := ValidateCommands(data); err != nil {
		return false, digest.Errorf(digest.Internal, "the commands break Discord's limits: %w", err)
	}
	key, hash := "discord.commands."+app+"."+a.opts.Guild, commandHash(data)
	known, err := a.setting(ctx, key)
	if err != nil {
		a.log.WarnContext(ctx, "discord: what is registered is not known", "err", err)
	}
	if h, ids, ok := strings.Cut(known, " "); ok && h == hash {
		a.keepIDs(ids)
		return false, nil
	}
	ids, err := a.overwriteCommands(ctx, app, data)
	if err != nil {
		return false, err
	}
	a.keepIDs(ids)
	return true, a.setSetting(ctx, key, hash+" "+ids)
}

func commandHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// overwriteCommands replaces the commands and returns their ids, by name.
func (a *Adapter) overwriteCommands(ctx context.Context, app string, data []byte) (string, error) {
	url := discordgo.EndpointApplicationGlobalCommands(app)
	if a.opts.Guild != "" {
		url = discordgo.EndpointApplicationGuildCommands(app, a.opts.Guild)
	}
	body, err := a.rest.retry(ctx, call{method: http.MethodPut, url: url, body: data, lane: lane{route: "PUT applications/commands"}})
	if err != nil {
		return "", err
	}
	var made []struct {
		ID      string      `json:"id"`
		Name    string      `json:"name"`
		Type    int         `json:"type"`
		Options []appOption `json:"options"`
	}
	if err := json.Unmarshal(body, &made); err != nil {
		return "", fmt.Errorf("read the registered commands: %w", err)
	}
	var ids []string
	for _, c := range made {
		if c.Type != commandOnMessage && snowflake(c.ID) {
			ids = append(ids, c.Name+"="+c.ID)
		}
	}
	return strings.Join(ids, ","), nil
}

// keepIDs makes the ids known to the renderer, for links to commands: each
// command that has no subcommands, and each subcommand.
func (a *Adapter) keepIDs(list string) {
	top := map[string]string{}
	for _, pair := range strings.Split(list, ",") {
		if name, id, ok := strings.Cut(pair, "="); ok && snowflake(id) {
			top[name] = id
		}
	}
	ids := map[string]string{}
	for _, spec := range a.opts.Commands {
		name, _, _ := strings.Cut(spec.Name, " ")
		if id := top[name]; id != "" {
			ids[spec.Name] = id
		}
	}
	a.ids.Store(&ids)
}

// application is the id of the application that the bot belongs to.
func (a *Adapter) application(ctx context.Context) (string, error) {
	if a.opts.ApplicationID != "" {
		return a.opts.ApplicationID, nil
	}
	app, err := a.appInfo(ctx)
	return app.ID, err
}

// appInfo is what Discord says about the application.
type appInfo struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	VerifyKey string `json:"verify_key"`
	Endpoint  string `json:"interactions_endpoint_url"`
	Flags     int    `json:"flags"`
}

func (a *Adapter) appInfo(ctx context.Context) (appInfo, error) {
	var app appInfo
	err := a.rest.get(ctx, call{url: discordgo.EndpointOAuth2Application("@me"), lane: lane{route: "GET applications"}}, &app)
	if err == nil && !snowflake(app.ID) {
		err = digest.Errorf(digest.Unavailable, "Discord did not say which application the bot belongs to")
	}
	return app, err
}

// commandName is what Discord takes for a typed command and for an option.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// ValidateCommands checks a set of commands, as it is registered, against
// Discord's rules: names, lengths, numbers, the order of required options,
// 8,000 characters a command. It says all that is wrong.
func ValidateCommands(data []byte) error {
	var commands []appCommand
	if err := json.Unmarshal(data, &commands); err != nil {
		return fmt.Errorf("the commands cannot be read: %w", err)
	}
	c := &checker{ids: map[string]bool{}}
	typed, menu := 0, 0
	for _, cmd := range commands {
		if cmd.Type == commandOnMessage {
			menu++
		} else {
			typed++
		}
		c.command(cmd)
	}
	if typed > maxCommands || menu > maxMenuCommands {
		c.wrong("%d typed commands and %d on messages", typed, menu)
	}
	return errors.Join(c.errs...)
}

func (c *checker) command(cmd appCommand) {
	key := fmt.Sprint(cmd.Type, " ", cmd.Name)
	if c.ids[key] {
		c.wrong("command %q stands twice", cmd.Name)
	}
	c.ids[key] = true
	if cmd.Type == commandOnMessage {
		c.need("command name", cmd.Name, maxCommandName)
		if cmd.Description != "" || len(cmd.Options) > 0 {
			c.wrong("command %q on a message has a description or options", cmd.Name)
		}
		return
	}
	c.commandNames(cmd.Name, cmd.Names)
	c.texts(cmd.Name, cmd.Description, cmd.Descriptions)
	c.options(cmd.Name, cmd.Options)
	if n := longest(cmd.Name, cmd.Names) + longest(cmd.Description, cmd.Descriptions) + optionChars(cmd.Options); n > maxCommandChars {
		c.wrong("command %q has %d characters", cmd.Name, n)
	}
}

func (c *checker) commandNames(name string, local map[string]string) {
	for _, n := range append([]string{name}, values(local)...) {
		if !commandName.MatchString(n) || strings.ToLower(n) != n {
			c.wrong("the name %q is not one that Discord takes", n)
		}
	}
}

func (c *checker) texts(name, text string, local map[string]string) {
	for _, s := range append([]string{text}, values(local)...) {
		c.need("description of "+name, s, maxDescription)
	}
}

func (c *checker) options(command string, options []appOption) {
	if len(options) > maxCommandFields {
		c.wrong("command %q has %d options", command, len(options))
	}
	seen := map[string]bool{}
	optional := false
	for _, o := range options {
		c.commandNames(o.Name, o.Names)
		c.texts(o.Name, o.Description, o.Descriptions)
		for locale, n := range allNames(o) {
			if seen[locale+n] {
				c.wrong("command %q has two options %q", command, n)
			}
			seen[locale+n] = true
		}
		if o.Required && optional {
			c.wrong("command %q has the required option %q after an optional one", command, o.Name)
		}
		optional = optional || !o.Required
		if o.Autocomplete && len(o.Choices) > 0 || len(o.Choices) > maxChoices {
			c.wrong("option %q has completions and choices, or %d choices", o.Name, len(o.Choices))
		}
		c.options(command+" "+o.Name, o.Options)
	}
}

func allNames(o appOption) map[string]string {
	all := map[string]string{"": o.Name}
	for l, n := range o.Names {
		all[l] = n
	}
	return all
}

func values(m map[string]string) []string {
	var out []string
	for _, v := range m {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

func longest(s string, local map[string]string) int {
	n := utf8.RuneCountInString(s)
	for _, v := range local {
		n = max(n, utf8.RuneCountInString(v))
	}
	return n
}

func optionChars(options []appOption) int {
	n := 0
	for _, o := range options {
		n += longest(o.Name, o.Names) + longest(o.Description, o.Descriptions) + optionChars(o.Options)
		for _, ch := range o.Choices {
			n += utf8.RuneCountInString(ch.Name) + utf8.RuneCountInString(fmt.Sprint(ch.Value))
		}
	}
	return n
}
