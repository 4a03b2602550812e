package offer

import (
	"bytes"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Take is a voucher that a neighbour took and handed in, or one that was handed in
// by mistake and taken back.
type Take struct {
	Partner loyalty.Store    `json:"-"`
	Month   string           `json:"-"` // in which it was recorded, "2026-11"
	Voucher voucher.ID       `json:"voucher"`
	Member  loyalty.MemberID `json:"member"`
	Reward  string           `json:"reward"`
	// Price is what the shop owes the neighbour for it, in minor units, as agreed
	// when the voucher was issued; below 0 where it was taken back.
	Price loyalty.Money `json:"price"`
	Back  bool          `json:"back,omitempty"`
	At    time.Time     `json:"at"`
	By    loyalty.Actor `json:"by"`
}

// takes are only added to, and only to the month that is: so that the sums of a
// month that is over stay.
var takes = store.NewTable[Take]("partnertake/", store.Readable, func(rest []byte) store.Subject {
	_, who, _ := bytes.Cut(rest, []byte("/"))
	who, _, _ = bytes.Cut(who, []byte("/"))
	return store.Subject("partner/" + string(who))
})

// Month names the local month of a moment, for [Desk.Takes].
func (d *Desk) Month(t time.Time) string {
	return t.In(d.Programme(t).Location()).Format("2006-01")
}

// HandIn takes a voucher in a neighbour's name, by its code, and notes what the
// shop owes for it. Each voucher is an operation of its own under act.Op, and told
// again it is not owed for again. Refusals: those of [voucher.Desk.Use]; *voucher.StoreError for
// a voucher that is not this neighbour's.
func (d *Desk) HandIn(tx store.Tx, act book.Act, partner loyalty.Store, code voucher.Code) (Take, error) {
	v, err := d.Vouchers.ByCode(tx, code)
	if err != nil {
		return Take{}, err
	}
	if !slices.Contains(v.Stores, partner) { // one without stores is the shop's own
		return Take{}, &voucher.StoreError{Stores: v.Stores}
	}
	act.Store = partner
	act.Op += loyalty.OpID("." + string(v.ID))
	v, rec, err := d.Vouchers.Use(tx, code, act)
	if err != nil {
		return Take{}, err
	}
	t := Take{Partner: partner, Voucher: v.ID, Member: v.Member, Reward: v.Reward, Price: d.agreed(&v)}
	if rec.Replayed {
		return t, nil
	}
	if err := d.noteTake(tx, act, t); err != nil || d.Took == nil {
		return t, err
	}
	return t, d.Took(tx, v, act, rec.Balance)
}

// agreed is the price of the version under which a voucher was issued.
func (d *Desk) agreed(v *voucher.Voucher) loyalty.Money {
	p := d.Programme(v.Issued)
	if then := p.Numbered(v.Version); then != nil {
		p = then
	}
	w, _ := p.Reward(v.Reward)
	return w.PartnerPrice
}

// TakeBack undoes the handing in of a voucher, which can be used again; the month
// in which that is done owes so much less, which [Desk.Unused] notes. Refusals: those of
// [voucher.Desk.Reopen]; *voucher.StoreError for one that this neighbour has not
// handed in.
func (d *Desk) TakeBack(tx store.Tx, act book.Act, partner loyalty.Store, id voucher.ID) (Take, error) {
	v, err := d.Vouchers.Get(tx, id, act.Now)
	if err != nil {
		return Take{}, err
	}
	if v.State == voucher.Used && v.UsedStore != partner {
		return Take{}, &voucher.StoreError{Stores: []loyalty.Store{v.UsedStore}}
	}
	t := Take{Partner: partner, Voucher: v.ID, Member: v.Member, Reward: v.Reward, Price: -d.agreed(&v), Back: true}
	if d.Reopen != nil {
		return t, d.Reopen(tx, id, act)
	}
	_, _, err = d.Vouchers.Reopen(tx, id, act)
	return t, err
}

// Unused takes off what is owed for a voucher that a neighbour handed in and whose
// use was taken back, wherever that was done: it is the Vouchers' Unused. was is
// the voucher as it was used.
func (d *Desk) Unused(tx store.Tx, was voucher.Voucher, act book.Act) error {
	t, ok, err := takes.Get(tx, d.Month(was.UsedAt), string(was.UsedStore), takeKey(was.UsedAt, was.ID))
	if err != nil || !ok {
		return err
	}
	t.Partner, t.Price, t.Back = was.UsedStore, -t.Price, true
	return d.noteTake(tx, act, t)
}

// takeKey is when a voucher was handed in, and which it is.
func takeKey(at time.Time, id voucher.ID) string {
	return at.UTC().Format("20060102T150405.000000000") + "-" + string(id)
}

func (d *Desk) noteTake(tx store.Tx, act book.Act, t Take) error {
	t.Month, t.At, t.By = d.Month(act.Now), act.Now.UTC(), act.Actor
	if err := tx.Lock(store.Subject("partner/" + string(t.Partner))); err != nil {
		return err
	}
	key := takeKey(t.At, t.Voucher)
	if t.Back { // it may be the same moment's
		key += "-back"
	}
	return takes.Put(tx, t, t.Month, string(t.Partner), key)
}

// Takes are what was handed in and taken back in a month, ordered by neighbour and
// time; partner "" is all neighbours.
func (d *Desk) Takes(r store.Reader, month string, partner loyalty.Store) (list []Take, err error) {
	rg := takes.Under(month)
	if partner != "" {
		rg = takes.Under(month, string(partner))
	}
	for key, t := range takes.Scan(r, rg, &err) {
		_, rest, _ := bytes.Cut([]byte(key), []byte("/"))
		who, _, _ := bytes.Cut(rest, []byte("/"))
		t.Month, t.Partner = month, loyalty.Store(who)
		list = append(list, t)
	}
	return list, err
}

// Owed is what a month comes to for one neighbour.
type Owed struct {
	Partner  loyalty.Store
	Vouchers int64 // handed in less taken back
	Money    loyalty.Money
}

// OwedOf sums takes up by neighbour, in their order. The error is ErrOverflow.
func OwedOf(all []Take) (list []Owed, err error) {
	for _, t := range all {
		if n := len(list); n == 0 || list[n-1].Partner != t.Partner {
			list = append(list, Owed{Partner: t.Partner})
		}
		o := &list[len(list)-1]
		sum := o.Money + t.Price
		if (sum > o.Money) != (t.Price > 0) && t.Price != 0 {
			return nil, loyalty.ErrOverflow
		}
		o.Money = sum
		if t.Back {
			o.Vouchers--
		} else {
			o.Vouchers++
		}
	}
	return list, nil
}
