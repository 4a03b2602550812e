package main

import (
	"context"
	"time"

	"regulars/handlers/alarm"
	"regulars/handlers/api"
	"regulars/i18n"
	"regulars/store"
)

// api is what tills' programs ask.
func (a *app) api() *api.Server {
	return &api.Server{Shop: a.shop, DB: a.db, Outbox: a.outbox, Client: a.client}
}

// clashesFor is how long owners are told of a till that used one number for two
// things.
const clashesFor = 24 * time.Hour

// tills looks for programs that send what cannot be right.
func (w *watch) tills(ctx context.Context) (found []alarm.Trouble, ok bool) {
	var list []api.Clash
	err := w.a.db.View(ctx, func(r store.Reader) (err error) {
		list, err = api.Keys{Shop: w.a.shop}.Clashes(r, w.a.clock.Now().Add(-clashesFor))
		return err
	})
	for _, c := range list {
		at := w.a.shop.Local(c.At)
		found = append(found, alarm.Trouble{
			Kind: alarm.Till, About: string(c.Key.ID),
			Text: i18n.T(i18n.ApiAlarm, "Name", c.Key.Name, "Date", at, "Time", at.Format("15:04")),
		})
	}
	return found, err == nil
}
