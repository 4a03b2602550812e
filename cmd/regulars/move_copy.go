package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"

	"regulars/handlers/admin"
	"regulars/store"
	"regulars/store/bolt"
	"regulars/store/postgres"
)

// digest is all rows of a store in a few bytes: two stores with the same rows
// have the same.
type digest struct {
	rows int64
	sum  [sha256.Size]byte
}

// digester makes one of rows in the order of their keys.
type digester struct {
	hash hash.Hash
	rows int64
	head [8]byte
}

func (d *digester) add(row store.Row) {
	binary.BigEndian.PutUint32(d.head[:], uint32(len(row.Key)))
	binary.BigEndian.PutUint32(d.head[4:], uint32(len(row.Value)))
	d.hash.Write(d.head[:])
	d.hash.Write(row.Key)
	d.hash.Write(row.Value)
	d.rows++
}

func (d *digester) end() digest { return digest{d.rows, [sha256.Size]byte(d.hash.Sum(nil))} }

// ofPlace are the tables that say where a store is: they are each store's own.
var ofPlace = []store.Range{movedTable.All(), originTable.All()}

// rowsOf yields the rows that a move brings along.
func rowsOf(r store.Reader) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		for row, err := range r.Scan(store.Range{}) {
			if err == nil && (ofPlace[0].Contains(row.Key) || ofPlace[1].Contains(row.Key)) {
				continue
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// digestOf reads all rows of a store.
func digestOf(ctx context.Context, db store.DB, progress func(n int64)) (sum digest, err error) {
	err = db.View(ctx, func(r store.Reader) error {
		d := &digester{hash: sha256.New()}
		for row, err := range rowsOf(r) {
			if err != nil {
				return err
			}
			d.add(row)
			if d.rows%progressEvery == 0 {
				progress(d.rows)
			}
			if d.rows%progressEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
		}
		sum = d.end()
		return nil
	})
	return sum, err
}

// progressEvery is how many rows are done between two looks at how far it is.
const progressEvery = 1 << 10

// openInto opens the place to move to: an empty store, made where there is none.
func (v *move) openInto(ctx context.Context, log *slog.Logger) error {
	if !onServer(v.to) {
		return v.openFile()
	}
	into, err := openData(ctx, v.to, bolt.Options{}, log)
	if errors.Is(err, fs.ErrNotExist) {
		into, err = orNil(postgres.Create(ctx, v.to, postgres.Options{Log: log}))
	}
	if err != nil {
		return err
	}
	v.into = into
	return v.emptied(ctx, into.(*postgres.DB))
}

// emptied refuses a store that has rows, but what an earlier try brought.
func (v *move) emptied(ctx context.Context, db *postgres.DB) (err error) {
	if v.origin, err = db.Origin(ctx); err != nil {
		return err
	}
	_, half, err := movedMark(ctx, db, movedFrom)
	if err != nil {
		return err
	}
	if half {
		return db.Clear(ctx)
	}
	some := false
	err = db.View(ctx, func(r store.Reader) error {
		for _, err := range r.Scan(store.Range{}) {
			some = err == nil
			return err
		}
		return nil
	})
	if err == nil && some {
		err = fmt.Errorf("%s holds a shop already; nothing was changed.\nIf that one is to go, empty it: psql -c 'DROP SCHEMA regulars CASCADE'", storeName(v.to))
	}
	return err
}

// openFile makes a file beside the place where it is to be.
func (v *move) openFile() error {
	if _, err := os.Lstat(v.to); !errors.Is(err, fs.ErrNotExist) && !v.force {
		return fmt.Errorf("%s is there already; nothing was changed.\nWith --force it is put aside, not deleted", v.to)
	}
	v.fresh = v.to + ".moving"
	for _, p := range []string{v.fresh, v.fresh + ".commits"} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := bolt.Create(v.fresh); err != nil {
		return err
	}
	db, err := orNil(bolt.Open(v.fresh, bolt.Options{}))
	if err != nil {
		return err
	}
	v.into = db
	return nil
}

// copy brings every row over and tells what it read.
func (v *move) copy(ctx context.Context) (sum digest, err error) {
	total, err := v.tallyRows(ctx)
	if err != nil {
		return sum, err
	}
	out := admin.Out(v.show.line)
	d := &digester{hash: sha256.New()}
	err = v.from.View(ctx, func(r store.Reader) error {
		rows := func(yield func(store.Row, error) bool) {
			for row, err := range rowsOf(r) {
				if err == nil {
					d.add(row)
				}
				if err == nil && d.rows%progressEvery == 0 {
					out.Progress(d.rows, total)
					err = ctx.Err()
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
		if db, ok := v.into.(*postgres.DB); ok {
			return v.load(ctx, db, rows)
		}
		return fill(ctx, v.into, rows)
	})
	return d.end(), err
}

// tallyRows is how many rows there are, so that a bar knows its length.
func (v *move) tallyRows(ctx context.Context) (n int64, err error) {
	err = v.from.View(ctx, func(r store.Reader) error {
		n = 0
		for _, err := range rowsOf(r) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// load fills a store on a server in one go. With the rows comes the mark that the
// store is not for use yet.
func (v *move) load(ctx context.Context, db *postgres.DB, rows iter.Seq2[store.Row, error]) error {
	mark, err := store.Encode(moved{storeName(v.cfg.Data), v.Clock.Now()})
	if err != nil {
		return err
	}
	_, err = db.Load(ctx, func(yield func(store.Row, error) bool) {
		if !yield(store.Row{Key: movedTable.Key(movedFrom), Value: mark}, nil) {
			return
		}
		rows(yield)
	})
	return err
}

// fillBytes is how much one commit of a file takes.
const fillBytes = 8 << 20

// fill writes rows into a file, some megabytes a commit.
func fill(ctx context.Context, db store.DB, rows iter.Seq2[store.Row, error]) error {
	var page []store.Row
	size := 0
	flush := func() error {
		some := page
		page, size = nil, 0
		return db.Update(ctx, func(tx store.Tx) error {
			for _, row := range some {
				if err := tx.Put(row.Key, row.Value); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		page, size = append(page, row), size+len(row.Key)+len(row.Value)
		if size >= fillBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// compare reads the copy, and the source once more, and holds the ledger of the
// copy against itself.
func (v *move) compare(ctx context.Context, copied digest) error {
	out := admin.Out(v.show.line)
	far := func(n int64) { out.Progress(n, copied.rows) }
	arrived, err := digestOf(ctx, v.into, far)
	if err != nil {
		return err
	}
	if arrived.rows != copied.rows || !bytes.Equal(arrived.sum[:], copied.sum[:]) {
		return fmt.Errorf("what arrived is not what was sent: %d rows of %d, or other ones", arrived.rows, copied.rows)
	}
	still, err := digestOf(ctx, v.from, far)
	if err != nil {
		return err
	}
	if still != copied {
		return errors.New("somebody wrote into the store while it was copied: stop every serve, and try again")
	}
	return v.verify(ctx)
}

// verify lets the ledger look at the copy.
func (v *move) verify(ctx context.Context) error {
	cfg := *v.cfg
	cfg.Channels, cfg.Data = nil, v.to // nothing is said
	key, err := cfg.ReadKey(v.Env)
	if err != nil {
		return err
	}
	a, err := newAppOver(&cfg, v.into, key, v.Clock, slog.New(slog.DiscardHandler))
	if err != nil {
		return aboutOpening(v.cfg.Data, err)
	}
	return a.desk().Ops()["verify"](ctx, nil, v.show.line)
}

// settle makes the copy the shop.
func (v *move) settle(ctx context.Context) error {
	if v.fresh == "" {
		return v.into.Update(ctx, func(tx store.Tx) error {
			if err := tx.Lock("moved", "origin"); err != nil {
				return err
			}
			if err := movedTable.Delete(tx, movedFrom); err != nil {
				return err
			}
			return originTable.Put(tx, origin{v.origin, v.Clock.Now()}, theOrigin)
		})
	}
	if err := v.into.Close(); err != nil {
		return err
	}
	v.into = nil
	old := v.to + ".before-move-" + v.Clock.Now().UTC().Format("20060102T150405Z")
	for _, ext := range []string{"", ".commits", ".journal"} { // what lies beside it would belong to another file
		err := os.Rename(v.to+ext, old+ext)
		switch {
		case err == nil && ext == "":
			v.aside = old
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	if err := os.Rename(v.fresh, v.to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(v.to))
}
