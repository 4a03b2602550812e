package segment

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Roll is what expressions ask of one member, as it is stored. Days are local
// ones, counted from 1970-01-01; 0 is none.
type Roll struct {
	Seq uint64 // the last entry of the ledger that is in it

	Promo   bool // agreed to marketing messages
	Quiet   bool // wants nothing that they did not ask for
	Frozen  bool
	Blocked bool // blocked the shop in a chat, and has no other

	Joined     int32
	BirthMonth uint8 // 1 to 12, 0 unknown
	BirthDay   uint8
	Lang       string // BCP 47, "" the shop's
	Zone       string // IANA, of the country of their number; "" the shop's
	Level      string // tier, "" the lowest
	Plan       string // the paid plan that runs, "" none

	Chats  []string // channels where they may be written to unasked, the one they spoke in last first
	Tags   []string
	Groups []string // codes of the groups they were seen in

	NPS       int32 // the newest answer plus 1; 0 is none
	NPSDay    int32 // when it was given
	Answers   int32 // to that question; 1 at most, as older ones are not looked up
	Taps      int32 // on what campaigns offered, ever
	Ignored   int32 // offers in a row
	Referrals int32 // friends for whom they were rewarded

	Debt      loyalty.Points
	Visits    int64         // sales not wholly taken back, ever
	Money     loyalty.Money // of sales, less refunds, ever
	VisitDays int32         // days with a visit, ever
	First     int32         // day of the first visit
	Last      int32         // day of the newest visit

	Stores []Branch // by visits
	Days   []Day    // of the last keepDays before Last, the newest first
	Lots   []Lot    // points, by when they begin and cease to be good
}

// Branch is how often a member bought in a store.
type Branch struct {
	Store  loyalty.Store
	Visits int32
}

// Day is what a member bought on one local day, less what came back of it.
type Day struct {
	Day    int32
	Visits int32
	Money  loyalty.Money
}

// Lot is points that are good from an instant to another, in whole seconds since
// 1970; 0 is always, and never ends.
type Lot struct {
	From, Until int64
	Points      loyalty.Points
}

// keepDays is how far back single days are known: a year, and what a clock or a
// late refresh may be off.
const keepDays = 370

// DayOf is the local day of an instant, as a roll counts days; 0 of the zero time.
func DayOf(t time.Time, zone *time.Location) int32 {
	if t.IsZero() {
		return 0
	}
	y, m, d := t.In(zone).Date()
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// branch is where the member bought most often; "" nowhere yet.
func (r *Roll) branch() string {
	if len(r.Stores) == 0 {
		return ""
	}
	return string(r.Stores[0].Store)
}

// bought sums the last so many days, today the first of them.
func (r *Roll) bought(today, days int32) (visits int64, money loyalty.Money) {
	for _, d := range r.Days {
		if d.Day <= today-days {
			break
		}
		if d.Day <= today {
			visits, money = visits+int64(d.Visits), money+d.Money
		}
	}
	return visits, money
}

// points is what can be spent at an instant.
func (r *Roll) points(now int64) (n loyalty.Points) {
	for _, l := range r.Lots {
		if l.From <= now && (l.Until == 0 || l.Until > now) {
			n += l.Points
		}
	}
	return max(n-r.Debt, 0)
}

// lapsing is how many points cease to be good by an instant.
func (r *Roll) lapsing(now, by int64) (n loyalty.Points) {
	if r.Debt > 0 {
		return 0
	}
	for _, l := range r.Lots {
		if l.Until > now && l.Until <= by {
			n += l.Points
		}
	}
	return n
}

// Stored is a member's roll as it stands in the store, for who fills one with a
// million of them to see how quick something is.
func (r *Roll) Stored(m loyalty.MemberID) store.Row {
	return store.Row{Key: rolls.Key(string(m)), Value: store.WithSum(r.encode())}
}
