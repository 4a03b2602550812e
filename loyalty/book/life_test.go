package book

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// life is one member's random life, lived at once by the book and the oracle.
type life struct {
	*shop
	who    loyalty.MemberID
	pick   func(n int) int // 0 ≤ pick(n) < n
	oracle *oracle
	acts   []any     // what can be taken up later: *pastEntry
	at     time.Time // of the operation in hand
	last   func(store.Tx) (Receipt, error)
	told   Receipt // what last gave
	why    string
	log    []string
	pace   int  // 0 is days and weeks, 2 is months
	onward bool // the clock does not step back
	swept  func()
}

// pastEntry is an entry and what the oracle knows it by.
type pastEntry struct {
	ref  loyalty.Ref
	what any // *grant, *ospend, *ohold, *owait, or nil for what cannot be undone
}

func newLife(t testing.TB, db store.DB, pick func(int) int) *life {
	day := starts[pick(len(starts))]
	start := time.Date(day.y, time.Month(day.m), day.d, 12, 0, 0, 0, taipei)
	versions, facts := pickProgrammes(pick, start), pickFacts(pick, start)
	s := newShop(t, versions[len(versions)-1])
	s.db, s.now = db, start
	s.rulesOf(versions[len(versions)-1])
	s.b.Facts = func(store.Reader, loyalty.MemberID) (loyalty.Facts, error) { return facts, nil }
	return &life{shop: s, who: ann, pick: pick, pace: pick(3), oracle: newOracle(versions, facts)}
}

// reason is the oracle's word for a refusal.
func reason(err error) string {
	switch err {
	case nil:
		return ""
	case loyalty.ErrFrozen:
		return "frozen"
	case loyalty.ErrHoldClosed:
		return "closed"
	case loyalty.ErrAmount:
		return "amount"
	case loyalty.ErrAlreadyReversed:
		return "reversed"
	}
	switch err.(type) {
	case *loyalty.ShortError:
		return "short"
	case *loyalty.ExcessError:
		return "excess"
	case *loyalty.DuplicateError:
		return "duplicate"
	case *loyalty.KindError:
		return "kind"
	}
	return err.Error()
}

// play does f and compares whether it was refused.
func (l *life) play(what string, f func(store.Tx) (Receipt, error), why string) loyalty.Ref {
	l.t.Helper()
	l.log = append(l.log, fmt.Sprintf("%s at %s %s %s: %s", l.now.Format(time.DateTime), l.at.Format(time.DateTime), l.who[3:5], what, why))
	rec, err := l.do(f)
	if got := reason(err); got != why {
		l.fatalf("%s: refused %q, want %q", what, got, why)
	}
	if len(rec.Entries) > 0 {
		l.oracle.wrote = l.oracle.now
	}
	l.last, l.told, l.why = f, rec, why
	return rec.Entry().Ref
}

func (l *life) fatalf(format string, args ...any) {
	l.t.Helper()
	for _, p := range l.oracle.versions {
		l.t.Logf("from %s: %+v", p.From, *p)
	}
	l.t.Logf("facts: %+v", l.oracle.facts)
	for _, line := range l.log {
		l.t.Log(line)
	}
	l.t.Fatalf(format, args...)
}

