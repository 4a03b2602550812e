package people

import (
	"errors"
	"log/slog"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/width"
)

var (
	// ErrPhoneInvalid reports text that is no phone number of any of the
	// shop's regions, nor a valid international one.
	ErrPhoneInvalid = errors.New("people: not a valid phone number")
	// ErrPhoneAmbiguous reports a national number that is valid in more than
	// one of the shop's regions; the person should type it with + and country.
	ErrPhoneAmbiguous = errors.New("people: the phone number is valid in more than one region")
)

// Phone is a valid phone number. It prints masked; only E164 gives it away.
// The zero Phone is none. Phones compare with ==.
type Phone struct{ e164 string }

// E164 is the whole number, as in "+886912345678". Never log it.
func (p Phone) E164() string { return p.e164 }

// IsZero reports whether there is no number.
func (p Phone) IsZero() bool { return p.e164 == "" }

// String masks all but the last three digits: "•••678".
func (p Phone) String() string {
	if p.e164 == "" {
		return ""
	}
	return "•••" + p.e164[len(p.e164)-3:]
}

// GoString keeps %#v from giving the number away.
func (p Phone) GoString() string { return "people.Phone(" + p.String() + ")" }

// LogValue keeps structured logs from giving even the last digits away.
func (p Phone) LogValue() slog.Value { return slog.StringValue("phone") }

// Zones are the IANA time zones in which the number may be at home, none where
// its country does not say.
func (p Phone) Zones() []string {
	if p.e164 == "" {
		return nil
	}
	zones, err := phonenumbers.GetTimezonesForPrefix(p.e164)
	if err != nil || len(zones) == 1 && zones[0] == phonenumbers.UNKNOWN_TIMEZONE {
		return nil
	}
	return zones
}

// ParsePhone reads a typed number: full-width digits, spaces, hyphens, dots and
// brackets are fine; "+…" and "00…" are international, anything else national in
// one of regions (ISO 3166 codes, the shop's own first: "TW", "HK", …).
// It returns ErrPhoneInvalid or ErrPhoneAmbiguous.
func ParsePhone(typed string, regions ...string) (Phone, error) {
	if len(typed) > 256 {
		return Phone{}, ErrPhoneInvalid
	}
	s := strings.TrimSpace(narrow(typed))
	if len(s) > 64 || !looksLikePhone(s) {
		return Phone{}, ErrPhoneInvalid
	}
	if rest, ok := strings.CutPrefix(s, "00"); ok {
		if p, ok := parseIn("+"+rest, "ZZ"); ok {
			return p, nil
		}
	}
	if strings.HasPrefix(s, "+") {
		if p, ok := parseIn(s, "ZZ"); ok {
			return p, nil
		}
		return Phone{}, ErrPhoneInvalid
	}
	return parseNational(s, regions)
}

func parseNational(s string, regions []string) (Phone, error) {
	var found Phone
	for _, region := range regions {
		p, ok := parseIn(s, strings.ToUpper(region))
		if !ok || p == found {
			continue
		}
		if !found.IsZero() {
			return Phone{}, ErrPhoneAmbiguous
		}
		found = p
	}
	if found.IsZero() {
		return Phone{}, ErrPhoneInvalid
	}
	return found, nil
}

// dashes are what people type where a hyphen is meant; the last two are the
// long-vowel marks of Japanese keyboards.
var dashes = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-", "ー", "-", "ｰ", "-", "\u00a0", " ")

// narrow turns full-width letters, digits, spaces and dashes into ASCII.
func narrow(s string) string { return dashes.Replace(width.Narrow.String(s)) }

// looksLikePhone refuses letters, which the library would read as a vanity
// number, and extensions.
func looksLikePhone(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune("+ -.()/", r):
		default:
			return false
		}
	}
	return digits >= 5
}

func parseIn(s, region string) (Phone, bool) {
	n, err := phonenumbers.Parse(s, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return Phone{}, false
	}
	return Phone{phonenumbers.Format(n, phonenumbers.E164)}, true
}
