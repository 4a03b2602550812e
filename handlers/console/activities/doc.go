// Package activities is the console's section about what a shop offers besides
// points and rewards, a tab each: a file with its name here, a template
// activities_<name>.html, and a line in the table of tabs. A tab is there when
// the programme in force has its feature; with none the section is in no
// navigation.
//
// It owns no rows: each feature's package does.
package activities

import (
	"embed"
	"slices"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

//go:embed *.html
var files embed.FS

// Deps are what the pages work with besides the shop.
type Deps struct {
	Outbox bot.Outbox // takes what members are told; nil: they are told nothing
}

// page is the section at work.
type page struct {
	*console.Console
	Deps
}

// tab is one feature's pages.
type tab struct {
	Name   string                        // its address is /console/activities/<Name>, and its pages' are below it
	Title  i18n.Key                      // on the tab
	On     func(*loyalty.Programme) bool // whether rules have it
	Routes func(*page) []console.Route   // with whole paths
}

// tabs are all features, in the order of their tabs.
func tabs() []tab {
	return []tab{
		plansTab(),
		missionsTab(),
		drawsTab(),
		offersTab(),
		eventsTab(), roomsTab(), voicesTab(), charityTab(),
		pairsTab(), leversTab(),
		partnersTab(),
		householdsTab(), matchesTab(),
	}
}

// root is the section's address.
const root = "/console/activities"

// Part is the section.
func Part(c *console.Console, d Deps) console.Part {
	h := &page{c, d}
	p := console.Part{
		Name: "activities", Title: i18n.ConsoleActivities, Files: files, Shown: func(q *console.Request) bool { return len(h.on(q)) > 0 },
		Routes: []console.Route{{Method: "GET", Path: root, Do: h.front}},
	}
	for _, t := range tabs() {
		for _, r := range t.Routes(h) {
			r.Do = h.only(t, r.Do)
			p.Routes = append(p.Routes, r)
		}
	}
	return p
}

// on are the tabs of what the programme in force has.
func (h *page) on(q *console.Request) []tab {
	rules := h.Shop.Rules(q.Now)
	return slices.DeleteFunc(tabs(), func(t tab) bool { return !t.On(rules) })
}

// only keeps a page closed while the programme has not what it is about.
func (h *page) only(t tab, do func(*console.Request) (console.Answer, error)) func(*console.Request) (console.Answer, error) {
	return func(q *console.Request) (console.Answer, error) {
		if !t.On(h.Shop.Rules(q.Now)) {
			return q.Go(root, q.Say(i18n.ConsoleActivitiesOff)), nil
		}
		return do(q)
	}
}

// head is what the data of each page begins with, for
// {{template "activities_tabs" .D}}.
type head struct{ Tabs []console.NavItem }

// head leads to the tabs.
func (h *page) head(q *console.Request) (x head) {
	for _, t := range h.on(q) {
		to := root + "/" + t.Name
		x.Tabs = append(x.Tabs, console.NavItem{Label: q.Say(t.Title), To: to, Here: q.Here(to)})
	}
	return x
}

// front is the section's first page.
func (h *page) front(q *console.Request) (console.Answer, error) {
	return q.Page("activities_front.html", q.Say(i18n.ConsoleActivities), h.head(q)), nil
}

// update is q.Update for what also tells somebody something: op begins the
// letters' ids.
func (h *page) update(q *console.Request, op string, f func(store.Tx, *shop.Letters) error) error {
	var said []bot.Intent
	err := q.Update(func(tx store.Tx) (err error) {
		l := h.Shop.Letters(tx, q.Now, "console-"+string(q.Me.ID)+"-"+op)
		if err = f(tx, l); err == nil && h.Outbox != nil {
			said, err = l.Put(h.Outbox)
		}
		return err
	})
	if err == nil && len(said) > 0 {
		h.Outbox.Nudge(said...)
	}
	return err
}
