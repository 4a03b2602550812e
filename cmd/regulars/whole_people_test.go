package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/store"
)

// villager is somebody with a phone.
type villager struct {
	name     string
	platform string
	p        sim.Person
	seat     sim.Person // in the group of their platform
	added    bool       // they added the shop on LINE
	unheard  bool       // nothing came back when they last asked for news
	since    int        // messages that came to who they were before they left
	answered bool       // the question after a visit, as the member they are now
}

// voucherSeen is a code that stood on somebody's phone.
type voucherSeen struct {
	code  string
	owner *villager
	held  *setAside
	used  bool
}

// tale is what happens to a shop in one seed.
type tale struct {
	*wholeShop
	audit   *auditor
	folk    []*villager
	clerks  []*villager
	boss    *villager
	vouch   []*voucherSeen
	refs    map[int]string // by the sale's number
	danger  int
	steps   int
	members int
}

func newTale(w *wholeShop) *tale {
	x := &tale{wholeShop: w, audit: newAuditor(taipei), refs: map[int]string{}, danger: 25}
	w.launch()
	w.rest(5 * time.Second)
	for w.living() < w.want() {
		w.launch()
		w.rest(2 * time.Second)
	}
	for i, name := range []string{"Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"} {
		x.folk = append(x.folk, x.person(name, []string{"line", "telegram"}[i%2]))
	}
	x.clerks = []*villager{x.person("Sam", "line"), x.person("Tess", "telegram")}
	x.boss = x.person("Boss", "line")
	for _, v := range append(slices.Clone(x.clerks), x.boss) {
		x.come(v)
	}
	x.quiet()
	x.hire(identity(x.clerks[0].p), people.Clerk)
	x.hire(identity(x.clerks[1].p), people.Clerk)
	x.hire(identity(x.boss.p), people.Owner)
	x.groups()
	return x
}

func (x *tale) person(name, platform string) *villager {
	v := &villager{name: name, platform: platform}
	if platform == "line" {
		p := x.line.Person(name, "en")
		v.p = p
		x.named = append(x.named, calledBy{p.ID(), name})
	} else {
		p := x.bots.Person(name, "en")
		v.p = p
		x.named = append(x.named, calledBy{fmt.Sprint(p.ID()), name})
	}
	x.audit.books[name] = &folio{name: name, platform: platform}
	return v
}

func (x *tale) groups() {
	var ofLine []*sim.LinePerson
	var ofBot []*sim.TelegramPerson
	for _, v := range x.folk {
		switch p := v.p.(type) {
		case *sim.LinePerson:
			ofLine = append(ofLine, p)
		case *sim.TelegramPerson:
			ofBot = append(ofBot, p)
		}
	}
	x.does("groups", func() {
		g := x.line.Group("Regulars", ofLine...)
		h := x.bots.Group("Regulars", ofBot...)
		for _, v := range x.folk {
			switch p := v.p.(type) {
			case *sim.LinePerson:
				v.seat = p.In(g)
			case *sim.TelegramPerson:
				v.seat = p.In(h)
			}
		}
	})
	x.quiet()
}

func (x *tale) come(v *villager) {
	v.added = v.platform == "line"
	x.does(v.name+" comes", func() { come(v.p) })
}

// adds makes somebody a friend of the shop's account on LINE without its hearing
// of it, as those are who were it before there was a bot: who is none cannot be
// written to a week after they wrote, is not billed for, and no bot is told.
func (x *tale) adds(v *villager) {
	if p, ok := v.p.(*sim.LinePerson); ok && !v.added {
		v.added = true
		p.Befriend()
	}
}

// says lets somebody write, alone or while others do something.
func (x *tale) says(v *villager, text string) {
	x.does(v.name+" says "+drawn.ReplaceAllString(text, "…"), func() { v.p.Say(text) })
}

// taps presses a button under a question that just came; false: it did not come.
func (x *tale) taps(v *villager, since int, question, label string) bool {
	if auditCount(v.p.Received()[since:], question) == 0 {
		return false
	}
	i := slices.IndexFunc(v.p.Buttons(), func(b string) bool { return strings.HasPrefix(b, label) })
	if i < 0 {
		return false
	}
	full := v.p.Buttons()[i]
	x.does(v.name+" taps "+full, func() {
		if err := v.p.Press(full); err != nil {
			x.t.Errorf("%s cannot press %q: %v", v.name, full, err)
		}
	})
	return true
}

// card is the number that stands on a member's card.
func (x *tale) card(v *villager) (number string) {
	x.t.Helper()
	a := x.first().app
	err := x.db.Update(context.Background(), func(tx store.Tx) error {
		id, known, err := a.shop.Vault.Who(tx, shop.Identity(identity(v.p)))
		if err != nil || !known {
			return fmt.Errorf("nobody knows %s: %w", v.name, err)
		}
		code, err := a.shop.Vault.Card(tx, id, a.shop.Rand)
		number = code.String()
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return number
}

func (x *tale) now() time.Time { return x.sim.Clock.Now() }

func (x *tale) anyone() *villager { return x.folk[x.dice.IntN(len(x.folk))] }

// aMember is one of them, or nil.
func (x *tale) aMember() *villager {
	for range 10 {
		if v := x.anyone(); x.audit.books[v.name].member {
			return v
		}
	}
	return nil
}

func (x *tale) clerk() *villager { return x.clerks[x.dice.IntN(2)] }

// looks shows the auditor all phones.
func (x *tale) looks() {
	for _, v := range slices.Concat(x.folk, x.clerks, []*villager{x.boss}) {
		x.audit.reads(v.name, v.p.Received())
		if v.seat != nil {
			x.audit.group("the group of "+v.platform, v.seat.Received())
		}
	}
}

// found is what the auditor says cannot be, how to see it again, and what led to it.
func (x *tale) found() string {
	if len(x.audit.faults) == 0 {
		return ""
	}
	return fmt.Sprintf("seed %d: %s\n\nlive it again: REGULARS_SEED=%d go test -count=1 -run 'TestWholeService$' ./cmd/regulars\n\nthe last of it:\n%s\n%s",
		x.seed, strings.Join(x.audit.faults, "\n"), x.seed, x.tail(80), x.log)
}

// step is one thing that somebody does, and all that follows from it.
func (x *tale) step() {
	x.steps++
	x.peril = x.danger
	deeds := []func(){x.joins, x.joins, x.brings, x.brings, x.brings, x.sells, x.sells, x.thinks, x.thinks, x.gives, x.undoes, x.redeems, x.redeems, x.uses, x.asks, x.asks, x.inGroup, x.news, x.changesMind, x.changesMind, x.offers, x.leaves, x.waits, x.breaks, x.corrects, x.replaces}
	deeds[x.dice.IntN(len(deeds))]()
	x.again()
	x.quiet()
	x.looks()
}
