package people

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// LiveLife is for how long the address of a live card is good, from when the
// chat gave it.
const LiveLife = 12 * time.Hour

// liveVersion tells the address of a live card from what its QR carries, so
// that neither opens the other.
const liveVersion = 2

// LiveToken is what the address of a member's live card carries, good until now
// plus life. It writes nothing and has the form of [Vault.CardToken]; a card
// that is reissued ends it. The member must have a card ([Vault.Card]).
func (v *Vault) LiveToken(r store.Reader, id loyalty.MemberID, now time.Time, life time.Duration) (string, error) {
	return v.cardToken(r, id, liveVersion, now.Add(life))
}

// ReadLive is the member whose live card has this address, and until when:
// ErrCardToken, ErrCardExpired, and for a frozen member ErrFrozen.
func (v *Vault) ReadLive(r store.Reader, token string, now time.Time) (id loyalty.MemberID, until time.Time, err error) {
	return v.readToken(r, token, liveVersion, now)
}
