package people

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// ExportLife is for how long the address of somebody's own data is good: to open
// it on another screen, and no longer than a phone lies about.
const ExportLife = time.Hour

// exportVersion tells the address of an export from those of cards.
const exportVersion = 5

// ExportToken is what the address of a member's own data carries, good for
// ExportLife. It has the form of [Vault.CardToken], and ends with the card: who
// locks a lost phone locks this as well. The member must have a card.
func (v *Vault) ExportToken(r store.Reader, id loyalty.MemberID, now time.Time) (string, error) {
	return v.cardToken(r, id, exportVersion, now.Add(ExportLife))
}

// ReadExport is the member whose data has this address, and until when:
// ErrCardToken, ErrCardExpired, and for a frozen member ErrFrozen.
func (v *Vault) ReadExport(r store.Reader, token string, now time.Time) (id loyalty.MemberID, until time.Time, err error) {
	return v.readToken(r, token, exportVersion, now)
}
