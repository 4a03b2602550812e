package handlers

import (
	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
)

// link joins a second chat account to its member. Without a code it gives one
// to type in the other chat; with one it joins this chat to the code's owner.
func (c counter) link(t *bot.Turn) error {
	if t.Args != "" {
		return c.linkWith(t)
	}
	if t.Person.Role == bot.Anyone {
		r, ok := t.Ask(bot.Question{
			Key:     "code",
			Message: bot.Message{Text: t.Word(i18n.LinkAsk)},
			Options: []bot.Option{{Value: "lost", Label: t.Word(i18n.LostButton)}, {Value: "", Label: t.Word(i18n.NotNow)}},
			Parse: func(typed string) (string, error) {
				_, err := people.ParseLinkCode(typed)
				return typed, err
			},
		})
		if !ok {
			return nil
		}
		switch r.Value {
		case "":
			return c.welcome(t)
		case "lost":
			t.Args = ""
			return c.lost(t)
		}
		t.Args = r.Value
		return c.linkWith(t)
	}
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	code, err := c.Vault.NewLinkCode(t.Tx, m.ID, t.Now, t.Rand())
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Text:    t.Word(i18n.LinkCode, "Code", code.String(), "Time", t.Time(c.Local(t.Now.Add(people.CodeLife)))),
		Buttons: []bot.Button{{Label: t.Word(i18n.CopyCode), Do: bot.DoCopy, Value: "/link " + code.String()}},
	})
	return nil
}

// linkWith tries a code. A wrong one counts as a try, so its refusal lets the
// count stand.
func (c counter) linkWith(t *bot.Turn) error {
	code, err := people.ParseLinkCode(t.Args)
	if err != nil {
		return err
	}
	linked, err := c.Vault.Link(t.Tx, code, shopIdentity(t), t.Now, t.Rand(), c.nothingToLose(t))
	if err != nil {
		return t.Concede(err)
	}
	if err := c.dissolved(t, linked); err != nil {
		return err
	}
	return c.linked(t, linked)
}

// nothingToLose says whether a member has nothing that linking would leave
// behind.
func (c counter) nothingToLose(t *bot.Turn) func(loyalty.MemberID) (bool, error) {
	return func(id loyalty.MemberID) (bool, error) { return c.NothingToLose(t.Tx, id, t.Now) }
}

// dissolved ends what the account that was linked had begun as somebody of its
// own: its invitation leads nowhere any more, and nothing comes to it by date.
func (c counter) dissolved(t *bot.Turn, l people.Linked) error {
	if l.Left == "" {
		return nil
	}
	return c.Club.Leave(t.Tx, l.Left, book.Act{
		Op: loyalty.OpID(t.Op("dissolve")), Actor: loyalty.ByMember(l.Member), Reason: []byte("linked"), Now: t.Now,
	})
}

// linked tells both sides: this chat, and every chat that was there before.
func (c counter) linked(t *bot.Turn, l people.Linked) error {
	m, err := c.Vault.Get(t.Tx, l.Member)
	if err != nil {
		return err
	}
	t.Become(bot.PersonID(m.ID), bot.Member, c.Speak(m))
	speak := i18n.For(c.Speak(m))
	for _, old := range l.Tell {
		who := bot.Identity{Channel: bot.ChannelName(old.Channel), User: bot.UserID(old.User)}
		t.Tell(bot.Telling{
			Person: bot.PersonID(m.ID), Class: bot.Receipt, Carriage: bot.PushNow,
			To:       bot.Address{Chat: bot.Chat{Channel: who.Channel, ID: bot.ChatID(who.User)}, Person: who},
			Messages: []bot.Message{{Text: speak.Say(i18n.LinkTold, "Shop", c.Name(t.Now, speak.Lang))}},
		})
	}
	b, err := c.Book.Balance(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Text: t.Word(i18n.LinkDone, "Name", c.Called(t, m), "Points", shop.Points(t.Printer, b.Available)),
		Menu: c.Menu(t),
	})
	if l.Left != "" { // they may have sent a receipt's code before
		return c.claimWaiting(t, l.Left, m.ID)
	}
	return nil
}
