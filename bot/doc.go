// Package bot takes one event in and gives words out. It knows no platform and
// no points: adapters (bot/line, bot/telegram) turn webhooks into Events and
// Letters into calls; handlers bring the Commands.
//
// # One way through
//
// [Bot.Handle] runs each event in one store.Update: what marks it seen, what it
// changes and what it says are one commit. A refusal rolls back what the
// command wrote, and a second Update stores the outcome with the words; a
// failure does the same with a dead letter and its reference. An error of
// Handle means that nothing is certain and the platform must deliver again.
//
// # Conversations
//
// A command is a function run again from its start with the answers so far:
// [Turn.Ask] gives the stored answer, or asks and the command returns. Before
// its last question a command only reads; one that writes and then asks fails.
//
// # Rows
//
//	seen/<channel>/<event>   that an event is done, and how it ended; 30 days
//	chat/<lane>              what is remembered of a chat: quiet until when, a group's
//	                         code and sealed title; for ever
//	sess/<lane>/<person>     an open conversation, sealed; 15 minutes
//	tok/<hash>               a one-time button; until it lapses
//	said/<channel>/<msg>     who said a LINE group message, sealed; 48 hours
//	group/<code>             a group's lane by its short code; for ever
//	dead/<ref>               an event whose handling failed, sealed; 90 days
//
// A lane is a keyed hash of a chat's id ([Persons.Lane]): no row shows an id,
// a name or a word of anybody's. [Sweep] deletes what has been kept long enough.
package bot
