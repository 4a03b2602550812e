package book

import (
	"context"

	"regulars/loyalty"
	"regulars/store"
)

// followed is how far the rules' changes have come to everybody's lots.
type followed struct {
	Version int `json:"version"` // of the programme
}

// followKey is the only row of its table.
const followKey = "all"

// follow settles everybody who has points once after each version of the rules
// that old points come under. The due index cannot say who that concerns: it
// was written before anybody knew of the version. What it does to a member is
// right without it too; it is for entries, notices and sums that nobody asked
// for yet.
func (s *sweep) follow(ctx context.Context) error {
	versions := s.b.Programme(s.now).Follows(s.now)
	if len(versions) == 0 || s.b.clockInDoubt() {
		return nil
	}
	want := versions[len(versions)-1].Version
	var have followed
	err := s.db.View(ctx, func(r store.Reader) (err error) {
		have, _, err = follows.Get(r, followKey)
		return err
	})
	if err != nil || have.Version >= want {
		return err
	}
	if err := s.all(ctx, want); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("follow/" + followKey)); err != nil {
			return err
		}
		return follows.Put(tx, followed{want}, followKey)
	})
}

// all settles everybody whose lots have not been under a version yet.
func (s *sweep) all(ctx context.Context, version int) error {
	for rg, more := accounts.All(), true; more; {
		var list []loyalty.MemberID
		err := s.db.View(ctx, func(r store.Reader) (err error) {
			list, more = nil, false
			seen := 0
			for m, a := range accounts.Scan(r, rg, &err) {
				if seen++; seen > walkRows {
					rg.Start, more = accounts.Key(m), true
					break
				}
				if a.Terms < version && len(a.Lots) > 0 {
					list = append(list, loyalty.MemberID(m))
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, m := range list {
			if err := s.settle(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}
