package people

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// MasterSize is the length of the installation's key, in bytes.
const MasterSize = 32

// sealVersion is the first byte of every sealed form:
// version, key id, 24 bytes of nonce, ciphertext with its 16-byte tag.
const (
	sealVersion = 1
	sealHead    = 2
	// personKeyID stands in the key id's place when a person's own key sealed;
	// generations of the installation's key count from 1.
	personKeyID = 0
)

var (
	// ErrKey reports an installation key of the wrong length or number.
	ErrKey = errors.New("people: the installation's key must be 32 bytes, and generations are numbered from 1, each once")
	// ErrSealed reports sealed bytes that do not open: damaged, sealed with
	// another key, or moved from another person or purpose.
	ErrSealed = errors.New("people: sealed data does not open with this installation's key; is it the right key file?")
)

// Vault holds what is derived from the installation's key: it seals and opens,
// and hashes what must be found again. It keeps nothing but the few persons it
// opened last, and may be used by any number of goroutines. Randomness is
// always the caller's.
type Vault struct {
	// Changed is told, in the transaction that wrote a person, that whatever is
	// derived from the row elsewhere is out of date; nil tells nobody. It is set
	// before the Vault is used. The person is locked.
	Changed func(store.Tx, loyalty.MemberID) error
	// Gone is told, in the transaction that erased them, of each member who was
	// erased; nil tells nobody. It must not fail for a reason of its own.
	Gone func(store.Tx, loyalty.MemberID, time.Time) error
	// Erasing is told, in the transaction that erases them, of each person and of
	// the accounts that nobody can find a moment later; nil tells nobody. What
	// waits to be said to them ends there.
	Erasing func(store.Tx, loyalty.MemberID, []Account, time.Time) error

	// Kin says, by the name of a channel, on which other channels a user id is the
	// same person's: those of one LINE provider, and all of Telegram. Nil: each
	// channel has ids of its own. It is set before the Vault is used, and holds
	// both ways.
	Kin map[string][]string

	ring   atomic.Pointer[ring]
	lookup []byte
	chain  []byte
	token  []byte
	other  []byte // the root of Derive
	lately lately
	macs   sync.Pool // hash.Hash under lookup
}

// NewVault derives the keys of an installation that has had one master key.
func NewVault(master []byte) (*Vault, error) {
	return NewKeyring(Key{ID: 1, Master: master})
}

// NewKeyring derives the keys of an installation whose master key has been
// changed: current seals, all open. Look-up, chain and token keys come from the
// oldest generation given, since rows already written depend on them.
func NewKeyring(current Key, older ...Key) (*Vault, error) {
	ring, roots, err := newRing(current.ID, append([]Key{current}, older...))
	if err != nil {
		return nil, err
	}
	v := &Vault{}
	v.ring.Store(ring)
	for i, root := range []*[]byte{&v.lookup, &v.chain, &v.token, &v.other} {
		*root = roots[i*32 : (i+1)*32 : (i+1)*32]
	}
	return v, nil
}

// ChainKey is the key of the ledger's hash chain, for the book: 32 bytes.
func (v *Vault) ChainKey() []byte { return append([]byte(nil), v.chain...) }

// Derive is a key of 32 bytes for another room's use ("lane", "picture"): the
// same for the same use as long as the installation lives, and of no help in
// guessing any other key.
func (v *Vault) Derive(use string) []byte { return derive(v.other, use) }

// derive is HKDF-SHA256 without a salt: the master key is uniformly random.
func derive(master []byte, use string) []byte {
	k, err := hkdf.Key(sha256.New, master, nil, "regulars/people/v1/"+use, 32)
	if err != nil {
		panic("people: " + err.Error()) // only for lengths that SHA-256 cannot give
	}
	return k
}

// hash is the blind index of value within one domain ("phone", "ident", …):
// 128 bits of HMAC-SHA256, as 22 characters that are fit for a key.
func (v *Vault) hash(domain string, value ...string) string {
	m, ok := v.macs.Get().(hash.Hash) // one that was used starts without the key's own two blocks
	if !ok {
		m = hmac.New(sha256.New, v.lookup)
	}
	defer v.macs.Put(m)
	m.Reset()
	m.Write(framed(append([]string{domain}, value...)...))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// framed joins parts, each after its length, so that ("ab", "c") and
// ("a", "bc") are different.
func framed(parts ...string) []byte {
	b := make([]byte, 0, 96)
	for _, p := range parts {
		b = strconv.AppendInt(b, int64(len(p)), 10)
		b = append(b, ':')
		b = append(b, p...)
	}
	return b
}

// bind is the associated data of a sealed form: what it is and whose.
func bind(parts ...string) []byte {
	return framed(append([]string{"regulars/people/v1"}, parts...)...)
}

// SealShop seals what belongs to no person (a group's name, a payload whose
// sender is unknown) with the installation's key. purpose must be given again
// to open it. rand gives 24 bytes.
func (v *Vault) SealShop(purpose string, plain []byte, rand io.Reader) ([]byte, error) {
	is := v.ring.Load()
	return seal(is.wrap[is.current], is.current, plain, bind("shop", purpose), rand)
}

// OpenShop opens what SealShop sealed; otherwise ErrSealed.
func (v *Vault) OpenShop(purpose string, sealed []byte) ([]byte, error) {
	return v.openWrapped(sealed, bind("shop", purpose))
}

func (v *Vault) openWrapped(sealed, ad []byte) ([]byte, error) {
	if len(sealed) < sealHead {
		return nil, ErrSealed
	}
	aead, ok := v.ring.Load().wrap[sealed[1]]
	if !ok {
		return nil, ErrSealed
	}
	return open(aead, sealed, ad)
}

func seal(aead cipher.AEAD, keyID byte, plain, ad []byte, rand io.Reader) ([]byte, error) {
	out := make([]byte, sealHead+aead.NonceSize(), sealHead+aead.NonceSize()+len(plain)+aead.Overhead())
	out[0], out[1] = sealVersion, keyID
	nonce := out[sealHead:]
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, fmt.Errorf("people: no randomness: %w", err)
	}
	return aead.Seal(out, nonce, plain, ad), nil
}

func open(aead cipher.AEAD, sealed, ad []byte) ([]byte, error) {
	n := sealHead + aead.NonceSize()
	if len(sealed) < n || sealed[0] != sealVersion {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, sealed[sealHead:n], sealed[n:], ad)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
