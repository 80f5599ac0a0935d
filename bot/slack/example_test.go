package slack_test

import (
	"fmt"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/slack"
	"github.com/daybrief/daybrief/bot/slack/slacktest"
)

// A headline that tries to mention everyone is a headline, in the blocks and
// in the plain words beside them.
func ExampleRender() {
	parts, err := slack.Render(bot.Message{
		Lang:     "en",
		Title:    bot.T("Korea desk · Tuesday 24 November"),
		Sections: []bot.Section{{Items: []bot.Item{{Title: "<!everyone> *Talks* collapse", URL: "https://example.org/1", Sources: []string{"Reuters"}}}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(slacktest.ShownPayload(parts[0]))
	// Output:
	// Korea desk · Tuesday 24 November
	// <!everyone> *Talks* collapse
	// Reuters
}

// A manifest with an address is for HTTP; one without is for Socket Mode.
func ExampleManifest() {
	text, err := slack.Manifest(slack.ManifestOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text[:len("_metadata:\n  major_version: 2\ndisplay_information:\n  name: \"daybrief\"")])
	// Output:
	// _metadata:
	//   major_version: 2
	// display_information:
	//   name: "daybrief"
}
