package jobs

import (
	"context"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/loyalty/plan"
	"regulars/store"
)

// plans ends the paid plans whose time is over and gives the cash-back of their
// years.
func (j Jobs) plans(ctx context.Context, _ schedule.Tick) (int, error) {
	if j.inDoubt() { // they would end on the wrong day
		return 0, nil
	}
	return j.Shop.Plans.Tick(ctx, j.DB, j.Shop.Clock.Now(), j.tellPlan)
}

// tellPlan tells a member what time did to their plan, never in quiet hours:
// cash-back is a gift and pushed, that it ended rides the next answer (design, law
// 14).
func (j Jobs) tellPlan(tx store.Tx, d plan.Done) error {
	s, now := j.Shop, j.Shop.Clock.Now()
	to, speak, ok, err := s.Reach(tx, d.Member)
	if err != nil || !ok {
		return err
	}
	for n, msg := range s.PlanDone(speak, now, d) {
		i := bot.Intent{
			ID:      bot.IntentID(fmt.Sprintf("plan.%s.%d.%d", d.Member, now.UnixNano(), n)),
			Channel: to.Channel, Person: bot.PersonID(d.Member), Class: bot.Gift, Carriage: bot.PushNow,
			Born: now, NotBefore: s.Programme(now).QuietUntil(now), Letter: bot.Letter{To: to, Messages: []bot.Message{msg}},
		}
		if n >= len(d.Gave)+len(d.Fell) {
			i.Class, i.Carriage, i.NotAfter = bot.Nudge, bot.RideOnly, now.AddDate(0, 0, 30).Round(time.Second)
		}
		if err := j.Outbox.Put(tx, now, i); err != nil {
			return err
		}
	}
	return nil
}
