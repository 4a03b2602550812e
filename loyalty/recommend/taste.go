package recommend

import (
	"cmp"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/measure"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// page is how many entries are read at a time.
const page = 64

// taste is the goods that a member had, as of now: what is stored and what was
// bought since. whole says that nothing was left out: where something was taken
// back, or the account was merged, only reading everything tells, which is for the
// night.
func (d *Desk) taste(r store.Reader, m loyalty.MemberID) (t taste, whole bool, err error) {
	a, err := d.Book.Account(r, m) // which locks them
	if err != nil {
		return t, false, err
	}
	if t, _, err = tastes.Get(r, string(m)); err != nil {
		return t, false, err
	}
	return d.since(r, m, &a, t)
}

// since is taste for who has read the account and what is stored.
func (d *Desk) since(r store.Reader, m loyalty.MemberID, a *loyalty.Account, stored taste) (t taste, whole bool, err error) {
	t = taste{stored.Seq, slices.Clone(stored.Had)}
	if len(a.Wings) > 0 {
		return t, false, nil
	}
	for after := t.Seq; after < a.Seq; {
		list, err := d.Book.Since(r, m, after, page)
		if err != nil || len(list) == 0 {
			return t, false, err
		}
		for i := range list {
			if e := &list[i]; e.Kind == loyalty.KindReverse || e.Carry != nil {
				return t, false, nil
			}
			t.add(&list[i], list[i].Lines)
		}
		after = list[len(list)-1].Seq
		t.Seq = after
	}
	t.tidy()
	return t, true, nil
}

// anew reads all entries of a member and of who was merged into them.
func (d *Desk) anew(r store.Reader, m loyalty.MemberID) (t taste, err error) {
	a, err := d.Book.Account(r, m)
	if err != nil {
		return t, err
	}
	sales, err := d.sales(r, m)
	if err != nil {
		return t, err
	}
	for _, s := range sales {
		t.add(&s.entry, s.left)
	}
	t.Seq = a.Seq
	t.tidy()
	return t, nil
}

// named is an entry as its account numbers it.
type named struct {
	m   loyalty.MemberID
	seq uint64
}

// sale is a purchase, and what of it was not brought back.
type sale struct {
	entry loyalty.Entry
	left  []loyalty.Line
}

// sales are all purchases of a member, with what stands of them.
func (d *Desk) sales(r store.Reader, m loyalty.MemberID) (map[named]*sale, error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	all := map[named]*sale{}
	var back []loyalty.Entry
	for _, one := range family {
		for after := uint64(0); ; {
			list, err := d.Book.Since(r, one, after, page)
			if err != nil {
				return nil, err
			}
			for _, e := range list {
				after = e.Seq
				switch {
				case e.Kind == loyalty.KindReverse:
					back = append(back, e)
				case len(e.Lines) > 0:
					all[named{e.Member, e.Seq}] = &sale{e, slices.Clone(e.Lines)}
				}
			}
			if len(list) < page {
				break
			}
		}
	}
	for i := range back {
		if err := d.takeBack(r, all, &back[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// takeBack takes what came back off its sale.
func (d *Desk) takeBack(r store.Reader, all map[named]*sale, e *loyalty.Entry) error {
	s := all[named{e.Member, e.Of}]
	if s == nil && e.Of != 0 { // the sale of who was merged into them
		of, err := d.Book.Numbered(r, e.Member, e.Of)
		if err != nil {
			return err
		}
		s = all[named{of.Member, of.Seq}]
	}
	switch {
	case s == nil: // it named nothing that was sold
	case e.Whole:
		s.left = nil
	default:
		for _, l := range e.Lines {
			i := slices.IndexFunc(s.left, func(o loyalty.Line) bool { return o.Item == l.Item && o.Category == l.Category })
			if i >= 0 {
				s.left[i].Quantity -= l.Quantity
			}
		}
	}
	return nil
}

// add takes in what was bought on an entry's day.
func (t *taste) add(e *loyalty.Entry, lines []loyalty.Line) {
	for _, l := range lines {
		if l.Quantity <= 0 {
			continue
		}
		if l.Item != "" {
			t.had(Of(Item, l.Item), l.Quantity, e.Tally.Day)
		}
		if l.Category != "" {
			t.had(Of(Category, l.Category), l.Quantity, e.Tally.Day)
		}
	}
}

func (t *taste) had(x Thing, pieces int64, day int32) {
	i := slices.IndexFunc(t.Had, func(h had) bool { return h.Thing == x })
	if i < 0 {
		t.Had = append(t.Had, had{Thing: x})
		i = len(t.Had) - 1
	}
	t.Had[i].Pieces += pieces
	t.Had[i].Day = max(t.Had[i].Day, day)
}

// tidy puts the newest first and forgets what nobody counts.
func (t *taste) tidy() {
	slices.SortFunc(t.Had, func(a, b had) int { return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(a.Thing, b.Thing)) })
	t.Had = t.Had[:min(len(t.Had), measure.MostHad)]
}

// things are what a member had lately, of goods and of rewards, as far as it has a
// name, the newest goods first.
func (d *Desk) things(r store.Reader, m loyalty.MemberID, t *taste, now time.Time) (list []Thing, err error) {
	rules := d.Programme(now)
	from := now.AddDate(0, 0, -rules.Recommend.Days)
	first := dayOf(from, rules.Location())
	for _, h := range t.Had {
		if h.Day >= first && h.Pieces > 0 && d.Named(h.Thing, now) {
			list = append(list, h.Thing)
		}
	}
	all, err := d.Vouchers.List(r, m, now)
	for i := range all {
		v := &all[i]
		x := Of(Reward, v.Reward)
		// A present says what somebody likes once they came for it.
		if wanted := v.Cost > 0 && v.State != voucher.Void || v.State == voucher.Used; wanted && !v.Issued.Before(from) && !slices.Contains(list, x) && d.Named(x, now) {
			list = append(list, x)
		}
	}
	return list, err
}

// dayOf is a local day as entries count it.
func dayOf(t time.Time, zone *time.Location) int32 {
	y, m, d := t.In(zone).Date()
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}
