package book

import "regulars/loyalty"

// Receipt is what an operation did.
type Receipt struct {
	// Entries are the operation's own entries and what followed from them at
	// once, in order. The first is the operation itself, but for points that were
	// borrowed for it, which come before.
	Entries []loyalty.Entry
	// Balance is the member's afterwards; when replayed, as of now.
	Balance loyalty.Balance
	// Replayed says that this operation had been done before: nothing was
	// written now.
	Replayed bool
}

// Entry is the operation's first entry, or a zero one when it needed none. Points
// that were borrowed for it are told by [Receipt.Borrowed].
func (r Receipt) Entry() loyalty.Entry {
	for _, e := range r.Entries {
		if e.Kind != loyalty.KindTransfer {
			return e
		}
	}
	return loyalty.Entry{}
}

// Borrowed is how many points of each other account the operation used.
func (r Receipt) Borrowed() map[loyalty.MemberID]loyalty.Points {
	return r.crossed(loyalty.KindTransfer, loyalty.Available)
}

// SentHome is how many points the operation gave back to each other account.
func (r Receipt) SentHome() map[loyalty.MemberID]loyalty.Points {
	return r.crossed(loyalty.KindHome, loyalty.Joined)
}

func (r Receipt) crossed(k loyalty.Kind, pot loyalty.Pot) (all map[loyalty.MemberID]loyalty.Points) {
	for _, e := range r.Entries {
		if n := e.In(pot); e.Kind == k && n > 0 && e.Peer != nil {
			if all == nil {
				all = map[loyalty.MemberID]loyalty.Points{}
			}
			all[e.Peer.With] += n
		}
	}
	return all
}

// Filled are the ids of the stamp cards that the operation completed, one for
// each time.
func (r Receipt) Filled() []string { return r.filled(1) }

// Unfilled are the ids of the stamp cards that the operation took back after
// they had been completed, one for each time.
func (r Receipt) Unfilled() []string { return r.filled(-1) }

func (r Receipt) filled(sign int64) (cards []string) {
	for _, e := range r.Entries {
		for _, s := range e.Stamps {
			for range s.Filled * sign {
				cards = append(cards, s.Card)
			}
		}
	}
	return cards
}

// Rose is the member's tier before and after the operation, and whether it
// brought them to another one, up or down.
func (r Receipt) Rose() (from, to string, ok bool) {
	for _, e := range r.Entries {
		if e.Kind != loyalty.KindTier || e.Standing == nil {
			continue
		}
		if !ok {
			from = e.Level // the level that it ends
		}
		to, ok = e.Standing.Level, true
	}
	return from, to, ok && from != to
}
