package people

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// tombstone keeps a second welcome gift away. It names nobody: its key is a
// keyed hash that no row of a person's has who stays.
type tombstone struct {
	Until time.Time `json:"until"`
}

// Erasure is one line of the list that a restore applies first.
type Erasure struct {
	Member loyalty.MemberID `json:"member"`
	At     time.Time        `json:"at"`
	Until  time.Time        `json:"until"` // end of the tombstones
}

var (
	tombstones = store.NewTable[tombstone]("tomb/", store.Readable, store.FirstPart("tomb"))
	erasures   = store.NewTable[Erasure]("erased/", store.Readable, store.FirstPart("member"))
)

// Erase destroys the person's key, and with it everything sealed with it
// wherever it lies, and removes every hash he could be found by. What stays is
// a nameless row with three dates, a line in the list of erasures, and until
// tombstoneUntil (zero: none) a keyed tombstone for each of his accounts and
// for a phone number he had proven. An employee stops being one. Erasing twice
// is no error. The ledger is not touched; holds are the caller's to release.
//
// Free pages of a file and older backups still hold the wrapped key until they
// are overwritten, compacted or expired; without the installation's key they
// are of no use.
func (v *Vault) Erase(tx store.Tx, id loyalty.MemberID, now, tombstoneUntil time.Time) error {
	if err := tx.Lock(Subject(id)); err != nil {
		return err
	}
	l, err := v.load(tx, id)
	if errors.Is(err, ErrErased) {
		return nil
	}
	if err != nil {
		return err
	}
	if !tombstoneUntil.IsZero() {
		if err := v.bury(tx, l, tombstoneUntil); err != nil {
			return err
		}
	}
	if v.Erasing != nil {
		if err := v.Erasing(tx, id, l.Accounts, now); err != nil {
			return err
		}
	}
	if err := v.wipe(tx, l, now); err != nil {
		return err
	}
	for _, part := range l.row.Parts { // they are him
		if err := v.Erase(tx, part, now, tombstoneUntil); err != nil {
			return err
		}
	}
	if err := erasures.Put(tx, Erasure{id, now.UTC(), tombstoneUntil.UTC()}, string(id)); err != nil || v.Gone == nil || l.row.JoinedAt.IsZero() {
		return err
	}
	return v.Gone(tx, id, now)
}

// dissolve wipes a contact whose account has moved to somebody else. Nobody
// left, so there is no tombstone and no line in the list.
func (v *Vault) dissolve(tx store.Tx, id loyalty.MemberID, now time.Time) error {
	l, err := v.load(tx, id)
	if err != nil {
		return err
	}
	return v.wipe(tx, l, now)
}

