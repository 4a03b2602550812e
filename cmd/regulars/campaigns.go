package main

import (
	"context"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/alarm"
	"regulars/handlers/campaign"
	"regulars/i18n"
	"regulars/store"
)

// newCampaigns are the shop's campaigns; what talks out is set once it is made.
func (a *app) newCampaigns() *campaign.Engine {
	a.shop.Boosts = campaign.Boosts
	e := &campaign.Engine{
		Shop: a.shop, DB: a.db,
		Segments: campaign.Rolls{Desk: a.shop.Segments, Now: a.clock.Now},
	}
	a.shop.Listeners = append(a.shop.Listeners, e.Heard)
	a.shop.AlsoKept = e.EachKept
	return e
}

// campaigns are those that paused by themselves: whoever sent one has put the
// phone away.
func (w *watch) campaigns(ctx context.Context) (found []alarm.Trouble, ok bool) {
	var all []campaign.Campaign
	err := w.a.db.View(ctx, func(r store.Reader) (err error) {
		all, err = w.a.campaigns.List(r, 0)
		return err
	})
	for _, c := range all {
		if c.State == campaign.Paused && c.Why != "" {
			found = append(found, alarm.Trouble{Kind: alarm.Campaigns, About: string(c.ID) + "." + c.Why, Text: i18n.T(i18n.AlarmPaused, "Name", c.Name)})
		}
	}
	return found, err == nil
}

// bulks are what the outbox asks about campaigns.
func (a *app) bulks() *outbox.BulkHooks {
	hooks := a.campaigns.Hooks(func(tx store.Tx, b outbox.Bulk, ch bot.ChannelName, people []bot.PersonID, now time.Time) ([]outbox.Verdict, error) {
		all, err := a.shop.MayAll(tx, string(b.ID), b.Class, ch, people, now)
		out := make([]outbox.Verdict, len(all))
		for i, m := range all {
			out[i] = outbox.Verdict{Why: m.Why, NotBefore: m.NotBefore}
		}
		return out, err
	})
	return &hooks
}

// maySend is asked of every message that is no answer: by the shop's rules, and
// whether the campaign that it belongs to still goes on.
func (a *app) maySend(tx store.Tx, i bot.Intent, now time.Time) (outbox.Verdict, error) {
	why, later, err := a.campaigns.MaySend(tx, i, now)
	if err == nil && why == "" && later.IsZero() {
		why, later, err = a.shop.MaySend(tx, i, now)
	}
	return outbox.Verdict{Why: why, NotBefore: later}, err
}
