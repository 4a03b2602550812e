package campaign

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Walk is how far the journeys of a campaign's recipients are. They begin once the
// sending is over, for whoever the first message was sent to.
type Walk struct {
	Part     int  `json:"part,omitempty"` // of the bulk, and At in it: who is looked at next
	At       int  `json:"at,omitempty"`
	Enrolled bool `json:"all,omitempty"`  // everybody was looked at
	Over     bool `json:"over,omitempty"` // nobody is on the way any more

	People  int64       `json:"people,omitempty"`  // who began
	Through int64       `json:"through,omitempty"` // who came to the end
	Paid    int64       `json:"paid,omitempty"`    // steps written where a message costs
	Steps   []StepCount `json:"steps,omitempty"`
}

// StepCount is what became of one step of a journey, in members.
type StepCount struct {
	Written int64 `json:"w,omitempty"` // its message was put
	Passed  int64 `json:"p,omitempty"` // its condition did not fit, or they get no news now
	Left    int64 `json:"l,omitempty"` // who was to come to it and left: by Exit, erased, merged, or waited in vain
}

// left is how many left the journey at any step.
func (w *Walk) left() (n int64) {
	for _, s := range w.Steps {
		n += s.Left
	}
	return n
}

// OnTheWay is how many are between two steps.
func (w *Walk) OnTheWay() int64 { return w.People - w.Through - w.left() }

// Walking says that members are on the way through the campaign's journey, or
// will be: it can be paused and stopped though its sending is done.
func (c *Campaign) Walking() bool {
	return c.Walk != nil && !c.Walk.Over && (c.State == Done || c.State == Paused && c.Before == Done)
}

// way is where one member stands.
type way struct {
	Step  int       `json:"s"`           // the next one, from 0
	Due   int64     `json:"d"`           // µs since 1970: when it is, or until when a deed is waited for
	Waits string    `json:"w,omitempty"` // the deed
	Since time.Time `json:"f"`           // when the message before went: from then on deeds count
	Hours int       `json:"h,omitempty"` // from the deed to the step
}

var (
	ways = store.NewTable[way]("campway/", store.Locked, lastPart)
	dues = store.NewTable[struct{}]("campdue/", store.Locked, lastPart)
	// waits says which campaigns wait for which deed of a member, so that each of
	// their deeds costs one look.
	waits = store.NewTable[map[ID]string]("campwaits/", store.Locked, store.FirstPart("member"))
)

// lastPart is the subject of a row whose key ends with a member.
func lastPart(rest []byte) store.Subject {
	return store.Subject("member/" + string(rest[bytes.LastIndexByte(rest, '/')+1:]))
}

// dueAt is a moment as a key.
func dueAt(us int64) string { return time.UnixMicro(us).UTC().Format("20060102T150405.000000") }

// mostWait is for how long a deed is waited for: as long as the longest wait.
const mostWait = 90 * 24 * time.Hour

// pageSteps is how many members one Update takes on.
const pageSteps = 50

// enrol begins the journeys of the next recipients, and keeps how far it came in
// the same commit.
func (e *Engine) enrol(ctx context.Context, c Campaign) (more bool, err error) {
	var d Draft
	var page []loyalty.MemberID
	next, now := *c.Walk, e.now()
	err = e.DB.View(ctx, func(r store.Reader) (err error) {
		if d, err = e.Draft(r, c.ID, c.Version); err != nil {
			return err
		}
		page, next, err = e.enrolPage(r, c)
		return err
	})
	if err != nil {
		return false, err
	}
	err = e.DB.Update(ctx, func(tx store.Tx) error {
		is, err := e.Get(tx, c.ID)
		if err != nil || !is.Walking() || is.State != Done || is.Version != c.Version || is.Walk.Part != c.Walk.Part || is.Walk.At != c.Walk.At || is.Walk.Enrolled {
			return err
		}
		is.Walk.Part, is.Walk.At, is.Walk.Enrolled = next.Part, next.At, next.Enrolled
		for _, m := range page {
			if err := tx.Lock(people.Subject(m)); err != nil {
				return err
			}
			is.Walk.People++
			if err := e.enter(tx, &is, &d, m, way{Since: is.SendingAt}, is.EndedAt, now); err != nil {
				return err
			}
		}
		return e.putWay(tx, &is)
	})
	return err == nil, err
}

// enrolPage are the next recipients whose message was sent, and where it goes on
// after them.
func (e *Engine) enrolPage(r store.Reader, c Campaign) (page []loyalty.MemberID, next Walk, err error) {
	next = *c.Walk
	n := 0
	ok, err := e.Bulks.PartStates(r, bulkID(c.ID), c.Walk.Part, func(who bot.PersonID, _ string, s outbox.State) error {
		if n++; n > c.Walk.At && n <= c.Walk.At+pageSteps && s == outbox.Sent {
			page = append(page, loyalty.MemberID(who))
		}
		return nil
	})
	switch {
	case !ok: // the end, or the rows are gone
		next.Enrolled = c.Walk.Part >= c.Parts
		next.Part++
	case n > c.Walk.At+pageSteps:
		next.At += pageSteps
	default:
		next.Part, next.At = c.Walk.Part+1, 0
	}
	return page, next, err
}

// putWay keeps a campaign whose members went on: when none is left on the way, it
// is over.
func (e *Engine) putWay(tx store.Tx, c *Campaign) error {
	c.Walk.Over = c.Walk.Enrolled && c.Walk.OnTheWay() <= 0
	return put(tx, *c)
}

