package mission

import (
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// most is how many steps a member's mission holds in one period; what comes after
// them counts no more.
const most = 500

// view is a member's mission in a period, as it is under all their ids: what
// belongs to the account first, which may have no row.
type view struct {
	m      *loyalty.Mission
	period string
	owners []loyalty.MemberID
	rows   []row
}

// view reads a mission's rows.
func (x *member) view(r store.Reader, m *loyalty.Mission, period string) (v view, err error) {
	v = view{m: m, period: period, owners: x.all, rows: make([]row, len(x.all))}
	for i, owner := range x.all {
		if v.rows[i], _, err = missions.Get(r, string(owner), m.ID, period); err != nil {
			return v, err
		}
	}
	return v, nil
}

// put writes the row of one owner.
func (v *view) put(tx store.Tx, i int) error {
	return missions.Put(tx, v.rows[i], string(v.owners[i]), v.m.ID, v.period)
}

// begun is when the member did, by whichever id first; zero: not yet.
func (v *view) begun() (at time.Time) {
	for _, r := range v.rows {
		if !r.Begun.IsZero() && (at.IsZero() || r.Begun.Before(at)) {
			at = r.Begun
		}
	}
	return at
}

// ends is when it must be reached.
func (v *view) ends() (at time.Time) {
	for _, r := range v.rows {
		if !r.Begun.IsZero() {
			return r.Ends
		}
	}
	return at
}

// target is what is to be reached, as it was fixed when it began.
func (v *view) target() int64 {
	for _, r := range v.rows {
		if r.Target > 0 {
			return r.Target
		}
	}
	return v.m.Count
}

// value is how far all steps bring; a deed that stands under two ids counts once.
func (v *view) value() int64 {
	var all []loyalty.Step
	for _, r := range v.rows {
		for _, s := range r.Steps {
			if !slices.ContainsFunc(all, func(o loyalty.Step) bool { return o.Of == s.Of }) {
				all = append(all, s)
			}
		}
	}
	return v.m.Reached(all)
}

// find is where the step of a deed is: the row and its place in it, -1 for nowhere.
func (v *view) find(of string) (row, at int) {
	for i, r := range v.rows {
		if n := slices.IndexFunc(r.Steps, func(s loyalty.Step) bool { return s.Of == of }); n >= 0 {
			return i, n
		}
	}
	return -1, -1
}

// done is the row that has the prize, -1 for none.
func (v *view) done() int {
	return slices.IndexFunc(v.rows, func(r row) bool { return !r.Done.IsZero() })
}

// count adds, changes or takes away what a deed called of, done at at, adds to each
// mission that concerns it, and gives or takes back what follows.
func (d *Desk) count(tx store.Tx, m loyalty.MemberID, act book.Act, at time.Time, of string, step func(*loyalty.Mission) (loyalty.Step, bool), concerns func(*loyalty.Mission) bool) (all []Happened, err error) {
	rules := d.Programme(at)
	if !slices.ContainsFunc(rules.Missions, func(m loyalty.Mission) bool { return concerns(&m) }) {
		return nil, nil
	}
	x, err := d.look(tx, m, at)
	if err != nil {
		return nil, err
	}
	for i := range rules.Missions {
		g := &rules.Missions[i]
		if !concerns(g) || !g.Runs(at) {
			continue
		}
		s, ok := step(g)
		h, err := d.step(tx, x, g, act, at, of, s, ok)
		if all = append(all, h...); err != nil {
			return all, err
		}
	}
	return all, nil
}

// step puts one deed's step into a mission, or takes it out where ok is false.
func (d *Desk) step(tx store.Tx, x *member, m *loyalty.Mission, act book.Act, at time.Time, of string, s loyalty.Step, ok bool) ([]Happened, error) {
	period, _, _ := m.Period(at, x.zone)
	v, err := x.view(tx, m, period)
	if err != nil {
		return nil, err
	}
	if !ok {
		return d.unstep(tx, x, &v, act, of)
	}
	if i, n := v.find(of); i >= 0 { // it was counted, whatever tier they are of since
		v.rows[i].Steps[n] = s
		if err := v.put(tx, i); err != nil {
			return nil, err
		}
		return d.settle(tx, x, &v, act)
	}
	if may, err := d.may(tx, x, m, at); err != nil || !may || len(v.rows[0].Steps) >= most {
		return nil, err
	}
	begun := v.begun()
	switch ends := v.ends(); {
	case m.OptIn && (begun.IsZero() || at.Before(begun)), !begun.IsZero() && !ends.IsZero() && !at.Before(ends):
		return nil, nil
	case v.rows[0].Begun.IsZero():
		if err := d.begin(tx, x, &v, at); err != nil {
			return nil, err
		}
	}
	v.rows[0].Steps = append(v.rows[0].Steps, s)
	if err := v.put(tx, 0); err != nil {
		return nil, err
	}
	return d.settle(tx, x, &v, act)
}

// unstep takes a deed's step out of a mission, and its prize where it was that one.
func (d *Desk) unstep(tx store.Tx, x *member, v *view, act book.Act, of string) ([]Happened, error) {
	i, n := v.find(of)
	if i < 0 {
		return nil, nil
	}
	v.rows[i].Steps = slices.Delete(v.rows[i].Steps, n, n+1)
	if err := v.put(tx, i); err != nil {
		return nil, err
	}
	if i = v.done(); i < 0 || v.rows[i].Kept || v.value() >= v.target() {
		return nil, nil
	}
	return d.unreach(tx, x, v, i, act)
}

// begin makes the account's own row, on the terms of whichever row there is.
func (d *Desk) begin(tx store.Tx, x *member, v *view, at time.Time) error {
	first := v.begun().IsZero()
	r := &v.rows[0]
	if r.Target = v.target(); first && v.m.Above > 0 {
		before, err := x.before(tx, v.m, at)
		if err != nil {
			return err
		}
		r.Target = v.m.Target(before)
	}
	if r.Ends = v.ends(); first {
		r.Ends = v.m.Ends(at, x.zone)
	}
	if r.Begun = v.begun(); first {
		r.Begun = at.UTC()
		return d.counted(tx, x, v, at, func(c *count) { c.Began++ })
	}
	return nil
}

// before is how far the member came in the periods before, newest first, of as
// many as make what is usual.
func (x *member) before(r store.Reader, m *loyalty.Mission, at time.Time) (list []int64, err error) {
	known := false
	for range 4 {
		_, from, _ := m.Period(at, x.zone)
		at = from.Add(-time.Hour)
		period, _, _ := m.Period(at, x.zone)
		v, err := x.view(r, m, period)
		if err != nil {
			return nil, err
		}
		list = append(list, v.value())
		known = known || !v.begun().IsZero()
	}
	if !known {
		return nil, nil
	}
	for len(list) > 0 && list[len(list)-1] == 0 { // before the first of them there was nothing to compare with
		list = list[:len(list)-1]
	}
	return list, nil
}

// counted keeps the sums that managers see, in parts, so that members do not wait
// for each other.
func (d *Desk) counted(tx store.Tx, x *member, v *view, at time.Time, change func(*count)) error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(x.id)) // never fails
	key := []string{v.m.ID, v.period, strconv.FormatUint(uint64(h.Sum32()%16), 16)}
	if err := tx.Lock(store.Subject("missioncount/" + key[0] + "/" + key[1] + "/" + key[2])); err != nil {
		return err
	}
	c, _, err := counts.Get(tx, key...)
	if err != nil {
		return err
	}
	change(&c)
	if c.Last.Before(at) {
		c.Last = at.UTC()
	}
	return counts.Put(tx, c, key...)
}

