package rollup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/segment"
	"regulars/loyalty/survey"
	"regulars/store"
)

// slow is what the figures must be, worked out entry by entry.
type slow struct {
	days      map[int32]map[loyalty.Store]*Sums
	sales     []*sale
	settled   map[settleKey]loyalty.Points
	given     map[string]loyalty.Points // by month and employee: net of what came back
	customers map[loyalty.MemberID]map[int32]int
}

// sale is one order and what came of it.
type sale struct {
	holder loyalty.MemberID
	day    int32
	at     loyalty.Store
	amount loyalty.Money
	back   loyalty.Money
}

func (s *slow) on(day int32, at loyalty.Store) *Sums {
	if s.days[day] == nil {
		s.days[day] = map[loyalty.Store]*Sums{}
	}
	if s.days[day][at] == nil {
		s.days[day][at] = &Sums{}
	}
	return s.days[day][at]
}

func (l *life) slowly() *slow {
	s := &slow{map[int32]map[loyalty.Store]*Sums{}, nil, map[settleKey]loyalty.Points{}, map[string]loyalty.Points{}, nil}
	entries := map[loyalty.MemberID][]loyalty.Entry{}
	ctx := context.Background()
	err := l.book.EachEntry(ctx, l.db, func(_ store.Reader, e loyalty.Entry) error {
		entries[e.Member] = append(entries[e.Member], e)
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
	err = l.db.View(ctx, func(r store.Reader) error {
		sales := map[string]*sale{}
		name := func(e loyalty.Entry) string { return fmt.Sprint(e.Member, e.Seq) }
		for m, list := range entries { // first all sales, as a refund may stand in another's ledger
			holder, err := l.book.Holder(r, m)
			if err != nil {
				return err
			}
			for _, e := range list {
				if e.Kind == loyalty.KindEarn || e.Kind == loyalty.KindOpening && e.Amount > 0 {
					x := &sale{holder, segment.DayOf(e.EffectiveAt, taipei), e.Store, e.Amount, 0}
					sales[name(e)], s.sales = x, append(s.sales, x)
				}
			}
		}
		for m, list := range entries {
			for _, e := range list {
				of, err := l.of(r, m, e)
				if err != nil {
					return err
				}
				l.slowEntry(s, r, e, of, sales[name(of)])
			}
		}
		for _, x := range s.sales {
			day := s.on(x.day, x.at)
			if day.Gross, day.Refunded = day.Gross+x.amount, day.Refunded+x.back; x.back == x.amount {
				day.Void++
			} else {
				day.Orders++
			}
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// of is the entry that another one names.
func (l *life) of(r store.Reader, m loyalty.MemberID, e loyalty.Entry) (of loyalty.Entry, err error) {
	if e.Of == 0 {
		return of, nil
	}
	return l.book.Numbered(r, m, e.Of)
}

func (l *life) slowEntry(s *slow, r store.Reader, e, of loyalty.Entry, back *sale) {
	at := e.Store
	if e.Kind == loyalty.KindUndo || e.Kind == loyalty.KindReverse {
		at = of.Store
	}
	month := func(t time.Time) Month { t = t.In(taipei); return Month(t.Year()*100 + int(t.Month())) }
	day := s.on(segment.DayOf(e.EffectiveAt, taipei), at)
	day.Unspent += e.In(loyalty.Available) + e.In(loyalty.Pending) + e.In(loyalty.Held)
	n, sign := -e.In(loyalty.Issued), loyalty.Points(1)
	giver := e
	switch e.Kind {
	case loyalty.KindEarn:
		day.SalePoints += n
	case loyalty.KindGift:
		day.GiftPoints += n
	case loyalty.KindOpening:
		day.Opening += n
		giver.Actor = ""
	case loyalty.KindGive, loyalty.KindAdjust:
		if n > 0 {
			day.HandPoints, day.Hands = day.HandPoints+n, day.Hands+1
		} else {
			day.Back -= n
		}
	case loyalty.KindReverse:
		day.Back, day.Expired = day.Back-n, day.Expired+e.In(loyalty.Expired)
		if back != nil {
			back.back += e.Amount
		}
		giver = of
	case loyalty.KindExpire, loyalty.KindForfeit:
		day.Expired += e.In(loyalty.Expired)
	case loyalty.KindSpend, loyalty.KindCapture:
		day.Spent, day.Uses = day.Spent+e.In(loyalty.Redeemed), day.Uses+1
	case loyalty.KindUndo:
		if of.Kind == loyalty.KindSpend || of.Kind == loyalty.KindCapture {
			day.Undone -= e.In(loyalty.Redeemed)
			s.on(segment.DayOf(of.EffectiveAt, taipei), of.Store).Uses--
			sign = -1
		}
	}
	switch e.Kind {
	case loyalty.KindSpend, loyalty.KindCapture, loyalty.KindUndo:
		for _, p := range e.Parts {
			lot, err := l.book.Numbered(r, e.Member, p.Lot)
			if err != nil {
				l.t.Fatal(err)
			}
			s.settled[settleKey{month(e.RecordedAt), lot.Store, at}] += sign * p.Points
		}
	case loyalty.KindEarn, loyalty.KindGift, loyalty.KindGive, loyalty.KindAdjust, loyalty.KindReverse:
		if by, ok := strings.CutPrefix(string(giver.Actor), "staff/"); ok && giver.Kind != loyalty.KindOpening {
			s.given[fmt.Sprint(month(giver.EffectiveAt), by)] += n
		}
	}
}

// compare holds every figure against the slow ones.
func (l *life) compare(when string) {
	l.t.Helper()
	l.refresh()
	s := l.slowly()
	joined := l.joined()
	ctx := context.Background()
	span := Span{l.today() - 2000, l.today() + 1}
	for _, at := range append(stores[1:], "") {
		list, err := l.desk.Sums(ctx, span, Where{Store: at})
		if err != nil {
			l.t.Fatal(err)
		}
		for _, got := range list {
			want := Sums{}
			for where, sum := range s.days[got.Day] {
				if at == "" || where == at {
					want.Add(*sum)
				}
			}
			if at == "" {
				want.Joined = joined[got.Day]
			} else {
				want.Joined = got.Joined // the shop's joinings are tried as a whole
			}
			want.Visits = got.Visits // tried by customers
			if got.Sums != want {
				l.t.Fatalf("%s: %s in %q:\n got %+v\nwant %+v", when, Date(got.Day).Format(time.DateOnly), at, got.Sums, want)
			}
		}
		for range 3 {
			from := span.To - 1 - int32(l.pick(200))
			l.compareCustomers(when, s, Span{from, from + int32(l.pick(200))}, at)
		}
		l.compareCustomers(when, s, Ever, at)
		l.compareWays(when, Ever, at)
		l.compareWays(when, Span{span.To - 60, span.To}, at)
	}
	l.compareRest(when, s)
}

func (l *life) compareCustomers(when string, s *slow, span Span, at loyalty.Store) {
	l.t.Helper()
	want := map[loyalty.MemberID]Customer{}
	on := map[loyalty.MemberID]map[int32]bool{}
	for _, x := range s.sales {
		if x.back == x.amount || x.day < span.From || x.day >= span.To || at != "" && x.at != at {
			continue
		}
		c := want[x.holder]
		if c.Orders++; on[x.holder] == nil {
			on[x.holder], c.First = map[int32]bool{}, x.day
		}
		on[x.holder][x.day] = true
		c.Money, c.First, c.Last, c.Days = c.Money+x.amount-x.back, min(c.First, x.day), max(c.Last, x.day), int32(len(on[x.holder]))
		want[x.holder] = c
	}
	if got := l.customers(span, Where{Store: at}); !maps.Equal(got, want) {
		l.t.Fatalf("%s: customers of %v in %q:\n got %+v\nwant %+v", when, span, at, got, want)
	}
}

// compareWays: visit by visit and for the set of those who bought, the same comes
// out.
func (l *life) compareWays(when string, span Span, at loyalty.Store) {
	l.t.Helper()
	ctx := context.Background()
	list, err := l.desk.Customers(ctx, span, Where{Store: at})
	if err != nil {
		l.t.Fatal(err)
	}
	orders, money := map[uint32]int32{}, map[uint32]loyalty.Money{}
	last := span.From
	err = l.desk.EachVisit(ctx, span, Where{Store: at}, func(v Visit) {
		if v.Day < last {
			l.t.Fatalf("%s: day %d comes after %d", when, v.Day, last)
		}
		last = v.Day
		orders[v.Ordinal], money[v.Ordinal] = orders[v.Ordinal]+v.Orders, money[v.Ordinal]+v.Money
	})
	if err != nil {
		l.t.Fatal(err)
	}
	var sum int64
	for c := range list.All() {
		if sum += int64(c.Orders); orders[c.Ordinal] != c.Orders || money[c.Ordinal] != c.Money {
			l.t.Fatalf("%s: visit by visit %d orders for %d, but %+v", when, orders[c.Ordinal], money[c.Ordinal], c)
		}
	}
	set := list.Set()
	if got := l.total(span, Where{Store: at, Set: set}); set.Len() != list.Len() || got.Orders != sum {
		l.t.Fatalf("%s: of the %d who bought %d, their set of %d says %d", when, list.Len(), sum, set.Len(), got.Orders)
	}
}

// joined is how many persons joined on each day: who was merged is none.
func (l *life) joined() map[int32]int64 {
	n := map[int32]int64{}
	for _, m := range l.all {
		err := l.db.View(context.Background(), func(r store.Reader) error {
			at, _, err := people.JoinedAt(r, m)
			if err != nil || at.IsZero() {
				return err
			}
			holder, err := l.book.Holder(r, m)
			if holder == m {
				n[segment.DayOf(at, taipei)]++
			}
			return err
		})
		if err != nil {
			l.t.Fatal(err)
		}
	}
	return n
}

func (l *life) compareRest(when string, s *slow) {
	l.t.Helper()
	ctx := context.Background()
	maps.DeleteFunc(s.settled, func(_ settleKey, n loyalty.Points) bool { return n == 0 })
	maps.DeleteFunc(s.given, func(_ string, n loyalty.Points) bool { return n == 0 })
	settled, given := map[settleKey]loyalty.Points{}, map[string]loyalty.Points{}
	for at := l.now.AddDate(-3, 0, 0); !at.After(l.now.AddDate(0, 1, 0)); at = at.AddDate(0, 0, 27) {
		m := Month(at.Year()*100 + int(at.Month()))
		list, err := l.desk.Settlement(ctx, m)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, x := range list {
			settled[settleKey{m, x.From, x.To}] = x.Points
		}
		staff, err := l.desk.Staff(ctx, m)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, x := range staff {
			if n := x.Given(); n != 0 {
				given[fmt.Sprint(m, x.Staff)] = n
			}
			l.compareStaff(m, x)
		}
	}
	if !maps.Equal(settled, s.settled) {
		l.t.Fatalf("%s: settlement:\n got %v\nwant %v", when, settled, s.settled)
	}
	if !maps.Equal(given, s.given) {
		l.t.Fatalf("%s: given by employees:\n got %v\nwant %v", when, given, s.given)
	}
	l.compareScores(when)
	l.compareLiability(when)
	if faults, err := l.desk.Check(ctx, nil); err != nil || len(faults) > 0 {
		l.t.Fatalf("%s: %v, %q", when, err, faults)
	}
}

// compareLiability: what all days add up to is what all members can spend.
func (l *life) compareLiability(when string) {
	l.t.Helper()
	ctx := context.Background()
	if _, err := l.book.SettleAll(ctx, l.db, l.now, nil); err != nil {
		l.t.Fatal(err)
	}
	l.refresh()
	sum, err := l.book.Totals(ctx, l.db, l.now, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	if got, want := l.total(Ever, Where{}).Unspent, sum.Available+sum.Pending+sum.Held; got != want {
		l.t.Fatalf("%s: %d points unspent, members have %d", when, got, want)
	}
}

// compareStaff: what an employee gave to each adds up to what they gave.
func (l *life) compareStaff(m Month, s StaffSums) {
	l.t.Helper()
	to, err := l.desk.StaffMembers(context.Background(), m, s.Staff, 1000)
	if err != nil {
		l.t.Fatal(err)
	}
	var sum Sums
	for _, g := range to {
		sum.Add(g.Sums)
	}
	if sum.Visits = s.Visits; sum != s.Sums {
		l.t.Fatalf("%s in %d: to members %+v, in all %+v", s.Staff, m, sum, s.Sums)
	}
}

func (l *life) compareScores(when string) {
	l.t.Helper()
	var want, got []string
	err := l.db.View(context.Background(), func(r store.Reader) (err error) {
		for a := range survey.All(r, &err) {
			if a.State == survey.Answered && !a.Late {
				holder, err := l.book.Holder(r, a.Member)
				if err != nil {
					return err
				}
				want = append(want, fmt.Sprint(segment.DayOf(a.At, taipei), a.Survey, a.Wave, holder, a.Score, a.Visit.Store, a.Visit.Staff))
			}
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	list, err := l.desk.Scores(context.Background(), Ever, Where{})
	if err != nil {
		l.t.Fatal(err)
	}
	for _, s := range list {
		m, err := l.desk.Member(context.Background(), s.Member)
		if err != nil {
			l.t.Fatal(err)
		}
		got = append(got, fmt.Sprint(s.Day, s.Survey, s.Wave, m, s.Score, s.Store, s.Staff))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		l.t.Fatalf("%s: answers:\n got %v\nwant %v", when, got, want)
	}
}
