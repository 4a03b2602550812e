package referral

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// referrerRow is a member as one who brings friends.
type referrerRow struct {
	Try     int           `json:"try,omitempty"`        // which of their hashes is the code; 0: none was asked for
	Gone    time.Time     `json:"gone,omitzero"`        // left since
	Cleared time.Time     `json:"cleared,omitzero"`     // what was suspicious before counts no more
	By      loyalty.Actor `json:"cleared_by,omitempty"` // who decided so
}

// codeRow leads from a code to its member.
type codeRow struct {
	Member loyalty.MemberID `json:"member"`
}

// inviteRow is a code that a stranger came with.
type inviteRow struct {
	Referrer loyalty.MemberID `json:"referrer"`
	At       time.Time        `json:"at"`
}

// friendRow is the referral of one who joined.
type friendRow struct {
	Referrer loyalty.MemberID `json:"referrer"`
	Joined   time.Time        `json:"joined"`
	State    State            `json:"state"`
	Sales    []purchase       `json:"sales,omitempty"`   // that reach the minimum; the first one counts
	Due      time.Time        `json:"due,omitzero"`      // when the first one has waited
	Cleared  bool             `json:"cleared,omitempty"` // a manager let it pass
	HeldBy   loyalty.MemberID `json:"held_by,omitempty"` // StateHeld: who is flagged
	Reason   Reason           `json:"reason,omitempty"`  // StateRefused; StateRewarded: why the referrer got nothing
	Given    *Rewarded        `json:"given,omitempty"`
	// Was is what it was before the friend was merged with For.
	Was *friendRow       `json:"was,omitempty"`
	For loyalty.MemberID `json:"for,omitempty"`
}

// purchase is a sale that reaches the minimum.
type purchase struct {
	Seq    uint64        `json:"seq"` // of the friend's entry
	At     time.Time     `json:"at"`  // its own time: terms are those in force then
	Amount loyalty.Money `json:"amount"`
}

// nearRow tells when an index row may go.
type nearRow struct {
	Joined time.Time `json:"joined"`
}

// flagRow is why a member is flagged.
type flagRow struct {
	Since time.Time `json:"since"`
	Sign  Sign      `json:"sign"`
	Count int       `json:"count"` // accounts that made the sign
	// A manager said that it is a farm.
	Refused time.Time     `json:"refused,omitzero"`
	By      loyalty.Actor `json:"by,omitempty"`
}

var (
	referrers = store.NewTable[referrerRow]("referrer/", store.Readable, store.FirstPart("member"))
	codes     = store.NewTable[codeRow]("refcode/", store.Readable, store.FirstPart("refcode"))
	invites   = store.NewTable[inviteRow]("refinvite/", store.Readable, store.FirstPart("member"))
	friends   = store.NewTable[friendRow]("referral/", store.Readable, store.FirstPart("member"))
	referred  = store.NewTable[struct{}]("referred/", store.Free, nil)
	given     = store.NewTable[struct{}]("refgiven/", store.Readable, store.FirstPart("member"))
	dues      = store.NewTable[struct{}]("refdue/", store.Readable, secondPart("member/"))
	nears     = store.NewTable[nearRow]("refnear/", store.Free, nil)
	flags     = store.NewTable[flagRow]("refflag/", store.Readable, store.FirstPart("member"))
	helds     = store.NewTable[struct{}]("refheld/", store.Readable, secondPart("member/"))
)

// secondPart is the subject of an index row whose owner stands second.
func secondPart(prefix string) func([]byte) store.Subject {
	return func(rest []byte) store.Subject {
		_, who, _ := bytes.Cut(rest, []byte("/"))
		return store.Subject(prefix + string(who))
	}
}

// lock makes members' rows this transaction's own. It refuses ids that would
// make a key of another shape.
func lock(tx store.Tx, members ...loyalty.MemberID) error {
	subjects := make([]store.Subject, len(members))
	for i, m := range members {
		if m == "" || len(m) > 64 || strings.Contains(string(m), "/") {
			return fmt.Errorf("referral: a member id is 1 to 64 characters without a slash, not %d bytes of something else", len(m))
		}
		subjects[i] = store.Subject("member/" + string(m))
	}
	return tx.Lock(subjects...)
}

// timeKey sorts as the time does.
func timeKey(t time.Time) string { return t.UTC().Format("20060102T150405.000000000") }

// since is the range of index rows of a member from an instant on.
func since[T any](t store.Table[T], m loyalty.MemberID, from time.Time) store.Range {
	rg := t.Under(string(m))
	rg.Start = t.Key(string(m), timeKey(from))
	return rg
}

// all is a count's bound that bounds nothing.
const all = 1 << 30

// count is how many rows are in rg, most at most: what is over does not matter.
func count(r store.Reader, rg store.Range, most int) (n int, err error) {
	if most <= 0 {
		return 0, nil
	}
	for _, err := range r.Scan(rg) {
		if err != nil {
			return 0, err
		}
		if n++; n >= most {
			break
		}
	}
	return n, nil
}

// lastPart is the friend in an index row's key.
func lastPart(key string) loyalty.MemberID {
	return loyalty.MemberID(key[strings.LastIndexByte(key, '/')+1:])
}

// load reads a friend's referral under their lock; ok is false when nobody
// brought them.
func load(tx store.Tx, friend loyalty.MemberID) (row friendRow, ok bool, err error) {
	if err := lock(tx, friend); err != nil {
		return friendRow{}, false, err
	}
	return friends.Get(tx, string(friend))
}

// save writes a referral and brings its index rows in line: one that is bought
// is due, one that is held is listed under who is flagged.
func save(tx store.Tx, friend loyalty.MemberID, before, after friendRow) error {
	if was, is := before.due(), after.due(); !was.Equal(is) {
		if err := move(tx, dues, index(was, friend), index(is, friend)); err != nil {
			return err
		}
	}
	if was, is := before.heldBy(), after.heldBy(); was != is {
		if err := move(tx, helds, under(was, friend), under(is, friend)); err != nil {
			return err
		}
	}
	return friends.Put(tx, after, string(friend))
}

func (f *friendRow) due() time.Time {
	if f.State != StateBought && !f.owes() {
		return time.Time{}
	}
	return f.Due
}

// owes reports whether a side has still to get what it was refused.
func (f *friendRow) owes() bool {
	return f.State == StateRewarded && f.Given != nil && (f.Given.Referrer.Later || f.Given.Friend.Later)
}

func (f *friendRow) heldBy() loyalty.MemberID {
	if f.State != StateHeld {
		return ""
	}
	return f.HeldBy
}

// index is a row's key by time, nil for none.
func index(t time.Time, friend loyalty.MemberID) []string {
	if t.IsZero() {
		return nil
	}
	return []string{timeKey(t), string(friend)}
}

// under is a row's key by member, nil for none.
func under(m, friend loyalty.MemberID) []string {
	if m == "" {
		return nil
	}
	return []string{string(m), string(friend)}
}

// move replaces one index row by another; either may be none.
func move(tx store.Tx, t store.Table[struct{}], from, to []string) error {
	if from != nil {
		if err := t.Delete(tx, from...); err != nil {
			return err
		}
	}
	if to == nil {
		return nil
	}
	return t.Put(tx, struct{}{}, to...)
}
