package people

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"regulars/store"
)

// Key is one generation of the installation's key.
type Key struct {
	ID     byte   // 1, 2, … in order of age; stands in what it sealed
	Master []byte // 32 bytes; nil: retired, it opens nothing any more
	// Roots stand where the oldest generation's Master was: what look-up, chain
	// and tokens need of it, [RootsSize] bytes, and nothing that opens what it
	// sealed.
	Roots []byte
}

// rootUses are what rows already written depend on for as long as there is the
// shop, in the order in which they stand in Roots.
var rootUses = []string{"lookup", "chain", "token", "other"}

// RootsSize is the length of a retired key's roots, in bytes.
const RootsSize = 4 * 32

// Retired is the key without what opens.
func (k Key) Retired() Key { return Key{ID: k.ID, Roots: slices.Clone(k.roots())} }

// roots are 32 bytes for each of rootUses.
func (k Key) roots() []byte {
	if k.Master == nil {
		return k.Roots
	}
	var all []byte
	for _, use := range rootUses {
		all = append(all, derive(k.Master, use)...)
	}
	return all
}

// well says whether the key may be used, retired or not.
func (k Key) well() bool {
	if k.Master == nil {
		return k.ID != personKeyID && len(k.Roots) == RootsSize
	}
	return k.ID != personKeyID && len(k.Master) == MasterSize && k.Roots == nil
}

// ring is the generations that a process knows.
type ring struct {
	current byte
	wrap    map[byte]cipher.AEAD // by generation; retired ones have none
}

func newRing(current byte, keys []Key) (*ring, []byte, error) {
	r := &ring{current: current, wrap: map[byte]cipher.AEAD{}}
	known := map[byte]bool{}
	oldest := keys[0]
	for _, k := range keys {
		if known[k.ID] || !k.well() {
			return nil, nil, ErrKey
		}
		if known[k.ID] = true; k.ID < oldest.ID {
			oldest = k
		}
		if k.Master == nil {
			continue
		}
		aead, err := chacha20poly1305.NewX(derive(k.Master, "wrap"))
		if err != nil {
			return nil, nil, err
		}
		r.wrap[k.ID] = aead
	}
	if r.wrap[current] == nil {
		return nil, nil, ErrKey
	}
	return r, oldest.roots(), nil
}

// NewRing derives the keys of an installation as its key file has them: the
// oldest that is not retired seals until [Vault.Follow] has read which one the
// store is sealed with.
func NewRing(keys []Key) (*Vault, error) {
	slices.SortFunc(keys, func(a, b Key) int { return int(a.ID) - int(b.ID) })
	at := slices.IndexFunc(keys, func(k Key) bool { return k.Master != nil })
	if at < 0 {
		return nil, ErrKey
	}
	rest := slices.Concat(keys[:at], keys[at+1:])
	return NewKeyring(keys[at], rest...)
}

// Take gives a vault that is in use the generations of a key file that was
// changed. What sealed until now seals on. A file of another installation is
// ErrWrongKey, one that lacks the generation in use a *GenerationError; then
// nothing changes.
func (v *Vault) Take(keys []Key) error {
	if len(keys) == 0 {
		return ErrKey
	}
	now := v.ring.Load().current
	fresh, roots, err := newRing(now, keys)
	if errors.Is(err, ErrKey) && !slices.ContainsFunc(keys, func(k Key) bool { return k.ID == now && k.Master != nil }) {
		return &GenerationError{Need: now, Have: generations(keys)}
	}
	if err != nil {
		return err
	}
	if !hmac.Equal(roots, slices.Concat(v.lookup, v.chain, v.token, v.other)) {
		return ErrWrongKey
	}
	v.ring.Store(fresh)
	return nil
}

// Current is the generation that seals.
func (v *Vault) Current() byte { return v.ring.Load().current }

// Generations are all that open, in order of age.
func (v *Vault) Generations() (ids []byte) {
	for id := range v.ring.Load().wrap {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func generations(keys []Key) (ids []byte) {
	for _, k := range keys {
		if k.Master != nil {
			ids = append(ids, k.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// GenerationError reports a key file that lacks the generation which a store is
// sealed with.
type GenerationError struct {
	Need byte
	Have []byte
}

// Error says which is missing, and which are there.
func (e *GenerationError) Error() string {
	var have []string
	for _, id := range e.Have {
		have = append(have, strconv.Itoa(int(id)))
	}
	return fmt.Sprintf("people: the store is sealed with generation %d of the key, and at hand is %s", e.Need, strings.Join(have, ", "))
}

// theGeneration is the row of keymarks that says which generation seals. A
// store without it has known one only.
const theGeneration = "generation"

func generationIn(r store.Reader) (byte, error) {
	text, ok, err := keymarks.Get(r, theGeneration)
	if err != nil || !ok {
		return 1, err
	}
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil || n == personKeyID {
		return 0, fmt.Errorf("people: the key's generation in the store: %w", store.ErrDamaged)
	}
	return byte(n), nil
}

// Follow has the vault seal with the generation that the store is sealed with
// from now on. Where it does not have that one it gives a *GenerationError, and
// goes on as it was.
func (v *Vault) Follow(ctx context.Context, db store.DB) error {
	var need byte
	err := db.View(ctx, func(r store.Reader) (err error) {
		need, err = generationIn(r)
		return err
	})
	if err != nil {
		return err
	}
	return v.use(need)
}

func (v *Vault) use(id byte) error {
	is := v.ring.Load()
	if is.wrap[id] == nil {
		return &GenerationError{Need: id, Have: v.Generations()}
	}
	if is.current != id {
		v.ring.Store(&ring{current: id, wrap: is.wrap})
	}
	return nil
}

// Advance has everybody seal with generation id from now on, this vault at once
// and others when they Follow. Going back is no error and does nothing: the
// newest holds.
func (v *Vault) Advance(ctx context.Context, db store.DB, id byte) error {
	if v.ring.Load().wrap[id] == nil {
		return &GenerationError{Need: id, Have: v.Generations()}
	}
	err := db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("keymark/" + theGeneration)); err != nil {
			return err
		}
		if is, err := generationIn(tx); err != nil || is >= id {
			return err
		}
		return keymarks.Put(tx, strconv.Itoa(int(id)), theGeneration)
	})
	if err != nil {
		return err
	}
	return v.Follow(ctx, db)
}
