package referral

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Left tells that a member is gone, by leaving or by erasure. Their code leads
// nowhere from then on. As a friend they bring nobody anything any more that was
// not given yet; as a referrer they get nothing more, while their friends do.
// It is idempotent.
func (d *Desk) Left(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	row, ok, err := load(tx, m)
	if err != nil {
		return err
	}
	before := row
	switch {
	case ok && row.open():
		refuse(&row, Gone)
		err = save(tx, m, before, row)
	case ok && row.owes():
		all := *row.Given
		all.Referrer.Later, all.Friend.Later = false, false
		row.Given = &all
		err = save(tx, m, before, row)
	}
	if err != nil {
		return err
	}
	if err := invites.Delete(tx, string(m)); err != nil {
		return err
	}
	return d.closeCode(tx, m, now)
}

// closeCode ends a member's life as a referrer, if they ever asked for a code.
func (d *Desk) closeCode(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	row, ok, err := referrers.Get(tx, string(m))
	if err != nil || !ok || row.Try == 0 || !row.Gone.IsZero() {
		return err
	}
	c, err := d.derive(m, row.Try)
	if err != nil {
		return err
	}
	h := d.hash(c)
	if err := tx.Lock(store.Subject("refcode/" + h)); err != nil {
		return err
	}
	if err := codes.Delete(tx, h); err != nil {
		return err
	}
	row.Gone = now.UTC()
	return referrers.Put(tx, row, string(m))
}

// Sweep deletes what has run out by now: codes that strangers came with and
// never joined, and purchases near the minimum that are too old for a cluster.
// It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	n, err := store.Sweep(ctx, db, invites.All(), 100, older(now.Add(-InviteLife), func(x inviteRow) time.Time { return x.At }))
	if err != nil {
		return n, err
	}
	k, err := store.Sweep(ctx, db, nears.All(), 100, older(now.Add(-nearLife), func(x nearRow) time.Time { return x.Joined }))
	return n + k, err
}

// older keeps a row that does not decode: that is verify's business.
func older[T any](than time.Time, at func(T) time.Time) func(store.Row) bool {
	return func(row store.Row) bool {
		var x T
		return store.Decode(row.Key, row.Value, &x) == nil && !at(x).After(than)
	}
}
