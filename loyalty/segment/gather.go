package segment

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// gather makes a member's roll from what is stored now; nil for who is no
// member, or is a part of another one. Anew is without what the stored roll
// knows.
func (d *Desk) gather(r store.Reader, m loyalty.MemberID, now time.Time, anew bool) (*Roll, error) {
	p, err := d.Vault.Get(r, m)
	if errors.Is(err, people.ErrNobody) || err == nil && p.Status != people.Member {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	zone := d.Programme(now).Location()
	roll := &Roll{}
	if err := d.purchases(r, m, roll, anew); err != nil {
		return nil, err
	}
	d.person(&p, zone, roll)
	parts, err := d.parts(r, p.Parts)
	if err != nil {
		return nil, err
	}
	if err := label(r, append([]loyalty.MemberID{m}, parts...), roll); err != nil {
		return nil, err
	}
	for _, s := range d.Sources {
		if err := s(r, m, parts, roll); err != nil {
			return nil, err
		}
	}
	return roll, nil
}

// parts are who was merged into somebody, and into these.
func (d *Desk) parts(r store.Reader, direct []loyalty.MemberID) (all []loyalty.MemberID, err error) {
	for _, m := range direct {
		p, err := d.Vault.Get(r, m)
		if errors.Is(err, people.ErrNobody) {
			continue
		}
		if err != nil {
			return nil, err
		}
		more, err := d.parts(r, p.Parts)
		if err != nil {
			return nil, err
		}
		all = append(append(all, m), more...)
	}
	return all, nil
}

// person fills in what the person's own row says.
func (d *Desk) person(p *people.Person, zone *time.Location, roll *Roll) {
	roll.Promo, roll.Quiet, roll.Frozen = p.Consents[people.ForPromo].Given, p.Quiet, p.Frozen
	roll.Joined, roll.Lang = DayOf(p.JoinedAt, zone), p.Language
	roll.BirthMonth, roll.BirthDay = uint8(p.Birthday.Month), uint8(p.Birthday.Day)
	if zones := p.Phone.Zones(); len(zones) > 0 && !slices.Contains(zones, zone.String()) {
		roll.Zone = zones[0]
	}
	open, quiet := p.Chats(), false
	for _, a := range open {
		quiet = quiet || a.Quiet
		if !a.Quiet && !slices.Contains(roll.Chats, a.Channel) {
			roll.Chats = append(roll.Chats, a.Channel)
		}
	}
	roll.Quiet = roll.Quiet || quiet && len(roll.Chats) == 0
	for _, a := range p.Accounts {
		roll.Blocked = roll.Blocked || a.Blocked && len(open) == 0
	}
}

// purchases fills in what the ledger says. What was known of entries before is
// gone on from, unless something was taken back or the account merged: then all
// of them are read again.
func (d *Desk) purchases(r store.Reader, m loyalty.MemberID, roll *Roll, anew bool) error {
	a, err := d.Book.Account(r, m)
	if err != nil {
		return err
	}
	standing(&a, roll)
	if !anew && len(a.Wings) == 0 {
		if sum, err := d.goneOn(r, m, a.Seq); err != nil || sum != nil {
			sum.into(roll)
			return err
		}
	}
	list, err := d.entries(r, m)
	if err != nil {
		return err
	}
	sold, err := d.sold(r, list)
	if err != nil {
		return err
	}
	sum := newSums()
	sum.all(list, sold)
	sum.into(roll)
	return nil
}

// goneOn is what the stored roll knows, with the entries since; nil where that
// will not do.
func (d *Desk) goneOn(r store.Reader, m loyalty.MemberID, seq uint64) (*sums, error) {
	known, err := readRoll(r, m)
	if err != nil || known == nil || known.Seq == 0 || known.Seq > seq {
		return nil, err
	}
	fresh, err := d.since(r, m, known.Seq, seq)
	if err != nil {
		return nil, err
	}
	sum := newSums()
	if !sum.goOn(known, fresh) {
		return nil, nil
	}
	return sum, nil
}

// standing fills in what the account's head says.
func standing(a *loyalty.Account, roll *Roll) {
	roll.Seq, roll.Level, roll.Debt = a.Seq, a.Standing.Level, a.Owed
	roll.Visits, roll.Money = a.Count.Visits, a.Count.Money
	roll.Frozen = roll.Frozen || a.Frozen
	for i := range a.Lots {
		l := &a.Lots[i]
		if l.Remaining == 0 {
			continue
		}
		lot := Lot{Points: l.Remaining}
		if l.Pending {
			lot.From = second(l.ActiveAt)
		}
		lot.Until = second(l.ExpiresAt)
		same := func(o Lot) bool { return o.From == lot.From && o.Until == lot.Until }
		if j := slices.IndexFunc(roll.Lots, same); j >= 0 {
			roll.Lots[j].Points += lot.Points
			continue
		}
		roll.Lots = append(roll.Lots, lot)
	}
}

func second(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// page is how many entries are read at a time.
const page = 64

// since are a member's entries after a number, up to another one, in no order
// that matters.
func (d *Desk) since(r store.Reader, m loyalty.MemberID, seq, to uint64) (list []loyalty.Entry, err error) {
	for to > seq {
		some, err := d.Book.History(r, m, to+1, int(min(to-seq, page)))
		if err != nil || len(some) == 0 {
			return list, err
		}
		list = append(list, some...)
		to = some[len(some)-1].Seq - 1
	}
	return list, nil
}

// entries are all of a member's and of who was merged into them, and into these.
func (d *Desk) entries(r store.Reader, m loyalty.MemberID) (list []loyalty.Entry, err error) {
	family, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	for _, one := range family {
		theirs, err := d.since(r, one, 0, math.MaxUint64-1)
		if err != nil {
			return nil, err
		}
		list = append(list, theirs...)
	}
	return list, nil
}

// named is an entry as a member's account numbers it.
type named struct {
	m   loyalty.MemberID
	seq uint64
}

// sold is where what some entries name was sold.
func (d *Desk) sold(r store.Reader, list []loyalty.Entry) (map[named]loyalty.Store, error) {
	at := make(map[named]loyalty.Store, len(list))
	for i := range list {
		at[named{list[i].Member, list[i].Seq}] = list[i].Store
	}
	for i := range list {
		e := &list[i]
		n := named{e.Member, e.Of}
		if _, ok := at[n]; ok || e.Kind != loyalty.KindReverse || e.Of == 0 {
			continue
		}
		of, err := d.Book.Numbered(r, e.Member, e.Of) // of who was merged into them
		if err != nil {
			return nil, err
		}
		at[n] = of.Store
	}
	return at, nil
}

// sums is a member's purchases by day and by store.
type sums struct {
	stores      map[loyalty.Store]int32
	days        map[int32]Day
	first, last int32
	visitDays   int32
}

func newSums() *sums { return &sums{stores: map[loyalty.Store]int32{}, days: map[int32]Day{}} }

// goOn adds entries to what a roll knows. It reports false where that cannot be
// right: something was taken back, or came for a day of which nothing is known
// any more.
func (s *sums) goOn(known *Roll, fresh []loyalty.Entry) bool {
	for _, b := range known.Stores {
		s.stores[b.Store] = b.Visits
	}
	for _, d := range known.Days {
		s.days[d.Day] = d
	}
	s.first, s.last, s.visitDays = known.First, known.Last, known.VisitDays
	slices.SortFunc(fresh, func(a, b loyalty.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := range fresh {
		e := &fresh[i]
		if e.Kind == loyalty.KindReverse || e.Carry != nil {
			return false
		}
		if e.Tally.Day == 0 {
			continue
		}
		if _, seen := s.days[e.Tally.Day]; !seen && e.Tally.Day <= s.last {
			return false // perhaps a day that is kept no more
		}
		s.add(e, e.Store)
	}
	return true
}

// all adds up all entries of a member, at tells where each was sold.
func (s *sums) all(list []loyalty.Entry, at map[named]loyalty.Store) {
	for i := range list {
		e := &list[i]
		if e.Tally.Day == 0 {
			continue
		}
		where := e.Store
		if sold, ok := at[named{e.Member, e.Of}]; ok && e.Kind == loyalty.KindReverse {
			where = sold // what was brought back elsewhere was bought there
		}
		s.add(e, where)
	}
	s.first, s.last, s.visitDays = 0, 0, 0
	for day, d := range s.days {
		if d.Visits <= 0 {
			continue
		}
		s.visitDays++
		if s.first == 0 || day < s.first {
			s.first = day
		}
		s.last = max(s.last, day)
	}
}

// add adds one entry; first, last and visitDays hold for sales only.
func (s *sums) add(e *loyalty.Entry, where loyalty.Store) {
	t := &e.Tally
	d := s.days[t.Day]
	if d.Visits == 0 && t.Visits > 0 {
		s.visitDays++
		if s.first == 0 || t.Day < s.first {
			s.first = t.Day
		}
		s.last = max(s.last, t.Day)
	}
	s.days[t.Day] = Day{t.Day, d.Visits + int32(t.Visits), d.Money + t.Money}
	if where != "" && t.Visits != 0 {
		s.stores[where] += int32(t.Visits)
	}
}

// mostBranches is how many stores a roll names.
const mostBranches = 8

// into writes the sums down.
func (s *sums) into(roll *Roll) {
	if s == nil {
		return
	}
	roll.First, roll.Last, roll.VisitDays = s.first, s.last, s.visitDays
	for name, n := range s.stores {
		if n > 0 {
			roll.Stores = append(roll.Stores, Branch{name, n})
		}
	}
	slices.SortFunc(roll.Stores, func(a, b Branch) int {
		return cmp.Or(cmp.Compare(b.Visits, a.Visits), cmp.Compare(a.Store, b.Store))
	})
	roll.Stores = roll.Stores[:min(len(roll.Stores), mostBranches)]
	for day, d := range s.days {
		if (d.Visits != 0 || d.Money != 0) && day > s.last-keepDays {
			roll.Days = append(roll.Days, d)
		}
	}
	slices.SortFunc(roll.Days, func(a, b Day) int { return cmp.Compare(b.Day, a.Day) })
}
