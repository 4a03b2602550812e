package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/admin"
	"regulars/handlers/shop"
	"regulars/store"
)

// The end of a tale: all books are compared.

// verify lets the program look over its own books.
func (x *tale) verify() {
	var said []string
	err := x.first().app.desk().Ops()["verify"](context.Background(), nil, func(l admin.Line) { said = append(said, l.Text) })
	if err != nil {
		x.audit.blame("verify: %v\n%s", err, strings.Join(said, "\n"))
	}
}

// ends compares all books.
func (x *tale) ends() {
	x.peril = 0
	x.sim.Faults.Clear()
	x.quiet()
	if x.dice.IntN(2) == 0 {
		x.leap(time.Duration(20+x.dice.IntN(15)) * 24 * time.Hour)
	}
	x.leap(3 * time.Hour)
	x.rest(2 * time.Minute) // the jobs' turn
	x.quiet()
	phones := map[string][]string{}
	for _, v := range x.folk {
		if x.audit.books[v.name].member {
			x.audit.asks(v.name, x.now())
			had := len(v.p.Received())
			x.says(v, "/points")
			x.quiet()
			if n := auditCount(v.p.Received()[had:], "points"); n == 0 {
				x.audit.blame("%s is not answered in the end", v.name)
			}
			x.treats(v)
		}
	}
	x.looks()
	for _, v := range slices.Concat(x.folk, x.clerks, []*villager{x.boss}) {
		phones[v.name] = v.p.Received()
	}
	x.audit.told(phones)
	x.audit.offered(phones)
	x.audit.asked(phones)
	x.opinions()
	x.balances()
	x.bill()
	x.verify()
	for _, c := range x.line.Complaints() {
		x.audit.blame("LINE complains: %s", c)
	}
}

// balances holds the store's against the auditor's.
func (x *tale) balances() {
	a := x.first().app
	for _, v := range x.folk {
		p := x.audit.books[v.name]
		p.by(x.now())
		if !p.member {
			continue
		}
		err := x.db.View(context.Background(), func(r store.Reader) error {
			id, _, err := a.shop.Vault.Who(r, shop.Identity(identity(v.p)))
			if err != nil {
				return err
			}
			b, err := a.shop.Book.Balance(r, id, x.now())
			if err == nil && (int(b.Available) != p.available() || int(b.Debt) != p.debt) {
				x.audit.blame("%s has %d points and owes %d; by the auditor's book %d and %d", v.name, b.Available, b.Debt, p.available(), p.debt)
			}
			return err
		})
		if err != nil {
			x.t.Fatal(err)
		}
	}
}

// bill holds the shop's count of what LINE charges for against LINE's.
func (x *tale) bill() {
	a := x.first().app
	var b shop.Bill
	err := x.db.View(context.Background(), func(r store.Reader) (err error) {
		b, err = a.shop.Bill(r, x.now())
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	// LINE's month begins an hour before Taipei's. In that hour the bill still tells
	// of the shop's old month: what limits sending is LINE's new one, see shop.Bill.
	used := x.line.Used()
	if x.now().In(taipei).Month() == x.now().Add(9*time.Hour).UTC().Month() {
		if early := x.line.Early(); int(b.Billed) != used-early {
			x.audit.blame("the shop counts %d billed messages, LINE %d, and %d in the hour before the shop's month", b.Billed, used, early)
		}
		return
	}
	if own := x.gated(); own < used {
		x.audit.blame("the limit counts %d of LINE's new month, LINE %d", own, used)
	}
}

// gated is how many billed messages of LINE's month the limit knows of.
func (x *tale) gated() int {
	a, n := x.first().app, int64(0)
	err := x.db.View(context.Background(), func(r store.Reader) error {
		for _, ch := range a.shop.Channels {
			if ch.Platform != bot.LINE {
				continue
			}
			m, err := a.outbox.Month(r, ch.Name, x.now())
			if err != nil {
				return err
			}
			n += m.Own
		}
		return nil
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return int(n)
}
