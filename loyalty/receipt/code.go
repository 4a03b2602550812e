package receipt

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"regulars/loyalty"
)

// Code is what is on a receipt: sixteen unambiguous letters and digits, the last
// a check character. 31¹⁵ are 74 bits.
type Code string

// codeLength is a code's length with its check character.
const codeLength = 16

// String groups the characters by four, for people: "7KQ2-M3XP-9ABC-DEFG".
func (c Code) String() string {
	if len(c) != codeLength {
		return string(c)
	}
	return string(c[:4] + "-" + c[4:8] + "-" + c[8:12] + "-" + c[12:])
}

// Bare is the code without hyphens, for links.
func (c Code) Bare() string { return string(c) }

// ParseCode reads a code as it is typed or scanned: any case, full-width
// letters, spaces and hyphens. It reports false for what cannot be a code, which
// is most typing mistakes: every single wrong character and every swap of two
// neighbours is found. It says nothing about which codes exist.
func ParseCode(s string) (Code, bool) {
	if len(s) > 128 { // nobody means a page of text
		return "", false
	}
	ref, ok := loyalty.ParseRef(dashes.Replace(width.Narrow.String(s)))
	return Code(ref), ok && len(ref) == codeLength
}

var dashes = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-", "ー", "-", "\u3000", " ")

// CodeOf is a slip's code.
func (d *Desk) CodeOf(s Slip) Code { return d.codeOf(s.Op) }

func (d *Desk) codeOf(op loyalty.OpID) Code {
	return Code(loyalty.NewRef(d.mac("code", string(op)), codeLength-1))
}

// place is the keyed hash under which a code's slip is found.
func (d *Desk) place(c Code) string { return d.hash("place", string(c)) }

// Lengths of a slip's public name, the check character included. The ledger's
// references have 6 to 13 letters (loyalty/book), so that nobody takes one for
// the other. The long one is for a shop whose short ones are all but used up.
const shortRef, longRef = 5, 15

// IsRef reports whether ref has the form of a slip's public name, which no entry
// of the ledger has.
func IsRef(ref loyalty.Ref) bool { return len(ref) == shortRef || len(ref) == longRef }

// refDraws is how many short names are tried.
const refDraws = 20

// refOf is the n-th name that a slip might have.
func (d *Desk) refOf(op loyalty.OpID, n int) loyalty.Ref {
	long := shortRef
	if n >= refDraws {
		long = longRef
	}
	return loyalty.NewRef(d.mac("ref", string(op), strconv.Itoa(n)), long-1)
}

// hash is 128 bits of mac, for keys of rows.
func (d *Desk) hash(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(d.mac(parts...)[:16])
}

// mac is HMAC-SHA256 over parts, each framed by its length.
func (d *Desk) mac(parts ...string) []byte {
	m := hmac.New(sha256.New, d.Key)
	for _, p := range parts {
		m.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return m.Sum(nil)
}
