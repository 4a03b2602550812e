package staff

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
)

// What may follow /paid instead of WHO: buttons, which carry a payment's reference.
const (
	paidTake   = "take"
	paidRefund = "refund"
)

// paid records that somebody paid for a plan: /paid WHO PLAN AMOUNT [ORDER]. Without
// PLAN it says what they have.
func (d desk) paid(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if what, ref, ok := strings.Cut(t.Args, " "); ok && (what == paidTake || what == paidRefund) {
		return d.paidBack(t, me, what, loyalty.Ref(ref))
	}
	m, rest, err := d.who(t)
	if err != nil {
		return err
	}
	which, rest, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if which == "" {
		return d.planOf(t, m)
	}
	amount, order := shop.CutAmount(rest)
	if amount == "" {
		return d.howPaid(t)
	}
	pay := plan.Pay{Plan: strings.ToLower(which), Order: loyalty.Order(clipOrder(order))}
	if pay.Amount, err = shop.ReadMoney(amount, d.Rules(t.Now).Currency); err != nil {
		return err
	}
	out, err := d.PayPlan(d.call(t, me), m, pay)
	var other *plan.OtherError
	if errors.As(err, &other) && t.Event.Chat.Group {
		// Until when somebody's other plan runs is theirs: a group is sent to the private chat (law 12).
		d.inPrivate(t, "paid")
		return nil
	}
	if err != nil {
		return err
	}
	d.confirmPaid(t, m, out)
	return nil
}

// inPrivate sends who typed a command in a group to their private chat with it.
func (d desk) inPrivate(t *bot.Turn, command string) {
	t.Say(bot.Message{
		Text:    t.Word(i18n.BotPrivateHere),
		Buttons: []bot.Button{{Label: t.Word(i18n.BotOpenPrivate), Do: bot.DoPrivate, Value: command}},
	})
}

// howPaid answers with an example of the shop's own.
func (d desk) howPaid(t *bot.Turn) error {
	rules := d.Rules(t.Now)
	if len(rules.Plans) == 0 {
		return plan.ErrUnknown
	}
	x := rules.Plans[0]
	return bot.Refuse(i18n.PlanStaffHow, "Plan", x.ID, "Amount", d.Money(t.Printer, t.Now, x.Price))
}

// confirmPaid tells the employee what was recorded. A group hears no amount (law 12).
func (d desk) confirmPaid(t *bot.Turn, m people.Person, out plan.Paid) {
	ref := string(out.Payment.Ref)
	if t.Event.Chat.Group {
		t.Say(bot.Message{
			Text: t.Word(i18n.GroupDone, "Name", orSome(t.Printer, shop.Mask(m.DisplayName))), Note: t.Word(i18n.GroupRef, "Ref", ref),
			Buttons: []bot.Button{{Label: t.Word(i18n.KeyPlan), Do: bot.DoPrivate, Value: "plan"}},
		})
		return
	}
	msg := bot.Message{
		Text: t.Word(i18n.PlanStaffDone, "Money", d.Money(t.Printer, t.Now, out.Payment.Amount), "Name", d.called(t, m),
			"Plan", d.PlanName(t.Printer, t.Now, out.Payment.Plan), "Date", d.LastDay(t.Printer, out.Payment.To)),
		Note: t.Word(i18n.GroupRef, "Ref", ref),
	}
	if out.Replayed {
		msg.Text = t.Word(i18n.PlanStaffAgain)
	} else {
		t.MustArrive(ref)
		msg.Buttons = []bot.Button{{Label: t.Word(i18n.PlanStaffTake), Do: bot.DoCommand, Value: "paid " + paidTake + " " + ref}}
	}
	t.Say(msg)
}

// planOf says what plan a member has, with the buttons for it.
func (d desk) planOf(t *bot.Turn, m people.Person) error {
	x, state, err := d.Plans.Stand(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if state == plan.None || t.Event.Chat.Group {
		return d.howPaid(t)
	}
	msg := bot.Message{Text: t.Word(i18n.PlanStaffHas, "Name", d.called(t, m), "Plan", d.PlanName(t.Printer, t.Now, x.Plan), "Date", d.LastDay(t.Printer, x.To))}
	_, list, sum, err := d.Plans.Refundable(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if sum > 0 {
		ref := list[len(list)-1].Payment.Ref
		msg.Buttons = []bot.Button{{Label: t.Word(i18n.PlanStaffRefund), Do: bot.DoCommand, Value: "paid " + paidRefund + " " + string(ref)}}
	}
	t.Say(msg)
	return nil
}

// paidBack takes a payment back, or records a refund after it was shown and asked.
// A group hears of neither how much nor whose it is (law 12).
func (d desk) paidBack(t *bot.Turn, me people.Staff, what string, ref loyalty.Ref) error {
	if what == paidTake {
		z, err := d.TakePlanBack(d.call(t, me), ref)
		switch {
		case err != nil:
		case t.Event.Chat.Group:
			t.SayText(i18n.UndoDoneGroup, "Ref", string(z.Ref))
		default:
			t.Say(bot.Message{Text: t.Word(i18n.PlanStaffTaken, "Money", d.Money(t.Printer, t.Now, z.Amount), "Plan", d.PlanName(t.Printer, t.Now, z.Plan))})
		}
		return err
	}
	z, err := d.Plans.Payment(t.Tx, ref)
	if err != nil {
		return err
	}
	if t.Event.Chat.Group {
		d.inPrivate(t, "paid "+paidRefund+" "+string(z.Ref))
		return nil
	}
	m, err := d.Whole(t.Tx, z.Member)
	if err != nil {
		return err
	}
	return d.refundPlan(t, me, m)
}

func (d desk) refundPlan(t *bot.Turn, me people.Staff, m people.Person) error {
	x, _, sum, err := d.Plans.Refundable(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if sum == 0 {
		return plan.ErrNoMoney
	}
	name, money := d.PlanName(t.Printer, t.Now, x.Plan), d.Money(t.Printer, t.Now, sum)
	const yes = "yes"
	r, ok := t.Ask(bot.Question{
		Key:     "sure",
		Message: bot.Message{Text: t.Word(i18n.PlanStaffSure, "Money", money, "Name", d.called(t, m), "Plan", name)},
		Options: []bot.Option{{Value: yes, Label: t.Word(i18n.PlanStaffYes)}, {Value: "-", Label: t.Word(i18n.NotNow)}},
	})
	if !ok {
		return nil
	}
	if r.Value != yes {
		t.Say(bot.Message{Text: t.Word(i18n.PlanStaffKept)})
		return nil
	}
	if _, sum, err = d.RefundPlan(d.call(t, me), m); err != nil {
		return err
	}
	t.Say(bot.Message{Text: t.Word(i18n.PlanStaffRefunded, "Money", d.Money(t.Printer, t.Now, sum), "Name", d.called(t, m), "Plan", name)})
	return nil
}
