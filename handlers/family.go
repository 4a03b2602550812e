package handlers

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/household"
	"regulars/loyalty/people"
)

// family is the household whose members use one another's points: /family shows it;
// /family CODE joins one; and what its buttons say invites, shares, leaves, removes.
func (c counter) family(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if !c.Has("family", t.Now) {
		return household.ErrOff
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(t.Args), " ")
	switch word {
	case "":
		return c.showFamily(t, m)
	case "invite":
		return c.inviteHome(t, m)
	case "share":
		return c.shareHome(t, m, rest != "off")
	case "leave":
		return c.leaveHome(t, m)
	case "out":
		return c.removeFromHome(t, m, rest)
	}
	return c.joinHome(t, m)
}

// showFamily shows who is in it and what they have together, or what it would be.
func (c counter) showFamily(t *bot.Turn, m people.Person) error {
	h, ok, err := c.Households.Of(t.Tx, m.ID)
	if err != nil {
		return err
	}
	rules := c.Rules(t.Now).Household
	if !ok {
		t.Say(bot.Message{
			Title:   t.Word(i18n.KeyFamily),
			Text:    t.Word(i18n.FamilyText, "Size", i18n.Number(int64(rules.Size))),
			Note:    t.Word(i18n.FamilyHow),
			Buttons: []bot.Button{command(t.Word(i18n.FamilyInvite), "family invite")},
		})
		return nil
	}
	msg := bot.Message{Title: t.Word(i18n.FamilyTitle), Replace: true}
	if msg.Rows, err = c.familyRows(t, m.ID, h); err != nil {
		return err
	}
	if at := h.Mate(m.ID).Since.Add(rules.Wait); t.Now.Before(at) {
		msg.Note = t.Word(i18n.FamilyFrom, "Date", t.Date(c.Local(at)))
	}
	msg.Buttons, err = c.familyButtons(t, m.ID, h)
	t.Say(msg)
	return err
}

// familyRows are the mates, and what the speaker can use. What each of them has is
// theirs to know.
func (c counter) familyRows(t *bot.Turn, me loyalty.MemberID, h household.House) (rows []bot.Row, err error) {
	for _, x := range h.Members {
		name, err := c.mateName(t, x.Member)
		if err != nil {
			return nil, err
		}
		key := i18n.FamilyShares
		if x.Alone {
			key = i18n.FamilyAlone
		}
		rows = append(rows, bot.Row{Label: name, Value: t.Word(key)})
	}
	b, err := c.Book.Balance(t.Tx, me, t.Now)
	if err != nil {
		return nil, err
	}
	theirs, err := c.Households.Theirs(t.Tx, me, t.Now)
	return append(rows,
		bot.Row{Label: t.Word(i18n.RedeemHave), Value: i18n.Number(int64(b.Available))},
		bot.Row{Label: t.Word(i18n.FamilyTheirs), Value: i18n.Number(int64(theirs))}), err
}

func (c counter) mateName(t *bot.Turn, id loyalty.MemberID) (string, error) {
	p, err := c.Whole(t.Tx, id)
	if err != nil {
		return "", err
	}
	return c.Called(t, p), nil
}

// familyButtons are what the speaker can do in the household.
func (c counter) familyButtons(t *bot.Turn, me loyalty.MemberID, h household.House) (list []bot.Button, err error) {
	owner := h.Owner == me
	if owner && len(h.Members) < c.Rules(t.Now).Household.Size {
		list = append(list, command(t.Word(i18n.FamilyInvite), "family invite"))
	}
	if h.Mate(me).Alone {
		list = append(list, command(t.Word(i18n.FamilyShareOn), "family share on"))
	} else {
		list = append(list, command(t.Word(i18n.FamilyShareOff), "family share off"))
	}
	for i, x := range h.Members {
		if !owner || x.Member == me {
			continue
		}
		name, err := c.mateName(t, x.Member)
		if err != nil {
			return nil, err
		}
		list = append(list, command(t.Word(i18n.FamilyRemove, "Name", name), "family out "+strconv.Itoa(i+1)))
	}
	return append(list, command(t.Word(i18n.FamilyLeave), "family leave")), nil
}

// inviteHome gives a code for one person.
func (c counter) inviteHome(t *bot.Turn, m people.Person) error {
	code, _, err := c.Households.Invite(t.Tx, m.ID, loyalty.OpID(t.Op("household")), t.Now)
	if err != nil {
		return err
	}
	line := "/family " + strings.Join(slices.Collect(chunks(code, 4)), "-")
	t.Say(bot.Message{
		Text:    t.Word(i18n.FamilyCode, "Line", line, "Time", t.Time(c.Local(t.Now.Add(household.CodeLife)))),
		Buttons: []bot.Button{{Label: t.Word(i18n.CopyCode), Do: bot.DoCopy, Value: line}},
	})
	return nil
}

// chunks cuts a code for people.
func chunks(s string, n int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for ; s != ""; s = s[min(n, len(s)):] {
			if !yield(s[:min(n, len(s))]) {
				return
			}
		}
	}
}

// familyTries bounds the wrong codes of one person, over all their chats.
var familyTries = people.CodeThrottle.For("household")

