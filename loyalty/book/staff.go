package book

import (
	"regulars/loyalty"
	"regulars/store"
)

// DaySum is what one employee did on one local day of the programme's zone.
type DaySum struct {
	Sales      int            `json:"sales,omitempty"`
	SaleMoney  loyalty.Money  `json:"money,omitempty"`
	SalePoints loyalty.Points `json:"sale_points,omitempty"`
	Gives      int            `json:"gives,omitempty"`
	GivePoints loyalty.Points `json:"give_points,omitempty"` // by Give and by Adjust upwards
	Uses       int            `json:"uses,omitempty"`        // spends and captures
	UsePoints  loyalty.Points `json:"use_points,omitempty"`
	Undos      int            `json:"undos,omitempty"` // undone spends, reversed sales and gifts
	UndoPoints loyalty.Points `json:"undo_points,omitempty"`
}

// add counts one entry.
func (s *DaySum) add(e *loyalty.Entry) {
	switch {
	case e.Kind == loyalty.KindEarn:
		s.Sales, s.SaleMoney, s.SalePoints = s.Sales+1, s.SaleMoney+e.Amount, s.SalePoints-e.In(loyalty.Issued)
	case given(e) > 0:
		s.Gives, s.GivePoints = s.Gives+1, s.GivePoints+given(e)
	case e.Kind == loyalty.KindSpend, e.Kind == loyalty.KindCapture:
		s.Uses, s.UsePoints = s.Uses+1, s.UsePoints+e.In(loyalty.Redeemed)
	case e.Kind == loyalty.KindUndo:
		s.Undos, s.UndoPoints = s.Undos+1, s.UndoPoints-e.In(loyalty.Redeemed)
	case e.Kind == loyalty.KindReverse:
		s.Undos, s.UndoPoints = s.Undos+1, s.UndoPoints+e.In(loyalty.Issued)
	}
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

// checkCaps holds what the entries give against the employee's caps.
func (o *open) checkCaps(r store.Reader, act Act, decided []loyalty.Entry) error {
	if !act.Actor.Staff() {
		return nil
	}
	for i := range decided {
		e := &decided[i]
		if e.Kind != loyalty.KindEarn && given(e) == 0 {
			continue
		}
		sum, err := o.book.Day(r, act.Actor, o.programme.Day(act.Now))
		if err != nil {
			return err
		}
		used := sum.GivePoints
		if e.Kind == loyalty.KindEarn {
			used = sum.SalePoints
		}
		approved := act.Approver != "" && act.Approver != act.Actor
		return o.programme.Check(act.Role, e.Kind, -e.In(loyalty.Issued), used, approved)
	}
	return nil
}

// countDay adds the operation's entries to the employee's day.
func (o *open) countDay(tx store.Tx, act Act, made []loyalty.Entry) error {
	if !act.Actor.Staff() {
		return nil
	}
	day := o.programme.Day(act.Now)
	was, err := o.book.Day(tx, act.Actor, day)
	if err != nil {
		return err
	}
	sum := was
	for i := range made {
		sum.add(&made[i])
	}
	if sum == was {
		return nil
	}
	return staffDays.Put(tx, sum, day, string(act.Actor))
}
