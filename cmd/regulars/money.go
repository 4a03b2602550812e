package main

import (
	"context"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/alarm"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// messagePlan is what the programme says of messages, as the outbox asks it.
func (a *app) messagePlan(now time.Time) outbox.Plan {
	m := a.shop.Programme(now).Messages
	plan := outbox.Plan{Most: m.Most, MostMoney: int64(m.MostMoney), Keep: m.Keep}
	if price, known := m.Price(now); known {
		plan.Included = price.Included
		plan.Cost = func(n int64) (int64, bool) {
			money, ok := price.Cost(n)
			return int64(money), ok
		}
	}
	return plan
}

// sends tells the shop what went out on LINE, where pushing costs money.
func (a *app) sends(r store.Reader, from, to time.Time) (all []shop.Sends, err error) {
	days, err := a.outbox.Stats(r, from, to)
	if err != nil {
		return nil, err
	}
	stops, err := a.outbox.Stops(r)
	if err != nil {
		return nil, err
	}
	for _, ch := range a.shop.Channels {
		if ch.Platform != bot.LINE {
			continue
		}
		m, err := a.outbox.Month(r, ch.Name, to)
		if err != nil {
			return nil, err
		}
		plan := a.messagePlan(to)
		own, _ := plan.Limit()
		s := shop.Sends{Channel: ch.Name, Own: own, Limited: m.Limited, Limit: m.Limit, Used: m.Used, Read: m.Read}
		for _, d := range days {
			if d.Channel == ch.Name {
				s.Billed, s.Replies, s.Rode, s.Saved = s.Billed+d.Billed, s.Replies+d.Free, s.Rode+d.Rode, s.Saved+d.Saved
			}
		}
		for _, stop := range stops {
			s.Stopped = s.Stopped || stop.Channel == ch.Name || stop.Channel == "*"
		}
		all = append(all, s)
	}
	return all, nil
}

// endsQueued ends what waits to be sent to somebody who is being erased.
func (a *app) endsQueued(tx store.Tx, id loyalty.MemberID, accounts []people.Account, now time.Time) error {
	var chats []bot.Chat
	for _, x := range accounts {
		chats = append(chats, bot.Chat{Channel: bot.ChannelName(x.Channel), ID: bot.ChatID(x.User)})
	}
	return a.outbox.Erased(tx, bot.PersonID(id), chats, now)
}

// ownLimits finds the channels that have used up most of what the shop itself
// allows a month.
func (w *watch) ownLimits(ctx context.Context) (found []alarm.Trouble, err error) {
	var all []shop.Sends
	now := w.a.clock.Now()
	err = w.a.db.View(ctx, func(r store.Reader) (err error) {
		all, err = w.a.sends(r, now, now)
		return err
	})
	for _, s := range all {
		if s.Own <= 0 || s.Used*100 < s.Own*quotaAlarm {
			continue
		}
		key, what := i18n.MoneyLimitNear, "own-most"
		if s.Used >= s.Own {
			key, what = i18n.MoneyLimitGone, "own-all"
		}
		found = append(found, alarm.Trouble{
			Kind: alarm.Quota, About: string(s.Channel) + "." + what, Again: 7 * 24 * time.Hour,
			Text: i18n.T(key, "Channel", w.a.shop.Label(s.Channel), "Used", i18n.Number(s.Used), "Limit", i18n.Number(s.Own), "Percent", i18n.Number(min(100, s.Used*100/s.Own))),
		})
	}
	return found, err
}
