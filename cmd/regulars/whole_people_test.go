package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/handlers/admin"
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
	unheard  bool       // nothing came back when they last asked for news
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
	for i, name := range []string{"Ann", "Bob", "Cat", "Dan", "Eve", "Fay"} {
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

func (x *tale) come(v *villager) { x.does(v.name+" comes", func() { come(v.p) }) }

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
	return fmt.Sprintf("seed %d: %s\n\nlive it again: REGULARS_SEED=%d go test -count=1 -run 'TestWholeService/again' ./cmd/regulars\n\nthe last of it:\n%s\n%s",
		x.seed, strings.Join(x.audit.faults, "\n"), x.seed, x.tail(80), x.log)
}

// step is one thing that somebody does, and all that follows from it.
func (x *tale) step() {
	x.steps++
	x.peril = x.danger
	deeds := []func(){x.joins, x.joins, x.sells, x.sells, x.sells, x.undoes, x.redeems, x.redeems, x.uses, x.asks, x.asks, x.inGroup, x.news, x.changesMind, x.offers, x.leaves, x.waits, x.breaks, x.replaces}
	deeds[x.dice.IntN(len(deeds))]()
	x.again()
	x.quiet()
	x.looks()
}

// again delivers the last webhook once more, now and then, as networks do.
func (x *tale) again() {
	switch x.dice.IntN(6) {
	case 0:
		x.does("LINE repeats itself", func() { x.line.Repeat() })
	case 1:
		x.does("Telegram repeats itself", func() { x.bots.Again() })
	}
}

func (x *tale) joins() {
	v := x.anyone()
	had := len(v.p.Received())
	if x.members == 0 || !x.audit.books[v.name].member {
		if x.dice.IntN(2) == 0 {
			x.come(v)
		} else {
			x.says(v, "/join")
		}
		x.quiet()
		if x.taps(v, had, "one tap", "Join") {
			x.audit.joined(v.name, x.now())
			x.members++
		}
	}
}

func (x *tale) sells() {
	v, c := x.aMember(), x.clerk()
	if v == nil {
		return
	}
	number, points := x.card(v), 100+len(x.audit.sales)
	x.audit.sold(v.name, c.name, points, x.now())
	sale := len(x.audit.sales)
	x.says(c, fmt.Sprintf("/sale %s %d", number, points*10))
	x.quiet()
	for _, m := range c.p.Received() {
		if strings.HasPrefix(m, fmt.Sprintf("%d points for", points)) {
			_, after, _ := strings.Cut(m, "Ref ")
			x.refs[sale] = strings.Fields(after)[0]
		}
	}
}

func (x *tale) undoes() {
	if len(x.refs) == 0 {
		return
	}
	sale := 1 + x.dice.IntN(len(x.audit.sales))
	ref, told := x.refs[sale]
	s := x.audit.sales[sale-1]
	if !told || s.over || !x.audit.books[s.whose].member {
		return
	}
	clerk := x.clerks[0]
	if s.clerk != clerk.name {
		clerk = x.clerks[1]
	}
	delete(x.refs, sale)
	x.audit.takenBack(sale, x.now())
	x.says(clerk, "/undo "+ref)
}

var wholeCode = regexp.MustCompile(`Code\W+([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})`)

func (x *tale) redeems() {
	v := x.aMember()
	if v == nil {
		return
	}
	what, cost := "tea", 40
	if x.dice.IntN(3) == 0 {
		what, cost = "feast", 150
	}
	had := len(v.p.Received())
	x.audit.asks(v.name, x.now())
	x.says(v, "/redeem "+what)
	x.quiet()
	if !x.taps(v, had, fmt.Sprintf("for %d points?", cost), fmt.Sprintf("Redeem %d points", cost)) {
		return
	}
	if !x.audit.reserved(v.name, cost, x.now()) {
		x.audit.blame("%s is offered what %d points cannot buy", v.name, x.audit.books[v.name].available())
		return
	}
	held := x.audit.books[v.name].held
	x.quiet()
	for _, m := range v.p.Received()[had:] {
		if c := wholeCode.FindStringSubmatch(m); c != nil && !slices.ContainsFunc(x.vouch, func(s *voucherSeen) bool { return s.code == c[1] }) {
			x.vouch = append(x.vouch, &voucherSeen{code: c[1], owner: v, held: held[len(held)-1]})
		}
	}
}

func (x *tale) uses() {
	if len(x.vouch) == 0 {
		return
	}
	s, c := x.vouch[x.dice.IntN(len(x.vouch))], x.clerk()
	good := !s.used && x.audit.used(s.owner.name, s.held, x.now())
	had := len(c.p.Received())
	x.says(c, "/use "+s.code)
	x.quiet()
	handed := 0
	for _, m := range c.p.Received()[had:] {
		if strings.Contains(m, "Hand this to") {
			handed++
		}
	}
	if handed > 0 != good && (handed > 0 || c.platform == "line") || handed > 2 {
		x.audit.blame("a voucher of %s (good: %v) is handed out %d times by %s", s.owner.name, good, handed, c.name)
	}
	s.used = s.used || good
}

func (x *tale) asks() {
	if v := x.aMember(); v != nil {
		x.audit.asks(v.name, x.now())
		x.says(v, "/points")
	}
}

func (x *tale) inGroup() {
	if v := x.anyone(); v.seat != nil {
		x.does(v.name+" asks before everybody", func() { v.seat.Say("/points") })
	}
}

func (x *tale) leaves() {
	v := x.aMember()
	if v == nil || x.dice.IntN(2) > 0 {
		return
	}
	had := len(v.p.Received())
	x.says(v, "/leave")
	x.quiet()
	if x.taps(v, had, "End your membership?", "Leave") {
		x.audit.left(v.name)
		x.vouch = slices.DeleteFunc(x.vouch, func(s *voucherSeen) bool { return s.owner == v })
	}
}

// waits lets hours pass.
func (x *tale) waits() {
	x.leap(time.Duration(1+x.dice.IntN(40)) * 17 * time.Minute)
}

// breaks switches on something that the platforms are known to do.
func (x *tale) breaks() {
	all := []sim.Fault{sim.DropAnswer, sim.Reset, sim.Delay, sim.RateLimit, sim.ServerErr, sim.Garbage, sim.Empty}
	f := all[x.dice.IntN(len(all))]
	x.note("-- the next calls meet %s", f)
	x.sim.Faults.Switch(sim.Rule{Fault: f, Path: "*message*", Times: 1 + x.dice.IntN(2), By: 2 * time.Second})
	x.sim.Faults.Switch(sim.Rule{Fault: f, Platform: "line", Path: "/v2/bot/message/*", Times: 1, Skip: x.dice.IntN(3), By: 2 * time.Second})
}

// replaces ends a process, one way or the other; another takes its place.
func (x *tale) replaces() {
	p := x.someone(x.dice.Uint64())
	switch dies := x.dice.IntN(2) == 0; {
	case p == nil: // all ended by themselves just now
	case dies:
		x.kill(p)
	case x.living() > 1:
		x.retire(p)
	}
	x.revive()
}

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
		}
	}
	x.looks()
	for _, v := range slices.Concat(x.folk, x.clerks, []*villager{x.boss}) {
		phones[v.name] = v.p.Received()
	}
	x.audit.told(phones)
	x.audit.offered(phones)
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
		if int(b.Billed) != used {
			x.audit.blame("the shop counts %d billed messages, LINE %d", b.Billed, used)
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
