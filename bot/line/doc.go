// Package line speaks LINE's Messaging API for the bot: it reads signed
// webhooks into [bot.Event] and turns [bot.Letter] into Flex and text messages
// that are replied, pushed or multicast.
//
// Outgoing calls and the signature check are the official module's. Two things
// are done here instead, because the module's way loses something: webhooks are
// read through a small envelope (one odd event must not cost its batch, and an
// error must not print the body), and messages are written as JSON of our own
// (the module's Flex structs emit "flex":0, which breaks horizontal boxes, and
// its textV2 cannot mention anybody).
//
// The package owns no rows. It keeps in memory a short-lived channel token, and
// which rich menu stands for which language.
package line