// joinHome takes an invitation after a yes. Wrong codes are counted and answered
// alike, whatever is wrong with them.
func (c counter) joinHome(t *bot.Turn, m people.Person) error {
	who := claimant(m.ID)
	if err := c.Vault.Barred(t.Tx, familyTries, who, t.Now); err != nil {
		return err
	}
	h, err := c.Households.Look(t.Tx, t.Args, t.Now)
	if errors.Is(err, household.ErrCode) {
		if err := c.Vault.Attempt(t.Tx, familyTries, who, t.Now); err != nil {
			return err
		}
		return t.Concede(c.Words(err))
	}
	if err != nil {
		return err
	}
	name, err := c.mateName(t, h.Owner)
	if err != nil {
		return err
	}
	if yes, ok := c.sureHome(t, t.Word(i18n.FamilyAsk, "Name", name), t.Word(i18n.FamilyHow), i18n.FamilyJoin, h.ID); !ok || !yes {
		return c.notNowFamily(t, ok)
	}
	if h, err = c.Households.Join(t.Tx, m.ID, t.Args, t.Now); err != nil {
		return err
	}
	for _, x := range h.Members {
		if x.Member != m.ID {
			if err := c.tellMate(t, x.Member, i18n.FamilyJoined, c.Called(t, m)); err != nil {
				return err
			}
		}
	}
	return c.showFamily(t, m)
}

// sureHome asks whether something is meant; terms are what is agreed to.
func (c counter) sureHome(t *bot.Turn, text, note string, yes i18n.Key, terms string) (meant, ok bool) {
	r, ok := t.Ask(bot.Question{
		Key: "sure", Terms: terms, Message: bot.Message{Text: text, Note: note},
		Options: []bot.Option{{Value: "yes", Label: t.Word(yes)}, {Value: "no", Label: t.Word(i18n.NotNow)}},
	})
	return ok && r.Value == "yes", ok
}

// notNowFamily is what is said where nothing is to be done; nothing while an answer
// is awaited.
func (c counter) notNowFamily(t *bot.Turn, answered bool) error {
	if answered {
		t.Say(bot.Message{Text: t.Word(i18n.FamilyAsIs), Menu: c.Menu(t)})
	}
	return nil
}

// tellMate tells somebody of the household what somebody did.
func (c counter) tellMate(t *bot.Turn, id loyalty.MemberID, key i18n.Key, name string) error {
	_, err := c.Tell(t, id, bot.Receipt, bot.RideOnly, "", func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(key, "Name", name)}
	})
	return err
}

func (c counter) shareHome(t *bot.Turn, m people.Person, on bool) error {
	if _, err := c.Households.Share(t.Tx, m.ID, on); err != nil {
		return err
	}
	return c.showFamily(t, m)
}

func (c counter) leaveHome(t *bot.Turn, m people.Person) error {
	h, in, err := c.Households.Of(t.Tx, m.ID)
	if err != nil || !in {
		return orNotIn(err)
	}
	if yes, ok := c.sureHome(t, t.Word(i18n.FamilyLeaveAsk), "", i18n.FamilyLeave, h.ID); !ok || !yes {
		return c.notNowFamily(t, ok)
	}
	if h, err = c.Households.Leave(t.Tx, m.ID); err != nil {
		return err
	}
	for _, x := range h.Members {
		if err := c.tellMate(t, x.Member, i18n.FamilyWent, c.Called(t, m)); err != nil {
			return err
		}
	}
	t.Say(bot.Message{Text: t.Word(i18n.FamilyLeft), Menu: c.Menu(t)})
	return nil
}

func orNotIn(err error) error {
	if err != nil {
		return err
	}
	return household.ErrNone
}

// removeFromHome takes the n-th mate out, as the list stands: who it is is asked
// once more by name, and the answer is for that person only.
func (c counter) removeFromHome(t *bot.Turn, m people.Person, place string) error {
	h, in, err := c.Households.Of(t.Tx, m.ID)
	if err != nil || !in {
		return orNotIn(err)
	}
	i, err := strconv.Atoi(place)
	if err != nil || i < 1 || i > len(h.Members) {
		return c.showFamily(t, m)
	}
	mate := h.Members[i-1].Member
	if h.Owner != m.ID || mate == m.ID {
		return household.ErrOwner
	}
	name, err := c.mateName(t, mate)
	if err != nil {
		return err
	}
	if yes, ok := c.sureHome(t, t.Word(i18n.FamilyRemoveAsk, "Name", name), "", i18n.FamilyRemoveYes, string(mate)); !ok || !yes {
		return c.notNowFamily(t, ok)
	}
	if _, err := c.Households.Remove(t.Tx, m.ID, mate); err != nil {
		return err
	}
	if err := c.tellMate(t, mate, i18n.FamilyRemoved, c.Called(t, m)); err != nil {
		return err
	}
	return c.showFamily(t, m)
}

// tellLenders tells all whose points a redemption of the speaker's used.
func (c counter) tellLenders(t *bot.Turn, m people.Person, reward string, rec book.Receipt) error {
	return c.eachOf(rec.Borrowed(), func(id loyalty.MemberID, n loyalty.Points) error {
		_, err := c.Tell(t, id, bot.Receipt, bot.PushNow, string(rec.Entry().Ref), func(p i18n.Printer) bot.Message {
			return c.LentNews(p, t.Now, shop.Tidy(m.Called()), n, reward)
		})
		return err
	})
}

// tellHome tells all whose points are back.
func (c counter) tellHome(t *bot.Turn, rec book.Receipt) error {
	return c.eachOf(rec.SentHome(), func(id loyalty.MemberID, n loyalty.Points) error {
		_, err := c.Tell(t, id, bot.Receipt, bot.PushNow, string(rec.Entry().Ref), func(p i18n.Printer) bot.Message { return c.HomeNews(p, n) })
		return err
	})
}

// eachOf goes through members in the order of their ids, so that the same is said in
// the same order.
func (c counter) eachOf(all map[loyalty.MemberID]loyalty.Points, f func(loyalty.MemberID, loyalty.Points) error) error {
	ids := make([]loyalty.MemberID, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := f(id, all[id]); err != nil {
			return err
		}
	}
	return nil
}
