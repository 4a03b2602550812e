package survey

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Case is an unhappy customer whom the shop answers: one who gave a low score, or who
// says that a line of their history is wrong.
type Case struct {
	Ref     loyalty.Ref        `json:"ref"`
	Member  loyalty.MemberID   `json:"member"`
	Survey  string             `json:"survey"`
	Wave    string             `json:"wave"`
	Kind    loyalty.SurveyKind `json:"kind"`
	Score   int                `json:"score"`
	Visit   Visit              `json:"visit"`
	Opened  time.Time          `json:"opened"`
	Closed  time.Time          `json:"closed,omitzero"` // zero: open
	By      string             `json:"by,omitempty"`    // the employee who closed it
	How     How                `json:"how,omitempty"`
	Notes   []Note             `json:"notes,omitempty"`  // oldest first
	Thanks  time.Time          `json:"thanks,omitzero"`  // when to thank; zero: not planned
	Thanked time.Time          `json:"thanked,omitzero"` // when it was done

	// Wrong says that it is no answer's, but of a member who says that the entry Line
	// of theirs is wrong, or, where that is 0, that one is missing; see [Desk.Doubt].
	Wrong bool        `json:"wrong,omitempty"`
	Line  uint64      `json:"line,omitempty"`
	Fixed loyalty.Ref `json:"fixed,omitempty"` // the entry that put it right
	Own   bool        `json:"own,omitempty"`   // closed by who entered the line, as there was nobody else
}

// IsOpen says that somebody has still to look after the customer.
func (c *Case) IsOpen() bool { return c.Closed.IsZero() }

// How is how a case was closed.
type How string

// The ways to close a case. Whoever got one of the first three was helped.
const (
	Resolved How = "resolved"
	Called   How = "called"
	Gifted   How = "gift"
	Nothing  How = "nothing"
)

// Hows are all ways to close a case.
var Hows = []How{Resolved, Called, Gifted, Nothing}

// Note is something said in a case.
type Note struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"` // an employee's id; "": the customer
	Sealed []byte    `json:"s"`            // the words, with the customer's key
}

// mostNotes is how many notes a case keeps; the oldest but the first go.
const mostNotes = 30

// TalkFor is how long after the shop wrote the customer's typed words go to the
// case.
const TalkFor = 48 * time.Hour

// Opened is a case as the list of open ones shows it.
type Opened struct {
	Ref    loyalty.Ref      `json:"ref"`
	Member loyalty.MemberID `json:"member"`
	Score  int              `json:"score"`
	Store  loyalty.Store    `json:"store,omitempty"`
	At     time.Time        `json:"at"`
	Wrong  bool             `json:"wrong,omitempty"` // about a line, without a score
}

var (
	cases  = store.NewTable[Case]("case/", store.Locked, store.FirstPart("case"))
	opened = store.NewTable[Opened]("caseopen/", store.Readable, store.FirstPart("case"))
	thanks = store.NewTable[struct{}]("casethanks/", store.Free, nil) // written by its case's transactions only
)

// Alert opens a case for an answer, or brings the answer's own up to date when
// its score was changed. fresh says that it was opened now.
func (d *Desk) Alert(tx store.Tx, a Answer, now time.Time) (c Case, fresh bool, err error) {
	if err := lock(tx, a.Member); err != nil {
		return c, false, err
	}
	if a.Case != "" {
		if c, _, err = d.Case(tx, a.Case); err != nil {
			return c, false, err
		}
		c.Score = a.Score
		return c, false, d.putCase(tx, c)
	}
	c = Case{Member: a.Member, Survey: a.Survey, Wave: a.Wave, Kind: a.Kind, Score: a.Score, Visit: a.Visit, Opened: now.UTC()}
	if c.Ref, err = d.newRef(tx, a.Survey, a.Wave, string(a.Member)); err != nil {
		return c, false, err
	}
	a.Case = c.Ref
	if err := d.put(tx, a); err != nil {
		return c, false, err
	}
	return c, true, d.putCase(tx, c)
}

// newRef draws a reference that no case has, from what the case is about. It locks it.
func (d *Desk) newRef(tx store.Tx, about ...string) (loyalty.Ref, error) {
	for n := 0; ; n++ {
		ref := loyalty.NewRef(d.mac(append(append([]string{"case"}, about...), strconv.Itoa(n))...), 4+n/20)
		if _, taken, err := d.Case(tx, ref); err != nil || !taken {
			return ref, err
		}
	}
}

// Case reads a case; an Update locks it.
func (d *Desk) Case(r store.Reader, ref loyalty.Ref) (Case, bool, error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(store.Subject("case/" + string(ref))); err != nil {
			return Case{}, false, err
		}
	}
	return cases.Get(r, string(ref))
}

