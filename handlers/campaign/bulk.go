package campaign

import (
	"context"
	"errors"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Bulks is what the outbox does with many recipients of one text; an
// *outbox.Outbox does it. A campaign's bulk has the campaign's id.
type Bulks interface {
	PutBulk(tx store.Tx, b outbox.Bulk, now time.Time) error
	PutPart(tx store.Tx, id outbox.BulkID, n int, p outbox.Part) error
	StartBulk(tx store.Tx, id outbox.BulkID, now time.Time) error
	PauseBulk(tx store.Tx, id outbox.BulkID, now time.Time) error
	ResumeBulk(tx store.Tx, id outbox.BulkID, now time.Time) error
	StopBulk(tx store.Tx, id outbox.BulkID, now time.Time) error
	BulkReport(r store.Reader, id outbox.BulkID) (outbox.BulkReport, bool, error)
	// BulkStates tells how each recipient stands.
	BulkStates(r store.Reader, id outbox.BulkID, f func(person bot.PersonID, wording string, s outbox.State) error) error
	// PartStates is BulkStates of one part; ok is false where there is none.
	PartStates(r store.Reader, id outbox.BulkID, n int, f func(person bot.PersonID, wording string, s outbox.State) error) (ok bool, err error)
	LookBulks()
	// Find tells where one message stands: those to groups are no part of a bulk.
	Find(r store.Reader, id bot.IntentID) (outbox.Status, bool, error)
}

func bulkID(id ID) outbox.BulkID { return outbox.BulkID(id) }

// Hooks are what the outbox asks about campaigns' bulks. may is the shop's
// answer for many at once; see [outbox.BulkHooks].
func (e *Engine) Hooks(may func(store.Tx, outbox.Bulk, bot.ChannelName, []bot.PersonID, time.Time) ([]outbox.Verdict, error)) outbox.BulkHooks {
	return outbox.BulkHooks{
		Words: func(r store.Reader, id outbox.BulkID, wording string) ([]bot.Message, error) {
			return e.Messages(r, ID(id), wording)
		},
		WordsFor: func(r store.Reader, id outbox.BulkID, wording string, who bot.PersonID) ([]bot.Message, error) {
			m, err := e.MessagesFor(r, ID(id), wording, who)
			if errors.Is(err, people.ErrNobody) || errors.Is(err, people.ErrErased) {
				err = bot.ErrGone
			}
			return m, err
		},
		Reach: e.reach,
		May:   may,
	}
}

// reach is where a member is spoken to on a channel, if they are at all.
func (e *Engine) reach(r store.Reader, who bot.PersonID, ch bot.ChannelName) (to bot.Address, ok bool, err error) {
	p, err := e.Shop.Whole(r, loyalty.MemberID(who))
	if errors.Is(err, people.ErrNobody) {
		return to, false, nil
	}
	if err != nil {
		return to, false, err
	}
	for _, a := range p.Accounts {
		if a.Channel != string(ch) || a.Blocked || a.Frozen {
			continue
		}
		id := bot.Identity{Channel: ch, User: bot.UserID(a.User)}
		to = bot.Address{Chat: bot.Chat{Channel: ch, ID: bot.ChatID(a.User)}, Person: id}
		if a.Identity == p.Home {
			return to, true, nil
		}
		ok = true
	}
	return to, ok, nil
}

// report is a campaign's bulk as it stands; a zero one before it is begun.
func (e *Engine) report(r store.Reader, id ID) (outbox.BulkReport, error) {
	rep, _, err := e.Bulks.BulkReport(r, bulkID(id))
	return rep, err
}

// over says that everybody has an end, those in groups too.
func (e *Engine) over(r store.Reader, id ID, rep outbox.BulkReport) (bool, error) {
	if rep.State != outbox.BulkDone && rep.State != outbox.BulkStopped {
		return false, nil
	}
	d, err := e.Draft(r, id, 0)
	if err != nil {
		return false, err
	}
	for i := range d.Groups {
		s, ok, err := e.Bulks.Find(r, groupIntent(id, i))
		if err != nil {
			return false, err
		}
		if ok && (s.State == outbox.Waiting || s.State == outbox.Claimed) {
			return false, nil
		}
	}
	return true, nil
}

// settle follows a bulk that came to its end, or paused by itself.
func (e *Engine) settle(ctx context.Context, id ID) (more bool, err error) {
	var rep outbox.BulkReport
	over := false
	err = e.DB.View(ctx, func(r store.Reader) (err error) {
		if rep, err = e.report(r, id); err != nil {
			return err
		}
		over, err = e.over(r, id, rep)
		return err
	})
	stuck := rep.State == outbox.BulkPaused && rep.Why != ""
	if err != nil || !over && !stuck {
		return false, err
	}
	now := e.now()
	err = e.DB.Update(ctx, func(tx store.Tx) error {
		c, err := e.Get(tx, id)
		if err != nil || c.State != Sending {
			return err
		}
		if stuck {
			c.Before, c.State, c.Why = Sending, Paused, rep.Why
		} else {
			c.State, c.EndedAt = Done, now
			d, err := e.Draft(tx, id, c.Version)
			if err != nil {
				return err
			}
			if len(d.Journey) > 0 {
				c.Walk = &Walk{}
			}
			if e.Ended != nil {
				if err := e.Ended(tx, id, now); err != nil {
					return err
				}
			}
		}
		return put(tx, c)
	})
	return err == nil, err
}