// step does one random thing.
func (l *life) step() {
	l.t.Helper()
	l.passTime()
	a := l.act(loyalty.ByJob("life"))
	if l.pick(6) == 0 {
		a.At = l.now.Add(-time.Duration(l.pick(80)) * time.Hour)
		if l.pick(8) == 0 { // from a box of receipts
			a.At = a.At.AddDate(0, 0, -l.pick(60))
		}
	}
	at := a.At
	if at.IsZero() {
		at = a.Now
	}
	l.at = at
	n := 1 + l.pick(40)
	o := l.oracle
	o.advance(l.now)
	order := []string{"", "A", "B", "C"}[l.pick(4)]
	switch l.pick(17) {
	case 0, 1, 2, 3, 4:
		l.sell(a, at, order)
	case 5:
		g := o.give(n, at)
		l.keep(l.play(fmt.Sprint("give ", n), func(tx store.Tx) (Receipt, error) { return l.b.Give(tx, l.who, a, loyalty.Points(n)) }, ""), g, "")
	case 6:
		n -= 20 + n%2
		if n == 0 {
			n = 5
		}
		g, why := o.adjust(n, at)
		l.keep(l.play(fmt.Sprint("adjust ", n), func(tx store.Tx) (Receipt, error) { return l.b.Adjust(tx, l.who, a, loyalty.Points(n)) }, why), g, why)
	case 7, 8:
		s, why := o.spend(n, at)
		l.keep(l.play(fmt.Sprint("spend ", n), func(tx store.Tx) (Receipt, error) { return l.b.Spend(tx, l.who, a, loyalty.Points(n)) }, why), s, why)
	case 9:
		l.reserve(a, at, n)
	case 10, 11:
		l.refundOrder(a, at, order)
	case 12:
		l.undoSomething(a, at)
	case 13:
		l.endSomeHold(a, at)
	case 14:
		l.grant(a, at, n)
	case 15:
		on := l.pick(3) == 0
		if on != o.frozen {
			o.began(at)
		}
		o.frozen = on
		l.play(fmt.Sprint("freeze ", on), func(tx store.Tx) (Receipt, error) { return l.b.Freeze(tx, l.who, a, on) }, "")
	case 16: // what comes from another system is a correction upwards: no activity
		if a.At, l.at = (time.Time{}), a.Now; !o.now.Equal(a.Now) {
			break // the clock stepped back: its points may be past their end already
		}
		g, why := o.adjust(n, a.Now)
		l.keep(l.play(fmt.Sprint("open ", n), func(tx store.Tx) (Receipt, error) {
			return l.b.OpenBalance(tx, l.who, a, loyalty.Points(n), time.Time{})
		}, why), g, why)
	}
	if l.pick(5) == 0 {
		l.again()
	}
}

// sell buys something, with lines or without.
func (l *life) sell(a Act, at time.Time, order string) {
	l.t.Helper()
	s := &slip{}
	sale := loyalty.Sale{Order: loyalty.Order(order)}
	for _, it := range items {
		if n := l.pick(9) - 5; n > 0 {
			s.lines = append(s.lines, oline{item: it.id, pieces: n, amount: n * it.price})
			s.amount += n * it.price
			sale.Lines = append(sale.Lines, loyalty.Line{Item: it.id, Quantity: int64(n), Amount: loyalty.Money(n * it.price)})
		}
	}
	if s.amount == 0 || l.pick(3) == 0 { // not all of it is told
		s.amount += 1 + l.pick(25)
	}
	sale.Amount = loyalty.Money(s.amount)
	a.Store = loyalty.Store([]string{"", "main", "side"}[l.pick(3)])
	l.log = append(l.log, fmt.Sprintf("%+v at %s in %q at level %q", sale, at, a.Store, l.oracle.stand.level))
	g, why := l.oracle.earn(s, order, string(a.Store), at)
	l.keep(l.play("sell", func(tx store.Tx) (Receipt, error) { return l.b.Sell(tx, l.who, a, sale) }, why), g, why)
	if why != "" {
		return
	}
	var got []oshare
	for _, sh := range l.told.Entry().Shares {
		if sh.Rule != "cap" {
			got = append(got, oshare{sh.Rule, int(sh.Points)})
		}
	}
	by := func(x, y oshare) int { return cmp.Compare(x.rule, y.rule) }
	slices.SortFunc(got, by)
	want := slices.SortedFunc(slices.Values(g.shares), by)
	if !slices.Equal(got, want) {
		l.fatalf("shares %v, want %v", got, want)
	}
}

