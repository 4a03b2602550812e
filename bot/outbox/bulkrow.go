package outbox

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// bulkRow is a bulk's head. Its purse counts against Budget.
type bulkRow struct {
	Class     bot.Class `json:"c"`
	Born      int64     `json:"b"`
	NotBefore int64     `json:"nb,omitempty"`
	NotAfter  int64     `json:"na,omitempty"`
	Budget    int64     `json:"m,omitempty"`
	State     BulkState `json:"st"`
	Why       string    `json:"w,omitempty"`
	Ended     int64     `json:"e,omitempty"`
	// Waits is until when a channel waits by itself, for quota.
	Waits map[bot.ChannelName]int64 `json:"u,omitempty"`
	// Tally is how many recipients are in which state, by wording. It is kept
	// in every commit that moves a recipient, so that a report reads one row.
	Tally map[string]map[State]int64 `json:"n,omitempty"`
	purse
}

// partRow is the state of a part, apart from its people: it is written at every
// step, they never are.
type partRow struct {
	Channel   bot.ChannelName `json:"ch"`
	Wording   string          `json:"wd,omitempty"`
	Personal  bool            `json:"p,omitempty"`
	NotBefore int64           `json:"nb,omitempty"`
	States    string          `json:"s"`            // a byte for each of its people
	Whys      []string        `json:"w,omitempty"`  // of suppressedMark+i
	Due       int64           `json:"d,omitempty"`  // as in its bulkdue row; 0: everybody has an end
	Later     int64           `json:"l,omitempty"`  // when to ask about deferred people again
	Fence     int64           `json:"f,omitempty"`  // counts claims and marks: who marks must know the last claim, and marks it once
	Most      int             `json:"mx,omitempty"` // people in one call while a bad one is searched for
	Bad       int             `json:"bd,omitempty"` // bad ones found
}

// bodyRow is a call that may have to be made again, exactly.
type bodyRow struct {
	Who   []int  `json:"i"`           // whom of the part it goes to
	First int64  `json:"f"`           // the first try
	Due   int64  `json:"d"`           // when it may be repeated
	Tries int    `json:"t"`           // how often it was tried
	Held  int64  `json:"h,omitempty"` // reserved of the month and the budget
	Many  bool   `json:"m,omitempty"` // a multicast, though it may be to one alone
	Calls []byte `json:"x"`           // sealed: calls; with the person's key, a multicast's with the installation's
}

var (
	bulks  = store.NewTable[bulkRow]("bulk/", store.Readable, store.FirstPart("bulk"))
	parts  = store.NewTable[partRow]("bulkpart/", store.Readable, store.FirstPart("bulk"))
	whos   = store.NewTable[string]("bulkwho/", store.Readable, store.FirstPart("bulk"))
	bodies = store.NewTable[bodyRow]("bulkbody/", store.Readable, store.FirstPart("bulk"))
	// bulkdues has a row for each part that is not over: channel/bulk/µs/n.
	bulkdues = store.NewTable[none]("bulkdue/", store.Free, nil)
)

func bulkSubject(id BulkID) store.Subject { return store.Subject("bulk/" + string(id)) }

// The marks in partRow.States.
const (
	pendingMark    = 'p'
	deferredMark   = 'd' // pending, and not before partRow.Later
	tryingMark     = 't'
	sentMark       = 's'
	failedMark     = 'f'
	unsureMark     = 'u'
	expiredMark    = 'x'
	suppressedMark = 'A' // and up to 'Z': Whys[mark-'A']
	whyOther       = "other"
	whyUnreachable = "unreachable"
	whyErased      = "erased"
)

var marked = map[byte]State{
	pendingMark: Pending, deferredMark: Pending, tryingMark: Trying, sentMark: Sent, failedMark: Failed, unsureMark: Unsure, expiredMark: Expired,
}

// state is how the i-th of a part stands.
func (p *partRow) state(i int) State { return p.stateOf(p.States[i]) }

func (p *partRow) stateOf(mark byte) State {
	if s, ok := marked[mark]; ok {
		return s
	}
	return SuppressedBy(p.Whys[mark-suppressedMark])
}

// suppressed is the mark for a reason. A part has few; what is too much is
// called "other".
func (p *partRow) suppressed(why string) byte {
	for i, known := range p.Whys {
		if known == why {
			return suppressedMark + byte(i)
		}
	}
	const most = 'Z' - suppressedMark + 1
	if len(p.Whys) == most-1 && why != whyOther {
		return p.suppressed(whyOther)
	}
	p.Whys = append(p.Whys, why)
	return suppressedMark + byte(len(p.Whys)-1)
}

