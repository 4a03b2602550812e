// Package members is where a manager finds a member and reads their whole story
// on one page: what moved their points as a statement, purchases, vouchers,
// answers, messages, consents, chats, and what employees did about them here. What
// is done about a member is a form that asks for a reason, says what will happen,
// and leaves a line that stays; it is done by the same code as in the chat, under
// the same rules, and the member hears of it where they would from there.
//
// # What stands in addresses
//
// Only members' ids, which name nobody. What is searched for (numbers, names) is
// sent as a form's body and leads to an address that carries it sealed, good for
// half a day and for the one who searched: addresses are kept in the logs of
// proxies and in browsers' histories, and a list that is the answer of a form
// could not be gone back to.
//
// It owns no rows.
package members

import (
	"embed"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/console"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

//go:embed *.html *.css
var files embed.FS

// Outbox takes what members are told, and knows what waits for them.
type Outbox interface {
	bot.Outbox
	Waits(r store.Reader, lane bot.Lane, person bot.PersonID, n int) ([]outbox.Status, error)
}

// page is the part at work.
type page struct {
	till.Till
	out Outbox
}

// Part is the section about members.
func Part(c *console.Console, out Outbox) console.Part {
	p := &page{till.Till{Shop: c.Shop}, out}
	routes := []console.Route{
		{Method: "GET", Path: "/console/members", Do: p.list},
		{Method: "POST", Path: "/console/members", Do: p.search},
		{Method: "GET", Path: "/console/members/{id}", Do: p.story},
		{Method: "GET", Path: "/console/members/{id}/statement", Do: p.statementPage},
		{Method: "GET", Path: "/console/members/{id}/purchases", Do: p.purchasesPage},
		{Method: "GET", Path: "/console/members/{id}/verify", Do: p.verify},
		{Method: "POST", Path: "/console/members/{id}/number", Do: p.number},
		{Method: "POST", Path: "/console/members/{id}/export", Do: p.export},
	}
	for _, d := range p.deeds() {
		at := "/console/members/{id}/" + d.name
		routes = append(routes,
			console.Route{Method: "GET", Path: at, Least: d.least, Do: p.form(d)},
			console.Route{Method: "POST", Path: at, Least: d.least, Do: p.send(d)})
	}
	return console.Part{Name: "members", Title: i18n.ConsoleMembersTitle, Files: files, Routes: routes}
}

// eraser is the least role that may erase somebody. In the chat only they
// themselves can, and it cannot be taken back.
const eraser = people.Owner
