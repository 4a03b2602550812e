package book

import (
	"errors"
	"math"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// DaySum is what one employee did on one local day of the programme's zone.
type DaySum struct {
	Sales      int            `json:"sales,omitempty"`
	SaleMoney  loyalty.Money  `json:"money,omitempty"`
	SalePoints loyalty.Points `json:"sale_points,omitempty"`
	Round      int            `json:"round,omitempty"` // of Sales, those of a round sum, see round
	Gives      int            `json:"gives,omitempty"`
	GivePoints loyalty.Points `json:"give_points,omitempty"` // by Give and by Adjust upwards
	Uses       int            `json:"uses,omitempty"`        // spends and captures
	UsePoints  loyalty.Points `json:"use_points,omitempty"`
	Undos      int            `json:"undos,omitempty"` // undone spends, reversed sales and gifts
	UndoPoints loyalty.Points `json:"undo_points,omitempty"`
	UndoMoney  loyalty.Money  `json:"undo_money,omitempty"` // of the sales taken back, or the parts of them
	UndoGiven  loyalty.Points `json:"undo_given,omitempty"` // of UndoPoints, what sales and gifts had given
	// Often are the members whom the employee gave most often on that day, by
	// sales and by hand: at least everybody who had more than one in seventeen of
	// all, each with no more than they really had.
	Often []Often `json:"often,omitempty"`
	// Hours are the sales and gifts by hours of the local clock.
	Hours    Hours `json:"hours,omitzero"`
	NoOrder  int   `json:"no_order,omitempty"`  // of Sales, those without an order number
	AfterUse int   `json:"after_use,omitempty"` // of Undos, those that came after the points were used, see afterUse
	Pace     Pace  `json:"pace,omitzero"`
}

// Pace is how quickly sales and gifts were entered.
type Pace struct {
	Minute  int64 `json:"minute"` // the newest, since 1970
	In      int   `json:"in"`     // it
	Fastest int   `json:"fastest"`
}

// tick counts a sale or gift of the moment at. One of an earlier minute, as
// counters that were offline tell them, is counted by itself.
func (p *Pace) tick(at time.Time) {
	if m := at.Unix() / 60; m != p.Minute {
		p.Minute, p.In = m, 0
	}
	p.In++
	p.Fastest = max(p.Fastest, p.In)
}

// Hours is a count for each hour of a local day.
type Hours [24]int

// Often is how often an employee gave to one member on a day, at least.
type Often struct {
	Member loyalty.MemberID `json:"m"`
	Times  int              `json:"n"`
}

// mostOften is how many members a day's sum keeps: a cashier with a hundred
// sales a day is seen giving to one card more than five times.
const mostOften = 16

// often counts one more for m. It is the summary of Misra and Gries ("Finding
// repeated elements", 1982): of any number of members only a few are kept, and
// whoever is frequent is among them.
func (s *DaySum) often(m loyalty.MemberID) {
	list := slices.Clone(s.Often) // the one before is not changed: it may be written by nobody
	if i := slices.IndexFunc(list, func(o Often) bool { return o.Member == m }); i >= 0 {
		list[i].Times++
	} else if len(list) < mostOften {
		list = append(list, Often{m, 1})
	} else {
		for i := range list {
			list[i].Times--
		}
		list = slices.DeleteFunc(list, func(o Often) bool { return o.Times == 0 })
	}
	s.Often = list
}

// add counts one entry. Its error is a refusal: the sums do not wrap around.
func (s *DaySum) add(e *loyalty.Entry) error {
	switch {
	case e.Kind == loyalty.KindEarn:
		s.Sales++
		s.often(e.Member)
		if e.Order == "" {
			s.NoOrder++
		}
		if round(e.Amount) {
			s.Round++
		}
		return errors.Join(bump(&s.SaleMoney, e.Amount), bump(&s.SalePoints, -e.In(loyalty.Issued)))
	case given(e) > 0:
		s.Gives++
		s.often(e.Member)
		return bump(&s.GivePoints, given(e))
	case e.Kind == loyalty.KindSpend, e.Kind == loyalty.KindCapture:
		s.Uses++
		return bump(&s.UsePoints, e.In(loyalty.Redeemed))
	case e.Kind == loyalty.KindUndo:
		s.Undos++
		return bump(&s.UndoPoints, -e.In(loyalty.Redeemed))
	case e.Kind == loyalty.KindReverse:
		s.Undos++
		return errors.Join(bump(&s.UndoPoints, e.In(loyalty.Issued)), bump(&s.UndoGiven, e.In(loyalty.Issued)), bump(&s.UndoMoney, e.Amount))
	}
	return nil
}

// round says that an amount is one that people make up rather than add up: one
// digit and then zeros, two of them at least, as NT$500 or HK$20.00.
func round(m loyalty.Money) bool {
	for ; m >= 100 && m%10 == 0; m /= 10 {
		if m < 1000 && m%100 == 0 {
			return true
		}
	}
	return false
}

// Empty says that nothing was done.
func (s DaySum) Empty() bool { return s.Sales+s.Gives+s.Uses+s.Undos == 0 }

// bump adds n, which is never below zero, to a sum.
func bump[T ~int64](sum *T, n T) error {
	if *sum > math.MaxInt64-n {
		return loyalty.ErrOverflow
	}
	*sum += n
	return nil
}

// given is how many points an entry gives by hand.
func given(e *loyalty.Entry) loyalty.Points {
	if e.Kind == loyalty.KindGive || e.Kind == loyalty.KindAdjust {
		return max(0, -e.In(loyalty.Issued))
	}
	return 0
}

// Day is what the employee did on a local day ("2006-01-02", see
// [loyalty.Programme.Day]).
func (b *Book) Day(r store.Reader, staff loyalty.Actor, day string) (DaySum, error) {
	sum, _, err := staffDays.Get(r, day, string(staff))
	return sum, err
}

// nextDay is the employee's day with the decided entries in it, or a refusal
// when they give more than the employee's caps allow: those of the moment at which
// they act, however far back what they enter is dated.
func (o *open) nextDay(r store.Reader, act Act, decided []loyalty.Entry) (DaySum, error) {
	if !act.Actor.Staff() {
		return DaySum{}, nil
	}
	day, err := o.book.Day(r, act.Actor, act.day(o.newest))
	if err != nil {
		return day, err
	}
	caps, err := o.capsOf(r, act)
	if err != nil {
		return day, err
	}
	for i := range decided {
		e := &decided[i]
		if e.Kind == loyalty.KindEarn || given(e) > 0 {
			used := day.GivePoints
			if e.Kind == loyalty.KindEarn {
				used = day.SalePoints
			}
			if err := o.newest.CheckBy(caps, e.Kind, -e.In(loyalty.Issued), used, act.approved()); err != nil {
				return day, err
			}
			if err := o.checkStop(r, act, &day, e.Kind); err != nil {
				return day, err
			}
			day.Hours[act.hour(o.newest)]++
			day.Pace.tick(act.done())
		}
		if err := day.add(e); err != nil {
			return day, loyalty.ErrOverflow
		}
		if late, err := afterUse(r, e); err != nil {
			return day, err
		} else if late {
			day.AfterUse++
		}
	}
	return day, nil
}

// capsOf are the caps of who acts: their own, or those of the role that they act
// in.
func (o *open) capsOf(r store.Reader, act Act) (loyalty.Cap, error) {
	if o.book.Caps != nil {
		if own, err := o.book.Caps(r, act.Actor); err != nil || own != nil {
			if err != nil {
				return loyalty.Cap{}, err
			}
			return *own, nil
		}
	}
	return o.newest.Caps[act.Role], nil
}

// putDay stores the employee's day.
func (o *open) putDay(tx store.Tx, act Act, day DaySum) error {
	if day.Empty() {
		return nil
	}
	return staffDays.Put(tx, day, act.day(o.newest), string(act.Actor))
}
