package outbox

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store"
)

// BulkID names one text to many; a campaign's id. It has 1 to 100 bytes and no
// slash.
type BulkID string

// Bulk is one text to many.
type Bulk struct {
	ID        BulkID
	Class     bot.Class // usually bot.Promo; bot.Gift for what was promised
	NotBefore time.Time // zero: as soon as it is started
	NotAfter  time.Time // from then on nothing is claimed, the rest is Expired; zero: for ever
	Budget    int64     // paid messages at most; 0 is no limit
}

// Part is up to PartSize people who get the same wording over one channel.
type Part struct {
	Channel   bot.ChannelName
	Wording   string // what Words is asked for; opaque to the outbox
	Personal  bool   // everybody has words of their own: WordsFor, one call each
	NotBefore time.Time
	People    []bot.PersonID
}

// PartSize is how many people a part has at most, and so a LINE multicast (LINE
// docs, #send-multicast-message).
const PartSize = 500

// BulkHooks is what the outbox asks about bulks.
type BulkHooks struct {
	// Words are a wording's messages.
	Words func(r store.Reader, id BulkID, wording string) ([]bot.Message, error)
	// WordsFor are the messages for one person of a Personal part. bot.ErrGone
	// says that there is no such person any more.
	WordsFor func(r store.Reader, id BulkID, wording string, person bot.PersonID) ([]bot.Message, error)
	// Reach is where a person is spoken to on a channel; ok is false where
	// there is no such account.
	Reach func(r store.Reader, person bot.PersonID, ch bot.ChannelName) (to bot.Address, ok bool, err error)
	// May is asked in the commit that claims, for all whom it would claim, and
	// once more before each repetition, which it must then allow unless
	// something has changed since. It gives a Verdict each. nil lets all go.
	May func(tx store.Tx, b Bulk, ch bot.ChannelName, people []bot.PersonID, now time.Time) ([]Verdict, error)
}

// Multicaster is a Channel that says the same to up to PartSize people in one
// call. LINE's adapter is one.
type Multicaster interface {
	EncodeMulticast(users []bot.UserID, messages []bot.Message) (bot.Call, error)
}

// The states of a bulk's recipients are Pending, Trying, Sent, Failed, Expired,
// Unsure and those that SuppressedBy gives.
const (
	Pending State = "pending" // nothing was begun
	Trying  State = "trying"  // claimed; on LINE also: repeated under the same key until the outcome is known
	Failed  State = "failed"  // the platform will never accept it
)

// SuppressedBy is the state of who was left out, as in "suppressed-blocked".
func SuppressedBy(why string) State { return Suppressed + "-" + State(why) }

// Why is the reason in a state of SuppressedBy, or empty.
func (s State) Why() string {
	why, _ := strings.CutPrefix(string(s), string(Suppressed)+"-")
	if why == string(s) {
		return ""
	}
	return why
}

// BulkState is where a bulk as a whole stands.
type BulkState string

// The states of a bulk.
const (
	BulkOpen     BulkState = "open"     // parts are being put
	BulkRunning  BulkState = "running"  // started; it may wait for its time or for quota
	BulkPaused   BulkState = "paused"   // by somebody, or because of Why
	BulkStopping BulkState = "stopping" // stopped; what is pending is being ended
	BulkStopped  BulkState = "stopped"  // stopped, and everybody has an end
	BulkDone     BulkState = "done"     // everybody has an end
)

// Why a bulk is paused or waits by itself; quota reasons are those of Why….
const (
	WhyBudget   = "budget"   // paused: Bulk.Budget is used up
	WhyRejected = "rejected" // paused: the platform refuses the words
	WhyStopped  = "stopped"  // of recipients: Stop came first
)

// BulkReport is how a bulk stands.
type BulkReport struct {
	Bulk
	State     BulkState
	Why       string    // of a pause or a wait that nobody asked for
	Until     time.Time // when a wait of its own is over
	ByWording map[string]map[State]int64
	Billed    int64 // messages paid for, as far as known; what is unknown counts
	People    int64
	Left      int64 // Pending and Trying
	Begun     int64 // a try was begun for
	Ended     time.Time
}

// Errors of bulks.
var (
	ErrNoBulk   = errors.New("outbox: there is no such bulk")
	ErrBulkOver = errors.New("outbox: the bulk is over")
	ErrBulkOpen = errors.New("outbox: the bulk is not in the state for that")
)

// PutBulk makes a bulk without parts. One that was put before is left alone.
func (o *Outbox) PutBulk(tx store.Tx, b Bulk, now time.Time) error {
	if b.ID == "" || len(b.ID) > 100 || strings.Contains(string(b.ID), "/") {
		return fmt.Errorf("outbox: a bulk's id has 1 to 100 bytes and no slash")
	}
	if err := tx.Lock(bulkSubject(b.ID)); err != nil {
		return err
	}
	if _, ok, err := bulks.Get(tx, string(b.ID)); err != nil || ok {
		return err
	}
	return bulks.Put(tx, bulkRow{
		Class: b.Class, Born: micros(now), NotBefore: micros(b.NotBefore), NotAfter: micros(b.NotAfter),
		Budget: b.Budget, State: BulkOpen,
	}, string(b.ID))
}

