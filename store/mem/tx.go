package mem

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"strings"

	"regulars/store"
)

// errOver reports a Reader or Tx used after its function returned.
var errOver = errors.New("mem: transaction used after its function returned")

// reader reads one tree. In a View locked is nil, and no lock is asked for.
type reader struct {
	root   *node
	locked map[store.Subject]bool
	over   bool
}

func (r *reader) end() { r.over = true }

// row is a copy of n's row.
func (n *node) row() store.Row {
	return store.Row{Key: []byte(n.key), Value: append([]byte{}, n.value...)}
}

// Get implements store.Reader.
func (r *reader) Get(key []byte) ([]byte, bool, error) {
	if r.over {
		return nil, false, errOver
	}
	if err := r.mayRead(key); err != nil {
		return nil, false, err
	}
	v, ok := r.root.get(string(key))
	if !ok {
		return nil, false, nil
	}
	return append([]byte{}, v...), true, nil
}

// Scan implements store.Reader.
func (r *reader) Scan(rg store.Range) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		if err := r.mayScan(rg); err != nil {
			yield(store.Row{}, err)
			return
		}
		start := string(rg.Start)
		for {
			page := r.page(start, rg)
			for _, row := range page {
				err := r.mayRead(row.Key)
				if r.over {
					err = errOver
				}
				if err != nil {
					yield(store.Row{}, err)
					return
				}
				start = string(row.Key) + "\x00"
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < store.ScanPage {
				return
			}
		}
	}
}

// page copies the next rows of rg from start up.
func (r *reader) page(start string, rg store.Range) []store.Row {
	var page []store.Row
	for n := range r.root.from(start) {
		if len(page) == store.ScanPage || !rg.Contains([]byte(n.key)) {
			break
		}
		page = append(page, n.row())
	}
	return page
}

// mayRead refuses rows that an Update reads without holding their subject.
func (r *reader) mayRead(key []byte) error {
	if r.locked == nil {
		return nil
	}
	subject, access := store.SubjectOf(key)
	if access != store.Locked || r.locked[subject] {
		return nil
	}
	return unlocked("read", key, subject)
}

// mayScan refuses a scan before its first row where one subject guards the
// whole range: the rows that are not there yet are contended for as well. A
// range of several subjects is judged row by row.
func (r *reader) mayScan(rg store.Range) error {
	if r.over {
		return errOver
	}
	if r.locked == nil || !bytes.HasSuffix(rg.Start, []byte("/")) || bytes.Count(rg.Start, []byte("/")) < 2 ||
		!bytes.Equal(rg.End, store.Prefix(rg.Start).End) {
		return nil
	}
	one, access := store.SubjectOf(append(bytes.Clone(rg.Start), "0"...))
	two, _ := store.SubjectOf(append(bytes.Clone(rg.Start), "1/1"...))
	if access != store.Locked || one != two || r.locked[one] {
		return nil
	}
	return unlocked("scanned", rg.Start, one)
}

// unlocked names the table and the subject, which is what the programmer needs.
func unlocked(verb string, key []byte, subject store.Subject) error {
	prefix, _, _ := strings.Cut(string(key), "/")
	return fmt.Errorf("%w: a row of %q was %s without tx.Lock(%q)", store.ErrUnlocked, prefix+"/", verb, subject)
}

// tx is a reader whose tree it replaces at every write.
type tx struct {
	reader
	db        *DB
	rehearsal bool
	wrote     bool
}

// Lock implements store.Tx.
func (t *tx) Lock(subjects ...store.Subject) error {
	if t.over {
		return errOver
	}
	for _, s := range subjects {
		t.locked[s] = true
	}
	return nil
}

// Put implements store.Tx.
func (t *tx) Put(key, value []byte) error {
	if err := store.CheckRow(key, value); err != nil {
		return err
	}
	if err := t.mayWrite(key); err != nil {
		return err
	}
	t.root = t.root.put(string(key), append([]byte{}, value...))
	return nil
}

// Delete implements store.Tx.
func (t *tx) Delete(key []byte) error {
	if err := store.CheckRow(key, nil); err != nil {
		return err
	}
	if err := t.mayWrite(key); err != nil {
		return err
	}
	t.root = t.root.remove(string(key))
	return nil
}

// mayWrite refuses a write without its lock, and counts it.
func (t *tx) mayWrite(key []byte) error {
	if t.over {
		return errOver
	}
	subject, access := store.SubjectOf(key)
	if access != store.Free && !t.locked[subject] {
		return unlocked("written", key, subject)
	}
	if t.rehearsal {
		return nil
	}
	t.wrote = true
	return t.db.countWrite()
}
