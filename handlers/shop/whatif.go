package shop

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/whatif"
	"regulars/store"
)

// WhatIf reckons what rules would have made of the ledger if they had held from a
// moment (zero: the beginning) to another, see package whatif. progress may be nil.
func (s *Shop) WhatIf(ctx context.Context, db store.DB, rules loyalty.Programme, from, to time.Time, progress func(done, total int64)) (*whatif.Result, error) {
	was := s.Book.Programme
	g := &whatif.Ground{DB: db, Book: s.Book, Vouchers: s.Club.Vouchers, Facts: s.Facts}
	return g.Run(ctx, &whatif.Question{Was: was, New: whatif.Stack(rules, was, from, to), From: from, To: to}, progress)
}
