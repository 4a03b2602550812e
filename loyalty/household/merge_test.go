package household_test

import (
	"errors"
	"slices"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/household"
	"regulars/store"
)

// part undoes that from became into.
func part(w *world, from, into loyalty.MemberID) {
	w.t.Helper()
	a := w.act(into)
	err := w.do(func(tx store.Tx) error {
		if _, err := w.b.Unmerge(tx, from, a); err != nil {
			return err
		}
		return w.d.Unmerged(tx, from, into, w.now)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestMergeUndone: after a merge that was a mistake everybody has the place they had,
// unless somebody did something about it since.
func TestMergeUndone(t *testing.T) {
	leave := func(w *world, m loyalty.MemberID) {
		if err := w.do(func(tx store.Tx) error { _, err := w.d.Leave(tx, m); return err }); err != nil {
			w.t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		before, between func(*world)
		members         []loyalty.MemberID // of the household that ann made
		owner           loyalty.MemberID
	}{
		"the place was taken over":    {members: []loyalty.MemberID{ann, bo}, owner: ann},
		"it was left since":           {between: func(w *world) { leave(w, cy) }, members: []loyalty.MemberID{bo}, owner: bo},
		"both had one in the same":    {before: func(w *world) { w.enter(ann, cy) }, members: []loyalty.MemberID{ann, bo, cy}, owner: ann},
		"the other one had their own": {before: func(w *world) { w.invite(cy) }, members: []loyalty.MemberID{ann, bo}, owner: ann},
		"somebody took the place": {
			before:  func(w *world) { w.p.Household.Size = 2; w.invite(cy) },
			between: func(w *world) { w.enter(bo, dee) },
			members: []loyalty.MemberID{bo, dee}, owner: bo,
		},
		"nobody is left": {
			before:  func(w *world) { w.invite(cy) },
			between: func(w *world) { leave(w, bo) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.p.Household.Size = 3
			w.together(ann, bo)
			home := w.home(bo)
			if tc.before != nil {
				tc.before(w)
			}
			become(w, ann, cy)
			if tc.between != nil {
				tc.between(w)
			}
			part(w, ann, cy)
			var has []loyalty.MemberID
			for _, m := range []loyalty.MemberID{ann, bo, cy, dee} {
				h := w.home(m)
				if h.ID != home.ID {
					continue
				}
				has = append(has, m)
				if h.Owner != tc.owner || len(h.Members) != len(tc.members) {
					t.Errorf("%s is in %+v", m, h)
				}
			}
			if !slices.Equal(has, tc.members) {
				t.Errorf("in it are %v, want %v", has, tc.members)
			}
		})
	}
}

// TestUndoneMergeKeepsWhatWasTheirs: a stranger uses nobody's points afterwards, and who
// shares nothing is not made to.
func TestUndoneMergeKeepsWhatWasTheirs(t *testing.T) {
	w := newWorld(t)
	w.earn(bo, 50)
	w.together(ann, bo)
	become(w, ann, cy)
	w.has(cy, 0, 50)
	part(w, ann, cy)
	w.has(cy, 0, 0)
	w.has(ann, 0, 50)

	if err := w.do(func(tx store.Tx) error { _, err := w.d.Share(tx, ann, false); return err }); err != nil {
		t.Fatal(err)
	}
	become(w, ann, cy)
	if err := w.do(func(tx store.Tx) error { _, err := w.d.Share(tx, cy, true); return err }); err != nil {
		t.Fatal(err)
	}
	part(w, ann, cy)
	w.has(ann, 0, 0)
}

const dee = loyalty.MemberID("01HDEE00000000000000000000")

// enter lets n into m's household.
func (w *world) enter(m, n loyalty.MemberID) {
	w.t.Helper()
	code, err := w.invite(m)
	if err == nil {
		err = w.join(n, code)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// home is the household that a member is in, none for none.
func (w *world) home(m loyalty.MemberID) (h household.House) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(r store.Reader) (err error) {
		h, _, err = w.d.Of(r, m)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// TestMergedHaveOneYearAndMonth: a second card is no second year of joinings and no
// second month of others' points.
func TestMergedHaveOneYearAndMonth(t *testing.T) {
	w := newWorld(t)
	w.p.Household.MonthMost, w.p.Household.JoinsAYear = 70, 1
	w.earn(ann, 10)
	w.earn(bo, 500)
	w.together(bo, ann)
	if _, err := w.redeem(ann); err != nil { // 50 of bo's
		t.Fatal(err)
	}
	for range 2 { // parting and merging again changes nothing
		become(w, ann, cy)
		w.has(cy, 0, 20)
		part(w, ann, cy)
		become(w, ann, cy)
	}
	if err := w.do(func(tx store.Tx) error { _, err := w.d.Leave(tx, cy); return err }); err != nil {
		t.Fatal(err)
	}
	code, err := w.invite(bo)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.join(cy, code); !errors.Is(err, household.ErrOften) {
		t.Errorf("joined once more in the year: %v", err)
	}
}
