package rollup

import (
	"errors"
	"slices"
	"strings"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// batch is what a number of entries change, yet to be written. Everything in it
// is added to what is there, in any order, but for parts and scores, which take
// the place of what is there.
type batch struct {
	piles  map[rowKey]*pile
	settle map[settleKey]loyalty.Points
	late   map[lateKey]loyalty.Points
	given  map[givenKey]GivenMonth
	parts  map[uint32]*uint32 // nil: a part of nobody any more
	scores map[scoreKey][]score
	ord    func(loyalty.MemberID) (uint32, error)
}

// settleKey names a row of the settlement.
type settleKey struct {
	month    Month
	from, to loyalty.Store
}

func newBatch(ord func(loyalty.MemberID) (uint32, error)) *batch {
	return &batch{
		map[rowKey]*pile{}, map[settleKey]loyalty.Points{}, map[lateKey]loyalty.Points{}, map[givenKey]GivenMonth{},
		map[uint32]*uint32{}, map[scoreKey][]score{}, ord,
	}
}

func (b *batch) add(k rowKey, ord uint32, c columns) {
	if c.empty() {
		return
	}
	p := b.piles[k]
	if p == nil {
		p = &pile{}
		b.piles[k] = p
	}
	p.add(ord, &c)
}

// taking is one member's entries being taken into a batch.
type taking struct {
	desk *Desk
	r    store.Reader
	b    *batch
	m    loyalty.MemberID
	k    *known
	list []loyalty.Entry // the member's, ordered: where others are looked for first
}

// errLater says that an entry names a member who came after a rebuild had listed
// them all: it and those after it are taken in afterwards, as they are marked.
var errLater = errors.New("rollup: of a member who came meanwhile")

// take takes in at most n of a member's entries after the watermark, and what
// else is to be known of them; more says that there are entries left.
func (d *Desk) take(r store.Reader, b *batch, m loyalty.MemberID, k *known, n int) (more bool, err error) {
	list, err := d.Book.Since(r, m, k.Seq, n)
	if err != nil {
		return false, err
	}
	t := &taking{d, r, b, m, k, list}
	if err := t.entries(); err != nil {
		return false, err
	}
	if err := t.join(); err != nil {
		return false, err
	}
	return len(list) == n, t.scores()
}

// entries takes in the list, and moves the watermark.
func (t *taking) entries() error {
	for i := range t.list {
		err := t.entry(&t.list[i])
		if errors.Is(err, errLater) {
			return nil
		}
		if err != nil {
			return err
		}
		t.k.Seq = t.list[i].Seq
	}
	return nil
}

// find is the entry that the member's account knows by a number, which is of a
// member whom it took in where that is so.
func (t *taking) find(id uint64) (*loyalty.Entry, error) {
	i, ok := slices.BinarySearchFunc(t.list, id, func(e loyalty.Entry, id uint64) int {
		return int(int64(e.Seq) - int64(id))
	})
	if ok {
		return &t.list[i], nil
	}
	e, err := t.desk.Book.Numbered(t.r, t.m, id)
	return &e, err
}

// lot is the entry that gave the points of a lot: of a borrowed one, that of who lent
// it.
func (t *taking) lot(id uint64) (*loyalty.Entry, error) {
	e, err := t.find(id)
	if err != nil || e.Kind != loyalty.KindTransfer || e.Peer == nil {
		return e, err
	}
	of, err := t.desk.Book.Numbered(t.r, e.Peer.With, e.Peer.Lot)
	return &of, err
}

// entry takes in one entry.
func (t *taking) entry(e *loyalty.Entry) error {
	c := columns{cUnspent: int64(e.In(loyalty.Available) + e.In(loyalty.Pending) + e.In(loyalty.Held))}
	given, at := -int64(e.In(loyalty.Issued)), e.Store
	switch e.Kind {
	case loyalty.KindEarn:
		c[cOrders], c[cGross], c[cSale] = 1, int64(e.Amount), given
	case loyalty.KindOpening:
		if c[cOpening] = given; e.Amount > 0 {
			c[cOrders], c[cGross] = 1, int64(e.Amount)
		}
	case loyalty.KindGift:
		c[cGift] = given
	case loyalty.KindGive, loyalty.KindAdjust:
		if c[cHand], c[cHands] = given, 1; given < 0 {
			c[cHand], c[cHands], c[cBack] = 0, 0, -given
		}
	case loyalty.KindSpend, loyalty.KindCapture:
		c[cSpent], c[cUses] = int64(e.In(loyalty.Redeemed)), 1
		if err := t.settle(e, e, 1); err != nil {
			return err
		}
	case loyalty.KindExpire, loyalty.KindForfeit:
		c[cExpired] = int64(e.In(loyalty.Expired))
		if err := t.expired(e); err != nil {
			return err
		}
	case loyalty.KindUndo, loyalty.KindReverse:
		of, err := t.find(e.Of)
		if err != nil {
			return err
		}
		at = of.Store
		if err := t.undo(e, of, &c); err != nil {
			return err
		}
	case loyalty.KindMerge, loyalty.KindUnmerge:
		if err := t.part(e); err != nil {
			return err
		}
	}
	if e.Kind != loyalty.KindOpening && e.Kind != loyalty.KindMerge && e.Kind != loyalty.KindUnmerge {
		t.b.gave(t.monthOf(e), at, GivenMonth{Given: loyalty.Points(given)})
	}
	t.staff(e, c)
	t.b.add(dayKey(t.day(e), at, t.k.Ord), t.k.Ord, c)
	return nil
}

// day is the local day on which an entry counts: a sale's is the one that the
// rules found.
func (t *taking) day(e *loyalty.Entry) int32 {
	if e.Tally.Day > 0 && e.Kind != loyalty.KindReverse {
		return e.Tally.Day
	}
	return t.desk.dayOf(e.EffectiveAt)
}

// undo takes in what takes another entry back: points where they move, counts
// and money where the other one stands.
func (t *taking) undo(e, of *loyalty.Entry, c *columns) error {
	ord, err := t.b.ord(of.Member)
	if err != nil {
		return err
	}
	var there columns
	switch {
	case e.Kind == loyalty.KindReverse:
		c[cBack], c[cExpired] = int64(e.In(loyalty.Issued)), int64(e.In(loyalty.Expired))
		there[cRefunded] = int64(e.Amount)
		if e.Whole && e.Sale {
			there[cOrders], there[cVoid] = -1, 1
		}
	case of.Kind == loyalty.KindSpend || of.Kind == loyalty.KindCapture:
		c[cUndone] = -int64(e.In(loyalty.Redeemed))
		there[cUses] = -1
		if err := t.settle(e, of, -1); err != nil {
			return err
		}
	default:
		return nil
	}
	day := t.day(of)
	t.b.add(dayKey(day, of.Store, ord), ord, there)
	if staff, ok := employee(of.Actor); ok {
		there[cBack], there[cUndone] = c[cBack], c[cUndone]
		t.b.add(staffKey(MonthOf(day), staff, ord), ord, there)
	}
	return nil
}

// staff takes in what an employee did to the member: what they take back counts
// against who did it, not here.
func (t *taking) staff(e *loyalty.Entry, c columns) {
	staff, ok := employee(e.Actor)
	if !ok || e.Kind == loyalty.KindUndo || e.Kind == loyalty.KindReverse {
		return
	}
	day := t.day(e)
	if t.k.First == nil {
		t.k.First = &first{day, e.Store, staff}
	}
	c[cUnspent] = 0
	t.b.add(staffKey(MonthOf(day), staff, t.k.Ord), t.k.Ord, c)
}

func employee(a loyalty.Actor) (staff string, ok bool) { return strings.CutPrefix(string(a), "staff/") }

// settle notes in which store the points were given that an entry spends in
// another, or gives back of a spend there.
func (t *taking) settle(e, spend *loyalty.Entry, sign loyalty.Points) error {
	month, of := t.monthOf(e), t.monthOf(spend)
	for _, p := range e.Parts {
		lot, err := t.lot(p.Lot)
		if err != nil {
			return err
		}
		k := settleKey{month, lot.Store, spend.Store}
		t.b.settle[k] += sign * p.Points
		if of != month {
			t.b.late[lateKey{k, of}] += sign * p.Points
		}
	}
	return nil
}

// expired notes in which store the points were given that are gone.
func (t *taking) expired(e *loyalty.Entry) error {
	for _, p := range e.Parts {
		lot, err := t.lot(p.Lot)
		if err != nil {
			return err
		}
		t.b.gave(t.monthOf(e), lot.Store, GivenMonth{Expired: p.Points})
	}
	return nil
}

// monthOf is the month in which an entry was recorded.
func (t *taking) monthOf(e *loyalty.Entry) Month { return MonthOf(t.desk.dayOf(e.RecordedAt)) }

// part notes whose part the member is from here on.
func (t *taking) part(e *loyalty.Entry) error {
	if e.Carry == nil || e.Carry.Wing != 0 {
		return nil // the other half, of who takes in
	}
	t.k.Into = nil
	if e.Kind == loyalty.KindMerge {
		into, err := t.b.ord(e.Carry.With)
		if err != nil {
			return err
		}
		t.k.Into = &into
	}
	t.b.parts[t.k.Ord] = t.k.Into
	return nil
}

// join counts the member's joining as it is to be counted now.
func (t *taking) join() error {
	is, err := t.joining()
	if err != nil || is == t.k.Join {
		return err
	}
	t.joined(t.k.Join, -1)
	t.joined(is, 1)
	t.k.Join = is
	return nil
}

func (t *taking) joined(j joining, n int64) {
	if j.Day == 0 {
		return
	}
	c := columns{cJoined: n}
	t.b.add(dayKey(j.Day, j.Store, t.k.Ord), t.k.Ord, c)
	if j.By != "" {
		t.b.add(staffKey(MonthOf(j.Day), j.By, t.k.Ord), t.k.Ord, c)
	}
}

// joining is how the member's joining counts: of who is a part of another, not
// at all, as one person joins once.
func (t *taking) joining() (j joining, err error) {
	at, status, err := people.JoinedAt(t.r, t.m)
	if err != nil || at.IsZero() || status != people.Member && status != people.Erased || t.k.Into != nil {
		return j, err
	}
	j.Day = t.desk.dayOf(at)
	if f := t.k.First; f != nil && f.Day == j.Day {
		j.Store, j.By = f.Store, f.By
	}
	if o, ok, err := people.OriginOf(t.r, t.m); err != nil || ok {
		j.Store, j.By = o.Store, ""
		return j, err
	}
	return j, nil
}

// scores takes in the member's newest answers: one to an older question was taken
// in before the newer one was asked, weeks ago.
func (t *taking) scores() error {
	list, err := survey.Current(t.r, t.m)
	for _, s := range list {
		t.b.answer(t.k.Ord, s, t.desk.dayOf(s.At))
	}
	return err
}
