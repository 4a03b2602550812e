package people

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

var (
	// ErrCardToken reports a token that no card of this shop ever showed, or
	// of a card that was reissued since.
	ErrCardToken = errors.New("people: not a card's token")
	// ErrCardExpired reports a token that was good once; the member opens the
	// card again.
	ErrCardExpired = errors.New("people: the card's token has expired")
)

// CardLife is how long a card's QR lives where the programme does not say.
const CardLife = 5 * time.Minute

// CardTokenLength is the length of a card token in characters, all of A–Z, a–z,
// 0–9, "-" and "_": with a letter before it, it fits Telegram's start parameter
// of 64.
const CardTokenLength = 50

const (
	cardVersion = 1
	cardMAC     = 16
	cardSecret  = 16
)

// cardRow is the index from a card's number to its member.
type cardRow struct {
	Member loyalty.MemberID `json:"member"`
}

var cards = store.NewTable[cardRow]("card/", store.Readable, store.FirstPart("card"))

// Card gives the member's card number, and draws it when first asked for.
func (v *Vault) Card(tx store.Tx, id loyalty.MemberID, rand io.Reader) (CardCode, error) {
	return v.card(tx, id, rand, func(l *life) bool { return l.Card == "" })
}

// ReissueCard gives a new number, and ends the old one and every token shown
// before: for a card that was copied or frozen. The cards of whoever was merged
// into the member end too: they lead to the same points.
func (v *Vault) ReissueCard(tx store.Tx, id loyalty.MemberID, rand io.Reader) (CardCode, error) {
	if err := v.eachPart(tx, id, func(part loyalty.MemberID) error {
		if part == id {
			return nil
		}
		return v.dropCard(tx, part, rand)
	}); err != nil {
		return "", err
	}
	return v.card(tx, id, rand, func(*life) bool { return true })
}

// dropCard ends a card for good; a new one is drawn when it is asked for.
func (v *Vault) dropCard(tx store.Tx, id loyalty.MemberID, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		if l.Card == "" {
			return false, nil
		}
		err := v.forgetCard(tx, l)
		l.Card, l.CardSecret = "", nil
		return true, err
	})
}

func (v *Vault) card(tx store.Tx, id loyalty.MemberID, rand io.Reader, wanted func(*life) bool) (CardCode, error) {
	var code CardCode
	err := v.change(tx, id, rand, func(l *life) (bool, error) {
		code = l.Card
		if !wanted(l) {
			return false, nil
		}
		if err := v.forgetCard(tx, l); err != nil {
			return false, err
		}
		c, err := newCode(rand)
		if err != nil {
			return false, err
		}
		l.Card, code = CardCode(c), CardCode(c)
		l.CardSecret = make([]byte, cardSecret)
		if _, err := io.ReadFull(rand, l.CardSecret); err != nil {
			return false, fmt.Errorf("people: no randomness: %w", err)
		}
		h := v.hash("card", string(c))
		if err := tx.Lock(store.Subject("card/" + h)); err != nil {
			return false, err
		}
		return true, cards.Put(tx, cardRow{id}, h)
	})
	return code, err
}

func (v *Vault) forgetCard(tx store.Tx, l *life) error {
	if l.Card == "" {
		return nil
	}
	h := v.hash("card", string(l.Card))
	if err := tx.Lock(store.Subject("card/" + h)); err != nil {
		return err
	}
	return cards.Delete(tx, h)
}

// ByCard is the member whose card has this number: ErrNobody for a number that
// was never given or is reissued; for a frozen member the id and ErrFrozen.
// Guessing is the caller's to throttle ([CodeThrottle]).
func (v *Vault) ByCard(r store.Reader, code CardCode) (loyalty.MemberID, error) {
	row, ok, err := cards.Get(r, v.hash("card", string(code)))
	if err != nil {
		return "", err
	}
	if !ok {
		return "", ErrNobody
	}
	return row.Member, v.notFrozen(r, row.Member)
}

func (v *Vault) notFrozen(r store.Reader, id loyalty.MemberID) error {
	row, ok, err := persons.Get(r, string(id))
	switch {
	case err != nil:
		return err
	case !ok || row.Status == Erased:
		return ErrNobody
	case row.Frozen:
		return ErrFrozen
	}
	return nil
}

// CardToken is what the QR on the card carries, good until now plus life. It
// writes nothing: version, expiry (seconds, 4 bytes), the id's 16 bytes and an
// HMAC under the card's own secret, as 50 characters of base64url. The member
// must have a card ([Vault.Card]).
func (v *Vault) CardToken(r store.Reader, id loyalty.MemberID, now time.Time, life time.Duration) (string, error) {
	return v.cardToken(r, id, cardVersion, now.Add(life))
}

func (v *Vault) cardToken(r store.Reader, id loyalty.MemberID, version byte, until time.Time) (string, error) {
	l, err := v.load(r, id)
	if err != nil {
		return "", err
	}
	raw, ok := idBytes(id)
	if !ok || len(l.CardSecret) == 0 {
		return "", ErrNobody
	}
	b := make([]byte, 0, 64)
	b = append(b, version)
	b = binary.BigEndian.AppendUint32(b, uint32(until.Unix()))
	b = append(b, raw[:]...)
	b = append(b, v.cardMAC(b, l.CardSecret)...)
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// ReadCard is the member whose card showed token: ErrCardToken or
// ErrCardExpired, and for a frozen member the id and ErrFrozen.
func (v *Vault) ReadCard(r store.Reader, token string, now time.Time) (loyalty.MemberID, error) {
	id, _, err := v.readToken(r, token, cardVersion, now)
	return id, err
}

// readToken is whose token it is, and until when it is good.
func (v *Vault) readToken(r store.Reader, token string, version byte, now time.Time) (id loyalty.MemberID, until time.Time, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != 1+4+16+cardMAC || b[0] != version {
		return "", until, ErrCardToken
	}
	body, mac := b[:len(b)-cardMAC], b[len(b)-cardMAC:]
	id = idText([16]byte(body[5:]))
	l, err := v.load(r, id)
	if errors.Is(err, ErrNobody) || errors.Is(err, ErrErased) {
		return "", until, ErrCardToken
	}
	if err != nil {
		return "", until, err
	}
	if len(l.CardSecret) == 0 || !hmac.Equal(mac, v.cardMAC(body, l.CardSecret)) {
		return "", until, ErrCardToken
	}
	until = time.Unix(int64(binary.BigEndian.Uint32(body[1:])), 0).UTC()
	if !now.Before(until) {
		return "", until, ErrCardExpired
	}
	if l.row.Status == Away { // the card of who was merged into somebody is theirs
		if id, err = v.Holder(r, id); err != nil {
			return "", until, err
		}
		return id, until, v.notFrozen(r, id)
	}
	if l.row.Frozen {
		return id, until, ErrFrozen
	}
	return id, until, nil
}

func (v *Vault) cardMAC(body, secret []byte) []byte {
	m := hmac.New(sha256.New, v.token)
	m.Write(framed("card", string(secret), string(body)))
	return m.Sum(nil)[:cardMAC]
}
