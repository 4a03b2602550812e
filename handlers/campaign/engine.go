package campaign

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Engine is a shop's campaigns. Shop, DB, Bulks, Outbox and Segments are needed.
type Engine struct {
	Shop     *shop.Shop
	DB       store.DB
	Bulks    Bulks
	Outbox   bot.Outbox // for groups and tests
	Segments Segments
	// Costs tells what messages cost; an *outbox.Outbox does. nil: nothing is known.
	Costs Costs
	// Group finds a group by its code, see [bot.Bot.Group]; nil: there are none.
	Group func(r store.Reader, code string) (bot.GroupChat, bool, error)
	// Groups lists those that the bot is in; nil: there are none.
	Groups func(r store.Reader) ([]bot.GroupChat, error)

	// Tell leaves in tx what somebody is told who asked for a count: c.Counted, or
	// nil where the draft cannot be sent (Check says why). nil tells nobody.
	Tell func(tx store.Tx, c Campaign, who bot.PersonID) error
	// Ended is told, in the transaction that notes it, of a campaign that has gone
	// out to everybody; nil tells nobody. It must not fail for a reason of its own.
	Ended func(tx store.Tx, id ID, now time.Time) error
	// Step is how many members one page of freezing writes down; 0: 1,000.
	Step int
}

// Segments are the shop's segments; see loyalty/segment.
type Segments interface {
	// Check says what is wrong with a text that is neither a preset's name nor an
	// expression.
	Check(text string) error
	// Each calls f with at most limit members of a segment, as of now, in the
	// order of their ids, from the first after the id given ("" is the beginning).
	// It returns the last one that it looked at, "" at the end. No View is open
	// for long, and none while f runs.
	Each(ctx context.Context, text string, now time.Time, after loyalty.MemberID, limit int, f func(Who) error) (next loyalty.MemberID, err error)
	// Bought is on how many local days of [from, to) a member bought something,
	// and for how much, net of refunds, as of the last Refresh.
	Bought(r store.Reader, m loyalty.MemberID, from, to time.Time) (days int64, money loyalty.Money, err error)
	// Fits says of each of some members whether they are in a segment, as of the
	// last Refresh.
	Fits(ctx context.Context, text string, all []loyalty.MemberID, now time.Time) ([]bool, error)
	// Refresh takes in what was done since.
	Refresh(ctx context.Context, now time.Time) error
}

// Costs tells what n more paid messages cost on a channel this month, and how
// many a message to a group counts for; the latter may ask the platform.
type Costs interface {
	Cost(r store.Reader, ch bot.ChannelName, n int64, now time.Time) (outbox.Cost, error)
	Heads(ctx context.Context, ch bot.ChannelName, group bot.ChatID) (int, error)
}

// Who is a member as campaigns see one.
type Who struct {
	Member  loyalty.MemberID
	Channel bot.ChannelName   // where they are reached; "" nowhere
	Others  []bot.ChannelName // where else they are reached, as they would be tried
	Lang    string            // BCP 47; "" the shop's
	Zone    string            // IANA; "" the shop's
	Promo   bool              // agreed to news
	Blocked bool              // cannot be reached there any more
	Quiet   bool              // wants nothing unasked
	Frozen  bool              // their phone is lost
}

// By is who does something: an employee, or the operator at the command line.
type By struct {
	Actor   loyalty.Actor
	Manager bool
}

// Operator is the command line, whose reader owns the machine.
var Operator = By{Actor: loyalty.ByJob("operator"), Manager: true}

// Employee is an employee as By.
func Employee(s people.Staff) By {
	return By{Actor: s.ID.Actor(), Manager: people.AtLeast(s.Role, people.Manager)}
}

func (e *Engine) now() time.Time { return e.Shop.Clock.Now() }

func (e *Engine) zone() *time.Location { return e.Shop.Rules(e.now()).Location() }

