package campaign

import (
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// countedFor is for how long an audience that was counted may be sent to.
const countedFor = 24 * time.Hour

// grown is by how many percent an audience may grow between counting and
// freezing before a campaign that one manager sent is looked at by another.
const grown = 10

// Submit asks for a campaign to be sent. Sent by a manager it is on its way,
// unless its audience or its cost is above what the programme lets one manager
// send ([campaigns] in the programme file); then, and when a clerk asks, it waits
// for [Engine.Approve]. Its state says which. Refusals: ErrNone, *StateError,
// *DraftError, ErrUncounted, ErrNobody, *BudgetError.
func (e *Engine) Submit(tx store.Tx, id ID, by By, now time.Time) (Campaign, error) {
	c, err := e.Get(tx, id)
	if err != nil {
		return c, err
	}
	if c.State != Drafted {
		return c, &StateError{c.State}
	}
	d, err := e.ready(tx, &c, now)
	if err != nil {
		return c, err
	}
	c.State, c.Asked = Waiting, by.Actor
	if by.Manager {
		c.Yes = []loyalty.Actor{by.Actor}
	}
	return c, e.release(tx, &c, &d, now)
}

// Approve is a manager's yes to a campaign that waits. Nobody says it twice, and
// who asked for it is no second person. Refusals: those of Submit, ErrManager,
// ErrSame.
func (e *Engine) Approve(tx store.Tx, id ID, by By, now time.Time) (Campaign, error) {
	c, err := e.Get(tx, id)
	if err != nil {
		return c, err
	}
	switch {
	case !by.Manager:
		return c, ErrManager
	case c.State != Waiting && !c.Asks():
		return c, &StateError{c.State}
	case slices.Contains(c.Yes, by.Actor) || c.Asked == by.Actor:
		return c, ErrSame
	}
	c.Yes = append(c.Yes, by.Actor)
	switch {
	case c.Asks() && c.Why == WhyGrew:
		return c, e.goOn(tx, &c, now)
	case c.Asks():
		return c, e.resume(tx, &c, now)
	}
	d, err := e.ready(tx, &c, now)
	if err != nil {
		return c, err
	}
	return c, e.release(tx, &c, &d, now)
}

// goOn lets what grew be sent after all. Its groups were not told yet.
func (e *Engine) goOn(tx store.Tx, c *Campaign, now time.Time) error {
	d, err := e.Draft(tx, c.ID, c.Version)
	if err != nil {
		return err
	}
	if err := e.tellGroups(tx, c, &d, now); err != nil {
		return err
	}
	return e.resume(tx, c, now)
}

// Decline is a manager's no to a campaign that waits: it is a draft again.
// Refusals: ErrNone, *StateError, ErrManager.
func (e *Engine) Decline(tx store.Tx, id ID, by By) (Campaign, error) {
	c, err := e.Get(tx, id)
	switch {
	case err != nil:
		return c, err
	case !by.Manager:
		return c, ErrManager
	case c.State != Waiting:
		return c, &StateError{c.State}
	}
	c.State, c.Asked, c.Yes = Drafted, "", nil
	return c, put(tx, c)
}

// ready is the draft of a campaign that could be sent now.
func (e *Engine) ready(tx store.Tx, c *Campaign, now time.Time) (Draft, error) {
	d, err := e.fit(tx, *c)
	n := c.Counted
	switch {
	case err != nil:
		return d, err
	case n == nil || n.Version != c.Version || now.Sub(n.At) > countedFor:
		return d, ErrUncounted
	case n.Audience.People == 0 && len(d.Groups) == 0:
		return d, ErrNobody
	}
	return d, d.Budget.holds(n.Audience)
}

// holds refuses an audience that costs more than the budget.
func (b Budget) holds(a Audience) error {
	if b.Messages > 0 && a.Messages > b.Messages || b.Money > 0 && a.Price.Money > b.Money {
		return &BudgetError{Needs: a.Messages, Has: b.Messages, Price: a.Price.Money}
	}
	return nil
}

// release puts a campaign on its way once enough managers agreed, and keeps it.
func (e *Engine) release(tx store.Tx, c *Campaign, d *Draft, now time.Time) error {
	if len(c.Yes) >= e.needs(c.Counted.Audience, now) {
		c.State, c.Start = Scheduled, e.startOf(d, now)
	}
	return put(tx, *c)
}

// needs is how many managers must agree.
func (e *Engine) needs(a Audience, now time.Time) int {
	limit := e.Shop.Programme(now).Campaigns
	if limit.ConfirmPeople > 0 && a.People > limit.ConfirmPeople || limit.ConfirmCost > 0 && a.Price.Money > limit.ConfirmCost {
		return 2
	}
	return 1
}

// asksAgain has another manager look at a campaign of which one changed what two
// had agreed to, or were to.
func (e *Engine) asksAgain(c *Campaign, by loyalty.Actor, now time.Time) {
	if c.Counted == nil {
		return
	}
	a := c.Counted.Audience
	if a.People = max(a.People, c.People); e.needs(a, now) < 2 {
		return
	}
	c.Asked, c.Yes = by, []loyalty.Actor{by}
	if c.Why != WhyGrew { // whose groups were not told yet
		c.Why = WhyChanged
	}
}

// Needs is how many managers must agree to an audience: 1 or 2.
func (e *Engine) Needs(a Audience) int { return e.needs(a, e.now()) }
