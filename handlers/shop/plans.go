package shop

import (
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/plan"
	"regulars/loyalty/programme"
	"regulars/loyalty/segment"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// newPlans is the desk of the paid plans, which the catalogue asks too.
func (s *Shop) newPlans() *plan.Desk {
	d := &plan.Desk{
		Book: s.Book, Vouchers: s.Club.Vouchers, Key: s.Vault.Derive("plans"), Programme: s.Rules,
		Told:    s.cashBack,
		Changed: func(tx store.Tx, m loyalty.MemberID) error { return s.accountChanged(tx, m) },
	}
	s.Club.Vouchers.Plans = d.Of
	return d
}

// rollPlan fills in Plan.
func (s *Shop) rollPlan(r store.Reader, m loyalty.MemberID, _ []loyalty.MemberID, roll *segment.Roll) error {
	running, err := s.Plans.Of(r, m, s.Clock.Now())
	if len(running) > 0 {
		roll.Plan = running[0]
	}
	return err
}

// PlanName is what a paid plan is called.
func (s *Shop) PlanName(p i18n.Printer, now time.Time, id string) string {
	return s.Programme(now).Words(programme.Plan, id, string(p.Lang)).Name
}

// LastDay writes the last day of what is good until end, exclusive.
func (s *Shop) LastDay(p i18n.Printer, end time.Time) string { return p.Date(s.Local(end.Add(-1))) }

// plainPlans are the refusals of paid plans without numbers.
var plainPlans = map[error]i18n.Key{
	plan.ErrUnknown: i18n.PlanNoPlan,
	plan.ErrNone:    i18n.PlanNoRun,
	plan.ErrTried:   i18n.PlanNoTry,
	plan.ErrRuns:    i18n.PlanNoTwice,
	plan.ErrEnded:   i18n.PlanNoCancel,
	plan.ErrLater:   i18n.PlanNoTake,
	plan.ErrRef:     i18n.PlanNoRef,
	plan.ErrNoMoney: i18n.PlanNoMoney,
	voucher.ErrPlan: i18n.PlanNoReward,
}

// planWords words the refusals of paid plans that carry something.
func (s *Shop) planWords(err error) *bot.Refusal {
	var (
		price *plan.PriceError
		other *plan.OtherError
	)
	switch {
	case errors.As(err, &price):
		return refusal(err, i18n.PlanNoPrice, "Money", s.amount(price.Price))
	case errors.As(err, &other):
		return refusal(err, i18n.PlanNoOther, "Date", s.Local(other.Until.Add(-1)))
	}
	return nil
}

// Saved is what a member's plan has brought them by now, in minor units: the worth of
// the rewards for its members that they used since it began, and of the vouchers that
// cash-back brought.
func (s *Shop) Saved(r store.Reader, x plan.Run, m loyalty.MemberID, now time.Time) (sum loyalty.Money, err error) {
	all, err := s.Club.Vouchers.List(r, m, now)
	rules := s.Rules(now)
	for _, v := range all {
		w, _ := rules.Reward(v.Reward)
		switch {
		case v.Issued.Before(x.From):
		case v.Worth > 0 && v.Source != "" && v.State != voucher.Void:
			sum += v.Worth
		case v.State == voucher.Used && slices.Contains(w.Plans, x.Plan):
			sum += w.Worth
		}
	}
	return sum, err
}

// PlanDone words what time did to a member's plan, nil where there is nothing to
// say: that it ended, and cash-back that was given.
func (s *Shop) PlanDone(p i18n.Printer, now time.Time, d plan.Done) (all []bot.Message) {
	for _, g := range d.Gave {
		name := s.PlanName(p, now, g.Plan)
		msg := bot.Message{Title: p.Say(i18n.PlanGave, "Money", s.Money(p, now, g.Money), "Plan", name)}
		if !g.Voucher.Until.IsZero() {
			msg.Text = p.Say(i18n.PlanGaveText, "Date", s.LastDay(p, g.Voucher.Until))
		}
		msg.Buttons = []bot.Button{{Label: p.Say(i18n.KeyVouchers), Do: bot.DoCommand, Value: "vouchers"}}
		all = append(all, msg)
	}
	for _, f := range d.Fell {
		msg := bot.Message{Title: p.Say(i18n.PlanFell, "Money", s.Money(p, now, f.By+f.Owed), "Plan", s.PlanName(p, now, f.Plan))}
		var lines []string
		if f.Left > 0 {
			lines = append(lines, p.Say(i18n.PlanFellLeft, "Money", s.Money(p, now, f.Left)))
		}
		if f.Owed > 0 {
			lines = append(lines, p.Say(i18n.PlanFellOwed, "Money", s.Money(p, now, f.Owed)))
		}
		msg.Text = strings.Join(lines, "\n")
		all = append(all, msg)
	}
	if d.Ended {
		all = append(all, bot.Message{
			Text:    p.Say(i18n.PlanOver, "Plan", s.PlanName(p, now, d.Run.Plan)),
			Buttons: []bot.Button{{Label: p.Say(i18n.KeyPlan), Do: bot.DoCommand, Value: "plan"}},
		})
	}
	return all
}

// PlanAct is the act of a member for their own plan.
func PlanAct(op loyalty.OpID, m loyalty.MemberID, now time.Time) book.Act {
	return book.Act{Op: op, Actor: loyalty.ByMember(m), Now: now}
}
