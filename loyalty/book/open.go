package book

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// open is one member's account while an operation works on it.
type open struct {
	book      *Book
	member    loyalty.MemberID
	programme *loyalty.Programme // of the moment at which the operation takes effect
	newest    *loyalty.Programme // of the moment at which it is recorded, with those before it
	facts     loyalty.Facts
	account   *loyalty.Account
	before    *loyalty.Account // as it was stored, with what was loaded since
	made      []loyalty.Entry  // entries added, in order
	via       kin              // the member asked for, as the account sees their entries
	now       time.Time        // when it is recorded
	homes     []loyalty.Entry  // of made, those by which borrowed points left: their other halves are to be written
	one       []loyalty.MemberID
}

// open loads the account that a member's points are in under the rules of the
// moment at, for what is recorded now. The member must be locked.
func (b *Book) open(r store.Reader, m loyalty.MemberID, at, now time.Time) (*open, error) {
	a, k, err := reach(r, m)
	if err != nil {
		return nil, err
	}
	return b.opened(r, a, k, at, now)
}

// openOne is open for the member's own account, wherever their points are.
func (b *Book) openOne(r store.Reader, m loyalty.MemberID, at, now time.Time) (*open, error) {
	a, _, err := accounts.Get(r, string(m))
	if err != nil {
		return nil, err
	}
	return b.opened(r, a, kin{member: m}, at, now)
}

func (b *Book) opened(r store.Reader, a loyalty.Account, k kin, at, now time.Time) (*open, error) {
	m := k.member
	facts, err := b.factsOf(r, m)
	if err != nil {
		return nil, err
	}
	a.Shelf, a.Marks = map[uint64]loyalty.Lot{}, map[uint64]loyalty.Mark{}
	o := &open{book: b, member: m, programme: b.Programme(at), newest: b.newest(&a, now), facts: facts, account: &a, before: a.Clone(), via: k, now: now.Round(0).UTC()}
	if o.now.Before(a.RecordedAt) {
		o.now = a.RecordedAt
	}
	o.one, err = oneWith(r, &a, m)
	return o, err
}

// newest is the version in force at now, or at the account's newest entry where
// the clock stepped back behind it: no entry finds itself under rules that are
// not known yet.
func (b *Book) newest(a *loyalty.Account, now time.Time) *loyalty.Programme {
	if now.Before(a.RecordedAt) {
		now = a.RecordedAt
	}
	return b.Programme(now)
}

// factsOf is what is known of the member besides the ledger.
func (b *Book) factsOf(r store.Reader, m loyalty.MemberID) (loyalty.Facts, error) {
	if b.Facts == nil {
		return loyalty.Facts{}, nil
	}
	return b.Facts(r, m)
}

// settle adds what time alone has done by now.
func (o *open) settle(tx store.Tx, now time.Time) error {
	made, err := loyalty.Settle(o.account, o.newest, loyalty.Draft{Member: o.member, Facts: o.facts, Now: now, KeepExpired: o.book.clockInDoubt(), Kin: o.one})
	if err != nil {
		return err
	}
	return o.add(tx, made)
}

// fresh is what was added from seq first on.
func (o *open) fresh(first uint64) []loyalty.Entry {
	i := slices.IndexFunc(o.made, func(e loyalty.Entry) bool { return e.Seq >= first })
	if i < 0 {
		return nil
	}
	return o.made[i:]
}

// add names, chains, applies and stores the entries that the rules decided.
func (o *open) add(tx store.Tx, decided []loyalty.Entry) error {
	for _, e := range decided {
		if !e.Kind.Automatic() {
			ref, err := o.newRef(tx, e.Seq)
			if err != nil {
				return err
			}
			e.Ref = ref
		}
		if e.Kind == loyalty.KindHome && e.In(loyalty.Joined) > 0 {
			if err := o.bound(tx, &e); err != nil {
				return err
			}
		}
		e.Hash = loyalty.Link(o.book.Key, o.account.Head, &e)
		if err := o.account.Apply(e); err != nil {
			return err
		}
		if err := entries.Put(tx, e, string(o.member), seqKey(e.Seq)); err != nil {
			return err
		}
		if e.Kind == loyalty.KindEarn && e.Order != "" {
			row, _, err := orders.Get(tx, string(o.member), orderKey(e.Order))
			if err != nil {
				return err
			}
			if err := orders.Put(tx, row.with(&e), string(o.member), orderKey(e.Order)); err != nil {
				return err
			}
		}
		o.made = append(o.made, e)
	}
	return nil
}

// Lengths of references, the check character not counted. The first free one
// is taken, so that they are short while there are few.
const shortestRef, longestRef = 5, 12

// newRef finds a free reference for an entry and stores where it leads. It is
// drawn from a keyed hash: rules have no randomness, and nobody should read
// the number of a shop's sales from its receipts.
func (o *open) newRef(tx store.Tx, seq uint64) (loyalty.Ref, error) {
	mac := hmac.New(sha256.New, o.book.Key)
	mac.Write([]byte("ref\x00" + string(o.member) + "\x00"))
	mac.Write(binary.BigEndian.AppendUint64(nil, seq))
	seed := mac.Sum(nil)
	for n := shortestRef; ; n++ {
		ref := loyalty.NewRef(seed, n)
		if err := tx.Lock(store.Subject("ref/" + string(ref))); err != nil {
			return "", err
		}
		_, taken, err := refs.Get(tx, string(ref))
		if err != nil {
			return "", err
		}
		if !taken || n == longestRef {
			return ref, refs.Put(tx, place{o.member, seq}, string(ref))
		}
	}
}

