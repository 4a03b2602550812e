package campaign

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// approvalLife is how long a manager's own two buttons are good.
const approvalLife = 7 * 24 * time.Hour

// send puts a draft on its way, or before those who must agree.
func (x *talk) send() error {
	if x.c.State != Drafted {
		return &StateError{x.c.State}
	}
	if !x.c.current(x.t.Now) {
		return x.count(i18n.CampRecount)
	}
	a := &x.c.Counted.Audience
	if x.manager() {
		yes, ok := x.sure(i18n.CampSendAsk, fmt.Sprintln(x.c.Version, a.People, a.Messages, a.Price.Money), append([]bot.Row{
			{Label: x.t.Word(i18n.CampWhen), Value: x.starts(x.t.Printer, &x.d)}}, x.reached(x.t.Printer, x.t.Now, a)...), "Name", x.d.Name)
		if !ok {
			return nil
		}
		if !yes {
			x.t.SayText(i18n.CampNotSent)
			return nil
		}
	}
	c, err := x.Submit(x.t.Tx, x.c.ID, x.by(), x.t.Now)
	if err != nil {
		return err
	}
	if x.c = c; c.State == Scheduled {
		x.t.Say(x.underWay())
		return nil
	}
	asked, err := x.askManagers()
	if err != nil {
		return err
	}
	if !asked {
		return bot.Refuse(i18n.CampNoManager, "Command", "regulars campaign approve "+string(c.ID))
	}
	key := i18n.CampAsked
	if len(c.Yes) > 0 {
		key = i18n.CampAskedSecond
	}
	x.t.SayText(key, "Name", x.d.Name)
	return nil
}

// underWay says that it goes out, now or when it is due.
func (x *talk) underWay() bot.Message {
	text := x.t.Word(i18n.CampGoes, "Name", x.d.Name)
	if x.c.Start.After(x.t.Now) {
		at := x.Shop.Local(x.c.Start)
		text = x.t.Word(i18n.CampGoesAt, "Name", x.d.Name, "Time", x.moment(at))
	}
	return bot.Message{Text: text, Buttons: []bot.Button{x.c.press(x.t.Word(i18n.CampHow), "")}}
}

// askManagers shows the campaign to every manager who has not agreed yet: what it
// says, and a card with whom it is for, its cost and two buttons of their own.
func (x *talk) askManagers() (asked bool, err error) {
	all, err := x.Shop.Vault.AllStaff(x.t.Tx)
	if err != nil {
		return false, err
	}
	for _, boss := range all {
		mine := boss.ID.Actor()
		if !boss.Active || !people.AtLeast(boss.Role, people.Manager) || mine == x.c.Asked || slices.Contains(x.c.Yes, mine) {
			continue
		}
		ok, err := x.askManager(boss)
		if err != nil {
			return asked, err
		}
		asked = asked || ok
	}
	return asked, nil
}

func (x *talk) askManager(boss people.Staff) (bool, error) {
	to, p, ok, err := x.Shop.Reach(x.t.Tx, boss.Member)
	if err != nil || !ok {
		return false, err
	}
	terms := string(x.c.ID) + " " + strconv.Itoa(x.c.Version)
	yes, err := x.t.NewToken(bot.PersonID(boss.Member), approvalLife, "campaignyes", "yes "+terms)
	if err != nil {
		return false, err
	}
	no, err := x.t.NewToken(bot.PersonID(boss.Member), approvalLife, "campaignyes", "no "+terms)
	if err != nil {
		return false, err
	}
	says, err := x.Preview(x.t.Tx, x.c.ID, &x.d, string(p.Lang), x.d.first(), nil)
	if err != nil {
		return false, err
	}
	a := &x.c.Counted.Audience
	card := bot.Message{
		Title: p.Say(i18n.CampMaySend, "Name", x.d.Name), Rows: append([]bot.Row{{Label: p.Say(i18n.CampBy), Value: x.asker(p)}}, append(x.particulars(p, x.t.Now, &x.d), x.reached(p, x.t.Now, a)...)...),
		Note: p.Say(i18n.CampSaysAbove),
		Buttons: []bot.Button{
			{Label: p.Say(i18n.CampApprove), Do: bot.DoToken, Value: yes}, {Label: p.Say(i18n.CampDecline), Do: bot.DoToken, Value: no},
			x.c.press(p.Say(i18n.CampPreview), "preview"),
		},
	}
	if x.needs(*a, x.t.Now) > 1 {
		card.Note = p.Say(i18n.CampNeedsTwo) + " " + card.Note
	}
	x.t.Tell(bot.Telling{Person: bot.PersonID(boss.Member), To: to, Class: bot.Receipt, Carriage: bot.PushNow, Messages: []bot.Message{still(says), card}})
	return true, nil
}

