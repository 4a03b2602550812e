package main

import (
	"crypto/rand"
	"testing"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/store"
)

// What trust looks like in a browser: the console's pages about it by keyboard,
// and those that members and anybody may open.

func init() {
	consoleJobs = append(consoleJobs,
		consoleJob{"trust: a finding is read and decided", people.Manager, decideFinding},
		consoleJob{"trust: who was touched by a breach", people.Owner, seeBreach},
		consoleJob{"trust: what is kept how long", people.Manager, func(_ *consoleTop, b *tab) {
			b.goesTo("/console/trust")
			b.follows("What is kept, and how long")
			b.says("Who in the shop looked at your data")
			b.keepsIn()
			b.accessible()
		}})
}

// odd keeps a finding about the café's employee, who sold too fast to somebody.
func (c *consoleTop) odd(day time.Time) {
	c.t.Helper()
	sam, ann := c.cafe.clerk, c.member("Ann Lee of the quick sales")
	c.do(func(tx store.Tx) error {
		_, err := fraud.Record(tx, fraud.Finding{
			Key:   fraud.Key{Subject: fraud.OfStaff(string(sam.ID)), Day: c.cafe.app.shop.Local(day).Format(time.DateOnly), Rule: fraud.Minute},
			Score: 80, Weight: 50, Store: sam.Store, Numbers: fraud.Numbers{"times": 16}, FoundAt: day,
			Entries: []fraud.Entry{{Ref: "7KQ2M4", Member: ann, At: day}}, Members: []loyalty.MemberID{ann},
		})
		return err
	})
}

func decideFinding(c *consoleTop, b *tab) {
	days := int(c.made.Load()) // a day of its own for each screen
	c.odd(c.cafe.app.clock.Now().AddDate(0, 0, -1-days))
	b.goesTo("/console/trust/fraud")
	b.says("16 sales and gifts within one minute")
	b.keepsIn()
	b.accessible()
	b.picture("trust-findings-" + b.text(`String(innerWidth)`))
	b.follows("Too fast")
	b.says("7KQ2M4")
	b.keepsIn()
	b.accessible()
	b.picture("trust-finding-" + b.text(`String(innerWidth)`))
	b.toggles("it is fine")
	b.fills("Reason", "a group that paid one by one")
	b.follows("Save")
	b.says("Noted")
	b.follows("Also what was decided")
	b.says("it is fine")
}

func seeBreach(c *consoleTop, b *tab) {
	c.member("Bea of the breach")
	b.goesTo("/console/trust")
	b.follows("Who was affected")
	b.keepsIn()
	b.accessible()
	b.fills("Who looked", "A leak of everything")
	b.follows("Show")
	b.says("people were affected")
	b.says("Draft for the authority")
	b.keepsIn()
	b.accessible()
}

// TestBrowserTrustPages opens what anybody and what a member may read of it, on a
// phone and at a desk, in the light and in the dark, in every language: it fits,
// no letter lacks its glyph, and axe finds nothing serious.
func TestBrowserTrustPages(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	w := newWire(t)
	pages := map[i18n.Lang]map[string]string{}
	for _, l := range i18n.Langs {
		pages[l] = w.trustPages(l)
	}
	for _, s := range []screen{smallPhone, smallPhone.dark(), office} {
		for _, l := range i18n.Langs {
			if s.scheme == "dark" && l != i18n.En {
				continue
			}
			for name, at := range pages[l] {
				t.Run(s.name+"/"+string(l)+"/"+name, func(t *testing.T) {
					b := openPage(t, browser, w.app.url+at, s)
					b.readable(l)
					b.keepsIn()
					b.accessible()
					b.picture("trust-" + name + "-" + s.name + "-" + string(l))
					b.close()
				})
			}
		}
	}
}

// trustPages are the addresses for somebody who speaks a language.
func (w *wire) trustPages(l i18n.Lang) map[string]string {
	w.t.Helper()
	p := w.line.Person("Ann "+string(l), string(l))
	come(p)
	w.hears(p, 1)
	w.try(p.Press(i18n.For(l).Say(i18n.JoinButton)))
	w.hears(p, 1)
	w.given(p, 40)
	id, all := w.id(p), map[string]string{"notice": "/privacy?lang=" + string(l)}
	w.try(w.app.app.db.Update(w.t.Context(), func(tx store.Tx) error {
		v, now := w.app.app.shop.Vault, w.world.Clock.Now()
		if _, err := v.Card(tx, id, rand.Reader); err != nil {
			return err
		}
		statement, err := v.StatementToken(tx, id, now, time.Hour)
		if err != nil {
			return err
		}
		export, err := v.ExportToken(tx, id, now)
		all["statement"], all["export"] = "/s/"+statement, "/e/"+export
		return err
	}))
	return all
}
