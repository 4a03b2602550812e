// Package team is the console's pages about the people and places of the shop:
// its employees with their roles, limits, devices and what they gave; its stores
// with the settlement between them and its monthly statements; and the record of what was done in the
// console.
//
// A manager manages the clerks of their store, an owner everybody; nobody changes
// or dismisses themselves. It owns no rows.
package team

import (
	"embed"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

//go:embed *.html *.css
var files embed.FS

// Deps are what the pages work with besides the shop.
type Deps struct {
	Outbox bot.Outbox // takes what employees are told; nil: they are told nothing
}

// page is the parts at work.
type page struct {
	*console.Console
	Deps
}

// Part is the section about employees.
func Part(c *console.Console, d Deps) console.Part {
	h := &page{c, d}
	return console.Part{Name: "team", Title: i18n.ConsoleTeamTitle, Files: files, Routes: []console.Route{
		{Method: "GET", Path: "/console/team", Do: h.list},
		{Method: "GET", Path: "/console/team/invites", Do: h.invites},
		{Method: "POST", Path: "/console/team/invites", Do: h.invite},
		{Method: "POST", Path: "/console/team/invites/drop", Do: h.dropInvite},
		{Method: "GET", Path: "/console/team/devices", Do: h.devices},
		{Method: "POST", Path: "/console/team/devices/link", Do: h.newDevice},
		{Method: "POST", Path: "/console/team/devices/revoke", Do: h.revokeDevice},
		{Method: "GET", Path: "/console/team/of/{id}", Do: h.person},
		{Method: "POST", Path: "/console/team/of/{id}/role", Do: h.setRole},
		{Method: "POST", Path: "/console/team/of/{id}/name", Do: h.setName},
		{Method: "POST", Path: "/console/team/of/{id}/limits", Do: h.setLimits},
		{Method: "POST", Path: "/console/team/of/{id}/pin", Do: h.newPIN},
		{Method: "POST", Path: "/console/team/of/{id}/leave", Do: h.letGo},
		{Method: "POST", Path: "/console/team/of/{id}/sessions", Least: people.Owner, Do: h.endSession},
	}}
}

// Stores is the section about stores. Its pages are among the files of [Part].
func Stores(c *console.Console) console.Part {
	h := &page{Console: c}
	return console.Part{Name: "stores", Title: i18n.ConsoleTeamStores, Routes: []console.Route{
		{Method: "GET", Path: "/console/stores", Do: h.stores},
		{Method: "GET", Path: "/console/stores/settlement", Do: h.settlement},
		{Method: "GET", Path: "/console/stores/statements", Do: h.statements},
	}}
}

// Audit is the record of what was done in the console, for owners; the section
// about employees leads there. Its page is among the files of [Part].
func Audit(c *console.Console) console.Part {
	h := &page{Console: c}
	return console.Part{Name: "audit", Routes: []console.Route{
		{Method: "GET", Path: "/console/audit", Least: people.Owner, Do: h.audit},
	}}
}

// update is q.Update for what also tells somebody something: op begins the
// letters' ids.
func (h *page) update(q *console.Request, op string, f func(store.Tx, *shop.Letters) error) error {
	var said []bot.Intent
	err := q.Update(func(tx store.Tx) (err error) {
		l := h.Shop.Letters(tx, q.Now, "console-"+string(q.Me.ID)+"-"+op)
		if err = f(tx, l); err == nil {
			said, err = l.Put(h.Outbox)
		}
		return err
	})
	if err == nil && len(said) > 0 {
		h.Outbox.Nudge(said...)
	}
	return err
}
