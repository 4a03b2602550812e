package plan

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// terms of the run's plan: today's, or where the shop has it no more those under
// which it was paid last.
func (d *Desk) termsOf(x *Run, now time.Time) loyalty.Plan {
	terms, ok := d.Programme(now).Plan(x.Plan)
	if !ok {
		terms, _ = d.terms(now, x.Version).Plan(x.Plan)
	}
	return terms
}

// settleYears gives the cash-back of the run's years that are over at now, and where
// it has ended that of the year in which it did. out has what there is to tell.
func (d *Desk) settleYears(tx store.Tx, x *Run, now time.Time, ended bool, out *Done) error {
	p, terms := d.Programme(now), d.termsOf(x, now)
	if terms.CashBack.Percent <= 0 || x.Began.IsZero() {
		return nil
	}
	for x.settled().Before(x.To) {
		from, to := p.PlanYear(x.Began, x.settled())
		capped := from // since when what was given counts against the cap of one year
		switch {
		case ended && x.To.Before(to):
			to = x.To
			capped = to.In(p.Location()).AddDate(-1, 0, 0)
		case now.Before(to):
			return nil
		}
		y, err := d.draft(tx, x, from, to, capped, now)
		if err != nil {
			return err
		}
		y.Less = min(x.Owed, y.Due)
		x.Owed -= y.Less
		if err := d.even(tx, x, &y, now, out); err != nil {
			return err
		}
		x.Years = to
	}
	return nil
}

// draft is a year as it comes to now, not yet decided. In an Update it locks the person.
func (d *Desk) draft(r store.Reader, x *Run, from, to, capped, now time.Time) (y Year, err error) {
	p := d.Programme(now)
	y = Year{Plan: x.Plan, Span: Span{From: from, To: to}, Version: p.Version, At: now.Round(0).UTC()}
	if _, known := p.Plan(x.Plan); !known {
		y.Version = x.Version
	}
	if y.Of, err = d.Book.Family(r, x.member); err != nil {
		return y, err
	}
	for _, m := range y.Of {
		if err := lock(r, m); err != nil {
			return y, err
		}
		for _, o := range years.Scan(r, years.Under(string(m)), &err) {
			if o.To.After(from) && o.From.Before(to) {
				y.But = append(y.But, o.Span)
			}
			if o.Plan == y.Plan && o.To.After(capped) && o.From.Before(to) {
				y.Had += o.Due
			}
		}
		if err != nil {
			return y, err
		}
	}
	return y, d.recount(r, &y, now)
}

// recount looks again at what was bought in a year, and what of that is due.
func (d *Desk) recount(r store.Reader, y *Year, now time.Time) (err error) {
	terms, _ := d.terms(now, y.Version).Plan(y.Plan)
	y.Spent = 0
	for _, m := range y.Of {
		n, err := d.spentBy(r, m, y)
		if err != nil {
			return err
		}
		y.Spent += n
	}
	y.Due = terms.CashBack.Of(y.Spent)
	if most := terms.CashBack.Cap; most > 0 {
		y.Due = min(y.Due, max(0, most-y.Had))
	}
	return nil
}

// spentBy reads one account's entries backwards, to those that were recorded before:
// a purchase is never recorded before it is made.
func (d *Desk) spentBy(r store.Reader, m loyalty.MemberID, y *Year) (sum loyalty.Money, err error) {
	if err := lock(r, m); err != nil {
		return 0, err
	}
	const page = 200
	for before := uint64(0); ; {
		list, err := d.Book.History(r, m, before, page)
		if err != nil {
			return 0, err
		}
		for _, e := range list {
			if e.RecordedAt.Before(y.From) {
				return sum, nil
			}
			if e.Kind != loyalty.KindEarn || !y.counts(m, e.EffectiveAt) {
				continue
			}
			n, err := d.stands(r, e)
			if err != nil {
				return 0, err
			}
			sum += n
		}
		if len(list) < page {
			return sum, nil
		}
		before = list[len(list)-1].Seq
	}
}

