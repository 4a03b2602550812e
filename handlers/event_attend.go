package handlers

import (
	"fmt"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/event"
	"regulars/loyalty/programme"
)

func eventPrice(t *bot.Turn, x event.Listed) string { return shop.EventPrice(t.Printer, &x.Event) }

// attend signs the speaker up for an event: /attend tasting. What they are asked is
// asked first, and what costs points is asked about.
func (c counter) attend(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	x, err := c.wanted(t, m.ID)
	if err != nil {
		return err
	}
	answers, words, ok := c.eventAnswers(t, x)
	if !ok {
		return nil
	}
	if x.Price > 0 {
		if yes, ok := c.eventSure(t, x); !ok || !yes {
			return nil
		}
	}
	if answers.Words, err = c.SealAnswers(t.Tx, m.ID, words); err != nil {
		return err
	}
	s, err := c.Events.SignUp(t.Tx, m.ID, book.Act{
		Op: loyalty.OpID(t.Op("attend")), Actor: loyalty.ByMember(m.ID), Store: x.Store, Now: t.Now,
	}, x.ID, answers)
	if err != nil {
		return c.orEvents(t, err)
	}
	t.Again("events " + x.ID)
	if s.State == event.Waiting {
		x.Counts.Waiting++
		t.Say(bot.Message{
			Title: c.EventName(t.Printer, t.Now, x), Text: t.Word(i18n.EventQueued, "Number", i18n.Number(x.Counts.Waiting)),
			Buttons: []bot.Button{command(t.Word(i18n.EventStop), "absent "+x.ID), command(t.Word(i18n.KeyEvents), "events")},
		})
		return nil
	}
	if s.Paid != "" {
		t.MustArrive(string(s.Paid))
	}
	t.Say(c.ticket(t, x, s))
	return nil
}

// wanted is the event that the speaker may sign up for now.
func (c counter) wanted(t *bot.Turn, m loyalty.MemberID) (x event.Listed, err error) {
	x, ok, err := c.Events.Find(t.Tx, strings.TrimSpace(t.Args), t.Now)
	if err == nil && !ok {
		err = c.orEvents(t, event.ErrUnknown)
	}
	if err != nil {
		return x, err
	}
	s, had, err := c.Events.Of(t.Tx, m, x.ID)
	if err != nil {
		return x, err
	}
	if had && (s.Holds() || s.State == event.Waiting) {
		return x, c.orEvents(t, event.ErrAlready)
	}
	if err := c.Events.May(t.Tx, m, x, t.Now); err != nil {
		if no := c.eventRefusal(t, x, err); no != nil {
			no.Buttons = []bot.Button{command(t.Word(i18n.KeyEvents), "events")}
			return x, no
		}
		return x, err
	}
	return x, nil
}

// longAnswer is how long an answer in words may be, in letters.
const longAnswer = 200

// eventAnswers asks what an event asks of who signs up.
func (c counter) eventAnswers(t *bot.Turn, x event.Listed) (a event.Answers, words map[string]string, ok bool) {
	a.Choices, words = map[string]string{}, map[string]string{}
	for _, q := range x.Questions {
		ask := bot.Question{Key: "q." + q.ID, Message: bot.Message{Title: c.EventName(t.Printer, t.Now, x), Text: c.questionName(t, x, q)}}
		for _, o := range q.Options {
			name := c.Programme(t.Now).Words(programme.EventOption, x.ID+"/"+q.ID+"/"+o, string(t.Lang)).Name
			ask.Options = append(ask.Options, bot.Option{Value: o, Label: name})
		}
		if len(q.Options) == 0 {
			ask.Parse = func(typed string) (string, error) {
				typed = strings.TrimSpace(shop.Typed(typed))
				if typed == "" || len([]rune(typed)) > longAnswer {
					return "", bot.Refuse(i18n.EventAnswerLong, "Most", longAnswer)
				}
				return typed, nil
			}
		}
		r, answered := t.Ask(ask)
		if !answered {
			return a, nil, false
		}
		if len(q.Options) == 0 {
			words[q.ID] = r.Value
		} else {
			a.Choices[q.ID] = r.Value
		}
	}
	return a, words, true
}

