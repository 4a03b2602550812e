package room

import (
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Desk is how one shop keeps its rooms. It is a value without state and may be used
// by many at once.
type Desk struct {
	Book *book.Book
	// Programme is the version in force at a moment, the Book's own.
	Programme func(at time.Time) *loyalty.Programme
	// Plans are the paid plans of a member that run at a moment; it is asked under the
	// member's lock. nil: nobody has any.
	Plans func(store.Reader, loyalty.MemberID, time.Time) ([]string, error)
}

// refusal is a refusal without arguments.
type refusal string

func (r refusal) Error() string { return "room: " + string(r) }

// Refusal marks it as an answer, see [loyalty.Refused].
func (refusal) Refusal() {}

// Refusals.
var (
	ErrUnknown = refusal("there is no such room")
	ErrClosed  = refusal("the room is for other members")
	ErrTaken   = refusal("the group is another room")
	ErrNoLINE  = refusal("the room has no LINE group")
	ErrState   = refusal("nothing is to be done there")
)

func member(m loyalty.MemberID) store.Subject { return store.Subject("member/" + string(m)) }

// Fits decides whether a member may be in a room now. In an Update it locks them.
// Refusals: ErrUnknown, ErrClosed, loyalty.ErrFrozen.
func (d *Desk) Fits(r store.Reader, m loyalty.MemberID, id string, now time.Time) error {
	p := d.Programme(now)
	x, ok := p.Room(id)
	if !ok {
		return ErrUnknown
	}
	if tx, is := r.(store.Tx); is {
		if err := tx.Lock(member(m)); err != nil {
			return err
		}
	}
	a, err := d.Book.Account(r, m)
	if err != nil {
		return err
	}
	if a.Frozen {
		return loyalty.ErrFrozen
	}
	progress, _, err := d.Book.Progress(r, m, now)
	if err != nil {
		return err
	}
	var plans []string
	if d.Plans != nil && len(x.Plans) > 0 {
		if plans, err = d.Plans(r, m, now); err != nil {
			return err
		}
	}
	if !p.MayEnter(x, progress.Standing.Level, plans) {
		return ErrClosed
	}
	return nil
}

// Group is the Telegram group of a room; ok is false for none.
func (d *Desk) Group(r store.Reader, id string) (g Group, ok bool, err error) {
	return groups.Get(r, id)
}

// OfGroup is the room that the group with a code is; ok is false for none.
func (d *Desk) OfGroup(r store.Reader, code string, now time.Time) (id string, ok bool, err error) {
	if code == "" {
		return "", false, nil
	}
	for _, x := range d.Programme(now).Rooms {
		g, has, err := groups.Get(r, x.ID)
		if err != nil {
			return "", false, err
		}
		if has && g.Code == code {
			return x.ID, true, nil
		}
	}
	return "", false, nil
}

// Link makes a Telegram group a room, in place of the one that it was before.
// Refusals: ErrUnknown, ErrTaken.
func (d *Desk) Link(tx store.Tx, id, code string, by book.Act) error {
	if _, ok := d.Programme(by.Now).Room(id); !ok {
		return ErrUnknown
	}
	for _, x := range d.Programme(by.Now).Rooms {
		if err := tx.Lock(subject(x.ID)); err != nil {
			return err
		}
	}
	other, taken, err := d.OfGroup(tx, code, by.Now)
	if err != nil {
		return err
	}
	if taken && other != id {
		return ErrTaken
	}
	return groups.Put(tx, Group{Code: code, By: by.Actor, At: by.Now.UTC()}, id)
}

func subject(id string) store.Subject { return store.Subject("room/" + id) }

// Unlink ends that a group is a room: nobody is let in or out there any more. Who is
// in it stays. Refusal: ErrUnknown.
func (d *Desk) Unlink(tx store.Tx, id string) error {
	if err := tx.Lock(subject(id)); err != nil {
		return err
	}
	if _, ok, err := groups.Get(tx, id); err != nil || !ok {
		return orUnknown(err)
	}
	return groups.Delete(tx, id)
}

func orUnknown(err error) error {
	if err != nil {
		return err
	}
	return ErrUnknown
}

// Opened notes the link that was made for a room's group, or what kept it from
// being made. It reports whether that is news. lane names the chat that it was made
// for. A group that was linked meanwhile is left alone.
func (d *Desk) Opened(tx store.Tx, id, code, lane, link string, wrong Trouble) (news bool, err error) {
	if err := tx.Lock(subject(id)); err != nil {
		return false, err
	}
	g, ok, err := groups.Get(tx, id)
	if err != nil || !ok || g.Code != code || g.Link == link && g.Lane == lane && g.Trouble == wrong {
		return false, err
	}
	news = g.Trouble != wrong || g.Link == "" && link != ""
	g.Link, g.Lane, g.Trouble = link, lane, wrong
	return news, groups.Put(tx, g, id)
}

// opens says that the bot can take somebody out of their room, as far as is known;
// employees always can.
func opens(r store.Reader, x Guest) (bool, error) {
	if x.Way == ByStaff {
		return true, nil
	}
	g, linked, err := groups.Get(r, x.Room)
	return linked && g.Link != "" && g.Trouble == "", err
}

// Place is a person's place in a room; ok is false for none. In an Update it locks
// them.
func (d *Desk) Place(r store.Reader, m loyalty.MemberID, id string, way Way) (g Guest, ok bool, err error) {
	all, err := d.Of(r, m)
	i := slices.IndexFunc(all, func(x Guest) bool { return x.Room == id && x.Way == way })
	if err != nil || i < 0 {
		return g, false, err
	}
	return all[i], true, nil
}

// Of are a person's places, of who was merged into them too. In an Update it locks
// them.
func (d *Desk) Of(r store.Reader, m loyalty.MemberID) (list []Guest, err error) {
	all, err := d.Book.Family(r, m)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if tx, is := r.(store.Tx); is {
			if err := tx.Lock(member(one)); err != nil {
				return nil, err
			}
		}
		for key, g := range guests.Scan(r, guests.Under(string(one)), &err) {
			list = append(list, g.keyed(key))
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// keyed fills in what a row's key says.
func (g Guest) keyed(key string) Guest {
	m, rest, _ := strings.Cut(key, "/")
	g.Member = loyalty.MemberID(m)
	g.Room, _, _ = strings.Cut(rest, "/")
	return g
}

// Ask puts a member on the list of whom employees let into a room's LINE group. Who
// is in it or has asked stays as they are. Refusals: those of Fits, ErrNoLINE.
func (d *Desk) Ask(tx store.Tx, m loyalty.MemberID, id string, now time.Time) (Guest, error) {
	if err := d.Fits(tx, m, id, now); err != nil {
		return Guest{}, err
	}
	if x, _ := d.Programme(now).Room(id); !x.LINE {
		return Guest{}, ErrNoLINE
	}
	g, ok, err := d.Place(tx, m, id, ByStaff)
	if err != nil {
		return g, err
	}
	if ok && g.State == Out { // they may again: nothing is left to do
		g.State, g.Since, g.Told = In, now.UTC(), time.Time{}
		return g, put(tx, g)
	}
	if ok {
		return g, nil
	}
	g = Guest{Member: m, Room: id, Way: ByStaff, State: Asked, Since: now.UTC()}
	return g, put(tx, g)
}

// Came notes that somebody is in a room now.
func (d *Desk) Came(tx store.Tx, m loyalty.MemberID, id string, way Way, now time.Time) (Guest, error) {
	g, ok, err := d.Place(tx, m, id, way)
	if err != nil || ok && g.State == In && g.Told.IsZero() { // already
		return g, err
	}
	if !ok {
		g = Guest{Member: m, Room: id, Way: way}
	}
	g.State, g.Since, g.Told = In, now.UTC(), time.Time{}
	return g, put(tx, g)
}

// Gone notes that somebody is not in a room any more, or does not want to be. Nobody
// who is not is an error.
func (d *Desk) Gone(tx store.Tx, m loyalty.MemberID, id string, way Way) error {
	all, err := d.Of(tx, m)
	for _, g := range all {
		if err == nil && g.Room == id && g.Way == way { // of who was merged into them too
			err = drop(tx, g)
		}
	}
	return err
}

func put(tx store.Tx, g Guest) error {
	if err := tx.Lock(member(g.Member)); err != nil {
		return err
	}
	if err := lists.Put(tx, listed{Do: g.State != In}, g.Room, string(g.Member), string(g.Way)); err != nil {
		return err
	}
	return guests.Put(tx, g, string(g.Member), g.Room, string(g.Way))
}

func drop(tx store.Tx, g Guest) error {
	if err := tx.Lock(member(g.Member)); err != nil {
		return err
	}
	if err := lists.Delete(tx, g.Room, string(g.Member), string(g.Way)); err != nil {
		return err
	}
	return guests.Delete(tx, string(g.Member), g.Room, string(g.Way))
}

// People lists who has a place in a room, at most most of them behind after, in
// the order of their ids. In an Update it locks them.
func (d *Desk) People(r store.Reader, id, after string, most int) (list []Guest, next string, err error) {
	rg := lists.Under(id)
	if after != "" {
		rg.Start = append(lists.Key(after), 0)
	}
	for key := range lists.Scan(r, rg, &err) {
		_, rest, _ := strings.Cut(key, "/")
		m, way, _ := strings.Cut(rest, "/")
		if tx, is := r.(store.Tx); is {
			if err := tx.Lock(member(loyalty.MemberID(m))); err != nil {
				return list, "", err
			}
		}
		g, ok, err := guests.Get(r, m, id, way)
		if err != nil {
			return list, "", err
		}
		if next = key; ok {
			g.Member, g.Room = loyalty.MemberID(m), id
			list = append(list, g)
		}
		if len(list) == most {
			return list, next, nil
		}
	}
	return list, "", err
}

// ToDo lists whom employees are to let into a room or to take out, at most most of
// them, in the order of their ids. In an Update it locks them, and nobody else.
func (d *Desk) ToDo(r store.Reader, id string, most int) (list []Guest, err error) {
	for key, x := range lists.Scan(r, lists.Under(id), &err) {
		if !x.Do {
			continue
		}
		if len(list) == most {
			break
		}
		_, rest, _ := strings.Cut(key, "/")
		m, way, _ := strings.Cut(rest, "/")
		if tx, is := r.(store.Tx); is {
			if err := tx.Lock(member(loyalty.MemberID(m))); err != nil {
				return list, err
			}
		}
		g, ok, err := guests.Get(r, m, id, way)
		if err != nil {
			return list, err
		}
		if g.Member, g.Room = loyalty.MemberID(m), id; ok && g.State != In {
			list = append(list, g)
		}
	}
	return list, err
}

// Did notes what an employee did about somebody on their list: let in who had asked,
// taken out who was to go. came is true for the former. Refusal: ErrState.
func (d *Desk) Did(tx store.Tx, m loyalty.MemberID, id string, now time.Time) (g Guest, came bool, err error) {
	g, ok, err := d.Place(tx, m, id, ByStaff)
	if err == nil && (!ok || g.State == In) {
		g, ok, err = d.Place(tx, m, id, ByBot) // whom the bot could not take out
	}
	switch {
	case err != nil:
		return g, false, err
	case !ok || g.State == In:
		return g, false, ErrState
	case g.State == Out:
		return g, false, d.Gone(tx, m, id, g.Way)
	}
	g, err = d.Came(tx, m, id, ByStaff, now)
	return g, true, err
}
