package voucher

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Desk is how one shop gives and takes vouchers. It is a value without state
// and may be used by many at once.
type Desk struct {
	Book *book.Book
	// Key is the key of codes and ids, at least 32 bytes. It must never change.
	Key []byte
	// Programme is the version in force at a moment, the Book's own.
	Programme func(at time.Time) *loyalty.Programme
	// Seal and Open keep digital codes from who reads the store. They are only
	// asked for where there are rewards of kind RewardCode.
	Seal func(plain []byte) ([]byte, error)
	Open func(sealed []byte) ([]byte, error)
	// Mates are whose points may pay for a member's voucher where their own do not
	// suffice, and how many of them at most (0 is no bound), see [book.Act]; it reads
	// only. Theirs is how many these are. nil of both: nobody's.
	Mates  func(r store.Reader, m loyalty.MemberID, now time.Time) ([]loyalty.MemberID, loyalty.Points, error)
	Theirs func(r store.Reader, m loyalty.MemberID, now time.Time) (loyalty.Points, error)
	// Lent counts, in its transaction, points of others that paid for a member's
	// voucher; those that went home are negative, at the time when it was issued. nil
	// counts nothing.
	Lent func(tx store.Tx, m loyalty.MemberID, n loyalty.Points, at time.Time) error
	// Borrowed is told, in its transaction, that others' points paid for a voucher, or
	// that they went home, or were lent once more, as its use was taken back; nil tells nobody.
	Borrowed func(tx store.Tx, v Voucher, act book.Act, rec book.Receipt) error
	// Used is told of each voucher that was used, in the transaction that used it;
	// nil tells nobody.
	Used func(store.Tx, Voucher, book.Act) error
	// Unused is told of every use that is taken back, once, with the voucher as it
	// was while used; nil: nobody is.
	Unused func(store.Tx, Voucher, book.Act) error
	// Plans are a member's paid plans that run at a moment, asked for where a reward
	// is for some; nil: nobody has any. In an Update the member is locked.
	Plans func(r store.Reader, m loyalty.MemberID, at time.Time) ([]string, error)
	// Changed is told, in the transaction that wrote a voucher, that whatever is
	// derived from its member's rows is out of date; nil tells nobody. The member
	// is locked.
	Changed func(store.Tx, loyalty.MemberID) error
	// Wrote is told, in that transaction too, what the voucher was and is; was has
	// no ID where there was none. nil tells nobody. It must not fail for a reason of
	// its own.
	Wrote func(tx store.Tx, was, is Voucher) error
}

// ID names a voucher: "<member>-<tail>". It is what Sale.Voucher and
// Entry.Voucher hold. It is no secret and gives no right.
type ID string

// State is where a voucher is in its life.
type State string

// The states.
const (
	Open    State = "open"
	Used    State = "used"
	Void    State = "void"
	Expired State = "expired"
)

// Voucher is a reward that a member has, or had.
type Voucher struct {
	ID     ID                 `json:"id"`
	Member loyalty.MemberID   `json:"member"`
	Reward string             `json:"reward"`
	Kind   loyalty.RewardKind `json:"kind"`             // RewardItem or RewardCode
	Source string             `json:"source,omitempty"` // what brought a present, "" for points
	Cost   loyalty.Points     `json:"cost,omitempty"`   // 0: a present
	Hold   loyalty.Ref        `json:"hold,omitempty"`   // the entry that set the points aside; of a code, that spent them
	Issued time.Time          `json:"issued"`
	Until  time.Time          `json:"until,omitzero"` // exclusive; zero is for ever
	State  State              `json:"state"`          // as stored: see StateAt

	// Worth is what it is worth by itself, in minor units: of a present that was
	// given with a worth of its own. 0: what the reward's own is.
	Worth loyalty.Money `json:"worth,omitempty"`

	// The terms, as of Version.
	Version  int             `json:"version"`
	Stores   []loyalty.Store `json:"stores,omitempty"` // empty: everywhere
	OnExpiry loyalty.Fate    `json:"on_expiry,omitempty"`
	OnCancel loyalty.Fate    `json:"on_cancel,omitempty"`

	UsedAt    time.Time     `json:"used_at,omitzero"`
	UsedBy    loyalty.Actor `json:"used_by,omitempty"`
	UsedStore loyalty.Store `json:"used_store,omitempty"`
	Use       loyalty.Ref   `json:"use,omitempty"` // the entry that captured the points
	VoidAt    time.Time     `json:"void_at,omitzero"`
	Why       string        `json:"why,omitempty"` // of a void one, a word for programs: WhyCancelled, …

	Sealed  []byte `json:"sealed,omitempty"`  // a digital code, see Desk.Digital
	Draw    int    `json:"draw,omitempty"`    // how many codes were drawn before one was free
	Stocked bool   `json:"stocked,omitempty"` // it counts in the reward's stock
}

// Why a voucher is void, where this package decides it.
const (
	WhyCancelled = "cancelled" // the member gave it back
	WhyUndone    = "undone"    // its use was undone and it could not be opened again
)

// StateAt is the voucher's state at now, whether or not anybody wrote it down.
func (v *Voucher) StateAt(now time.Time) State {
	if v.State == Open && !v.Until.IsZero() && !now.Before(v.Until) {
		return Expired
	}
	return v.State
}

// counts reports whether the voucher counts for its member's limit: what was
// given back, by whatever way, does not, and presents never do.
func (v *Voucher) counts(now time.Time) bool {
	if v.Source != "" {
		return false
	}
	switch v.StateAt(now) {
	case Open, Used:
		return true
	case Expired:
		return v.OnExpiry == loyalty.FateForfeit
	}
	return false
}

// split gives the two parts of an id, both empty for what is none.
func (id ID) split() (m loyalty.MemberID, tail string, ok bool) {
	who, tail, ok := strings.Cut(string(id), "-")
	plain := func(s string) bool { return s != "" && strings.Trim(s, alphanumeric) == "" }
	if !ok || len(who) > 64 || len(tail) > 32 || !plain(who) || !plain(tail) {
		return "", "", false
	}
	return loyalty.MemberID(who), tail, true
}

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID is the id that a member's operation, or a present's source, gives. It
// is drawn from a keyed hash, as rules have no randomness; the same operation
// gives the same id.
func (d *Desk) newID(m loyalty.MemberID, kind, what string) ID {
	sum := d.mac("id", string(m), kind, what)
	return ID(string(m) + "-" + base32.StdEncoding.EncodeToString(sum[:10]))
}

// mac is a keyed hash over parts, each after its length, so that ("ab", "c")
// and ("a", "bc") are different.
func (d *Desk) mac(parts ...string) []byte {
	h := hmac.New(sha256.New, d.Key)
	for _, p := range parts {
		h.Write([]byte{byte(len(p) >> 24), byte(len(p) >> 16), byte(len(p) >> 8), byte(len(p))})
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}