// counts reports whether a member's purchase at a moment is the year's.
func (y *Year) counts(m loyalty.MemberID, at time.Time) bool {
	return y.has(m, at) && !slices.ContainsFunc(y.But, func(s Span) bool { return s.has(m, at) })
}

// stands is how much of a purchase was not taken back.
func (d *Desk) stands(r store.Reader, e loyalty.Entry) (loyalty.Money, error) {
	mark, err := d.Book.Reversed(r, e)
	if err != nil || mark.Whole {
		return 0, err
	}
	return max(0, e.Amount-mark.Amount), nil
}

// SoFar is the year that runs of a person's plan: since when, what was bought in it, and
// the cash-back that this comes to by now, less what is owed of former ones. In an
// Update it locks them.
func (d *Desk) SoFar(r store.Reader, x Run, now time.Time) (from time.Time, spent, back loyalty.Money, err error) {
	if x.Began.IsZero() || now.Before(x.Began) || d.termsOf(&x, now).CashBack.Percent <= 0 {
		return from, 0, 0, nil
	}
	from, to := d.Programme(now).PlanYear(x.Began, now)
	y, err := d.draft(r, &x, from, minTime(to, x.To), from, now)
	return from, y.Spent, max(0, y.Due-x.Owed), err
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// changed looks again at the years in which a purchase was made, of which something
// came back, or that was told after they were decided: a receipt's code that
// was sent days later, a till that was offline.
func (d *Desk) changed(tx store.Tx, e loyalty.Entry, now time.Time) error {
	family, err := d.Book.Family(tx, e.Member)
	if err != nil {
		return err
	}
	for _, m := range family {
		x, err := run(tx, m)
		if err != nil {
			return err
		}
		if x.Plan == "" {
			continue
		}
		var list []Year
		for _, y := range years.Scan(tx, years.Under(string(m)), &err) {
			if y.counts(e.Member, e.EffectiveAt) {
				list = append(list, y)
			}
		}
		if err != nil {
			return err
		}
		out := Done{Member: m, Run: x, At: now}
		for i := range list {
			if err := d.recount(tx, &list[i], now); err != nil {
				return err
			}
			if err := d.even(tx, &x, &list[i], now, &out); err != nil {
				return err
			}
		}
		if len(list) == 0 {
			continue
		}
		if err := d.put(tx, x, now); err != nil {
			return err
		}
		if err := d.tell(tx, out); err != nil {
			return err
		}
	}
	return nil
}

// even brings what a year gave to what is due for it, and stores it.
func (d *Desk) even(tx store.Tx, x *Run, y *Year, now time.Time, out *Done) error {
	if over := y.Less - y.Due; over > 0 { // what it was to pay of former years is owed again
		x.Owed += over
		y.Less = y.Due
	}
	gave := -y.Back
	for _, part := range y.Parts {
		gave += part.Worth
	}
	x.Waiting = slices.DeleteFunc(x.Waiting, func(key string) bool { return key == dayKey(y.From) })
	var err error
	switch more := y.Due - y.Less - gave; {
	case more > 0:
		err = d.give(tx, x, y, more, now, out)
	case more < 0:
		err = d.take(tx, x, y, -more, now, out)
	}
	if err != nil {
		return err
	}
	return years.Put(tx, *y, string(x.member), dayKey(y.From))
}

// give gives so much more of a year: its open voucher is worth more, or there is one
// more. What is out of stock waits.
func (d *Desk) give(tx store.Tx, x *Run, y *Year, n loyalty.Money, now time.Time, out *Done) error {
	last := len(y.Parts) - 1
	if last >= 0 {
		v, did, err := d.Vouchers.Reworth(tx, y.Parts[last].Voucher, y.Parts[last].Worth+n, now)
		if err != nil {
			return err
		}
		if did {
			y.Parts[last].Worth += n
			out.Gave = append(out.Gave, Gave{y.Plan, n, v})
			return nil
		}
	}
	whole, err := d.Book.Holder(tx, x.member)
	if err != nil {
		return err
	}
	terms, _ := d.terms(now, y.Version).Plan(y.Plan)
	source := "plan/" + y.Plan + "/" + dayKey(y.From)
	if whole != x.member { // whoever they were merged into may have had a year from that day
		source += "/" + string(x.member)
	}
	if last >= 0 {
		source += "/" + numberKey(len(y.Parts))
	}
	act := book.Act{Op: loyalty.OpID(source), Actor: loyalty.ByJob("plan"), Now: now}
	v, err := d.Vouchers.PresentWorth(tx, whole, act, terms.CashBack.Reward, source, n, time.Time{})
	if loyalty.Refused(err) {
		x.Waiting = append(x.Waiting, dayKey(y.From))
		return nil
	}
	if err != nil {
		return err
	}
	y.Parts = append(y.Parts, Part{v.ID, n})
	out.Gave = append(out.Gave, Gave{y.Plan, n, v})
	return nil
}

// take takes so much of a year back: open vouchers are worth less, or void. What
// was used is owed, and the next cash-back is so much less; of what lapsed or was
// withdrawn nobody had anything.
func (d *Desk) take(tx store.Tx, x *Run, y *Year, n loyalty.Money, now time.Time, out *Done) error {
	fell := Fell{Plan: y.Plan}
	var used loyalty.Money
	for i := range slices.Backward(y.Parts) {
		part := &y.Parts[i]
		v, err := d.Vouchers.Get(tx, part.Voucher, now)
		switch {
		case err != nil && !loyalty.Refused(err):
			return err
		case err != nil: // swept long ago
		case v.State == voucher.Used:
			used += part.Worth
		case v.State == voucher.Open && n > 0:
			k := min(n, part.Worth)
			if err := d.lower(tx, v, part.Worth-k, now); err != nil {
				return err
			}
			part.Worth -= k
			n -= k
			fell.By, fell.Left = fell.By+k, fell.Left+part.Worth
		}
	}
	fell.Owed = min(n, max(0, used-y.Back))
	x.Owed += fell.Owed
	y.Back += n
	if fell.By+fell.Owed > 0 {
		out.Fell = append(out.Fell, fell)
	}
	return nil
}

// lower makes an open voucher worth less, or void where nothing is left of it.
func (d *Desk) lower(tx store.Tx, v voucher.Voucher, worth loyalty.Money, now time.Time) error {
	if worth > 0 {
		_, _, err := d.Vouchers.Reworth(tx, v.ID, worth, now)
		return err
	}
	act := book.Act{Op: loyalty.OpID("plan/void/" + string(v.ID)), Actor: loyalty.ByJob("plan"), Now: now}
	_, _, err := d.Vouchers.Void(tx, v.ID, act, "plan")
	return err
}

// waiting gives what waited for its voucher.
func (d *Desk) waiting(tx store.Tx, x *Run, now time.Time, out *Done) error {
	for _, key := range slices.Clone(x.Waiting) {
		y, ok, err := years.Get(tx, string(x.member), key)
		if err != nil {
			return err
		}
		if !ok { // swept since: what is behind it is given all the same
			x.Waiting = slices.DeleteFunc(x.Waiting, func(k string) bool { return k == key })
			continue
		}
		if err := d.even(tx, x, &y, now, out); err != nil {
			return err
		}
	}
	return nil
}

// settledSince reports whether a year's cash-back was decided after a payment.
func (d *Desk) settledSince(r store.Reader, z Payment) (is bool, err error) {
	for _, y := range years.Scan(r, years.Under(string(z.Member)), &err) {
		is = is || y.At.After(z.At)
	}
	return is, err
}
