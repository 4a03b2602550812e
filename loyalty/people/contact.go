package people

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"regulars/loyalty"
	"regulars/store"
)

// ErrPhoneTaken refuses to prove a number that another member has proven. Only
// somebody who proved the number may be told so (LEDGER case 28); the shop
// then merges the two.
var ErrPhoneTaken = errors.New("people: another member has proven this phone number")

// phoneRow is one member's claim on a number.
type phoneRow struct {
	Proven bool `json:"proven,omitempty"`
}

// birthdayRow says nothing: the key is the index.
type birthdayRow struct{}

var (
	phones    = store.NewTable[phoneRow]("phone/", store.Readable, store.FirstPart("phone"))
	birthdays = store.NewTable[birthdayRow]("bday/", store.Free, nil)
)

// maxName is how many bytes of a name are kept.
const maxName = 400

// clip cuts a name to maxName bytes at a rune, and makes it valid UTF-8.
func clip(s string) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "")
	for len(s) > maxName {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// SetName records what the person wants to be called; "" removes it. Names are
// cut at 400 bytes.
func (v *Vault) SetName(tx store.Tx, id loyalty.MemberID, name string, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		name := clip(name)
		if l.Name == name {
			return false, nil
		}
		l.Name = name
		return true, v.indexNames(tx, l)
	})
}

// SetPhone records a number; the zero Phone removes it. proven says that the
// caller has proof that the person holds it (Telegram's own contact card, an
// SMS code, staff at the counter). Any number of members may claim a number
// unproven, and nobody learns of it; one may prove it, the next gets
// ErrPhoneTaken. Typing the number one has proven leaves it proven. The number
// that another takes the place of leads to the person no more, also where
// somebody brought it who was merged into them: its next owner is somebody else.
func (v *Vault) SetPhone(tx store.Tx, id loyalty.MemberID, phone Phone, proven bool, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		if l.Phone == phone.e164 && (l.row.PhoneProven || !proven) {
			return false, nil
		}
		// Ask before writing: a refusal must leave nothing half done, for the
		// caller commits it.
		if proven {
			if err := v.mayProve(tx, id, phone); err != nil {
				return false, err
			}
		}
		if err := v.leaveNumbers(tx, l, phone, proven, rand); err != nil {
			return false, err
		}
		if err := v.forgetPhone(tx, l); err != nil {
			return false, err
		}
		l.Phone, l.row.PhoneProven = phone.e164, proven && !phone.IsZero()
		if phone.IsZero() {
			return true, nil
		}
		h := v.hash("phone", l.Phone)
		if err := tx.Lock(store.Subject("phone/" + h)); err != nil {
			return false, err
		}
		return true, phones.Put(tx, phoneRow{l.row.PhoneProven}, h, string(l.id))
	})
}

// leaveNumbers takes the number that the person had away from those who were
// merged into them, and, where the new one is proven, whatever other they had.
func (v *Vault) leaveNumbers(tx store.Tx, l *life, phone Phone, proven bool, rand io.Reader) error {
	return v.eachPart(tx, l.id, func(part loyalty.MemberID) error {
		if part == l.id {
			return nil
		}
		return v.change(tx, part, rand, func(x *life) (bool, error) {
			if x.Phone == "" || x.Phone == phone.e164 || x.Phone != l.Phone && !proven {
				return false, nil
			}
			err := v.forgetPhone(tx, x)
			x.Phone, x.row.PhoneProven = "", false
			return true, err
		})
	})
}

// mayProve refuses a number that somebody else has proven.
func (v *Vault) mayProve(tx store.Tx, id loyalty.MemberID, phone Phone) error {
	if err := tx.Lock(store.Subject("phone/" + v.hash("phone", phone.e164))); err != nil {
		return err
	}
	claims, err := v.ByPhone(tx, phone)
	if err != nil {
		return err
	}
	for _, c := range claims {
		if c.Proven && c.Member != id {
			return ErrPhoneTaken
		}
	}
	return nil
}

func (v *Vault) forgetPhone(tx store.Tx, l *life) error {
	if l.Phone == "" {
		return nil
	}
	h := v.hash("phone", l.Phone)
	if err := tx.Lock(store.Subject("phone/" + h)); err != nil {
		return err
	}
	return phones.Delete(tx, h, string(l.id))
}

// PhoneClaim is a member who gave a number.
type PhoneClaim struct {
	Member loyalty.MemberID
	Proven bool // he proved that he holds it; at most one claim is
}

// ByPhone lists who claims a number, the one who proved it first, then by age.
func (v *Vault) ByPhone(r store.Reader, phone Phone) ([]PhoneClaim, error) {
	if phone.IsZero() {
		return nil, nil
	}
	claims, err := phoneClaims(r, v.hash("phone", phone.e164))
	if err != nil {
		return nil, err
	}
	var all []PhoneClaim // of who is a part of somebody, that person's
	for _, c := range claims {
		if c.Member, err = v.Holder(r, c.Member); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(d PhoneClaim) bool { return d.Member == c.Member }) {
			all = append(all, c)
		}
	}
	return all, nil
}

func phoneClaims(r store.Reader, hash string) ([]PhoneClaim, error) {
	var claims []PhoneClaim
	var err error
	for key, row := range phones.Scan(r, phones.Under(hash), &err) {
		c := PhoneClaim{loyalty.MemberID(afterSlash(key)), row.Proven}
		if c.Proven {
			claims = append([]PhoneClaim{c}, claims...)
		} else {
			claims = append(claims, c)
		}
	}
	return claims, err
}

// SetBirthday records a date of birth; the zero Birthday removes it.
func (v *Vault) SetBirthday(tx store.Tx, id loyalty.MemberID, b Birthday, now time.Time, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		if l.Birthday == b {
			return false, nil
		}
		if err := l.forgetBirthday(tx); err != nil {
			return false, err
		}
		// Taking a birthday out and entering another is a change as well.
		l.BirthdayChanged = !l.BirthdayAt.IsZero()
		l.Birthday, l.BirthdayAt = b, now.UTC()
		if b.IsZero() {
			return true, nil
		}
		return true, birthdays.Put(tx, birthdayRow{}, b.monthDay(), string(l.id))
	})
}

func (l *life) forgetBirthday(tx store.Tx) error {
	if l.Birthday.IsZero() {
		return nil
	}
	return birthdays.Delete(tx, l.Birthday.monthDay(), string(l.id))
}

// ByBirthday calls f with each person born on that day of the year, until it
// returns false. 29 February is a day of its own: who celebrates it in other
// years is the caller's to decide.
func ByBirthday(r store.Reader, month time.Month, day int, f func(loyalty.MemberID) bool) error {
	var err error
	under := birthdays.Under(fmt.Sprintf("%02d-%02d", month, day))
	for key := range birthdays.Scan(r, under, &err) {
		if !f(loyalty.MemberID(afterSlash(key))) {
			return nil
		}
	}
	return err
}

func afterSlash(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }
