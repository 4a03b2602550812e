package store

import (
	"bytes"
	"iter"
	"sort"
)

// Change is one row that an update wrote and that its engine does not have yet.
type Change struct {
	Key, Value []byte
	Deleted    bool // then Value is nothing
}

// Overlay holds an update's changes in the order of their keys, for engines
// that apply them at the end. Updates write a few rows, mostly in ascending
// order: a slice is cheaper than any tree. The slices in it are the engine's
// own.
type Overlay []Change

// Find is where key is, or belongs.
func (o Overlay) Find(key []byte) (at int, ok bool) {
	at = len(o)
	if at > 0 && bytes.Compare(o[at-1].Key, key) >= 0 {
		at = sort.Search(len(o), func(i int) bool { return bytes.Compare(o[i].Key, key) >= 0 })
	}
	return at, at < len(o) && bytes.Equal(o[at].Key, key)
}

// Set records c, in place of an earlier change of its row.
func (o *Overlay) Set(c Change) {
	at, ok := o.Find(c.Key)
	if ok {
		(*o)[at] = c
		return
	}
	*o = append(*o, Change{})
	copy((*o)[at+1:], (*o)[at:])
	(*o)[at] = c
}

// Over yields the rows of base, which begin at start and rise, with the changes
// from start up over them. Nothing is copied.
func (o Overlay) Over(start []byte, base iter.Seq2[[]byte, []byte]) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		at, _ := o.Find(start)
		for k, v := range base {
			for at < len(o) && bytes.Compare(o[at].Key, k) < 0 {
				if at++; !o[at-1].Deleted && !yield(o[at-1].Key, o[at-1].Value) {
					return
				}
			}
			if at < len(o) && bytes.Equal(o[at].Key, k) {
				continue // it comes when its turn is over
			}
			if !yield(k, v) {
				return
			}
		}
		for ; at < len(o); at++ {
			if !o[at].Deleted && !yield(o[at].Key, o[at].Value) {
				return
			}
		}
	}
}