// reserve sets points aside, on the programme's terms or on others.
func (l *life) reserve(a Act, at time.Time, n int) {
	l.t.Helper()
	terms := loyalty.Terms{Forfeit: l.pick(2) == 0}
	if l.pick(2) == 0 {
		terms.Deadline = l.now.Add(time.Duration(60+l.pick(200)) * time.Hour)
	}
	h, why := l.oracle.setAside(n, at, terms.Deadline, terms.Forfeit)
	l.keep(l.play(fmt.Sprint("reserve ", n, terms), func(tx store.Tx) (Receipt, error) { return l.b.Reserve(tx, l.who, a, loyalty.Points(n), terms) }, why), h, why)
}

// refundOrder takes something back by the till's number: all, an amount, lines.
func (l *life) refundOrder(a Act, at time.Time, order string) {
	l.t.Helper()
	if order == "" {
		order = "D"
	}
	r, b := loyalty.Return{}, back{}
	switch l.pick(4) {
	case 0:
	case 1:
		b.amount = l.pick(60)
		r.Amount = loyalty.Money(b.amount)
	default:
		it := items[l.pick(len(items))]
		if g := l.oracle.newest(order); g != nil && len(g.slip.lines) > 0 && l.pick(8) > 0 {
			i := slices.IndexFunc(items, func(x struct {
				id, category string
				price        int
			}) bool {
				return x.id == g.slip.lines[l.pick(len(g.slip.lines))].item
			})
			it = items[max(0, i)]
		}
		n := 1 + l.pick(2)
		b.lines = []oline{{item: it.id, pieces: n, amount: n * it.price}}
		line := loyalty.Line{Item: it.id, Quantity: int64(n)}
		if l.pick(2) == 0 {
			line.Amount = loyalty.Money(n * it.price)
			b.lines[0].told = n * it.price
		} else {
			b.lines[0].amount = 0
		}
		r.Lines = []loyalty.Line{line}
	}
	if l.pick(4) == 0 {
		b.kept = []string{"visits", "cups"}
		r.Kept = b.kept
	}
	w, why := l.oracle.refund(order, b, at)
	l.keep(l.play(fmt.Sprintf("refund %s %+v", order, r), func(tx store.Tx) (Receipt, error) {
		return l.b.Refund(tx, l.who, a, loyalty.Order(order), r)
	}, why), w, why)
}

// grant gives what a rule gives.
func (l *life) grant(a Act, at time.Time, n int) {
	l.t.Helper()
	n *= l.pick(2)
	stamps := map[string]int{}
	var list []loyalty.Stamping
	for _, c := range l.oracle.rules(at).Cards {
		if l.pick(2) == 0 {
			stamps[c.ID] = 1 + l.pick(3)
			list = append(list, loyalty.Stamping{Card: c.ID, Stamps: int64(stamps[c.ID])})
		}
	}
	if n == 0 && len(list) == 0 {
		n = 1
	}
	g := l.oracle.present(n, stamps, at)
	l.keep(l.play(fmt.Sprint("grant ", n, list), func(tx store.Tx) (Receipt, error) {
		return l.b.Grant(tx, l.who, a, "welcome", loyalty.Points(n), list)
	}, ""), g, "")
}

// passTime moves the clock: mostly a little, sometimes weeks, now and then back.
func (l *life) passTime() {
	switch l.pick(8) {
	case 0:
		l.now = l.now.Add(time.Duration(l.pick(40*24*(1+3*l.pace))) * time.Hour)
	case 4:
		if l.pick(3) == 0 { // where days, windows and rules begin and end
			l.now = dateOf(l.now, l.oracle.rules(l.now).Zone).next().begins(l.oracle.rules(l.now).Zone).Add(-time.Duration(l.pick(2)))
		}
	case 1:
		if back := time.Duration(l.pick(60)) * time.Hour; !l.onward {
			l.now = l.now.Add(-back)
		}
	case 2, 3:
		l.now = l.now.Add(time.Duration(l.pick(100)) * time.Hour)
	default:
		l.now = l.now.Add(time.Duration(l.pick(3600)) * time.Second)
	}
	if sweep := l.pick(4) == 0; l.swept != nil {
		l.swept()
	} else if sweep {
		l.sweep()
	}
}

