package outbox

import (
	"context"
	"time"

	"regulars/bot"
	"regulars/store"
)

// quota is a channel's month of billed messages. Its purse holds what this
// program sent; the rest is what the platform told at the last reading.
type quota struct {
	Month   string `json:"m"`           // as in "202611", as LINE counts months
	Limited bool   `json:"l,omitempty"` // the platform has a limit
	Limit   int64  `json:"n,omitempty"`
	Used    int64  `json:"u,omitempty"` // as told at Read, sends from the platform's own manager too
	Own     int64  `json:"o,omitempty"` // purse.Spent when that was asked
	Read    int64  `json:"r,omitempty"` // µs; 0: never
	purse
}

var quotas = store.NewTable[quota]("outquota/", store.Locked, ofQuota)

func ofQuota(rest []byte) store.Subject { return store.Subject("outquota/" + string(rest)) }

// quotaFor locks and reads a channel's month.
func quotaFor(tx store.Tx, ch bot.ChannelName, now time.Time) (quota, error) {
	if err := tx.Lock(ofQuota([]byte(ch))); err != nil {
		return quota{}, err
	}
	return readQuota(tx, ch, now)
}

// readQuota reads a channel's month, which may have just begun: then nothing of
// it is used but what is still held.
func readQuota(r store.Reader, ch bot.ChannelName, now time.Time) (quota, error) {
	q, _, err := quotas.Get(r, string(ch))
	if month := lineMonth(now); q.Month != month {
		q.Month, q.Used, q.Own, q.Spent = month, 0, 0, 0
	}
	return q, err
}

// elsewhere is how many messages of the month others sent, as far as the last
// reading tells. The platform counts late and leaves out who blocked the shop,
// so that it may tell of fewer than we sent.
func (q *quota) elsewhere() int64 { return max(0, q.Used-q.Own) }

// lineMonth is LINE's month: its days begin in Japan (see monthsEnd).
func lineMonth(now time.Time) string { return now.In(japan).Format("200601") }

var japan = time.FixedZone("", 9*60*60)

// Metered is a Channel whose platform tells what a month allows. LINE's adapter
// is one.
type Metered interface {
	// Quota tells how many billed messages this month allows and has used, in
	// messages times receivers.
	Quota(ctx context.Context) (limit, used int64, unlimited bool, err error)
}

// ReadQuota asks a channel's platform what is left of the month, and keeps it.
// Channels that cannot tell are left alone. Run calls it at its start, each hour
// and when little is left; whoever begins a large sending calls it before.
func (o *Outbox) ReadQuota(ctx context.Context, ch bot.ChannelName) error {
	c := o.channels[ch]
	if c == nil {
		return nil
	}
	m, ok := c.sender.(Metered)
	if !ok {
		return nil
	}
	asked := o.cfg.Clock.Now()
	var before quota
	err := o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		before, err = readQuota(r, ch, asked)
		return err
	})
	if err != nil {
		return err
	}
	limit, used, unlimited, err := m.Quota(ctx)
	if err != nil {
		return err
	}
	return o.cfg.DB.Update(ctx, func(tx store.Tx) error {
		q, err := quotaFor(tx, ch, asked)
		if err != nil {
			return err
		}
		q.Limited, q.Limit, q.Used, q.Read = !unlimited, limit, used, micros(asked)
		// What was settled while the platform answered may or may not be in used.
		q.Own = before.Spent
		return quotas.Put(tx, q, string(ch))
	})
}
