package referral

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Desk is how one shop keeps its referrals. It is a value without state and
// may be used by many at once.
type Desk struct {
	// Key derives the codes and hides them in the rows, at least 32 bytes. It
	// must never change.
	Key []byte
	// Programme is the version of the rules in force at a moment. It must give
	// the same for the same moment, for ever.
	Programme func(at time.Time) *loyalty.Programme
	// Family are a member and all who were merged into them; nil knows of no
	// merges. It is asked for a member who brought friends.
	Family func(store.Reader, loyalty.MemberID) ([]loyalty.MemberID, error)
}

// family are all who are one person with a member.
func (d *Desk) family(r store.Reader, m loyalty.MemberID) ([]loyalty.MemberID, error) {
	if d.Family == nil {
		return []loyalty.MemberID{m}, nil
	}
	return d.Family(r, m)
}

// codeLetters are 31 letters and digits that nobody mistakes for one another:
// no 0, O, 1, I or L. 31 is prime, which the check character relies on.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// CodeLength is the length of a code in characters, its check character
// included: 9 letters are 44 bits. It fits a Telegram start parameter (64)
// with much to spare.
const CodeLength = 10

// Code is what a member hands to friends: ten characters of unambiguous
// letters and digits. It is the same for a member at all times and tells
// nothing of them.
type Code string

// String groups the characters by five, for people: "7KQ2M-3XP9A".
func (c Code) String() string {
	if len(c) != CodeLength {
		return string(c)
	}
	return string(c[:CodeLength/2] + "-" + c[CodeLength/2:])
}

// Bare is the code without a hyphen, for a link's parameter.
func (c Code) Bare() string { return string(c) }

// ParseCode reads a code as a link carries or a person types it: any case, in
// full width, with spaces and hyphens. Refusal: ErrUnknown, for a form that no
// code has and for a wrong check character alike.
func ParseCode(s string) (Code, error) {
	if len(s) > 128 { // nobody means a page of text
		return "", ErrUnknown
	}
	var b strings.Builder
	for _, r := range s {
		if r >= '！' && r <= '～' { // full-width forms, as Asian keyboards write them
			r -= '！' - '!'
		}
		if r == ' ' || r == '　' || r == '-' {
			continue
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		if r > 127 || strings.IndexByte(codeLetters, byte(r)) < 0 {
			return "", ErrUnknown
		}
		b.WriteByte(byte(r))
	}
	c := b.String()
	if len(c) != CodeLength || checkCharacter(c[:CodeLength-1]) != c[CodeLength-1] {
		return "", ErrUnknown
	}
	return Code(c), nil
}

// checkCharacter weighs each place differently modulo a prime: every single
// wrong character and every swap of two is found.
func checkCharacter(s string) byte {
	sum := 0
	for i := range len(s) {
		sum += (i + 2) * strings.IndexByte(codeLetters, s[i])
	}
	return codeLetters[sum%len(codeLetters)]
}

// Code is the member's code. The first call writes the rows by which it is
// found. That the member is one, and may refer, is the caller's to know.
func (d *Desk) Code(tx store.Tx, referrer loyalty.MemberID) (Code, error) {
	if err := lock(tx, referrer); err != nil {
		return "", err
	}
	row, ok, err := referrers.Get(tx, string(referrer))
	if err != nil {
		return "", err
	}
	if ok && row.Try > 0 && row.Gone.IsZero() {
		return d.derive(referrer, row.Try)
	}
	row.Gone = time.Time{}
	for row.Try = 1; ; row.Try++ { // two members may hash to one code: then the next
		c, free, err := d.claim(tx, referrer, row.Try)
		if err != nil {
			return "", err
		}
		if free {
			return c, referrers.Put(tx, row, string(referrer))
		}
	}
}

// claim takes the member's code of that number, unless another member has it.
func (d *Desk) claim(tx store.Tx, m loyalty.MemberID, try int) (c Code, free bool, err error) {
	if c, err = d.derive(m, try); err != nil {
		return "", false, err
	}
	h := d.hash(c)
	if err := tx.Lock(store.Subject("refcode/" + h)); err != nil {
		return "", false, err
	}
	owner, taken, err := codes.Get(tx, h)
	if err != nil || taken && owner.Member != m {
		return "", false, err
	}
	return c, true, codes.Put(tx, codeRow{m}, h)
}

// ByCode is the member whose code it is. Refusal: ErrUnknown, also for the
// code of somebody who left.
func (d *Desk) ByCode(r store.Reader, c Code) (loyalty.MemberID, error) {
	row, ok, err := codes.Get(r, d.hash(c))
	if err == nil && !ok {
		err = ErrUnknown
	}
	return row.Member, err
}

var errKey = errors.New("referral: the key has fewer than 32 bytes")

// derive is the member's code of that number: letters of a keyed hash.
func (d *Desk) derive(m loyalty.MemberID, try int) (Code, error) {
	if len(d.Key) < 32 {
		return "", errKey
	}
	var c []byte
	for i := 0; len(c) < CodeLength-1; i++ {
		for _, b := range d.mac("code", string(m), strconv.Itoa(try), strconv.Itoa(i)) {
			if b < 8*31 && len(c) < CodeLength-1 { // 248 is the largest multiple of 31 a byte holds
				c = append(c, codeLetters[b%31])
			}
		}
	}
	return Code(append(c, checkCharacter(string(c)))), nil
}

// hash is what a code is found by: 128 bits that only the key's owner can make.
func (d *Desk) hash(c Code) string {
	return base64.RawURLEncoding.EncodeToString(d.mac("row", string(c))[:16])
}

// mac is HMAC-SHA256 over parts that hold no NUL.
func (d *Desk) mac(parts ...string) []byte {
	m := hmac.New(sha256.New, d.Key)
	m.Write([]byte("referral\x00" + strings.Join(parts, "\x00")))
	return m.Sum(nil)
}
