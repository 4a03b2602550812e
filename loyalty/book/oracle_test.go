package book

import (
	"fmt"
	"slices"
	"time"

	"regulars/loyalty"
)

// oracle is one account as LEDGER.md and the field docs of the programme
// describe it, kept in the plainest way that there is: a record for every
// single point. It reads a programme's fields, which are the words of the
// contract, and calls none of its functions, so that a mistake would have to be
// made twice to go unnoticed. It is slow on purpose.
type oracle struct {
	versions []*loyalty.Programme // oldest first
	facts    loyalty.Facts
	now      time.Time // the moment that counts: never before the last thing written
	wrote    time.Time // when something was written last
	points   []*point
	lots     []*olot
	holds    []*ohold
	sales    map[string][]*grant // by order, newest first
	waits    []*owait
	debt     int
	frozen   bool
	policy   loyalty.Reversal // of the reversal in hand

	earned, spent, visits, money int
	first, active                time.Time
	months, daily                map[date]*counts
	cards                        map[string]*ocard
	stand                        ostanding
}

func newOracle(versions []*loyalty.Programme, f loyalty.Facts) *oracle {
	return &oracle{
		versions: versions, facts: f, sales: map[string][]*grant{},
		months: map[date]*counts{}, daily: map[date]*counts{}, cards: map[string]*ocard{},
	}
}

// rules is the version in force at t.
func (o *oracle) rules(t time.Time) *loyalty.Programme {
	p := o.versions[0]
	for _, v := range o.versions {
		if !t.Before(v.From) {
			p = v
		}
	}
	return p
}

type ocard struct{ have, filled int }

type olot struct {
	number  int
	opens   time.Time // pending until then; zero: not pending
	ends    time.Time // zero: never
	rule    loyalty.Expiry
	level   string
	base    time.Time
	version int // the newest version that it was held against
}

// point is one point; state is pending, free, held, used, expired, taken, or moved:
// it is lent, or was borrowed and went back.
type point struct {
	lot   *olot
	state string
	home  func() // of a borrowed one: it is back where it was lent
}

// free makes the point free, which a borrowed one is at home only.
func (p *point) free() {
	p.state = "free"
	if p.home != nil {
		p.state = "moved"
		p.home()
	}
}

type ohold struct {
	points   []*point
	deadline time.Time
	forfeit  bool
}

// grant is a sale or a gift.
type grant struct {
	sale         bool
	day          string
	rules        *loyalty.Programme
	lot          *olot
	slip         *slip // the sale as it was
	back         []oline
	moment       moment
	shares       []oshare
	given, taken int
	bucket, on   date
	counted      counts // what is left of it in the counts
	stamps       map[string]int
	refunded     int
	whole        bool
}

type ospend struct {
	points []*point
	undone bool
}

type owait struct {
	order string
	back  back
	since time.Time
}

// back is what comes back: an amount, lines, or all.
type back struct {
	amount int
	lines  []oline
	kept   []string
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
// step back afterwards. Only points, lots, holds, the debt and the tier are copied.
func (o *oracle) peek(t time.Time) *oracle {
	c := *o
	lots, points := map[*olot]*olot{}, map[*point]*point{}
	c.lots, c.points, c.holds = nil, nil, nil // a tier's counts change with operations only
	for _, l := range o.lots {
		copied := *l
		lots[l] = &copied
		c.lots = append(c.lots, &copied)
	}
	for _, p := range o.points {
		points[p] = &point{lot: lots[p.lot], state: p.state}
		if p.home != nil {
			points[p].home = func() {} // looking takes nothing home
		}
		c.points = append(c.points, points[p])
	}
	for _, h := range o.holds {
		copied := ohold{deadline: h.deadline, forfeit: h.forfeit}
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
// open, then holds end, then new rules take lots over, as long as these have
// not ended by then, then lots end, then tiers do.
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
			offer(h.deadline, h.end)
		}
	}
	for _, p := range o.versions[1:] {
		for _, l := range sorted {
			if l.version < p.Version && has(l, "pending", "free", "held") && o.follows(l, p) {
				offer(p.From, func() { o.follow(l, p) })
			}
		}
	}
	for _, l := range sorted {
		if has(l, "pending", "free") {
			offer(l.ends, turn(l, "expired", "pending", "free"))
		}
	}
	if !o.stand.until.IsZero() {
		at := o.stand.until
		if at.Before(last) {
			at = last
		}
		offer(o.stand.until, func() { o.fall(at) })
	}
	return what, when
}

// end is what a hold's deadline does.
func (h *ohold) end() {
	if !h.forfeit {
		h.giveBack()
		return
	}
	for _, p := range h.points {
		p.state = "expired"
	}
	h.points = nil
}