// eventSure asks before points are spent, or will be.
func (c counter) eventSure(t *bot.Turn, x event.Listed) (yes, ok bool) {
	price := shop.Points(t.Printer, x.Price)
	msg := bot.Message{
		Title: t.Word(i18n.EventAsk, "Event", c.EventName(t.Printer, t.Now, x), "Points", price),
		Rows:  c.eventRows(t, x)[:1],
	}
	label := t.Word(i18n.EventPay, "Points", price)
	if !x.Room() {
		msg.Text, label = t.Word(i18n.EventPayLater), t.Word(i18n.EventWait)
	}
	if by := c.Local(x.CancelBy); t.Now.Before(x.CancelBy) {
		msg.Note = t.Word(i18n.EventCancelBy, "Date", t.Date(by), "Time", t.Time(by))
	} else {
		msg.Note = t.Word(i18n.EventNoBack)
	}
	r, ok := t.Ask(bot.Question{
		Key: "sure", Message: msg, Terms: fmt.Sprint(x.Price, x.Start.Unix(), x.Room()),
		Options: []bot.Option{{Value: "yes", Label: label}, {Value: "no", Label: t.Word(i18n.NotNow)}},
	})
	if ok && r.Value != "yes" {
		t.Say(bot.Message{Text: t.Word(i18n.RedeemKept), Menu: c.Menu(t)})
	}
	return r.Value == "yes", ok
}

// absent gives up the speaker's place, or stops waiting for one: /absent tasting.
func (c counter) absent(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	x, ok, err := c.Events.Find(t.Tx, strings.TrimSpace(t.Args), t.Now)
	if err == nil && !ok {
		err = c.orEvents(t, event.ErrUnknown)
	}
	if err != nil {
		return err
	}
	s, _, err := c.Events.Of(t.Tx, m.ID, x.ID)
	if err != nil {
		return err
	}
	if s.State != event.Going && s.State != event.Waiting {
		return bot.Refuse(i18n.EventNotIn)
	}
	lost := s.Paid != "" && !x.Back(&s, t.Now)
	msg := bot.Message{Text: t.Word(i18n.EventSure, "Event", c.EventName(t.Printer, t.Now, x))}
	if lost {
		msg.Note = t.Word(i18n.EventNoBack)
	}
	r, ok := t.Ask(bot.Question{
		Key: "sure", Message: msg, Terms: fmt.Sprint(lost),
		Options: []bot.Option{{Value: "no", Label: t.Word(i18n.EventKeep)}, {Value: "yes", Label: t.Word(i18n.EventCancel)}},
	})
	if !ok {
		return nil
	}
	if r.Value != "yes" {
		t.Say(bot.Message{Text: t.Word(i18n.EventKept), Menu: c.Menu(t)})
		return nil
	}
	return c.cancelSeat(t, m.ID, x)
}

func (c counter) cancelSeat(t *bot.Turn, m loyalty.MemberID, x event.Listed) error {
	s, back, err := c.Events.Cancel(t.Tx, m, book.Act{
		Op: loyalty.OpID(t.Op("absent")), Actor: loyalty.ByMember(m), Store: x.Store, Now: t.Now,
	}, x.ID)
	if err != nil {
		return c.orEvents(t, err)
	}
	text := t.Word(i18n.EventCancelled, "Event", c.EventName(t.Printer, t.Now, x))
	if back {
		t.MustArrive(string(s.Paid))
		text += "\n" + t.Word(i18n.EventBack, "Points", shop.Points(t.Printer, s.Price))
	}
	t.Say(bot.Message{Text: text, Buttons: []bot.Button{command(t.Word(i18n.KeyEvents), "events")}})
	return nil
}
