package outbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// Poke tells every channel's loop something that changes nothing, for who wants
// to see in Unread that it reads.
func (o *Outbox) Poke() {
	for _, c := range o.channels {
		c.tell(event{})
	}
}

// Unread names the channels whose loop has not read yet all that it was told:
// for a moment, or because it does not run.
func (o *Outbox) Unread() (names []bot.ChannelName) {
	for _, name := range slices.Sorted(maps.Keys(o.channels)) {
		c := o.channels[name]
		c.mu.Lock()
		if len(c.inbox) > 0 {
			names = append(names, name)
		}
		c.mu.Unlock()
	}
	return names
}

// classes are all of them, each at its rank.
var classes = [ranks]bot.Class{bot.Answer, bot.Receipt, bot.Gift, bot.Nudge, bot.Promo}

// Queue is how much of one class waits on a channel, each intent apart; a
// bulk's people are not in it.
type Queue struct {
	Channel bot.ChannelName
	Class   bot.Class
	Due     int       // may go out now
	Later   int       // waits for its time, or for a ride
	Oldest  time.Time // since when the first of Due may; zero: there is none
}

// Queued counts what waits, by channel and class, those with none included. It
// reads at most the given number of each channel's index rows in each class:
// what is more than that is not counted.
func (o *Outbox) Queued(r store.Reader, most int) (list []Queue, err error) {
	now := micros(o.cfg.Clock.Now())
	for _, name := range slices.Sorted(maps.Keys(o.channels)) {
		for n, class := range classes {
			q := Queue{Channel: name, Class: class}
			for key := range dues.Scan(r, dues.Under(string(name), strconv.Itoa(n)), &err) {
				due, e := strconv.ParseInt(strings.SplitN(key, "/", 4)[2], 10, 64)
				if e != nil {
					return nil, e
				}
				if q.Due+q.Later == most {
					break
				}
				q.count(due, now)
			}
			if err != nil {
				return nil, err
			}
			list = append(list, q)
		}
	}
	return list, nil
}

func (q *Queue) count(due, now int64) {
	switch {
	case due > now:
		q.Later++
	case q.Due == 0: // they come in the order of their time
		q.Due, q.Oldest = 1, at(due)
	default:
		q.Due++
	}
}
