package voucher

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// place is where a code leads.
type place struct {
	Member loyalty.MemberID `json:"member"`
	Tail   string           `json:"tail"`
}

// stock is a limited reward's count.
type stock struct {
	Taken int64 `json:"taken"`           // out or used, ever
	Swept int64 `json:"swept,omitempty"` // of these, whose rows are gone
	// Lately is how many were taken in the week that ends with the day Week, given
	// back or not: for the shop to see, nothing is decided by it.
	Lately int64  `json:"lately,omitempty"`
	Week   string `json:"week,omitempty"`
}

var (
	vouchers = store.NewTable[Voucher]("voucher/", store.Locked, store.FirstPart("member"))
	codes    = store.NewTable[place]("vouchercode/", store.Readable, store.FirstPart("vouchercode"))
	dues     = store.NewTable[struct{}]("voucherdue/", store.Locked, secondPart)
	outcomes = store.NewTable[outcome]("voucherop/", store.Locked, wholeOp)
	pasts    = store.NewTable[int64]("voucherpast/", store.Locked, store.FirstPart("member"))

	// What is shown of stock and pool may change a moment later; who takes of
	// it locks first.
	stocks    = store.NewTable[stock]("stock/", store.Readable, store.FirstPart("stock"))
	stockDues = store.NewTable[struct{}]("stockdue/", store.Readable, store.FirstPart("stock"))
	pool      = store.NewTable[digital]("pool/", store.Locked, store.FirstPart("pool"))
	poolHeads = store.NewTable[poolHead]("poolhead/", store.Readable, store.FirstPart("pool"))
	poolCodes = store.NewTable[pooled]("poolcode/", store.Locked, func([]byte) store.Subject { return "poolcodes" })
)

func wholeOp(rest []byte) store.Subject { return store.Subject("op/" + string(rest)) }

// secondPart is the subject of an index row "when/member/…".
func secondPart(rest []byte) store.Subject {
	_, who, _ := bytes.Cut(rest, []byte("/"))
	who, _, _ = bytes.Cut(who, []byte("/"))
	return store.Subject("member/" + string(who))
}

func memberSubject(m loyalty.MemberID) store.Subject { return store.Subject("member/" + string(m)) }

// read lets a function that only reads be called in a View and in an Update,
// where the member's rows must be locked first.
func read(r store.Reader, m loyalty.MemberID) error {
	if tx, ok := r.(store.Tx); ok {
		return tx.Lock(memberSubject(m))
	}
	return nil
}

// timeKey sorts as the time does, and never (the zero time) last.
func timeKey(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("20060102T150405.000000000")
}

var (
	errAct   = errors.New("voucher: an act needs an operation id of at most 180 bytes, an actor and a now")
	errKey   = errors.New("voucher: the key has fewer than 32 bytes")
	errCodes = errors.New("voucher: no free code was found in 100 draws")
	errSeal  = errors.New("voucher: digital codes need the desk's Seal and Open")
)

// get loads a voucher of the store; a missing one is no error.
func get(r store.Reader, id ID) (v Voucher, ok bool, err error) {
	m, tail, ok := id.split()
	if !ok {
		return v, false, nil
	}
	if err := read(r, m); err != nil {
		return v, false, err
	}
	return vouchers.Get(r, string(m), tail)
}

// put stores a voucher with its due row, which only open ones have. was is the
// due row that it had, zero for none.
func (d *Desk) put(tx store.Tx, v Voucher, was time.Time) error {
	m, tail, ok := v.ID.split()
	if !ok {
		return fmt.Errorf("voucher: a member id is 1 to 64 letters and digits, not %d bytes of something else", len(v.Member))
	}
	var is time.Time
	if v.State == Open {
		is = v.Until
	}
	if !was.Equal(is) {
		if !was.IsZero() {
			if err := dues.Delete(tx, timeKey(was), string(m), tail); err != nil {
				return err
			}
		}
		if !is.IsZero() {
			if err := dues.Put(tx, struct{}{}, timeKey(is), string(m), tail); err != nil {
				return err
			}
		}
	}
	if d.Wrote != nil {
		before, _, err := vouchers.Get(tx, string(m), tail)
		if err == nil {
			err = d.Wrote(tx, before, v)
		}
		if err != nil {
			return err
		}
	}
	if err := vouchers.Put(tx, v, string(m), tail); err != nil || d.Changed == nil {
		return err
	}
	return d.Changed(tx, v.Member)
}