func (v *Vault) wipe(tx store.Tx, l *life, now time.Time) error {
	v.lately.drop(l.id)
	steps := []func() error{
		func() error { return v.forgetAccounts(tx, l) },
		func() error { return v.forgetPhone(tx, l) },
		func() error { return v.forgetCard(tx, l) },
		func() error { return l.forgetBirthday(tx) },
		func() error { return l.forgetNames(tx) },
		func() error { return l.forgetConsents(tx) },
		func() error { return dataRequests.Delete(tx, string(l.id)) },
		func() error { return v.forgetImport(tx, l) },
		func() error { return v.forgetProofs(tx, l.id) },
		func() error { return v.endEmployment(tx, l.id, now) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	gone := personRow{Status: Erased, CreatedAt: l.row.CreatedAt, JoinedAt: l.row.JoinedAt, ErasedAt: now.UTC()}
	if err := persons.Put(tx, gone, string(l.id)); err != nil {
		return err
	}
	return v.changed(tx, l.id)
}

func (v *Vault) forgetAccounts(tx store.Tx, l *life) error {
	for _, a := range l.Accounts {
		if err := v.forgetUsername(tx, l.id, a); err != nil {
			return err
		}
		h := v.identHash(a.Identity)
		if err := tx.Lock(store.Subject("ident/" + h)); err != nil {
			return err
		}
		row, ok, err := idents.Get(tx, h)
		if err != nil {
			return err
		}
		if ok && row.Member == l.id { // a linked account is somebody else's by now
			if err := idents.Delete(tx, h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *life) forgetNames(tx store.Tx) error {
	have, _, err := namesOf.Get(tx, string(l.id))
	if err != nil {
		return err
	}
	for _, h := range have {
		if err := names.Delete(tx, h, string(l.id)); err != nil {
			return err
		}
	}
	return namesOf.Delete(tx, string(l.id))
}

func (l *life) forgetConsents(tx store.Tx) error {
	for row, err := range tx.Scan(consents.Under(string(l.id))) {
		if err != nil {
			return err
		}
		if err := tx.Delete(row.Key); err != nil {
			return err
		}
	}
	return nil
}

// bury sets the tombstones. A number that was only typed gets none: it may be
// somebody else's, who would then miss his welcome.
func (v *Vault) bury(tx store.Tx, l *life, until time.Time) error {
	var hashes []string
	for _, a := range l.Accounts {
		hashes = append(hashes, v.tombOf(a.Identity))
	}
	if l.row.PhoneProven {
		hashes = append(hashes, v.tombOfPhone(Phone{l.Phone}))
	}
	imported, err := v.importTombs(tx, l)
	if err != nil {
		return err
	}
	hashes = append(hashes, imported...)
	for _, h := range hashes {
		if err := tx.Lock(store.Subject("tomb/" + h)); err != nil {
			return err
		}
		if err := tombstones.Put(tx, tombstone{until.UTC()}, h); err != nil {
			return err
		}
	}
	return nil
}

// Tombstoned reports whether somebody with this account was erased and his
// tombstone still stands: no second welcome gift.
func (v *Vault) Tombstoned(r store.Reader, who Identity, now time.Time) (bool, error) {
	for _, i := range v.chats(who) {
		if yes, err := stands(r, v.tombOf(i), now); err != nil || yes {
			return yes, err
		}
	}
	return false, nil
}

// PhoneTombstoned is Tombstoned for a proven phone number.
func (v *Vault) PhoneTombstoned(r store.Reader, phone Phone, now time.Time) (bool, error) {
	return stands(r, v.tombOfPhone(phone), now)
}

func stands(r store.Reader, hash string, now time.Time) (bool, error) {
	row, ok, err := tombstones.Get(r, hash)
	return ok && now.Before(row.Until), err
}

func (v *Vault) tombOf(i Identity) string { return v.hash("tomb", i.Channel, i.User) }

func (v *Vault) tombOfPhone(p Phone) string { return v.hash("tomb-phone", p.e164) }

// Erasures calls f with every erasure, the oldest members first, until it
// returns false. A backup keeps the list beside the rows.
func Erasures(r store.Reader, f func(Erasure) bool) error {
	var err error
	for _, e := range erasures.Scan(r, erasures.All(), &err) {
		if !f(e) {
			return nil
		}
	}
	return err
}

// ErasureIn reads a row of the list of erasures, as a journal has it; ok is false
// for any other row.
func ErasureIn(key, value []byte) (e Erasure, ok bool, err error) {
	if !bytes.HasPrefix(key, erasures.Key("")) {
		return e, false, nil
	}
	err = store.Decode(key, value, &e)
	return e, err == nil, err
}

// ApplyErasures erases again, in a store that was restored, everybody on the
// list who is in it, each in a transaction of its own. It returns how many.
func (v *Vault) ApplyErasures(ctx context.Context, db store.DB, list []Erasure) (int, error) {
	n := 0
	for _, e := range list {
		again := false
		err := db.Update(ctx, func(tx store.Tx) error {
			p, err := v.Get(tx, e.Member)
			again = err == nil && p.Status != Erased
			if !again {
				return err
			}
			return v.Erase(tx, e.Member, e.At, e.Until)
		})
		switch {
		case errors.Is(err, ErrNobody): // came after this backup
		case err != nil:
			return n, err
		case again:
			n++
		}
	}
	return n, nil
}

// Sweep deletes what has run out by now: link and invite codes, codes by SMS and
// at the counter, throttles and tombstones. It returns how many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	if _, err := IndexNames(ctx, db); err != nil {
		return 0, err
	}
	return sweepAll(ctx, db,
		expired(links.All(), func(x linkRow) time.Time { return x.Expires }, now),
		expired(invites.All(), func(x inviteRow) time.Time { return x.Expires }, now),
		expired(smsCodes.All(), func(x smsRow) time.Time { return x.Expires }, now),
		expired(proves.All(), func(x proveRow) time.Time { return x.Expires }, now),
		expired(deviceLinks.All(), func(x deviceLink) time.Time { return x.Expires }, now),
		expired(pinCodes.All(), func(x pinCode) time.Time { return x.Expires }, now),
		expired(pinWaits.All(), func(x pinWait) time.Time { return x.At.Add(pinForget) }, now),
		expired(desks.All(), func(x Desk) time.Time { return x.Since.Add(DeskLife + deskKept) }, now),
		expired(webLinks.All(), func(x webLink) time.Time { return x.Expires }, now),
		expired(webSessions.All(), func(x WebSession) time.Time { return x.End() }, now),
		expired(webOf.All(), func(x webRef) time.Time { return x.End }, now),
		expired(throttles.All(), func(x attempts) time.Time { return x.Until }, now),
		expired(tombstones.All(), func(x tombstone) time.Time { return x.Until }, now))
}

// retention is a range and which of its rows are old.
type retention struct {
	rows store.Range
	old  func(store.Row) bool
}

// expired keeps a row that does not decode: that is verify's business.
func expired[T any](rows store.Range, end func(T) time.Time, now time.Time) retention {
	return retention{rows, func(row store.Row) bool {
		var x T
		return store.Decode(row.Key, row.Value, &x) == nil && !now.Before(end(x))
	}}
}

func sweepAll(ctx context.Context, db store.DB, all ...retention) (int, error) {
	gone := 0
	for _, r := range all {
		n, err := store.Sweep(ctx, db, r.rows, 100, r.old)
		gone += n
		if err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// Rewrap wraps the person's key and seals his profile with the current
// generation of the installation's key, after that was changed. It reports
// whether there was anything to do.
func (v *Vault) Rewrap(tx store.Tx, id loyalty.MemberID, rand io.Reader) (done bool, err error) {
	err = v.change(tx, id, rand, func(l *life) (bool, error) {
		done = l.row.Key[1] != v.Current()
		return done, nil
	})
	if errors.Is(err, ErrErased) {
		return false, nil
	}
	return done && err == nil, err
}
