package shop

import (
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/store"
)

// Sends is what went out on one channel where pushing costs money, in a span of
// days, and what is known of that channel's month.
type Sends struct {
	Channel bot.ChannelName
	Billed  int64 // paid for, one a receiver
	Replies int64 // answers by a reply token, free
	Rode    int64 // carried by an answer, free
	Saved   int64 // of those, what would have been pushed

	Own     int64     // the shop's own limit of the month, in messages; 0 for none
	Limited bool      // the platform told of a limit of the month
	Limit   int64     // that limit, in messages
	Used    int64     // of the month, by everybody, as far as is known
	Read    time.Time // when the platform told it; zero: never
	Stopped bool      // nothing is pushed now
}

// Bill is what a month's messages cost so far.
type Bill struct {
	From, To time.Time // the start of the shop's month, and now
	Costs    bool      // there is a channel where pushing costs money
	Billed   int64     // pushed and paid for
	Replies  int64
	Rode     int64
	Used     int64         // all that count for the month, sent from elsewhere too
	Priced   bool          // prices are known; else all money is 0
	Cost     loyalty.Money // of the month so far, its fees too
	Saved    loyalty.Money // what rode along was worth, see programme.Price.Saved
	Forecast int64         // of Used at the month's end, at this pace and within the limit
	Expected loyalty.Money // what that would cost
	// Limit is what may be pushed in the month in all, by the platforms and the
	// shop's own limit; 0 for no limit. Left is what is left of it.
	Limit, Left int64
	Read        time.Time // the oldest reading of a limit; zero: none
	Stopped     []bot.ChannelName
}

// Bill adds up what this month's messages cost so far. It is for a View, or a
// turn that only reads. What was billed is counted by the shop's own days, as all
// its other figures are. What limits sending is not: the outbox holds to LINE's
// month, whose days are Japan's, so that in the hours between the two turns the
// bill may tell of more than LINE's counter.
func (s *Shop) Bill(r store.Reader, now time.Time) (Bill, error) {
	local := s.Local(now)
	from := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, local.Location())
	b := Bill{From: from, To: now}
	if s.Sends == nil {
		return b, nil
	}
	all, err := s.Sends(r, from, now)
	if err != nil {
		return b, err
	}
	price, known := s.Programme(now).Messages.Price(now)
	b.Costs, b.Priced = len(all) > 0, known && len(all) > 0
	next := time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, local.Location())
	for _, c := range all {
		used := max(c.Used, c.Billed)
		expected := forecast(used, now.Sub(from), next.Sub(from))
		if most, limited := c.most(); limited {
			expected = min(expected, max(most, used))
		}
		b.Billed, b.Replies, b.Rode = b.Billed+c.Billed, b.Replies+c.Replies, b.Rode+c.Rode
		b.Used, b.Forecast = b.Used+used, b.Forecast+expected
		if known {
			b.Cost, b.Saved = b.Cost+first(price.Cost(used)), b.Saved+price.Saved(used, c.Saved)
			b.Expected += first(price.Cost(expected))
		}
		b.limit(c, used)
		if c.Stopped {
			b.Stopped = append(b.Stopped, c.Channel)
		}
	}
	return b, nil
}

// most is how many messages the month may have: the platform's limit or the
// shop's own, whichever is lower.
func (c *Sends) most() (n int64, limited bool) {
	if c.Limited && (c.Own == 0 || c.Limit < c.Own) {
		return c.Limit, true
	}
	return c.Own, c.Own > 0
}

// limit takes one channel's limit into account.
func (b *Bill) limit(c Sends, used int64) {
	most, limited := c.most()
	if !limited {
		return
	}
	b.Limit, b.Left = b.Limit+most, b.Left+max(0, most-used)
	if c.Limited && (b.Read.IsZero() || c.Read.Before(b.Read)) {
		b.Read = c.Read
	}
}

// forecast is what n in so much of a month comes to in all of it. A month's
// first day tells too little of the others to be less than a whole day.
func forecast(n int64, passed, whole time.Duration) int64 {
	passed = max(passed, 24*time.Hour)
	return max(n, int64(float64(n)*float64(whole)/float64(passed)+0.5))
}

func first(m loyalty.Money, _ bool) loyalty.Money { return m }
