package bolt

import (
	"bytes"
	"sort"
)

// change is one row that an update wrote and has not yet given to bbolt.
type change struct {
	key, value []byte
	deleted    bool
}

// overlay holds an update's changes in the order of their keys. Updates write
// a few rows, mostly in ascending order: a slice is cheaper than any tree.
type overlay []change

// find is where key is, or belongs.
func (o overlay) find(key []byte) (at int, ok bool) {
	at = len(o)
	if at > 0 && bytes.Compare(o[at-1].key, key) >= 0 {
		at = sort.Search(len(o), func(i int) bool { return bytes.Compare(o[i].key, key) >= 0 })
	}
	return at, at < len(o) && bytes.Equal(o[at].key, key)
}

// set records c, in place of an earlier change of its row.
func (o *overlay) set(c change) {
	at, ok := o.find(c.key)
	if ok {
		(*o)[at] = c
		return
	}
	*o = append(*o, change{})
	copy((*o)[at+1:], (*o)[at:])
	(*o)[at] = c
}