// channels are the names of the configured ones.
func (e *Engine) channels() (all []string) {
	for _, c := range e.Shop.Channels {
		all = append(all, string(c.Name))
	}
	return all
}

func (e *Engine) group(r store.Reader, code string) (bot.GroupChat, bool, error) {
	if e.Group == nil {
		return bot.GroupChat{}, false, nil
	}
	return e.Group(r, code)
}

// Save keeps a draft: a new campaign for an empty id, else the newest version of
// one that nobody was asked to send yet, or that waits. What somebody agreed to
// was another version: a yes is forgotten. rand draws the id (a turn's, so that
// the same event makes the same one). A draft need not be fit to be sent.
// Refusals: ErrNone, *StateError.
func (e *Engine) Save(tx store.Tx, id ID, d Draft, by By, now time.Time, rand io.Reader) (ID, error) {
	c := Campaign{State: Drafted, By: by.Actor, Born: now}
	var err error
	if id == "" {
		id, err = newID(tx, rand)
	} else {
		c, err = e.Get(tx, id)
	}
	switch {
	case err != nil:
		return "", err
	case c.State != Drafted && c.State != Waiting:
		return "", &StateError{c.State}
	}
	if c.Version > 0 { // nobody was sent this one
		if err := drafts.Delete(tx, string(id), number(c.Version)); err != nil {
			return "", err
		}
	}
	c.ID, c.Name, c.State = id, d.Name, Drafted
	c.Version, c.Counted, c.Asked, c.Yes = c.Version+1, nil, "", nil
	if err := drafts.Put(tx, d, string(id), number(c.Version)); err != nil {
		return "", err
	}
	return id, put(tx, c)
}

// newID draws an id that no campaign has.
func newID(tx store.Tx, rand io.Reader) (ID, error) {
	for n := 5; ; n++ {
		seed := make([]byte, n)
		if _, err := io.ReadFull(rand, seed); err != nil {
			return "", err
		}
		id := ID(loyalty.NewRef(seed, n))
		if err := tx.Lock(subject(id)); err != nil {
			return "", err
		}
		if _, taken, err := table.Get(tx, string(id)); err != nil || !taken {
			return id, err
		}
	}
}

// Discard throws a draft away. Refusals: ErrNone, *StateError.
func (e *Engine) Discard(tx store.Tx, id ID) error {
	c, err := e.Get(tx, id)
	if err != nil {
		return err
	}
	if c.State != Drafted && c.State != Waiting {
		return &StateError{c.State}
	}
	if err := drafts.Delete(tx, string(id), number(c.Version)); err != nil {
		return err
	}
	return table.Delete(tx, string(id))
}

// fit is the newest draft of a campaign, if it can be sent as it is, else a
// *DraftError.
func (e *Engine) fit(tx store.Tx, c Campaign) (Draft, error) {
	d, err := e.Draft(tx, c.ID, c.Version)
	if err != nil {
		return d, err
	}
	if wrong := e.Check(tx, &d); len(wrong) > 0 {
		return d, &DraftError{wrong}
	}
	return d, nil
}

// lang is the language of the draft's words that somebody reads.
func (e *Engine) lang(d *Draft, own string) string {
	p := e.Shop.Programme(e.now())
	return pick(d.Text, append([]string{own}, append(slices.Clone(p.Languages), "en")...))
}

// pick is the first of langs that by has, or any that it has.
func pick[T any](by map[string]T, langs []string) string {
	for _, l := range langs {
		if _, ok := by[l]; ok {
			return l
		}
	}
	least := ""
	for l := range by {
		if least == "" || l < least {
			least = l
		}
	}
	return least
}

// ParseID reads a campaign's id as a person types it.
func ParseID(s string) (ID, error) {
	ref, ok := loyalty.ParseRef(s)
	if !ok {
		return "", fmt.Errorf("%q: %w", s, ErrNone)
	}
	return ID(ref), nil
}

func (e *Engine) step() int { return cmp.Or(e.Step, 1000) }
