package till

import (
	"slices"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// Obeyed are a member's chats that are not locked.
func Obeyed(m people.Person) (all []people.Account) {
	for _, a := range m.Accounts {
		if !a.Frozen {
			all = append(all, a)
		}
	}
	return all
}

// Lockable are a member's chats that can be locked one by one: of an account that
// several of the shop's channels see, the first stands for all.
func (t Till) Lockable(m people.Person) (all []people.Account) {
	for _, a := range Obeyed(m) {
		if !slices.ContainsFunc(all, func(b people.Account) bool { return t.Vault.SameAccount(a.Identity, b.Identity) }) {
			all = append(all, a)
		}
	}
	return all
}

func chatsOf(all []people.Account) (chats []people.Identity) {
	for _, a := range all {
		chats = append(chats, a.Identity)
	}
	return chats
}

// MayLock refuses one's own card, and a colleague's to who is not above them:
// locking shuts an employee out.
func (t Till) MayLock(c *Call, id loyalty.MemberID) error {
	if id == c.Me.Member {
		return loyalty.ErrSelf
	}
	other, employed, err := t.Vault.StaffOfMember(c.Tx, id)
	if err == nil && employed && (!people.AtLeast(c.Me.Role, people.Manager) || !people.AtLeast(c.Me.Role, other.Role)) {
		err = bot.Refuse(i18n.FreezeStaff)
	}
	return err
}

// LockChat stops obeying one chat, and tells the member in all that are obeyed
// until now, for the locked one may have been found. The card and the recovery
// code that it could show are good no more: another chat draws new ones.
func (t Till) LockChat(c *Call, m people.Person, a people.Account) error {
	if err := t.Vault.FreezeAccount(c.Tx, a.Identity, true, t.Rand); err != nil {
		return err
	}
	if _, err := t.Vault.ReissueCard(c.Tx, m.ID, t.Rand); err != nil {
		return err
	}
	if err := t.Vault.EndRecovery(c.Tx, m.ID); err != nil { // it may be read there
		return err
	}
	channel := t.Label(bot.ChannelName(a.Channel))
	return t.TellChatsBy(c.Tx, c.Tell, m.ID, chatsOf(Obeyed(m)), func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(i18n.LostLockedTold, "Shop", t.Name(c.Now, p.Lang), "Channel", channel)}
	})
}

// LockAll locks the whole member: nothing is spent and no card is read. lost says
// that it is for a lost phone, which its owner ends by proving who they are; else
// only [Till.Unlock] ends it. Of who is locked already only that is changed, and
// nobody is told twice.
func (t Till) LockAll(c *Call, m people.Person, lost bool) error {
	if err := t.Vault.ReportLost(c.Tx, m.ID, lost, c.Now); err != nil || m.Frozen {
		return err
	}
	if err := t.Vault.Freeze(c.Tx, m.ID, true, t.Rand); err != nil {
		return err
	}
	if _, err := t.Book.Freeze(c.Tx, m.ID, c.Act("freeze"), true); err != nil {
		return err
	}
	return t.TellChatsBy(c.Tx, c.Tell, m.ID, chatsOf(Obeyed(m)), func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(i18n.FreezeTold, "Shop", t.Name(c.Now, p.Lang))}
	})
}

// Locked reports whether anything of a member is locked.
func Locked(m people.Person) bool { return m.Frozen || len(Obeyed(m)) < len(m.Accounts) }

// Unlock obeys everything of a member again, with a new card, and tells them.
func (t Till) Unlock(c *Call, m people.Person) error {
	for _, a := range m.Accounts {
		if !a.Frozen {
			continue
		}
		if err := t.Vault.FreezeAccount(c.Tx, a.Identity, false, t.Rand); err != nil {
			return err
		}
	}
	if m.Frozen {
		if err := t.thaw(c, m.ID); err != nil {
			return err
		}
	}
	if _, err := t.Vault.ReissueCard(c.Tx, m.ID, t.Rand); err != nil {
		return err
	}
	return t.TellMember(c, m.ID, bot.PushNow, "", func(p i18n.Printer) []bot.Message {
		return []bot.Message{{Text: p.Say(i18n.UnfreezeTold, "Shop", t.Name(c.Now, p.Lang))}}
	})
}

func (t Till) thaw(c *Call, id loyalty.MemberID) error {
	if err := t.Vault.Freeze(c.Tx, id, false, t.Rand); err != nil {
		return err
	}
	if err := t.Vault.ReportLost(c.Tx, id, false, c.Now); err != nil {
		return err
	}
	_, err := t.Book.Freeze(c.Tx, id, c.Act("freeze"), false)
	return err
}

// TellMerged tells the member of two cards that became one, in the chats where
// the two of them spoke last: nobody's card changes behind their back.
func (t Till) TellMerged(c *Call, m shop.Merged, from, into people.Person) error {
	return t.tellParted(c, into.ID, i18n.MergeTold, m.Balance.Available, from, into)
}

// TellUnmerged tells both that they have a card each again, and what is on it;
// back is what the one has who went.
func (t Till) TellUnmerged(c *Call, m shop.Merged, back loyalty.Points) error {
	has := []loyalty.Points{back, m.Balance.Available}
	for i, id := range []loyalty.MemberID{m.From, m.Into} { // in one order, as the act may run again
		p, err := t.Vault.Get(c.Tx, id)
		if err != nil {
			return err
		}
		if err := t.tellParted(c, id, i18n.UnmergeTold, has[i], p); err != nil {
			return err
		}
	}
	return nil
}

func (t Till) tellParted(c *Call, id loyalty.MemberID, key i18n.Key, has loyalty.Points, both ...people.Person) error {
	var chats []people.Identity
	for _, p := range both {
		if a, ok := p.Account(p.Home); ok && !a.Blocked && !a.Frozen {
			chats = append(chats, p.Home)
		}
	}
	return t.TellChatsBy(c.Tx, c.Tell, id, chats, func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(key, "Shop", t.Name(c.Now, p.Lang), "Points", shop.Points(p, has))}
	})
}
