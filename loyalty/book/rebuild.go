package book

import (
	"context"
	"errors"
	"fmt"

	"regulars/loyalty"
	"regulars/store"
)

// Rebuild writes anew what is derived from the entries wherever it differs,
// one Update a member, and tells how many rows it changed. A member whose
// entries do not verify is left as they are and named in the error, which
// comes after all the others are done. progress is as for Verify.
func (b *Book) Rebuild(ctx context.Context, db store.DB, progress func(members int)) (changed int, err error) {
	var all []loyalty.MemberID
	err = walk(ctx, db, func(_ store.Reader, l ledger) error {
		all = append(all, l.member)
		return nil
	})
	if err != nil {
		return 0, err
	}
	var bad []error
	for i, m := range all {
		n, err := b.rebuildMember(ctx, db, m)
		var f faultError
		if errors.As(err, &f) {
			bad = append(bad, f)
		} else if err != nil {
			return changed, err
		}
		if changed += n; progress != nil {
			progress(i + 1)
		}
	}
	n, err := b.removeStrays(ctx, db)
	return changed + n, errors.Join(append(bad, err)...)
}

// faultError is a member that cannot be rebuilt.
type faultError struct{ Fault }

func (f faultError) Error() string {
	return fmt.Sprintf("book: %s; nothing of this member was rebuilt, restore the newest backup that is clean", f.Fault)
}

func (b *Book) rebuildMember(ctx context.Context, db store.DB, m loyalty.MemberID) (changed int, err error) {
	err = db.Update(ctx, func(tx store.Tx) error {
		changed = 0
		if err := tx.Lock(memberSubject(m)); err != nil {
			return err
		}
		l := ledger{member: m}
		for row, err := range tx.Scan(entries.Under(string(m))) {
			if err != nil {
				return err
			}
			l.entries = append(l.entries, row)
		}
		raw, _, err := tx.Get(accounts.Key(string(m)))
		if err != nil {
			return err
		}
		l.head = raw
		a, all, fault := b.fold(l)
		if fault != nil {
			return faultError{*fault}
		}
		changed, err = b.rewrite(tx, m, a, all)
		return err
	})
	return changed, err
}

// rewrite puts the derived rows that differ and removes what is beside them.
func (b *Book) rewrite(tx store.Tx, m loyalty.MemberID, a *loyalty.Account, all []loyalty.Entry) (int, error) {
	var subjects []store.Subject
	for i := range all {
		if all[i].Ref != "" {
			subjects = append(subjects, store.Subject("ref/"+string(all[i].Ref)))
		}
	}
	if err := tx.Lock(subjects...); err != nil {
		return 0, err
	}
	want, err := b.derived(tx, m, a, all)
	if err != nil {
		return 0, err
	}
	if len(all) == 0 { // a head without entries
		want = nil
	}
	wrong, stray, err := compare(tx, m, want)
	if err != nil {
		return 0, err
	}
	for _, key := range wrong {
		if err := tx.Put([]byte(key), want[key]); err != nil {
			return 0, err
		}
	}
	if want == nil {
		stray = append(stray, string(accounts.Key(string(m))))
	}
	for _, key := range stray {
		if err := tx.Delete([]byte(key)); err != nil {
			return 0, err
		}
	}
	return len(wrong) + len(stray), nil
}

// removeStrays deletes index rows that no head knows of, looking again under
// the member's lock.
func (b *Book) removeStrays(ctx context.Context, db store.DB) (gone int, err error) {
	keys, err := b.strays(ctx, db)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		err := db.Update(ctx, func(tx store.Tx) error {
			if s, access := store.SubjectOf([]byte(key)); access != store.Free {
				if err := tx.Lock(s); err != nil {
					return err
				}
			}
			if ok, err := b.known(tx, key); ok || err != nil {
				return err
			}
			return tx.Delete([]byte(key))
		})
		if err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}
