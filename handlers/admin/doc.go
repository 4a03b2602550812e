// Package admin is the local socket that the command line speaks to, and what
// it can ask for there.
//
// Two processes cannot open one store file. So a command asks a running serve
// over a unix socket that only its own account may open; where none runs, the
// command opens the store itself and runs the same [Op].
//
// # Protocol
//
// HTTP over the socket: POST /op/NAME with a JSON object of texts as arguments.
// The answer is one JSON object a line, sent as it happens:
//
//	{"text":"…"}                      a line to print
//	{"progress":120,"total":4000}     how far it is; total is 0 where unknown
//	{"error":"…","exit":1}            it failed: the last line
//	{"done":true}                     it succeeded: the last line
//
// An answer without a last line was cut off. When the caller hangs up, the
// operation's context ends.
//
// The package owns no rows. It speaks English, to operators.
package admin
