package chance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Desk is how one shop lets its members play. It is a value without state and may
// be used by many at once.
type Desk struct {
	// Key is what the days' seeds are derived from, at least 32 bytes. It must
	// never change.
	Key      []byte
	Book     *book.Book
	Vouchers *voucher.Desk
	// Programme is the version of the rules in force at a moment. It must give the
	// same for the same moment, for ever.
	Programme func(at time.Time) *loyalty.Programme
	// Facts is what is known of a member besides; nil: nothing of anybody. What comes
	// once a day, or once a person, does not come again to who leaves and joins anew.
	Facts func(store.Reader, loyalty.MemberID) (loyalty.Facts, error)
	// MayTake refuses a new piece of a red packet to who has had enough; nil refuses
	// nobody. Whoever has a piece already, or comes too late, is not asked about.
	MayTake func(tx store.Tx, m loyalty.MemberID, now time.Time) error
	// Right is told of each right answer to a quiz, in its transaction; nil tells
	// nobody. It must not fail for a reason of its own.
	Right func(tx store.Tx, m loyalty.MemberID, quiz string, now time.Time) error
}

var errKey = errors.New("chance: the key has fewer than 32 bytes")

// Seed is the seed of a local day ("2006-01-02"). It is a secret until the day is
// over, see [Desk.Revealed].
func (d *Desk) Seed(day string) loyalty.Seed {
	if len(d.Key) < 32 {
		panic(errKey) // a desk is made once, with a derived key
	}
	return loyalty.Seed(d.mac("seed", day))
}

// Revealed is a day's seed in hexadecimal, once the day is over at now; else "".
func (d *Desk) Revealed(day string, now time.Time) string {
	if day >= d.Programme(now).Day(now) {
		return ""
	}
	seed := d.Seed(day)
	return hex.EncodeToString(seed[:])
}

// Commitment is what is told of a day's seed before it is revealed.
func (d *Desk) Commitment(day string) string { return d.Seed(day).Commitment(day) }

// Ticket names a draw: "<game>/<day>/<who>/<n>". who is a keyed hash, so that a
// ticket may be shown.
func (d *Desk) ticket(game, day string, m loyalty.MemberID, n int) string {
	return strings.Join([]string{game, day, hex.EncodeToString(d.mac("who", string(m))[:6]), number(n)}, "/")
}

// name makes a short public id of an operation's: letters and digits that nobody
// mistakes for one another.
func (d *Desk) name(kind string, op loyalty.OpID) string {
	const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ" // 31
	var id []byte
	for i := 0; len(id) < 8; i++ {
		for _, b := range d.mac(kind, string(op), number(i)) {
			if b < 8*31 && len(id) < 8 {
				id = append(id, letters[b%31])
			}
		}
	}
	return string(id)
}

// mac is HMAC-SHA256 over parts that hold no NUL.
func (d *Desk) mac(parts ...string) []byte {
	m := hmac.New(sha256.New, d.Key)
	m.Write([]byte("chance\x00" + strings.Join(parts, "\x00")))
	return m.Sum(nil)
}

// by is the act of a rule that follows from act, done by the program.
func by(act book.Act, rule string) book.Act {
	return book.Act{Op: act.Op + loyalty.OpID("/"+rule), Actor: loyalty.ByJob("chance"), Store: act.Store, Now: act.Now}
}

// lock makes members' rows an Update's own; a View needs none.
func lock(r store.Reader, all ...loyalty.MemberID) error {
	tx, ok := r.(store.Tx)
	if !ok {
		return nil
	}
	for _, m := range all {
		if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
			return err
		}
	}
	return nil
}

// facts is what is known of a member besides.
func (d *Desk) facts(r store.Reader, m loyalty.MemberID) (loyalty.Facts, error) {
	if d.Facts == nil {
		return loyalty.Facts{}, nil
	}
	return d.Facts(r, m)
}

// hereSince refuses who left, is known to have been a member, and came back after
// something was handed out. Refusal: ErrReturned.
func (d *Desk) hereSince(r store.Reader, m loyalty.MemberID, out time.Time) error {
	f, err := d.facts(r, m)
	if err == nil && !f.Since(out) {
		err = ErrReturned
	}
	return err
}

// family are a member and all who were merged with them, locked.
func (d *Desk) family(r store.Reader, m loyalty.MemberID) ([]loyalty.MemberID, error) {
	all, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	return all, lock(r, all...)
}
