// Package jobs is what the schedule does: what comes to members because time
// passes, without anybody saying anything. Each person's part is one
// transaction, with the message that tells them of it; whatever was done is not
// done again, however often and by however many a job is run.
//
// The package owns no rows. That a gift was given and a notice told stands in
// the rows of loyalty/club and loyalty/book, and the messages in the outbox
// under ids made from what they tell.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty/book"
	"regulars/store"
)

// Jobs are the jobs of one shop.
type Jobs struct {
	DB     store.DB
	Shop   *shop.Shop
	Outbox bot.Outbox
}

// job does what is due by now and returns for how many it did something.
type job func(ctx context.Context) (int, error)

// named are the jobs by name.
func (j Jobs) named() map[string]job {
	return map[string]job{"club": j.club, "notices": j.notices}
}

// Run does one job, by its name: "club" (gifts, referrals, vouchers that
// lapsed) or "notices" (points that will go). done is for how many people, or
// vouchers, it did something; that holds beside an error as well, which keeps
// nobody else from theirs: whom it left out is tried again by the next Run.
func (j Jobs) Run(ctx context.Context, name string) (done int, err error) {
	run, ok := j.named()[name]
	if !ok {
		return 0, fmt.Errorf("jobs: there is no %q; there are %s", name, strings.Join(Names(), ", "))
	}
	done, err = run(ctx)
	if done > 0 {
		j.Outbox.Nudge(bot.Intent{}) // no channel: every one looks what there is
	}
	return done, err
}

// Names are the jobs' names in order.
func Names() []string { return slices.Sorted(maps.Keys(Jobs{}.named())) }

// club gives the gifts that are due, rewards referrals and closes vouchers.
func (j Jobs) club(ctx context.Context) (int, error) {
	return j.Shop.Club.Tick(ctx, j.DB, j.Shop.Clock.Now(), Tell(j.Shop, j.Outbox))
}

// page is how many notices are looked up at a time.
const page = 100

// notices tells members of points that will go.
func (j Jobs) notices(ctx context.Context) (done int, err error) {
	var failed []error
	for {
		list, err := j.due(ctx)
		if err != nil {
			return done, errors.Join(append(failed, err)...)
		}
		before := done
		for _, n := range list {
			err := j.DB.Update(ctx, func(tx store.Tx) error { return j.remind(tx, n) })
			switch {
			case ctx.Err() != nil:
				return done, ctx.Err()
			case err != nil:
				failed = append(failed, fmt.Errorf("jobs: a notice for %s: %w", n.Member, err))
			default:
				done++
			}
		}
		if len(list) < page || done == before {
			return done, errors.Join(failed...)
		}
	}
}

// noticed is a notice that is due, and whose it is.
type noticed = book.Noticed

// due are the next notices to tell.
func (j Jobs) due(ctx context.Context) (list []noticed, err error) {
	err = j.DB.View(ctx, func(r store.Reader) (err error) {
		list, err = j.Shop.Book.DueNotices(r, j.Shop.Clock.Now(), page)
		return err
	})
	return list, err
}
