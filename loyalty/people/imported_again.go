package people

import (
	"errors"
	"io"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// numberFree refuses the number of somebody else of the same source: whoever
// proved it would be both.
func (v *Vault) numberFree(tx store.Tx, id loyalty.MemberID, x *Prepared) error {
	if x.phone == "" {
		return nil
	}
	claims, err := phoneClaims(tx, x.phone)
	if err != nil {
		return err
	}
	for _, c := range claims {
		if c.Member == id {
			continue
		}
		if err := tx.Lock(Subject(c.Member)); err != nil {
			return err
		}
		if other, ok, err := imports.Get(tx, string(c.Member)); err != nil || ok && other.rivals(x) {
			return firstOf(err, ErrImportPhone)
		}
	}
	return nil
}

// importAgain holds a line against the person whom it brought before.
func (v *Vault) importAgain(tx store.Tx, id loyalty.MemberID, x *Prepared, now time.Time, rand io.Reader) (Taken, error) {
	if err := tx.Lock(Subject(id)); err != nil {
		return Taken{}, err
	}
	same := Taken{Member: id, What: TakenSame}
	old, ok, err := imports.Get(tx, string(id))
	if err != nil || !ok || old.Digest == x.row.Digest || !old.Claimed.IsZero() {
		return same, err
	}
	if p, _, err := persons.Get(tx, string(id)); err != nil || p.Status != Member {
		return same, err // merged, or left
	}
	if old.At.Equal(now) {
		return Taken{}, ErrImportTwice
	}
	if err := v.numberFree(tx, id, x); err != nil {
		return Taken{}, err
	}
	if err := v.importChange(tx, id, x, now, rand); err != nil {
		if errors.Is(err, ErrErased) || errors.Is(err, ErrNobody) { // merged, or left
			return same, nil
		}
		return Taken{}, err
	}
	row := x.row
	row.Reached, row.Keys, row.Tombs = old.Reached, old.Keys, old.Tombs
	return Taken{Member: id, What: TakenChanged}, imports.Put(tx, row.with(nil, x.tombs), string(id))
}

// importChange lets the person be what the file says now. What it leaves empty
// stays.
func (v *Vault) importChange(tx store.Tx, id loyalty.MemberID, x *Prepared, now time.Time, rand io.Reader) error {
	err := v.change(tx, id, rand, func(l *life) (bool, error) {
		if !x.who.Birthday.IsZero() && x.who.Birthday != l.Birthday {
			l.Birthday, l.BirthdayAt = x.who.Birthday, now
		}
		if x.who.Language != "" {
			l.row.Language = x.who.Language
		}
		if !x.who.Joined.IsZero() {
			l.row.JoinedAt = x.who.Joined.UTC()
		}
		if x.who.Promo == nil || l.row.Consents[ForPromo].Given == *x.who.Promo {
			return true, nil
		}
		return true, l.consent(tx, ForPromo, importedSaid.consent(*x.who.Promo, now))
	})
	if err == nil && x.who.Name != "" {
		err = v.SetName(tx, id, x.who.Name, rand)
	}
	if err == nil && !x.who.Phone.IsZero() {
		err = v.SetPhone(tx, id, x.who.Phone, false, rand)
	}
	return err
}
