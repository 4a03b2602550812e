package outbox

import (
	"context"
	"maps"
	"slices"
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

var quotas = store.NewTable[quota]("outquota/", store.Readable, ofQuota)

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
		if err := quotas.Put(tx, q, string(ch)); err != nil {
			return err
		}
		return liftQuota(tx, ch, &q)
	})
}

// liftQuota ends a stop for a used-up quota where the month was given more.
func liftQuota(tx store.Tx, ch bot.ChannelName, q *quota) error {
	if err := tx.Lock(pauseSubject(ch)); err != nil {
		return err
	}
	p, ok, err := pauses.Get(tx, string(ch))
	if err != nil || !ok || p.Why != WhyQuota || p.Until == 0 {
		return err
	}
	// What is told to be used is approximate, so that it cannot say that there is
	// room again; where the limit was not known, one more try tells.
	if q.Limited && q.Limit <= p.Limit || q.Limited && p.Limit == 0 && q.Limit <= q.Used {
		return nil
	}
	return pauses.Delete(tx, string(ch))
}

// How often the platforms are asked for what is left of the month.
const (
	readEach  = time.Hour
	readShort = 10 * time.Minute // where little is left
	// shortFrom is the share of a limit, in per cent, from which on little is left.
	shortFrom = 80
)

// readings asks each metered channel's platform, until ctx ends.
func (o *Outbox) readings(ctx context.Context) {
	for start := true; ; start = false {
		for _, name := range slices.Sorted(maps.Keys(o.channels)) {
			c := o.channels[name]
			if _, ok := c.sender.(Metered); ok && c.owner() && (start || o.readingDue(ctx, name)) {
				o.readNow(ctx, name)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-o.cfg.Clock.After(readShort):
		}
	}
}

// readingDue says whether it is time to ask for a channel again.
func (o *Outbox) readingDue(ctx context.Context, name bot.ChannelName) bool {
	now := o.cfg.Clock.Now()
	var m Month
	err := o.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		m, err = o.Month(r, name, now)
		return err
	})
	short := m.Limited && (m.Used+m.Held)*100 >= m.Limit*shortFrom
	age := now.Sub(m.Read)
	return err == nil && (short || age < 0 || age >= readEach-readShort/2)
}

// readNow asks for one channel.
func (o *Outbox) readNow(ctx context.Context, name bot.ChannelName) {
	within, stop := context.WithTimeout(ctx, o.cfg.SendLimit)
	defer stop()
	if err := o.ReadQuota(within, name); err != nil && ctx.Err() == nil {
		o.cfg.Log.Warn("outbox: what is left of the month's messages is not told; it is asked again in ten minutes", "channel", name, "error", err)
	}
}

// Month is what is known of a channel's billed messages in LINE's month, which
// begins in Japan.
type Month struct {
	Channel bot.ChannelName
	Limited bool      // the platform has a limit, and told it
	Limit   int64     // of the platform
	Used    int64     // by everybody, as far as is known; at least what this program sent
	Own     int64     // sent by this program
	Held    int64     // of this program's, on their way
	Read    time.Time // when the platform was asked last; zero: never
}

// Month tells what is known of a channel's month.
func (o *Outbox) Month(r store.Reader, ch bot.ChannelName, now time.Time) (Month, error) {
	q, err := readQuota(r, ch, now)
	return Month{ch, q.Limited, q.Limit, q.Spent + q.elsewhere(), q.Spent, q.Held, at(q.Read)}, err
}

// Cost is what a number of messages comes to, before they are sent.
type Cost struct {
	Included int64 // of them, those that the month's fee has paid for
	Extra    int64 // those beyond
	Money    int64 // what they add to the month, in minor units; 0 where Priced is false
	Priced   bool  // prices are known
	// Fits says that the platform's limit and the shop's own leave room for all
	// of them, as promos.
	Fits bool
}

// Cost tells what n more billed messages cost on a channel this month. Where
// messages are free it is nothing.
func (o *Outbox) Cost(r store.Reader, ch bot.ChannelName, n int64, now time.Time) (Cost, error) {
	if o.gratis(ch) {
		return Cost{Priced: true, Fits: true}, nil
	}
	m, err := o.Month(r, ch, now)
	if err != nil {
		return Cost{}, err
	}
	q, err := readQuota(r, ch, now)
	if err != nil {
		return Cost{}, err
	}
	plan, used := o.plan(now), m.Used+m.Held
	c := Cost{Included: min(n, max(0, plan.Included-used))}
	c.Extra = n - c.Included
	most, _ := q.most(plan, bot.Promo)
	c.Fits = q.take(n, most)
	if plan.Cost == nil {
		return c, nil
	}
	before, _ := plan.Cost(used)
	after, ok := plan.Cost(used + n)
	c.Priced, c.Money, c.Fits = true, max(0, after-before), c.Fits && ok
	return c, nil
}
