package campaign

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/store"
)

// page is what a walk over some members came to.
type page struct {
	next    loyalty.MemberID
	skipped map[string]int64
	held    []loyalty.MemberID
	keys    []partKey // of parts, in the order in which they came up
	parts   map[partKey][]loyalty.MemberID
}

// freeze writes down the next page of members: it walks them in a View, and
// writes what came of it if no other process has done so meanwhile. After the
// last one come the parts that are not full.
func (e *Engine) freeze(ctx context.Context, c Campaign) (more bool, err error) {
	var d Draft
	err = e.DB.View(ctx, func(r store.Reader) (err error) {
		d, err = e.Draft(r, c.ID, c.Version)
		return err
	})
	if err != nil {
		return false, err
	}
	var p page
	if !c.Walked {
		if p, err = e.walk(ctx, c, &d); err != nil {
			return false, err
		}
	}
	err = e.DB.Update(ctx, func(tx store.Tx) error {
		more = false
		now, err := e.Get(tx, c.ID)
		if err != nil || now.State != Freezing || now.Cursor != c.Cursor || now.Walked != c.Walked || now.Version != c.Version {
			more = err == nil
			return err
		}
		more = true
		if gone, err := e.dropped(tx, &now); err != nil || gone {
			return err
		}
		if now.Walked {
			return e.closeParts(tx, &now, &d)
		}
		return e.keep(tx, &now, &d, p)
	})
	if err == nil && c.Walked {
		e.Bulks.LookBulks()
	}
	return more, err
}

// dropped ends a campaign whose bulk was ended meanwhile: an operator let go of
// what a restored backup was about to send.
func (e *Engine) dropped(tx store.Tx, c *Campaign) (bool, error) {
	rep, err := e.report(tx, c.ID)
	if err != nil || rep.State == outbox.BulkOpen {
		return false, err
	}
	if err := e.forgetOpen(tx, c.ID); err != nil {
		return false, err
	}
	c.State, c.EndedAt = Stopped, e.now()
	return true, put(tx, *c)
}

func (e *Engine) walk(ctx context.Context, c Campaign, d *Draft) (page, error) {
	p := page{skipped: map[string]int64{}, parts: map[partKey][]loyalty.MemberID{}}
	by := e.sorter(c.ID, d, c.FrozenAt)
	var err error
	p.next, err = e.Segments.Each(ctx, d.Segment, c.FrozenAt, c.Cursor, e.step(), func(w Who) error {
		switch f := by.fate(w); {
		case f.why != "":
			p.skipped[f.why]++
		case f.held:
			p.held = append(p.held, w.Member)
		default:
			if p.parts[f.key] == nil {
				p.keys = append(p.keys, f.key)
			}
			p.parts[f.key] = append(p.parts[f.key], w.Member)
		}
		return nil
	})
	return p, err
}

// keep writes a page down, and how far the walk has come.
func (e *Engine) keep(tx store.Tx, c *Campaign, d *Draft, p page) error {
	if c.Skipped == nil {
		c.Skipped = map[string]int64{}
	}
	for why, n := range p.skipped {
		c.Skipped[why] += n
	}
	if err := e.keepHeld(tx, c, p.held); err != nil {
		return err
	}
	for _, key := range p.keys {
		if err := e.fill(tx, c, d, key, p.parts[key]); err != nil {
			return err
		}
	}
	c.Cursor, c.Walked = p.next, p.next == ""
	return put(tx, *c)
}

// fill adds members to the part of their kind that is not full yet, and writes
// down those that are.
func (e *Engine) fill(tx store.Tx, c *Campaign, d *Draft, key partKey, more []loyalty.MemberID) error {
	name := keyName(key)
	open, _, err := opens.Get(tx, string(c.ID), name)
	if err != nil {
		return err
	}
	open.Key = key
	for _, m := range more {
		id, err := packID(m)
		if err != nil {
			return err
		}
		open.People = append(open.People, id[:]...)
		if len(open.People) == outbox.PartSize*idSize {
			if err := e.add(tx, c, d, open); err != nil {
				return err
			}
			open.People = nil
		}
	}
	c.People += int64(len(more))
	if len(open.People) == 0 {
		return opens.Delete(tx, string(c.ID), name)
	}
	return opens.Put(tx, open, string(c.ID), name)
}

// keyName names the open part of a kind.
func keyName(k partKey) string {
	return fmt.Sprintf("%s.%s.%d", k.Channel, strings.ReplaceAll(k.Wording, "/", "."), k.Not)
}

