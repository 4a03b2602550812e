package shop

import (
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// Backups is what is known of the shop's backups: who must raise an alarm
// reads it with BackupsOf. A restored store knows of those before its own.
type Backups struct {
	Good   time.Time `json:"good,omitzero"`   // the moment whose state the newest whole one holds
	File   string    `json:"file,omitempty"`  // its name, without the folder
	Bytes  int64     `json:"bytes,omitempty"` // of the file
	Sealed bool      `json:"sealed,omitempty"`
	// Failed is when making one last failed, if no good one was made since, and
	// Why in words for operators.
	Failed time.Time `json:"failed,omitzero"`
	Why    string    `json:"why,omitempty"`
}

// backups has one row.
var backups = store.NewTable[Backups]("backup/", store.Readable, store.FirstPart("backup"))

const lastBackup = "last"

// BackupsOf reads what is known; the zero Backups is that none was ever made.
func BackupsOf(r store.Reader) (Backups, error) {
	b, _, err := backups.Get(r, lastBackup)
	return b, err
}

// NoteBackup remembers a backup that was made and found whole.
func NoteBackup(tx store.Tx, b Backups) error {
	if err := tx.Lock(store.Subject("backup/" + lastBackup)); err != nil {
		return err
	}
	return backups.Put(tx, b, lastBackup)
}

// NoteBackupFailed remembers that making one failed, and why.
func NoteBackupFailed(tx store.Tx, now time.Time, why string) error {
	if err := tx.Lock(store.Subject("backup/" + lastBackup)); err != nil {
		return err
	}
	b, err := BackupsOf(tx)
	if err != nil {
		return err
	}
	b.Failed, b.Why = now.UTC(), why
	return backups.Put(tx, b, lastBackup)
}

// EraseAgain does in a store that was put back from a backup what an erasure
// since then had done: open vouchers and points end, as when the member left,
// and the person is gone for good. done is false for who is not in this store,
// or is erased there too.
//
// Who was made a part of somebody before the backup goes with that somebody: so
// all others are to come first, with parts false. Whoever is left with parts true
// left by themselves, after the two had been parted again.
func (s *Shop) EraseAgain(tx store.Tx, e people.Erasure, parts bool, now time.Time) (done bool, err error) {
	if err := tx.Lock(people.Subject(e.Member)); err != nil {
		return false, err
	}
	p, err := s.Vault.Get(tx, e.Member)
	switch {
	case errors.Is(err, people.ErrNobody), err == nil && p.Status == people.Erased:
		return false, nil
	case err != nil:
		return false, err
	}
	act := book.Act{
		Op: loyalty.OpID("erased-again/" + e.Member), Actor: loyalty.ByJob("restore"), Reason: []byte("left"), Now: now,
	}
	if p.Status == people.Away {
		if !parts {
			return false, nil
		}
		apart := act
		apart.Op = loyalty.OpID("parted-again/" + e.Member)
		_, err := s.Unmerge(tx, e.Member, apart)
		if loyalty.Refused(err) { // the other was merged since: the ledger stays, nameless
			return true, s.Vault.Erase(tx, e.Member, e.At, e.Until)
		}
		if err != nil {
			return false, err
		}
	}
	if err := s.Club.Leave(tx, e.Member, act); err != nil {
		return false, err
	}
	return true, s.Vault.Erase(tx, e.Member, e.At, e.Until)
}