func (l *life) sweep() {
	err := l.db.Update(context.Background(), func(tx store.Tx) error {
		if _, err := l.b.Settle(tx, l.who, l.now); err != nil || l.now.Hour()%2 == 0 {
			return err
		}
		return l.b.MarkNoticed(tx, l.who, l.now)
	})
	if err != nil {
		l.fatalf("settle: %v", err)
	}
	l.oracle.advance(l.now)
}

func (l *life) keep(ref loyalty.Ref, what any, why string) {
	if why == "" {
		l.acts = append(l.acts, &pastEntry{ref, what})
	}
}

func (l *life) undoSomething(a Act, at time.Time) {
	if len(l.acts) == 0 {
		l.sweep()
		return
	}
	e := l.acts[l.pick(len(l.acts))].(*pastEntry)
	o, why := l.oracle, "kind"
	switch what := e.what.(type) {
	case *grant:
		if what != nil {
			o.policy = o.rules(at).Reversal
			why = o.takeBack(what, back{})
		}
	case *ospend:
		why = o.undoSpend(what)
	case *ohold:
		why = o.release(what)
	case *owait:
		if what != nil {
			why = o.stopWaiting(what)
		}
	}
	l.play("undo "+string(e.ref), func(tx store.Tx) (Receipt, error) { return l.b.Undo(tx, e.ref, a) }, why)
}

func (l *life) endSomeHold(a Act, at time.Time) {
	for _, i := range rand.New(rand.NewPCG(1, uint64(len(l.acts)))).Perm(len(l.acts)) {
		e := l.acts[i].(*pastEntry)
		h, ok := e.what.(*ohold)
		if !ok {
			continue
		}
		if l.pick(3) == 0 {
			l.play("release "+string(e.ref), func(tx store.Tx) (Receipt, error) { return l.b.Release(tx, e.ref, a) }, l.oracle.release(h))
			return
		}
		n := l.pick(12)
		s, why := l.oracle.capture(h, n, at)
		l.keep(l.play(fmt.Sprint("capture ", e.ref, n), func(tx store.Tx) (Receipt, error) {
			return l.b.Capture(tx, e.ref, a, loyalty.Points(n))
		}, why), s, why)
		return
	}
	l.sweep()
}

// again repeats the operation before: nothing must change but the time that
// passed, and the answer must be the same (invariant 13).
func (l *life) again() {
	if l.last == nil {
		return
	}
	before := l.head()
	rec, err := l.do(l.last)
	if got := reason(err); got != l.why || !rec.Replayed || !reflect.DeepEqual(rec.Entries, l.told.Entries) {
		// Entries went through JSON and back; compare what counts.
		if got != l.why || !rec.Replayed || !sameEntries(rec.Entries, l.told.Entries) {
			l.fatalf("again: %q and %d entries, first %q and %d", got, len(rec.Entries), l.why, len(l.told.Entries))
		}
	}
	if l.head() != before {
		l.fatalf("an operation done again changed the account")
	}
}

func sameEntries(a, b []loyalty.Entry) bool {
	return slices.EqualFunc(a, b, func(x, y loyalty.Entry) bool { return x.Hash == y.Hash })
}

func (l *life) head() (h loyalty.Hash) {
	err := l.db.View(context.Background(), func(r store.Reader) error {
		a, _, err := accounts.Get(r, string(l.who))
		h = a.Head
		return err
	})
	if err != nil {
		l.fatalf("head: %v", err)
	}
	return h
}

// live plays steps and looks at everything at the end.
func (l *life) live(steps int) {
	l.t.Helper()
	for range steps {
		l.step()
		l.compare()
	}
	l.compareLots()
	l.clean()
}