// still is a message with its buttons as words: to be looked at.
func still(m bot.Message) bot.Message {
	var labels []string
	for _, b := range m.Buttons {
		labels = append(labels, "["+b.Label+"]")
	}
	m.Note, m.Buttons = strings.Join(labels, " "), nil
	return m
}

// asker is who asks, for a colleague's eyes.
func (x *talk) asker(p i18n.Printer) string {
	if x.me.Name != "" {
		return shop.Tidy(x.me.Name)
	}
	if who, err := x.Shop.Vault.Get(x.t.Tx, x.me.Member); err == nil && who.Called() != "" {
		return shop.Tidy(who.Called())
	}
	return p.Say(i18n.SomeCustomer)
}

// decide takes a manager's answer on the card that was sent to them.
func (c chat) decide(t *bot.Turn) error {
	words := strings.Fields(t.Args)
	if !t.Token || len(words) != 3 {
		return bot.Refuse(i18n.BotButtonOld)
	}
	me, err := c.me(t)
	if err != nil {
		return err
	}
	x := &talk{chat: c, t: t, me: me}
	if x.c, err = c.Get(t.Tx, ID(words[1])); err != nil {
		return err
	}
	if strconv.Itoa(x.c.Version) != words[2] {
		return &bot.Refusal{Text: i18n.T(i18n.CampChangedSince), Buttons: []bot.Button{x.c.press(t.Word(i18n.CampOverview), "")}}
	}
	if x.d, err = c.Draft(t.Tx, x.c.ID, x.c.Version); err != nil {
		return err
	}
	if words[0] == "no" {
		return x.no()
	}
	return x.yes()
}

// yes is a manager's agreement.
func (x *talk) yes() error {
	c, err := x.Approve(x.t.Tx, x.c.ID, x.by(), x.t.Now)
	if errors.Is(err, ErrUncounted) {
		return x.count(i18n.CampRecount)
	}
	if err != nil {
		return err
	}
	if x.c = c; c.State == Waiting {
		x.t.SayText(i18n.CampOneMore)
		return nil
	}
	x.t.Say(x.underWay())
	return x.tellAsker(i18n.CampAgreed)
}

// no declines: it is a draft again.
func (x *talk) no() error {
	asked := x.c.Asked
	c, err := x.Decline(x.t.Tx, x.c.ID, x.by())
	if err != nil {
		return err
	}
	x.c, x.c.Asked = c, asked
	x.t.SayText(i18n.CampDeclined, "Name", x.d.Name)
	return x.tellAsker(i18n.CampRefused)
}

// tellAsker says what became of it to who asked.
func (x *talk) tellAsker(key i18n.Key) error {
	who, ok, err := x.staffOf(x.t, string(x.c.Asked))
	if err != nil || !ok || who.ID.Actor() == x.by().Actor {
		return err
	}
	_, err = x.Shop.Tell(x.t, who.Member, bot.Receipt, bot.PushNow, "", func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(key, "Name", x.d.Name), Buttons: []bot.Button{x.c.press(p.Say(i18n.CampOverview), "")}}
	})
	return err
}

// test shows the speaker what a recipient gets, each wording.
func (x *talk) test() error {
	p, err := x.Shop.Whole(x.t.Tx, loyalty.MemberID(x.t.Person.ID))
	if err != nil {
		return err
	}
	for _, v := range x.d.Names() {
		m, err := x.Preview(x.t.Tx, x.c.ID, &x.d, string(x.t.Lang), v, &p)
		if err != nil {
			return err
		}
		x.t.Say(m)
	}
	return nil
}

// discard throws a draft away, once they are sure.
func (x *talk) discard() error {
	if err := x.open(false); err != nil {
		return err
	}
	yes, ok := x.sure(i18n.CampDiscardAsk, string(x.c.ID), nil, "Name", x.d.Name)
	if !ok {
		return nil
	}
	if !yes {
		return x.show()
	}
	if err := x.Discard(x.t.Tx, x.c.ID); err != nil {
		return err
	}
	x.t.SayText(i18n.CampDiscarded, "Name", x.d.Name)
	return nil
}

// pause, resume and stop steer what is under way.
func (x *talk) pause() error  { return x.steered(x.Pause) }
func (x *talk) resume() error { return x.steered(x.Resume) }

func (x *talk) steered(f func(tx store.Tx, id ID, by By, now time.Time) (Campaign, error)) error {
	c, err := f(x.t.Tx, x.c.ID, x.by(), x.t.Now)
	if err != nil {
		return err
	}
	x.c = c
	return x.progress()
}

// stop ends it for good, once they are sure.
func (x *talk) stop() error {
	if x.c.Ended() || x.c.State == Drafted {
		return &StateError{x.c.State}
	}
	if !x.manager() {
		return ErrManager
	}
	yes, ok := x.sure(i18n.CampStopAsk, string(x.c.ID), nil, "Name", x.d.Name)
	if !ok {
		return nil
	}
	if !yes {
		return x.progress()
	}
	return x.steered(x.Stop)
}
