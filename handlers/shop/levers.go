package shop

import (
	"time"

	"regulars/loyalty"
	"regulars/loyalty/lever"
	"regulars/store"
)

// newLevers is the desk that says who reads a lever's words.
func (s *Shop) newLevers() *lever.Desk {
	return &lever.Desk{Key: s.Vault.Derive("levers"), Book: s.Book, Programme: s.Rules, Bought: s.Segments.Bought}
}

// thanks says whether a member is thanked for a visit: not the hold-out of
// gratitude, where that is tried.
func (s *Shop) thanks(tx store.Tx, m loyalty.MemberID, now time.Time) (bool, error) {
	if _, tried := s.Rules(now).Lever(loyalty.LeverGratitude); !tried {
		return true, nil
	}
	return s.Levers.Pull(tx, loyalty.LeverGratitude, m, now)
}
