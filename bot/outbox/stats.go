package outbox

import (
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Counts is what a channel sent on one day. Letters are counted, not bubbles.
type Counts struct {
	Sent   map[bot.Class]int64 `json:"s,omitempty"` // accepted by the platform, riders apart
	Billed int64               `json:"b,omitempty"` // messages paid for, one a receiver
	Free   int64               `json:"f,omitempty"` // sent by a reply token
	Rode   int64               `json:"r,omitempty"` // carried by an answer
	Saved  int64               `json:"v,omitempty"` // of those, what would have been pushed for money
	Ended  map[State]int64     `json:"e,omitempty"` // otherwise, by state
}

// Day is one channel's counts of one day.
type Day struct {
	Date    string // as in 2026-11-21, in Config.Zone
	Channel bot.ChannelName
	Counts
}

// Stats gives the days from from to to, both included, in order. Days on which
// nothing happened are left out.
func (o *Outbox) Stats(r store.Reader, from, to time.Time) (list []Day, err error) {
	rg := days.Between(o.date(from), o.date(to)+"0") // "0" follows "/"
	for key, n := range days.Scan(r, rg, &err) {
		d, ch, _ := strings.Cut(key, "/")
		list = append(list, Day{d[:4] + "-" + d[4:6] + "-" + d[6:], bot.ChannelName(ch), n})
	}
	return list, err
}

func (o *Outbox) date(t time.Time) string { return t.In(o.cfg.Zone).Format("20060102") }

// tally gathers a transaction's counts, so that each counter is written once.
type tally struct {
	by    map[string]*Counts // by key after the prefix
	spent map[bot.ChannelName]*spent
}

// spent is what of a channel's reservations ended.
type spent struct{ held, billed int64 }

// settle ends r's reservation, if it has one.
func (t *tally) settle(r *row, billed int64) {
	t.settled(r.Channel, r.Held, billed)
	r.Held = 0
}

// settled ends a reservation on a channel.
func (t *tally) settled(ch bot.ChannelName, held, billed int64) {
	if held == 0 {
		return
	}
	if t.spent == nil {
		t.spent = map[bot.ChannelName]*spent{}
	}
	s := t.spent[ch]
	if s == nil {
		s = &spent{}
		t.spent[ch] = s
	}
	s.held += held
	s.billed += billed
}

func (t *tally) of(key string) *Counts {
	if t.by == nil {
		t.by = map[string]*Counts{}
	}
	if t.by[key] == nil {
		t.by[key] = &Counts{Sent: map[bot.Class]int64{}, Ended: map[State]int64{}}
	}
	return t.by[key]
}

// end takes an intent out of the working tables, keeps how it ended, and
// counts it. Its subject is locked.
func (t *tally) end(tx store.Tx, c *channel, id bot.IntentID, r *row, direct bool, v verdict, cost int, now time.Time) error {
	if err := remove(tx, r, id, direct); err != nil {
		return err
	}
	billed := int64(cost)
	if v.state == Unsure || v.state == Expired && r.begun() {
		billed = max(billed, r.Held) // nobody knows; a limit must hold all the same
	}
	t.settle(r, billed)
	if v.state == Dead {
		kept := *r
		kept.Calls, kept.Due, kept.Takes = nil, 0, nil
		if err := deads.Put(tx, dead{kept, v.why, micros(now)}, string(id)); err != nil {
			return err
		}
	}
	n := t.of(c.o.date(now) + "/" + string(c.name))
	n.Billed += int64(cost)
	switch v.state {
	case Sent:
		n.Sent[r.Class]++
		if direct && !c.free {
			n.Free++
		}
	case Rode:
		n.Rode++
		if r.Carriage != bot.RideOnly {
			n.Saved++
		}
	default:
		n.Ended[v.state]++
	}
	return c.o.store(tx, id, r, v.state, v.why, now)
}

// store keeps how an intent ended.
func (o *Outbox) store(tx store.Tx, id bot.IntentID, r *row, s State, why string, now time.Time) error {
	return pasts.Put(tx, past{r.Channel, r.Class, s, why, micros(now), r.Ref}, string(id))
}

// write adds the counts to their rows.
func (t *tally) write(tx store.Tx, o *Outbox, now time.Time) error {
	for _, key := range slices.Sorted(maps.Keys(t.by)) {
		if err := tx.Lock(ofDay([]byte(key))); err != nil {
			return err
		}
		sum, _, err := days.Get(tx, key)
		if err != nil {
			return err
		}
		sum.add(t.by[key])
		if err := days.Put(tx, sum, key); err != nil {
			return err
		}
	}
	for _, ch := range slices.Sorted(maps.Keys(t.spent)) {
		if err := o.settle(tx, ch, t.spent[ch].held, t.spent[ch].billed, now); err != nil {
			return err
		}
	}
	return nil
}

func (n *Counts) add(m *Counts) {
	n.Billed += m.Billed
	n.Free += m.Free
	n.Rode += m.Rode
	n.Saved += m.Saved
	n.Sent = sum(n.Sent, m.Sent)
	n.Ended = sum(n.Ended, m.Ended)
}

func sum[K comparable](a, b map[K]int64) map[K]int64 {
	if a == nil {
		a = map[K]int64{}
	}
	for k, v := range b {
		a[k] += v
	}
	return a
}
