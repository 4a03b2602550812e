package rollup

import (
	"slices"

	"regulars/loyalty"
	"regulars/store"
)

// write adds a batch to the rows of a generation, and tells how many bytes of rows
// of records that was.
func (b *batch) write(tx store.Tx, gen int) (size int, err error) {
	for k, p := range b.piles {
		n, err := addRecords(tx, k.under(gen), p.list())
		if size += n; err != nil {
			return size, err
		}
	}
	for k, n := range b.settle {
		if err := addSettled(tx, gen, k, n); err != nil {
			return size, err
		}
	}
	for k, n := range b.late {
		if err := addLate(tx, gen, k, n); err != nil {
			return size, err
		}
	}
	for k, n := range b.given {
		if err := addGiven(tx, gen, k, n); err != nil {
			return size, err
		}
	}
	for ord, into := range b.parts {
		if err := putPart(tx, gen, ord, into); err != nil {
			return size, err
		}
	}
	for k, list := range b.scores {
		if err := putScores(tx, k.under(gen), list); err != nil {
			return size, err
		}
	}
	return size, nil
}

// addRecords adds records to a row, and tells its size; one in which nothing is
// left goes.
func addRecords(tx store.Tx, key []byte, list []record) (size int, err error) {
	raw, ok, err := tx.Get(key)
	if err != nil {
		return 0, err
	}
	if ok {
		was, err := decode(key, raw)
		if err != nil {
			return 0, err
		}
		list = tidy(append(was, list...))
	}
	switch {
	case len(list) > 0:
		raw = encode(list)
		return len(raw), tx.Put(key, raw)
	case ok:
		return 0, tx.Delete(key)
	}
	return 0, nil
}

func (k settleKey) parts(gen int) []string {
	return []string{generation(gen), pad(int32(k.month)), storePart(k.from), storePart(k.to)}
}

func addSettled(tx store.Tx, gen int, k settleKey, n loyalty.Points) error {
	was, had, err := settled.Get(tx, k.parts(gen)...)
	if err != nil {
		return err
	}
	switch n += was; {
	case n != 0:
		return settled.Put(tx, n, k.parts(gen)...)
	case had:
		return settled.Delete(tx, k.parts(gen)...)
	}
	return nil
}

func putPart(tx store.Tx, gen int, ord uint32, into *uint32) error {
	if into == nil {
		return parts.Delete(tx, generation(gen), pad(int32(ord)))
	}
	return parts.Put(tx, *into, generation(gen), pad(int32(ord)))
}

// putScores puts answers into a row, in the place of those to the same question.
// It writes nothing where all are known.
func putScores(tx store.Tx, key []byte, list []score) error {
	raw, ok, err := tx.Get(key)
	if err != nil {
		return err
	}
	var was []score
	if ok {
		if was, err = decodeScores(key, raw); err != nil {
			return err
		}
	}
	is := tidyScores(append(slices.Clone(was), list...))
	if slices.Equal(is, was) {
		return nil
	}
	return tx.Put(key, encodeScores(is))
}
