// Package connections is the console's pages for owners about other programs:
// the keys with which they work here (package api), and the addresses that are
// told what happens (package hooks), with what was sent there.
//
// A key or a secret is on the page that answers the form which made it, this once:
// it stands in no address, no cookie and no row that opens. The package owns no
// rows.
package connections

import (
	"embed"
	"slices"

	"regulars/handlers/api"
	"regulars/handlers/console"
	"regulars/handlers/hooks"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

//go:embed *.html *.css
var files embed.FS

// page is the section at work.
type page struct {
	*console.Console
	keys  api.Keys
	hooks *hooks.Desk
}

// Part is the section. Only owners open it: a key moves points without a person,
// and an address is told what happens in every store.
func Part(c *console.Console, keys api.Keys, desk *hooks.Desk) console.Part {
	h := &page{c, keys, desk}
	p := console.Part{Name: "connections", Title: i18n.ConsoleConnectionsTitle, Files: files, Routes: []console.Route{
		{Method: "GET", Path: "/console/connections", Do: h.list},
		{Method: "POST", Path: "/console/connections/keys", Do: h.makeKey},
		{Method: "POST", Path: "/console/connections/keys/revoke", Do: h.revokeKey},
		{Method: "POST", Path: "/console/connections/hooks", Do: h.add},
		{Method: "GET", Path: "/console/connections/of/{id}", Do: h.one},
		{Method: "POST", Path: "/console/connections/of/{id}/settings", Do: h.change},
		{Method: "POST", Path: "/console/connections/of/{id}/test", Do: h.test},
		{Method: "POST", Path: "/console/connections/of/{id}/rotate", Do: h.rotate},
		{Method: "POST", Path: "/console/connections/of/{id}/on", Do: h.on},
		{Method: "POST", Path: "/console/connections/of/{id}/off", Do: h.off},
		{Method: "POST", Path: "/console/connections/of/{id}/remove", Do: h.remove},
		{Method: "POST", Path: "/console/connections/of/{id}/again", Do: h.again},
		{Method: "POST", Path: "/console/connections/of/{id}/range", Do: h.replayRange},
	}}
	for i := range p.Routes {
		p.Routes[i].Least = people.Owner
	}
	return p
}

// group is several boxes that can be ticked, under one name.
type group struct {
	ID, Name string
	List     []choice
}

// choice is one of them.
type choice struct {
	Value, Label string // Value as programs call it
	On           bool
}

// ticked are the boxes of a name that were ticked in the form that was sent.
func ticked(q *console.Request, name string) []string { return q.R.PostForm[name] }

// places are the stores to choose from, every one first.
func (h *page) places(q *console.Request) []console.Option {
	list := []console.Option{{Label: q.Say(i18n.ConsoleConnectionsEveryStore)}}
	for _, s := range h.Shop.Programme(q.Now).Stores {
		list = append(list, console.Option{Value: string(s.ID), Label: s.Name})
	}
	return list
}

// place is what a store is called.
func (h *page) place(q *console.Request, id loyalty.Store) string {
	if id == "" {
		return q.Say(i18n.ConsoleConnectionsEveryStore)
	}
	return h.Shop.StoreName(id)
}

// knows reports whether the programme has a store; "" is every one.
func (h *page) knows(q *console.Request, id loyalty.Store) bool {
	return slices.ContainsFunc(h.places(q), func(o console.Option) bool { return o.Value == string(id) })
}
