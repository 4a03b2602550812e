package segment

import (
	"context"
	"errors"
	"time"

	"regulars/store"
)

// Tally is how many members a segment has, and how many of them an offer could
// be sent to.
type Tally struct {
	Members   int `json:"m"`
	Reachable int `json:"r"`
}

// Tallies are those of all segments that have a name, as they were counted last.
type Tallies struct {
	At   time.Time        `json:"at"`
	When map[string]Tally `json:"when"` // by the expression: one that was changed is not there yet
}

// tallies has one row.
var tallies = store.NewTable[Tallies]("segcount/", store.Readable, store.FirstPart("segcount"))

const talliesKey = "all"

// All are the segments that have a name at a moment, the shop's own first.
func (d *Desk) All(now time.Time) []Named { return append(d.own(now), presets...) }

// LiveMost is how many looks at a member TallyIn takes: about ten milliseconds.
const LiveMost = 20_000

// TallyIn counts segments in a transaction, at once, if the shop is so small that
// it keeps nobody waiting; ok is false where it is not. A segment that cannot be
// told yet has no tally.
func (d *Desk) TallyIn(r store.Reader, all []Named, now time.Time) (t Tallies, ok bool, err error) {
	s, err := d.sceneIn(r, now)
	if err != nil {
		return t, false, err
	}
	c, err := newTeller(s, all)
	if err != nil {
		return t, false, err
	}
	left := LiveMost
	for row, err := range r.Scan(rolls.All()) {
		if err != nil {
			return t, false, err
		}
		if left -= len(c.exprs) + 1; left < 0 {
			return t, false, nil
		}
		if err := c.add(row); err != nil {
			return t, false, err
		}
	}
	return c.tallies(now), true, nil
}

// Tallied are the tallies that TallyAll kept; At is zero where it never ran.
func (d *Desk) Tallied(r store.Reader) (Tallies, error) {
	t, _, err := tallies.Get(r, talliesKey)
	return t, err
}

// TallyAll counts all segments that have a name, in one walk over all rolls, and
// keeps what it found for shops that are too large for TallyIn. It tells how many
// segments those are.
func (d *Desk) TallyAll(ctx context.Context, now time.Time) (int, error) {
	var s *scene
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		s, err = d.sceneIn(r, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	c, err := newTeller(s, d.All(now))
	if err != nil {
		return 0, err
	}
	if err := d.eachRow(ctx, c.add); err != nil {
		return 0, err
	}
	return len(c.exprs), d.DB.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("segcount/" + talliesKey)); err != nil {
			return err
		}
		return tallies.Put(tx, c.tallies(now), talliesKey)
	})
}

// teller counts several segments at once.
type teller struct {
	judge *judge
	exprs []*Expr
	found []Tally
}

func newTeller(s *scene, all []Named) (*teller, error) {
	c := &teller{}
	for _, n := range all {
		e, err := Compile(n.When)
		if err != nil {
			return nil, err
		}
		var few *TooFewError
		if errors.As(s.lacks(e), &few) {
			continue
		}
		c.exprs = append(c.exprs, e)
	}
	c.judge, c.found = newJudge(s, c.exprs...), make([]Tally, len(c.exprs))
	return c, nil
}

func (c *teller) add(row store.Row) error {
	known, err := c.judge.look(row)
	if err != nil || !known {
		return err
	}
	reach := c.judge.facts.reachable()
	for i, e := range c.exprs {
		yes, err := c.judge.fits(e)
		if err != nil {
			return err
		}
		if yes {
			c.found[i].Members++
		}
		if yes && reach {
			c.found[i].Reachable++
		}
	}
	return nil
}

func (c *teller) tallies(now time.Time) Tallies {
	t := Tallies{At: now.UTC(), When: map[string]Tally{}}
	for i, e := range c.exprs {
		t.When[e.text] = c.found[i]
	}
	return t
}
