// Package home is the console's first page: how the shop does today and this
// month against before, its goals, and what waits for a person, with the pages
// on which that person decides. What is decided here is decided by the same code
// as in the chat.
//
// It reads a bounded number of rows, however many members there are: sums of
// days, and what waits. What takes longer (who is active, what is owed, the
// recommendation) is reckoned aside and kept for two minutes. It owns no rows.
package home

import (
	"embed"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

//go:embed *.html *.css
var files embed.FS

// Deps are what the pages work with besides the shop; what is nil is not shown.
type Deps struct {
	Bot       *bot.Bot         // handles again what could not be handled
	Outbox    bot.Outbox       // takes what members and employees are told
	Post      *outbox.Outbox   // what could not be sent, and what is held back
	Campaigns *campaign.Engine // those that wait for approval, or stand still
}

// page is the part at work.
type page struct {
	*console.Console
	Deps
	slow *slow
}

// Part is the first page and those on which what waits is decided.
func Part(c *console.Console, d Deps) console.Part {
	h := &page{c, d, &slow{all: map[string]*slowly{}}}
	return console.Part{Title: i18n.ConsoleHomeTitle, Files: files, Routes: []console.Route{
		{Method: "GET", Path: "/console/{$}", Do: h.home},
		{Method: "GET", Path: "/console/approvals", Do: h.approvals},
		{Method: "POST", Path: "/console/approvals/points", Do: h.decidePoints},
		{Method: "POST", Path: "/console/approvals/cards", Do: h.decideCard},
		{Method: "GET", Path: "/console/cases", Do: h.cases},
		{Method: "GET", Path: "/console/cases/{ref}", Do: h.caseOf},
		{Method: "POST", Path: "/console/cases/{ref}/answer", Do: h.answerCase},
		{Method: "POST", Path: "/console/cases/{ref}/close", Do: h.closeCase},
		{Method: "GET", Path: "/console/calls", Do: h.calls},
		{Method: "POST", Path: "/console/calls/done", Do: h.callDone},
		{Method: "GET", Path: "/console/letters", Do: h.letters},
		{Method: "POST", Path: "/console/letters/again", Do: h.letterAgain},
		{Method: "POST", Path: "/console/letters/drop", Do: h.letterDrop},
		{Method: "GET", Path: "/console/referrals", Do: h.referrals},
		{Method: "POST", Path: "/console/referrals/decide", Do: h.decideReferrals},
		{Method: "GET", Path: "/console/held", Least: people.Owner, Do: h.held},
		{Method: "POST", Path: "/console/held/decide", Least: people.Owner, Do: h.decideHeld},
		{Method: "GET", Path: "/console/goals", Do: h.goals},
		{Method: "POST", Path: "/console/goals/set", Do: h.setGoal},
		{Method: "POST", Path: "/console/goals/drop", Do: h.dropGoal},
	}}
}

// update is q.Update for what also tells somebody something: op begins the
// letters' ids.
func (h *page) update(q *console.Request, op string, f func(store.Tx, *shop.Letters) error) error {
	var said []bot.Intent
	err := q.Update(func(tx store.Tx) (err error) {
		l := h.Shop.Letters(tx, q.Now, "console-"+op)
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