// PutPart adds part n, counted from 0, to a bulk that is not started yet. A part
// that was put before is left alone.
func (o *Outbox) PutPart(tx store.Tx, id BulkID, n int, p Part) error {
	if len(p.People) == 0 || len(p.People) > PartSize {
		return fmt.Errorf("outbox: a part of %d people; 1 to %d are possible", len(p.People), PartSize)
	}
	if o.channels[p.Channel] == nil {
		return fmt.Errorf("outbox: no channel %q is configured", p.Channel)
	}
	h, err := bulkFor(tx, id)
	if err != nil {
		return err
	}
	if h.State != BulkOpen {
		return ErrBulkOpen
	}
	if _, ok, err := parts.Get(tx, partKey(id, n)); err != nil || ok {
		return err
	}
	row := partRow{
		Channel: p.Channel, Wording: p.Wording, Personal: p.Personal, NotBefore: micros(p.NotBefore),
		States: strings.Repeat(string(pendingMark), len(p.People)),
	}
	h.count(p.Wording, Pending, int64(len(p.People)))
	if err := whos.Put(tx, joinPeople(p.People), partKey(id, n)); err != nil {
		return err
	}
	if err := row.put(tx, id, n, max(h.NotBefore, row.NotBefore, 1)); err != nil {
		return err
	}
	return bulks.Put(tx, h, string(id))
}

// StartBulk lets a bulk go: its audience is complete.
func (o *Outbox) StartBulk(tx store.Tx, id BulkID, now time.Time) error {
	return o.changeBulk(tx, id, now, func(h *bulkRow) error {
		if h.State != BulkOpen {
			return ErrBulkOpen
		}
		h.State = BulkRunning
		return nil
	})
}

// PauseBulk keeps a bulk from beginning further tries until ResumeBulk; what is
// claimed at that moment still goes out.
func (o *Outbox) PauseBulk(tx store.Tx, id BulkID, now time.Time) error {
	return o.changeBulk(tx, id, now, func(h *bulkRow) error {
		if h.State != BulkRunning && h.State != BulkPaused {
			return ErrBulkOpen
		}
		h.pause("")
		return nil
	})
}

// ResumeBulk lets a paused bulk go on, and one that waits for quota ask anew.
func (o *Outbox) ResumeBulk(tx store.Tx, id BulkID, now time.Time) error {
	return o.changeBulk(tx, id, now, func(h *bulkRow) error {
		if h.State != BulkRunning && h.State != BulkPaused {
			return ErrBulkOpen
		}
		h.State = BulkRunning
		h.stir()
		return nil
	})
}

// StopBulk ends a bulk: nothing further is claimed. Who was pending ends as
// SuppressedBy(WhyStopped); what may have arrived and was not confirmed stays
// Unsure. A bulk that is over is left alone.
func (o *Outbox) StopBulk(tx store.Tx, id BulkID, now time.Time) error {
	return o.changeBulk(tx, id, now, func(h *bulkRow) error {
		if h.State != BulkStopped && h.State != BulkDone {
			h.State = BulkStopping
			h.stir()
		}
		return nil
	})
}

// SetBulkBudget changes how many paid messages a bulk may cost in all; 0 is no
// limit. A bulk that was paused for it goes on with ResumeBulk.
func (o *Outbox) SetBulkBudget(tx store.Tx, id BulkID, most int64, now time.Time) error {
	return o.changeBulk(tx, id, now, func(h *bulkRow) error {
		h.Budget = most
		return nil
	})
}

// LookBulks makes the channels look for bulks at once rather than within
// Config.LookEvery. Call it after the commit that started or resumed one.
func (o *Outbox) LookBulks() { o.lookAll() }

func (o *Outbox) changeBulk(tx store.Tx, id BulkID, now time.Time, f func(*bulkRow) error) error {
	h, err := bulkFor(tx, id)
	if err == nil {
		err = f(&h)
	}
	if err != nil {
		return err
	}
	h.close(now)
	return bulks.Put(tx, h, string(id))
}

// BulkReport tells how a bulk stands; ok is false where there is none.
func (o *Outbox) BulkReport(r store.Reader, id BulkID) (rep BulkReport, ok bool, err error) {
	h, ok, err := bulks.Get(r, string(id))
	if err != nil || !ok {
		return rep, ok, err
	}
	rep = BulkReport{
		Bulk: h.bulk(id), State: h.State, Why: h.Why, Billed: h.Spent, Ended: at(h.Ended),
		ByWording: map[string]map[State]int64{},
	}
	for _, us := range h.Waits {
		if rep.Until.IsZero() || us < micros(rep.Until) {
			rep.Until = at(us)
		}
	}
	for wording, n := range h.Tally {
		rep.ByWording[wording] = maps.Clone(n)
		for s, n := range n {
			rep.People += n
			switch s {
			case Pending:
				rep.Left += n
			case Trying:
				rep.Left += n
				rep.Begun += n
			case Sent, Failed, Unsure, SuppressedBy(whyUnreachable):
				rep.Begun += n
			}
		}
	}
	return rep, true, nil
}

// BulkStates tells how each recipient of a bulk stands, part by part, for as
// long as that is kept.
func (o *Outbox) BulkStates(r store.Reader, id BulkID, f func(person bot.PersonID, wording string, s State) error) (err error) {
	for key, p := range parts.Scan(r, parts.Under(string(id)), &err) {
		if err := eachState(r, key, &p, f); err != nil {
			return err
		}
	}
	return err
}

// PartStates is BulkStates of one part, counted from 0, for whoever goes through
// a bulk in steps. ok is false where the bulk has no such part.
func (o *Outbox) PartStates(r store.Reader, id BulkID, n int, f func(person bot.PersonID, wording string, s State) error) (ok bool, err error) {
	key := partKey(id, n)
	p, ok, err := parts.Get(r, key)
	if err != nil || !ok {
		return false, err
	}
	return true, eachState(r, key, &p, f)
}

func eachState(r store.Reader, key string, p *partRow, f func(person bot.PersonID, wording string, s State) error) error {
	who, ok, err := whos.Get(r, key)
	if err != nil || !ok {
		return err
	}
	for i, person := range splitPeople(who) {
		if err := f(person, p.Wording, p.state(i)); err != nil {
			return err
		}
	}
	return nil
}
