package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// KeyID names a key for ever: a ULID. It is public, and part of what the caller
// sends.
type KeyID string

// Actor is the key as the ledger writes it.
func (id KeyID) Actor() loyalty.Actor { return loyalty.ByJob("api." + string(id)) }

// looker is the key, as who saw a member.
func (k Key) looker() shop.Looker { return shop.Looker{By: k.ID.Actor()} }

// Scope is one thing that a key may do.
type Scope string

// The scopes.
const (
	MembersRead    Scope = "members:read"    // find a member by card or phone
	MembersWrite   Scope = "members:write"   // make a member
	PurchasesWrite Scope = "purchases:write" // record purchases, and draw codes for receipts
	RefundsWrite   Scope = "refunds:write"   // take purchases back, whole or in part
	PointsRead     Scope = "points:read"     // balance, level, stamp cards
	EntriesRead    Scope = "entries:read"    // a member's history of points
	RewardsRead    Scope = "rewards:read"    // what points can be exchanged for
	RewardsWrite   Scope = "rewards:write"   // exchange a member's points
	VouchersRead   Scope = "vouchers:read"   // a member's vouchers
	VouchersWrite  Scope = "vouchers:write"  // take vouchers, and give them back
)

// Scopes are all there are, in the order in which a page shows them.
var Scopes = []Scope{
	MembersRead, MembersWrite, PurchasesWrite, RefundsWrite, PointsRead, EntriesRead,
	RewardsRead, RewardsWrite, VouchersRead, VouchersWrite,
}

// TillScopes are what a usual till needs: all but reading histories.
func TillScopes() []Scope {
	return slices.DeleteFunc(slices.Clone(Scopes), func(s Scope) bool { return s == EntriesRead })
}

var (
	// ErrKey reports what is no key of ours: unknown, mistyped or revoked alike.
	ErrKey = errors.New("api: no such key, or it was revoked")
	// ErrScope reports a scope that there is not, or none at all.
	ErrScope = errors.New("api: a key needs scopes, and only those that there are")
	// ErrName reports a key without a name.
	ErrName = errors.New("api: a key needs a name")
	// ErrStore reports a store that the programme does not name.
	ErrStore = errors.New("api: no such store")
	// ErrCap reports a cap below zero.
	ErrCap = errors.New("api: a cap is not below zero")
)

// Key is what is known of a key; it opens nothing.
type Key struct {
	ID     KeyID         `json:"id"`
	Name   string        `json:"name"` // given by who made it, 40 letters at most
	Store  loyalty.Store `json:"store,omitempty"`
	Scopes []Scope       `json:"scopes"`
	// ActCap and DayCap bound the points that purchases of this key give, each by
	// itself and on a local day together; 0 is no bound.
	ActCap  loyalty.Points `json:"act_cap,omitempty"`
	DayCap  loyalty.Points `json:"day_cap,omitempty"`
	By      loyalty.Actor  `json:"by"` // who made it
	At      time.Time      `json:"at"`
	SeenAt  time.Time      `json:"seen,omitzero"` // when it was last used, to five minutes
	Revoked time.Time      `json:"revoked,omitzero"`
}

// May reports whether the key has a scope.
func (k Key) May(s Scope) bool { return slices.Contains(k.Scopes, s) }

// Good reports whether the key was not revoked.
func (k Key) Good() bool { return k.Revoked.IsZero() }

// String is the id.
func (k Key) String() string { return "key " + string(k.ID) }

// LogValue is the id: names are people's words.
func (k Key) LogValue() slog.Value { return slog.StringValue(string(k.ID)) }

// keyRow is the stored form. Secret is a keyed hash: the row does not open.
type keyRow struct {
	Key
	Secret string `json:"secret"`
}

var keysTable = store.NewTable[keyRow]("apikey/", store.Readable, store.FirstPart("apikey"))

// Keys are the shop's keys. It is a value without state.
type Keys struct{ Shop *shop.Shop }

// NewKey is what somebody asks for.
type NewKey struct {
	Name           string
	Store          loyalty.Store // "" is the whole shop
	Scopes         []Scope
	ActCap, DayCap loyalty.Points // 0 is no bound
	By             loyalty.Actor
}

// bearerMark begins every key, so that a key that was put where it does not
// belong is recognised.
const bearerMark = "rk_"

// Make draws a key and gives what its owner keeps, "rk_<id>_<secret>" with 160
// bits of randomness: it is shown once and never again. Refusals: ErrName,
// ErrScope, ErrStore, ErrCap.
func (k Keys) Make(tx store.Tx, n NewKey, now time.Time) (Key, string, error) {
	row := keyRow{Key: Key{
		Name: shop.Tidy(n.Name), Store: n.Store, Scopes: slices.Clone(n.Scopes),
		ActCap: n.ActCap, DayCap: n.DayCap, By: n.By, At: now.UTC(),
	}}
	if err := k.check(row.Key, now); err != nil {
		return Key{}, "", err
	}
	id, err := people.NewID(now, k.Shop.Rand)
	if err != nil {
		return Key{}, "", err
	}
	raw := make([]byte, 20)
	if _, err := io.ReadFull(k.Shop.Rand, raw); err != nil {
		return Key{}, "", fmt.Errorf("api: no randomness: %w", err)
	}
	secret := strings.ToLower(base32.StdEncoding.EncodeToString(raw))
	row.ID = KeyID(strings.ToLower(string(id)))
	row.Secret = k.hash(row.ID, secret)
	if err := tx.Lock(subjectOf(row.ID)); err != nil {
		return Key{}, "", err
	}
	return row.Key, bearerMark + string(row.ID) + "_" + secret, keysTable.Put(tx, row, string(row.ID))
}

