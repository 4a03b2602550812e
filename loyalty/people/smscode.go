package people

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// SMSLife is how long a code sent by SMS is good.
const SMSLife = 5 * time.Minute

// smsTries is how often a code may be typed wrong; three tries against a
// million are three in a million.
const smsTries = 3

// The limits of messages by SMS. They cost money and reach phones whose owners
// may have asked for nothing, so each counts whether or not a message goes out:
// a refusal says nothing of who is known (LEDGER case 28).
var (
	smsOfPerson    = Throttle{Name: "sms-person", Max: 3, Window: time.Hour}
	smsOfPersonDay = Throttle{Name: "sms-person-day", Max: 5, Window: 24 * time.Hour}
	// Of a number, those who ask for it the first time that day count apart from
	// those who ask again: whoever has digits sent to somebody else's number over
	// and over uses up their own, and not what its owner needs.
	// Who takes five new chats to it keeps a number from digits for a day. It cannot
	// be better here: an owner whose phone is lost comes as one more new chat, and
	// who they are is what the digits are to show. Without a bound it would be the
	// owner's phone that rings all day. There are three other ways back that no
	// stranger can use up: a code from the old chat, the recovery code, and an
	// employee at the counter.
	smsOfPair     = Throttle{Name: "sms-pair", Max: 1, Window: 24 * time.Hour} // who is new to a number
	smsOfNumber   = Throttle{Name: "sms-number", Max: 5, Window: 24 * time.Hour}
	smsAgain      = Throttle{Name: "sms-again", Max: 2, Window: time.Hour}
	smsAgainOfDay = Throttle{Name: "sms-again-day", Max: 3, Window: 24 * time.Hour}
	smsOfShop     = Throttle{Name: "sms-shop", Max: 500, Window: 24 * time.Hour}
	// New chats cost nothing to make: what they ask for must not use up what
	// members need.
	smsOfStrangers = Throttle{Name: "sms-strangers", Max: 100, Window: 24 * time.Hour}
)

// ErrSMSCode is the one answer to digits that are wrong, too late, tried too
// often, or were never sent.
var ErrSMSCode = errors.New("people: not the code that was sent")

// smsRow is a code that was sent, or was asked for in vain. Which of the two
// no row tells.
type smsRow struct {
	Phone   []byte    `json:"phone"` // sealed with the asker's key
	Code    string    `json:"code"`  // keyed hash
	Left    int       `json:"left"`  // tries
	Expires time.Time `json:"expires"`
}

var smsCodes = store.NewTable[smsRow]("smscode/", store.Locked, store.FirstPart("smscode"))

// smsPurpose is what the number is sealed for.
const smsPurpose = "sms number"

// NewSMSCode draws six digits with which who, an account of the person asker,
// proves that they read messages at phone; it ends the digits drawn before.
// Whether they are sent is the caller's affair. It does the same for every
// number. Refusals, after which the transaction should commit: *ThrottledError
// (three an hour and five a day for a person; for a number, from five who are new
// to it a day, and again two an hour and three a day; 100 a day for all askers who
// are no members, 500 a day for the shop).
func (v *Vault) NewSMSCode(tx store.Tx, who Identity, asker loyalty.MemberID, phone Phone, now time.Time, rand io.Reader) (digits string, err error) {
	number := v.hash("sms-number", phone.e164)
	if err := tx.Lock(Subject(asker)); err != nil {
		return "", err
	}
	p, err := v.Get(tx, asker)
	if err != nil {
		return "", err
	}
	if err := v.maySendSMS(tx, who.Channel+"\x00"+who.User, number, p.Status == Member, now); err != nil {
		return "", err
	}
	if digits, err = newDigits(rand); err != nil {
		return "", err
	}
	sealed, err := v.SealFor(tx, asker, smsPurpose, []byte(phone.e164), rand)
	if err != nil {
		return "", err
	}
	key := v.smsKey(who)
	if err := tx.Lock(store.Subject("smscode/" + key)); err != nil {
		return "", err
	}
	return digits, smsCodes.Put(tx, smsRow{sealed, v.hash("sms", key, digits), smsTries, now.Add(SMSLife).UTC()}, key)
}

// maySendSMS counts one message that an asker wants sent to a number.
func (v *Vault) maySendSMS(tx store.Tx, asker, number string, member bool, now time.Time) error {
	type limit struct {
		Throttle
		actor string
	}
	limits := []limit{{smsOfPerson, asker}, {smsOfPersonDay, asker}}
	var before *ThrottledError
	switch err := v.AttemptBy(tx, smsOfPair, asker+"\x00"+number, now); {
	case errors.As(err, &before):
		limits = append(limits, limit{smsAgain, number}, limit{smsAgainOfDay, number})
	case err != nil:
		return err
	default:
		limits = append(limits, limit{smsOfNumber, number})
	}
	if !member {
		limits = append(limits, limit{smsOfStrangers, ""})
	}
	for _, t := range append(limits, limit{smsOfShop, ""}) {
		if err := v.AttemptBy(tx, t.Throttle, t.actor, now); err != nil {
			return err
		}
	}
	return nil
}

// SMSCode checks digits that who typed and gives the number they were sent to,
// once. Refusals, after which the transaction should commit: ErrSMSCode, and
// left says how many tries remain.
func (v *Vault) SMSCode(tx store.Tx, who Identity, asker loyalty.MemberID, typed string, now time.Time) (phone Phone, left int, err error) {
	key := v.smsKey(who)
	if err := tx.Lock(store.Subject("smscode/" + key)); err != nil {
		return Phone{}, 0, err
	}
	row, ok, err := smsCodes.Get(tx, key)
	if err != nil {
		return Phone{}, 0, err
	}
	if !ok || !now.Before(row.Expires) || row.Left <= 0 {
		return Phone{}, 0, ErrSMSCode
	}
	if subtle.ConstantTimeCompare([]byte(row.Code), []byte(v.hash("sms", key, ReadDigits(typed)))) == 0 {
		row.Left--
		if err := smsCodes.Put(tx, row, key); err != nil {
			return Phone{}, 0, err
		}
		return Phone{}, row.Left, ErrSMSCode
	}
	number, err := v.OpenFor(tx, asker, smsPurpose, row.Phone)
	if errors.Is(err, ErrSealed) || errors.Is(err, ErrErased) {
		return Phone{}, 0, ErrSMSCode // the account has changed hands since
	}
	if err != nil {
		return Phone{}, 0, err
	}
	return Phone{string(number)}, row.Left, smsCodes.Delete(tx, key)
}

func (v *Vault) smsKey(who Identity) string { return v.hash("smscode", who.Channel, who.User) }

// ReadDigits takes spaces and hyphens out of typed digits, wide ones too.
func ReadDigits(typed string) string {
	return strings.NewReplacer(" ", "", "-", "").Replace(narrow(strings.TrimSpace(typed)))
}

// newDigits draws six digits without bias: 2 bytes hold 65,536 values, of which
// the multiple of 1,000 below is used.
func newDigits(rand io.Reader) (string, error) {
	var out string
	var b [2]byte
	for len(out) < 6 {
		if _, err := io.ReadFull(rand, b[:]); err != nil {
			return "", fmt.Errorf("people: no randomness: %w", err)
		}
		if n := int(b[0])<<8 | int(b[1]); n < 65000 {
			out += fmt.Sprintf("%03d", n%1000)
		}
	}
	return out, nil
}