// add hands a part to the outbox.
func (e *Engine) add(tx store.Tx, c *Campaign, d *Draft, open openPart) error {
	lang, variant := cutWording(open.Key.Wording)
	part := outbox.Part{Channel: open.Key.Channel, Wording: open.Key.Wording, Personal: d.personal(lang, variant)}
	if open.Key.Not > 0 {
		part.NotBefore = time.Unix(open.Key.Not, 0)
	}
	for i := 0; i < len(open.People); i += idSize {
		part.People = append(part.People, bot.PersonID(unpackID([idSize]byte(open.People[i:]))))
	}
	if !slices.Contains(c.Wordings, part.Wording) {
		c.Wordings = append(c.Wordings, part.Wording)
		if part.Personal {
			c.Personal = append(c.Personal, part.Wording)
		}
	}
	if err := e.Bulks.PutPart(tx, bulkID(c.ID), c.Parts, part); err != nil {
		return err
	}
	c.Parts++
	return nil
}

// keepHeld writes down who is left out, a row for each outbox.PartSize.
func (e *Engine) keepHeld(tx store.Tx, c *Campaign, list []loyalty.MemberID) error {
	for len(list) > 0 {
		n := int(c.Held / outbox.PartSize)
		row, _, err := held.Get(tx, string(c.ID), number(n))
		if err != nil {
			return err
		}
		for len(list) > 0 && len(row.People) < outbox.PartSize*idSize {
			id, err := packID(list[0])
			if err != nil {
				return err
			}
			row.People, list = append(row.People, id[:]...), list[1:]
			c.Held++
		}
		if err := held.Put(tx, row, string(c.ID), number(n)); err != nil {
			return err
		}
	}
	return nil
}

// closeAtOnce is how many parts that are not full one Update hands over.
const closeAtOnce = 8

// closeParts hands over parts as they are, and begins to send once there are no
// more.
func (e *Engine) closeParts(tx store.Tx, c *Campaign, d *Draft) (err error) {
	list := make([]openPart, 0, closeAtOnce)
	for _, open := range opens.Scan(tx, opens.Under(string(c.ID)), &err) {
		if list = append(list, open); len(list) == closeAtOnce {
			break
		}
	}
	if err != nil {
		return err
	}
	for _, open := range list {
		if err := e.add(tx, c, d, open); err != nil {
			return err
		}
		if err := opens.Delete(tx, string(c.ID), keyName(open.Key)); err != nil {
			return err
		}
	}
	if len(list) > 0 {
		return put(tx, *c)
	}
	return e.frozen(tx, c, d)
}

// frozen begins to send, unless so many more were written down than a manager
// agreed to.
func (e *Engine) frozen(tx store.Tx, c *Campaign, d *Draft) error {
	now := e.now()
	c.State, c.SendingAt = Sending, now
	if err := e.Bulks.StartBulk(tx, bulkID(c.ID), now); err != nil {
		return err
	}
	if e.grew(c, now) {
		return e.pause(tx, c, WhyGrew, now)
	}
	if err := e.tellGroups(tx, c, d, now); err != nil {
		return err
	}
	return put(tx, *c)
}

// grew says that more people were frozen than fewer managers agreed to than
// would be needed.
func (e *Engine) grew(c *Campaign, now time.Time) bool {
	if c.Counted == nil || len(c.Yes) > 1 {
		return false
	}
	is := c.Counted.Audience
	was := is.People
	is.People = c.People
	return c.People > was+was*grown/100 && e.needs(is, now) > len(c.Yes)
}

// forgetOpen deletes the parts that are not full: a few dozen at most.
func (e *Engine) forgetOpen(tx store.Tx, id ID) (err error) {
	var keys [][]string
	for rest := range opens.Scan(tx, opens.Under(string(id)), &err) {
		keys = append(keys, strings.Split(rest, "/"))
	}
	for _, k := range keys {
		if err := opens.Delete(tx, k...); err != nil {
			return err
		}
	}
	return err
}

// Held calls f with the members whom a campaign leaves out as a control, in the
// order in which they were written down.
func (e *Engine) Held(r store.Reader, id ID, f func(loyalty.MemberID) error) (err error) {
	for _, row := range held.Scan(r, held.Under(string(id)), &err) {
		for i := 0; i+idSize <= len(row.People); i += idSize {
			if err := f(unpackID([idSize]byte(row.People[i:]))); err != nil {
				return err
			}
		}
	}
	return err
}
