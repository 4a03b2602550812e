package campaign

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/store"
)

// lookEvery is how often Run looks for campaigns whose time has come.
const lookEvery = 2 * time.Second

// Run sends campaigns until ctx ends: each at its time. What fails is tried again
// at the next look. Several processes may run it beside each other.
func (e *Engine) Run(ctx context.Context) error {
	for {
		if _, err := e.RunDue(ctx); err != nil && ctx.Err() == nil {
			e.Shop.Log.Warn("a campaign cannot go on; it is tried again in two seconds", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-e.Shop.Clock.After(lookEvery):
		}
	}
}

// RunDue does all that campaigns have to do by now, and returns how many pages
// it wrote down and states it changed.
func (e *Engine) RunDue(ctx context.Context) (done int, err error) {
	var all []Campaign
	err = e.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = e.List(r, 0)
		return err
	})
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, c := range all {
		for ctx.Err() == nil {
			more, err := e.advance(ctx, c.ID)
			if err != nil {
				failed = append(failed, fmt.Errorf("campaign %s: %w", c.ID, err))
			}
			if !more || err != nil {
				break
			}
			done++
		}
	}
	return done, errors.Join(append(failed, ctx.Err())...)
}

// advance does the next thing that a campaign has to do; more says that there
// was one.
func (e *Engine) advance(ctx context.Context, id ID) (more bool, err error) {
	var c Campaign
	err = e.DB.View(ctx, func(r store.Reader) (err error) {
		c, err = e.Get(r, id)
		return err
	})
	switch {
	case errors.Is(err, ErrNone):
		return false, nil
	case err != nil:
		return false, err
	case c.Asking != "":
		defer e.Outbox.Nudge(bot.Intent{})
		return false, e.answerCount(ctx, c)
	case c.Reporting != "":
		rep, err := e.Report(ctx, id)
		if err != nil {
			return false, err
		}
		defer e.Outbox.Nudge(bot.Intent{})
		return true, e.DB.Update(ctx, e.answerReport(rep, id))
	case c.State == Scheduled && !c.Start.After(e.now()):
		return e.begin(ctx, c)
	case c.State == Freezing:
		return e.freeze(ctx, c)
	case c.State == Sending:
		return e.settle(ctx, id)
	case c.State == Done && c.Walking():
		return e.walkOn(ctx, c)
	case c.State == Stopped && c.Walk != nil && !c.Walk.Over:
		return e.clearWays(ctx, c)
	}
	return false, nil
}

// begin opens the bulk of a campaign whose time has come.
func (e *Engine) begin(ctx context.Context, c Campaign) (more bool, err error) {
	id, now := c.ID, e.now()
	most, err := e.budget(ctx, c)
	if err != nil {
		return false, err
	}
	err = e.DB.Update(ctx, func(tx store.Tx) error {
		more = false
		c, err := e.Get(tx, id)
		if err != nil || c.State != Scheduled {
			return err
		}
		d, err := e.Draft(tx, id, c.Version)
		if err != nil {
			return err
		}
		b := outbox.Bulk{ID: bulkID(id), Class: bot.Promo, NotAfter: e.endOf(&d, c.Start), Budget: most}
		if err := e.Bulks.PutBulk(tx, b, now); err != nil {
			return err
		}
		c.State, c.FrozenAt, more = Freezing, now, true
		return put(tx, c)
	})
	return more, err
}

// budget is how many paid messages the members' part of a campaign may cost;
// 0 is no bound. An amount of money becomes the most messages that it pays for.
func (e *Engine) budget(ctx context.Context, c Campaign) (most int64, err error) {
	err = e.DB.View(ctx, func(r store.Reader) error {
		d, err := e.Draft(r, c.ID, c.Version)
		if err != nil {
			return err
		}
		most = d.Budget.Messages
		if d.Budget.Money > 0 && e.Costs != nil {
			n, err := e.affords(r, d.Budget.Money)
			if err != nil {
				return err
			}
			if n >= 0 && (most == 0 || n < most) {
				most = max(n, 1) // 0 would be no bound
			}
		}
		if most > 0 && c.Counted != nil {
			most = max(most-c.Counted.Audience.Heads, 1)
		}
		return nil
	})
	return most, err
}

// affords is how many messages an amount pays for now, by the dearest of the
// channels; −1 where no price is known.
func (e *Engine) affords(r store.Reader, money loyalty.Money) (least int64, err error) {
	least = -1
	for _, ch := range e.Shop.Channels {
		if ch.Platform != bot.LINE {
			continue
		}
		priced := true
		n := sort.Search(maxAudience, func(n int) bool {
			c, e1 := e.Costs.Cost(r, ch.Name, int64(n)+1, e.now())
			err, priced = errors.Join(err, e1), priced && c.Priced
			return c.Money > int64(money)
		})
		if err != nil {
			return 0, err
		}
		if priced && (least < 0 || int64(n) < least) {
			least = int64(n)
		}
	}
	return least, nil
}

// maxAudience is more than anybody writes to.
const maxAudience = 100_000_000
