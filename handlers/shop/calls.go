package shop

import (
	"cmp"
	"context"
	"slices"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/store"
)

// Call is a customer who asked for a person of the shop: until then the bot is
// quiet in their chat.
type Call struct {
	Member  loyalty.MemberID `json:"-"`
	Channel bot.ChannelName  `json:"c"`
	Lane    bot.Lane         `json:"l"` // the chat
	At      time.Time        `json:"at"`
	Until   time.Time        `json:"until"`
}

var calls = store.NewTable[Call]("calling/", store.Locked, store.FirstPart("calling"))

// Calling notes that somebody asked for a person of the shop. Who asks again is
// noted once, since when they first did.
func (s *Shop) Calling(tx store.Tx, c Call) error {
	before, ok, err := s.CallOf(tx, c.Member)
	if err != nil {
		return err
	}
	if ok && c.At.Before(before.Until) {
		c.At = before.At
	}
	return calls.Put(tx, c, string(c.Member))
}

// CallOf is what somebody's call is, for who ends it.
func (s *Shop) CallOf(tx store.Tx, m loyalty.MemberID) (Call, bool, error) {
	if err := tx.Lock(store.Subject("calling/" + string(m))); err != nil {
		return Call{}, false, err
	}
	c, ok, err := calls.Get(tx, string(m))
	c.Member = m
	return c, ok, err
}

// CallOver notes that somebody's call is over. It is no error when there is none.
func (s *Shop) CallOver(tx store.Tx, m loyalty.MemberID) error {
	if err := tx.Lock(store.Subject("calling/" + string(m))); err != nil {
		return err
	}
	return calls.Delete(tx, string(m))
}

// Calls are those that wait, the oldest first. It is for a View.
func (s *Shop) Calls(r store.Reader, now time.Time) (list []Call, err error) {
	for m, c := range calls.Scan(r, calls.All(), &err) {
		if c.Member = loyalty.MemberID(m); now.Before(c.Until) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b Call) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Member, b.Member)) })
	return list, err
}

// SweepCalls deletes calls that ran out. It returns how many went.
func SweepCalls(ctx context.Context, db store.DB, now time.Time) (int, error) {
	return store.Sweep(ctx, db, calls.All(), 100, func(row store.Row) bool {
		var c Call
		return store.Decode(row.Key, row.Value, &c) == nil && !now.Before(c.Until)
	})
}
