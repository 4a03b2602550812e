// Package trust is the console's pages about what members and the law may trust the
// shop with: whom a breach touched and what is kept for how long (privacy), what looks
// unusual (fraud), and lines of the ledger that members say are wrong (disputes). Each
// has files of its own in this package.
//
// It owns no rows.
package trust

import (
	"embed"
	"slices"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/store"
)

//go:embed *.html
var files embed.FS

// Deps are what the pages work with besides the shop.
type Deps struct {
	Outbox bot.Outbox // takes what people are told; nil: they are told nothing
	// Programs are the keys of the API, revoked ones too, as pages name them; nil: there
	// is no API.
	Programs func(store.Reader) ([]Program, error)
}

// page is the section at work.
type page struct {
	*console.Console
	Deps
}

// Part is the section.
func Part(c *console.Console, d Deps) console.Part {
	h := &page{c, d}
	return console.Part{Name: "trust", Title: i18n.ConsoleTrustTitle, Files: files, Routes: slices.Concat(
		[]console.Route{{Method: "GET", Path: "/console/trust", Do: h.front}},
		h.privacy(), h.requests(), h.fraud(), h.disputes(),
	)}
}

// door is a page of the section, as its first page leads there.
type door struct {
	Title, Text i18n.Key
	To          string
	Owners      bool // it is for owners only
}

// doors are the section's pages in the order of the first page.
var doors = []door{
	{Title: i18n.ConsoleFraudTitle, Text: i18n.ConsoleFraudText, To: "/console/trust/fraud"},
	{Title: i18n.DisputeTitle, Text: i18n.DisputeText, To: "/console/trust/disputes"},
	{Title: i18n.ConsoleRequestsTitle, Text: i18n.ConsoleRequestsText, To: "/console/trust/requests"},
	{Title: i18n.ConsoleTrustBreach, Text: i18n.ConsoleTrustBreachText, To: "/console/trust/breach", Owners: true},
	{Title: i18n.ConsoleTrustRetention, Text: i18n.ConsoleTrustRetentionText, To: "/console/trust/retention"},
}

// front leads to the section's pages.
func (h *page) front(q *console.Request) (console.Answer, error) {
	open := slices.DeleteFunc(slices.Clone(doors), func(d door) bool { return d.Owners && !q.Owner() })
	return q.Page("trust_front.html", q.Say(i18n.ConsoleTrustTitle), open), nil
}
