package referral

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/loyalty"
	"regulars/store/mem"
)

// life is what the model knows of one member. It is written from the rules in
// words, with scans where the code has indexes.
type life struct {
	invited  loyalty.MemberID // the last code before joining
	pressed  time.Time        // when
	member   bool
	returned bool
	gone     bool
	by       loyalty.MemberID // who brought them, once they joined
	joined   time.Time
	sales    []sold
	rewarded bool
	refRefs  bool // the referrer was rewarded as well
	over     bool // can bring nobody anything any more
	given    time.Time
	paid     *loyalty.Entry // the purchase that was rewarded
}

type sold struct {
	entry *loyalty.Entry
	left  loyalty.Money
}

// model is the whole shop.
type model struct {
	p    *loyalty.Programme
	all  map[loyalty.MemberID]*life
	refs map[loyalty.MemberID]int // rewards of a referrer, for ever, taken back or not
}

// counts is the purchase that counts for a member, if any: the first that still
// stands with the minimum and was made in time.
func (m *model) counts(x *life) *sold {
	for i := range x.sales {
		s := &x.sales[i]
		last := x.joined.In(taipei).AddDate(0, 0, m.p.Referral.Within)
		if s.left >= m.p.Referral.Minimum && s.left > 0 && m.p.Day(s.entry.EffectiveAt) <= m.p.Day(last) {
			return s
		}
	}
	return nil
}

// above reports whether a stands anywhere above b, by joining or by intent.
func (m *model) above(a, b loyalty.MemberID) bool {
	for range len(m.all) + 1 {
		if a == b {
			return true
		}
		x := m.all[b]
		switch {
		case x.by != "":
			b = x.by
		case x.invited != "":
			b = x.invited
		default:
			return false
		}
	}
	return true
}

// TestInvariant23 lives random members through random referrals, and holds
// every answer against the model, and what must hold against the shop.
func TestInvariant23(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := plan()
		p.Referral.Most = rapid.Int64Range(0, 2).Draw(t, "most")
		p.Referral.Per = rapid.SampledFrom([]loyalty.Span{"", loyalty.SpanMonth}).Draw(t, "per")
		w := newWorld(t, p, mem.Twice)
		m := &model{p: p, all: map[loyalty.MemberID]*life{}, refs: map[loyalty.MemberID]int{}}
		var ids []loyalty.MemberID
		for i := range 6 {
			ids = append(ids, member(i))
			m.all[member(i)] = &life{returned: i == 5}
			w.returned[member(i)] = i == 5
		}
		who := rapid.SampledFrom(ids)
		t.Repeat(map[string]func(*rapid.T){
			"bind":  func(t *rapid.T) { m.bind(t, w, who.Draw(t, "friend"), who.Draw(t, "referrer")) },
			"join":  func(t *rapid.T) { m.join(t, w, who.Draw(t, "who")) },
			"buy":   func(t *rapid.T) { m.buy(t, w, who.Draw(t, "who")) },
			"undo":  func(t *rapid.T) { m.undo(t, w, who.Draw(t, "who")) },
			"leave": func(t *rapid.T) { m.leave(w, who.Draw(t, "who")) },
			"pass":  func(t *rapid.T) { w.pass(time.Duration(rapid.IntRange(1, 20).Draw(t, "days")) * day) },
			"tick":  func(t *rapid.T) { m.tick(t, w) },
			"":      func(t *rapid.T) { m.check(t, w) },
		})
	})
}

func (m *model) bind(t *rapid.T, w *world, friend, referrer loyalty.MemberID) {
	f := m.all[friend]
	if m.all[referrer].gone || f.gone {
		return // who left has no code and no chat
	}
	var want error
	switch {
	case friend == referrer:
		want = ErrSelf
	case f.member || f.returned:
		want = ErrNotNew
	case m.above(friend, referrer):
		want = ErrCircle
	}
	if got := w.bind(friend, referrer); got != want {
		t.Fatalf("bind %s to %s: %v, want %v", friend, referrer, got, want)
	}
	if want == nil {
		f.invited, f.pressed = referrer, w.now
	}
}

func (m *model) join(t *rapid.T, w *world, who loyalty.MemberID) {
	x := m.all[who]
	if x.gone || x.member {
		return
	}
	x.member, x.joined = true, w.now
	if x.invited != "" && !x.returned && w.now.Before(x.pressed.Add(90*day)) {
		x.by = x.invited
	}
	x.invited = ""
	if bound, err := w.join(who); bound != (x.by != "") || err != nil {
		t.Fatalf("join %s: %v, %v", who, bound, err)
	}
}

func (m *model) buy(t *rapid.T, w *world, who loyalty.MemberID) {
	x := m.all[who]
	if !x.member || x.gone {
		return
	}
	before := m.counts(x)
	e, qualified := w.buy(who, loyalty.Money(rapid.SampledFrom([]int{1, 99, 100, 250}).Draw(t, "amount")))
	x.sales = append(x.sales, sold{e, e.Amount})
	want := x.by != "" && !x.over && !x.rewarded && before == nil && m.counts(x) != nil
	if qualified != want {
		t.Fatalf("%s buys for %d: %v, want %v", who, e.Amount, qualified, want)
	}
}