func (h *ohold) giveBack() {
	points := h.points
	h.points = nil
	for _, p := range points {
		p.free()
	}
}

// expiry is the rule for points earned at a level.
func expiry(p *loyalty.Programme, level string) loyalty.Expiry {
	for i, l := range p.Tiers.Levels {
		if l.Expiry != nil && (l.ID == level && i > 0 || i == 0 && lowest(p, level)) {
			return *l.Expiry
		}
	}
	return p.Expiry
}

// follows reports whether a lot comes under version p's rule when that begins.
func (o *oracle) follows(l *olot, p *loyalty.Programme) bool {
	x, y := expiry(p, l.level), l.rule
	follow := x.Follow
	x.Version, x.Follow, y.Version, y.Follow = 0, false, 0, false
	return follow && x != y && !l.gone(p.From)
}

// follow brings a lot under p's rule: later if that is later than its own end,
// else sooner, but never sooner than one full period from p.From.
func (o *oracle) follow(l *olot, p *loyalty.Programme) {
	x := expiry(p, l.level)
	l.version, l.rule = p.Version, x
	base := l.base
	if x.Kind == loyalty.Idle && o.active.After(base) {
		base = o.active
	}
	later := func(a, b time.Time) bool { return !b.IsZero() && (a.IsZero() || a.After(b)) }
	full := base
	if full.Before(p.From) {
		full = p.From
	}
	if end := ends(x, base, p.Zone); later(end, l.ends) {
		l.ends = end
		return
	}
	if x.Kind == loyalty.FixedDate && x.Months < 12 {
		x.Months = 12 // a full period of a yearly date is a year
	}
	if end := ends(x, full, p.Zone); later(l.ends, end) {
		l.ends = end
	}
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
	p, to := o.rules(at), o.renewal(at)
	g.given, g.rules = n, p
	o.earned += n
	for n > 0 && o.debt > 0 {
		n--
		o.debt--
	}
	if n > 0 {
		x := expiry(p, o.stand.level)
		base := at
		if x.Kind == loyalty.Idle && o.active.After(at) {
			base = o.active
		}
		l := &olot{number: len(o.lots), ends: ends(x, base, p.Zone), rule: x, level: o.stand.level, base: base, version: p.Version}
		state := "free"
		if window > 0 && at.Add(window).After(o.now) {
			state, l.opens = "pending", at.Add(window)
		}
		o.lots = append(o.lots, l)
		for range n {
			o.points = append(o.points, &point{lot: l, state: state})
		}
		g.lot = l
	}
	if activity {
		o.renew(at, to)
	}
}

// open reports whether a lot under an idle rule has points left.
func (o *oracle) open(l *olot) bool {
	return l.rule.Kind == loyalty.Idle && slices.ContainsFunc(o.points, func(p *point) bool {
		return p.lot == l && (p.state == "pending" || p.state == "free" || p.state == "held")
	})
}

// renewal is up to when activity as of at renews all points under an idle rule
// alike: by the rule of the moment or the longest of theirs (LEDGER.md: "any
// earning or spending renews all"; Entry.RenewsTo is one instant for all). A lot
// that this very spending empties still counts.
func (o *oracle) renewal(at time.Time) (to time.Time) {
	p := o.rules(at)
	if x := expiry(p, o.stand.level); x.Kind == loyalty.Idle {
		to = ends(x, at, p.Zone)
	}
	for _, l := range o.lots {
		if o.open(l) {
			if own := ends(l.rule, at, p.Zone); own.After(to) {
				to = own
			}
		}
	}
	return to
}

// renew is activity as of at.
func (o *oracle) renew(at, to time.Time) {
	for _, l := range o.lots {
		if o.open(l) && !l.gone(o.now) && l.ends.Before(to) {
			l.ends = to
		}
	}
	if at.After(o.active) {
		o.active = at
	}
}

// newest is the sale told last under an order number, nil for none.
func (o *oracle) newest(order string) *grant {
	if len(o.sales[order]) == 0 {
		return nil
	}
	return o.sales[order][0]
}

func (o *oracle) began(at time.Time) {
	if o.first.IsZero() {
		o.first = at
	}
}

// seen is what a month or day counted. The map keeps its newest; 0 only looks.
func seen(m map[date]*counts, d date, keep int) *counts {
	if c := m[d]; c != nil {
		return c
	}
	c := &counts{}
	if keep > 0 {
		m[d] = c
	}
	if keep > 0 && len(m) > keep {
		oldest := d
		for e := range m {
			if e.before(oldest) {
				oldest = e
			}
		}
		delete(m, oldest)
	}
	return c
}