// sale finds the newest sale under an order number, of the account's own and of
// those whom it took in: as it stands in its member's chain, and whose it is.
func (o *open) sale(r store.Reader, order loyalty.Order) (e loyalty.Entry, of kin, ok bool, err error) {
	if order == "" {
		return e, of, false, nil
	}
	all, err := o.kin(r)
	if err != nil {
		return e, of, false, err
	}
	for _, k := range all {
		at, is, err := orders.Get(r, string(k.member), orderKey(order))
		if err != nil {
			return e, of, false, err
		}
		if !is {
			continue
		}
		one, is, err := entries.Get(r, string(k.member), seqKey(at.Seq))
		if err != nil {
			return e, of, false, err
		}
		if is && (!ok || one.RecordedAt.After(e.RecordedAt)) {
			e, of, ok = one, k, true
		}
	}
	return e, of, ok, nil
}

// kin are the account's own member and all whom it took in.
func (o *open) kin(r store.Reader) ([]kin, error) {
	all, err := family(r, o.account)
	return append([]kin{{member: o.member}}, all...), err
}

// checkOrder refuses a second sale under one order number on one local day in
// one store, unless the first was taken back, also when sales of other days were
// told in between. Tills start again at 1 every morning, so that the numbers of
// other days mean nothing.
func (o *open) checkOrder(tx store.Tx, act Act, order loyalty.Order) error {
	if order == "" {
		return nil
	}
	all, err := o.kin(tx)
	if err != nil {
		return err
	}
	for _, k := range all {
		if err := o.checkSales(tx, act, k, order); err != nil {
			return err
		}
	}
	return nil
}

// checkSales is checkOrder among one member's sales.
func (o *open) checkSales(tx store.Tx, act Act, k kin, order loyalty.Order) error {
	row, ok, err := orders.Get(tx, string(k.member), orderKey(order))
	if err != nil || !ok {
		return err
	}
	for _, seq := range append([]uint64{row.Seq}, row.Older...) {
		e, ok, err := entries.Get(tx, string(k.member), seqKey(seq))
		if err != nil || !ok {
			return err
		}
		if err := o.checkSale(tx, act, k.lift(e)); err != nil {
			return err
		}
	}
	return nil
}

// checkSale refuses a sale of the day and the store of e, which has its number.
func (o *open) checkSale(tx store.Tx, act Act, e loyalty.Entry) error {
	at := act.At
	if at.IsZero() {
		at = act.Now
	}
	if e.Store != act.Store || o.programme.Day(e.EffectiveAt) != o.programme.Day(at) {
		return nil
	}
	if err := o.loadFor(tx, &e); err != nil {
		return err
	}
	if o.account.Marks[e.Seq].Whole {
		return nil
	}
	return &loyalty.DuplicateError{Ref: e.Ref, At: e.RecordedAt}
}

// loadFor puts on the account what deciding about an old entry needs: its mark
// and those of its lots that are closed. Of a member who was taken in since, that
// is adopted first.
func (o *open) loadFor(tx store.Tx, e *loyalty.Entry) error {
	var news loyalty.Carry
	err := o.book.below(tx, o.member, e.Seq, func(m loyalty.MemberID, id uint64) (bool, error) {
		mark, ok, err := marks.Get(tx, string(m), seqKey(id))
		switch {
		case !ok:
		case m == o.member:
			o.account.Marks[e.Seq], o.before.Marks[e.Seq] = mark, mark
		default:
			news.Marks = append(news.Marks, loyalty.Marked{Seq: e.Seq, Mark: mark})
		}
		return ok, err
	})
	if err != nil {
		return err
	}
	parts := e.Parts
	if e.Lot != nil { // a reversal looks at the lot that the entry opened
		parts = []loyalty.Part{{Lot: e.Seq}}
	}
	for _, p := range parts {
		if slices.ContainsFunc(o.account.Lots, func(l loyalty.Lot) bool { return l.Seq == p.Lot }) {
			continue
		}
		if _, here := o.account.Shelf[p.Lot]; here {
			continue
		}
		if err := o.loadLot(tx, p.Lot, &news); err != nil {
			return err
		}
	}
	if len(news.Marks)+len(news.Lots) == 0 {
		return nil
	}
	return o.adopt(tx, news)
}

// loadLot puts a closed lot on the account, or among what is to be adopted.
func (o *open) loadLot(tx store.Tx, seq uint64, news *loyalty.Carry) error {
	return o.book.below(tx, o.member, seq, func(m loyalty.MemberID, id uint64) (bool, error) {
		lot, ok, err := lots.Get(tx, string(m), seqKey(id))
		switch {
		case !ok:
		case m == o.member:
			o.account.Shelf[seq], o.before.Shelf[seq] = lot, lot
		default:
			lot.Seq = seq
			news.Lots = append(news.Lots, lot)
		}
		return ok, err
	})
}
