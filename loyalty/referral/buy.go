package referral

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// maxSales is how many purchases are remembered that could take the place of
// one that is refunded.
const maxSales = 8

// Purchase tells of a member's sale; qualified is true when it is the one that
// makes a referral wait for its reward. Members whom nobody brought, and sales
// that do not count, are no error. Call it once the sale's entry is written; it
// is idempotent.
func (d *Desk) Purchase(tx store.Tx, friend loyalty.MemberID, sale *loyalty.Entry, now time.Time) (qualified bool, err error) {
	row, ok, err := load(tx, friend)
	if err != nil || !ok || !row.open() || !d.reaches(&row, sale) {
		return false, err
	}
	known := slices.ContainsFunc(row.Sales, func(p purchase) bool { return p.Seq == sale.Seq })
	if known || len(row.Sales) == maxSales {
		return false, nil
	}
	before := row
	row.Sales = append(slices.Clone(row.Sales), purchase{sale.Seq, sale.EffectiveAt.UTC(), sale.Amount})
	if len(row.Sales) > 1 { // one in reserve
		return false, save(tx, friend, before, row)
	}
	d.wait(&row)
	if err := save(tx, friend, before, row); err != nil {
		return false, err
	}
	return true, d.watchCluster(tx, friend, row, now)
}

// open reports whether a purchase can still make or change anything.
func (f *friendRow) open() bool {
	return f.State == StateJoined || f.State == StateBought || f.State == StateHeld
}

// reaches reports whether a sale qualifies under the rules of its own time:
// days are local, and the day of joining counts, for a receipt is often what
// makes people join.
func (d *Desk) reaches(f *friendRow, sale *loyalty.Entry) bool {
	p := d.Programme(sale.EffectiveAt)
	day := p.Day(sale.EffectiveAt)
	return p.Referral.On() && sale.Kind == loyalty.KindEarn &&
		enough(&p.Referral, sale.Amount) &&
		day >= p.Day(f.Joined) && !late(p, f.Joined, day)
}

// enough is an amount that reaches the minimum; nothing never does.
func enough(terms *loyalty.Referral, amount loyalty.Money) bool {
	return amount > 0 && amount >= terms.Minimum
}

// late reports whether a local day lies after the last on which a purchase counts.
func late(p *loyalty.Programme, joined time.Time, day string) bool {
	within := p.Referral.Within
	y, m, d := joined.In(p.Location()).Date()
	last := time.Date(y, m, d+within, 12, 0, 0, 0, p.Location()) // at noon, which no day lacks
	return within > 0 && day > p.Day(last)
}

// wait makes the first purchase the one that counts.
func (d *Desk) wait(f *friendRow) {
	at := f.Sales[0].At
	p := d.Programme(at)
	due := at.In(p.Location()).AddDate(0, 0, p.Referral.WaitDays)
	if end := at.Add(p.ReturnWindow); end.After(due) {
		due = end
	}
	f.Due = due.UTC()
	if f.State == StateJoined {
		f.State = StateBought
	}
}

// Reversed tells that a member's sale came back, with left of its money still
// standing. Under the minimum it counts no more, and the next purchase that
// reaches it takes its place. If the reward was given already, undo says what
// both are to lose; that referral is over for good.
func (d *Desk) Reversed(tx store.Tx, friend loyalty.MemberID, sale *loyalty.Entry, left loyalty.Money, now time.Time) (undo *Rewarded, err error) {
	row, ok, err := load(tx, friend)
	if err != nil || !ok || !row.open() && row.State != StateRewarded { // what is refused stays so
		return nil, err
	}
	i := slices.IndexFunc(row.Sales, func(p purchase) bool { return p.Seq == sale.Seq })
	if i < 0 || enough(&d.Programme(row.Sales[i].At).Referral, left) {
		return nil, nil
	}
	before := row
	row.Sales = slices.Delete(slices.Clone(row.Sales), i, i+1)
	switch {
	case row.State == StateRewarded:
		undo = row.Given
		if err := takeBack(tx, friend, &row); err != nil {
			return nil, err
		}
	case i == 0 && len(row.Sales) > 0:
		d.wait(&row)
		if err := d.watchCluster(tx, friend, row, now); err != nil {
			return nil, err
		}
	case i == 0:
		row.State, row.Due, row.HeldBy = StateJoined, time.Time{}, ""
	}
	return undo, save(tx, friend, before, row)
}

// takeBack ends a rewarded referral, and makes room under the referrer's cap.
func takeBack(tx store.Tx, friend loyalty.MemberID, row *friendRow) error {
	row.State, row.Reason = StateRefused, Refunded
	if err := lock(tx, row.Referrer); err != nil {
		return err
	}
	return given.Delete(tx, string(row.Referrer), timeKey(row.Given.At), string(friend))
}
