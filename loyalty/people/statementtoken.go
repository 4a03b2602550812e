package people

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// StatementLife is for how long the address of a statement is good, from when the chat
// gave it.
const StatementLife = time.Hour

// statementVersion tells the address of a statement from what opens a card.
const statementVersion = 3

// StatementToken is what the address of a member's statement carries, good until now
// plus life. It writes nothing and has the form of [Vault.CardToken]; a card that is
// reissued ends it. The member must have a card ([Vault.Card]).
func (v *Vault) StatementToken(r store.Reader, id loyalty.MemberID, now time.Time, life time.Duration) (string, error) {
	return v.cardToken(r, id, statementVersion, now.Add(life))
}

// ReadStatement is the member whose statement has this address, and until when:
// ErrCardToken, ErrCardExpired, and for a frozen member ErrFrozen.
func (v *Vault) ReadStatement(r store.Reader, token string, now time.Time) (id loyalty.MemberID, until time.Time, err error) {
	return v.readToken(r, token, statementVersion, now)
}
