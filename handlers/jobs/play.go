package jobs

import (
	"context"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/chance"
	"regulars/store"
)

// playJobs close red packets and quizzes whose time is over, and tell who made
// them what came of it; also where the programme has them no more, for there may be
// some that are open.
func (j Jobs) playJobs() []schedule.Job {
	return []schedule.Job{{Name: "play", Spec: everyMinute, Run: j.play}}
}

func (j Jobs) play(ctx context.Context, _ schedule.Tick) (int, error) {
	now := j.Shop.Clock.Now()
	return j.Shop.Chance.Close(ctx, j.DB, now, func(tx store.Tx, c chance.Closed) error {
		who, id := c.Maker()
		m, err := j.maker(tx, who)
		if err != nil || m == "" {
			return err
		}
		to, speak, ok, err := j.Shop.Reach(tx, m)
		if err != nil || !ok {
			return err
		}
		return j.Outbox.Put(tx, now, bot.Intent{
			ID: bot.IntentID("play." + id), Channel: to.Channel, Person: bot.PersonID(m), Class: bot.Nudge, Carriage: bot.RideOnly,
			Born: now, NotBefore: j.Shop.Programme(now).QuietUntil(now),
			Letter: bot.Letter{To: to, Messages: []bot.Message{closedMessage(speak, c)}},
		})
	})
}

// maker is the person behind an employee; "" for one who works here no more.
func (j Jobs) maker(r store.Reader, who loyalty.Actor) (loyalty.MemberID, error) {
	all, err := j.Shop.Vault.AllStaff(r)
	for _, s := range all {
		if s.Active && loyalty.ByStaff(string(s.ID)) == who {
			return s.Member, err
		}
	}
	return "", err
}

// closedMessage is what became of a packet or a quiz.
func closedMessage(p i18n.Printer, c chance.Closed) bot.Message {
	if k := c.Packet; k != nil {
		return bot.Message{Title: p.Say(i18n.PacketClosed), Rows: []bot.Row{
			{Label: p.Say(i18n.PacketTaken), Value: p.Say(i18n.PacketOf, "Taken", k.Taken, "Pieces", k.Pieces)},
			{Label: p.Say(i18n.PacketGiven), Value: shop.Points(p, k.Given)},
			{Label: p.Say(i18n.PacketBack), Value: shop.Points(p, k.Total-k.Given)},
		}}
	}
	q := c.Run
	return bot.Message{Title: p.Say(i18n.QuizClosed), Rows: []bot.Row{
		{Label: p.Say(i18n.QuizHeard), Value: i18n.Number(int64(q.Heard))},
		{Label: p.Say(i18n.QuizRights), Value: i18n.Number(int64(q.Rights))},
		{Label: p.Say(i18n.PacketGiven), Value: shop.Points(p, q.Points*loyalty.Points(q.Given))},
	}}
}
