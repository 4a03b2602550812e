package counter

import (
	"errors"
	"time"

	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// A neighbour may be wrong so often within ten minutes, and look so often in all:
// whoever tries codes comes nowhere, and a busy Saturday does. Both are counted in
// the store: a voucher's code is short, and a restart forgives nobody.
var (
	neighbourWrong = people.Throttle{Name: "neighbour", Max: 10, Window: 10 * time.Minute}
	neighbourLooks = people.Throttle{Name: "neighbourlook", Max: 400, Window: 10 * time.Minute}
)

// identity is the neighbour, for counting tries.
func (v *visit) identity() people.Identity {
	return people.Identity{Channel: "neighbour", User: string(v.who.ID)}
}

// tries counts a request, or refuses it with *people.ThrottledError before
// anything is looked up.
func (v *visit) tries(tx store.Tx) error {
	if err := v.Shop.Vault.Barred(tx, neighbourWrong, v.identity(), v.now); err != nil {
		return err
	}
	return v.Shop.Vault.Attempt(tx, neighbourLooks, v.identity(), v.now)
}

// wrong counts a code that is nobody's, in the transaction that looked it up.
// Another's is a code all the same, and no guess.
func (v *visit) wrong(tx store.Tx, why error) error {
	if !errors.Is(why, voucher.ErrUnknownCode) {
		return nil
	}
	return v.Shop.Vault.Attempt(tx, neighbourWrong, v.identity(), v.now)
}

// throttled says whether a request was refused before anything was looked up.
func throttled(err error) bool {
	var no *people.ThrottledError
	return errors.As(err, &no)
}
