package book

import (
	"slices"
	"time"
)

// oracle is one account as LEDGER.md describes it, kept in the plainest way
// that there is: a record for every single point. It shares no code and no
// data structure with package loyalty, so that a mistake would have to be made
// twice to go unnoticed. It is slow on purpose.
type oracle struct {
	rules  rules
	now    time.Time // the moment that counts: never before the last thing written
	wrote  time.Time // when something was written last
	points []*point
	lots   []*olot
	holds  []*ohold
	sales  map[string]*grant // newest by order
	waits  []*owait
	debt   int
	frozen bool

	earned, spent, visits, money int
	active                       time.Time
}

// rules are a programme's, in the oracle's own words.
type rules struct {
	per, gives, minimum int
	round               string // down, nearest, up
	expiry              string // never, month, idle
	window, hold        time.Duration
	policy              string // debt, up_to_available, refuse
}

type olot struct {
	number int
	opens  time.Time // pending until then; zero: not pending
	ends   time.Time // zero: never
	idle   bool
}

// point is one point; state is pending, free, held, used, expired or taken.
type point struct {
	lot   *olot
	state string
}

type ohold struct {
	points   []*point
	deadline time.Time
}

type grant struct {
	sale                   bool
	day                    string
	lot                    *olot
	amount, given          int
	refunded, takenForThis int
	whole                  bool
}

type ospend struct {
	points []*point
	undone bool
}

type owait struct {
	order  string
	amount int
	since  time.Time
}

