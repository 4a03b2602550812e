package plan

import (
	"fmt"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Run is a member's plan: the one that runs, or the one that ran last.
type Run struct {
	Plan string    `json:"plan,omitempty"`
	From time.Time `json:"from,omitzero"` // when it began, a trial too
	// Began is when the first paid period began, zero in a trial; Periods are how many
	// were paid since, and To when the last of them ends, exclusive.
	Began   time.Time `json:"began,omitzero"`
	Periods int       `json:"periods,omitempty"`
	To      time.Time `json:"to,omitzero"`
	// Cancelled is when the member cancelled it: it runs to To. Over is when it was
	// written down to have ended, Refunded that money came back for it.
	Cancelled time.Time `json:"cancelled,omitzero"`
	Over      time.Time `json:"over,omitzero"`
	Refunded  bool      `json:"refunded,omitempty"`
	// Years is up to when cash-back was decided; zero: none was yet.
	Years time.Time `json:"years,omitzero"`
	// First and Last are the numbers of this run's first and newest payment.
	First int `json:"first,omitempty"`
	Last  int `json:"last,omitempty"`
	// Version is that of the programme under which it was paid last.
	Version int `json:"version,omitempty"`
	// Tried are the plans whose trial the member has had.
	Tried []string `json:"tried,omitempty"`
	// Owed is what the next cash-back gives less: purchases came back after theirs.
	Owed loyalty.Money `json:"owed,omitempty"`
	// Waiting are the years, by their rows' keys, of whose cash-back something could not
	// be given yet, as its voucher was out of stock.
	Waiting []string `json:"waiting,omitempty"`
	// Due is under which instant the run stands among those that time changes.
	Due time.Time `json:"due,omitzero"`

	member loyalty.MemberID
}

// Payment is one payment for a plan, or a trial.
type Payment struct {
	Member  loyalty.MemberID `json:"member"`
	Number  int              `json:"n"` // 1, 2, 3 … of the member's
	Ref     loyalty.Ref      `json:"ref"`
	Plan    string           `json:"plan"`
	Trial   bool             `json:"trial,omitempty"`
	Amount  loyalty.Money    `json:"amount,omitempty"`
	Order   loyalty.Order    `json:"order,omitempty"`
	From    time.Time        `json:"from"` // the time that was paid for
	To      time.Time        `json:"to"`   // exclusive
	At      time.Time        `json:"at"`
	By      loyalty.Actor    `json:"by"`
	Store   loyalty.Store    `json:"store,omitempty"`
	Version int              `json:"version"` // of the programme whose terms hold
	// Back is what came back of it, at BackAt; Taken is when it was taken back as a
	// mistake.
	Back   loyalty.Money `json:"back,omitempty"`
	BackAt time.Time     `json:"back_at,omitzero"`
	BackBy loyalty.Actor `json:"back_by,omitempty"`
	Taken  time.Time     `json:"taken,omitzero"`
	// Was is the run before this payment.
	Was *Run `json:"was,omitempty"`
}

// Year is a plan's year whose cash-back was decided.
type Year struct {
	Plan string `json:"plan"`
	Span
	// But are times that other years of the same person had counted before: what was
	// bought in them is theirs. Had is what these gave of the cap of one year.
	But []Span        `json:"but,omitempty"`
	Had loyalty.Money `json:"had,omitempty"`

	Spent   loyalty.Money `json:"spent"`          // purchases less what came back, as last looked at
	Due     loyalty.Money `json:"due"`            // their cash-back, by the terms of then
	Less    loyalty.Money `json:"less,omitempty"` // of it, what former years owed
	Version int           `json:"version"`
	// Parts are its vouchers; Back is what of them came back in another way, as they were
	// used, or lapsed, before goods of the year came back.
	Parts []Part        `json:"parts,omitempty"`
	Back  loyalty.Money `json:"back,omitempty"`
	At    time.Time     `json:"at"`
}

// Span is a time, and whose purchases in it are meant.
type Span struct {
	Of   []loyalty.MemberID `json:"of"`
	From time.Time          `json:"from"`
	To   time.Time          `json:"to"` // exclusive
}

// has reports whether a member's purchase at a moment is of the span.
func (s *Span) has(m loyalty.MemberID, at time.Time) bool {
	return slices.Contains(s.Of, m) && !at.Before(s.From) && at.Before(s.To)
}

// Part is a voucher of a year's cash-back, with what it was given for less what
// it was lowered by.
type Part struct {
	Voucher voucher.ID    `json:"voucher"`
	Worth   loyalty.Money `json:"worth"`
}

// Day is what one local day brought a plan.
type Day struct {
	Began     int64         `json:"began,omitempty"`   // runs that began, trials too
	Tried     int64         `json:"tried,omitempty"`   // of them trials
	Renewed   int64         `json:"renewed,omitempty"` // payments after a run's first
	Cancelled int64         `json:"cancelled,omitempty"`
	Ended     int64         `json:"ended,omitempty"` // runs that ended, for whatever reason
	Paid      loyalty.Money `json:"paid,omitempty"`
	Back      loyalty.Money `json:"back,omitempty"`
}

var (
	runs     = store.NewTable[Run]("plan/", store.Locked, store.FirstPart("member"))
	payments = store.NewTable[Payment]("planpaid/", store.Locked, store.FirstPart("member"))
	orders   = store.NewTable[int]("planorder/", store.Locked, store.FirstPart("member"))
	refs     = store.NewTable[place]("planref/", store.Readable, store.FirstPart("planref"))
	years    = store.NewTable[Year]("planyear/", store.Locked, store.FirstPart("member"))
	dues     = store.NewTable[struct{}]("plandue/", store.Free, nil) // written by its member's transactions only
	days     = store.NewTable[Day]("planday/", store.Readable, store.FirstPart("planday"))
)

// place is where a reference leads.
type place struct {
	Member loyalty.MemberID `json:"member"`
	Number int              `json:"n"`
}

func numberKey(n int) string { return fmt.Sprintf("%06d", n) }

// dayKey names the year that began at t.
func dayKey(t time.Time) string { return t.UTC().Format("20060102T150405") }

// timeKey sorts as the time does.
func timeKey(t time.Time) string { return t.UTC().Format("20060102T150405.000000000") }

// lock makes a member's rows an Update's own; a View needs none.
func lock(r store.Reader, m loyalty.MemberID) error {
	if tx, ok := r.(store.Tx); ok {
		return tx.Lock(store.Subject("member/" + string(m)))
	}
	return nil
}

// run is the member's own row.
func run(r store.Reader, m loyalty.MemberID) (Run, error) {
	if err := lock(r, m); err != nil {
		return Run{}, err
	}
	x, _, err := runs.Get(r, string(m))
	x.member = m
	return x, err
}
