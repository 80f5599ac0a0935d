// Package discordtest is Discord in a test's own process: the REST API and the
// gateway, as far as a bot uses them, for package bot/discord and for tests of
// the whole program.
//
// A test makes servers, channels and people, points DAYBRIEF_DISCORD_API_URL
// at Server.URL, and acts as a person: Slash, Autocomplete, Press. It sees what
// became visible to whom. What comes in are requests of the bot; each is
// checked against every limit (discord.Validate) and, where Discord's OpenAPI
// document is found, against that too. A request that breaks one is answered
// as Discord does, and fails the test at its end, unless the test said that it
// breaks them on purpose.
//
// Failures are injected: answers of any status before or after the effect,
// lost connections, limits in all their shapes, and at the gateway wrong first
// frames, closes, unanswered heartbeats and invalid sessions.
//
// It speaks Discord's protocol by itself and does not import discordgo, so
// that a mistake of the library is not made twice. Everything is in memory and
// safe for concurrent use.
package discordtest
