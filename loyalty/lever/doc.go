// Package lever says which members read a lever's words, and what came of it. A
// lever ([loyalty.Lever]) adds words to a page; the members of its hold-out read the
// page without them. Both are noted at the first moment at which the words would
// have stood there, so that the two are alike in everything but the words: what they
// bought in the days after is compared by [measure.Compare].
//
// Which arm a member is in is a keyed hash of the lever and the member: the same for
// ever, without a row, and different for each lever.
//
// # Rows
//
//	lever/<member>   when each lever's words first were, or would have been, read, and
//	                 what the member bought in the days after; until the person is erased
//	leverfact/all    how many members took each reward lately; one row, nightly
//
// lever is guarded by "member/<id>", leverfact by its own key.
package lever

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Days is for how many local days after the first reading, that day the first of
// them, purchases count.
const Days = 30

// Desk is how one shop pulls its levers. It is a value without state and may be
// used by many at once.
type Desk struct {
	// Key is the key of the arms, at least 32 bytes. It must never change.
	Key  []byte
	Book *book.Book
	// Programme is the version of the rules in force at a moment.
	Programme func(at time.Time) *loyalty.Programme
	// Bought is on how many local days from from to to a member came, and what they
	// paid; see segment.Desk.
	Bought func(r store.Reader, m loyalty.MemberID, from, to time.Time) (days int64, money loyalty.Money, err error)
}

// seen is one lever's first reading by a member.
type seen struct {
	At   time.Time `json:"at"`
	Held bool      `json:"held,omitempty"`
	// Done says that the days are over, and what was bought in them.
	Done  bool          `json:"done,omitempty"`
	Days  int64         `json:"days,omitempty"`
	Money loyalty.Money `json:"money,omitempty"`
}

// row is all of a member's.
type row map[loyalty.Lever]seen

var rows = store.NewTable[row]("lever/", store.Locked, store.FirstPart("member"))

// Held says that a member is of a lever's hold-out, so many of a hundred.
func (d *Desk) Held(l loyalty.Lever, m loyalty.MemberID, holdout int) bool {
	h := hmac.New(sha256.New, d.Key)
	h.Write([]byte(string(l) + "/" + string(m)))
	return binary.BigEndian.Uint64(h.Sum(nil))%100 < uint64(max(0, holdout))
}

// Pull says whether a member is to read a lever's words, at a moment at which they
// are true of them, and notes the first such moment, of the hold-out too. It is
// false where the lever is off. The member is locked.
func (d *Desk) Pull(tx store.Tx, l loyalty.Lever, m loyalty.MemberID, now time.Time) (bool, error) {
	rule, on := d.Programme(now).Lever(l)
	if !on {
		return false, nil
	}
	first, err := d.first(tx, m)
	if err != nil {
		return false, err
	}
	held := d.Held(l, first, rule.Holdout)
	mine, _, err := rows.Get(tx, string(first))
	if err != nil {
		return false, err
	}
	if _, known := mine[l]; known {
		return !held, nil
	}
	if mine == nil {
		mine = row{}
	}
	mine[l] = seen{At: now.UTC(), Held: held}
	return !held, rows.Put(tx, mine, string(first))
}

// first is whose arm a member is in: of who were merged into one another, that of
// the first who has read anything, so that nobody changes arms by it.
func (d *Desk) first(r store.Reader, m loyalty.MemberID) (loyalty.MemberID, error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return m, err
	}
	for _, one := range family {
		if _, known, err := rows.Get(r, string(one)); err != nil || known {
			return one, err
		}
	}
	return m, nil
}

// Forget deletes what is known of a member, who is locked.
func (d *Desk) Forget(tx store.Tx, m loyalty.MemberID) error { return rows.Delete(tx, string(m)) }