// expires is the local midnight after the day one month later (two for idle),
// found by counting days.
func (o *oracle) expires(base time.Time) time.Time {
	months := map[string]int{"month": 1, "idle": 2}[o.rules.expiry]
	if months == 0 {
		return time.Time{}
	}
	y, m, d := base.In(taipei).Date()
	for range months {
		if m++; m > 12 {
			y, m = y+1, 1
		}
	}
	for d > daysIn(y, int(m)) {
		d--
	}
	if d++; d > daysIn(y, int(m)) {
		if d, m = 1, m+1; m > 12 {
			y, m = y+1, 1
		}
	}
	return time.Date(y, m, d, 0, 0, 0, 0, taipei)
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// rate counts points by taking the price of one away as often as it goes.
func (o *oracle) rate(amount int) (n int) {
	if amount < o.rules.minimum {
		return 0
	}
	left := amount * o.rules.gives
	for ; left >= o.rules.per; left -= o.rules.per {
		n++
	}
	if o.rules.round == "up" && left > 0 || o.rules.round == "nearest" && 2*left >= o.rules.per {
		n++
	}
	return n
}

// gone reports whether the lot's points are past their end at t.
func (l *olot) gone(t time.Time) bool { return !l.ends.IsZero() && !l.ends.After(t) }

// before is the order of spending.
func (l *olot) before(m *olot) bool {
	switch {
	case l.ends.Equal(m.ends):
		return l.number < m.number
	case l.ends.IsZero():
		return false
	case m.ends.IsZero():
		return true
	}
	return l.ends.Before(m.ends)
}

// which are the points for which f holds, in the order of spending.
func (o *oracle) which(f func(*point) bool) (all []*point) {
	for _, p := range o.points {
		if f(p) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(p, q *point) int {
		switch {
		case p.lot == q.lot:
			return 0
		case p.lot.before(q.lot):
			return -1
		}
		return 1
	})
	return all
}

func (o *oracle) count(state string) int {
	return len(o.which(func(p *point) bool { return p.state == state }))
}

// free are the points that can be spent at t.
func (o *oracle) free(t time.Time) []*point {
	return o.which(func(p *point) bool { return p.state == "free" && !p.lot.gone(t) })
}

// peek is a copy for looking at a moment at which nobody writes: the clock may
// step back afterwards. Only points, lots, holds and the debt are copied.
func (o *oracle) peek(t time.Time) *oracle {
	c := *o
	lots, points := map[*olot]*olot{}, map[*point]*point{}
	c.lots, c.points, c.holds = nil, nil, nil
	for _, l := range o.lots {
		copied := *l
		lots[l] = &copied
		c.lots = append(c.lots, &copied)
	}
	for _, p := range o.points {
		points[p] = &point{lots[p.lot], p.state}
		c.points = append(c.points, points[p])
	}
	for _, h := range o.holds {
		copied := ohold{deadline: h.deadline}
		for _, p := range h.points {
			copied.points = append(copied.points, points[p])
		}
		c.holds = append(c.holds, &copied)
	}
	c.advance(t)
	return &c
}

// advance lets time pass up to t, one happening after the other.
func (o *oracle) advance(t time.Time) {
	if o.now = t; o.now.Before(o.wrote) {
		o.now = o.wrote
	}
	o.happen(time.Time{})
}

// happen does all that is due, none of it before last.
func (o *oracle) happen(last time.Time) {
	for {
		what, at := o.next(last)
		if what == nil {
			return
		}
		what()
		o.wrote = o.now
		last = at
		o.payDebt(at)
	}
}

// next is the earliest thing that time does by now, not before last: lots
// open, then holds end, then lots end.
func (o *oracle) next(last time.Time) (what func(), when time.Time) {
	offer := func(at time.Time, f func()) {
		if at.IsZero() {
			return
		}
		if at.Before(last) {
			at = last
		}
		if !at.After(o.now) && (what == nil || at.Before(when)) {
			what, when = f, at
		}
	}
	sorted := slices.Clone(o.lots)
	slices.SortFunc(sorted, func(l, m *olot) int {
		if l.before(m) {
			return -1
		}
		return 1
	})
	has := func(l *olot, states ...string) bool {
		return slices.ContainsFunc(o.points, func(p *point) bool { return p.lot == l && slices.Contains(states, p.state) })
	}
	turn := func(l *olot, to string, states ...string) func() {
		return func() {
			for _, p := range o.points {
				if p.lot == l && slices.Contains(states, p.state) {
					p.state = to
				}
			}
		}
	}
	for _, l := range sorted {
		if has(l, "pending") {
			offer(l.opens, turn(l, "free", "pending"))
		}
	}
	for _, h := range o.holds {
		if len(h.points) > 0 {
			offer(h.deadline, func() { h.giveBack() })
		}
	}
	for _, l := range sorted {
		if has(l, "pending", "free") {
			offer(l.ends, turn(l, "expired", "pending", "free"))
		}
	}
	return what, when
}

func (h *ohold) giveBack() {
	for _, p := range h.points {
		p.state = "free"
	}
	h.points = nil
}

func (o *oracle) payDebt(t time.Time) {
	for _, p := range o.free(t) {
		if o.debt > 0 {
			p.state = "taken"
			o.debt--
		}
	}
}

// grant gives n points as of at.
func (o *oracle) grant(g *grant, n int, at time.Time, window time.Duration, activity bool) {
	g.given = n
	o.earned += n
	for n > 0 && o.debt > 0 {
		n--
		o.debt--
	}
	if n > 0 {
		base := at
		if o.rules.expiry == "idle" && o.active.After(at) {
			base = o.active
		}
		l := &olot{number: len(o.lots), ends: o.expires(base), idle: o.rules.expiry == "idle"}
		state := "free"
		if window > 0 && at.Add(window).After(o.now) {
			state, l.opens = "pending", at.Add(window)
		}
		o.lots = append(o.lots, l)
		for range n {
			o.points = append(o.points, &point{l, state})
		}
		g.lot = l
	}
	if activity {
		o.renew(at)
	}
}

// renew is activity as of at.
func (o *oracle) renew(at time.Time) {
	for _, l := range o.lots {
		open := slices.ContainsFunc(o.points, func(p *point) bool {
			return p.lot == l && (p.state == "pending" || p.state == "free" || p.state == "held")
		})
		if to := o.expires(at); l.idle && open && !l.gone(o.now) && l.ends.Before(to) {
			l.ends = to
		}
	}
	if at.After(o.active) {
		o.active = at
	}
}

func dayOf(t time.Time) string { return t.In(taipei).Format("02.01.2006") }

func (o *oracle) earn(amount int, order string, at time.Time) (*grant, string) {
	if s := o.sales[order]; order != "" && s != nil && !s.whole && s.day == dayOf(at) {
		return nil, "duplicate"
	}
	g := &grant{sale: true, amount: amount, day: dayOf(at)}
	o.visits++
	o.money += amount
	o.grant(g, o.rate(amount), at, o.rules.window, true)
	if order != "" {
		o.sales[order] = g
		var still []*owait
		for _, w := range o.waits {
			if w.order != order || g.whole || o.now.Sub(w.since) > 30*24*time.Hour {
				still = append(still, w)
				continue
			}
			amount := w.amount
			if amount > g.amount-g.refunded {
				amount = 0
			}
			o.reverse(g, amount)
		}
		o.waits = still
	}
	o.after()
	return g, ""
}

// after is what follows any operation at once.
func (o *oracle) after() {
	o.happen(o.now)
	o.payDebt(o.now)
}

func (o *oracle) give(n int, at time.Time) *grant {
	g := &grant{}
	o.grant(g, n, at, 0, true)
	o.after()
	return g
}

func (o *oracle) adjust(n int, at time.Time) (*grant, string) {
	if n > 0 {
		g := &grant{}
		o.grant(g, n, at, 0, false)
		o.after()
		return g, ""
	}
	free := o.free(o.now)
	if len(free) < -n {
		return nil, "short"
	}
	for _, p := range free[:-n] {
		p.state = "taken"
	}
	o.earned += n
	return nil, ""
}

// reverse takes back amount of g's money, 0 being the rest.
func (o *oracle) reverse(g *grant, amount int) string {
	left := g.amount - g.refunded
	switch {
	case g.whole:
		return "reversed"
	case amount > left:
		return "excess"
	case amount == 0:
		amount = left
	}
	keep := 0
	if left != amount {
		keep = o.rate(left - amount)
	}
	n := max(0, g.given-keep-g.takenForThis)
	own := func(states ...string) []*point {
		return o.which(func(p *point) bool { return p.lot == g.lot && slices.Contains(states, p.state) })
	}
	from := append(own("pending", "free"), own("expired")...)
	from = append(from, o.which(func(p *point) bool { return p.lot != g.lot && p.state == "pending" })...)
	for _, p := range o.free(o.now) {
		if p.lot != g.lot {
			from = append(from, p)
		}
	}
	if len(from) < n && o.rules.policy == "refuse" {
		return "short"
	}
	for i := range n {
		if i < len(from) {
			from[i].state = "taken"
		} else if o.rules.policy == "debt" {
			o.debt++
		}
	}
	g.takenForThis += n
	g.refunded += amount
	g.whole = g.refunded == g.amount
	o.earned -= n
	o.money -= amount
	if g.whole && g.sale {
		o.visits--
	}
	return ""
}

// refund gives the wait that it made, if any.
func (o *oracle) refund(order string, amount int) (*owait, string) {
	g := o.sales[order]
	if g == nil {
		w := &owait{order, amount, o.now}
		o.waits = append(o.waits, w)
		return w, ""
	}
	why := o.reverse(g, amount)
	o.after()
	return nil, why
}

func (o *oracle) stopWaiting(w *owait) string {
	i := slices.Index(o.waits, w)
	if i < 0 {
		return "reversed"
	}
	o.waits = slices.Delete(o.waits, i, i+1)
	return ""
}

func (o *oracle) use(n int, at time.Time, state string) ([]*point, string) {
	free := o.free(o.now)
	switch {
	case o.frozen:
		return nil, "frozen"
	case len(free) < n:
		return nil, "short"
	}
	for _, p := range free[:n] {
		p.state = state
	}
	o.renew(at)
	return free[:n], ""
}

func (o *oracle) spend(n int, at time.Time) (*ospend, string) {
	took, why := o.use(n, at, "used")
	o.spent += len(took)
	return &ospend{points: took}, why
}

func (o *oracle) setAside(n int, at time.Time) (*ohold, string) {
	took, why := o.use(n, at, "held")
	if why != "" {
		return nil, why
	}
	h := &ohold{points: took}
	if o.rules.hold > 0 {
		h.deadline = o.now.Add(o.rules.hold)
	}
	o.holds = append(o.holds, h)
	return h, ""
}

func (o *oracle) capture(h *ohold, n int, at time.Time) (*ospend, string) {
	switch {
	case len(h.points) == 0:
		return nil, "closed"
	case n > len(h.points):
		return nil, "short"
	case n == 0:
		n = len(h.points)
	}
	s := &ospend{points: h.points[:n:n]}
	h.points = h.points[n:]
	for _, p := range s.points {
		p.state = "used"
	}
	o.renew(at)
	o.spent += n
	return s, ""
}

func (o *oracle) release(h *ohold) string {
	if len(h.points) == 0 {
		return "closed"
	}
	h.giveBack()
	o.after()
	return ""
}

func (o *oracle) undoSpend(s *ospend) string {
	if s.undone {
		return "reversed"
	}
	s.undone = true
	for _, p := range s.points {
		p.state = "free"
	}
	o.spent -= len(s.points)
	o.after()
	return ""
}
