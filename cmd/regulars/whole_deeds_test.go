package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"regulars/bot/sim"
)

// What people and machines do in a tale, each so that the auditor is told first.

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
		if x.dice.IntN(2) == 0 && !v.added {
			x.come(v)
		} else {
			x.adds(v)
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
	if v := x.aMember(); v != nil {
		x.sellsTo(v)
	}
}

func (x *tale) sellsTo(v *villager) {
	c := x.clerk()
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

// gives is an employee who gives points by hand.
func (x *tale) gives() {
	v, c := x.aMember(), x.clerk()
	if v == nil {
		return
	}
	number := x.card(v)
	points := x.audit.gives(v.name, c.name, x.now())
	x.says(c, fmt.Sprintf("/give %s %d to make up", number, points))
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
		v.since, v.answered = len(v.p.Received()), false
		x.vouch = slices.DeleteFunc(x.vouch, func(s *voucherSeen) bool { return s.owner == v })
	}
}

// waits lets hours pass, and then a minute in which the jobs do what came due.
func (x *tale) waits() {
	x.leap(time.Duration(1+x.dice.IntN(40)) * 17 * time.Minute)
	x.rest(time.Minute)
}

// breaks switches on something that the platforms are known to do.
func (x *tale) breaks() {
	all := []sim.Fault{sim.DropAnswer, sim.Reset, sim.Delay, sim.RateLimit, sim.ServerErr, sim.Garbage, sim.Empty}
	f := all[x.dice.IntN(len(all))]
	x.note("-- the next calls meet %s", f)
	x.sim.Faults.Switch(sim.Rule{Fault: f, Path: "*message*", Times: 1 + x.dice.IntN(2), By: 2 * time.Second})
	x.sim.Faults.Switch(sim.Rule{Fault: f, Platform: "line", Path: "/v2/bot/message/*", Times: 1, Skip: x.dice.IntN(3), By: 2 * time.Second})
}

// corrects sets the clock of a process, as machines do that ask others for the time.
func (x *tale) corrects() {
	if p := x.someone(x.dice.Uint64()); p != nil {
		x.note("-- the clock of process %d is off by %v now", p.number, p.clock.wrong(x.dice.Uint64()))
	}
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
