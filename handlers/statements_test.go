package handlers_test

import (
	"context"
	"errors"
	"fmt"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/passbook"
	"regulars/loyalty/people"
	"regulars/store"
)

// signed are the statements that a scene's members were last given.
type signed map[loyalty.MemberID]*passbook.Statement

// check has everybody's statement made and read again: its lines have to sum to the points
// that there are, and it has to go on from the one before, whatever happened in between. So
// it is with cards that are put together or taken apart, and with points that a household
// spends together, too.
func (old signed) check(ctx context.Context, s *shop.Shop, db store.DB) error {
	return people.Everybody(ctx, db, func(r store.Reader, id loyalty.MemberID) error {
		holder, err := s.Vault.Holder(r, id)
		if err != nil || holder != id {
			return err // a card that was put into another one opens that one's statement
		}
		who, err := s.Vault.Get(r, id)
		if errors.Is(err, people.ErrErased) || errors.Is(err, people.ErrNobody) {
			return nil
		}
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		made, err := s.Passbook(r, i18n.For(s.Speak(who)), who, now)
		if err != nil {
			return err
		}
		read, err := passbook.Read(passbook.Write(made, s.PassbookKey()))
		if err != nil {
			return fmt.Errorf("the statement of %s: %w", id, err)
		}
		if before := old[id]; before != nil {
			if err := passbook.Newer(before, read); err != nil {
				return fmt.Errorf("the statement of %s: %w", id, err)
			}
		}
		old[id] = read
		return nil
	})
}
