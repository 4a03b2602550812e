package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/chromedp/kb"

	deciding "regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

func init() {
	consoleJobs = append(consoleJobs,
		consoleJob{"home: say yes to points", people.Owner, func(c *consoleTop, b *tab) {
			fay := c.member("Fay Wood " + b.size())
			shop, now := c.cafe.app.shop, c.cafe.app.clock.Now()
			c.do(func(tx store.Tx) error {
				reason, err := shop.Vault.SealFor(tx, fay, "reason", []byte("spilt coffee"), shop.Rand)
				if err != nil {
					return err
				}
				return deciding.PutApproval(tx, deciding.Approval{
					ID: "home-" + b.size(), Member: fay, Points: 77, Reason: reason, By: c.mia.ID, Role: c.mia.Role, At: now, Until: now.Add(deciding.ApprovalLife),
				})
			})
			b.goesTo("/console/")
			b.follows("Approvals")
			b.says("spilt coffee")
			b.accessible()
			b.follows("Yes")
			b.says("yes, by Olga")
			c.see(func(r store.Reader) error {
				has, err := shop.Book.Balance(r, fay, c.cafe.app.clock.Now())
				if has.Available != 77 {
					b.t.Errorf("Fay has %d points", has.Available)
				}
				return err
			})
		}},
		consoleJob{"home: set a goal and drop it", people.Manager, func(c *consoleTop, b *tab) {
			b.goesTo("/console/goals")
			b.fills("Which figure", "Orders")
			b.fills("What it should be", "5000")
			b.fills("By which day", c.cafe.app.shop.Local(c.cafe.app.clock.Now()).AddDate(0, 1, 0).Format(time.DateOnly))
			b.follows("Set this goal")
			b.says("The goal is set")
			b.goesTo("/console/")
			b.says("of 5,000 by")
			b.accessible()
			b.follows("Set goals")
			b.follows("Drop it Orders")
			b.says("The goal is dropped")
		}},
		consoleJob{"team: invite two and take one back", people.Owner, func(_ *consoleTop, b *tab) {
			b.goesTo("/console/team")
			b.follows("Invitations")
			b.fills("Whom to invite, one a line", "Kim "+b.size()+"\nLee "+b.size()+", manager")
			b.follows("Make the codes")
			b.says("Invitations made: 2")
			b.says("Lee " + b.size())
			b.accessible()
			b.follows("Take back")
			b.says("That code is good for nobody")
		}},
		consoleJob{"team: limits, another role, and goodbye", people.Owner, func(c *consoleTop, b *tab) {
			who := c.employ("Nora "+b.size(), people.Clerk)
			b.goesTo("/console/team")
			b.follows("Nora " + b.size())
			b.tabTo(named("Those of the role (Clerk)"))
			b.keys(kb.ArrowDown) // to the other choice
			b.fills("By hand, at once", "15")
			b.tabTo(named("Reason"))
			b.keys("new here")
			b.follows("Save")
			b.says("limits hold from now on")
			b.accessible()
			c.see(func(r store.Reader) error {
				s, err := c.cafe.app.shop.Vault.StaffByID(r, who)
				if s.Caps == nil || s.Caps.GiveAct != 15 {
					b.t.Errorf("the limits are %+v", s.Caps)
				}
				return err
			})
			b.follows("Back to staff")
			b.says("Nora " + b.size())
		}},
		consoleJob{"stores: the settlement of a month", people.Owner, func(_ *consoleTop, b *tab) {
			b.goesTo("/console/stores")
			b.follows("Settlement between stores")
			b.says("Given here, spent elsewhere")
			b.accessible()
			if !strings.Contains(b.text(`document.querySelector("a[download]").href`), "format=csv") {
				b.t.Error("no file of the settlement")
			}
		}},
	)
}

// see reads the store.
func (c *consoleTop) see(f func(store.Reader) error) {
	c.t.Helper()
	if err := c.cafe.app.db.View(context.Background(), f); err != nil {
		c.t.Fatal(err)
	}
}

// employ makes an employee whom no other job knows.
func (c *consoleTop) employ(name string, role loyalty.Role) people.StaffID {
	c.t.Helper()
	who := people.Identity{Channel: "line", User: fmt.Sprintf("Ue%031d", c.made.Add(1))}
	s, err := c.cafe.enrol(context.Background(), who, name, role, i18n.En)
	if err != nil {
		c.t.Fatal(err)
	}
	return s.ID
}
