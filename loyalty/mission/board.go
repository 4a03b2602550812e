package mission

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// mostOnBoard is how many may stand on one group's board.
const mostOnBoard = 300

// Score counts something for a member on the boards of the week of at: what is one
// of loyalty.BoardVisit and the others, of names the deed, which counts once. It
// does nothing where the programme has no board or counts it for nothing.
func (d *Desk) Score(tx store.Tx, m loyalty.MemberID, what, of string, at time.Time) error {
	rules := d.Programme(at)
	if !rules.Board.On || rules.Board.Worth(what) <= 0 {
		return nil
	}
	x, err := d.look(tx, m, at)
	if err != nil {
		return err
	}
	return d.score(tx, x, what, of, at)
}

// Unscore takes back what Score counted under a name in the week of at.
func (d *Desk) Unscore(tx store.Tx, m loyalty.MemberID, of string, at time.Time) error {
	if !d.Programme(at).Board.On {
		return nil
	}
	x, err := d.look(tx, m, at)
	if err != nil {
		return err
	}
	return d.unscore(tx, x, of, at, at)
}

func (d *Desk) score(tx store.Tx, x *member, what, of string, at time.Time) error {
	n := x.rules.Board.Worth(what)
	if !x.rules.Board.On || n <= 0 {
		return nil
	}
	week := x.rules.Week(at)
	as, err := x.onBoard(tx)
	if err != nil {
		return err
	}
	for _, owner := range x.all {
		w, _, err := weeks.Get(tx, string(owner), week)
		if err != nil || slices.ContainsFunc(w.Steps, func(s loyalty.Step) bool { return s.Of == of }) {
			return err
		}
	}
	w, _, err := weeks.Get(tx, string(as), week)
	if err != nil || len(w.Steps) >= most {
		return err
	}
	w.Steps, w.At = append(w.Steps, loyalty.Step{Of: of, N: n}), at.UTC()
	return weeks.Put(tx, w, string(as), week)
}

// onBoard is under which of their ids a member stands on boards: after a merge that
// of the line that is there, so that it goes on.
func (x *member) onBoard(r store.Reader) (loyalty.MemberID, error) {
	if len(x.all) == 1 {
		return x.id, nil
	}
	var err error
	for _, owner := range x.all {
		for range boardOfs.Scan(r, boardOfs.Under(string(owner)), &err) {
			return owner, nil
		}
	}
	return x.id, err
}

// unscore takes something back from the weeks in which it may have been counted.
func (d *Desk) unscore(tx store.Tx, x *member, of string, from, to time.Time) error {
	if !x.rules.Board.On {
		return nil
	}
	for _, owner := range x.all {
		first, last := x.rules.Week(from), x.rules.Week(to)
		var found string
		var is weekRow
		var err error
		for key, w := range weeks.Scan(tx, weeks.Between(string(owner)+"/"+first, string(owner)+"/"+last+"0"), &err) {
			if i := slices.IndexFunc(w.Steps, func(s loyalty.Step) bool { return s.Of == of }); i >= 0 {
				w.Steps = slices.Delete(w.Steps, i, i+1)
				found, is = key[len(owner)+1:], w
			}
		}
		if err != nil {
			return err
		}
		if found != "" {
			return weeks.Put(tx, is, string(owner), found)
		}
	}
	return nil
}

// BoardJoin puts a member on a group's board under a name that they chose, sealed by
// the caller; joining again changes the name. Refusal: ErrFull.
func (d *Desk) BoardJoin(tx store.Tx, group string, m loyalty.MemberID, sealed []byte, now time.Time) error {
	if err := tx.Lock(store.Subject("board/"+group), store.Subject("member/"+string(m))); err != nil {
		return err
	}
	n, on := 0, false
	var err error
	for key := range boardIns.Scan(tx, boardIns.Under(group), &err) {
		n, on = n+1, on || key == group+"/"+string(m)
	}
	switch {
	case err != nil:
		return err
	case n >= mostOnBoard && !on:
		return ErrFull
	}
	if err := boardIns.Put(tx, boardRow{Sealed: sealed, At: now.UTC()}, group, string(m)); err != nil {
		return err
	}
	return boardOfs.Put(tx, struct{}{}, string(m), group)
}

// BoardLeave takes a member from a group's board; it is no error that they were not
// on it.
func (d *Desk) BoardLeave(tx store.Tx, group string, m loyalty.MemberID) error {
	if err := tx.Lock(store.Subject("board/"+group), store.Subject("member/"+string(m))); err != nil {
		return err
	}
	if err := boardIns.Delete(tx, group, string(m)); err != nil {
		return err
	}
	return boardOfs.Delete(tx, string(m), group)
}

// BoardsLeave takes a member from every group's board and says of how many.
func (d *Desk) BoardsLeave(tx store.Tx, m loyalty.MemberID) (n int, err error) {
	groups, err := d.Boards(tx, m)
	if err != nil {
		return 0, err
	}
	for _, group := range groups {
		if err := d.BoardLeave(tx, group, m); err != nil {
			return 0, err
		}
	}
	return len(groups), nil
}

// Boards are the groups on whose boards a member stands. An Update locks them.
func (d *Desk) Boards(r store.Reader, m loyalty.MemberID) (groups []string, err error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(store.Subject("member/" + string(m))); err != nil {
			return nil, err
		}
	}
	for key := range boardOfs.Scan(r, boardOfs.Under(string(m)), &err) {
		groups = append(groups, strings.TrimPrefix(key, string(m)+"/"))
	}
	return groups, err
}

// OnBoard reports whether a member stands on a group's board.
func (d *Desk) OnBoard(r store.Reader, group string, m loyalty.MemberID) (bool, error) {
	_, ok, err := boardIns.Get(r, group, string(m))
	return ok, err
}

// Line is a member on a board.
type Line struct {
	Member loyalty.MemberID
	Sealed []byte // the name they chose
	Score  int64
	Place  int // equal scores have one place
}

// Board is a group's board in the week of now, the best first; who did nothing in it
// is left out, and who joined earlier stands before others with as much.
func (d *Desk) Board(r store.Reader, group string, now time.Time) (list []Line, err error) {
	week := d.Programme(now).Week(now)
	at := map[loyalty.MemberID]time.Time{}
	for key, b := range boardIns.Scan(r, boardIns.Under(group), &err) {
		m := loyalty.MemberID(key[len(group)+1:])
		at[m] = b.At
		list = append(list, Line{Member: m, Sealed: b.Sealed})
	}
	if err != nil {
		return nil, err
	}
	for i := range list {
		w, _, err := weeks.Get(r, string(list[i].Member), week)
		if err != nil {
			return nil, err
		}
		for _, s := range w.Steps {
			list[i].Score += s.N
		}
	}
	list = slices.DeleteFunc(list, func(l Line) bool { return l.Score <= 0 })
	slices.SortFunc(list, func(a, b Line) int {
		return cmp.Or(-cmp.Compare(a.Score, b.Score), at[a.Member].Compare(at[b.Member]), cmp.Compare(a.Member, b.Member))
	})
	for i := range list {
		if list[i].Place = i + 1; i > 0 && list[i].Score == list[i-1].Score {
			list[i].Place = list[i-1].Place
		}
	}
	return list, nil
}
