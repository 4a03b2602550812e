package till

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Called is a member's name as an employee may see it, never empty.
func Called(p i18n.Printer, m people.Person) string {
	if n := shop.Mask(m.Called()); n != "" {
		return n
	}
	return p.Say(i18n.SomeCustomer)
}

// Owner is the person whom a member's id leads to: themselves, or whom they were
// merged into.
func (t Till) Owner(r store.Reader, id loyalty.MemberID) (people.Person, error) {
	id, err := t.Vault.Holder(r, id)
	if err != nil {
		return people.Person{}, err
	}
	return t.Vault.Get(r, id)
}

// theirs reports whether what is of one member is of another: they may have
// turned out to be one person.
func (t Till) theirs(r store.Reader, of, id loyalty.MemberID) (bool, error) {
	a, err := t.Vault.Holder(r, of)
	if err != nil {
		return false, err
	}
	b, err := t.Vault.Holder(r, id)
	return a == b, err
}

// OnlyByPhone is the one member whom a number means: the one who proved it, or
// the only one who typed it. Points may be given on a typed number, never spent.
// It refuses in words.
func (t Till) OnlyByPhone(r store.Reader, phone people.Phone) (loyalty.MemberID, error) {
	claims, err := t.Vault.ByPhone(r, phone)
	switch {
	case err != nil:
		return "", err
	case len(claims) == 0:
		return "", bot.Refuse(i18n.WhoNoPhone, "Phone", phone.String())
	case len(claims) > 1 && !claims[0].Proven:
		return "", bot.Refuse(i18n.WhoTwoPhones, "Phone", phone.String())
	}
	return claims[0].Member, nil
}