// putCase writes a case, and whether it is open.
func (d *Desk) putCase(tx store.Tx, c Case) error {
	if err := cases.Put(tx, c, string(c.Ref)); err != nil {
		return err
	}
	if !c.IsOpen() {
		return opened.Delete(tx, string(c.Ref))
	}
	return opened.Put(tx, Opened{c.Ref, c.Member, c.Score, c.Visit.Store, c.Opened, c.Wrong}, string(c.Ref))
}

// Note adds what was said in a case. What the customer says opens a closed one
// again, and takes back the thanks; what an employee says lets the customer's
// next typed words go to it.
func (d *Desk) Note(tx store.Tx, c Case, n Note) (Case, error) {
	c.Notes = append(c.Notes, n)
	if len(c.Notes) > mostNotes {
		c.Notes = append(c.Notes[:1], c.Notes[len(c.Notes)-mostNotes+1:]...)
	}
	if n.By == "" {
		if err := d.unplan(tx, &c); err != nil {
			return c, err
		}
		c.Closed, c.By, c.How, c.Own = time.Time{}, "", "", false
	} else if err := d.talk(tx, c, n.At); err != nil {
		return c, err
	}
	return c, d.putCase(tx, c)
}

// talk lets the customer's typed words go to a case for a while.
func (d *Desk) talk(tx store.Tx, c Case, now time.Time) error {
	if err := lock(tx, c.Member); err != nil {
		return err
	}
	own, _, err := persons.Get(tx, string(c.Member))
	if err != nil {
		return err
	}
	own.Talk = &Talk{c.Ref, now.Add(TalkFor).UTC()}
	return persons.Put(tx, own, string(c.Member))
}

// Close closes a case, and plans the thanks for a customer who was helped.
func (d *Desk) Close(tx store.Tx, c Case, by string, how How, now time.Time) (Case, error) {
	if err := d.unplan(tx, &c); err != nil {
		return c, err
	}
	c.Closed, c.By, c.How = now.UTC(), by, how
	if s, ok := d.Find(now, c.Survey); ok && s.ThankAfter > 0 && how != Nothing && c.Thanked.IsZero() {
		c.Thanks = c.Closed.Add(s.ThankAfter)
		if err := thanks.Put(tx, struct{}{}, stamp(c.Thanks), string(c.Ref)); err != nil {
			return c, err
		}
	}
	return c, d.putCase(tx, c)
}

// unplan takes planned thanks back.
func (d *Desk) unplan(tx store.Tx, c *Case) error {
	if c.Thanks.IsZero() {
		return nil
	}
	at := c.Thanks
	c.Thanks = time.Time{}
	return thanks.Delete(tx, stamp(at), string(c.Ref))
}

// CasesOf are all cases of a member that are kept, the oldest first. It goes over all
// there are, and is for a View.
func CasesOf(r store.Reader, m loyalty.MemberID) (list []Case, err error) {
	for _, c := range cases.Naming(r, string(m), &err) {
		if c.Member == m {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b Case) int { return a.Opened.Compare(b.Opened) })
	return list, err
}

// OpenCases are the open cases of a store, all for "", in no order.
func OpenCases(r store.Reader, at loyalty.Store) (list []Opened, err error) {
	for _, o := range opened.Scan(r, opened.All(), &err) {
		if at == "" || o.Store == at || o.Store == "" {
			list = append(list, o)
		}
	}
	return list, err
}

// DueThanks are up to n cases whose customer is to be thanked by now, from the
// place where the one before ended ("" at first).
func (d *Desk) DueThanks(r store.Reader, now time.Time, n int, from string) (list []loyalty.Ref, next string, err error) {
	for key := range thanks.Scan(r, thanks.Between(from, stamp(now.Add(time.Microsecond))), &err) {
		if len(list) == n {
			return list, key, err
		}
		_, ref, _ := strings.Cut(key, "/")
		list = append(list, loyalty.Ref(ref))
	}
	return list, "", err
}

// Thank takes a case's thanks off the plan; ok is false when they are not due,
// or were said.
func (d *Desk) Thank(tx store.Tx, ref loyalty.Ref, now time.Time) (c Case, ok bool, err error) {
	c, ok, err = d.Case(tx, ref)
	if err != nil || !ok || c.Thanks.IsZero() || c.Thanks.After(now) {
		return c, false, err
	}
	if err := d.unplan(tx, &c); err != nil {
		return c, false, err
	}
	c.Thanked = now.UTC()
	return c, !c.IsOpen(), d.putCase(tx, c)
}
