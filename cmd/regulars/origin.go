package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"regulars/bot/outbox"
	"regulars/handlers/admin"
	"regulars/handlers/campaign"
	"regulars/loyalty/people"
	"regulars/store"
)

// origin is the row origin/store: which database a store on a server was when it
// was last opened. It travels with a dump, and what it names does not: so a store
// that came out of a dump, a copy, or an older state of its server is known when
// it is opened. It is kept for ever; a file has none.
type origin struct {
	Of string    `json:"of"`
	At time.Time `json:"at"`
}

const theOrigin = "store"

var originTable = store.NewTable[origin]("origin/", store.Locked, func([]byte) store.Subject { return "origin" })

// originator is an engine whose stores can be dumped and restored behind our
// back.
type originator interface {
	Origin(ctx context.Context) (string, error)
}

// known makes sure that a store on a server is the one that it was. Where it came
// out of a dump, all is done that `regulars restore` does with a file: who was
// erased since is erased again, as far as the list beside the backups says so,
// and nothing is sent until somebody decided (LEDGER, cases 22 and 31).
func (a *app) known(ctx context.Context) error {
	is, err := originOf(ctx, a.db)
	if err != nil || is == "" {
		return err
	}
	var was origin
	var seen bool
	err = a.db.View(ctx, func(r store.Reader) (err error) {
		was, seen, err = originTable.Get(r, theOrigin)
		return err
	})
	if err != nil || was.Of == is {
		return err
	}
	if seen {
		if err := a.restored(ctx); err != nil {
			return fmt.Errorf("%s was restored or copied, and is not safe to use yet: %w", storeName(a.cfg.Data), err)
		}
	}
	return a.db.Update(ctx, func(tx store.Tx) error {
		hold, err := a.claimOrigin(tx, is)
		if err != nil || !hold {
			return err
		}
		return outbox.Hold(tx, "the database was restored, copied, or went back to an earlier moment", a.clock.Now())
	})
}

// claimOrigin writes down which database this is. changed is false where it said
// so already: another process was faster.
func (a *app) claimOrigin(tx store.Tx, is string) (changed bool, err error) {
	was, seen, err := lockedOrigin(tx)
	if err != nil || was.Of == is {
		return false, err
	}
	return seen, originTable.Put(tx, origin{is, a.clock.Now()}, theOrigin)
}

func lockedOrigin(tx store.Tx) (was origin, seen bool, err error) {
	if err := tx.Lock("origin"); err != nil {
		return was, false, err
	}
	return originTable.Get(tx, theOrigin)
}

// restored makes a store fit for use that knows nothing of what came after it.
func (a *app) restored(ctx context.Context) error {
	a.log.Warn("the database is not the one that was used until now: it was restored, copied, or went back to an earlier moment. Messages are held; `regulars outbox list` says which")
	if dir := a.cfg.BackupDir; dir != "" {
		list, err := admin.ReadErased(filepath.Join(dir, admin.ErasedList), a.shop.Vault)
		if err != nil {
			return err
		}
		n, err := a.eraseAgain(ctx, list, func(done, of int64) {})
		if err != nil {
			return err
		}
		if n > 0 {
			a.log.Warn("who left since the database's state was taken is erased in it as well", "members", n)
		}
	}
	return campaign.Hold(ctx, a.db, a.clock.Now())
}

// eraseAgain erases everybody in list who is not erased in the store, and tells
// how many that were.
func (a *app) eraseAgain(ctx context.Context, list []people.Erasure, progress func(done, of int64)) (n int, err error) {
	// Twice: parts of others come last, see shop.EraseAgain.
	for i := range 2 * len(list) {
		e, again := list[i%len(list)], false
		err := a.db.Update(ctx, func(tx store.Tx) (err error) {
			again, err = a.shop.EraseAgain(tx, e, i >= len(list), a.clock.Now())
			return err
		})
		if err != nil {
			return n, fmt.Errorf("somebody who left could not be erased again: %w", err)
		}
		if again {
			n++
		}
		progress(int64(i+1), int64(2*len(list)))
	}
	return n, nil
}

// originOf is which database a store is in; "" for a file.
func originOf(ctx context.Context, db store.DB) (string, error) {
	o, ok := db.(originator)
	if !ok {
		return "", nil
	}
	return o.Origin(ctx)
}
