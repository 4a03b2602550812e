// Package recommend tells members what may please them next: a reward, or a kind
// of goods, that members took who had something that this one had too. Who counts
// with whom is the arithmetic of [measure.Alikes]; the reason that is given is the
// whole reason, and its count is of members, true as of the last night.
//
// # Rows
//
//	taste/<member>   the goods that a member had, newest first, and up to which of their entries that is known
//	alike/<thing>    what goes with a thing, the likeliest first
//	alikestate/all   when that was reckoned, of how many members; one row
//
// A thing is written "item/latte", "category/tea" or "reward/mug". taste is guarded
// by "member/<id>", the others by "alike/all". All of them are derived: [Desk.Refresh],
// which a job does every night, makes them anew, and deletes them once the programme
// recommends nothing any more; a member's goes with the person ([Desk.Forget]), and is
// not made again.
package recommend

import (
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Thing is what somebody can have: "item/<id>", "category/<id>" or "reward/<id>".
type Thing string

// The kinds of things, as they begin.
const (
	Item     = "item"
	Category = "category"
	Reward   = "reward"
)

// Split gives a thing's kind and id.
func (t Thing) Split() (kind, id string) {
	kind, id, _ = strings.Cut(string(t), "/")
	return kind, id
}

// Of is the thing of a kind with an id.
func Of(kind, id string) Thing { return Thing(kind + "/" + id) }

// Desk is how one shop recommends. It is a value without state and may be used by
// many at once.
type Desk struct {
	Book     *book.Book
	Vouchers *voucher.Desk
	// Programme is the version of the rules in force at a moment.
	Programme func(at time.Time) *loyalty.Programme
	// Named says that members can read what a thing is called. What has no name is
	// neither recommended nor given as a reason.
	Named func(Thing, time.Time) bool
	// Gone says that a member was erased: their ledger goes on without a name, and
	// nothing is learnt from it any more. nil: nobody is.
	Gone func(store.Reader, loyalty.MemberID) (bool, error)
}

// Hint is one thing that may please a member, and why.
type Hint struct {
	Thing   Thing
	Because Thing // that they had
	Both    int64 // members who had both
}

// State is when it was reckoned what goes together.
type State struct {
	At      time.Time `json:"at"`
	Members int64     `json:"members"` // who had anything
	Things  int64     `json:"things"`  // that something goes with
}

// beside is one thing that goes with another.
type beside struct {
	Thing    Thing   `json:"t"`
	Both     int64   `json:"n"`
	Share    float64 `json:"p"`
	Evidence float64 `json:"g"`
}

// taste is the goods that a member had.
type taste struct {
	Seq uint64 `json:"seq"` // of the newest entry that is taken in
	Had []had  `json:"had,omitempty"`
}

// had is one of them.
type had struct {
	Thing  Thing `json:"t"`
	Pieces int64 `json:"n"`
	Day    int32 `json:"d"` // the last local day, from 1970-01-01
}

var (
	tastes = store.NewTable[taste]("taste/", store.Locked, store.FirstPart("member"))
	alikes = store.NewTable[[]beside]("alike/", store.Readable, oneSubject)
	states = store.NewTable[State]("alikestate/", store.Readable, oneSubject)
)

// There is one writer, at night.
const (
	alikeSubject = store.Subject("alike/all")
	allKey       = "all"
)

func oneSubject([]byte) store.Subject { return alikeSubject }

// Last is when it was reckoned what goes together; ok is false where it never was.
func Last(r store.Reader) (s State, ok bool, err error) { return states.Get(r, allKey) }

// Forget deletes what is known of a member, who is locked.
func (d *Desk) Forget(tx store.Tx, m loyalty.MemberID) error { return tastes.Delete(tx, string(m)) }
