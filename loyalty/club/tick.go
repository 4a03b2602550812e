package club

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Happened is something that came to a member, or went, without their doing: to
// be told to them.
type Happened struct {
	Member loyalty.MemberID
	Given        // Given.Kind says why
	Choice *Open // what they have still to choose, if anything
	Taken  bool  // it went back instead
}

// Tick gives what is due by now without anybody buying: the rewards of
// referrals, and birthday and anniversary gifts whose span began, also while
// nobody ticked; and it closes vouchers that lapsed. Each person has an Update of
// their own, in which tell leaves the message (it may be called again for the
// same, as an Update's function may); each gift is given once however many tick
// at once. n is how many gifts were given and vouchers closed. An error for one
// person does not keep the others from theirs; whoever was left out is tried
// again by the next Tick.
func (c *Club) Tick(ctx context.Context, db store.DB, now time.Time, tell func(store.Tx, Happened) error) (n int, err error) {
	steps := []func() (int, error){
		func() (int, error) { return c.tickReferrals(ctx, db, now, tell) },
		func() (int, error) { return c.tickVouchers(ctx, db, now, tell) },
	}
	rules := c.Programme(now)
	for i := range rules.Gifts {
		if g := &rules.Gifts[i]; g.Kind == loyalty.GiftBirthday || g.Kind == loyalty.GiftAnniversary {
			steps = append(steps, func() (int, error) { return c.tickGift(ctx, db, rules, g, now, tell) })
		}
	}
	var failed []error
	for _, step := range steps {
		k, err := step()
		n, failed = n+k, append(failed, err)
	}
	return n, errors.Join(failed...)
}

// KindLapsed says of something that happened that a voucher's time is over.
const KindLapsed loyalty.GiftKind = "lapsed"

// page is how many referrals or vouchers are looked up at a time.
const page = 100

// tickReferrals rewards the referrals that are due.
func (c *Club) tickReferrals(ctx context.Context, db store.DB, now time.Time, tell func(store.Tx, Happened) error) (int, error) {
	if c.Referrals == nil {
		return 0, nil
	}
	return pages(ctx, db, func(r store.Reader, from string) ([]loyalty.MemberID, string, error) {
		return c.Referrals.DueFrom(r, now, page, from)
	}, func(tx store.Tx, friend loyalty.MemberID) (bool, error) {
		return c.reward(tx, friend, c.today("referral", friend, now), tell)
	})
}

// tickVouchers closes the vouchers that lapsed.
func (c *Club) tickVouchers(ctx context.Context, db store.DB, now time.Time, tell func(store.Tx, Happened) error) (int, error) {
	return pages(ctx, db, func(r store.Reader, from string) ([]voucher.ID, string, error) {
		return c.Vouchers.LapsedFrom(r, now, page, from)
	}, func(tx store.Tx, id voucher.ID) (bool, error) {
		v, did, err := c.Vouchers.Lapse(tx, id, now)
		if err != nil || !did {
			return false, err
		}
		return true, tell(tx, Happened{Member: v.Member, Given: Given{Kind: KindLapsed, Voucher: v}, Taken: true})
	})
}

// today is the act of a calendar's rule for a member. What was refused one day is
// tried anew the next, as another operation.
func (c *Club) today(rule string, m loyalty.MemberID, now time.Time) book.Act {
	return book.Act{Op: opID(rule, string(m)+"/"+c.Programme(now).Day(now)), Now: now}
}

// pages works off what due lists from a place on, page by page. It goes on behind
// those who fail: they keep nobody from theirs.
func pages[T ~string](ctx context.Context, db store.DB, due func(r store.Reader, from string) (list []T, next string, err error), f func(store.Tx, T) (bool, error)) (n int, err error) {
	var failed []error
	for from := ""; ; {
		var list []T
		var next string
		err := db.View(ctx, func(r store.Reader) (err error) {
			list, next, err = due(r, from)
			return err
		})
		if err != nil {
			return n, errors.Join(append(failed, err)...)
		}
		from = next
		k, err := each(ctx, db, list, f)
		if n, failed = n+k, append(failed, err); len(list) < page || ctx.Err() != nil {
			return n, errors.Join(failed...)
		}
	}
}

// each runs f for each of all in an Update of its own, and counts those for
// which it did something. It goes on after an error.
func each[T ~string](ctx context.Context, db store.DB, all []T, f func(store.Tx, T) (bool, error)) (n int, err error) {
	var failed []error
	for _, m := range all {
		did := false
		err := db.Update(ctx, func(tx store.Tx) (err error) {
			did, err = f(tx, m)
			return err
		})
		switch {
		case err != nil && ctx.Err() != nil:
			return n, ctx.Err()
		case err != nil:
			failed = append(failed, fmt.Errorf("club: for %s: %w", m, err))
		case did:
			n++
		}
	}
	return n, errors.Join(failed...)
}

