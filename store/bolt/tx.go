package bolt

import (
	"bytes"
	"errors"
	"iter"

	bbolt "go.etcd.io/bbolt"

	"regulars/store"
)

// errOver reports a Reader or Tx used after its function returned.
var errOver = errors.New("bolt: transaction used after its function returned")

// pageBytes ends a page of a Scan early, so that large rows do not fill memory.
const pageBytes = 4 << 20

// reader reads a bbolt transaction, with changes over it. In a View there are
// none.
type reader struct {
	path    string
	rows    *bbolt.Bucket
	changes store.Overlay
	over    bool
}

func (r *reader) end() { r.over = true }

// Get implements store.Reader.
func (r *reader) Get(key []byte) (value []byte, ok bool, err error) {
	if r.over {
		return nil, false, errOver
	}
	if at, ok := r.changes.Find(key); ok {
		c := r.changes[at]
		return bytes.Clone(c.Value), !c.Deleted, nil
	}
	err = guard(r.path, func() (err error) {
		v := r.rows.Get(key)
		ok = v != nil
		value, err = r.copied(v, store.MaxValue)
		return err
	})
	return value, ok, err
}

// Scan implements store.Reader.
func (r *reader) Scan(rg store.Range) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		for more := true; more; {
			var page []store.Row
			err := errOver
			if !r.over {
				page, more, err = r.page(rg)
			}
			if err != nil {
				yield(store.Row{}, err)
				return
			}
			for _, row := range page {
				rg.Start = append(bytes.Clone(row.Key), 0)
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// page copies the first rows of rg, and says whether there may be more.
func (r *reader) page(rg store.Range) (page []store.Row, more bool, err error) {
	err = guard(r.path, func() error {
		size := 0
		for k, v := range r.merged(rg.Start) {
			if !rg.Contains(k) {
				return nil
			}
			if more = len(page) == store.ScanPage || size > pageBytes; more {
				return nil
			}
			if bytes.Compare(k, rg.Start) < 0 || len(page) > 0 && bytes.Compare(k, page[len(page)-1].Key) <= 0 {
				return damaged(r.path, "its rows are out of order") // and a scan could go round for ever
			}
			key, err := r.copied(k, store.MaxKey)
			if err != nil {
				return err
			}
			value, err := r.copied(v, store.MaxValue)
			if err != nil {
				return err
			}
			page = append(page, store.Row{Key: key, Value: value})
			size += len(k) + len(v)
		}
		return nil
	})
	return page, more, err
}

// copied is a copy of bbolt's memory. A broken size may claim gigabytes, which
// are not asked for before they turn out not to be there.
func (r *reader) copied(b []byte, most int) ([]byte, error) {
	if len(b) > most {
		return nil, damaged(r.path, "a row is larger than rows can be")
	}
	return bytes.Clone(b), nil
}

// merged yields the rows from start up, changes over what the file has. They
// are bbolt's memory.
func (r *reader) merged(start []byte) iter.Seq2[[]byte, []byte] {
	return r.changes.Over(start, func(yield func(k, v []byte) bool) {
		c := r.rows.Cursor()
		for k, v := c.Seek(start); k != nil; k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	})
}

// tx is a reader that collects changes.
type tx struct {
	reader
	err error // what its function came to
}

// Lock implements store.Tx. The file has one writer, so every subject is
// already this transaction's own.
func (t *tx) Lock(...store.Subject) error {
	if t.over {
		return errOver
	}
	return nil
}

// Put implements store.Tx.
func (t *tx) Put(key, value []byte) error {
	return t.change(store.Change{Key: bytes.Clone(key), Value: append([]byte{}, value...)})
}

// Delete implements store.Tx.
func (t *tx) Delete(key []byte) error {
	return t.change(store.Change{Key: bytes.Clone(key), Deleted: true})
}

func (t *tx) change(c store.Change) error {
	if t.over {
		return errOver
	}
	if err := store.CheckRow(c.Key, c.Value); err != nil {
		return err
	}
	t.changes.Set(c)
	return nil
}
