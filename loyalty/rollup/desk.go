package rollup

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/segment"
	"regulars/store"
)

// ErrNotYet says that the rows were never made: they are being made from all
// entries, which takes a minute for a million members.
var ErrNotYet = errors.New("rollup: not made yet")

// Desk is how one shop keeps its rollups and reads them. Its fields are set before it is
// used; then it may be used by many at once. It must not be copied.
type Desk struct {
	DB   store.DB
	Book *book.Book
	// Programme is the version of the rules in force at a moment, whose zone makes
	// its day.
	Programme func(time.Time) *loyalty.Programme
	// Segments finds who is in a segment.
	Segments *segment.Desk

	asOf atomic.Int64 // µs: a Refresh that left nothing undone began then
	one  turn         // one refresh or rebuild at a time in this process
	sets sets
}

// Span is local days [From, To), as [segment.DayOf] counts them.
type Span struct{ From, To int32 }

// Days is how many days a span has.
func (s Span) Days() int32 { return max(s.To-s.From, 0) }

// Ever is all days there can be.
var Ever = Span{0, 1 << 22}

// Span is the local days from that of from up to, not including, that of to, in
// the zone in force now.
func (d *Desk) Span(from, to, now time.Time) Span {
	zone := d.Programme(now).Location()
	return Span{segment.DayOf(from, zone), segment.DayOf(to, zone)}
}

// Where chooses a part of the shop. Its zero value is all of it.
type Where struct {
	Store loyalty.Store // "": all
	Set   *Set          // of members; nil: all
}

// Month is a calendar month, written 202611.
type Month int32

// MonthOf is the month of a local day.
func MonthOf(day int32) Month {
	t := time.Unix(int64(day)*86400, 0).UTC()
	return Month(t.Year()*100 + int(t.Month()))
}

// Date is a local day as a date at midnight UTC.
func Date(day int32) time.Time { return time.Unix(int64(day)*86400, 0).UTC() }

// state is the one row that says what holds.
type state struct {
	Gen      int       `json:"gen"`  // 0: nothing was made yet
	Next     uint32    `json:"next"` // ordinal
	Building int       `json:"building,omitempty"`
	At       time.Time `json:"at"` // of the newest refresh that took something in
	// Form is which rows the generation has: [formNow] is all of them. One of less
	// is made anew by [Desk.Begin].
	Form int `json:"form,omitempty"`
}

// formNow counts what package rollup keeps: 1 has rolllate and rollstore.
const formNow = 1

// known is what a member's row says.
type known struct {
	Ord   uint32  `json:"o"`
	Seq   uint64  `json:"s,omitempty"` // the last entry that was taken in
	Join  joining `json:"j,omitzero"`  // as it is counted
	First *first  `json:"f,omitempty"` // entry that an employee recorded
	Into  *uint32 `json:"i,omitempty"` // whose part the member is
}

// joining is how a member's joining is counted; Day 0: not.
type joining struct {
	Day   int32         `json:"d"`
	Store loyalty.Store `json:"s,omitempty"`
	By    string        `json:"b,omitempty"` // employee
}

// first is a member's first entry by an employee.
type first struct {
	Day   int32         `json:"d"`
	Store loyalty.Store `json:"s,omitempty"`
	By    string        `json:"b"`
}

func guarded([]byte) store.Subject { return all }

// all guards every row but rolltodo.
const all = store.Subject("rollup/all")

var (
	states  = store.NewTable[state]("rollstate/", store.Readable, guarded)
	todos   = store.NewTable[struct{}]("rolltodo/", store.Locked, store.FirstPart("member"))
	knowns  = store.NewTable[known]("rollup/", store.Readable, guarded)
	ords    = store.NewTable[struct{}]("rollord/", store.Readable, guarded)   // no JSON
	parts   = store.NewTable[uint32]("rollpart/", store.Readable, guarded)    // the ordinal that it is a part of
	days    = store.NewTable[struct{}]("rollday/", store.Readable, guarded)   // no JSON
	months  = store.NewTable[struct{}]("rollstaff/", store.Readable, guarded) // no JSON
	settled = store.NewTable[loyalty.Points]("rollsettle/", store.Readable, guarded)
	lates   = store.NewTable[loyalty.Points]("rolllate/", store.Readable, guarded)
	givens  = store.NewTable[GivenMonth]("rollstore/", store.Readable, guarded)
	scored  = store.NewTable[struct{}]("rollscore/", store.Readable, guarded) // no JSON
)

// generation is the first part of a row's key.
func generation(gen int) string { return fmt.Sprintf("%06d", gen) }

// stateIn is what holds.
func stateIn(r store.Reader) (state, error) {
	st, _, err := states.Get(r, "all")
	return st, err
}

// Mark notes that there is something of a member to take in. Package segment
// calls it where it makes their roll anew; the member is locked.
func (d *Desk) Mark(tx store.Tx, m loyalty.MemberID) error {
	return todos.Put(tx, struct{}{}, string(m))
}

// AsOf is up to when the rows are complete, but for a few seconds. The error is
// ErrNotYet where they were never made.
func (d *Desk) AsOf(ctx context.Context) (at time.Time, err error) {
	err = d.DB.View(ctx, func(r store.Reader) error {
		st, err := stateIn(r)
		if err == nil && st.Gen == 0 {
			err = ErrNotYet
		}
		at = st.At
		return err
	})
	if mine := time.UnixMicro(d.asOf.Load()).UTC(); mine.After(at) {
		at = mine
	}
	return at, err
}

// zoneAt is the shop's zone at a moment.
func (d *Desk) zoneAt(t time.Time) *time.Location { return d.Programme(t).Location() }

// dayOf is the local day of an instant by the rules of that instant, so that it
// is the same whenever it is asked.
func (d *Desk) dayOf(t time.Time) int32 { return max(segment.DayOf(t, d.zoneAt(t)), 0) }

func subjects(list []loyalty.MemberID) []store.Subject {
	s := make([]store.Subject, 0, len(list)+1)
	for _, m := range list {
		s = append(s, people.Subject(m))
	}
	return append(s, all)
}
