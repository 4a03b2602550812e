package alarm

import (
	"context"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// Giving finds employees whose day so far is unusual, see [shop.Unusual].
func (d Desk) Giving(ctx context.Context) (found []Trouble, err error) {
	now := d.Shop.Clock.Now()
	err = d.DB.View(ctx, func(r store.Reader) error {
		found = nil
		all, err := d.Shop.Vault.AllStaff(r)
		if err != nil {
			return err
		}
		for _, s := range all {
			some, err := d.Shop.Unusual(r, s, d.Shop.Rules(now).Day(now))
			if err != nil {
				return err
			}
			for _, u := range some {
				if u.Pattern == shop.RoundSums { // waits for the week's digest
					continue
				}
				t, err := d.trouble(r, u)
				if err != nil {
					return err
				}
				found = append(found, t)
			}
		}
		return nil
	})
	return found, err
}

// trouble puts what is unusual into words.
func (d Desk) trouble(r store.Reader, u shop.Unusual) (Trouble, error) {
	name, number := shop.Tidy(u.Staff.Name), i18n.Number(u.Number)
	t := Trouble{Kind: Giving, About: u.Day + "." + string(u.Staff.ID) + "." + string(u.Pattern)}
	switch u.Pattern {
	case shop.OneCard:
		customer, err := d.masked(r, u.Member)
		if err != nil {
			return t, err
		}
		t.Text = i18n.T(i18n.AlarmOften, "Number", number, "Customer", customer, "Name", name)
	case shop.Generous:
		t.Text = i18n.T(i18n.AlarmGave, "Number", number, "Name", name)
	case shop.TakenBack:
		t.Text = i18n.T(i18n.AlarmUndone, "Number", number, "Sales", i18n.Number(u.Of), "Name", name)
	}
	return t, nil
}

// masked is a customer's name as it may stand in a message on a phone that lies
// about.
func (d Desk) masked(r store.Reader, id loyalty.MemberID) (string, error) {
	p, err := d.Shop.Vault.Get(r, id)
	if err != nil {
		return "", err
	}
	return shop.Mask(p.Called()), nil
}
