package handlers

import (
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/loyalty/programme"
)

// What may follow /plan.
const (
	planTry    = "try"
	planCancel = "cancel"
)

// plan shows the speaker's paid plan: what runs, until when, and what it brought;
// or else which there are: /plan; begins a trial: /plan try ID; and cancels: /plan
// cancel.
func (c counter) plan(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if len(c.Rules(t.Now).Plans) == 0 {
		return plan.ErrUnknown
	}
	what, id, _ := strings.Cut(t.Args, " ")
	switch what {
	case planTry:
		return c.tryPlan(t, m, id)
	case planCancel:
		return c.cancelPlan(t, m)
	}
	x, state, err := c.Plans.Stand(t.Tx, m.ID, t.Now)
	if err != nil {
		return err
	}
	if state == plan.None {
		return c.allPlans(t, m)
	}
	msg, err := c.planPage(t, m, x, state)
	t.Say(msg)
	return err
}

// planPage is the plan that runs.
func (c counter) planPage(t *bot.Turn, m people.Person, x plan.Run, state plan.State) (bot.Message, error) {
	w := c.Programme(t.Now).Words(programme.Plan, x.Plan, string(t.Lang))
	msg := bot.Message{Title: w.Name, Rows: []bot.Row{{Label: t.Word(i18n.PlanUntil), Value: c.LastDay(t.Printer, x.To)}}}
	lines := []string{}
	switch state {
	case plan.Trial:
		lines = append(lines, t.Word(i18n.PlanTrial), t.Word(i18n.PlanHow))
	case plan.Ending:
		lines = append(lines, t.Word(i18n.PlanEnding))
	case plan.Grace:
		lines = append(lines, t.Word(i18n.PlanGrace, "Date", c.Local(x.End(c.Rules(t.Now)).Add(-1))))
	}
	for _, perk := range w.Perks {
		lines = append(lines, "· "+perk)
	}
	msg.Text = strings.Join(lines, "\n")
	if state != plan.Ending {
		msg.Buttons = []bot.Button{command(t.Word(i18n.PlanCancel), "plan "+planCancel)}
	}
	if err := c.planFigures(t, m, x, &msg); err != nil {
		return msg, err
	}
	msg.Menu = c.Menu(t)
	return msg, nil
}

// planFigures are what a plan brought so far, and what was paid last.
func (c counter) planFigures(t *bot.Turn, m people.Person, x plan.Run, msg *bot.Message) error {
	row := func(label i18n.Key, n loyalty.Money) {
		msg.Rows = append(msg.Rows, bot.Row{Label: t.Word(label), Value: c.Money(t.Printer, t.Now, n)})
	}
	saved, err := c.Saved(t.Tx, x, m.ID, t.Now)
	if err != nil {
		return err
	}
	if saved > 0 {
		row(i18n.PlanSaved, saved)
	}
	if terms, _ := c.Rules(t.Now).Plan(x.Plan); terms.CashBack.Percent > 0 {
		_, _, back, err := c.Plans.SoFar(t.Tx, x, t.Now)
		if err != nil {
			return err
		}
		row(i18n.PlanBack, back)
	}
	all, err := c.Plans.Payments(t.Tx, m.ID)
	if i := slices.IndexFunc(all, func(z plan.Payment) bool { return !z.Trial && z.Taken.IsZero() }); err == nil && i >= 0 {
		msg.Rows = append(msg.Rows, bot.Row{
			Label: t.Word(i18n.PlanLast), Value: c.Money(t.Printer, t.Now, all[i].Amount) + " · " + t.ShortDate(c.Local(all[i].At)),
		})
	}
	return err
}

// planPrices are how a plan's price is said.
var planPrices = map[loyalty.Span]i18n.Key{loyalty.SpanMonth: i18n.PlanMonth, loyalty.SpanYear: i18n.PlanYear}

