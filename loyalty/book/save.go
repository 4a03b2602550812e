package book

import (
	"maps"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// save writes the head and what differs beside it from what was loaded.
// Entries and references are already written.
func (o *open) save(tx store.Tx) error {
	if o.account.Seq == o.before.Seq {
		return nil
	}
	m := string(o.member)
	if err := accounts.Put(tx, *o.account, m); err != nil {
		return err
	}
	for _, seq := range sortedSeqs(o.account.Shelf) {
		lot := o.account.Shelf[seq]
		if was, ok := o.before.Shelf[seq]; ok && was == lot {
			continue
		}
		if err := lots.Put(tx, lot, m, seqKey(seq)); err != nil {
			return err
		}
	}
	for _, seq := range sortedSeqs(o.before.Shelf) {
		if _, closed := o.account.Shelf[seq]; !closed {
			if err := lots.Delete(tx, m, seqKey(seq)); err != nil {
				return err
			}
		}
	}
	for _, seq := range sortedSeqs(o.account.Marks) {
		mark := o.account.Marks[seq]
		if was, ok := o.before.Marks[seq]; ok && was.Equal(mark) {
			continue
		}
		if err := marks.Put(tx, mark, m, seqKey(seq)); err != nil {
			return err
		}
	}
	if err := o.saveIndexes(tx); err != nil {
		return err
	}
	if err := o.tell(tx); err != nil {
		return err
	}
	return o.sendHome(tx)
}

// tell tells whoever listens what was written.
func (o *open) tell(tx store.Tx) error {
	if o.book.Wrote != nil && len(o.made) > 0 {
		if err := o.book.Wrote(tx, o.made); err != nil {
			return err
		}
	}
	if o.book.Changed == nil {
		return nil
	}
	return o.book.Changed(tx, o.member)
}

// saveIndexes moves the member's row in the due index, that of their next
// notice, and those of waiting reversals.
func (o *open) saveIndexes(tx store.Tx) error {
	m := string(o.member)
	if was, is := o.before.NextDue(), o.account.NextDue(); !was.Equal(is) {
		if err := moveDue(tx, m, was, is); err != nil {
			return err
		}
	}
	if err := o.saveNotice(tx); err != nil {
		return err
	}
	for _, w := range o.before.Waits {
		if !hasWait(o.account.Waits, w.Seq) {
			if err := waits.Delete(tx, timeKey(w.Since), m, seqKey(w.Seq)); err != nil {
				return err
			}
		}
	}
	for _, w := range o.account.Waits {
		if !hasWait(o.before.Waits, w.Seq) {
			row := Waiting{o.member, w}
			if err := waits.Put(tx, row, timeKey(w.Since), m, seqKey(w.Seq)); err != nil {
				return err
			}
		}
	}
	return nil
}

func moveDue(tx store.Tx, m string, was, is time.Time) error {
	if !was.IsZero() {
		if err := dues.Delete(tx, timeKey(was), m); err != nil {
			return err
		}
	}
	if is.IsZero() {
		return nil
	}
	return dues.Put(tx, struct{}{}, timeKey(is), m)
}

func hasWait(all []loyalty.Wait, seq uint64) bool {
	for _, w := range all {
		if w.Seq == seq {
			return true
		}
	}
	return false
}

// sortedSeqs are the keys of a map by Seq, in order, so that the same operation
// always writes in the same order.
func sortedSeqs[T any](m map[uint64]T) []uint64 { return slices.Sorted(maps.Keys(m)) }
