package book

import (
	"context"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Waiting is a reversal that waits for its sale.
type Waiting struct {
	Member loyalty.MemberID `json:"member"`
	loyalty.Wait
}

// Account is the account that the member's points are in as it was left by the last entry, not
// settled: its lots, holds and waiting reversals. In an Update it locks the
// member. Nothing that is done to it is stored.
func (b *Book) Account(r store.Reader, m loyalty.MemberID) (loyalty.Account, error) {
	a, _, err := reach(r, m)
	return a, err
}

// History is at most n of the member's entries with a Seq below before (0: from
// the newest), newest first. In an Update it locks the member.
func (b *Book) History(r store.Reader, m loyalty.MemberID, before uint64, n int) ([]loyalty.Entry, error) {
	if err := read(r, m); err != nil {
		return nil, err
	}
	a, _, err := accounts.Get(r, string(m))
	if err != nil {
		return nil, err
	}
	if before == 0 || before > a.Seq {
		before = a.Seq + 1
	}
	var out []loyalty.Entry
	for seq := before - 1; seq > 0 && len(out) < n; seq-- {
		e, ok, err := entries.Get(r, string(m), seqKey(seq))
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, e)
		}
	}
	return out, nil
}

// AsOf is the balance that the member had at t, from the entries recorded by
// then. It reads them all. In an Update it locks the member.
func (b *Book) AsOf(r store.Reader, m loyalty.MemberID, t time.Time) (loyalty.Balance, error) {
	if err := read(r, m); err != nil {
		return loyalty.Balance{}, err
	}
	var a loyalty.Account
	var failed error
	for _, e := range entries.Scan(r, entries.Under(string(m)), &failed) {
		if e.RecordedAt.After(t) {
			break
		}
		if err := a.Apply(e); err != nil {
			return loyalty.Balance{}, err
		}
	}
	if failed != nil {
		return loyalty.Balance{}, failed
	}
	return loyalty.BalanceAt(&a, b.Programme(t), t)
}

// ByRef is the entry that ref names, or loyalty.ErrUnknownRef. In an Update it
// locks the entry's member.
func (b *Book) ByRef(r store.Reader, ref loyalty.Ref) (loyalty.Entry, error) {
	at, ok, err := refs.Get(r, string(ref))
	if err != nil {
		return loyalty.Entry{}, err
	}
	if !ok {
		return loyalty.Entry{}, loyalty.ErrUnknownRef
	}
	if err := read(r, at.Member); err != nil {
		return loyalty.Entry{}, err
	}
	e, ok, err := entries.Get(r, string(at.Member), seqKey(at.Seq))
	if err == nil && !ok {
		err = loyalty.ErrUnknownRef
	}
	return e, err
}

// Reversed is what has been taken back of an entry. In an Update it locks the
// entry's member.
func (b *Book) Reversed(r store.Reader, e loyalty.Entry) (loyalty.Mark, error) {
	_, k, err := reach(r, e.Member)
	if err != nil {
		return loyalty.Mark{}, err
	}
	var mark loyalty.Mark
	err = b.below(r, k.member, k.lift(e).Seq, func(m loyalty.MemberID, id uint64) (ok bool, err error) {
		mark, ok, err = marks.Get(r, string(m), seqKey(id))
		return ok, err
	})
	return mark, err
}

// Waits lists at most n reversals that have waited for their sale since before
// the moment, oldest first: what an operator should look at after a day. It is
// for a View.
func (b *Book) Waits(r store.Reader, before time.Time, n int) (list []Waiting, err error) {
	for _, w := range waits.Scan(r, waits.Between("", timeKey(before)), &err) {
		if list = append(list, w); len(list) >= n {
			break
		}
	}
	return list, err
}

// Due lists at most n members whose accounts time has changed by now, longest
// due first. It is for a View; [Book.SettleAll] works them off.
func (b *Book) Due(r store.Reader, now time.Time, n int) (list []loyalty.MemberID, err error) {
	for key := range dues.Scan(r, dues.Between("", timeKey(now.Add(1))), &err) {
		_, m, _ := strings.Cut(key, "/")
		if list = append(list, loyalty.MemberID(m)); len(list) >= n {
			break
		}
	}
	return list, err
}

// SettleAll settles every member whose account time has changed by now, and,
// once after each version of the rules that old points come under, everybody who
// has points; each in an Update of their own. It tells how many entries that
// made. It is safe to stop and to run again. progress, which may be nil, is
// called with how many members are done.
func (b *Book) SettleAll(ctx context.Context, db store.DB, now time.Time, progress func(members int)) (made int, err error) {
	s := &sweep{b, db, now, progress, 0, 0}
	if err := s.due(ctx); err != nil {
		return s.made, err
	}
	return s.made, s.follow(ctx)
}

// sweep is a SettleAll on its way.
type sweep struct {
	b        *Book
	db       store.DB
	now      time.Time
	progress func(int)

	made, done int
}

// settle settles one member.
func (s *sweep) settle(ctx context.Context, m loyalty.MemberID) error {
	n := 0
	err := s.db.Update(ctx, func(tx store.Tx) (err error) {
		n, err = s.b.Settle(tx, m, s.now)
		return err
	})
	if err != nil {
		return err
	}
	if s.made, s.done = s.made+n, s.done+1; s.progress != nil {
		s.progress(s.done)
	}
	return nil
}

// due settles who is due by the index.
func (s *sweep) due(ctx context.Context) error {
	from := ""
	for {
		var keys []string
		err := s.db.View(ctx, func(r store.Reader) (err error) {
			keys = nil
			for key := range dues.Scan(r, dues.Between(from, timeKey(s.now.Add(1))), &err) {
				if keys = append(keys, key); len(keys) == store.ScanPage {
					break
				}
			}
			return err
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		for _, key := range keys {
			_, m, _ := strings.Cut(key, "/")
			if err := s.settle(ctx, loyalty.MemberID(m)); err != nil {
				return err
			}
			from = key + "\x00"
		}
	}
}

// opsKept and staffDaysKept are how long the two tables that are no part of
// the ledger itself are kept.
const (
	opsKept       = 400 * 24 * time.Hour
	staffDaysKept = 400 * 24 * time.Hour
)

// SweepOps deletes outcomes older than 400 days. An operation's id must not be
// used again after that.
func SweepOps(ctx context.Context, db store.DB, now time.Time) (int, error) {
	old := now.Add(-opsKept)
	return store.Sweep(ctx, db, ops.All(), 100, func(row store.Row) bool {
		var o outcome
		return store.Decode(row.Key, row.Value, &o) == nil && o.At.Before(old)
	})
}

// SweepStaffDays deletes employees' days older than 400 days, and stores'.
func SweepStaffDays(ctx context.Context, db store.DB, now time.Time) (int, error) {
	to := now.Add(-staffDaysKept).UTC().Format(time.DateOnly)
	every := func(store.Row) bool { return true }
	n, err := store.Sweep(ctx, db, staffDays.Between("", to), 100, every)
	if err != nil {
		return n, err
	}
	more, err := store.Sweep(ctx, db, storeDays.Between("", to), 100, every)
	return n + more, err
}
