package handlers

import (
	"errors"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/referral"
)

// friend takes an invitation: "friend 7KQ2M3XP9A", which a friend's link or
// message says. A stranger is welcomed with what it brings; it counts when they
// join, which may be days later. Each try counts, so that nobody finds codes by
// trying.
func (c counter) friend(t *bot.Turn) error {
	p, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	member := p.Status == people.Member
	switch {
	case t.Args == "" && member:
		return c.invite(t)
	case t.Args == "":
		return c.welcome(t)
	}
	if err := c.Vault.Attempt(t.Tx, people.CodeThrottle.For("refer"), shopIdentity(t), t.Now); err != nil {
		return t.Concede(err)
	}
	code, err := referral.ParseCode(t.Args)
	switch {
	case err == nil && member:
		err = c.notForMembers(t, p.ID, code)
	case err == nil:
		err = c.bind(t, p.ID, code)
	case member:
		c.sayMember(t)
		return nil
	}
	if no := c.Words(err); no != nil {
		if !member {
			no.Buttons = []bot.Button{shop.JoinButton(t)}
		}
		return t.Concede(no)
	}
	return err
}

// bind notes who sent a stranger, and welcomes them with what it brings.
func (c counter) bind(t *bot.Turn, id loyalty.MemberID, code referral.Code) error {
	if err := t.Tx.Lock(people.Subject(id)); err != nil { // whether they are new is read here
		return err
	}
	facts, err := c.Facts(t.Tx, id)
	if err != nil {
		return err
	}
	if err := c.Club.Referrals.Bind(t.Tx, id, code, facts, t.Now); err != nil {
		return err
	}
	r := c.Rules(t.Now).Referral
	first := t.Word(i18n.FriendPlain)
	if gift := c.worth(t, r.FriendPoints, r.FriendReward); gift != "" {
		first = t.Word(i18n.FriendGift, "Purchase", c.firstPurchase(t), "Gift", gift)
	}
	return c.welcomeWith(t, first)
}

// notForMembers tells a member that invitations are for others. Whose code it is
// they are not told, nor whether it is anybody's, but for their own.
func (c counter) notForMembers(t *bot.Turn, id loyalty.MemberID, code referral.Code) error {
	owner, err := c.Club.Referrals.ByCode(t.Tx, code)
	switch {
	case err == nil && owner == id:
		return referral.ErrSelf
	case err != nil && !errors.Is(err, referral.ErrUnknown):
		return err
	}
	c.sayMember(t)
	return nil
}

// sayMember says that invitations are for new friends, and offers one to give
// where the programme has any.
func (c counter) sayMember(t *bot.Turn) {
	if !c.Has("invite", t.Now) {
		t.Say(bot.Message{Text: t.Word(i18n.RefuseFriendOff)})
		return
	}
	t.Say(bot.Message{Text: t.Word(i18n.FriendMember), Buttons: []bot.Button{command(t.Word(i18n.KeyInvite), "invite")}})
}
