package rollup

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
	"regulars/store/mem"
)

// lives is how many random lives are tried.
func lives() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("REGULARS_SEEDS"), 10, 64); err == nil {
		return n
	}
	return 8
}

// TestRandomLives: whatever members do, whenever the store crashes, the figures
// are what a slow recomputation from the ledger gives, and the same again when
// they are made anew.
func TestRandomLives(t *testing.T) {
	for seed := range lives() {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			db := mem.New()
			l := &life{world: newWorld(t, db, seed), mem: db, pick: rand.New(rand.NewPCG(seed, 3)).IntN}
			for range 150 {
				l.step()
			}
			l.compare("lived")
			if err := l.desk.Rebuild(context.Background(), l.now, nil); err != nil {
				t.Fatal(err)
			}
			l.compare("made anew")
			for range 30 {
				l.step()
			}
			l.compare("lived on")
		})
	}
}

// life is a shop in which anything happens.
type life struct {
	*world
	mem    *mem.DB
	pick   func(int) int
	all    []loyalty.MemberID
	merged []loyalty.MemberID // parts, the newest last
	refs   []loyalty.Ref
}

var (
	stores   = []loyalty.Store{"", "north", "south/2"}
	staffers = []string{"", "eve", "joe"}
)

func (l *life) who() loyalty.MemberID { return l.all[l.pick(len(l.all))] }

func (l *life) step() {
	by, at := staffers[l.pick(3)], stores[l.pick(3)]
	if len(l.all) < 3 {
		l.newcomer()
		return
	}
	switch n := l.pick(100); {
	case n < 6:
		l.newcomer()
	case n < 38:
		act := l.act(by, at)
		if l.pick(4) == 0 {
			act.At = l.now.Add(-time.Duration(l.pick(9*24)) * time.Hour) // it comes late
		}
		m, amount := l.who(), loyalty.Money(1+l.pick(500))
		l.keep(func(tx store.Tx) (book.Receipt, error) { return l.book.Earn(tx, m, act, amount, loyalty.Order(act.Op)) })
	case n < 44:
		act, m, k := l.act(by, at), l.who(), loyalty.Points(l.pick(200)-60)
		l.keep(func(tx store.Tx) (book.Receipt, error) { return l.book.Adjust(tx, m, act, k) })
	case n < 48:
		act, m := l.act("", ""), l.who()
		l.keep(func(tx store.Tx) (book.Receipt, error) { return l.book.Grant(tx, m, act, "welcome", 50, nil) })
	case n < 56:
		act, m, k := l.act(by, at), l.who(), loyalty.Points(1+l.pick(150))
		l.keep(func(tx store.Tx) (book.Receipt, error) { return l.book.Spend(tx, m, act, k) })
	case n < 60:
		l.hold(by, at)
	case n < 70 && len(l.refs) > 0:
		act, ref := l.act(by, at), l.refs[l.pick(len(l.refs))]
		l.play(func(tx store.Tx) (book.Receipt, error) { return l.book.Undo(tx, ref, act) })
	case n < 78 && len(l.refs) > 0:
		act, ref, some := l.act(by, at), l.refs[l.pick(len(l.refs))], loyalty.Money(1+l.pick(200))
		l.play(func(tx store.Tx) (book.Receipt, error) {
			return l.book.RefundRef(tx, ref, act, loyalty.Return{Amount: some})
		})
	case n < 80:
		l.brought()
	case n < 84:
		l.mergeSome()
	case n < 86:
		l.partSome()
	case n < 87:
		l.oneLeaves()
	case n < 90:
		l.answer(by, at)
	case n < 96:
		l.now = l.now.Add(time.Duration(l.pick(20*24)) * time.Hour)
		if l.pick(2) == 0 {
			if _, err := l.book.SettleAll(context.Background(), l.db, l.now, nil); err != nil {
				l.t.Fatal(err)
			}
		}
	default:
		l.crashing()
	}
}

func (l *life) newcomer() {
	m := l.contact(fmt.Sprint("someone", len(l.all)))
	if l.all = append(l.all, m); l.pick(5) > 0 {
		l.join(m)
	}
}

func (l *life) keep(f func(store.Tx) (book.Receipt, error)) {
	if ref := l.play(f); ref != "" {
		l.refs = append(l.refs, ref)
	}
}

func (l *life) hold(by string, at loyalty.Store) {
	act, m, k := l.act("", ""), l.who(), loyalty.Points(1+l.pick(80))
	ref := l.play(func(tx store.Tx) (book.Receipt, error) { return l.book.Hold(tx, m, act, k) })
	if ref == "" || l.pick(4) == 0 {
		return
	}
	use := l.act(by, at)
	l.keep(func(tx store.Tx) (book.Receipt, error) { return l.book.Capture(tx, ref, use, 0) })
}

// brought is what came from another system.
func (l *life) brought() {
	m, act, points := l.who(), l.act("", stores[l.pick(3)]), loyalty.Points(1+l.pick(100))
	l.keep(func(tx store.Tx) (book.Receipt, error) { return l.book.OpenBalance(tx, m, act, points, time.Time{}) })
	sale := l.act("", stores[l.pick(3)])
	sale.At = l.now.AddDate(0, 0, -l.pick(300))
	l.keep(func(tx store.Tx) (book.Receipt, error) {
		return l.book.OpenSale(tx, m, sale, loyalty.Sale{Amount: loyalty.Money(1 + l.pick(300))})
	})
}

func (l *life) status(m loyalty.MemberID) (s people.Status) {
	_ = l.db.View(context.Background(), func(r store.Reader) (err error) {
		s, err = people.StatusOf(r, m)
		return err
	})
	return s
}

func (l *life) mergeSome() {
	from, into := l.who(), l.who()
	if from != into && l.status(from) == people.Member && l.status(into) == people.Member {
		l.merge(from, into)
		l.merged = append(l.merged, from)
	}
}

func (l *life) partSome() {
	if n := len(l.merged); n > 0 && l.status(l.merged[n-1]) == people.Away {
		l.unmerge(l.merged[n-1])
		l.merged = l.merged[:n-1]
	}
}

func (l *life) oneLeaves() {
	if m := l.who(); l.status(m) == people.Member {
		l.leave(m)
	}
}

// answer is a score given, and sometimes changed.
func (l *life) answer(by string, at loyalty.Store) {
	m := l.who()
	if l.status(m) != people.Member {
		return
	}
	visit := survey.Visit{At: l.now, Store: at, Staff: by}
	l.refresh() // a question is asked weeks after the one before, and answers are taken in within seconds
	for range 1 + l.pick(2) {
		l.score(m, l.pick(11), visit)
	}
}

// crashing takes in what there is, but the store may crash at any write of it, or
// after a commit of which nobody hears.
func (l *life) crashing() {
	switch l.pick(3) {
	case 0:
		l.mem.CrashAt(1 + l.pick(40))
	case 1:
		l.mem.CrashAfterCommit(1 + l.pick(3))
	}
	ctx := context.Background()
	if l.pick(6) == 0 {
		_ = l.desk.Rebuild(ctx, l.now, nil)
	} else {
		_, _ = l.desk.Refresh(ctx, l.now)
	}
	l.mem.Reopen()
	if err := l.desk.Begin(ctx, l.now); err != nil {
		l.t.Fatal(err)
	}
}
