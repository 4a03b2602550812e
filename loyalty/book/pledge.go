package book

import (
	"regulars/loyalty"
	"regulars/store"
)

// Pledge counts n points as given by hand by act's employee on this day, before
// anybody has them: what they hand out in a group is the employee's gift, though
// the ledger's entries are the members' own. What nobody takes is given back by
// [Book.Unpledge]. No second person is asked: whoever calls bounds n. Refusals:
// ErrAmount, ErrOverflow, *LimitError, *StopError.
func (b *Book) Pledge(tx store.Tx, act Act, n loyalty.Points) error {
	if n <= 0 {
		return loyalty.ErrAmount
	}
	if !act.Actor.Staff() {
		return nil
	}
	if err := tx.Lock(store.Subject(act.Actor)); err != nil {
		return err
	}
	p := b.Programme(act.Now)
	day, err := b.Day(tx, act.Actor, act.day(p))
	if err != nil {
		return err
	}
	o := open{book: b, newest: p}
	caps, err := o.capsOf(tx, act)
	if err != nil {
		return err
	}
	if err := p.CheckBy(caps, loyalty.KindGive, n, day.GivePoints, true); err != nil {
		return err
	}
	// Nobody's yes would be asked for here, so that it is held to what a sale is.
	// Its own hour stays uncounted: what is handed out in a group in the evening
	// says nothing of when the shop is open.
	done := loyalty.Deeds{Hour: day.Hours[act.hour(p)], Day: day.Sales + day.Gives}
	if err := p.Stops[act.Role].Check(done, loyalty.KindEarn, false); err != nil {
		return err
	}
	day.Gives++
	if err := bump(&day.GivePoints, n); err != nil {
		return err
	}
	return o.putDay(tx, act, day)
}

// Unpledge takes n points of a pledge back out of the employee's local day
// ("2006-01-02"), because nobody took them.
func (b *Book) Unpledge(tx store.Tx, staff loyalty.Actor, day string, n loyalty.Points) error {
	if n <= 0 || !staff.Staff() {
		return nil
	}
	if err := tx.Lock(store.Subject(staff)); err != nil {
		return err
	}
	sum, ok, err := staffDays.Get(tx, day, string(staff))
	if err != nil || !ok { // swept long ago
		return err
	}
	sum.GivePoints = max(0, sum.GivePoints-n)
	return staffDays.Put(tx, sum, day, string(staff))
}