// settle gives what has been reached, and takes back what has not any more.
func (d *Desk) settle(tx store.Tx, x *member, v *view, act book.Act) ([]Happened, error) {
	reached, i := v.value() >= v.target(), v.done()
	switch {
	case reached && i < 0:
		return d.reach(tx, x, v, act)
	case !reached && i >= 0 && !v.rows[i].Kept:
		return d.unreach(tx, x, v, i, act)
	}
	return nil, nil
}

// reach gives a mission's prize.
func (d *Desk) reach(tx store.Tx, x *member, v *view, act book.Act) ([]Happened, error) {
	r := &v.rows[0]
	r.Round++
	name := KindMission + "/" + v.m.ID + "/" + v.period
	round := name + "." + strconv.Itoa(r.Round)
	g, err := d.give(tx, x, by(act, round), name, round, v.m.Prize)
	if err != nil {
		return nil, accident(err) // as when the account is full: the next deed tries again
	}
	r.Done, r.Given = act.Now.UTC(), &g
	if err := v.put(tx, 0); err != nil {
		return nil, err
	}
	if err := d.counted(tx, x, v, act.Now, func(c *count) { c.Done++ }); err != nil {
		return nil, err
	}
	if err := d.score(tx, x, loyalty.BoardMission, round, act.Now); err != nil {
		return nil, err
	}
	told, err := d.asGiven(tx, x, g, act.Now)
	return []Happened{{Member: x.id, Kind: KindMission, ID: v.m.ID, Op: by(act, round).Op, Given: told}}, err
}

