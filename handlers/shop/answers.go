package shop

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

// Answer is what came of a request over HTTP.
type Answer struct {
	Status int             // as HTTP has it
	Raw    json.RawMessage // the body
}

// Asked is one request whose answer is kept.
type Asked struct {
	By     string // who asks: a device's id, or a key's
	ID     string // of the request, as the caller drew it, without "/"
	Digest string // of what must be the same when the id comes again, see [Shop.Digest]
}

// answerRow is the stored form.
type answerRow struct {
	Digest string           `json:"d"`
	Status int              `json:"s"`
	Member loyalty.MemberID `json:"m,omitempty"`
	Sealed []byte           `json:"a"` // the answer, under the member's key, else the installation's
	At     time.Time        `json:"at"`
}

// Answers are the answers that one room keeps, so that the same id gives the
// same answer (law 2).
type Answers struct {
	word, purpose string
	life          time.Duration
	table         store.Table[answerRow]
}

// NewAnswers declares the rows <word>/<by>/<id>, sealed for a purpose and kept
// for life. It is for package variables, as [store.NewTable] is.
func NewAnswers(word, purpose string, life time.Duration) Answers {
	return Answers{word, purpose, life, store.NewTable[answerRow](word+"/", store.Locked, func(rest []byte) store.Subject {
		return store.Subject(word + "/" + string(rest))
	})}
}

// Known locks a request and gives what came of it before; ok is false where
// nothing did. Refusals: *loyalty.ConflictError where the id stood for another
// request, people.ErrErased, beside the status, where the answer was somebody's
// who was erased: of them nothing is told again.
func (k Answers) Known(s *Shop, tx store.Tx, q Asked) (a Answer, ok bool, err error) {
	if err := tx.Lock(store.Subject(k.word + "/" + q.By + "/" + q.ID)); err != nil {
		return a, false, err
	}
	row, ok, err := k.table.Get(tx, q.By, q.ID)
	if err != nil || !ok {
		return a, false, err
	}
	if !hmac.Equal([]byte(row.Digest), []byte(q.Digest)) {
		return a, false, &loyalty.ConflictError{Op: loyalty.OpID(q.ID)}
	}
	a.Status = row.Status
	if row.Member == "" {
		a.Raw, err = s.Vault.OpenShop(k.purpose, row.Sealed)
	} else {
		a.Raw, err = s.Vault.OpenFor(tx, row.Member, k.purpose, row.Sealed)
	}
	if errors.Is(err, people.ErrNobody) {
		err = people.ErrErased
	}
	return a, err == nil, err
}

// Keep stores what came of a request, in the transaction that did it. It is
// sealed with the key of the member whom it concerns; "" is nobody.
func (k Answers) Keep(s *Shop, tx store.Tx, q Asked, of loyalty.MemberID, a Answer, now time.Time) (err error) {
	row := answerRow{Digest: q.Digest, Status: a.Status, Member: of, At: now.UTC()}
	if of == "" {
		row.Sealed, err = s.Vault.SealShop(k.purpose, a.Raw, s.Rand)
	} else {
		row.Sealed, err = s.Vault.SealFor(tx, of, k.purpose, a.Raw, s.Rand)
	}
	if err != nil {
		return err
	}
	return k.table.Put(tx, row, q.By, q.ID)
}

// Sweep deletes what was kept long enough. It returns how many rows went.
func (k Answers) Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	return store.Sweep(ctx, db, k.table.All(), 100, func(row store.Row) bool {
		var a answerRow
		return store.Decode(row.Key, row.Value, &a) == nil && now.Sub(a.At) > k.life
	})
}

// Digest is a hash of contents, 32 hex digits, under the key that the vault
// derives for a use: nobody can try contents out against it.
func (s *Shop) Digest(use string, contents []byte) string {
	m := hmac.New(sha256.New, s.Vault.Derive(use))
	m.Write(contents)
	return hex.EncodeToString(m.Sum(nil)[:16])
}