// allPlans lists the plans that there are.
func (c counter) allPlans(t *bot.Turn, m people.Person) error {
	msg := bot.Message{Title: t.Word(i18n.PlanTitle), Text: t.Word(i18n.PlanHow), Buttons: []bot.Button{command(t.Word(i18n.KeyCard), "card")}, Menu: c.Menu(t)}
	facts, err := c.Facts(t.Tx, m.ID)
	if err != nil {
		return err
	}
	for _, x := range c.Rules(t.Now).Plans {
		w := c.Programme(t.Now).Words(programme.Plan, x.ID, string(t.Lang))
		card := bot.Message{Title: w.Name, Note: t.Word(planPrices[x.Every], "Money", c.Money(t.Printer, t.Now, x.Price))}
		lines := []string{}
		if w.About != "" {
			lines = append(lines, w.About)
		}
		for _, perk := range w.Perks {
			lines = append(lines, "· "+perk)
		}
		try, err := c.Plans.MayTry(t.Tx, m.ID, t.Now, x.ID, facts.Returned)
		if err != nil {
			return err
		}
		if try {
			card.Note += " · " + t.Word(i18n.PlanFree, "Count", x.Trial)
			card.Buttons = []bot.Button{command(t.Word(i18n.PlanTry), "plan "+planTry+" "+x.ID)}
		}
		card.Text = strings.Join(lines, "\n")
		msg.Cards = append(msg.Cards, card)
	}
	msg.Cards = msg.Cards[:min(len(msg.Cards), bot.MaxCards)]
	t.Say(msg)
	return nil
}

// tryPlan begins a trial.
func (c counter) tryPlan(t *bot.Turn, m people.Person, id string) error {
	terms, ok := c.Rules(t.Now).Plan(id)
	if !ok {
		return plan.ErrUnknown
	}
	facts, err := c.Facts(t.Tx, m.ID)
	if err != nil {
		return err
	}
	try, err := c.Plans.MayTry(t.Tx, m.ID, t.Now, id, facts.Returned)
	if err != nil {
		return err
	}
	if !try {
		return plan.ErrTried
	}
	name, last := c.PlanName(t.Printer, t.Now, id), c.Local(t.Now).AddDate(0, 0, terms.Trial-1)
	if yes := c.sureOf(t, t.Word(i18n.PlanTrySure, "Plan", name, "Date", last), i18n.PlanTryYes, i18n.PlanKept); !yes {
		return nil
	}
	out, err := c.Plans.Try(t.Tx, m.ID, shop.PlanAct(loyalty.OpID(t.Op("try")), m.ID, t.Now), id, facts.Returned)
	if err != nil {
		return err
	}
	t.Again("plan")
	t.Say(bot.Message{Text: t.Word(i18n.PlanTried, "Plan", name, "Date", c.Local(out.Run.To.Add(-1))), Menu: c.Menu(t)})
	return nil
}

// cancelPlan asks once more, and cancels.
func (c counter) cancelPlan(t *bot.Turn, m people.Person) error {
	x, state, err := c.Plans.Stand(t.Tx, m.ID, t.Now)
	switch {
	case err != nil:
		return err
	case state == plan.None:
		return plan.ErrNone
	case state == plan.Ending:
		return plan.ErrEnded
	}
	name, last := c.PlanName(t.Printer, t.Now, x.Plan), c.Local(x.To.Add(-1))
	if yes := c.sureOf(t, t.Word(i18n.PlanCancelSure, "Plan", name, "Date", last), i18n.PlanCancelYes, i18n.PlanKept); !yes {
		return nil
	}
	if _, err := c.Plans.Cancel(t.Tx, m.ID, shop.PlanAct(loyalty.OpID(t.Op("cancel")), m.ID, t.Now)); err != nil {
		return err
	}
	t.Again("plan")
	t.Say(bot.Message{Text: t.Word(i18n.PlanCancelled, "Plan", name, "Date", last), Menu: c.Menu(t)})
	return nil
}

// sureOf asks whether to do something, and says what is said where not. It is false
// while there is no answer.
func (c counter) sureOf(t *bot.Turn, text string, yes, kept i18n.Key) bool {
	const do = "yes"
	r, ok := t.Ask(bot.Question{
		Key: "sure", Message: bot.Message{Text: text},
		Options: []bot.Option{{Value: do, Label: t.Word(yes)}, {Value: "-", Label: t.Word(i18n.NotNow)}},
	})
	if ok && r.Value != do {
		t.Say(bot.Message{Text: t.Word(kept), Menu: c.Menu(t)})
	}
	return ok && r.Value == do
}
