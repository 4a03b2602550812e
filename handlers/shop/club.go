package shop

import (
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/referral"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// codePurpose is what digital codes are sealed for.
const codePurpose = "digital code"

// newClub puts the ledger, the vouchers and the referrals of the shop together.
func (s *Shop) newClub() *club.Club {
	vouchers := &voucher.Desk{
		Book: s.Book, Key: s.Vault.Derive("vouchers"), Programme: s.Rules,
		Seal: func(plain []byte) ([]byte, error) { return s.Vault.SealShop(codePurpose, plain, rand.Reader) },
		Open: func(sealed []byte) ([]byte, error) { return s.Vault.OpenShop(codePurpose, sealed) },
	}
	referrals := &referral.Desk{Key: s.Vault.Derive("referrals"), Programme: s.Rules, Family: s.Book.Family}
	vouchers.Used = func(tx store.Tx, v voucher.Voucher, act book.Act) error {
		if err := s.watchUse(tx, v, act); err != nil {
			return err
		}
		return s.after(tx, club.Deed{Kind: club.Used, Member: v.Member, Act: act, Voucher: v})
	}
	vouchers.Unused = func(tx store.Tx, was voucher.Voucher, act book.Act) error { return s.Offers().Unused(tx, was, act) }
	return &club.Club{Book: s.Book, Vouchers: vouchers, Referrals: referrals, Programme: s.Rules, Facts: s.Facts, After: s.after}
}

// after tells all listeners of a deed, in their order.
func (s *Shop) after(tx store.Tx, d club.Deed) error {
	if d.Kind == club.Joined {
		if err := s.countJoin(tx, d); err != nil {
			return err
		}
	}
	for _, listen := range s.Listeners {
		if err := listen(tx, d); err != nil {
			return err
		}
	}
	return nil
}

// Enrolled tells that a program made a member of somebody, see Enrolments.
func (s *Shop) Enrolled(tx store.Tx, m loyalty.MemberID, at loyalty.Store, now time.Time) error {
	for _, tell := range s.Enrolments {
		if err := tell(tx, m, at, now); err != nil {
			return err
		}
	}
	return nil
}

// Program is what a program is called that acts here with a key of the shop's;
// "" for any other actor.
func (s *Shop) Program(r store.Reader, a loyalty.Actor) (string, error) {
	if s.Programs == nil {
		return "", nil
	}
	return s.Programs(r, a)
}

// changed tells all who derive something from a member's rows.
func (s *Shop) changed(tx store.Tx, m loyalty.MemberID) error {
	for _, tell := range s.Changes {
		if err := tell(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// Facts is what the rules may know of a member.
func (s *Shop) Facts(r store.Reader, id loyalty.MemberID) (loyalty.Facts, error) {
	p, err := s.known(r, id)
	if err != nil {
		return loyalty.Facts{}, err
	}
	f := factsOf(p)
	for _, a := range p.Accounts {
		back, err := s.Vault.Tombstoned(r, a.Identity, s.Clock.Now())
		if err != nil {
			return f, err
		}
		f.Returned = f.Returned || back
	}
	if s.Plans != nil && len(s.Rules(s.Clock.Now()).Plans) > 0 {
		if f.Plans, err = s.Plans.Times(r, id, s.Clock.Now()); err != nil {
			return f, err
		}
	}
	if s.Boosts == nil {
		return f, nil
	}
	// What somebody switched on before they were merged goes on.
	for _, m := range append([]loyalty.MemberID{id}, p.Parts...) {
		if tx, ok := r.(store.Tx); ok && m != id {
			if err := tx.Lock(people.Subject(m)); err != nil {
				return f, err
			}
		}
		list, err := s.Boosts(r, m)
		if err != nil {
			return f, err
		}
		for _, b := range list {
			f.Boosts = addBoost(f.Boosts, b)
		}
	}
	return f, nil
}

// addBoost adds a bonus; of two that are one, as both cards of a person had it,
// the one that goes on longer.
func addBoost(list []loyalty.Bonus, b loyalty.Bonus) []loyalty.Bonus {
	i := slices.IndexFunc(list, func(o loyalty.Bonus) bool { return o.ID == b.ID })
	switch {
	case i < 0:
		list = append(list, b)
	case b.To.After(list[i].To):
		list[i] = b
	}
	return list
}

// known is a person, or nobody in particular for one who was erased: their
// ledger goes on without them.
func (s *Shop) known(r store.Reader, id loyalty.MemberID) (people.Person, error) {
	p, err := s.Vault.Get(r, id)
	if errors.Is(err, people.ErrErased) || errors.Is(err, people.ErrNobody) {
		return people.Person{}, nil
	}
	return p, err
}

func factsOf(p people.Person) loyalty.Facts {
	f := loyalty.Facts{Joined: p.JoinedAt, BirthMonth: p.Birthday.Month, BirthDay: p.Birthday.Day}
	switch {
	case p.Birthday.IsZero():
	case p.BirthdayChanged:
		f.BirthChanged = p.BirthdayAt
	default:
		f.BirthSet = p.BirthdayAt
	}
	return f
}
