package referral

import (
	"context"
	"fmt"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/store"
	"regulars/store/mem"
)

var (
	taipei = time.FixedZone("Asia/Taipei", 8*60*60)
	start  = time.Date(2026, 3, 2, 10, 0, 0, 0, taipei) // a Monday
)

const day = 24 * time.Hour

const (
	ann = loyalty.MemberID("ANN")
	bob = loyalty.MemberID("BOB")
	cat = loyalty.MemberID("CAT")
	dan = loyalty.MemberID("DAN")
)

// plan rewards both sides, 14 days after a purchase of 100 within 30 days.
func plan() *loyalty.Programme {
	return &loyalty.Programme{
		Version: 1, Zone: taipei, ReturnWindow: 7 * day,
		Referral: loyalty.Referral{
			ReferrerPoints: 50, FriendPoints: 20, FriendReward: "cake",
			Minimum: 100, Within: 30, WaitDays: 14,
		},
	}
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// world is a shop that does what package club does with referrals.
type world struct {
	t    fataler
	db   *mem.DB
	desk *Desk
	now  time.Time

	members  map[loyalty.MemberID]time.Time // who joined when
	returned map[loyalty.MemberID]bool
	seq      uint64
	crashes  int
}

func newWorld(t fataler, p *loyalty.Programme, opts ...mem.Option) *world {
	return &world{
		t: t, db: mem.New(opts...), now: start,
		desk:    &Desk{Key: []byte("a key of thirty-two bytes or more"), Programme: p.At},
		members: map[loyalty.MemberID]time.Time{}, returned: map[loyalty.MemberID]bool{},
	}
}

// do commits f, also when it refuses, and does it again after a crash.
func (w *world) do(f func(store.Tx) error) (refused error) {
	w.t.Helper()
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		refused = f(tx)
		if loyalty.Refused(refused) {
			return nil
		}
		return refused
	})
	if err == mem.ErrCrash {
		w.crashes++
		w.db.Reopen()
		return w.do(f)
	}
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return refused
}

func (w *world) facts(m loyalty.MemberID) loyalty.Facts {
	return loyalty.Facts{Joined: w.members[m], Returned: w.returned[m]}
}

func (w *world) code(m loyalty.MemberID) (c Code) {
	w.t.Helper()
	if err := w.do(func(tx store.Tx) (err error) { c, err = w.desk.Code(tx, m); return err }); err != nil {
		w.t.Fatalf("code: %v", err)
	}
	return c
}

func (w *world) bind(friend, referrer loyalty.MemberID) error {
	w.t.Helper()
	c := w.code(referrer)
	return w.do(func(tx store.Tx) error { return w.desk.Bind(tx, friend, c, w.facts(friend), w.now) })
}

func (w *world) join(m loyalty.MemberID) (bound bool, err error) {
	w.t.Helper()
	f := w.facts(m)
	f.Joined = w.now
	err = w.do(func(tx store.Tx) (err error) { bound, err = w.desk.Joined(tx, m, f, w.now); return err })
	w.members[m] = w.now
	return bound, err
}

// bring lets a member bring a friend who joins at once.
func (w *world) bring(referrer, friend loyalty.MemberID) {
	w.t.Helper()
	if err := w.bind(friend, referrer); err != nil {
		w.t.Fatalf("bind: %v", err)
	}
	if bound, err := w.join(friend); err != nil || !bound {
		w.t.Fatalf("join: %v, %v", bound, err)
	}
}

func (w *world) buy(m loyalty.MemberID, amount loyalty.Money) (*loyalty.Entry, bool) {
	w.t.Helper()
	w.seq++
	e := &loyalty.Entry{Member: m, Seq: w.seq, Kind: loyalty.KindEarn, Amount: amount, EffectiveAt: w.now, RecordedAt: w.now}
	return e, w.sold(e)
}

// sold tells of a sale's entry.
func (w *world) sold(e *loyalty.Entry) (qualified bool) {
	w.t.Helper()
	if err := w.do(func(tx store.Tx) (err error) {
		qualified, err = w.desk.Purchase(tx, e.Member, e, w.now)
		return err
	}); err != nil {
		w.t.Fatalf("purchase: %v", err)
	}
	return qualified
}

func (w *world) refund(e *loyalty.Entry, left loyalty.Money) (undo *Rewarded) {
	w.t.Helper()
	if err := w.do(func(tx store.Tx) (err error) {
		undo, err = w.desk.Reversed(tx, e.Member, e, left, w.now)
		return err
	}); err != nil {
		w.t.Fatalf("reversed: %v", err)
	}
	return undo
}

func (w *world) leave(m loyalty.MemberID) {
	w.t.Helper()
	if err := w.do(func(tx store.Tx) error { return w.desk.Left(tx, m, w.now) }); err != nil {
		w.t.Fatalf("left: %v", err)
	}
}

// tick settles what is due, each in a transaction of its own, and tells what
// was given.
func (w *world) tick() (all []Ready) {
	w.t.Helper()
	for _, friend := range w.due() {
		var got Ready
		var ok bool
		if err := w.do(func(tx store.Tx) (err error) {
			if got, ok, err = w.desk.Settle(tx, friend, w.now); err != nil || !ok {
				return err
			}
			return w.desk.Rewarded(tx, got, entryOf(got.Referrer), entryOf(got.Friend))
		}); err != nil {
			w.t.Fatalf("settle: %v", err)
		}
		if ok {
			all = append(all, got)
		}
	}
	return all
}

// entryOf makes up the references under which a share was given.
func entryOf(s Share) (g Given) {
	if s.Points > 0 {
		g.Entry = loyalty.Ref("REF" + s.Member)
	}
	if s.Reward != "" {
		g.Voucher = "voucher of " + string(s.Member)
	}
	return g
}

func (w *world) due() (list []loyalty.MemberID) {
	w.view(func(r store.Reader) (err error) { list, err = w.desk.Due(r, w.now, 1000); return err })
	return list
}

func (w *world) list(m loyalty.MemberID) (list []Friend) {
	w.view(func(r store.Reader) (err error) { list, err = w.desk.List(r, m, w.now); return err })
	return list
}

func (w *world) flagged() (list []Flag) {
	w.view(func(r store.Reader) (err error) { list, err = w.desk.Flagged(r); return err })
	return list
}

func (w *world) count(m loyalty.MemberID) (joined, rewarded int) {
	w.view(func(r store.Reader) (err error) { joined, rewarded, err = w.desk.Count(r, m); return err })
	return joined, rewarded
}

func (w *world) view(f func(store.Reader) error) {
	w.t.Helper()
	if err := w.db.View(context.Background(), f); err != nil {
		w.t.Fatalf("%v", err)
	}
}

func (w *world) pass(d time.Duration) { w.now = w.now.Add(d) }

// rowsOf is how many rows stand under a prefix.
func (w *world) rowsOf(prefix string) (n int) {
	for _, row := range w.db.Dump() {
		if len(row.Key) >= len(prefix) && string(row.Key[:len(prefix)]) == prefix {
			n++
		}
	}
	return n
}

// only is the one element of a list.
func only[T any](t *testing.T, list []T) T {
	t.Helper()
	if len(list) != 1 {
		t.Fatalf("%d, want 1: %+v", len(list), list)
	}
	return list[0]
}

func member(i int) loyalty.MemberID { return loyalty.MemberID(fmt.Sprintf("M%04d", i)) }
