package loyalty

import "fmt"

// Stop bounds how often an employee gives, and to whom, however little each time
// is worth: a [Cap] bounds points, and a card that is fed crumbs all day stays
// under it. A zero field is no bound. A day is a local day of the programme's zone;
// what was given and undone still counts.
type Stop struct {
	Hour int // sales and gifts that one employee enters in an hour of the clock
	Day  int // in a day
	Card int // that one employee enters for one member in a day
	All  int // that all employees together enter for one member in a day
	// Household is what becomes of those for who shares points with the employee.
	Household HouseholdStop
}

// HouseholdStop is what becomes of an employee's sales and gifts for their own
// household.
type HouseholdStop string

// The ways; the empty one lets them pass.
const (
	HouseholdAsk    HouseholdStop = "approve" // a gift needs a second person; a sale is a colleague's to enter
	HouseholdRefuse HouseholdStop = "refuse"  // a colleague enters them
)

// Deeds are what an employee's act is held against: how many sales and gifts there
// were before it.
type Deeds struct {
	Hour, Day, Card, All int
	Household            bool // the member shares points with the employee
}

// Stopped is which bound an act met.
type Stopped string

// What stops an act.
const (
	StoppedHour      Stopped = "hour"
	StoppedDay       Stopped = "day"
	StoppedCard      Stopped = "card"
	StoppedAll       Stopped = "all"
	StoppedHousehold Stopped = "household"
)

// StopError refuses what an employee did too often, or for their own. With Ask a
// second person may allow it: the caller asks one, as after an [ApprovalError].
type StopError struct {
	By    Stopped `json:"by"`
	Limit int     `json:"limit,omitempty"`
	Ask   bool    `json:"ask,omitempty"`
}

func (e *StopError) Error() string {
	return fmt.Sprintf("loyalty: stopped by %s, the limit is %d", e.By, e.Limit)
}

// Refusal marks it as an answer, see [Refused].
func (*StopError) Refusal() {}

// Check holds one more sale or gift against the bounds. A second person's yes
// lets a gift pass, but where the household is refused.
func (s Stop) Check(d Deeds, kind Kind, approved bool) error {
	gift := kind != KindEarn
	if d.Household && s.Household == HouseholdRefuse {
		return &StopError{By: StoppedHousehold}
	}
	if gift && approved {
		return nil
	}
	if d.Household && s.Household == HouseholdAsk {
		return &StopError{By: StoppedHousehold, Ask: gift}
	}
	for _, b := range []struct {
		by          Stopped
		limit, done int
	}{{StoppedHour, s.Hour, d.Hour}, {StoppedDay, s.Day, d.Day}, {StoppedCard, s.Card, d.Card}, {StoppedAll, s.All, d.All}} {
		if b.limit > 0 && b.done >= b.limit {
			return &StopError{By: b.by, Limit: b.limit, Ask: gift}
		}
	}
	return nil
}
