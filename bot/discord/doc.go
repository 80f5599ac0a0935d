// Package discord brings messages to Discord and brings back what people ask
// there. It is the only importer of discordgo.
//
// What comes in: a bot.Message to render, a bot.Post to send, and from
// Discord the interactions of people (commands, presses, what they are typing)
// over the gateway or over HTTP. What goes out: payloads within every limit
// that Discord states or is known to have, and a bot.Request for each
// interaction.
//
// How it is cut:
//
//	escape.go, markup.go      literal text -> Discord Markdown, in one place
//	units.go, render.go,
//	embeds.go                 bot.Message -> parts: Components V2, or embeds
//	limits.go, validate.go    every limit, and a check of them on any payload
//	rest.go, ratelimit.go     requests: one attempt, the limits between them
//	send.go, fate.go          one post, and what became of it
//	route.go, thread.go,
//	under.go                  where a post goes: direct messages, forums, threads, webhooks
//	places.go                 what channels are, with as few requests as can be
//	permissions.go            what the bot may do in one
//	find.go                   looking for a post whose fate is not known
//	gateway.go, shard.go,
//	dial.go                   the connection, and its policy
//	interaction.go, turn.go,
//	endpoint.go               an interaction -> bot.Request, and its answer in time
//	form.go, formview.go      a subscription's or an alert's form, opened and submitted
//	file.go                   a file with an answer
//	events.go                 who has removed the bot from their account
//	commands.go               the registered commands
//	manifest.go, doctor.go,
//	door.go                   setting up, what set-up can get wrong, and whether a post can work
//
// discordgo v0.29.0 is used for what it does well: the gateway's session, the
// addresses of the API, its numbers and the signature check. It is not used
// for requests, because its limiter sleeps while it holds a lock, retries
// without limit, does not honour a global limit that comes without
// X-RateLimit-Reset-After, keeps one entry per interaction for ever, and its
// message type has no nonce. Its reconnecting is switched off: it goes on for
// ever on a refused token and after Close; shard.go does it instead. No
// package variable of discordgo is changed: other API addresses come in by a
// http.RoundTripper.
//
// gorilla/websocket is imported for its Dialer and its CloseError, which are
// part of discordgo's own interface.
package discord