// reached is how far the calendar of a gift has been given.
type reached struct {
	Day     time.Time `json:"day"`     // all spans that began by this date
	Version int       `json:"version"` // under this version of the programme
}

var clubDays = store.NewTable[reached]("clubday/", store.Readable, store.FirstPart("clubday"))

// tickGift gives a birthday or anniversary gift to everybody whose span began
// since it was given last and still lasts, and to whom it was refused then. Under
// a new version of the programme
// all spans that last are looked at, as it may have moved them; who has the gift
// already gets none.
func (c *Club) tickGift(ctx context.Context, db store.DB, rules *loyalty.Programme, g *loyalty.Gift, now time.Time, tell func(store.Tx, Happened) error) (n int, err error) {
	today := dateOf(now, rules.Location())
	var who []loyalty.MemberID
	var done reached
	err = db.View(ctx, func(r store.Reader) (err error) {
		if done, _, err = clubDays.Get(r, g.ID); err != nil {
			return err
		}
		if done.Version != rules.Version {
			done.Day = time.Time{}
		}
		who, err = celebrating(r, g, done.Day, today)
		return err
	})
	if err != nil || !done.Day.Before(today) {
		return 0, err
	}
	refused := map[loyalty.MemberID]bool{}
	n, err = each(ctx, db, who, func(tx store.Tx, m loyalty.MemberID) (did bool, err error) {
		did, err = c.celebrate(tx, m, g.ID, now, tell)
		if refused[m] = loyalty.Refused(err); refused[m] {
			return false, nil
		}
		return did, err
	})
	for _, m := range who {
		if refused[m] {
			return n, err // their day is not done with
		}
	}
	if err != nil {
		return n, err
	}
	return n, db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("clubday/" + g.ID)); err != nil {
			return err
		}
		return clubDays.Put(tx, reached{today, rules.Version}, g.ID)
	})
}

// celebrating are those in whose span for the gift today lies, of spans that
// began after a date, by the day of the year.
func celebrating(r store.Reader, g *loyalty.Gift, after, today time.Time) (all []loyalty.MemberID, err error) {
	leap := date(2000, 1, 1)
	for day := leap; day.Year() == leap.Year(); day = day.AddDate(0, 0, 1) {
		s, ok := spanAt(g, day.Month(), day.Day(), today)
		if !ok || !s.from.After(after) {
			continue
		}
		add := func(m loyalty.MemberID) bool { all = append(all, m); return true }
		if g.Kind == loyalty.GiftBirthday {
			err = people.ByBirthday(r, day.Month(), day.Day(), add)
		} else {
			err = joinedOn(r, day, add)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// joinedOn calls f with those who joined on that day of a year.
func joinedOn(r store.Reader, day time.Time, f func(loyalty.MemberID) bool) (err error) {
	of := day.Format(monthDay)
	for key := range joined.Scan(r, joined.Under(of), &err) {
		f(loyalty.MemberID(key[len(of)+1:]))
	}
	return err
}

// celebrate gives one member a calendar gift, if it is theirs today.
func (c *Club) celebrate(tx store.Tx, m loyalty.MemberID, gift string, now time.Time, tell func(store.Tx, Happened) error) (bool, error) {
	if _, err := c.Book.Settle(tx, m, now); err != nil { // gifts may be for some tiers only
		return false, err
	}
	x, err := c.look(tx, m, now)
	if err == nil {
		err = c.know(tx, x)
	}
	if err != nil {
		return false, err
	}
	if _, here, err := joined.Get(tx, x.card.Day, string(m)); err != nil || !here && x.card.Day != "" {
		return false, err // they left while the others had theirs
	}
	for _, p := range x.calendar() {
		if p.gift == gift {
			g, err := c.surprise(tx, m, c.today("calendar", m, now), p, tell)
			return g.Gift != "", err
		}
	}
	return false, nil
}

// surprise gives a present and tells its owner; a zero Given is nothing. It may
// be refused, see [Club.offer].
func (c *Club) surprise(tx store.Tx, m loyalty.MemberID, act book.Act, p present, tell func(store.Tx, Happened) error) (Given, error) {
	x, err := c.look(tx, m, act.Now)
	if err != nil {
		return Given{}, err
	}
	var out Outcome
	if err := c.offer(tx, x, act, p, &out); err != nil || len(out.Gifts) == 0 {
		return Given{}, err
	}
	h := Happened{Member: x.id, Given: out.Gifts[0]}
	if len(out.Choices) > 0 {
		h.Choice = &out.Choices[0]
	}
	return h.Given, tell(tx, h)
}
