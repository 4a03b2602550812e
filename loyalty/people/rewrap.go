package people

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"regulars/store"
)

// shopPurposes are what rows of this program seal with SealShop. A value that
// none of them opens is counted as stuck, and keeps its generation from being
// retired. Pins have a purpose each.
var shopPurposes = []string{
	"chat", "digital code", "wedid", "console audit", "counter answer", "invite code", "invite name",
	"webhook secret", "api answer",
}

// Wrapped is how much is sealed with one generation of the key.
type Wrapped struct {
	Persons int // whose own key it wraps
	Values  int // that belong to nobody: groups, codes, PINs
	Stuck   int // of Values, those that could not be opened by any known purpose
}

// rewrapStep is how many rows one transaction seals anew.
const rewrapStep = 50

// Wraps counts what is sealed with which generation. It reads every row;
// progress is told how many.
func (v *Vault) Wraps(ctx context.Context, db store.DB, progress func(rows int)) (map[byte]Wrapped, error) {
	all := map[byte]Wrapped{}
	w := walk{db: db, progress: progress}
	err := w.each(ctx, func(row store.Row) error {
		for id, n := range v.wrapsOf(row) {
			sum := all[id]
			sum.Persons, sum.Values, sum.Stuck = sum.Persons+n.Persons, sum.Values+n.Values, sum.Stuck+n.Stuck
			all[id] = sum
		}
		return nil
	})
	return all, err
}

// RewrapAll seals anew, with the current generation, all that an older one sealed,
// in transactions of some rows each. It may be stopped at any of them and
// started again. What others seal meanwhile with an older generation is found
// by the next run.
func (v *Vault) RewrapAll(ctx context.Context, db store.DB, rand io.Reader, progress func(rows int)) (changed int, err error) {
	w := walk{db: db, progress: progress}
	var keys [][]byte
	flush := func() error {
		n, err := v.rewrapRows(ctx, db, keys, rand)
		changed += n
		keys = keys[:0]
		return err
	}
	err = w.each(ctx, func(row store.Row) error {
		if !v.old(row) {
			return nil
		}
		if keys = append(keys, bytes.Clone(row.Key)); len(keys) < rewrapStep {
			return nil
		}
		return flush()
	})
	if err != nil {
		return changed, err
	}
	return changed, flush()
}

// old says whether an older generation sealed something in a row that can be
// sealed anew.
func (v *Vault) old(row store.Row) bool {
	current := v.Current()
	for id, n := range v.wrapsOf(row) {
		if id != current && n.Persons+n.Values > n.Stuck {
			return true
		}
	}
	return false
}