// enter has a member, who is locked and has no row, wait for the step w.Step; behind
// the last one they are through. from is when the message before went.
func (e *Engine) enter(tx store.Tx, c *Campaign, d *Draft, m loyalty.MemberID, w way, from, now time.Time) error {
	if w.Step >= len(d.Journey) {
		c.Walk.Through++
		return nil
	}
	s := d.Journey[w.Step]
	w.Waits, w.Hours = "", s.Wait
	if s.After != "" {
		done, err := e.did(tx, c.ID, m, s.After, w.Since, now)
		if err != nil {
			return err
		}
		if done.IsZero() {
			w.Waits = s.After
			w.Due = now.Add(mostWait).UnixMicro()
			return e.putMember(tx, c.ID, m, w)
		}
		if from = done; from.Before(w.Since) { // of a coupon that was used before the message
			from = w.Since
		}
	}
	w.Due = from.Add(time.Duration(s.Wait) * time.Hour).UnixMicro()
	return e.putMember(tx, c.ID, m, w)
}

// putMember writes a member's row with those that find it.
func (e *Engine) putMember(tx store.Tx, id ID, m loyalty.MemberID, w way) error {
	if err := ways.Put(tx, w, string(id), string(m)); err != nil {
		return err
	}
	if err := dues.Put(tx, struct{}{}, string(id), dueAt(w.Due), string(m)); err != nil {
		return err
	}
	if w.Waits == "" {
		return nil
	}
	return e.await(tx, id, m, w.Waits)
}

// dropMember removes them.
func (e *Engine) dropMember(tx store.Tx, id ID, m loyalty.MemberID, w way) error {
	if err := ways.Delete(tx, string(id), string(m)); err != nil {
		return err
	}
	if err := dues.Delete(tx, string(id), dueAt(w.Due), string(m)); err != nil {
		return err
	}
	if w.Waits == "" {
		return nil
	}
	return e.await(tx, id, m, "")
}

// await notes that a campaign waits for a deed of a member, or with "" that it
// does no more.
func (e *Engine) await(tx store.Tx, id ID, m loyalty.MemberID, deed string) error {
	all, _, err := waits.Get(tx, string(m))
	if err != nil {
		return err
	}
	if deed == "" {
		delete(all, id)
	} else if all == nil {
		all = map[ID]string{id: deed}
	} else {
		all[id] = deed
	}
	if len(all) == 0 {
		return waits.Delete(tx, string(m))
	}
	return waits.Put(tx, all, string(m))
}

// clearWays ends the journeys of a campaign that was stopped.
func (e *Engine) clearWays(ctx context.Context, c Campaign) (more bool, err error) {
	var page []loyalty.MemberID
	err = e.DB.View(ctx, func(r store.Reader) (err error) {
		page = nil
		for key := range ways.Scan(r, ways.Under(string(c.ID)), &err) {
			if page = append(page, loyalty.MemberID(key[strings.LastIndexByte(key, '/')+1:])); len(page) == pageSteps {
				break
			}
		}
		return err
	})
	if err != nil {
		return false, err
	}
	err = e.DB.Update(ctx, func(tx store.Tx) error {
		is, err := e.Get(tx, c.ID)
		if err != nil || is.State != Stopped || is.Walk == nil {
			return err
		}
		for _, m := range page {
			if err := tx.Lock(people.Subject(m)); err != nil {
				return err
			}
			w, ok, err := ways.Get(tx, string(c.ID), string(m))
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := e.dropMember(tx, c.ID, m, w); err != nil {
				return err
			}
			is.Walk.at(w.Step).Left++
		}
		is.Walk.Over = len(page) == 0
		return put(tx, is)
	})
	return err == nil, err
}

// at is the count of one step.
func (w *Walk) at(step int) *StepCount {
	for len(w.Steps) <= step {
		w.Steps = append(w.Steps, StepCount{})
	}
	return &w.Steps[step]
}

// verifyWay holds the members' rows of a journey against what its campaign counts.
func (e *Engine) verifyWay(r store.Reader, c Campaign, say func(string, ...any)) (err error) {
	if c.Walk == nil {
		return nil
	}
	rows, timed := int64(0), int64(0)
	for key, w := range ways.Scan(r, ways.Under(string(c.ID)), &err) {
		rows++
		m := key[strings.LastIndexByte(key, '/')+1:]
		_, known, err := dues.Get(r, string(c.ID), dueAt(w.Due), m)
		if err != nil {
			return err
		}
		if !known {
			say("%s is on its journey, and will never be looked at", m)
		}
		if w.Waits == "" {
			continue
		}
		if all, _, err := waits.Get(r, m); err != nil {
			return err
		} else if all[c.ID] != w.Waits {
			say("%s waits for a %s that nobody will tell of", m, w.Waits)
		}
	}
	for range dues.Scan(r, dues.Under(string(c.ID)), &err) {
		timed++
	}
	if rows != c.Walk.OnTheWay() || timed != rows {
		say("%d members are on its journey, %d are to be looked at, its row says %d", rows, timed, c.Walk.OnTheWay())
	}
	return err
}

// variantOf is the wording of a step for a member: the same as of the first
// message, if the step has it.
func (e *Engine) variantOf(id ID, d, step *Draft, m loyalty.MemberID) string {
	name, _ := e.Assigned(id, d, m)
	if names := step.Names(); !slices.Contains(names, name) {
		return step.first()
	}
	return name
}
