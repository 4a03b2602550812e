package shop

import (
	"errors"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/recommend"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// newRecommend is the desk that says what may please a member next.
func (s *Shop) newRecommend() *recommend.Desk {
	return &recommend.Desk{Book: s.Book, Vouchers: s.Club.Vouchers, Programme: s.Rules, Named: s.named, Gone: unlearnt}
}

// erased says that a member was.
func erased(r store.Reader, m loyalty.MemberID) (bool, error) {
	status, err := people.StatusOf(r, m)
	return status == people.Erased, err
}

// unlearnt says that nothing is learnt from what a member buys: they were erased, or
// said no to it.
func unlearnt(r store.Reader, m loyalty.MemberID) (bool, error) {
	if gone, err := erased(r, m); err != nil || gone {
		return gone, err
	}
	return people.Declines(r, m, people.ForTaste)
}

// Suggestions are what may please a member, at most so many; none for who said no to
// them. In an Update it locks the member.
func (s *Shop) Suggestions(r store.Reader, m loyalty.MemberID, now time.Time, can func(recommend.Thing) bool, most int) ([]recommend.Hint, error) {
	if no, err := people.Declines(r, m, people.ForTaste); err != nil || no {
		return nil, err
	}
	return s.Recommend.For(r, m, now, can, most)
}

// parts are where the programme has the names of things.
var parts = map[string]programme.Part{recommend.Item: programme.Item, recommend.Category: programme.Category, recommend.Reward: programme.Reward}

func (s *Shop) named(x recommend.Thing, now time.Time) bool {
	kind, id := x.Split()
	part, ok := parts[kind]
	return ok && s.Programme(now).Named(part, id)
}

// ThingName is what a thing that can be recommended is called.
func (s *Shop) ThingName(p i18n.Printer, now time.Time, x recommend.Thing) string {
	kind, id := x.Split()
	return s.Programme(now).Words(parts[kind], id, string(p.Lang)).Name
}

// Hint is what may please a member most, as of now; ok is false where nothing is
// known. Of rewards it is one that they may have, once they have the points. In an
// Update it locks the member.
func (s *Shop) Hint(r store.Reader, m loyalty.MemberID, now time.Time) (h recommend.Hint, ok bool, err error) {
	can, err := s.canHave(r, m, now)
	if err != nil {
		return h, false, err
	}
	list, err := s.Suggestions(r, m, now, can, 1)
	if err != nil || len(list) == 0 {
		return h, false, err
	}
	return list[0], true, nil
}

// canHave says which things a member can have: goods, and of the catalogue what lacks
// nothing but points.
func (s *Shop) canHave(r store.Reader, m loyalty.MemberID, now time.Time) (func(recommend.Thing) bool, error) {
	open := map[string]bool{}
	if s.Rules(now).Recommend.Rewards {
		v, err := s.Book.View(r, m, now)
		if err != nil {
			return nil, err
		}
		all, err := s.Club.Vouchers.Offers(r, m, now, v.Progress.Standing.Level, v.Balance)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			open[o.Reward.ID] = Attainable(o)
		}
	}
	return func(x recommend.Thing) bool {
		kind, id := x.Split()
		return kind != recommend.Reward || open[id]
	}, nil
}

// Attainable says of a reward of the catalogue that its member can have it, now or
// once they have the points.
func Attainable(o voucher.Offer) bool {
	var short *loyalty.ShortError
	return o.Err == nil || errors.As(o.Err, &short)
}
