package main

import (
	"regulars/handlers/api"
	"regulars/handlers/console"
	"regulars/handlers/console/activities"
	"regulars/handlers/console/campaigns"
	"regulars/handlers/console/chart"
	"regulars/handlers/console/connections"
	"regulars/handlers/console/home"
	"regulars/handlers/console/measures"
	"regulars/handlers/console/members"
	"regulars/handlers/console/rules"
	"regulars/handlers/console/team"
	"regulars/handlers/console/trust"
	"regulars/store"
)

// newConsole puts the manager's pages together, in the order of their navigation.
func (a *app) newConsole() *console.Console {
	c := console.New(a.shop, a.db)
	c.Add(home.Part(c, home.Deps{Bot: a.bot, Outbox: a.outbox, Post: a.outbox, Campaigns: a.campaigns}))
	c.Add(members.Part(c, a.outbox))
	c.Add(campaigns.Part(c, a.campaigns, a.pages, a.cfg.pictures()))
	c.Add(activities.Part(c, activities.Deps{Outbox: a.outbox}))
	c.Add(rules.Part(a.book, a.cfg.pictures()))
	c.Add(measures.Part(c))
	c.Add(console.Part{Name: "chart", Files: chart.Files}) // what its figures are drawn with
	c.Add(team.Part(c, team.Deps{Outbox: a.outbox}))
	c.Add(team.Stores(c))
	c.Add(team.Audit(c))
	c.Add(trust.Part(c, trust.Deps{Outbox: a.outbox, Programs: a.programs}))
	c.Add(connections.Part(c, api.Keys{Shop: a.shop}, a.hooks))
	return c
}

// programs are the keys of the API, as the page about a breach names them.
func (a *app) programs(r store.Reader) (list []trust.Program, err error) {
	keys, err := api.Keys{Shop: a.shop}.List(r)
	for _, k := range keys {
		list = append(list, trust.Program{Actor: k.ID.Actor(), Name: k.Name, Made: k.At})
	}
	return list, err
}

// book is the programme as the console changes it; nil where it comes from no
// file.
func (a *app) book() rules.Book {
	if a.rules == nil {
		return nil
	}
	return a.rules
}
