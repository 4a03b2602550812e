package survey

import (
	"strconv"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Explained is how a case is closed of a line that was right after all.
const Explained How = "explained"

// lineHows are the ways to close a case about a line.
var lineHows = []How{Resolved, Explained, Nothing}

// Ways are the ways in which this case may be closed.
func (c *Case) Ways() []How {
	if c.Wrong {
		return lineHows
	}
	return Hows
}

// mostLines is how many lines of a member are remembered as doubted, newest first: so
// that what is said of one again goes to its case.
const mostLines = 20

// doubt is a line of which a member said that it is wrong; Line 0: one is missing.
type doubt struct {
	Line uint64      `json:"line,omitempty"`
	Case loyalty.Ref `json:"case"`
}

// Doubt opens a case for an entry of which its member says that it is wrong (0: there
// should be one), with what they said. What is said of it again goes to the same case and
// opens it anew; fresh says that there was none.
func (d *Desk) Doubt(tx store.Tx, m loyalty.MemberID, line uint64, v Visit, n Note) (c Case, fresh bool, err error) {
	if err := lock(tx, m); err != nil {
		return c, false, err
	}
	own, _, err := persons.Get(tx, string(m))
	if err != nil {
		return c, false, err
	}
	for _, x := range own.Doubts {
		if x.Line != line {
			continue
		}
		c, ok, err := d.Case(tx, x.Case)
		if err != nil {
			return c, false, err
		}
		if ok && (line != 0 || c.IsOpen()) { // something else may be missing another time
			c, err = d.Note(tx, c, n)
			return c, false, err
		}
	}
	c = Case{Member: m, Wrong: true, Line: line, Visit: v, Opened: n.At, Notes: []Note{n}}
	if c.Ref, err = d.newRef(tx, "line", strconv.FormatUint(line, 10), string(m), n.At.Format(time.RFC3339Nano)); err != nil {
		return c, false, err
	}
	own.Doubts = append([]doubt{{line, c.Ref}}, own.Doubts...)
	own.Doubts = own.Doubts[:min(len(own.Doubts), mostLines)]
	if err := persons.Put(tx, own, string(m)); err != nil {
		return c, false, err
	}
	return c, true, d.putCase(tx, c)
}

// Left closes the open cases about lines of a member who leaves: nobody is there to be
// answered, and nobody can read any more what they said.
func (d *Desk) Left(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	if err := lock(tx, m); err != nil {
		return err
	}
	all, err := OpenCases(tx, "") // a person's row remembers the newest only
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Member != m || !o.Wrong {
			continue
		}
		c, ok, err := d.Case(tx, o.Ref)
		if err != nil {
			return err
		}
		if ok && c.IsOpen() {
			if _, err := d.Close(tx, c, "", Nothing, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// Unanswered says since when a case about a line waits for the shop's word; zero: it
// does not.
func (c *Case) Unanswered() time.Time {
	if !c.Wrong || !c.IsOpen() {
		return time.Time{}
	}
	if len(c.Notes) == 0 {
		return c.Opened
	}
	if last := c.Notes[len(c.Notes)-1]; last.By == "" {
		return last.At
	}
	return time.Time{}
}