// unreach takes a mission's prize back from the row that has it.
func (d *Desk) unreach(tx store.Tx, x *member, v *view, i int, act book.Act) ([]Happened, error) {
	r := &v.rows[i]
	name := KindMission + "/" + v.m.ID + "/" + v.period
	round := name + "." + strconv.Itoa(r.Round)
	back, all, err := d.take(tx, x, by(act, "back/"+round), round, *r.Given)
	if err != nil {
		return nil, err
	}
	if all {
		r.Done, r.Given = time.Time{}, nil
	} else {
		r.Kept, r.Given.Owed = true, "" // what was never handed over is not owed for it
	}
	if err := v.put(tx, i); err != nil {
		return nil, err
	}
	if err := d.counted(tx, x, v, act.Now, func(c *count) { c.Done-- }); err != nil {
		return nil, err
	}
	if err := d.unscore(tx, x, round, r.Begun, act.Now); err != nil {
		return nil, err
	}
	return []Happened{{Member: x.id, Kind: KindMission, ID: v.m.ID, Op: by(act, "back/"+round).Op, Given: back, Taken: true}}, nil
}

// Begin lets a member begin a mission that asks for it. Refusal: ErrNone.
func (d *Desk) Begin(tx store.Tx, m loyalty.MemberID, mission string, now time.Time) (loyalty.Mission, error) {
	g, ok := d.Programme(now).Mission(mission)
	if !ok || !g.OptIn || !g.Runs(now) {
		return g, ErrNone
	}
	x, err := d.look(tx, m, now)
	if err != nil {
		return g, err
	}
	if may, err := d.may(tx, x, &g, now); err != nil || !may {
		return g, orNone(err)
	}
	if may, err := d.mayBegin(tx, x, &g, now); err != nil || !may {
		return g, orNone(err)
	}
	period, _, _ := g.Period(now, x.zone)
	v, err := x.view(tx, &g, period)
	if err != nil {
		return g, err
	}
	if !v.begun().IsZero() {
		over := !v.ends().IsZero() && !now.Before(v.ends())
		if !over || v.done() >= 0 || g.Every != "" {
			return g, ErrNone
		}
		for i := range v.rows { // their days were over: a new try
			if v.rows[i] = (row{Round: v.rows[i].Round}); i > 0 {
				if err := v.put(tx, i); err != nil {
					return g, err
				}
			}
		}
	}
	if err := d.begin(tx, x, &v, now); err != nil {
		return g, err
	}
	return g, v.put(tx, 0)
}

func orNone(err error) error {
	if err == nil {
		return ErrNone
	}
	return err
}
