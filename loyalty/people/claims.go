package people

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Proof is how an imported person showed that the balance is his.
type Proof string

// The proofs.
const (
	ByContact Proof = "contact" // the platform's own contact card, also one that was shown before the import
	BySMS     Proof = "sms"
	AtCounter Proof = "counter"
)

// Origin is where a person came from who was brought by a file.
type Origin struct {
	Source  string        // the system, as the operator called it
	Store   loyalty.Store // whose customer he was
	At      time.Time     // of the run that wrote it last
	Reached time.Time     // zero: nobody has asked for him in a chat
	Claimed time.Time     // zero: nobody has proven to be him
	How     Proof
}

// OriginOf is where the person came from; ok is false for one who came by
// himself.
func OriginOf(r store.Reader, id loyalty.MemberID) (o Origin, ok bool, err error) {
	row, ok, err := imports.Get(r, string(id))
	return Origin{row.Source, row.Store, row.At, row.Reached, row.Claimed, row.How}, ok, err
}

// Unclaimed lists the persons with this number whom a file brought and nobody
// has claimed, in the order of their age. Only who has proven the number may be
// told of them.
func (v *Vault) Unclaimed(r store.Reader, phone Phone) (list []loyalty.MemberID, err error) {
	claims, err := v.ByPhone(r, phone)
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		if tx, ok := r.(store.Tx); ok {
			if err := tx.Lock(Subject(c.Member)); err != nil {
				return nil, err
			}
		}
		row, ok, err := imports.Get(r, string(c.Member))
		if err != nil {
			return nil, err
		}
		if ok && row.Claimed.IsZero() {
			list = append(list, c.Member)
		}
	}
	return list, nil
}

// Reached notes that somebody in a chat gave the number of an imported person
// and was asked to prove it. It counts once; of others it notes nothing.
func Reached(tx store.Tx, id loyalty.MemberID, now time.Time) error {
	return claim(tx, id, func(row *importRow) (more Funnel) {
		if row.Reached.IsZero() {
			row.Reached, more.Reached = now.UTC(), 1
		}
		return more
	})
}

// Claimed notes that an imported person was claimed, and how; at is the store
// where it was done at a counter, else "". From then on his birthday is kept,
// and files no longer change what he says of himself. It counts once, for the
// store that he was imported for; of others it notes nothing. It may be called
// before or after the identity moved or the two were merged, with the imported
// person's own id.
func Claimed(tx store.Tx, id loyalty.MemberID, how Proof, at loyalty.Store, now time.Time) error {
	born := ""
	err := claim(tx, id, func(row *importRow) (more Funnel) {
		if !row.Claimed.IsZero() {
			return more
		}
		if row.Reached.IsZero() {
			row.Reached, more.Reached = now.UTC(), 1
		}
		born = row.Born
		row.Claimed, row.How, row.Where, row.Born = now.UTC(), how, at, ""
		switch how {
		case ByContact:
			more.Contact = 1
		case BySMS:
			more.SMS = 1
		case AtCounter:
			more.Counter = 1
		}
		return more
	})
	if err != nil || born == "" {
		return err
	}
	p, _, err := persons.Get(tx, string(id))
	if err != nil || p.Status != Member {
		return err
	}
	return birthdays.Put(tx, birthdayRow{}, born, string(id))
}

// claim changes an imported person's row and counts what that was.
func claim(tx store.Tx, id loyalty.MemberID, f func(*importRow) Funnel) error {
	if err := tx.Lock(Subject(id)); err != nil {
		return err
	}
	row, ok, err := imports.Get(tx, string(id))
	if err != nil || !ok {
		return err
	}
	more := f(&row)
	if more == (Funnel{}) {
		return nil
	}
	return errors.Join(imports.Put(tx, row, string(id)), addFunnel(tx, row.Store, more))
}

// Funnel is how far the imported people of one store have come. Each number
// counts persons, once each; who was erased since still counts.
type Funnel struct {
	Imported int64 `json:"imported,omitempty"`
	Reached  int64 `json:"reached,omitempty"` // asked for in a chat, or claimed
	Contact  int64 `json:"contact,omitempty"` // claimed by each proof
	SMS      int64 `json:"sms,omitempty"`
	Counter  int64 `json:"counter,omitempty"`
}

// Claimed is how many are claimed, however.
func (f Funnel) Claimed() int64 { return f.Contact + f.SMS + f.Counter }

// Plus is the sum of two.
func (f Funnel) Plus(g Funnel) Funnel {
	return Funnel{f.Imported + g.Imported, f.Reached + g.Reached, f.Contact + g.Contact, f.SMS + g.SMS, f.Counter + g.Counter}
}

// funnelName is a store's name in keys: a store may have none.
func funnelName(at loyalty.Store) string { return cmp.Or(string(at), "-") }

var funnels = store.NewTable[Funnel]("claims/", store.Locked, store.FirstPart("claims"))

func addFunnel(tx store.Tx, at loyalty.Store, more Funnel) error {
	if more == (Funnel{}) {
		return nil
	}
	if err := tx.Lock(store.Subject("claims/" + funnelName(at))); err != nil {
		return err
	}
	f, _, err := funnels.Get(tx, funnelName(at))
	if err != nil {
		return err
	}
	return funnels.Put(tx, f.Plus(more), funnelName(at))
}

// StoreFunnel is one store's.
type StoreFunnel struct {
	Store loyalty.Store // "" for people of no store
	Funnel
}

// Funnels lists the stores that people were imported for, by name. It reads a
// row a store. It is for a View.
func Funnels(r store.Reader) (list []StoreFunnel, err error) {
	for name, f := range funnels.Scan(r, funnels.All(), &err) {
		at := loyalty.Store(name)
		if name == funnelName("") {
			at = ""
		}
		list = append(list, StoreFunnel{at, f})
	}
	return list, err
}

// FunnelOf is one store's, for a Reader of any kind: in an Update it locks the
// store's row.
func FunnelOf(r store.Reader, at loyalty.Store) (Funnel, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(store.Subject("claims/" + funnelName(at))); err != nil {
			return Funnel{}, err
		}
	}
	f, _, err := funnels.Get(r, funnelName(at))
	return f, err
}

func sortedStores(m map[loyalty.Store]Funnel) []loyalty.Store { return slices.Sorted(maps.Keys(m)) }

// wasImported reports whether a file brought the person. In an Update it locks
// him.
func wasImported(r store.Reader, id loyalty.MemberID) (bool, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(Subject(id)); err != nil {
			return false, err
		}
	}
	_, ok, err := imports.Get(r, string(id))
	return ok, err
}
