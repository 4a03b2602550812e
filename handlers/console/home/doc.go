// Package home is the console's first page: how the shop does today and this
// month against before, its goals, and what waits for a person, with the pages
// on which that person decides. What is decided here is decided by the same code
// as in the chat.
//
// It reads a bounded number of rows, however many members there are, and owns no
// rows.
package home

import (
	"embed"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/i18n"
)

//go:embed *.html *.css
var files embed.FS

// Deps are what the page works with besides the shop; what is nil is not shown.
type Deps struct {
	Bot    *bot.Bot   // handles again what could not be handled
	Outbox bot.Outbox // takes what members and employees are told
}

// page is the part at work.
type page struct {
	*console.Console
	Deps
}

// Part is the first page.
func Part(c *console.Console, d Deps) console.Part {
	h := &page{c, d}
	return console.Part{Title: i18n.ConsoleHomeTitle, Files: files, Routes: []console.Route{
		{Method: "GET", Path: "/console/{$}", Do: h.home},
	}}
}
