package people

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"

	"regulars/loyalty"
	"regulars/store"
)

// ErrWrongKey reports a store that another installation's key sealed. Going on
// would be worse than stopping: nobody would be recognised, everybody would be
// asked to join anew, and the ledger's chain would go on under a second key.
var ErrWrongKey = errors.New("people: this store was sealed with another key")

// keymarks has one row, which tells whether the key is the store's: a hash that
// only that key gives.
var keymarks = store.NewTable[string]("keymark/", store.Locked, store.FirstPart("keymark"))

const theMark = "lookup"

// Fingerprint names the installation's key for people to compare, as in
// "K3QX-7ZRA-MN2P-WD4T": a hash that only that key gives, and that tells nothing
// of it. A backup carries it.
func (v *Vault) Fingerprint() string {
	sum := sha256.Sum256([]byte(v.hash("fingerprint", theMark)))
	text := base32.StdEncoding.EncodeToString(sum[:10])
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// CheckKey looks whether db belongs to this installation's key and says
// ErrWrongKey if not; a key file that lacks the generation which seals is a
// *GenerationError. A store that has no mark yet is given one, provided that
// somebody in it can be read, or nobody is in it. Damaged rows are not its
// business: `regulars verify` must be able to open the store and name them.
func (v *Vault) CheckKey(ctx context.Context, db store.DB) error {
	marked := false
	err := db.View(ctx, func(r store.Reader) (err error) {
		if marked, err = v.marked(r); err != nil || marked {
			return err
		}
		return v.readsSomebody(r)
	})
	switch {
	case errors.Is(err, store.ErrDamaged):
		return nil
	case err != nil:
		return err
	case marked:
		return v.follow(ctx, db)
	}
	return db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("keymark/" + theMark)); err != nil {
			return err
		}
		if marked, err := v.marked(tx); err != nil || marked {
			return err
		}
		return keymarks.Put(tx, v.hash("keymark", theMark), theMark)
	})
}

// marked reports whether there is a mark, and ErrWrongKey when it is another's.
func (v *Vault) marked(r store.Reader) (bool, error) {
	mark, ok, err := keymarks.Get(r, theMark)
	if err != nil || !ok {
		return false, err
	}
	if subtle.ConstantTimeCompare([]byte(mark), []byte(v.hash("keymark", theMark))) != 1 {
		return true, ErrWrongKey
	}
	return true, nil
}

// readsSomebody opens the first person who is not erased, if there is one.
func (v *Vault) readsSomebody(r store.Reader) error {
	var failed error
	for id, row := range persons.Scan(r, persons.All(), &failed) {
		if row.Status == Erased {
			continue
		}
		if _, err := v.openLife(loyalty.MemberID(id), row); errors.Is(err, ErrSealed) {
			return ErrWrongKey
		}
		return nil
	}
	return failed
}

// follow is Follow for who must be able to open a damaged store.
func (v *Vault) follow(ctx context.Context, db store.DB) error {
	err := v.Follow(ctx, db)
	if errors.Is(err, store.ErrDamaged) {
		return nil
	}
	return err
}
