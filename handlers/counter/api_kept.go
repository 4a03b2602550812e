package counter

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// kept is what came of an act, so that the same id gives the same answer.
type kept struct {
	Digest string           `json:"d"`
	Status int              `json:"s"`
	Member loyalty.MemberID `json:"m,omitempty"`
	Sealed []byte           `json:"a"` // the answer, under the member's key, else the installation's
	At     time.Time        `json:"at"`
}

var keptTable = store.NewTable[kept]("counterop/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("counterop/" + string(rest))
})

// keptFor is how long an answer is kept: longer than anything may wait in a
// queue. The ledger knows the act's own id far longer.
const keptFor = 14 * 24 * time.Hour

// keptPurpose is what answers are sealed for.
const keptPurpose = "counter answer"

// Sweep deletes answers that were kept long enough. It returns how many went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	return store.Sweep(ctx, db, keptTable.All(), 100, func(row store.Row) bool {
		var k kept
		return store.Decode(row.Key, row.Value, &k) == nil && now.Sub(k.At) > keptFor
	})
}

// opened is a stored answer. Of somebody who was erased nothing is told again
// but that it was done.
func (c *Counter) opened(r store.Reader, row kept) (res result, err error) {
	res.status = row.Status
	if row.Member == "" {
		res.raw, err = c.Shop.Vault.OpenShop(keptPurpose, row.Sealed)
		return res, err
	}
	res.raw, err = c.Shop.Vault.OpenFor(r, row.Member, keptPurpose, row.Sealed)
	if errors.Is(err, people.ErrErased) || errors.Is(err, people.ErrNobody) {
		return result{row.Status, json.RawMessage(`{}`)}, nil
	}
	return res, err
}

// keep stores the answer, and that the session was used.
func (c *Counter) keep(tx store.Tx, q *request, a *attempt, d people.Device, desk people.Desk, res result) (err error) {
	row := kept{Digest: c.digest(a, desk.Staff), Status: res.status, Member: a.member, At: q.now.UTC()}
	if row.Member == "" {
		row.Sealed, err = c.Shop.Vault.SealShop(keptPurpose, res.raw, c.Shop.Rand)
	} else {
		row.Sealed, err = c.Shop.Vault.SealFor(tx, row.Member, keptPurpose, res.raw, c.Shop.Rand)
	}
	if err != nil {
		return err
	}
	if err := keptTable.Put(tx, row, string(d.ID), a.ID); err != nil {
		return err
	}
	if desk.Ended.IsZero() {
		return c.saw(tx, a.Session, desk, q.now)
	}
	desk.Waiting--
	return c.Shop.Vault.PutDesk(tx, a.Session, desk)
}

// digest is a keyed hash of what must be the same when an id comes again: what
// is done, and by whom. When it happened and in which session is not.
func (c *Counter) digest(a *attempt, by people.StaffID) string {
	m := hmac.New(sha256.New, c.Shop.Vault.Derive("counter acts"))
	m.Write([]byte(a.verb + "\x00" + string(by) + "\x00"))
	m.Write(a.content)
	return hex.EncodeToString(m.Sum(nil)[:16])
}
