package book

import (
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
	pick   func(n int) int // 0 ≤ pick(n) < n
	oracle *oracle
	acts   []any // what can be taken up later: *pastEntry
	last   func(store.Tx) (Receipt, error)
	told   Receipt // what last gave
	why    string
	log    []string
}

// pastEntry is an entry and what the oracle knows it by.
type pastEntry struct {
	ref  loyalty.Ref
	what any // *grant, *ospend, *ohold, *owait, or nil for what cannot be undone
}

// pickRules chooses a programme, for the book and for the oracle.
func pickRules(pick func(int) int) (*loyalty.Programme, rules) {
	r := rules{
		per: 1 + pick(4), gives: 1 + pick(3), minimum: pick(2) * 20,
		round:  []string{"down", "nearest", "up"}[pick(3)],
		expiry: []string{"month", "idle", "never"}[pick(3)],
		window: []time.Duration{0, 7 * 24 * time.Hour}[pick(2)],
		hold:   []time.Duration{0, 36 * time.Hour}[pick(2)],
		policy: []string{"debt", "up_to_available", "refuse"}[pick(3)],
	}
	p := plan()
	p.Rate = loyalty.Rate{Points: loyalty.Points(r.gives), Per: loyalty.Money(r.per), Minimum: loyalty.Money(r.minimum), Rounding: loyalty.Rounding(r.round)}
	p.ReturnWindow, p.HoldFor, p.Reversal = r.window, r.hold, loyalty.Reversal(r.policy)
	switch r.expiry {
	case "idle":
		p.Expiry = loyalty.Expiry{Version: 1, Kind: loyalty.Idle, Months: 2}
	case "never":
		p.Expiry = loyalty.Expiry{Version: 1, Kind: loyalty.Never}
	}
	p.NoticeDays = []int{20, 7, 1} // Verify holds their rows against the entries
	return p, r
}

func newLife(t testing.TB, db store.DB, pick func(int) int) *life {
	p, r := pickRules(pick)
	s := newShop(t, p)
	s.db = db
	return &life{shop: s, pick: pick, oracle: &oracle{rules: r, sales: map[string]*grant{}}}
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
	l.log = append(l.log, fmt.Sprintf("%s %s: %s", l.now.Format(time.DateTime), what, why))
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
	}
	at := a.At
	if at.IsZero() {
		at = a.Now
	}
	n := 1 + l.pick(40)
	o := l.oracle
	o.advance(l.now)
	order := []string{"", "A", "B", "C"}[l.pick(4)]
	switch l.pick(14) {
	case 0, 1, 2, 3:
		g, why := o.earn(n, order, at)
		l.keep(l.play(fmt.Sprint("earn ", n, order), func(tx store.Tx) (Receipt, error) {
			return l.b.Earn(tx, ann, a, loyalty.Money(n), loyalty.Order(order))
		}, why), g, why)
	case 4:
		g := o.give(n, at)
		l.keep(l.play(fmt.Sprint("give ", n), func(tx store.Tx) (Receipt, error) { return l.b.Give(tx, ann, a, loyalty.Points(n)) }, ""), g, "")
	case 5:
		n -= 20 + n%2
		if n == 0 {
			n = 5
		}
		g, why := o.adjust(n, at)
		l.keep(l.play(fmt.Sprint("adjust ", n), func(tx store.Tx) (Receipt, error) { return l.b.Adjust(tx, ann, a, loyalty.Points(n)) }, why), g, why)
	case 6, 7:
		s, why := o.spend(n, at)
		l.keep(l.play(fmt.Sprint("spend ", n), func(tx store.Tx) (Receipt, error) { return l.b.Spend(tx, ann, a, loyalty.Points(n)) }, why), s, why)
	case 8:
		h, why := o.setAside(n, at)
		l.keep(l.play(fmt.Sprint("hold ", n), func(tx store.Tx) (Receipt, error) { return l.b.Hold(tx, ann, a, loyalty.Points(n)) }, why), h, why)
	case 9:
		if order == "" {
			order = "D"
		}
		amount := l.pick(30)
		w, why := o.refund(order, amount)
		l.keep(l.play(fmt.Sprint("refund ", order, amount), func(tx store.Tx) (Receipt, error) {
			return l.b.Refund(tx, ann, a, loyalty.Order(order), loyalty.Return{Amount: loyalty.Money(amount)})
		}, why), w, why)
	case 10, 11:
		l.undoSomething(a)
	case 12:
		l.endSomeHold(a, at)
	case 13:
		on := l.pick(3) == 0
		o.frozen = on
		l.play(fmt.Sprint("freeze ", on), func(tx store.Tx) (Receipt, error) { return l.b.Freeze(tx, ann, a, on) }, "")
	}
	if l.pick(5) == 0 {
		l.again()
	}
}

// passTime moves the clock: mostly a little, sometimes weeks, now and then back.
func (l *life) passTime() {
	switch l.pick(8) {
	case 0:
		l.now = l.now.Add(time.Duration(l.pick(40*24)) * time.Hour)
	case 1:
		l.now = l.now.Add(-time.Duration(l.pick(60)) * time.Hour)
	case 2, 3:
		l.now = l.now.Add(time.Duration(l.pick(100)) * time.Hour)
	default:
		l.now = l.now.Add(time.Duration(l.pick(3600)) * time.Second)
	}
	if l.pick(4) == 0 {
		l.sweep()
	}
}

func (l *life) sweep() {
	err := l.db.Update(context.Background(), func(tx store.Tx) error {
		if _, err := l.b.Settle(tx, ann, l.now); err != nil || l.now.Hour()%2 == 0 {
			return err
		}
		return l.b.MarkNoticed(tx, ann, l.now)
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

func (l *life) undoSomething(a Act) {
	if len(l.acts) == 0 {
		l.sweep()
		return
	}
	e := l.acts[l.pick(len(l.acts))].(*pastEntry)
	o, why := l.oracle, "kind"
	switch what := e.what.(type) {
	case *grant:
		if what != nil {
			why = o.reverse(what, 0)
			o.after()
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
		a, _, err := accounts.Get(r, string(ann))
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
