package room

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
	"regulars/store/mem"
)

const ann, bea = loyalty.MemberID("01HANN00000000000000000000"), loyalty.MemberID("01HBEA00000000000000000000")

var taipei = time.FixedZone("Taipei", 8*3600)

// world is a desk over a ledger, with a clock.
type world struct {
	t     *testing.T
	db    *mem.DB
	d     *Desk
	now   time.Time
	plans map[loyalty.MemberID][]string
}

// newWorld has a room of those on a plan, with LINE, three days of grace.
func newWorld(t *testing.T) *world {
	p := &loyalty.Programme{
		Version: 1, Zone: taipei, Currency: loyalty.Currency{Code: "TWD"}, Rate: loyalty.Rate{Points: 1, Per: 10},
		Expiry: loyalty.Expiry{Version: 1, Kind: loyalty.Never},
		Rooms:  []loyalty.Room{{ID: "plus", Plans: []string{"plus"}, Grace: 3, LINE: true}, {ID: "other", Plans: []string{"exec"}}},
	}
	at := func(time.Time) *loyalty.Programme { return p }
	w := &world{t: t, db: mem.New(mem.Twice), now: time.Date(2026, 1, 5, 10, 0, 0, 0, taipei), plans: map[loyalty.MemberID][]string{}}
	w.d = &Desk{
		Book: &book.Book{Key: []byte("an installation's chain key, 32+"), Programme: at}, Programme: at,
		Plans: func(_ store.Reader, m loyalty.MemberID, _ time.Time) ([]string, error) { return w.plans[m], nil },
	}
	w.opened("https://t.me/+plus", "")
	return w
}