func (o *oracle) earn(s *slip, order, branch string, at time.Time) (*grant, string) {
	p := o.rules(at)
	o.policy = p.Reversal
	on := dateOf(at, p.Zone)
	day := fmt.Sprint(on, branch)
	for _, g := range o.sales[order] {
		if order != "" && !g.whole && g.day == day {
			return nil, "duplicate"
		}
	}
	o.began(at)
	for i := range s.lines {
		for _, it := range p.Earning.Items {
			if it.ID == s.lines[i].item {
				s.lines[i].category = it.Category
			}
		}
	}
	g := &grant{sale: true, day: day, slip: s, on: on, bucket: o.bucket(p, on), stamps: map[string]int{}}
	before := seen(o.daily, on, 0)
	visit := p.Earning.VisitsADay == 0 || before.visits < p.Earning.VisitsADay
	g.moment = moment{at, o.stand.level, branch, visit, o.visits == 0 && !o.facts.Returned, o.facts}
	g.shares = shares(p, s, &g.moment, nil)
	n := total(g.shares)
	cap := func(most loyalty.Points, used int) {
		if most > 0 {
			n = max(0, min(n, int(most)-used))
		}
	}
	cap(p.Earning.CapSale, 0)
	cap(p.Earning.CapDay, before.earned)
	cap(p.Earning.CapMonth, seen(o.months, g.bucket, 0).earned)
	o.visits++
	o.money += s.amount
	o.grant(g, n, at, p.ReturnWindow, true)
	g.counted = counts{nights: s.nights(p), money: s.amount, points: s.qualifies(p), earned: n}
	if visit {
		g.counted.visits = 1
	}
	stood, sold := o.supported(), g.counted
	o.note(g, g.counted)
	for _, c := range p.Cards {
		n := s.stamps(c, visit)
		if n == 0 {
			continue
		}
		g.stamps[c.ID] = n
		start := 0
		if o.cards[c.ID] == nil && !o.facts.Returned {
			start = int(c.Start)
		}
		o.stamp(p, c.ID, n)
		o.stamp(p, c.ID, start)
	}
	if order != "" {
		o.sales[order] = append([]*grant{g}, o.sales[order]...)
		var still []*owait
		for _, w := range o.waits {
			if w.order != order || g.whole || o.now.Sub(w.since) > 30*24*time.Hour {
				still = append(still, w)
				continue
			}
			if o.awaited(g, w.back) != "" {
				still = append(still, w)
			}
		}
		o.waits = still
	}
	o.after()
	// It may have been taken back at once, as what had waited: then it has
	// reached what is left, as it would have had it been told first.
	p = o.rules(o.now)
	if measure(p, &sold) <= 0 || !o.rise() {
		if measure(p, &g.counted) < measure(p, &sold) {
			o.sink(stood)
		}
	}
	return g, ""
}

// awaited applies what waited, at most what is left; lines of which the sale
// has too few are money only. What cannot be taken back goes on waiting.
func (o *oracle) awaited(g *grant, b back) string {
	left := g.slip.amount - g.refunded
	b.amount = min(b.amount, left)
	why := o.reverse(g, b)
	if why == "excess" && len(b.lines) > 0 {
		money := back{amount: b.amount}
		for _, l := range b.lines {
			if b.amount == 0 {
				money.amount += l.told
			}
		}
		if money.amount = min(money.amount, left); money.amount == 0 {
			return why
		}
		why = o.reverse(g, money)
	}
	return why
}

// note adds to the counts of the sale's month and day: of 37 months and of 8
// days with sales, the newest.
func (o *oracle) note(g *grant, c counts) {
	seen(o.months, g.bucket, 37).add(c)
	seen(o.daily, g.on, 8).add(c)
}

// stamp puts n stamps on a card; a full one gives its size off again.
func (o *oracle) stamp(p *loyalty.Programme, id string, n int) {
	if n == 0 {
		return
	}
	if o.cards[id] == nil {
		o.cards[id] = &ocard{}
	}
	c := o.cards[id]
	c.have += n
	for size := sizeOf(p, id); size > 0 && c.have >= size; c.have -= size {
		c.filled++
	}
}

func sizeOf(p *loyalty.Programme, id string) int {
	for _, c := range p.Cards {
		if c.ID == id {
			return int(c.Size)
		}
	}
	return 0
}

// peel takes stamps off: a card that falls short by it is full no longer,
// unless its prize was used.
func (o *oracle) peel(p *loyalty.Programme, id string, n int, kept []string) {
	c := o.cards[id]
	if n == 0 {
		return
	}
	c.have -= n
	for size := sizeOf(p, id); size > 0 && c.have < 0 && c.filled > 0 && !slices.Contains(kept, id); c.have += size {
		c.filled--
	}
}

// after is what follows any operation at once.
func (o *oracle) after() {
	o.happen(o.now)
	o.payDebt(o.now)
}

func (o *oracle) give(n int, at time.Time) *grant {
	o.began(at)
	g := &grant{}
	o.grant(g, n, at, 0, true)
	o.after()
	return g
}

