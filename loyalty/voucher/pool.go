package voucher

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// digital is one digital code.
type digital struct {
	Sealed []byte    `json:"sealed"`
	Added  time.Time `json:"added"`
	By     ID        `json:"by,omitempty"` // the voucher that got it
	At     time.Time `json:"at,omitzero"`  // when
}

// poolHead counts a reward's codes: those up to Given are given, the rest is
// left.
type poolHead struct {
	Total int64 `json:"total"`
	Given int64 `json:"given,omitempty"`
}

const (
	chunk   = 500  // codes of one AddCodes
	maxCode = 1024 // bytes of a code
)

// AddCodes puts digital codes at the end of a reward's pool, sealed, in their
// order; spaces around them are cut and empty ones passed over. A code that any
// pool has, or ever had, is a duplicate and not taken in. It takes at most 500
// at once: whoever has more calls it again, in further transactions. Refusals:
// ErrUnknownReward, also for a reward that is not of kind RewardCode.
func (d *Desk) AddCodes(tx store.Tx, reward string, list []string, now time.Time) (added, duplicates int, err error) {
	if len(list) > chunk {
		return 0, 0, fmt.Errorf("voucher: %d codes at once, at most %d", len(list), chunk)
	}
	if d.Seal == nil || d.Open == nil || len(d.Key) < 32 {
		return 0, 0, errSeal
	}
	if r, ok := d.Programme(now).Reward(reward); !ok || r.Kind != loyalty.RewardCode {
		return 0, 0, ErrUnknownReward
	}
	if err := tx.Lock("poolcodes", poolSubject(reward)); err != nil {
		return 0, 0, err
	}
	h, _, err := poolHeads.Get(tx, reward)
	if err != nil {
		return 0, 0, err
	}
	for _, code := range list {
		if code = strings.TrimSpace(code); code == "" {
			continue
		}
		fresh, err := d.addCode(tx, reward, code, h.Total+1, now)
		if err != nil {
			return 0, 0, err
		}
		if fresh {
			h.Total, added = h.Total+1, added+1
		} else {
			duplicates++
		}
	}
	return added, duplicates, poolHeads.Put(tx, h, reward)
}

// addCode stores one code as the n-th, unless some pool has it.
func (d *Desk) addCode(tx store.Tx, reward, code string, n int64, now time.Time) (bool, error) {
	if len(code) > maxCode {
		return false, fmt.Errorf("voucher: a digital code has at most %d bytes, this one %d", maxCode, len(code))
	}
	hash := base64.RawURLEncoding.EncodeToString(d.mac("poolcode", code)[:16])
	_, known, err := poolCodes.Get(tx, hash)
	if err != nil || known {
		return false, err
	}
	sealed, err := d.Seal([]byte(code))
	if err != nil {
		return false, err
	}
	if err := poolCodes.Put(tx, pooled{reward, n}, hash); err != nil {
		return false, err
	}
	return true, pool.Put(tx, digital{Sealed: sealed, Added: now.UTC()}, reward, numberKey(n))
}

// pooled is where a digital code's hash leads.
type pooled struct {
	Reward string `json:"reward"`
	N      int64  `json:"n"`
}

// Pool is how many codes of a reward are left, and how many there ever were.
func (d *Desk) Pool(r store.Reader, reward string) (left, total int64, err error) {
	h, _, err := poolHeads.Get(r, reward)
	return h.Total - h.Given, h.Total, err
}

// reachCode puts the pool's next code on the voucher, and gives what takes it
// out of the pool.
func (d *Desk) reachCode(tx store.Tx, v *Voucher) (func() error, error) {
	if err := tx.Lock(poolSubject(v.Reward)); err != nil {
		return nil, err
	}
	h, _, err := poolHeads.Get(tx, v.Reward)
	if err != nil {
		return nil, err
	}
	if h.Given >= h.Total {
		return nil, &SoldOutError{Reward: v.Reward}
	}
	h.Given++
	next, ok, err := pool.Get(tx, v.Reward, numberKey(h.Given))
	if err != nil || !ok || next.By != "" {
		return nil, fmt.Errorf("voucher: code %d of pool %s cannot be given: %w", h.Given, v.Reward, orDamaged(err))
	}
	v.Sealed = next.Sealed
	return func() error {
		next.By, next.At = v.ID, v.Issued
		if err := pool.Put(tx, next, v.Reward, numberKey(h.Given)); err != nil {
			return err
		}
		return poolHeads.Put(tx, h, v.Reward)
	}, nil
}

func orDamaged(err error) error {
	if err == nil {
		return store.ErrDamaged
	}
	return err
}

// Digital is the digital code that a voucher of kind RewardCode gave, for its
// owner's eyes only; "" for other vouchers.
func (d *Desk) Digital(v Voucher) (string, error) {
	if len(v.Sealed) == 0 {
		return "", nil
	}
	if d.Open == nil {
		return "", errSeal
	}
	plain, err := d.Open(v.Sealed)
	return string(plain), err
}

func poolSubject(reward string) store.Subject { return store.Subject("pool/" + reward) }

// numberKey sorts as the number does.
func numberKey(n int64) string { return fmt.Sprintf("%012d", n) }
