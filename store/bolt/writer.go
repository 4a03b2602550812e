package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	bbolt "go.etcd.io/bbolt"

	"regulars/store"
)

// A commit takes what waits, up to these limits and Options.Window, so that the first in it does
// not wait for ever and memory stays bounded.
const (
	maxCalls = 1024
	maxBytes = 16 << 20
)

// What is written in bulk comes in the order of its keys and stays as it is. A
// commit of more than bulkBytes fills its pages up to bulkFill, not to bbolt's
// half: the file is a third smaller, and there are fewer pages to write.
const (
	bulkBytes = 1 << 20
	bulkFill  = 0.8
)

// errLeft is what a function that panicked or ended its goroutine came to.
var errLeft = errors.New("bolt: the function of an update did not return")

// call is one Update that waits.
type call struct {
	claimed atomic.Bool // by the writer, to run it, or by its caller, to leave
	turn    chan *tx    // the writer's word to run
	done    chan error  // the outcome; nobody may be there to read it
	err     error       // what the function returned
}

// Update implements store.DB.
func (db *DB) Update(ctx context.Context, f func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{turn: make(chan *tx, 1), done: make(chan error, 1)}
	if err := db.enqueue(c); err != nil {
		return err
	}
	var t *tx
	select {
	case t = <-c.turn:
	case err := <-c.done:
		return err
	case <-ctx.Done():
		if c.claim() {
			return ctx.Err()
		}
		select {
		case t = <-c.turn:
		case err := <-c.done:
			return err
		}
	}
	db.take(ctx, t, f)
	return <-c.done
}

func (c *call) claim() bool { return c.claimed.CompareAndSwap(false, true) }

// enqueue puts c in the queue, if there is room.
func (db *DB) enqueue(c *call) error {
	db.sending.RLock()
	defer db.sending.RUnlock()
	if db.closed {
		return store.ErrClosed
	}
	select {
	case db.queue <- c:
		return nil
	default:
		return store.ErrBusy
	}
}

// take runs f and gives the turn back whatever f does: return, panic, or end
// its goroutine as a failing test does.
func (db *DB) take(ctx context.Context, t *tx, f func(store.Tx) error) {
	t.err = errLeft
	defer func() {
		t.end()
		db.back <- struct{}{}
	}()
	if t.err = ctx.Err(); t.err == nil {
		t.err = errLeft
		t.err = f(t)
	}
}

// write is the writer: it commits what waits until the queue is closed.
func (db *DB) write() {
	defer close(db.stopped)
	for c := range db.queue {
		db.writeFrom(c)
	}
}

// writeFrom commits first and what waits behind it, and answers them all.
func (db *DB) writeFrom(first *call) {
	b := &batch{db: db, start: time.Now()}
	for c := first; c != nil; c = b.next() {
		if c.claim() {
			b.run(c)
		}
	}
	err := b.commit()
	for _, c := range b.calls {
		if err != nil {
			// What the function saw of its neighbours is gone, so even its
			// own refusal may no longer be true.
			c.err = err
		}
		c.done <- c.err
	}
}

// batch is one commit in the making.
type batch struct {
	db    *DB
	start time.Time
	btx   *bbolt.Tx
	rows  *bbolt.Bucket
	calls []*call
	bytes int
	dirty bool
	err   error           // no commit is possible
	wrote []store.Overlay // for the journal
}

// next is the next call that waits, nil if there is none or b is full.
func (b *batch) next() *call {
	if b.err != nil || len(b.calls) >= maxCalls || b.bytes >= maxBytes || time.Since(b.start) > b.db.opts.Window {
		return nil
	}
	select {
	case c := <-b.db.queue:
		return c
	default:
		return nil
	}
}

// run gives c its turn, and takes over its changes if it succeeded.
func (b *batch) run(c *call) {
	b.calls = append(b.calls, c)
	if b.btx == nil {
		if b.err = b.begin(); b.err != nil {
			return
		}
	}
	t := &tx{reader: reader{path: b.db.path, rows: b.rows}}
	c.turn <- t
	<-b.db.back
	if c.err = t.err; c.err == nil {
		b.err = b.apply(t.changes)
	}
}

func (b *batch) begin() (err error) {
	if fault := b.db.fault.Load(); fault != nil {
		return fault.err
	}
	if b.btx, err = b.db.begin(true); err == nil {
		b.rows, err = b.db.rows(b.btx)
	}
	return err
}

// apply writes changes into the transaction.
func (b *batch) apply(changes store.Overlay) error {
	b.dirty = b.dirty || len(changes) > 0
	b.wrote = append(b.wrote, changes)
	return guard(b.db.path, func() error {
		for _, c := range changes {
			var err error
			if c.Deleted {
				err = b.rows.Delete(c.Key)
			} else {
				err = b.rows.Put(c.Key, c.Value)
			}
			if err != nil {
				return fmt.Errorf("bolt: row %q: %w", c.Key, err)
			}
			b.bytes += len(c.Key) + len(c.Value)
		}
		return nil
	})
}

// commit makes b durable, or nothing of it.
func (b *batch) commit() error {
	if b.btx == nil {
		return b.err
	}
	if b.err != nil || !b.dirty {
		b.db.rollback(b.btx)
		return b.db.failed(b.err)
	}
	if b.bytes > bulkBytes {
		b.rows.FillPercent = bulkFill
	}
	n, line := b.db.commits.last.Load()+1, b.db.nextLine()
	err := guard(b.db.path, func() error {
		mark := b.btx.Bucket(bucketMark)
		if err := putMark(mark, n, line); err != nil {
			return err
		}
		return b.btx.Commit()
	})
	if err != nil {
		b.db.rollback(b.btx) // does nothing where Commit already did it
		return b.db.failed(err)
	}
	b.db.commits.add(n)
	b.db.wrote(line, n, b.wrote)
	return nil
}

// putMark writes what the second bucket says of commit n.
func putMark(mark *bbolt.Bucket, n uint64, line string) error {
	if err := mark.Put(keyCommits, binary.BigEndian.AppendUint64(nil, n)); err != nil {
		return err
	}
	if line == "" || string(mark.Get(keyLine)) == line {
		return nil
	}
	return mark.Put(keyLine, []byte(line))
}

// failed decides what a commit that did not work means for the next ones.
func (db *DB) failed(err error) error {
	if err == nil || errors.Is(err, store.ErrClosed) || db.fault.Load() != nil {
		return err
	}
	if errors.Is(err, store.ErrDamaged) {
		db.fault.CompareAndSwap(nil, &fault{err: err})
		return err
	}
	// A disk may fail at the very last sync, when the rows already show. Nobody
	// can then say what a power cut would leave, so nothing more is promised.
	if n, e := db.counted(); e == nil && n != db.commits.last.Load() {
		err = fmt.Errorf("%w: %s: the disk failed while syncing (%w); look at the disk, then start the program again", store.ErrUnavailable, db.path, err)
		db.fault.CompareAndSwap(nil, &fault{err: err})
		return err
	}
	return db.unavailable(err)
}

// counted reads the commit counter in the file as it now shows.
func (db *DB) counted() (n uint64, err error) {
	btx, err := db.begin(false)
	if err != nil {
		return 0, err
	}
	defer db.rollback(btx)
	err = guard(db.path, func() error {
		n, err = readCommits(btx)
		return err
	})
	return n, err
}
