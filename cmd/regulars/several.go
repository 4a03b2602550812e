package main

import (
	"context"
	"net/http"
	"time"

	"regulars/bot"
	"regulars/store"
)

// What a process among several does for what it keeps in memory, which in a
// process that is alone is all there is to know.
//
// The row that it owns:
//
//	heard/<replica>   what came in on each channel, and when; a week after it was
//	                  written last
var heardTable = store.NewTable[heardRow]("heard/", store.Readable, func(rest []byte) store.Subject {
	return store.Subject("heard/" + string(rest))
})

// heardRow is a process's hearing.
type heardRow struct {
	At      time.Time                     `json:"at"`
	Last    map[bot.ChannelName]time.Time `json:"last"`
	Refused map[bot.ChannelName]int64     `json:"refused"`
}

const (
	// severalEvery is how often a process among several tells and asks.
	severalEvery = time.Minute
	// heardFor is how long the row of a process that is gone is kept.
	heardFor = 7 * 24 * time.Hour
)

// beside tells the others what came in here, compares this machine's clock with
// a platform's where no letter has, and forgets who was opened: another process
// may have erased them.
func (a *app) beside(ctx context.Context) error {
	told := heardRow{}
	for ctx.Err() == nil {
		if is := a.hearing(); !is.same(told) {
			if err := a.tellHeard(ctx, is); err == nil {
				told = is
			} else if ctx.Err() == nil {
				a.log.Warn("other processes cannot be told what came in here; it is tried again in a minute", "error", err)
			}
		}
		if a.doubt.is() {
			a.askTime(ctx)
		}
		a.shop.Vault.Forget()
		select {
		case <-ctx.Done():
		case <-a.clock.After(severalEvery):
		}
	}
	return nil
}

// hearing is what came in here.
func (a *app) hearing() heardRow {
	is := heardRow{At: a.clock.Now().UTC(), Last: map[bot.ChannelName]time.Time{}, Refused: map[bot.ChannelName]int64{}}
	for name, h := range a.heard {
		if last := h.last.Load(); last > 0 {
			is.Last[name] = time.Unix(0, last).UTC()
		}
		if n := h.refused.Load(); n > 0 {
			is.Refused[name] = n
		}
	}
	return is
}

func (h heardRow) same(o heardRow) bool {
	if len(h.Last) != len(o.Last) || len(h.Refused) != len(o.Refused) {
		return false
	}
	for name, t := range h.Last {
		if !t.Equal(o.Last[name]) {
			return false
		}
	}
	for name, n := range h.Refused {
		if n != o.Refused[name] {
			return false
		}
	}
	return true
}

func (a *app) tellHeard(ctx context.Context, is heardRow) error {
	id := a.replica.ID()
	return a.db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("heard/" + id)); err != nil {
			return err
		}
		return heardTable.Put(tx, is, id)
	})
}

// heardOn is when something came in on a channel last, in any process, and how
// many deliveries were refused.
func (a *app) heardOn(ctx context.Context, name bot.ChannelName) (last time.Time, refused int64, err error) {
	own := a.hearing()
	last, refused = own.Last[name], own.Refused[name]
	if a.replica == nil {
		return last, refused, nil
	}
	err = a.db.View(ctx, func(r store.Reader) (err error) {
		for id, h := range heardTable.Scan(r, heardTable.All(), &err) {
			if id == a.replica.ID() {
				continue
			}
			if t := h.Last[name]; t.After(last) {
				last = t
			}
			refused += h.Refused[name]
		}
		return err
	})
	return last, refused, err
}

// sweepHeard deletes what processes that are long gone heard.
func sweepHeard(ctx context.Context, db store.DB, now time.Time) (int, error) {
	return store.Sweep(ctx, db, heardTable.All(), 100, func(row store.Row) bool {
		var h heardRow
		return store.Decode(row.Key, row.Value, &h) == nil && now.Sub(h.At) > heardFor
	})
}

// askTime compares this machine's clock with the first platform's that answers.
func (a *app) askTime(ctx context.Context) {
	for _, c := range a.cfg.Channels {
		base := c.APIBase
		switch {
		case base != "":
		case c.Kind == bot.LINE:
			base = "https://api.line.me"
		default:
			base = "https://api.telegram.org"
		}
		if theirs, err := dateOf(ctx, a.cfg.calls, base); err == nil {
			a.doubt.note(c.Name, theirs, a.clock.Now())
			return
		}
	}
}

// dateOf is the time by which a server answers.
func dateOf(ctx context.Context, calls *http.Client, base string) (time.Time, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, base, nil)
	if err != nil {
		return time.Time{}, err
	}
	client := http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if calls != nil {
		client.Transport = calls.Transport
	}
	res, err := client.Do(req)
	if err != nil {
		return time.Time{}, err
	}
	defer res.Body.Close()
	return http.ParseTime(res.Header.Get("Date"))
}
