package shop

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Breach is what somebody may have seen who should not have: what was looked at within
// a time, by one employee, program or device or by anybody; or all there was.
type Breach struct {
	Since, Until time.Time
	By           loyalty.Actor   // "": anybody
	Device       people.DeviceID // "": any, and none
	// All says that the store itself, or a copy of it, got out: everybody whom the shop
	// knew at Until is touched, but who was erased before Since.
	All bool
}

// Touched is a person whose data a breach touched.
type Touched struct {
	Member      loyalty.MemberID
	Status      people.Status // who left since can be told no more
	Name, Phone string        // in the clear: they are to be told
	Language    string
	Data        []Datum
	First, Last time.Time // within the breach; of all there was: its bounds
	By          []string  // who looked, as the log has it
	Reach       []string  // the chats that reach them, the best first, and "phone"
}

// Reachable says whether the shop has any way to tell them.
func (t Touched) Reachable() bool { return len(t.Reach) > 0 }

// seen is what is gathered of one person while the log is read.
type seen struct {
	data        map[Datum]bool
	by          map[string]bool
	first, last time.Time
}

func newSeen() *seen { return &seen{data: map[Datum]bool{}, by: map[string]bool{}} }

// gathered is what was seen, by whose it was.
type gathered map[loyalty.MemberID]*seen

func (g gathered) of(id loyalty.MemberID) *seen {
	if g[id] == nil {
		g[id] = newSeen()
	}
	return g[id]
}

// Touched is whom a breach touched, by their ids. Who was merged into another is told
// as that one.
func (s *Shop) Touched(ctx context.Context, db store.DB, b Breach) ([]Touched, error) {
	found, all := gathered{}, newSeen()
	var err error
	if b.All {
		all.add(Look{Way: WayExport, At: b.Since})
		all.add(Look{Way: WayExport, At: b.Until})
	} else {
		err = db.View(ctx, func(r store.Reader) error { return b.read(r, found, all) })
	}
	if err == nil && !all.first.IsZero() {
		err = s.addEverybody(ctx, db, b, found, all)
	}
	if err != nil {
		return nil, err
	}
	return s.describe(ctx, db, found)
}

// read gathers the looks of a breach; those at everybody at once in all.
func (b Breach) read(r store.Reader, found gathered, all *seen) error {
	return EachLook(r, b.Since, b.Until, func(l Look) error {
		switch {
		case b.By != "" && l.By != b.By, b.Device != "" && l.Device != b.Device:
		case l.Member == Everybody:
			all.add(l)
		default:
			found.of(l.Member).add(l)
		}
		return nil
	})
}

func (x *seen) add(l Look) {
	for _, d := range Shows[l.Way] {
		x.data[d] = true
	}
	if l.By != "" {
		x.by[l.Looker.String()] = true
	}
	if x.first.IsZero() || l.At.Before(x.first) {
		x.first = l.At
	}
	if l.At.After(x.last) {
		x.last = l.At
	}
}

func (x *seen) join(o *seen) {
	for d := range o.data {
		x.data[d] = true
	}
	for by := range o.by {
		x.by[by] = true
	}
	if x.first.IsZero() || !o.first.IsZero() && o.first.Before(x.first) {
		x.first = o.first
	}
	if o.last.After(x.last) {
		x.last = o.last
	}
}

// addEverybody adds what was seen of all to each whom the shop knew then.
func (s *Shop) addEverybody(ctx context.Context, db store.DB, b Breach, found gathered, all *seen) error {
	until := all.last // of an export: when it was written
	return people.Everybody(ctx, db, func(r store.Reader, id loyalty.MemberID) error {
		p, err := s.Vault.Get(r, id)
		if err != nil {
			return err
		}
		if p.CreatedAt.After(until) || p.Status == people.Erased && p.ErasedAt.Before(b.Since) {
			return nil
		}
		found.of(id).join(all)
		return nil
	})
}

// SawTouched notes that somebody was told who they are whom a breach touched: it is a
// look like any other, or the search would be a hole in the log that it reads. It is
// noted a page at a time, as they may be thousands.
func (s *Shop) SawTouched(ctx context.Context, db store.DB, by Looker, now time.Time, all []Touched) error {
	var ids []loyalty.MemberID
	for _, t := range all {
		if t.Status != people.Erased { // who has no name any more
			ids = append(ids, t.Member)
		}
	}
	for part := range slices.Chunk(ids, describePage) {
		if err := s.SawIn(ctx, db, by, WayBreach, now, part...); err != nil {
			return err
		}
	}
	return nil
}

// describePage is how many people one View describes.
const describePage = 500

// describe says who they are whose data was seen.
func (s *Shop) describe(ctx context.Context, db store.DB, found gathered) (list []Touched, err error) {
	ids := make([]loyalty.MemberID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	whole := gathered{}
	persons := map[loyalty.MemberID]people.Person{}
	for part := range slices.Chunk(ids, describePage) {
		err := db.View(ctx, func(r store.Reader) error {
			for _, id := range part {
				p, err := s.holder(r, id)
				if errors.Is(err, people.ErrNobody) {
					continue // they came after this store was restored
				}
				if err != nil {
					return err
				}
				whole.of(p.ID).join(found[id])
				persons[p.ID] = p
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for id, x := range whole {
		list = append(list, s.touched(persons[id], x))
	}
	slices.SortFunc(list, func(a, b Touched) int { return cmp.Compare(a.Member, b.Member) })
	return list, nil
}

// holder is a person, or whom they are a part of; one who was erased too.
func (s *Shop) holder(r store.Reader, id loyalty.MemberID) (people.Person, error) {
	id, err := s.Vault.Holder(r, id)
	if err != nil {
		return people.Person{}, err
	}
	return s.Vault.Get(r, id)
}

func (s *Shop) touched(p people.Person, x *seen) Touched {
	t := Touched{Member: p.ID, Status: p.Status, First: x.first, Last: x.last, Language: p.Language}
	for _, d := range Data {
		if x.data[d] {
			t.Data = append(t.Data, d)
		}
	}
	for by := range x.by {
		t.By = append(t.By, by)
	}
	slices.Sort(t.By)
	if p.Status == people.Erased {
		return t
	}
	t.Name, t.Phone = Tidy(p.Called()), p.Phone.E164()
	for _, a := range p.Chats() {
		t.Reach = append(t.Reach, s.Label(bot.ChannelName(a.Channel)))
	}
	if !p.Phone.IsZero() {
		t.Reach = append(t.Reach, "phone")
	}
	return t
}

// DatumKey names a kind of data in a language.
func DatumKey(d Datum) i18n.Key { return i18n.Key("breach.d_" + string(d)) }
