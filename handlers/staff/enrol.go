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

// freeze stops spending and cards of a member whose phone is lost: /freeze WHO.
func (d desk) freeze(t *bot.Turn) error { return d.lock(t, true) }

// unfreeze allows them again, with a new card; a manager's to do.
func (d desk) unfreeze(t *bot.Turn) error { return d.lock(t, false) }

// mayLock refuses one's own card, and a colleague's to who is not above them:
// locking shuts an employee out.
func (d desk) mayLock(t *bot.Turn, me people.Staff, id loyalty.MemberID) error {
	if id == me.Member {
		return loyalty.ErrSelf
	}
	other, employed, err := d.Vault.StaffOfMember(t.Tx, id)
	if err == nil && employed && (!people.AtLeast(me.Role, people.Manager) || !people.AtLeast(me.Role, other.Role)) {
		err = bot.Refuse(i18n.FreezeStaff)
	}
	return err
}

func (d desk) lock(t *bot.Turn, on bool) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	m, _, err := d.anyone(t)
	if err != nil {
		return err
	}
	if err := d.mayLock(t, me, m.ID); err != nil {
		return err
	}
	if m.Frozen == on { // nobody is told twice
		key := i18n.FreezeDone
		if !on {
			key = i18n.UnfreezeNot
		}
		t.SayText(key, "Name", d.called(t, m))
		return nil
	}
	if err := d.Vault.Freeze(t.Tx, m.ID, on, t.Rand()); err != nil {
		return err
	}
	if _, err := d.Book.Freeze(t.Tx, m.ID, d.act(t, me, "freeze"), on); err != nil {
		return err
	}
	key, told := i18n.FreezeDone, i18n.FreezeTold
	if !on {
		key, told = i18n.UnfreezeDone, i18n.UnfreezeTold
		if _, err := d.Vault.ReissueCard(t.Tx, m.ID, t.Rand()); err != nil {
			return err
		}
	}
	if _, err := d.Tell(t, m.ID, bot.Receipt, bot.PushNow, "", func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(told, "Shop", d.Name(t.Now, p.Lang))}
	}); err != nil {
		return err
	}
	t.SayText(key, "Name", d.called(t, m))
	return nil
}
