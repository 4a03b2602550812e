// Command regulars is a shop's membership counter inside LINE and Telegram.
//
// This page is the guided tour of the program, bottom up. Each room's package
// comment goes deeper; the order here is the order of the imports, which
// imports_test.go keeps.
//
// # store: rows
//
// An ordered key-value space with transactions. Everything that must survive a
// power cut is a row: JSON and a checksum, under a key of a table that some
// package declares and explains. An Update's function may run twice, so it has
// no effect but its rows. store/bolt is the engine: one file, one writer, and
// everything that waits while a commit syncs goes into the next one together.
// store/postgres is the engine of several machines: each Update locks what it is
// about in the database, so that different members run side by side. store/mem is for tests; it is strict about locks and crashes on demand.
// store/storetest is what every engine must do.
//
// # loyalty: the rules
//
// Pure functions over an account: earn, give, hold, capture, release, undo,
// expire. They decide entries; entries are never edited; an account is the fold
// of its entries. Nothing here knows the time, the disk or a word of any
// language. loyalty/programme reads the shop's rules from a file, and keeps
// every version of them, so that a past day is judged by its own rules;
// loyalty/people keeps persons, each sealed with a key of their own;
// loyalty/book puts entries into rows and chains them with a keyed hash.
//
// # i18n: the words
//
// Everything that a person reads, in six languages with the same keys.
//
// # bot: one event in, words out
//
// An adapter (bot/line, bot/telegram) checks a webhook's signature and turns it
// into Events. Bot.Handle runs each in one transaction: the mark that it was
// seen, the conversation, what a command changes, and what it says, which is an
// intent in the outbox. Only after the commit is the platform answered 200.
// bot/outbox is the one loop that talks out: by the free reply token first, by
// a paid push with a retry key after, slower when told, never twice what costs
// or annoys. bot/sim is both platforms on loopback, as strict as the real ones;
// bot/bottest plays conversations that are written down as people see them.
//
// # handlers: what can be said
//
// One command a file. handlers is the members', handlers/staff the employees';
// handlers/shop is what they share. handlers/counter is what opens in a
// browser, handlers/admin what the command line asks a running program,
// handlers/jobs what comes to members because time passes.
//
// # cmd/regulars: wiring
//
// app.go puts the rooms together over one store; serve.go opens the doors;
// setup.go tells the platforms where to call; the rest is one small file a
// subcommand. Main takes everything from outside as fields, so that tests run
// the real program. Where several processes share a store, alone.go says what one
// of them does for all; open_store.go finds the store, origin.go notices one that
// was restored, and move_cmd.go brings it elsewhere.
//
// To follow one message through it all, begin at webhook in http.go.
package main