// put stores p, with its place in time; 0 takes it out.
func (p *partRow) put(tx store.Tx, id BulkID, n int, due int64) error {
	if p.Due != due {
		if p.Due != 0 {
			if err := bulkdues.Delete(tx, p.dueKey(id, n)); err != nil {
				return err
			}
		}
		if p.Due = due; due != 0 {
			if err := bulkdues.Put(tx, none{}, p.dueKey(id, n)); err != nil {
				return err
			}
		}
	}
	return parts.Put(tx, *p, partKey(id, n))
}

func (p *partRow) dueKey(id BulkID, n int) string {
	return fmt.Sprintf("%s/%s/%016d/%06d", p.Channel, id, p.Due, n)
}

func partKey(id BulkID, n int) string { return fmt.Sprintf("%s/%06d", id, n) }

// bodyKey names a call by the first of those it goes to.
func bodyKey(id BulkID, n, first int) string { return fmt.Sprintf("%s/%06d/%03d", id, n, first) }

// readDue takes apart what dueKey made.
func readDue(key string) (id BulkID, us int64, n int, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 4 {
		return "", 0, 0, fmt.Errorf("%w: row %q is not of a known form", store.ErrDamaged, key)
	}
	us, e1 := strconv.ParseInt(parts[2], 10, 64)
	n, e2 := strconv.Atoi(parts[3])
	return BulkID(parts[1]), us, n, errors.Join(e1, e2)
}

// Ids are joined by a line break: no id has one, and the row is no longer than
// with bytes in base 64.
func joinPeople(list []bot.PersonID) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(p))
	}
	return b.String()
}

func splitPeople(s string) []bot.PersonID {
	texts := strings.Split(s, "\n")
	list := make([]bot.PersonID, len(texts))
	for i, t := range texts {
		list[i] = bot.PersonID(t)
	}
	return list
}

// bulkFor locks and reads a bulk.
func bulkFor(tx store.Tx, id BulkID) (h bulkRow, err error) {
	if err := tx.Lock(bulkSubject(id)); err != nil {
		return h, err
	}
	h, ok, err := bulks.Get(tx, string(id))
	if err == nil && !ok {
		err = ErrNoBulk
	}
	return h, err
}

func (h *bulkRow) bulk(id BulkID) Bulk {
	return Bulk{ID: id, Class: h.Class, NotBefore: at(h.NotBefore), NotAfter: at(h.NotAfter), Budget: h.Budget}
}

// count adds n recipients of a wording to a state, or takes them away.
func (h *bulkRow) count(wording string, s State, n int64) {
	if h.Tally == nil {
		h.Tally = map[string]map[State]int64{}
	}
	of := h.Tally[wording]
	if of == nil {
		of = map[State]int64{}
		h.Tally[wording] = of
	}
	if of[s] += n; of[s] == 0 {
		delete(of, s)
	}
}

// left is how many have no end yet.
func (h *bulkRow) left() (n int64) {
	for _, of := range h.Tally {
		n += of[Pending] + of[Trying]
	}
	return n
}

// close ends a bulk that was started and in which everybody has an end.
func (h *bulkRow) close(now time.Time) {
	if h.Ended != 0 || h.State == BulkOpen || h.left() > 0 {
		return
	}
	if h.Ended = micros(now); h.State == BulkStopping {
		h.State = BulkStopped
		return
	}
	h.State = BulkDone
	h.stir()
}

// stir takes back what the bulk waits for by itself.
func (h *bulkRow) stir() { h.Why, h.Waits = "", nil }

// wait makes a channel wait.
func (h *bulkRow) wait(ch bot.ChannelName, why string, until time.Time) {
	if h.Waits == nil {
		h.Waits = map[bot.ChannelName]int64{}
	}
	h.Why, h.Waits[ch] = why, micros(until)
}

// pause stops the bulk until somebody acts.
func (h *bulkRow) pause(why string) {
	h.stir()
	h.State, h.Why = BulkPaused, why
}

// goes says that a channel waits no longer.
func (h *bulkRow) goes(ch bot.ChannelName) {
	if delete(h.Waits, ch); len(h.Waits) == 0 {
		h.stir()
	}
}

// most is up to how many messages the budget allows.
func (h *bulkRow) most() int64 {
	if h.Budget <= 0 {
		return -1
	}
	return h.Budget
}

// over says that nothing further is begun, and as what those who wait end.
func (h *bulkRow) over(now time.Time) (s State, over bool) {
	switch {
	case h.State == BulkStopping && h.Why != "":
		return SuppressedBy(h.Why), true
	case h.State == BulkStopping:
		return SuppressedBy(WhyStopped), true
	case h.NotAfter != 0 && micros(now) >= h.NotAfter:
		return Expired, true
	}
	return "", false
}