func (k Keys) check(n Key, now time.Time) error {
	stores := k.Shop.Programme(now).Stores
	switch {
	case n.Name == "":
		return ErrName
	case len(n.Scopes) == 0:
		return ErrScope
	case n.ActCap < 0 || n.DayCap < 0:
		return ErrCap
	}
	for i, s := range n.Scopes {
		if !slices.Contains(Scopes, s) || slices.Contains(n.Scopes[:i], s) {
			return ErrScope
		}
	}
	if n.Store == "" {
		return nil
	}
	for _, s := range stores {
		if s.ID == n.Store {
			return nil
		}
	}
	return ErrStore
}

func subjectOf(id KeyID) store.Subject { return store.Subject("apikey/" + string(id)) }

// hash is what the store has of a key's secret.
func (k Keys) hash(id KeyID, secret string) string {
	m := hmac.New(sha256.New, k.Shop.Vault.Derive("api keys"))
	m.Write([]byte(string(id) + "\x00" + secret))
	return hex.EncodeToString(m.Sum(nil))
}

// Open is the key that a caller sends, without "Bearer ". Refusal: ErrKey, for
// what is none and for what was revoked alike.
func (k Keys) Open(r store.Reader, bearer string) (Key, error) {
	rest, ok := strings.CutPrefix(bearer, bearerMark)
	id, secret, two := strings.Cut(rest, "_")
	if !ok || !two || len(id) != 26 || len(secret) != 32 || strings.Contains(id, "/") {
		return Key{}, ErrKey
	}
	row, ok, err := keysTable.Get(r, id)
	if err != nil {
		return Key{}, err
	}
	same := hmac.Equal([]byte(row.Secret), []byte(k.hash(KeyID(id), secret)))
	if !ok || !same || !row.Good() {
		return Key{}, ErrKey
	}
	return row.Key, nil
}

// Get is a key of now or before, or ErrKey.
func (k Keys) Get(r store.Reader, id KeyID) (Key, error) {
	row, ok, err := keysTable.Get(r, string(id))
	if err == nil && !ok {
		err = ErrKey
	}
	return row.Key, err
}

// Called is the name of the key that an actor of the ledger is, revoked or not;
// "" for any other actor.
func (k Keys) Called(r store.Reader, a loyalty.Actor) (string, error) {
	id, ok := strings.CutPrefix(string(a), string(KeyID("").Actor()))
	if !ok {
		return "", nil
	}
	key, err := k.Get(r, KeyID(id))
	if errors.Is(err, ErrKey) {
		err = nil
	}
	return key.Name, err
}

// List are all keys, revoked ones included, in the order in which they were
// made.
func (k Keys) List(r store.Reader) (all []Key, err error) {
	for _, row := range keysTable.Scan(r, keysTable.All(), &err) {
		all = append(all, row.Key)
	}
	return all, err
}

// Rename gives a key another name. Refusals: ErrKey, ErrName.
func (k Keys) Rename(tx store.Tx, id KeyID, name string) error {
	name = shop.Tidy(name)
	if name == "" {
		return ErrName
	}
	return change(tx, id, func(row *keyRow) bool {
		changed := row.Name != name
		row.Name = name
		return changed
	})
}

// Revoke ends a key; it holds from the next request on. Revoking twice is no
// error, an unknown id is ErrKey.
func (k Keys) Revoke(tx store.Tx, id KeyID, now time.Time) error {
	return change(tx, id, func(row *keyRow) bool {
		first := row.Good()
		if first {
			row.Revoked = now.UTC()
		}
		return first
	})
}

// seenEvery is how exactly it is known when a key was last used: a row is not
// written for every request.
const seenEvery = 5 * time.Minute

// dueSeen says whether saw would write anything.
func (k Key) dueSeen(now time.Time) bool { return now.Sub(k.SeenAt).Abs() >= seenEvery }

// saw notes that a key was used.
func (k Keys) saw(tx store.Tx, id KeyID, now time.Time) error {
	return change(tx, id, func(row *keyRow) bool {
		due := row.dueSeen(now)
		if due {
			row.SeenAt = now.UTC()
		}
		return due
	})
}

// change writes a key if f changed it.
func change(tx store.Tx, id KeyID, f func(*keyRow) bool) error {
	if err := tx.Lock(subjectOf(id)); err != nil {
		return err
	}
	row, ok, err := keysTable.Get(tx, string(id))
	if err != nil {
		return err
	}
	if !ok {
		return ErrKey
	}
	if !f(&row) {
		return nil
	}
	return keysTable.Put(tx, row, string(id))
}
