package club

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
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

// atOnce is how many people have their Updates side by side at most. What waits
// while one is committed goes into the next commit with it, so that a thousand
// birthdays cost a few dozen commits and none of them is large.
const atOnce = 64

// each runs f for each of all in an Update of its own, and counts those for
// which it did something. It goes on after an error. A handful go one after the
// other, more side by side: f may run for several at once.
func each[T any](ctx context.Context, db store.DB, all []T, f func(store.Tx, T) (bool, error)) (n int, err error) {
	var next, done atomic.Int64
	var mu sync.Mutex
	var failed []error
	var workers sync.WaitGroup
	for range min(atOnce, 1+len(all)/10) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				did := false
				err := db.Update(ctx, func(tx store.Tx) (err error) {
					did, err = f(tx, all[i])
					return err
				})
				switch {
				case err != nil:
					mu.Lock()
					failed = append(failed, fmt.Errorf("club: for %v: %w", all[i], err))
					mu.Unlock()
				case did:
					done.Add(1)
				}
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return int(done.Load()), err
	}
	return int(done.Load()), errors.Join(failed...)
}

// reached is how far the calendar of a gift has been given.
type reached struct {
	Day     time.Time `json:"day"`     // all spans that began by this date
	Version int       `json:"version"` // under this version of the programme
}

var clubDays = store.NewTable[reached]("clubday/", store.Readable, store.FirstPart("clubday"))

// belated is for how many days a birthday gift is made up for that nobody was
// there to give. An anniversary's can be had for 30 days anyway.
const belated = 40

// dueGift is somebody whose birthday or anniversary gift is due.
type dueGift struct {
	member loyalty.MemberID
	missed *span // it began and ended while nobody ticked; nil: today lies in it
}

// String is the member, for errors.
func (d dueGift) String() string { return string(d.member) }

// tickGift gives a birthday or anniversary gift to everybody whose span began
// since it was given last, and to whom it was refused then; a span that has ended
// meanwhile, because nobody ticked, is made up for. Under a new version of the
// programme all spans that last are looked at, as it may have moved them; who has
// the gift already gets none.
func (c *Club) tickGift(ctx context.Context, db store.DB, rules *loyalty.Programme, g *loyalty.Gift, now time.Time, tell func(store.Tx, Happened) error) (n int, err error) {
	today := dateOf(now, rules.Location())
	var who []dueGift
	var done reached
	err = db.View(ctx, func(r store.Reader) (err error) {
		if done, _, err = clubDays.Get(r, g.ID); err != nil {
			return err
		}
		begun := done.Day
		if done.Version != rules.Version {
			done.Day = time.Time{}
		}
		if !done.Day.Before(today) {
			return nil
		}
		who, err = celebrating(r, g, done.Day, begun, today)
		return err
	})
	if err != nil || !done.Day.Before(today) {
		return 0, err
	}
	var refused atomic.Bool
	n, err = each(ctx, db, who, func(tx store.Tx, d dueGift) (did bool, err error) {
		did, err = c.celebrate(tx, d, g.ID, now, tell)
		if loyalty.Refused(err) {
			refused.Store(true)
			return false, nil
		}
		return did, err
	})
	if err != nil || refused.Load() {
		return n, err // somebody's day is not done with
	}
	return n, db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("clubday/" + g.ID)); err != nil {
			return err
		}
		return clubDays.Put(tx, reached{today, rules.Version}, g.ID)
	})
}

// celebrating are those in whose span for the gift today lies, of spans that
// began after a date, and those whose span began after another date, up to which
// all were looked at before, and is over; by the day of the year.
func celebrating(r store.Reader, g *loyalty.Gift, after, looked, today time.Time) (all []dueGift, err error) {
	leap := date(2000, 1, 1)
	for day := leap; day.Year() == leap.Year(); day = day.AddDate(0, 0, 1) {
		due := dueGift{}
		if s, ok := spanAt(g, day.Month(), day.Day(), today); !ok {
			if due.missed = missedSpan(g, day.Month(), day.Day(), looked, today); due.missed == nil {
				continue
			}
		} else if !s.from.After(after) {
			continue
		}
		add := func(m loyalty.MemberID) bool { due.member = m; all = append(all, due); return true }
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

// missedSpan is the span of those born, or joined, on that day of the year that
// began after a date and is over; nil for none, or none of late.
func missedSpan(g *loyalty.Gift, m time.Month, d int, looked, today time.Time) *span {
	if looked.IsZero() || g.Kind != loyalty.GiftBirthday {
		return nil
	}
	for y := today.Year(); y >= today.Year()-1; y-- {
		s := spanIn(g, yearly(y, m, d))
		if s.from.After(looked) && !s.to.After(today) && days(s.to, today) < belated {
			return &s
		}
	}
	return nil
}

// joinedOn calls f with those who joined on that day of a year.
func joinedOn(r store.Reader, day time.Time, f func(loyalty.MemberID) bool) (err error) {
	of := day.Format(monthDay)
	for key := range joined.Scan(r, joined.Under(of), &err) {
		f(loyalty.MemberID(key[len(of)+1:]))
	}
	return err
}

// celebrate gives one member a calendar gift, if it is theirs today, or was when
// nobody was there to give it: then they have as many days for it as they had.
func (c *Club) celebrate(tx store.Tx, d dueGift, gift string, now time.Time, tell func(store.Tx, Happened) error) (bool, error) {
	m := d.member
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
	today := x.today
	if d.missed != nil {
		x.today = d.missed.from
	}
	list := x.calendar()
	x.today = today
	for _, p := range list {
		if p.gift != gift {
			continue
		}
		if d.missed != nil {
			p.until = midnight(today.AddDate(0, 0, days(d.missed.from, d.missed.to)), x.rules)
		}
		g, err := c.surprise(tx, x, c.today("calendar", m, now), p, tell)
		return g.Gift != "", err
	}
	return false, nil
}

// surprise gives a present to a member and tells them; a zero Given is nothing. It may
// be refused, see [Club.offer].
func (c *Club) surprise(tx store.Tx, x *member, act book.Act, p present, tell func(store.Tx, Happened) error) (Given, error) {
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
