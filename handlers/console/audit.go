package console

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Deed is a line of what was done in the console.
type Deed struct {
	At    time.Time        `json:"at"`
	Staff people.StaffID   `json:"staff"`
	Role  loyalty.Role     `json:"role"`
	What  i18n.Key         `json:"what"`            // the text that names the act
	About string           `json:"about,omitempty"` // a member's id, "staff:…", "programme", "campaign:…"; without a slash
	Of    loyalty.MemberID `json:"of,omitempty"`    // whose key seals the reason; "" the shop's
	Why   []byte           `json:"why,omitempty"`   // sealed
	Note  string           `json:"note,omitempty"`  // plain: a number, a version; never a person's words
}

// deedsKept is how long deeds are kept.
const deedsKept = 3 * 365 * 24 * time.Hour

const auditPurpose = "console audit"

var (
	deeds   = store.NewTable[Deed]("audit/", store.Locked, store.FirstPart("audit"))
	deedsOf = store.NewTable[string]("auditof/", store.Locked, store.FirstPart("auditof"))
)

// Audit writes down, in the transaction that does it, that the employee did
// something to somebody or something, and why. A reason about a member is sealed
// with the member's key and goes when they are erased.
func (q *Request) Audit(tx store.Tx, what i18n.Key, about string, member loyalty.MemberID, reason, note string) error {
	d := Deed{At: q.Now.UTC(), Staff: q.Me.ID, Role: q.Me.Role, What: what, About: about, Of: member, Note: note}
	if r := []rune(reason); len(r) > maxReason { // where the form asks for none, nobody has looked
		reason = string(r[:maxReason])
	}
	var err error
	switch v := q.c.Shop.Vault; {
	case reason == "":
	case member != "":
		d.Why, err = v.SealFor(tx, member, auditPurpose, []byte(reason), q.Rand())
	default:
		d.Why, err = v.SealShop(auditPurpose, []byte(reason), q.Rand())
	}
	if err != nil {
		return err
	}
	b := make([]byte, 6)
	if _, err := io.ReadFull(q.Rand(), b); err != nil {
		return err
	}
	key := newestFirst(q.Now) + "-" + hex.EncodeToString(b)
	if about == "" {
		about = "-"
	}
	if err := tx.Lock(store.Subject("audit/"+key), store.Subject("auditof/"+about)); err != nil {
		return err
	}
	if err := deeds.Put(tx, d, key); err != nil {
		return err
	}
	return deedsOf.Put(tx, key, about, key)
}

// Told is a deed as a page shows it.
type Told struct {
	Deed
	Who, Reason string
}

// Deeds are the newest deeds about something, "" for about everything. A reason
// whose key is gone is "".
func (q *Request) Deeds(r store.Reader, about string, most int) (list []Told, err error) {
	var keys []string
	if about == "" {
		for _, d := range deeds.Scan(r, deeds.All(), &err) {
			if list = append(list, q.told(r, d)); len(list) == most {
				break
			}
		}
		return list, err
	}
	for _, key := range deedsOf.Scan(r, deedsOf.Under(about), &err) {
		if keys = append(keys, key); len(keys) == most {
			break
		}
	}
	for _, key := range keys {
		d, ok, e := deeds.Get(r, key)
		if e != nil {
			return nil, e
		}
		if ok {
			list = append(list, q.told(r, d))
		}
	}
	return list, err
}

// newestFirst is a key that sorts later instants before earlier ones.
func newestFirst(t time.Time) string { return fmt.Sprintf("%019d", math.MaxInt64-t.UnixNano()) }

func (q *Request) told(r store.Reader, d Deed) Told {
	t := Told{Deed: d}
	if s, err := q.c.Shop.Vault.StaffByID(r, d.Staff); err == nil {
		t.Who = s.Name
	}
	var plain []byte
	if d.Of != "" {
		plain, _ = q.c.Shop.Vault.OpenFor(r, d.Of, auditPurpose, d.Why)
	} else {
		plain, _ = q.c.Shop.Vault.OpenShop(auditPurpose, d.Why)
	}
	t.Reason = string(plain)
	return t
}

// Sweep deletes deeds that are older than they are kept, and what leads to them,
// and forgets forms that cannot be sent again.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	before := newestFirst(now.Add(-deedsKept))
	n, err := store.Sweep(ctx, db, deeds.Between(before, "\xff"), 500, func(store.Row) bool { return true })
	if err != nil {
		return n, err
	}
	more, err := store.Sweep(ctx, db, deedsOf.All(), 500, func(row store.Row) bool {
		key := string(row.Key)
		return key[strings.LastIndexByte(key, '/')+1:] >= before // their keys end alike
	})
	if err != nil {
		return n + more, err
	}
	forms, err := store.Sweep(ctx, db, onces.All(), 500, func(row store.Row) bool {
		var x once
		return store.Decode(row.Key, row.Value, &x) == nil && now.Sub(x.At) > oncesKept
	})
	return n + more + forms, err
}
