package campaign

import (
	"context"
	"strings"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/segment"
	"regulars/store"
)

// Rolls are the shop's segments over loyalty/segment.
type Rolls struct {
	Desk *segment.Desk
	Now  func() time.Time
}

// Check implements Segments.
func (s Rolls) Check(text string) error {
	_, err := s.Desk.Expr(text, s.Now())
	return err
}

// Each implements Segments. What is out of date is made anew before the first
// member.
func (s Rolls) Each(ctx context.Context, text string, now time.Time, after loyalty.MemberID, limit int, f func(Who) error) (next loyalty.MemberID, err error) {
	e, err := s.Desk.Expr(text, now)
	if err != nil {
		return after, err
	}
	if after == "" {
		if _, err := s.Desk.Refresh(ctx, s.Now()); err != nil {
			return after, err
		}
	}
	return s.Desk.Each(ctx, e, now, after, limit, func(r segment.Row) error {
		return f(Who{
			Others: others(r.Chats),
			Member: r.Member, Channel: bot.ChannelName(r.Channel), Lang: r.Lang, Zone: r.Zone,
			Promo: r.Promo, Blocked: r.Blocked, Quiet: r.Quiet, Frozen: r.Frozen,
		})
	})
}

func others(names string) (all []bot.ChannelName) {
	for n := range strings.FieldsSeq(names) {
		all = append(all, bot.ChannelName(n))
	}
	return all
}

// Fits implements Segments.
func (s Rolls) Fits(ctx context.Context, text string, all []loyalty.MemberID, now time.Time) ([]bool, error) {
	e, err := s.Desk.Expr(text, now)
	if err != nil {
		return nil, err
	}
	return s.Desk.Fits(ctx, e, all, now)
}

// Bought implements Segments.
func (s Rolls) Bought(r store.Reader, m loyalty.MemberID, from, to time.Time) (days int64, money loyalty.Money, err error) {
	return s.Desk.Bought(r, m, from, to)
}

// Refresh implements Segments.
func (s Rolls) Refresh(ctx context.Context, now time.Time) error {
	_, err := s.Desk.Refresh(ctx, now)
	return err
}
