package alarm

import (
	"context"
	"slices"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// What is unusual of an employee's day. A regular comes twice a day, seldom more
// often; a shop that gives by hand does it by a few points.
const (
	tooOften    = 6   // times one member was given to by the same employee
	timesBefore = 3   // as much by hand as on the most generous day before
	leastByHand = 100 // points; less is not worth a message
	lookBack    = 30  // days
	tooMany     = 5   // sales and gifts taken back, and at least a third of them
)

// Giving finds employees whose day so far is unusual. Whether it is right, an
// owner knows: nothing is stopped by it.
func (d Desk) Giving(ctx context.Context) (found []Trouble, err error) {
	now := d.Shop.Clock.Now()
	err = d.DB.View(ctx, func(r store.Reader) error {
		found = nil
		all, err := d.Shop.Vault.AllStaff(r)
		if err != nil {
			return err
		}
		for _, s := range all {
			day := d.Shop.Rules(now).Day(now)
			sum, err := d.Shop.Book.Day(r, s.ID.Actor(), day)
			if err != nil {
				return err
			}
			if sum.Empty() {
				continue
			}
			some, err := d.unusual(r, s, day, sum)
			if err != nil {
				return err
			}
			found = append(found, some...)
		}
		return nil
	})
	return found, err
}

// unusual is what an owner would ask about in one employee's day.
func (d Desk) unusual(r store.Reader, s people.Staff, day string, sum book.DaySum) (found []Trouble, err error) {
	name := shop.Tidy(s.Name)
	say := func(what string, key i18n.Key, args ...any) {
		found = append(found, Trouble{Kind: Giving, About: day + "." + string(s.ID) + "." + what, Text: i18n.T(key, append(args, "Name", name)...)})
	}
	if len(sum.Often) > 0 {
		most := slices.MaxFunc(sum.Often, func(a, b book.Often) int { return a.Times - b.Times })
		if most.Times >= tooOften {
			customer, err := d.masked(r, most.Member)
			if err != nil {
				return nil, err
			}
			say("often", i18n.AlarmOften, "Number", i18n.Number(int64(most.Times)), "Customer", customer)
		}
	}
	if sum.GivePoints >= leastByHand {
		before, err := d.mostBefore(r, s)
		if err != nil {
			return nil, err
		}
		if before > 0 && sum.GivePoints >= timesBefore*before {
			say("gave", i18n.AlarmGave, "Number", i18n.Number(int64(sum.GivePoints)))
		}
	}
	if entered := sum.Sales + sum.Gives; sum.Undos >= tooMany && 3*sum.Undos >= entered {
		say("undone", i18n.AlarmUndone, "Number", i18n.Number(int64(sum.Undos)), "Sales", i18n.Number(int64(entered)))
	}
	return found, nil
}

// mostBefore is what the employee gave by hand on the most generous of the days
// before; 0 where they gave nothing, which is no measure.
func (d Desk) mostBefore(r store.Reader, s people.Staff) (most loyalty.Points, err error) {
	now := d.Shop.Clock.Now()
	today := d.Shop.Local(now)
	for i := 1; i <= lookBack; i++ {
		sum, err := d.Shop.Book.Day(r, s.ID.Actor(), today.AddDate(0, 0, -i).Format("2006-01-02"))
		if err != nil {
			return 0, err
		}
		most = max(most, sum.GivePoints)
	}
	return most, nil
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
