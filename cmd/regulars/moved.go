package main

import (
	"context"
	"fmt"
	"time"

	"regulars/store"
)

// moved is the row moved/to of a store that `regulars move` left, kept until
// somebody goes back to it; or moved/from of one that it is bringing and has not
// held against its source yet. Neither is for use.
type moved struct {
	Place string    `json:"place"` // where the other one is, see storeName
	At    time.Time `json:"at"`
}

const (
	movedTo   = "to"
	movedFrom = "from"
)

var movedTable = store.NewTable[moved]("moved/", store.Locked, func([]byte) store.Subject { return "moved" })

// notMoved refuses a store that another took the place of.
func notMoved(ctx context.Context, db store.DB, data string) error {
	to, gone, err := movedMark(ctx, db, movedTo)
	if err != nil {
		return err
	}
	if gone {
		return fmt.Errorf("the shop was moved from %s to %s on %s: write that into the configuration, as data.\n"+
			"To go on with this one in spite of all that happened there since: regulars move --reopen --force", storeName(data), to.Place, to.At.Format("2 January 2006 15:04 MST"))
	}
	from, half, err := movedMark(ctx, db, movedFrom)
	if err == nil && half {
		err = fmt.Errorf("%s is half of what `regulars move` was bringing from %s when it was stopped on %s: run it again", storeName(data), from.Place, from.At.Format("2 January 2006 15:04 MST"))
	}
	return err
}

// movedMark reads one of the two marks.
func movedMark(ctx context.Context, db store.DB, which string) (mark moved, ok bool, err error) {
	err = db.View(ctx, func(r store.Reader) (err error) {
		mark, ok, err = movedTable.Get(r, which)
		return err
	})
	return mark, ok, err
}

// setMoved writes a mark, or takes it away where it is nil.
func setMoved(ctx context.Context, db store.DB, which string, mark *moved) error {
	return db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock("moved"); err != nil {
			return err
		}
		if mark == nil {
			return movedTable.Delete(tx, which)
		}
		return movedTable.Put(tx, *mark, which)
	})
}
