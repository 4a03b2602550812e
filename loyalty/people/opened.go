package people

import (
	"bytes"
	"sync"

	"regulars/loyalty"
	"regulars/store"
)

// lately are the persons opened last. One event reads its speaker some four
// times (who is it, may they, what is sealed for them), and opening is the
// dearest thing that it does; opened ahead of the event's transaction, it keeps
// no other event waiting. An entry stands for the very bytes that it was opened
// from, so what comes from here is what the row says, in whatever transaction.
// Nothing lingers: an entry goes when its person is erased, or when as many
// others as there are places have been opened.
type lately struct {
	mu    sync.Mutex
	by    map[loyalty.MemberID]openRow
	order [1024]loyalty.MemberID // more than events are in hand at a time
	next  int
}

// openRow is a person's stored bytes and what they held. Neither is changed.
type openRow struct {
	raw  []byte
	life *life
}

func (o *lately) find(id loyalty.MemberID, raw []byte) *life {
	o.mu.Lock()
	defer o.mu.Unlock()
	if e, ok := o.by[id]; ok && bytes.Equal(e.raw, raw) {
		return e.life
	}
	return nil
}

func (o *lately) keep(raw []byte, l *life) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.by == nil {
		o.by = map[loyalty.MemberID]openRow{}
	}
	delete(o.by, o.order[o.next])
	o.by[l.id], o.order[o.next] = openRow{raw, l}, l.id
	o.next = (o.next + 1) % len(o.order)
}

func (o *lately) drop(id loyalty.MemberID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.by, id)
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

// Forget drops from memory whatever persons were opened. One of several processes
// calls it now and then: another may have erased somebody, and then neither their
// key nor their name is to linger here.
func (v *Vault) Forget() {
	v.lately.mu.Lock()
	defer v.lately.mu.Unlock()
	clear(v.lately.by)
}
