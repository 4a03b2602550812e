package people

import (
	"errors"
	"io"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

var (
	// ErrMergeStaff refuses to merge an employee into somebody: an employee's acts
	// are his own, so he is the one who stays.
	ErrMergeStaff = errors.New("people: an employee must be the one who stays")
	// ErrMerged refuses what was done already: the two are one, or one of them is
	// a part of somebody.
	ErrMerged = errors.New("people: merged already")
	// ErrNotMerged refuses to part who is nobody's part.
	ErrNotMerged = errors.New("people: not merged")
)

// brought is what a merge changed in the one who stays. It is kept, sealed, with
// the one who went, so that it can be taken back.
type brought struct {
	Name     bool      `json:"name,omitempty"`
	Display  bool      `json:"display,omitempty"`
	Language bool      `json:"lang,omitempty"`
	Phone    bool      `json:"phone,omitempty"`
	Proven   bool      `json:"proven,omitempty"`
	Birthday bool      `json:"birthday,omitempty"`
	Quiet    bool      `json:"quiet,omitempty"`
	Frozen   bool      `json:"frozen,omitempty"`
	Joined   time.Time `json:"joined,omitzero"` // his own day of joining
	Promo    *Consent  `json:"promo,omitempty"` // his own yes, in the place of which a no came
	PromoAt  time.Time `json:"promo_at,omitzero"`
}

// Merge makes from a part of into: his accounts and his card lead to into, and so
// does his number; what into has not told (name, number, birthday, language) is
// taken from him. Of two words on marketing the no counts, and so do being quiet
// and being frozen; the older day of joining is kept. His own row stays, sealed,
// for [Vault.Unmerge]. Refusals, after which the transaction should commit:
// ErrNotMember (either), ErrMerged, ErrMergeStaff.
func (v *Vault) Merge(tx store.Tx, from, into loyalty.MemberID, now time.Time, rand io.Reader) error {
	if err := v.MayMerge(tx, from, into); err != nil {
		return err
	}
	f, i, err := v.two(tx, from, into)
	if err != nil {
		return err
	}
	b := &brought{}
	for _, step := range []func() error{
		func() error { return v.bringAccounts(tx, f, i, now) },
		func() error { return v.leadCard(tx, f, from, into) },
		func() error { return v.bringPhone(tx, f, i, b) },
		func() error { return bringBirthday(tx, f, i, b) },
		func() error { return bringWord(tx, f, i, b, now) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	bring(&i.Name, f.Name, &b.Name)
	bring(&i.DisplayName, f.DisplayName, &b.Display)
	bring(&i.row.Language, f.row.Language, &b.Language)
	b.Quiet, b.Frozen = f.row.Quiet && !i.row.Quiet, f.row.Frozen && !i.row.Frozen
	i.row.Quiet, i.row.Frozen = i.row.Quiet || b.Quiet, i.row.Frozen || b.Frozen
	if b.Joined = i.row.JoinedAt; f.row.JoinedAt.Before(i.row.JoinedAt) {
		i.row.JoinedAt = f.row.JoinedAt
	}
	f.row.Status, f.row.Into, f.Brought = Away, into, b
	i.row.Parts = append(i.row.Parts, from)
	return v.saveBoth(tx, f, i, rand)
}

// MayMerge refuses what Merge would refuse.
func (v *Vault) MayMerge(tx store.Tx, from, into loyalty.MemberID) error {
	f, i, err := v.two(tx, from, into)
	switch {
	case err != nil:
		return err
	case from == into || f.row.Status == Away || i.row.Status == Away:
		return ErrMerged
	case f.row.Status != Member || i.row.Status != Member:
		return ErrNotMember
	}
	if s, employed, err := v.staffOf(tx, from); err != nil || employed && s.Active {
		return firstOf(err, ErrMergeStaff)
	}
	return nil
}

// Unmerge makes from a person of his own again: what he brought leads to him, as
// far as it was not changed since, and what came meanwhile stays with the other.
// Refusals: ErrNotMerged, ErrErased.
func (v *Vault) Unmerge(tx store.Tx, from loyalty.MemberID, now time.Time, rand io.Reader) error {
	if err := tx.Lock(Subject(from)); err != nil {
		return err
	}
	f, err := v.load(tx, from)
	if err != nil {
		return err
	}
	if f.row.Status != Away || f.Brought == nil {
		return ErrNotMerged
	}
	into := f.row.Into
	f, i, err := v.two(tx, from, into)
	if err != nil {
		return err
	}
	b := f.Brought
	f.row.Status, f.row.Into, f.Brought = Member, "", nil
	i.row.Parts = slices.DeleteFunc(i.row.Parts, func(m loyalty.MemberID) bool { return m == from })
	for _, step := range []func() error{
		func() error { return v.returnAccounts(tx, f, i, now) },
		func() error { return v.leadCard(tx, f, into, from) },
		func() error { return v.returnPhone(tx, f, i, b) },
		func() error { return returnBirthday(tx, f, i, b) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	giveBack(&i.Name, f.Name, b.Name)
	giveBack(&i.DisplayName, f.DisplayName, b.Display)
	giveBack(&i.row.Language, f.row.Language, b.Language)
	f.row.Frozen = f.row.Frozen || i.row.Frozen && !b.Frozen
	i.row.Quiet, i.row.Frozen, i.row.JoinedAt = i.row.Quiet && !b.Quiet, i.row.Frozen && !b.Frozen, b.Joined
	if c := i.row.Consents[ForPromo]; b.Promo != nil && c.At.Equal(b.PromoAt) { // the no was the other's
		if err := i.consent(tx, ForPromo, b.Promo.again(now)); err != nil {
			return err
		}
	}
	return v.saveBoth(tx, f, i, rand)
}

// Holder is the person that an id leads to: himself, or who he was merged into.
func (v *Vault) Holder(r store.Reader, id loyalty.MemberID) (loyalty.MemberID, error) {
	for {
		row, _, err := persons.Get(r, string(id))
		if err != nil || row.Status != Away || row.Into == "" {
			return id, err
		}
		id = row.Into
	}
}

// eachPart calls f for a person and for all who were merged into them, and into
// these, each under its lock.
func (v *Vault) eachPart(tx store.Tx, id loyalty.MemberID, f func(loyalty.MemberID) error) error {
	if err := tx.Lock(Subject(id)); err != nil {
		return err
	}
	row, _, err := persons.Get(tx, string(id))
	if err != nil {
		return err
	}
	if err := f(id); err != nil {
		return err
	}
	for _, part := range row.Parts {
		if err := v.eachPart(tx, part, f); err != nil {
			return err
		}
	}
	return nil
}

// two opens both under their locks.
func (v *Vault) two(tx store.Tx, from, into loyalty.MemberID) (f, i *life, err error) {
	if err := tx.Lock(Subject(from), Subject(into)); err != nil {
		return nil, nil, err
	}
	if f, err = v.load(tx, from); err == nil {
		i, err = v.load(tx, into)
	}
	return f, i, err
}

func (v *Vault) saveBoth(tx store.Tx, f, i *life, rand io.Reader) error {
	for _, l := range []*life{f, i} {
		if err := v.indexNames(tx, l); err != nil {
			return err
		}
		if err := v.save(tx, l, rand); err != nil {
			return err
		}
	}
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// bring fills in what the one who stays has not told.
func bring(to *string, from string, did *bool) {
	if *did = *to == "" && from != ""; *did {
		*to = from
	}
}

// giveBack empties what was brought, unless it became something else.
func giveBack(to *string, from string, did bool) {
	if did && *to == from {
		*to = ""
	}
}

// bringAccounts gives from's chat accounts to into.
func (v *Vault) bringAccounts(tx store.Tx, f, i *life, now time.Time) error {
	for _, a := range f.Accounts {
		if err := v.moveAccount(tx, f.id, i.id, a, now); err != nil {
			return err
		}
		i.Accounts = append(i.Accounts, a)
	}
	if i.Home.IsZero() {
		i.Home = f.Home
	}
	return nil
}

func (v *Vault) moveAccount(tx store.Tx, from, to loyalty.MemberID, a Account, now time.Time) error {
	h := v.identHash(a.Identity)
	if err := tx.Lock(store.Subject("ident/" + h)); err != nil {
		return err
	}
	if a.Username != "" {
		if err := v.putUsername(tx, to, a, now); err != nil {
			return err
		}
	}
	return idents.Put(tx, ident{to}, h)
}

// returnAccounts gives back those of from's accounts that are still into's.
func (v *Vault) returnAccounts(tx store.Tx, f, i *life, now time.Time) error {
	var back []Account
	for _, a := range f.Accounts {
		at := i.account(a.Identity)
		if at < 0 { // unlinked since
			continue
		}
		a = i.Accounts[at]
		if err := v.moveAccount(tx, i.id, f.id, a, now); err != nil {
			return err
		}
		i.Accounts = slices.Delete(i.Accounts, at, at+1)
		back = append(back, a)
	}
	f.Accounts = back
	if f.account(f.Home) < 0 {
		f.Home = Identity{}
		if len(back) > 0 {
			f.Home = back[0].Identity
		}
	}
	if i.account(i.Home) < 0 {
		i.Home = Identity{}
		if len(i.Accounts) > 0 {
			i.Home = i.Accounts[0].Identity
		}
	}
	return nil
}

// leadCard makes f's card lead to another one than it did.
func (v *Vault) leadCard(tx store.Tx, f *life, was, is loyalty.MemberID) error {
	if f.Card == "" {
		return nil
	}
	h := v.hash("card", string(f.Card))
	if err := tx.Lock(store.Subject("card/" + h)); err != nil {
		return err
	}
	row, ok, err := cards.Get(tx, h)
	if err != nil || !ok || row.Member != was {
		return err
	}
	return cards.Put(tx, cardRow{is}, h)
}

// bringPhone gives into from's number where he has none, and from's proof where
// he has the same. From's own claim stays and leads to into, see [Vault.ByPhone].
func (v *Vault) bringPhone(tx store.Tx, f, i *life, b *brought) error {
	b.Phone = i.Phone == "" && f.Phone != ""
	b.Proven = f.row.PhoneProven && !i.row.PhoneProven && (b.Phone || i.Phone == f.Phone)
	if !b.Phone && !b.Proven {
		return nil
	}
	i.Phone, i.row.PhoneProven = f.Phone, b.Proven || i.row.PhoneProven
	return v.putPhone(tx, i)
}

func (v *Vault) putPhone(tx store.Tx, l *life) error {
	h := v.hash("phone", l.Phone)
	if err := tx.Lock(store.Subject("phone/" + h)); err != nil {
		return err
	}
	return phones.Put(tx, phoneRow{l.row.PhoneProven}, h, string(l.id))
}

func (v *Vault) returnPhone(tx store.Tx, f, i *life, b *brought) error {
	switch {
	case i.Phone != f.Phone || f.Phone == "":
		return nil
	case b.Phone:
		err := v.forgetPhone(tx, i)
		i.Phone, i.row.PhoneProven = "", false
		return err
	case b.Proven:
		i.row.PhoneProven = false
		return v.putPhone(tx, i)
	}
	return nil
}

func bringBirthday(tx store.Tx, f, i *life, b *brought) error {
	if err := f.forgetBirthday(tx); err != nil {
		return err
	}
	if b.Birthday = i.Birthday.IsZero() && !f.Birthday.IsZero(); !b.Birthday {
		return nil
	}
	i.Birthday, i.BirthdayAt, i.BirthdayChanged = f.Birthday, f.BirthdayAt, f.BirthdayChanged
	return birthdays.Put(tx, birthdayRow{}, i.Birthday.monthDay(), string(i.id))
}

func returnBirthday(tx store.Tx, f, i *life, b *brought) error {
	if b.Birthday && i.Birthday == f.Birthday {
		if err := i.forgetBirthday(tx); err != nil {
			return err
		}
		i.Birthday, i.BirthdayAt, i.BirthdayChanged = Birthday{}, time.Time{}, false
	}
	if f.Birthday.IsZero() {
		return nil
	}
	return birthdays.Put(tx, birthdayRow{}, f.Birthday.monthDay(), string(f.id))
}

// bringWord makes from's no to marketing into's.
func bringWord(tx store.Tx, f, i *life, b *brought, now time.Time) error {
	if err := bringObjection(tx, f, i, now); err != nil {
		return err
	}
	no, said := f.row.Consents[ForPromo]
	own := i.row.Consents[ForPromo]
	if !said || no.Given || !own.Given {
		return nil
	}
	b.Promo, b.PromoAt = &own, now.UTC()
	return i.consent(tx, ForPromo, no.again(now))
}

// bringObjection makes from's no to suggestions into's. It is not given back: who
// is parted again says yes with one tap, while a yes that nobody meant is a wrong.
func bringObjection(tx store.Tx, f, i *life, now time.Time) error {
	no, said := f.row.Consents[ForTaste]
	if _, own := i.row.Consents[ForTaste]; !said || no.Given || own && !i.row.Consents[ForTaste].Given {
		return nil
	}
	return i.consent(tx, ForTaste, no.again(now))
}

// again is the same word in somebody else's history, from now on.
func (c Consent) again(now time.Time) Consent {
	c.At = now.UTC()
	return c
}
