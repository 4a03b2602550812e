package offer

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"io"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Link is the secret address under which a neighbour's own staff take vouchers. A
// neighbour has one at most; a new one ends the one before.
type Link struct {
	Hash [32]byte  `json:"hash"` // SHA-256 of the secret, which is kept nowhere
	At   time.Time `json:"at"`
	By   string    `json:"by"` // the employee who made it, by their id
}

// links are named by the neighbour.
var links = store.NewTable[Link]("partnerlink/", store.Readable, store.FirstPart("partner"))

// secretBytes is how much of a link's secret is drawn: nobody tries 2^160.
const secretBytes = 20

// NewLink makes a neighbour's link and ends the one that there was. The secret is
// given back this once. The error is the store's, or random's.
func (d *Desk) NewLink(tx store.Tx, partner loyalty.Store, by string, now time.Time, random io.Reader) (secret string, err error) {
	raw := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", err
	}
	secret = base64.RawURLEncoding.EncodeToString(raw)
	if err := tx.Lock(store.Subject("partner/" + string(partner))); err != nil {
		return "", err
	}
	return secret, links.Put(tx, Link{sha256.Sum256([]byte(secret)), now.UTC(), by}, string(partner))
}

// EndLink ends a neighbour's link, if there is one.
func (d *Desk) EndLink(tx store.Tx, partner loyalty.Store) error {
	if err := tx.Lock(store.Subject("partner/" + string(partner))); err != nil {
		return err
	}
	return links.Delete(tx, string(partner))
}

// LinkOf is a neighbour's link; ok is false where there is none.
func (d *Desk) LinkOf(r store.Reader, partner loyalty.Store) (l Link, ok bool, err error) {
	return links.Get(r, string(partner))
}

// Opens reports whether a secret is that of a neighbour's link.
func (d *Desk) Opens(r store.Reader, partner loyalty.Store, secret string) (bool, error) {
	l, ok, err := links.Get(r, string(partner))
	sum := sha256.Sum256([]byte(secret))
	return ok && subtle.ConstantTimeCompare(sum[:], l.Hash[:]) == 1, err
}

// TakenHere is a voucher that a neighbour would take, by its code; why is the
// refusal if it is none of theirs, or not to be taken as things stand. In an Update
// it locks the member.
func (d *Desk) TakenHere(r store.Reader, partner loyalty.Store, code voucher.Code, now time.Time) (v voucher.Voucher, why, err error) {
	v, err = d.Vouchers.ByCode(r, code)
	if loyalty.Refused(err) {
		return voucher.Voucher{}, err, nil
	}
	if err != nil {
		return v, nil, err
	}
	if !slices.Contains(v.Stores, partner) {
		return voucher.Voucher{}, &voucher.StoreError{Stores: v.Stores}, nil
	}
	return v, unfit(&v, now), nil
}

// unfit is why a voucher cannot be taken now, nil for one that can; the account
// behind it, which may be frozen, is looked at when it is.
func unfit(v *voucher.Voucher, now time.Time) error {
	switch v.StateAt(now) {
	case voucher.Used:
		return &voucher.UsedError{At: v.UsedAt, Store: v.UsedStore}
	case voucher.Expired:
		return &voucher.LapsedError{At: v.Until}
	case voucher.Void:
		return voucher.ErrVoid
	}
	return nil
}