// opened links the room of those on a plan, where it is not, and says how its door
// stands.
func (w *world) opened(link string, wrong Trouble) {
	w.t.Helper()
	if err := w.update(func(tx store.Tx) error {
		if _, linked, err := w.d.Group(tx, "plus"); err != nil || !linked {
			if err = errors.Join(err, w.d.Link(tx, "plus", "PLUS", book.Act{Op: "link", Actor: loyalty.ByStaff("sam"), Now: w.now})); err != nil {
				return err
			}
		}
		_, err := w.d.Opened(tx, "plus", "PLUS", "lane", link, wrong)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) update(f func(store.Tx) error) error { return w.db.Update(context.Background(), f) }

// review gives what was done, in words.
func (w *world) review() (did []string) {
	w.t.Helper()
	n, err := w.d.Review(context.Background(), w.db, w.now, func(_ store.Tx, g Guest, s Step) error {
		did = append(did, fmt.Sprintf("%s %s %s", g.Member[3:6], s, g.State))
		return nil
	})
	did = slices.Compact(did) // a transaction is tried twice
	if err != nil || n != len(did) {
		w.t.Errorf("%d, %v: %v", n, did, err)
	}
	return did
}

func (w *world) wants(did ...string) {
	w.t.Helper()
	if got := w.review(); !slices.Equal(got, did) {
		w.t.Errorf("%v, want %v", got, did)
	}
}

func (w *world) came(m loyalty.MemberID, way Way) {
	w.t.Helper()
	if err := w.update(func(tx store.Tx) error { _, err := w.d.Came(tx, m, "plus", way, w.now); return err }); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhoFitsNoLongerGoesAfterTheGrace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plans[ann], w.plans[bea] = []string{"plus"}, []string{"plus"}
	w.came(ann, ByBot)
	w.came(bea, ByStaff)
	w.wants()
	w.plans[ann], w.plans[bea] = nil, nil
	w.wants("ANN warn in", "BEA warn in")
	w.wants()
	w.now = w.now.AddDate(0, 0, 2)
	w.plans[ann] = []string{"plus"}
	w.wants("ANN stay in")
	w.plans[ann] = nil
	w.wants("ANN warn in") // her days begin anew
	w.now = time.Date(2026, 1, 8, 23, 59, 0, 0, taipei)
	w.wants()
	w.now = time.Date(2026, 1, 9, 0, 0, 0, 0, taipei)
	w.wants("BEA warn out")
	w.wants()
	if err := w.update(func(tx store.Tx) error { _, _, err := w.d.Did(tx, bea, "plus", w.now); return err }); err != nil {
		t.Error(err)
	}
	w.now = time.Date(2026, 1, 11, 0, 0, 0, 0, taipei)
	w.wants("ANN remove in")
	w.wants()
}

// TestNobodyIsForgottenWhileTheBotCannotTakeThemOut: without its rights, or unlinked,
// the place stays, nothing is told, and all is done once it can.
func TestNobodyIsForgottenWhileTheBotCannotTakeThemOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.came(ann, ByBot)
	w.opened("", NoRights)
	w.wants()
	w.opened("https://t.me/+plus", "")
	w.wants("ANN warn in")
	w.now = w.now.AddDate(0, 0, 5)
	w.opened("", NoGroup)
	w.wants()
	if err := w.update(func(tx store.Tx) error { return w.d.Unlink(tx, "plus") }); err != nil {
		t.Fatal(err)
	}
	w.wants()
	w.opened("https://t.me/+again", "")
	w.wants("ANN remove in")

	// Who leaves the club meanwhile is an employee's to take out.
	w.came(bea, ByBot)
	w.opened("", NoRights)
	if err := w.update(func(tx store.Tx) error {
		g, _, err := w.d.Place(tx, bea, "plus", ByBot)
		return errors.Join(err, w.d.Parts(tx, g, w.now))
	}); err != nil {
		t.Fatal(err)
	}
	did := func() error {
		return w.update(func(tx store.Tx) error {
			g, came, err := w.d.Did(tx, bea, "plus", w.now)
			if err == nil && (came || g.State != Out || g.Left.IsZero()) {
				t.Errorf("not taken out: %v %+v", came, g)
			}
			return err
		})
	}
	if err := did(); err != nil {
		t.Error(err)
	}
	if err := did(); !errors.Is(err, ErrState) {
		t.Errorf("twice: %v", err)
	}
}

// TestWhoAsksLastIsSeenInALargeRoom: employees see whom they are to let in, and nobody
// else is locked for it.
func TestWhoAsksLastIsSeenInALargeRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 30 {
		w.came(loyalty.MemberID(fmt.Sprintf("01HAA%021d", n)), ByStaff)
	}
	w.plans[bea] = []string{"plus"}
	if err := w.update(func(tx store.Tx) error { _, err := w.d.Ask(tx, bea, "plus", w.now); return err }); err != nil {
		t.Fatal(err)
	}
	if err := w.update(func(tx store.Tx) error {
		list, err := w.d.ToDo(tx, "plus", 8)
		if len(list) != 1 || list[0].Member != bea || list[0].State != Asked {
			t.Errorf("to do: %+v", list)
		}
		_, _, did := w.d.Did(tx, bea, "plus", w.now)
		return errors.Join(err, did)
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		list, err := w.d.ToDo(r, "plus", 8)
		if len(list) != 0 {
			t.Errorf("nothing is left to do: %+v", list)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestAskingAndItsRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := func(room string) error {
		return w.update(func(tx store.Tx) error { _, err := w.d.Ask(tx, ann, room, w.now); return err })
	}
	want := func(room string, want error) {
		t.Helper()
		if err := ask(room); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", room, err, want)
		}
	}
	want("plus", ErrClosed)
	want("none", ErrUnknown)
	w.plans[ann] = []string{"plus", "exec"}
	want("other", ErrNoLINE)
	want("plus", nil)
	want("plus", nil)
	w.plans[ann] = nil
	w.wants("ANN drop asked")
	did := w.update(func(tx store.Tx) error { _, _, err := w.d.Did(tx, ann, "plus", w.now); return err })
	if !errors.Is(did, ErrState) {
		t.Errorf("nobody is on the list: %v", did)
	}
}

// TestWhatNobodyTicksOffIsSwept: a former member's place after 90 days, one in a room
// that is not in the programme any more after 30, unless it comes back meanwhile.
func TestWhatNobodyTicksOffIsSwept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plans[ann], w.plans[bea] = []string{"plus"}, []string{"plus"}
	w.came(ann, ByStaff)
	w.came(bea, ByStaff)
	sweeps := func(days, want int) {
		t.Helper()
		w.now = w.now.AddDate(0, 0, days)
		if n, err := w.d.Sweep(context.Background(), w.db, w.now); n != want || err != nil {
			t.Errorf("%s: %d swept, want %d: %v", w.now, n, want, err)
		}
	}
	came := w.now
	w.now = w.now.AddDate(0, 0, 5)
	if err := w.update(func(tx store.Tx) error {
		g, _, err := w.d.Place(tx, ann, "plus", ByStaff)
		return errors.Join(err, w.d.Parts(tx, g, w.now))
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.db.View(context.Background(), func(r store.Reader) error {
		g, ok, err := w.d.Place(r, ann, "plus", ByStaff)
		if !ok || g.State != Out || !g.Left.Equal(came) {
			t.Errorf("a former member's place: %v %+v", ok, g)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.wants() // nothing is told to nobody
	sweeps(90, 0)
	sweeps(1, 1)
	all := w.d.Programme(w.now).Rooms
	p := w.d.Programme(w.now)
	p.Rooms = all[1:]
	sweeps(1, 0)
	p.Rooms = all
	sweeps(1, 0) // back again
	p.Rooms = all[1:]
	sweeps(40, 0)
	sweeps(30, 0)
	linked := func() (is bool) {
		if err := w.db.View(context.Background(), func(r store.Reader) (err error) {
			_, is, err = w.d.Group(r, "plus")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return is
	}
	if !linked() {
		t.Error("the room's group is forgotten while it may come back")
	}
	sweeps(1, 2) // bea's place, and the group
	if linked() {
		t.Error("the group of a room that is gone is kept")
	}
}

func TestOneGroupIsOneRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link := func(room, code string) error {
		return w.update(func(tx store.Tx) error {
			return w.d.Link(tx, room, code, book.Act{Op: "link", Actor: loyalty.ByStaff("sam"), Now: w.now})
		})
	}
	if err := errors.Join(link("plus", "AB2C"), link("plus", "AB2C")); err != nil {
		t.Fatal(err)
	}
	if err := link("other", "AB2C"); !errors.Is(err, ErrTaken) {
		t.Errorf("a group that is another room: %v", err)
	}
	var news []bool
	for _, link := range []string{"https://t.me/+a", "https://t.me/+a", "https://t.me/+b"} {
		var is bool
		if err := w.update(func(tx store.Tx) (err error) { is, err = w.d.Opened(tx, "plus", "AB2C", "lane", link, ""); return err }); err != nil {
			t.Fatal(err)
		}
		news = append(news, is)
	}
	if !slices.Equal(news, []bool{true, false, false}) { // another link of an open door is no news
		t.Errorf("news %v", news)
	}
}