func (m *model) undo(t *rapid.T, w *world, who loyalty.MemberID) {
	x := m.all[who]
	if len(x.sales) == 0 {
		return
	}
	s := &x.sales[rapid.IntRange(0, len(x.sales)-1).Draw(t, "sale")]
	if s.left == 0 {
		return
	}
	left := loyalty.Money(rapid.SampledFrom([]int{0, 50, 100}).Draw(t, "left"))
	s.left = min(s.left, left)
	undo := w.refund(s.entry, s.left)
	want := x.rewarded && s.entry == x.paid && s.left < m.p.Referral.Minimum
	if (undo != nil) != want {
		t.Fatalf("%s refunds: undo %+v, want %v", who, undo, want)
	}
	if !want {
		return
	}
	if undo.Friend.Member != who || undo.Referrer.Member != x.by || undo.Friend.Entry == "" || (undo.Referrer.Entry != "") != x.refRefs {
		t.Fatalf("%s: undo %+v", who, undo)
	}
	x.rewarded, x.refRefs, x.over = false, false, true
}

func (m *model) leave(w *world, who loyalty.MemberID) {
	x := m.all[who]
	x.gone, x.over, x.invited = true, true, ""
	w.leave(who)
}

// tick works out who must be rewarded by now, in the order of their due times,
// and compares.
func (m *model) tick(t *rapid.T, w *world) {
	type due struct {
		at   time.Time
		who  loyalty.MemberID
		sale *sold
	}
	var list []due
	for who, x := range m.all {
		s := m.counts(x)
		if x.by == "" || x.over && !x.rewarded || x.rewarded || s == nil {
			continue
		}
		if at := s.entry.EffectiveAt.Add(14 * day); !w.now.Before(at) {
			list = append(list, due{at, who, s})
		}
	}
	slices.SortFunc(list, func(a, b due) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return map[bool]int{true: -1, false: 1}[a.who < b.who]
	})
	var want []Ready
	for _, d := range list {
		x := m.all[d.who]
		r := Ready{Share{x.by, 50, ""}, Share{d.who, 20, "cake"}, "", w.now.UTC(), 1}
		if m.all[x.by].gone {
			r.Refused, r.Referrer.Points = Gone, 0
		} else if most := int(m.p.Referral.Most); most > 0 && m.standing(w, x.by) >= most {
			r.Refused, r.Referrer.Points = Full, 0
		}
		x.rewarded, x.refRefs, x.given, x.paid = true, r.Refused == "", w.now, d.sale.entry
		m.refs[d.who]++
		want = append(want, r)
	}
	if got := w.tick(); !reflect.DeepEqual(got, want) {
		t.Fatalf("tick: %+v\nwant %+v", got, want)
	}
}

// standing is how many rewards of a referrer stand in the cap's period.
func (m *model) standing(w *world, referrer loyalty.MemberID) (n int) {
	for _, x := range m.all {
		same := m.p.Referral.Per == "" || x.given.In(taipei).Format("2006-01") == w.now.In(taipei).Format("2006-01")
		if x.by == referrer && x.refRefs && same {
			n++
		}
	}
	return n
}

// check holds what must always hold.
func (m *model) check(t *rapid.T, w *world) {
	for who, x := range m.all {
		if m.refs[who] > 1 {
			t.Fatalf("%s was rewarded for %d times", who, m.refs[who])
		}
		if most := int(m.p.Referral.Most); most > 0 && m.standing(w, who) > most {
			t.Fatalf("%s has %d rewards, cap %d", who, m.standing(w, who), most)
		}
		if x.by != "" && m.above(who, x.by) {
			t.Fatalf("%s stands above themselves", who)
		}
		if x.rewarded && x.given.Before(x.paid.EffectiveAt.Add(14*day)) {
			t.Fatalf("%s was rewarded before the wait was over", who)
		}
		rewarded := 0
		for _, y := range m.all {
			if y.by == who && y.refRefs {
				rewarded++
			}
		}
		if _, got := w.count(who); got != rewarded {
			t.Fatalf("%s: %d rewards, want %d", who, got, rewarded)
		}
	}
}

// TestInvariant15CrashAtEveryWrite crashes the store at each write of a busy
// season, and after each commit, and does again what got no answer: the rows at
// the end are those of a season without a crash.
func TestInvariant15CrashAtEveryWrite(t *testing.T) {
	season := func(order func(*mem.DB)) *world {
		w := newWorld(t, flagging(3))
		order(w.db)
		sales := map[int]*loyalty.Entry{}
		for i := range 4 {
			w.bring(ann, member(i))
			sales[i], _ = w.buy(member(i), 100)
		}
		w.bring(bob, cat)
		w.buy(cat, 100)
		w.buy(cat, 300)
		w.bind(dan, bob)
		w.refund(sales[0], 0)
		w.leave(member(1))
		w.pass(20 * day)
		w.tick()
		w.decide(w.desk.Clear, ann)
		w.tick()
		w.refund(sales[2], 0)
		w.leave(bob)
		return w
	}
	calm := season(func(*mem.DB) {})
	want, writes := calm.db.Dump(), calm.db.Writes()
	if writes < 40 {
		t.Fatalf("the season writes %d rows only", writes)
	}
	for n := 1; n <= writes; n++ {
		w := season(func(db *mem.DB) { db.CrashAt(n) })
		if w.crashes == 0 || !reflect.DeepEqual(w.db.Dump(), want) {
			t.Errorf("crashed at write %d (%d times): other rows at the end", n, w.crashes)
		}
	}
	for n := 1; ; n++ {
		w := season(func(db *mem.DB) { db.CrashAfterCommit(n) })
		if w.crashes == 0 {
			break
		}
		if !reflect.DeepEqual(w.db.Dump(), want) {
			t.Errorf("crashed after commit %d: other rows at the end", n)
		}
	}
}