// rewrapRows seals some rows anew in one transaction.
func (v *Vault) rewrapRows(ctx context.Context, db store.DB, keys [][]byte, rand io.Reader) (changed int, err error) {
	if len(keys) == 0 {
		return 0, nil
	}
	err = db.Update(ctx, func(tx store.Tx) error {
		changed = 0
		for _, key := range keys {
			if subject, access := store.SubjectOf(key); access != store.Free {
				if err := tx.Lock(subject); err != nil {
					return err
				}
			}
		}
		for _, key := range keys {
			value, ok, err := tx.Get(key)
			if err != nil {
				return err
			}
			if !ok {
				continue // it went meanwhile
			}
			fresh, err := v.rewrapped(store.Row{Key: key, Value: value}, rand)
			if err != nil || fresh == nil {
				return err
			}
			if err := tx.Put(key, fresh); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	return changed, err
}

// rewrapped is the row's value with all that older generations sealed in it
// sealed by the current one; nil where there is nothing such. A sealed form is
// as long as before, whoever sealed it, so that it takes the same place.
func (v *Vault) rewrapped(row store.Row, rand io.Reader) (fresh []byte, err error) {
	body, err := store.CheckSum(row.Key, row.Value)
	if err != nil {
		return nil, nil // verify names it
	}
	is := v.ring.Load()
	for _, s := range sealedIn(body) {
		if s.generation == is.current {
			continue
		}
		plain, ad, ok := v.openAny(row.Key, s)
		if !ok {
			continue
		}
		again, err := seal(is.wrap[is.current], is.current, plain, ad, rand)
		if err != nil {
			return nil, err
		}
		if fresh == nil {
			fresh = bytes.Clone(body)
		}
		base64.StdEncoding.Encode(fresh[s.at:s.at+s.length], again)
	}
	if fresh == nil {
		return nil, nil
	}
	return store.WithSum(fresh), nil
}

// wrapsOf counts what is sealed in a row, by generation.
func (v *Vault) wrapsOf(row store.Row) map[byte]Wrapped {
	body, err := store.CheckSum(row.Key, row.Value)
	if err != nil {
		return nil
	}
	var all map[byte]Wrapped
	for _, s := range sealedIn(body) {
		if all == nil {
			all = map[byte]Wrapped{}
		}
		n := all[s.generation]
		if person(row.Key) != "" {
			n.Persons++
		} else {
			n.Values++
			if s.generation != v.Current() {
				if _, _, ok := v.openAny(row.Key, s); !ok {
					n.Stuck++
				}
			}
		}
		all[s.generation] = n
	}
	return all
}

// openAny opens what stands in a row by whatever it may be for.
func (v *Vault) openAny(key []byte, s sealedAt) (plain, ad []byte, ok bool) {
	aead := v.ring.Load().wrap[s.generation]
	if aead == nil {
		return nil, nil, false
	}
	for _, ad := range bindings(key) {
		if plain, err := open(aead, s.bytes, ad); err == nil {
			return plain, ad, true
		}
	}
	return nil, nil, false
}

// bindings are what a sealed form in a row may be bound to.
func bindings(key []byte) (all [][]byte) {
	if id := person(key); id != "" {
		return [][]byte{bind("person-key", id)}
	}
	_, rest, _ := strings.Cut(string(key), "/")
	all = append(all, bind("shop", "pin/"+rest))
	for _, p := range shopPurposes {
		all = append(all, bind("shop", p))
	}
	return all
}

// person is whose row it is; "" for another table's.
func person(key []byte) string {
	id, ok := strings.CutPrefix(string(key), string(persons.Key("")))
	if !ok {
		return ""
	}
	return id
}

// sealedAt is a sealed form within a row: base64 in a JSON string.
type sealedAt struct {
	at, length int
	generation byte
	bytes      []byte
}

// leastSealed is the shortest that a sealed form can be, in bytes.
const leastSealed = sealHead + 24 + 16

// sealedIn finds what a generation of the installation's key sealed: strings of
// base64 whose first bytes say so. A person's own key says 0 there.
func sealedIn(body []byte) (all []sealedAt) {
	for from := 0; ; {
		i := bytes.Index(body[from:], []byte(`"AQ`)) // sealVersion, and a number below 16
		if i < 0 {
			return all
		}
		from += i + 1
		n := bytes.IndexByte(body[from:], '"')
		if n < 0 {
			return all
		}
		raw := make([]byte, base64.StdEncoding.DecodedLen(n))
		m, err := base64.StdEncoding.Decode(raw, body[from:from+n])
		if err == nil && m >= leastSealed && raw[0] == sealVersion && raw[1] != personKeyID {
			all = append(all, sealedAt{from, n, raw[1], raw[:m]})
		}
		from += n
	}
}

// MaxGeneration is the newest generation there can be.
const MaxGeneration = 15

// walk reads every row of a store, page by page, so that no View lasts long.
type walk struct {
	db       store.DB
	progress func(rows int)
}

const walkPage = 1000

func (w walk) each(ctx context.Context, f func(store.Row) error) error {
	done := 0
	for from := []byte{0}; from != nil; {
		var page []store.Row
		err := w.db.View(ctx, func(r store.Reader) error {
			page = page[:0]
			start := from
			for row, err := range r.Scan(store.Range{Start: start}) {
				if err != nil {
					return err
				}
				if page = append(page, row); len(page) == walkPage {
					break
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, row := range page {
			if err := f(row); err != nil {
				return err
			}
		}
		if done += len(page); w.progress != nil {
			w.progress(done)
		}
		if len(page) < walkPage {
			return ctx.Err()
		}
		from = append(bytes.Clone(page[len(page)-1].Key), 0)
	}
	return nil
}

// Retirable says whether generation id may be retired: the store is sealed with
// a newer one, and nothing needs it any more.
func (v *Vault) Retirable(ctx context.Context, db store.DB, id byte, progress func(rows int)) (left Wrapped, err error) {
	if id >= v.Current() {
		return Wrapped{}, errors.New("people: the generation in use cannot be retired")
	}
	all, err := v.Wraps(ctx, db, progress)
	return all[id], err
}
