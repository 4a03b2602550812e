package reach

import (
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Plan is what a member was nudged of, and when to look at them next.
type Plan struct {
	Due    int64            `json:"d,omitempty"` // µs since 1970; 0: time alone brings nothing
	Told   map[string]*Told `json:"t,omitempty"` // by the nudge's id
	Thanks Visit            `json:"v,omitzero"`
}

// Told is the newest occasion of a nudge that a member was told of, or was not
// because they were to have no more of it.
type Told struct {
	At      int64    `json:"a"` // the occasion's moment, µs since 1970
	Key     string   `json:"k"`
	Figures string   `json:"f,omitempty"` // a hash of what the message says
	Left    bool     `json:"l,omitempty"` // a first try was made, or none will be: it is not written anew
	Redo    bool     `json:"r,omitempty"` // it was found to be untrue before it left
	Older   []string `json:"o,omitempty"` // keys before it, some
	Sent    []int64  `json:"s,omitempty"` // when messages were written, seconds; for PerPerson
}

// Wrote says that a message was written at now.
func (t *Told) Wrote(now time.Time) bool { return slices.Contains(t.Sent, now.Unix()) }

// keepKeys is how many keys before the newest are remembered: more than a member
// has stamp cards.
const keepKeys = 12

// keepSent is how many messages of a nudge are remembered at most, and with that
// the largest PerPerson that binds.
const keepSent = 50

var (
	plans  = store.NewTable[Plan]("nudged/", store.Locked, store.FirstPart("member"))
	dues   = store.NewTable[struct{}]("nudgedue/", store.Locked, secondPart)
	stales = store.NewTable[struct{}]("nudgestale/", store.Locked, store.FirstPart("member"))
	walks  = store.NewTable[Walk]("nudgewalk/", store.Locked, func(rest []byte) store.Subject { return store.Subject("nudgewalk/" + string(rest)) })
)

// secondPart is the subject of an index row "when/member".
func secondPart(rest []byte) store.Subject {
	_, who, _ := strings.Cut(string(rest), "/")
	return store.Subject("member/" + who)
}

func dueKey(us int64) string { return time.UnixMicro(us).UTC().Format("20060102T150405.000000") }

// Stale marks a member whose rows were changed. The member is locked.
func Stale(tx store.Tx, m loyalty.MemberID) error {
	if err := lock(tx, m); err != nil {
		return err
	}
	return stales.Put(tx, struct{}{}, string(m))
}

// Marked lists at most n marked members behind a place, "" being the beginning.
// It is for a View.
func Marked(r store.Reader, from loyalty.MemberID, n int) (list []loyalty.MemberID, err error) {
	for key := range stales.Scan(r, stales.Between(string(from)+"\x00", "\xff"), &err) {
		if list = append(list, loyalty.MemberID(key)); len(list) >= n {
			break
		}
	}
	return list, err
}

// Due lists at most n members whose time has come by now, longest due first,
// behind a place; next is the place behind what it lists. It is for a View.
func Due(r store.Reader, now time.Time, from string, n int) (list []loyalty.MemberID, next string, err error) {
	for key := range dues.Scan(r, dues.Between(from, dueKey(now.UnixMicro()+1)), &err) {
		_, m, _ := strings.Cut(key, "/")
		next = key + "\x00"
		if list = append(list, loyalty.MemberID(m)); len(list) >= n {
			break
		}
	}
	return list, next, err
}

// Load is a member's plan. In an Update it locks the member.
func Load(r store.Reader, m loyalty.MemberID) (Plan, error) {
	if err := lock(r, m); err != nil {
		return Plan{}, err
	}
	p, _, err := plans.Get(r, string(m))
	if p.Told == nil {
		p.Told = map[string]*Told{}
	}
	return p, err
}

// Save keeps a member's plan and takes the mark off them: they are looked at
// again at the moment next, or, with a zero one, when their rows change.
func Save(tx store.Tx, m loyalty.MemberID, p Plan, next time.Time) error {
	if err := lock(tx, m); err != nil {
		return err
	}
	was, known, err := plans.Get(tx, string(m))
	if err != nil {
		return err
	}
	p.Due = 0
	if !next.IsZero() {
		p.Due = next.UnixMicro()
	}
	if err := moveDue(tx, m, was.Due, p.Due); err != nil {
		return err
	}
	if err := stales.Delete(tx, string(m)); err != nil {
		return err
	}
	if !known && p.Due == 0 && len(p.Told) == 0 && p.Thanks == (Visit{}) {
		return nil
	}
	return plans.Put(tx, p, string(m))
}

func moveDue(tx store.Tx, m loyalty.MemberID, was, is int64) error {
	if was == is {
		return nil
	}
	if was != 0 {
		if err := dues.Delete(tx, dueKey(was), string(m)); err != nil {
			return err
		}
	}
	if is == 0 {
		return nil
	}
	return dues.Put(tx, struct{}{}, dueKey(is), string(m))
}

// Forget deletes all that is kept of a member here: they were erased, or are a
// part of somebody now.
func Forget(tx store.Tx, m loyalty.MemberID) error {
	if err := Save(tx, m, Plan{}, time.Time{}); err != nil {
		return err
	}
	if err := plans.Delete(tx, string(m)); err != nil {
		return err
	}
	return reached.Delete(tx, string(m))
}

// Thank notes a visit to be thanked for.
func Thank(tx store.Tx, m loyalty.MemberID, v Visit) error {
	p, err := Load(tx, m)
	if err != nil {
		return err
	}
	v.At = v.At.Round(0).UTC()
	p.Thanks = v
	if err := plans.Put(tx, p, string(m)); err != nil {
		return err
	}
	return Stale(tx, m)
}

// Reopen says that the message about an occasion was found to be untrue before
// it left: the member is marked, to be told anew as it is.
func Reopen(tx store.Tx, m loyalty.MemberID, nudge, key string) error {
	return retell(tx, m, nudge, key, func(t *Told) { t.Redo = true }, true)
}

// Left says that a first try of the message was made.
func Left(tx store.Tx, m loyalty.MemberID, nudge, key string) error {
	return retell(tx, m, nudge, key, func(t *Told) { t.Left = true }, false)
}

func retell(tx store.Tx, m loyalty.MemberID, nudge, key string, f func(*Told), mark bool) error {
	p, err := Load(tx, m)
	if err != nil {
		return err
	}
	t := p.Told[nudge]
	if t == nil || t.Key != key || t.Left {
		return nil
	}
	f(t)
	if err := plans.Put(tx, p, string(m)); err != nil || !mark {
		return err
	}
	return Stale(tx, m)
}

// Walk is how far everybody was marked after the nudges were changed.
type Walk struct {
	For   string           `json:"for"`             // what they were changed to
	After loyalty.MemberID `json:"after,omitempty"` // marked up to this one
	Done  bool             `json:"done,omitempty"`
}

// LoadWalk reads it; in an Update it locks it.
func LoadWalk(r store.Reader) (Walk, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock("nudgewalk/all"); err != nil {
			return Walk{}, err
		}
	}
	w, _, err := walks.Get(r, "all")
	return w, err
}

// SaveWalk keeps it.
func SaveWalk(tx store.Tx, w Walk) error {
	if err := tx.Lock("nudgewalk/all"); err != nil {
		return err
	}
	return walks.Put(tx, w, "all")
}

// Join makes what a member was told of part of what somebody else was, whose part
// they are now, and takes the member off the index.
func Join(tx store.Tx, from, into loyalty.MemberID) error {
	gone, err := Load(tx, from)
	if err != nil {
		return err
	}
	if err := Save(tx, from, gone, time.Time{}); err != nil {
		return err
	}
	p, err := Load(tx, into)
	if err != nil {
		return err
	}
	for id, t := range gone.Told {
		if own := p.Told[id]; own == nil || own.At < t.At {
			p.Told[id] = t
		}
	}
	if len(p.Told) > 0 {
		if err := plans.Put(tx, p, string(into)); err != nil {
			return err
		}
	}
	return Stale(tx, into)
}
