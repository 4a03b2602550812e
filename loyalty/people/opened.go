package people

import (
	"bytes"
	"sync"

	"regulars/loyalty"
	"regulars/store"
)

// lately are the persons opened last. One event reads its speaker some four
// times (who is it, may they, what is sealed for them), and opening is the
// dearest thing that it does. An entry stands for the very bytes that it was
// opened from, so that what comes from here is what the row says, in whatever
// transaction; a handful is enough, since events take turns. Nothing lingers:
// an entry goes when its person is erased, or a few persons later.
type lately struct {
	mu   sync.Mutex
	last [8]*openRow
	next int
}

// openRow is a person's stored bytes and what they held. Neither is changed.
type openRow struct {
	raw  []byte
	life *life
}

func (o *lately) find(id loyalty.MemberID, raw []byte) *life {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.last {
		if e != nil && e.life.id == id && bytes.Equal(e.raw, raw) {
			return e.life
		}
	}
	return nil
}

func (o *lately) keep(raw []byte, l *life) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last[o.next] = &openRow{raw, l}
	o.next = (o.next + 1) % len(o.last)
}

func (o *lately) drop(id loyalty.MemberID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, e := range o.last {
		if e != nil && e.life.id == id {
			o.last[i] = nil
		}
	}
}

// read opens a person to be looked at, not changed. An erased one has a row
// and nothing else; an unknown one is ErrNobody.
func (v *Vault) read(r store.Reader, id loyalty.MemberID) (*life, error) {
	key := persons.Key(string(id))
	raw, ok, err := r.Get(key)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrNobody
	}
	if l := v.lately.find(id, raw); l != nil {
		return l, nil
	}
	var row personRow
	if err := store.Decode(key, raw, &row); err != nil {
		return nil, err
	}
	if row.Status == Erased {
		return &life{id: id, row: row}, nil
	}
	l, err := v.openLife(id, row)
	if err != nil {
		return nil, err
	}
	v.lately.keep(raw, l)
	return l, nil
}
