package intake

import (
	"bytes"
	"errors"
	"iter"
	"maps"
	"slices"

	"regulars/store"
)

// sketch is a transaction worked out ahead, on what a View shows: it remembers
// what was looked at and what would be written. Where nothing that it looked at
// has changed when its turn comes, writing it is all that is left to do, so that
// the one writer of a bolt file does not do sums while others wait. Many are
// worked out side by side.
type sketch struct {
	base  store.Reader // nil once the View is over
	locks []store.Subject
	fresh map[store.Subject]bool // of members who do not exist: there is nothing to look at
	gets  []looked
	had   map[string]int // places in gets
	scans []scanned
	wrote map[string]change
	ready []string // the keys of wrote in their order, which is how a file likes it best
}

// looked is a row that was read, and what was there.
type looked struct {
	key, value []byte
	there      bool
}

// scanned is a range that was read to its end, and what was in it.
type scanned struct {
	over store.Range
	rows []store.Row
}

// change is a row to be written, or deleted.
type change struct {
	value   []byte
	deleted bool
}

// errStale reports that something is not any more as the sketch found it.
var errStale = errors.New("intake: something changed since")

func newSketch(base store.Reader, lines []*line) *sketch {
	s := &sketch{base: base, fresh: map[store.Subject]bool{}, had: map[string]int{}, wrote: map[string]change{}}
	for _, l := range lines {
		if l.person != nil {
			s.fresh[l.person.Subject()] = true
		}
	}
	return s
}

// missing says that no row is under key, whatever anybody writes meanwhile.
func (s *sketch) missing(key []byte) bool {
	subject, _ := store.SubjectOf(key)
	return s.fresh[subject]
}

// Lock implements store.Tx: the locks are taken when the sketch is written.
func (s *sketch) Lock(subjects ...store.Subject) error {
	s.locks = append(s.locks, subjects...)
	return nil
}

// Get implements store.Reader.
func (s *sketch) Get(key []byte) ([]byte, bool, error) {
	if c, ok := s.wrote[string(key)]; ok {
		return bytes.Clone(c.value), !c.deleted, nil
	}
	if at, ok := s.had[string(key)]; ok {
		return bytes.Clone(s.gets[at].value), s.gets[at].there, nil
	}
	if s.missing(key) {
		return nil, false, nil
	}
	value, ok, err := s.base.Get(key)
	if err != nil {
		return nil, false, err
	}
	s.had[string(key)] = len(s.gets)
	s.gets = append(s.gets, looked{bytes.Clone(key), bytes.Clone(value), ok})
	return value, ok, nil
}

// Scan implements store.Reader. It reads the range as a whole: what is scanned
// here is one person's.
func (s *sketch) Scan(rg store.Range) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		found, err := collect(s.base, rg)
		if err != nil {
			yield(store.Row{}, err)
			return
		}
		s.scans = append(s.scans, scanned{rg, found})
		rows := slices.DeleteFunc(slices.Clone(found), func(r store.Row) bool { _, ours := s.wrote[string(r.Key)]; return ours })
		for key, c := range s.wrote {
			if rg.Contains([]byte(key)) && !c.deleted {
				rows = append(rows, store.Row{Key: []byte(key), Value: c.value})
			}
		}
		slices.SortFunc(rows, func(a, b store.Row) int { return bytes.Compare(a.Key, b.Key) })
		for _, r := range rows {
			if !yield(store.Row{Key: bytes.Clone(r.Key), Value: bytes.Clone(r.Value)}, nil) {
				return
			}
		}
	}
}

func collect(r store.Reader, rg store.Range) (rows []store.Row, err error) {
	for row, err := range r.Scan(rg) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Put implements store.Tx.
func (s *sketch) Put(key, value []byte) error {
	if err := store.CheckRow(key, value); err != nil {
		return err
	}
	s.wrote[string(key)] = change{value: append([]byte{}, value...)}
	return nil
}

// Delete implements store.Tx.
func (s *sketch) Delete(key []byte) error {
	s.wrote[string(key)] = change{deleted: true}
	return nil
}

// end ends the working out: the View is over.
func (s *sketch) end() {
	s.base, s.ready = nil, slices.Sorted(maps.Keys(s.wrote))
}

// write writes the sketch, or nothing and errStale. It may be run again.
func (s *sketch) write(tx store.Tx) error {
	if err := tx.Lock(s.locks...); err != nil {
		return err
	}
	for _, l := range s.gets {
		value, ok, err := tx.Get(l.key)
		if err != nil {
			return err
		}
		if ok != l.there || !bytes.Equal(value, l.value) {
			return errStale
		}
	}
	for _, x := range s.scans {
		rows, err := collect(tx, x.over)
		if err != nil {
			return err
		}
		same := func(a, b store.Row) bool { return bytes.Equal(a.Key, b.Key) && bytes.Equal(a.Value, b.Value) }
		if !slices.EqualFunc(rows, x.rows, same) {
			return errStale
		}
	}
	for _, k := range s.ready {
		var err error
		if c := s.wrote[k]; c.deleted {
			err = tx.Delete([]byte(k))
		} else {
			err = tx.Put([]byte(k), c.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
