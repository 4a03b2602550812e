package referral

import (
	"context"
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

// TestLife: a friend presses the link, joins days later, buys too little, then
// enough, and after the wait both are rewarded, once.
func TestLife(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	if err := w.bind(bob, ann); err != nil {
		t.Fatal(err)
	}
	if len(w.list(ann)) != 0 {
		t.Error("a friend shows before joining")
	}
	w.pass(3 * day)
	if bound, err := w.join(bob); !bound || err != nil {
		t.Fatal(bound, err)
	}
	if f := only(t, w.list(ann)); f.State != StateJoined || !f.Since.Equal(w.now) || !f.Due.IsZero() {
		t.Errorf("joined: %+v", f)
	}
	if _, ok := w.buy(bob, 99); ok {
		t.Error("99 of 100 qualified")
	}
	bought := w.now
	sale, ok := w.buy(bob, 100)
	if !ok {
		t.Error("100 of 100 did not qualify")
	}
	if w.sold(sale) {
		t.Error("the same sale qualified twice")
	}
	if f := only(t, w.list(ann)); f.State != StateBought || !f.Due.Equal(bought.Add(14*day)) {
		t.Errorf("bought: %+v", f)
	}
	w.pass(14*day - time.Nanosecond)
	if got := w.tick(); len(got) != 0 {
		t.Errorf("too soon: %+v", got)
	}
	w.do(func(tx store.Tx) error {
		if got, ok, err := w.desk.Settle(tx, bob, w.now); ok || err != nil {
			t.Errorf("settled too soon: %+v, %v", got, err)
		}
		return nil
	})
	w.pass(time.Nanosecond)
	want := Ready{Referrer: Share{ann, 50, ""}, Friend: Share{bob, 20, "cake"}, At: w.now.UTC(), Version: 1}
	if got := only(t, w.tick()); got != want {
		t.Errorf("ready %+v, want %+v", got, want)
	}
	if f := only(t, w.list(ann)); f.State != StateRewarded || f.Reason != "" {
		t.Errorf("rewarded: %+v", f)
	}
	if joined, rewarded := w.count(ann); joined != 1 || rewarded != 1 {
		t.Errorf("%d joined, %d rewarded", joined, rewarded)
	}
	w.buy(bob, 500)
	w.pass(100 * day)
	if got := w.tick(); len(got) != 0 || w.rowsOf("refdue/") != 0 {
		t.Errorf("a second time: %+v", got)
	}
}

func TestWhoMayBeBound(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	w.join(cat)
	w.returned[dan] = true
	for name, c := range map[string]struct {
		friend loyalty.MemberID
		want   error
	}{
		"their own code":   {ann, ErrSelf},
		"a member already": {cat, ErrNotNew},
		"a former member":  {dan, ErrNotNew},
		"a stranger":       {bob, nil},
	} {
		if err := w.bind(c.friend, ann); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := w.do(func(tx store.Tx) error {
		return w.desk.Bind(tx, "EVE", "AAAAAAAAAA", loyalty.Facts{}, w.now)
	}); err != ErrUnknown {
		t.Errorf("nobody's code: %v", err)
	}
	// Who turns out to be a former member only when they join (by their phone
	// number, say) is not bound either, and their referrer learns nothing.
	w.returned[bob] = true
	if bound, err := w.join(bob); bound || err != ErrNotNew || len(w.list(ann)) != 0 {
		t.Errorf("a former member joined: %v, %v, %+v", bound, err, w.list(ann))
	}
}

func TestNoReferralsInTheProgramme(t *testing.T) {
	w := newWorld(t, &loyalty.Programme{Version: 1, Zone: taipei})
	if err := w.bind(bob, ann); err != ErrOff {
		t.Error(err)
	}
}

// TestLastCodeCounts: until joining the last code counts, afterwards none does.
func TestLastCodeCounts(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	for _, referrer := range []loyalty.MemberID{ann, cat, ann, cat} {
		if err := w.bind(bob, referrer); err != nil {
			t.Fatal(err)
		}
	}
	w.join(bob)
	if err := w.bind(bob, ann); err != ErrNotNew {
		t.Errorf("after joining: %v", err)
	}
	w.members[bob] = time.Time{} // and if all but the referral were forgotten
	if err := w.bind(bob, ann); err != ErrNotNew {
		t.Errorf("as a stranger: %v", err)
	}
	if len(w.list(cat)) != 1 || len(w.list(ann)) != 0 {
		t.Errorf("ann has %+v, cat %+v", w.list(ann), w.list(cat))
	}
}

// TestOldInvitation: who joins long after pressing the link was brought by
// nobody, whether or not the row was swept.
func TestOldInvitation(t *testing.T) {
	w := newWorld(t, plan())
	w.bind(bob, ann)
	w.bind(cat, ann)
	w.pass(InviteLife)
	if bound, err := w.join(bob); bound || err != nil {
		t.Error(bound, err)
	}
	if n, err := Sweep(context.Background(), w.db, w.now); n != 1 || err != nil || w.rowsOf("refinvite/") != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
}

// TestWithin: the purchase counts up to the end of the last local day, and from
// the day of joining on.
func TestWithin(t *testing.T) {
	lastDay := time.Date(2026, 4, 1, 23, 59, 59, 0, taipei) // 2 March + 30 days
	for name, c := range map[string]struct {
		at   time.Time
		want bool
	}{
		"the receipt before joining": {start.Add(-time.Hour), true},
		"the day before":             {start.Add(-11 * time.Hour), false},
		"the last second":            {lastDay, true},
		"the second after":           {lastDay.Add(time.Second), false},
	} {
		w := newWorld(t, plan())
		w.bring(ann, bob)
		e := &loyalty.Entry{Seq: 1, Member: bob, Kind: loyalty.KindEarn, Amount: 100, EffectiveAt: c.at}
		if got := w.sold(e); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	w := newWorld(t, plan())
	w.bring(ann, bob)
	w.now = lastDay
	if f := only(t, w.list(ann)); f.State != StateJoined {
		t.Errorf("on the last day: %+v", f)
	}
	w.pass(time.Second)
	if f := only(t, w.list(ann)); f.State != StateRefused || f.Reason != Late {
		t.Errorf("after it: %+v", f)
	}
}

// TestWaitIsTheReturnWindowAtLeast, whatever the file says.
func TestWaitIsTheReturnWindowAtLeast(t *testing.T) {
	p := plan()
	p.Referral.WaitDays, p.ReturnWindow = 2, 10*day
	w := newWorld(t, p)
	w.bring(ann, bob)
	w.buy(bob, 100)
	if f := only(t, w.list(ann)); !f.Due.Equal(start.Add(10 * day)) {
		t.Errorf("due %s", f.Due)
	}
}

// TestGiftsDoNotQualify: only what was bought counts.
func TestGiftsDoNotQualify(t *testing.T) {
	w := newWorld(t, plan())
	w.bring(ann, bob)
	if w.sold(&loyalty.Entry{Seq: 1, Member: bob, Kind: loyalty.KindGive, Amount: 500, EffectiveAt: w.now}) {
		t.Error("a gift by hand qualified")
	}
}

// TestTermsOfThePurchase: a new version changes what later purchases bring, not
// what waits already.
func TestTermsOfThePurchase(t *testing.T) {
	old, p := plan(), plan()
	p.Version, p.From, p.Before = 2, start.Add(day), old
	p.Referral.ReferrerPoints, p.Referral.Minimum = 5, 1000
	w := newWorld(t, p)
	w.bring(ann, bob)
	w.bring(ann, cat)
	w.buy(bob, 100)
	w.pass(2 * day)
	if _, ok := w.buy(cat, 100); ok {
		t.Error("the old minimum still holds")
	}
	w.buy(cat, 1000)
	w.pass(20 * day)
	for _, got := range w.tick() {
		want := map[loyalty.MemberID]loyalty.Points{bob: 50, cat: 5}[got.Friend.Member]
		if got.Referrer.Points != want {
			t.Errorf("%s brings %d, want %d", got.Friend.Member, got.Referrer.Points, want)
		}
	}
}

// TestRefundInsideTheWait: a refund to the minimum leaves it, one below it takes
// the purchase away; another may come within the days.
func TestRefundInsideTheWait(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	w.bring(ann, bob)
	sale, _ := w.buy(bob, 150)
	w.pass(day)
	if undo := w.refund(sale, 100); undo != nil || only(t, w.list(ann)).State != StateBought {
		t.Errorf("100 of 100 are left: %+v", w.list(ann))
	}
	if undo := w.refund(sale, 99); undo != nil || only(t, w.list(ann)).State != StateJoined {
		t.Errorf("99 are left: %+v", w.list(ann))
	}
	w.pass(20 * day)
	if got := w.tick(); len(got) != 0 {
		t.Errorf("rewarded for a refunded purchase: %+v", got)
	}
	if _, ok := w.buy(bob, 200); !ok {
		t.Error("another purchase does not qualify")
	}
	w.pass(14 * day)
	only(t, w.tick())
}

// TestExchange: the shop rings up the new purchase before it takes back the old
// one; the new one takes its place, with a wait of its own.
func TestExchange(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	w.bring(ann, bob)
	old, _ := w.buy(bob, 150)
	w.pass(5 * day)
	if _, ok := w.buy(bob, 160); ok {
		t.Error("a second purchase counted beside the first")
	}
	due := w.now.Add(14 * day)
	w.pass(time.Minute)
	w.refund(old, 0)
	if f := only(t, w.list(ann)); f.State != StateBought || !f.Due.Equal(due) {
		t.Errorf("%+v, want due %s", f, due)
	}
	w.now = due
	only(t, w.tick())
}

// TestRefundOfAnotherPurchase after the reward takes nothing back.
func TestRefundOfAnotherPurchase(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	w.bring(ann, bob)
	w.buy(bob, 150)
	other, _ := w.buy(bob, 160)
	w.pass(14 * day)
	only(t, w.tick())
	if undo := w.refund(other, 0); undo != nil || only(t, w.list(ann)).State != StateRewarded {
		t.Errorf("undo %+v, %+v", undo, w.list(ann))
	}
}

// TestRefundAfterTheReward: both sides' rewards are named for undoing, once, and
// the friend counts no more.
func TestRefundAfterTheReward(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	w.bring(ann, bob)
	sale, _ := w.buy(bob, 100)
	w.pass(14 * day)
	w.tick()
	given := w.now
	w.pass(day)
	undo := w.refund(sale, 50)
	want := Rewarded{given.UTC(), Given{Member: ann, Entry: "REFANN"}, Given{Member: bob, Entry: "REFBOB", Voucher: "voucher of BOB"}}
	if undo == nil || *undo != want {
		t.Fatalf("undo %+v, want %+v", undo, want)
	}
	if f := only(t, w.list(ann)); f.State != StateRefused || f.Reason != Refunded {
		t.Errorf("%+v", f)
	}
	if again := w.refund(sale, 0); again != nil {
		t.Errorf("taken back twice: %+v", again)
	}
	if _, ok := w.buy(bob, 500); ok {
		t.Error("a friend counts twice")
	}
	if _, rewarded := w.count(ann); rewarded != 0 {
		t.Errorf("%d rewards stand", rewarded)
	}
}

// TestCap: over the cap the friend still gets theirs; the next month there is
// room again, and a reward taken back makes room.
func TestCap(t *testing.T) {
	p := plan()
	p.Referral.Most, p.Referral.Per = 2, loyalty.SpanMonth
	w := newWorld(t, p, mem.Twice)
	var sales []*loyalty.Entry
	for _, f := range []loyalty.MemberID{"F1", "F2", "F3", "F4"} {
		w.bring(ann, f)
		s, _ := w.buy(f, 100)
		sales = append(sales, s)
		w.pass(time.Minute)
	}
	w.now = start.Add(14*day + 2*time.Minute) // the first three are due
	got := w.tick()
	if len(got) != 3 || got[0].Refused != "" || got[1].Refused != "" || got[2].Refused != Full {
		t.Fatalf("%+v", got)
	}
	if g := got[2]; g.Referrer.Points != 0 || g.Referrer.Reward != "" || g.Friend != (Share{"F3", 20, "cake"}) {
		t.Errorf("over the cap: %+v", g)
	}
	if f := w.list(ann)[1]; f.State != StateRefused || f.Reason != Full {
		t.Errorf("the referrer sees %+v", f)
	}
	w.refund(sales[0], 0)
	w.pass(time.Minute)
	if g := only(t, w.tick()); g.Refused != "" {
		t.Errorf("after one was taken back: %+v", g)
	}
	w.now = time.Date(2026, 4, 1, 0, 0, 0, 0, taipei)
	w.bring(ann, "F5")
	w.buy("F5", 100)
	w.pass(14 * day)
	if g := only(t, w.tick()); g.Refused != "" {
		t.Errorf("in another month: %+v", g)
	}
}

func TestSpans(t *testing.T) {
	at := time.Date(2026, 3, 8, 15, 0, 0, 0, taipei) // a Sunday
	for span, want := range map[loyalty.Span]time.Time{
		"":                time.Time{},
		loyalty.SpanDay:   time.Date(2026, 3, 8, 0, 0, 0, 0, taipei),
		loyalty.SpanWeek:  time.Date(2026, 3, 2, 0, 0, 0, 0, taipei),
		loyalty.SpanMonth: time.Date(2026, 3, 1, 0, 0, 0, 0, taipei),
		loyalty.SpanYear:  time.Date(2026, 1, 1, 0, 0, 0, 0, taipei),
	} {
		if got := spanStart(plan(), span, at.UTC()); !got.Equal(want) {
			t.Errorf("%q: %s", span, got)
		}
	}
}

// TestLeaving of either side while a reward waits.
func TestLeaving(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	code := w.code(ann)
	w.bring(ann, bob)
	w.bring(ann, cat)
	w.buy(bob, 100)
	w.buy(cat, 100)
	w.leave(bob)
	w.leave(bob)
	w.leave(ann)
	w.view(func(r store.Reader) error {
		if _, err := w.desk.ByCode(r, code); err != ErrUnknown {
			t.Errorf("the code of who left: %v", err)
		}
		return nil
	})
	w.pass(14 * day)
	got := only(t, w.tick())
	if got.Friend.Member != cat || got.Friend.Points != 20 || got.Refused != Gone || got.Referrer.Points != 0 {
		t.Errorf("%+v", got)
	}
	for _, f := range w.list(ann) {
		if f.Reason != "" {
			t.Errorf("the referrer is told that a friend left: %+v", f)
		}
	}
}

// TestCircle: neither of two strangers who came with each other's code can
// bring the other once one has.
func TestCircle(t *testing.T) {
	w := newWorld(t, plan(), mem.Twice)
	w.bind(bob, ann)
	if err := w.bind(ann, bob); err != ErrCircle {
		t.Errorf("each other: %v", err)
	}
	w.bind(cat, bob)
	if err := w.bind(ann, cat); err != ErrCircle {
		t.Errorf("three in a ring: %v", err)
	}
	// Pressed before the other two were: then it is found when joining.
	v := newWorld(t, plan(), mem.Twice)
	v.code(ann)
	v.bind(bob, ann)
	v.do(func(tx store.Tx) error { // as if two transactions had not seen each other
		if err := lock(tx, ann); err != nil {
			return err
		}
		return invites.Put(tx, inviteRow{bob, v.now}, string(ann))
	})
	if bound, err := v.join(ann); bound || err != ErrCircle {
		t.Errorf("first: %v, %v", bound, err)
	}
	if bound, err := v.join(bob); !bound || err != nil {
		t.Errorf("second: %v, %v", bound, err)
	}
}

func TestStrangeIDsAreNoKeys(t *testing.T) {
	w := newWorld(t, plan())
	err := w.db.Update(t.Context(), func(tx store.Tx) error { _, err := w.desk.Code(tx, "a/b"); return err })
	if err == nil {
		t.Error("an id with a slash became a key")
	}
}
