package discord_test

import (
	"fmt"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/discord"
)

// A headline from the world stays a headline: nothing in it notifies anyone.
func ExampleRender() {
	parts, err := discord.Render(bot.Message{Lead: []bot.Text{{bot.B("Seoul: @everyone agrees")}}})
	fmt.Printf("%s %v\n", parts[0], err)
	// Output: {"components":[{"type":10,"content":"**Seoul\\: \\@everyone agrees**"}],"flags":32768,"allowed_mentions":{"parse":[]}} <nil>
}

func ExampleInstallLink() {
	fmt.Println(discord.InstallLink(discord.Setup{ApplicationID: "1234"}))
	// Output: https://discord.com/oauth2/authorize?client_id=1234&integration_type=0&permissions=274877926400&scope=bot+applications.commands
}
