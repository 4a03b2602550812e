package voucher

import (
	"encoding/base64"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"regulars/loyalty"
	"regulars/store"
)

// Code is what a member shows to use a voucher: eight letters and digits and a
// check character.
type Code string

// codeLength is a code's length with its check character. 31⁸ are 40 bits:
// whoever takes codes from people throttles them.
const codeLength = 9

// String groups the characters by three, for people: "7KQ-2M3-XP9".
func (c Code) String() string {
	if len(c) != codeLength {
		return string(c)
	}
	return string(c[:3] + "-" + c[3:6] + "-" + c[6:])
}

// ParseCode reads a code as it is typed or scanned: any case, full-width
// letters, spaces and hyphens. It reports false for what cannot be a code,
// which is most typing mistakes, as every single wrong character and every swap
// of two neighbours is found.
func ParseCode(s string) (Code, bool) {
	if len(s) > 64 {
		return "", false
	}
	ref, ok := loyalty.ParseRef(dashes.Replace(width.Narrow.String(s)))
	return Code(ref), ok && len(ref) == codeLength
}

var dashes = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-", "ー", "-", "\u3000", " ")

// CodeOf is the code of a voucher. It is derived from the voucher's id and the
// desk's key: rows hold only its hash. A digital code's own is [Desk.Digital].
func (d *Desk) CodeOf(v Voucher) Code {
	sum := d.mac("code", string(v.ID), strconv.Itoa(v.Draw))
	return Code(loyalty.NewRef(sum, codeLength-1))
}

// codeKey is the keyed hash under which a code is found.
func (d *Desk) codeKey(c Code) string {
	return base64.RawURLEncoding.EncodeToString(d.mac("codekey", string(c))[:16])
}

// drawCode gives the voucher a code that no other has, and stores where it
// leads.
func (d *Desk) drawCode(tx store.Tx, v *Voucher) error {
	m, tail, _ := v.ID.split()
	for ; v.Draw < 100; v.Draw++ {
		key := d.codeKey(d.CodeOf(*v))
		if err := tx.Lock(store.Subject("vouchercode/" + key)); err != nil {
			return err
		}
		_, taken, err := codes.Get(tx, key)
		if err != nil {
			return err
		}
		if !taken {
			return codes.Put(tx, place{m, tail}, key)
		}
	}
	return errCodes
}