// present is what a rule gives: points, stamps, or both.
func (o *oracle) present(n int, stamps map[string]int, at time.Time) *grant {
	o.began(at)
	g := &grant{stamps: stamps}
	o.grant(g, n, at, 0, false) // LEDGER.md: "any earning or spending": a present is neither
	for id, n := range stamps {
		o.stamp(g.rules, id, n)
	}
	o.after()
	return g
}

func (o *oracle) adjust(n int, at time.Time) (*grant, string) {
	if n > 0 {
		o.began(at)
		g := &grant{}
		o.grant(g, n, at, 0, false)
		o.after()
		return g, ""
	}
	free := o.free(o.now)
	if len(free) < -n {
		return nil, "short"
	}
	o.began(at)
	for _, p := range free[:-n] {
		p.state = "taken"
	}
	o.earned += n
	return nil, ""
}

// reverse takes back what b says of g.
func (o *oracle) reverse(g *grant, b back) string {
	if g.whole {
		return "reversed"
	}
	amount, keep := 0, 0
	var left *slip
	if g.sale {
		var lines []oline
		var why string
		if amount, lines, why = g.takes(b); why != "" {
			return why
		}
		after := *g
		after.refunded, after.back = g.refunded+amount, append(slices.Clone(g.back), lines...)
		if left = after.left(); left.amount > 0 {
			keep = total(shares(g.rules, left, &g.moment, g.shares))
		} else {
			left.lines = nil
		}
		b.lines = lines
	}
	n := max(0, g.given-keep-g.taken)
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
	if len(from) < n && o.policy == loyalty.ReverseRefuse {
		return "short"
	}
	for i := range n {
		if i < len(from) {
			from[i].state = "taken"
		} else if o.policy == loyalty.ReverseDebt {
			o.debt++
		}
	}
	g.taken += n
	o.earned -= n
	if !g.sale {
		g.whole = true
		for id, n := range g.stamps {
			o.peel(g.rules, id, n, b.kept)
		}
		return ""
	}
	g.refunded += amount
	g.back = append(g.back, b.lines...)
	g.whole = left.amount == 0
	o.money -= amount
	now := counts{money: left.amount, nights: left.nights(g.rules), points: left.qualifies(g.rules), visits: g.counted.visits, earned: g.counted.earned - n}
	if g.whole {
		o.visits--
		now = counts{}
	}
	o.note(g, now.less(g.counted))
	g.counted = now
	for _, c := range g.rules.Cards {
		still := left.stamps(c, g.moment.visit)
		if was := g.stamps[c.ID]; still < was {
			o.peel(g.rules, c.ID, was-still, b.kept)
			g.stamps[c.ID] = still
		}
	}
	return ""
}

// takeBack is a reversal and what follows from it.
func (o *oracle) takeBack(g *grant, b back) string {
	stood, counted := o.supported(), g.counted
	why := o.reverse(g, b)
	o.after()
	if p := o.rules(o.now); measure(p, &g.counted) < measure(p, &counted) {
		o.sink(stood)
	}
	return why
}

// refund gives the wait that it made, if any.
func (o *oracle) refund(order string, b back, at time.Time) (*owait, string) {
	o.policy = o.rules(at).Reversal
	g := o.newest(order)
	if g == nil {
		o.began(at)
		b.kept = nil // nobody can have used the prize of a sale that is not known
		w := &owait{order, b, o.now}
		o.waits = append(o.waits, w)
		return w, ""
	}
	return nil, o.takeBack(g, b)
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
	free, to := o.free(o.now), o.renewal(at)
	switch {
	case o.frozen:
		return nil, "frozen"
	case len(free) < n:
		return nil, "short"
	}
	for _, p := range free[:n] {
		p.state = state
	}
	o.renew(at, to)
	return free[:n], ""
}

func (o *oracle) spend(n int, at time.Time) (*ospend, string) {
	took, why := o.use(n, at, "used")
	o.spent += len(took)
	return &ospend{points: took}, why
}

func (o *oracle) setAside(n int, at, deadline time.Time, forfeit bool) (*ohold, string) {
	took, why := o.use(n, at, "held")
	if why != "" {
		return nil, why
	}
	h := &ohold{points: took, deadline: deadline, forfeit: forfeit}
	if keep := o.rules(at).HoldFor; deadline.IsZero() && keep > 0 {
		h.deadline = o.now.Add(keep)
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
	to := o.renewal(at)
	s := &ospend{points: h.points[:n:n]}
	h.points = h.points[n:]
	for _, p := range s.points {
		p.state = "used"
	}
	o.renew(at, to)
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
		p.free()
	}
	o.spent -= len(s.points)
	o.after()
	return ""
}
