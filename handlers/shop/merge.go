package shop

import (
	"errors"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// Merged is what a merge, or its undoing, came to.
type Merged struct {
	From, Into loyalty.MemberID
	Ref        loyalty.Ref    // of the entry on Into's side
	Points     loyalty.Points // that came over, debts taken off; of an undone merge, that went back
	// Kept is what stays with Into of what From brought when a merge is undone: it
	// was spent meanwhile. 0 for a merge.
	Kept     loyalty.Points
	Balance  loyalty.Balance // Into's afterwards
	Replayed bool            // it had been done before under this operation
}

// plainMerge are the refusals of merging.
var plainMerge = map[error]i18n.Key{
	loyalty.ErrMerged:     i18n.MergeTwice,
	people.ErrMerged:      i18n.MergeTwice,
	loyalty.ErrNotMerged:  i18n.MergeNone,
	people.ErrNotMerged:   i18n.MergeNone,
	loyalty.ErrNewerMerge: i18n.MergeNewer,
	people.ErrMergeStaff:  i18n.MergeStaff,
	people.ErrNotMember:   i18n.MergeNotMember,
}

// Merge makes two members that are one person one: from becomes a part of into,
// in the ledger, among vouchers, gifts and referrals, and as a person with chat
// accounts, card and consents. Whatever leads to from leads to into afterwards.
// Refusals, which leave nothing half done: people.ErrNotMember, ErrMergeStaff,
// loyalty.ErrMerged, ErrSelf, ErrFull, *ConflictError.
func (s *Shop) Merge(tx store.Tx, from, into loyalty.MemberID, by book.Act) (Merged, error) {
	m := Merged{From: from, Into: into}
	// Of who are one already the ledger knows whether this operation made them so.
	if err := s.Vault.MayMerge(tx, from, into); err != nil && !errors.Is(err, people.ErrMerged) {
		return m, err
	}
	rec, err := s.Club.Merge(tx, from, into, by)
	if err != nil {
		return m, err
	}
	m.Ref, m.Points, m.Balance, m.Replayed = rec.Entry().Ref, moved(rec.Entry()), rec.Balance, rec.Replayed
	if rec.Replayed {
		return m, nil
	}
	if err := s.Vault.Merge(tx, from, into, by.Now, s.Rand); err != nil {
		return m, err
	}
	if err := s.Households.Merged(tx, from, into, by.Now); err != nil {
		return m, err
	}
	return m, s.Club.Redate(tx, into, by.Now)
}

// Unmerge takes a merge back, of which from was the one that went. Refusals:
// loyalty.ErrNotMerged, ErrNewerMerge, ErrSelf, people.ErrErased,
// *ConflictError.
func (s *Shop) Unmerge(tx store.Tx, from loyalty.MemberID, by book.Act) (m Merged, err error) {
	m.From = from
	p, err := s.Vault.Get(tx, from)
	if err != nil {
		return m, err
	}
	if p.Status == people.Erased {
		return m, people.ErrErased
	}
	rec, err := s.Club.Unmerge(tx, from, by)
	if err != nil {
		return m, err
	}
	e := rec.Entry()
	m.Into, m.Ref, m.Points, m.Balance, m.Replayed = e.Member, e.Ref, -moved(e), rec.Balance, rec.Replayed
	if m.Kept, err = s.kept(tx, from); err != nil || rec.Replayed {
		return m, err
	}
	if err := s.Vault.Unmerge(tx, from, by.Now, s.Rand); err != nil {
		return m, err
	}
	if err := s.Households.Unmerged(tx, from, m.Into, by.Now); err != nil {
		return m, err
	}
	for _, id := range []loyalty.MemberID{from, m.Into} {
		if err := errors.Join(s.Club.Redate(tx, id, by.Now), s.relock(tx, id)); err != nil {
			return m, err
		}
	}
	return m, nil
}

// relock locks a person as their account is: the ledger knows whose lock of
// before the merge it was, and which came while they were one.
func (s *Shop) relock(tx store.Tx, id loyalty.MemberID) error {
	a, err := s.Book.Account(tx, id)
	if err != nil {
		return err
	}
	return s.Vault.Freeze(tx, id, a.Frozen, s.Rand)
}

// moved is how many points came over, those set aside too.
func moved(e loyalty.Entry) loyalty.Points { return e.Change() + e.In(loyalty.Held) }

// kept is what did not come back of what a member's newest merge took.
func (s *Shop) kept(tx store.Tx, from loyalty.MemberID) (loyalty.Points, error) {
	list, err := s.Book.History(tx, from, 0, 200)
	n, back := loyalty.Points(0), false
	for _, e := range list {
		switch {
		case e.Kind == loyalty.KindUnmerge && e.Carry.Wing == 0 && !back:
			n, back = e.In(loyalty.Joined), true
		case e.Kind == loyalty.KindMerge && e.Carry.Wing == 0:
			return max(0, n+e.In(loyalty.Joined)), err
		}
	}
	return 0, err
}
