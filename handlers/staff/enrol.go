package staff

import (
	"errors"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

func isRefusal(err error) bool {
	var no *bot.Refusal
	return errors.As(err, &no)
}

// roleWords name the roles.
var roleWords = map[loyalty.Role]i18n.Key{
	people.Clerk: i18n.RoleClerk, people.Manager: i18n.RoleManager, people.Owner: i18n.RoleOwner,
}

// enrol makes the speaker an employee by a one-time code. A wrong one counts as
// a try, so its refusal lets the count stand.
func (d desk) enrol(t *bot.Turn) error {
	if t.Args == "" {
		return bot.Refuse(i18n.StaffCodeMissing)
	}
	code, err := people.ParseInviteCode(t.Args)
	if err != nil {
		return t.Concede(err)
	}
	s, err := d.Vault.Enrol(t.Tx, code, shop.Identity(t.Event.Identity()), t.Now, t.Rand())
	if err != nil {
		return t.Concede(err)
	}
	t.Person.Role = shop.RoleOf(s.Role)
	t.Say(bot.Message{
		Title: t.Word(i18n.StaffDone, "Role", t.Word(roleWords[s.Role])),
		Text:  t.Word(i18n.StaffHow),
		Menu:  d.Menu(t),
	})
	return nil
}
