package store

import "context"

// Sweep deletes, in small transactions of at most step rows, the rows of rg for
// which old says so. It returns how many went. Retention periods stand in the
// package comments of the tables' owners.
//
// The rows are chosen in a View and looked at again under their lock, so that
// a sweep never takes a row that was renewed meanwhile.
func Sweep(ctx context.Context, db DB, rg Range, step int, old func(Row) bool) (int, error) {
	gone := 0
	for {
		var keys [][]byte
		next := Range{}
		err := db.View(ctx, func(r Reader) error {
			seen := 0
			for row, err := range r.Scan(rg) {
				if err != nil {
					return err
				}
				if seen++; seen > 16*step || len(keys) == step {
					next = Range{Start: row.Key, End: rg.End}
					break
				}
				if old(row) {
					keys = append(keys, row.Key)
				}
			}
			return nil
		})
		if err != nil {
			return gone, err
		}
		n, err := deleteIf(ctx, db, keys, old)
		gone += n
		if err != nil || next.Start == nil {
			return gone, err
		}
		rg = next
	}
}

// deleteIf removes those of keys that are still old.
func deleteIf(ctx context.Context, db DB, keys [][]byte, old func(Row) bool) (gone int, err error) {
	if len(keys) == 0 {
		return 0, ctx.Err()
	}
	err = db.Update(ctx, func(tx Tx) error {
		gone = 0
		for _, k := range keys {
			if s, access := SubjectOf(k); access != Free {
				if err := tx.Lock(s); err != nil {
					return err
				}
			}
			v, ok, err := tx.Get(k)
			if err != nil {
				return err
			}
			if !ok || !old(Row{k, v}) {
				continue
			}
			if err := tx.Delete(k); err != nil {
				return err
			}
			gone++
		}
		return nil
	})
	return gone, err
}
