package handlers

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// talk calls a person of the shop and keeps the bot quiet meanwhile, so that
// the two can talk in the platform's own chat.
func (c counter) talk(t *bot.Turn) error {
	m, err := c.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err != nil {
		return err
	}
	called, err := c.calledAlready(t)
	if err != nil {
		return err
	}
	words := func(p i18n.Printer) bot.Message {
		name := shop.Tidy(m.Called())
		if name == "" {
			name = p.Say(i18n.SomeCustomer)
		}
		return bot.Message{
			Text: p.Say(i18n.TalkCall, "Name", name),
			Note: p.Say(i18n.TalkWhere, "Channel", c.Label(t.Event.Channel)),
		}
	}
	if called {
		words = nil
	}
	told, err := c.tellManagers(t, words)
	if err != nil {
		return err
	}
	key := i18n.TalkDone
	if !told {
		key = i18n.TalkWait // nobody is enrolled as a manager yet; the shop reads its chat
	}
	return c.talkHere(t, m.ID, key)
}

// talkHere leaves the chat to people, and notes that somebody waits in it.
func (c counter) talkHere(t *bot.Turn, who loyalty.MemberID, key i18n.Key) error {
	until := t.Now.Add(bot.MuteFor)
	t.Mute(until)
	t.Say(bot.Message{Text: t.Word(key), Buttons: []bot.Button{command(t.Word(i18n.TalkBack), "back")}})
	return c.Calling(t.Tx, shop.Call{Member: who, Channel: t.Event.Channel, Lane: c.Lane(t.Event.Chat), At: t.Now.UTC(), Until: until.UTC()})
}

// calls bounds how often one person can have the managers called: each call is
// a push to each of them, which the shop pays for.
var calls = people.Throttle{Name: "talk", Max: 3, Window: time.Hour}

// calledAlready says that the managers know: they were called in this silence,
// or often enough lately.
func (c counter) calledAlready(t *bot.Turn) (bool, error) {
	if t.Muted() {
		return true, nil
	}
	return c.enough(t, calls)
}

// notes bounds how often what one customer writes about a case is pushed to the
// managers; what comes beyond it stands in the case.
var notes = people.Throttle{Name: "case", Max: 10, Window: time.Hour}

// enough says that the speaker did something as often as is good.
func (c counter) enough(t *bot.Turn, of people.Throttle) (bool, error) {
	var enough *people.ThrottledError
	err := c.Vault.AttemptBy(t.Tx, of, string(t.Person.ID), t.Now)
	if errors.As(err, &enough) {
		return true, nil
	}
	return false, err
}

// back lets the bot speak again before the time.
func (c counter) back(t *bot.Turn) error {
	t.Unmute()
	if err := c.CallOver(t.Tx, loyalty.MemberID(t.Person.ID)); err != nil {
		return err
	}
	return c.menu(t)
}

// tellManagers tells each of the shop's managers who is not the speaker of the
// speaker, by their whole name, and reports whether there is one. With nil words it
// only looks. Who is told was shown a name: a search after a breach has to find it.
func (c counter) tellManagers(t *bot.Turn, words func(i18n.Printer) bot.Message) (told bool, err error) {
	managers, err := c.Vault.Managers(t.Tx, "")
	if err != nil {
		return false, err
	}
	for _, m := range managers {
		if m.Member == loyalty.MemberID(t.Person.ID) {
			continue
		}
		if words == nil {
			return true, nil
		}
		ok, err := c.Tell(t, m.Member, bot.Receipt, bot.PushNow, "", words)
		if err != nil {
			return told, err
		}
		if ok {
			if err := c.Saw(t.Tx, shop.Looker{By: m.ID.Actor()}, shop.WayCase, t.Now, loyalty.MemberID(t.Person.ID)); err != nil {
				return told, err
			}
		}
		told = told || ok
	}
	return told, nil
}
