package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"regulars/store"
)

// Version is one version as it is kept.
type Version struct {
	Number int
	From   time.Time // zero: since ever
	Loaded time.Time // when its text was taken in
	Text   string
}

// Versions are all of them in the order of their beginnings.
func (h *History) Versions() (all []Version) {
	for _, v := range h.now.Load().versions {
		all = append(all, Version{Number: v.Rules.Version, From: v.From, Loaded: v.Loaded, Text: v.Text})
	}
	return all
}

var (
	// ErrBegun says that a version is not waiting: it has begun, or there is none.
	ErrBegun = errors.New("programme: that version does not wait for its beginning")
	// ErrMeanwhile says that something else was taken in since versions were read.
	ErrMeanwhile = errors.New("programme: another version was taken in meanwhile")
)

// Unchanged holds the versions for the transaction, if they are still those that
// h knows; else it is [ErrMeanwhile].
func (h *History) Unchanged(tx store.Tx) error {
	if err := tx.Lock(subject); err != nil {
		return err
	}
	head, _, err := changeRows.Get(tx, "all")
	if err == nil && head.Changes != h.now.Load().changes {
		err = ErrMeanwhile
	}
	return err
}

// Withdraw deletes a version that begins after now, so that it never does. now
// is as far ahead as for [History.Offer]. No entry can have been made under it.
func (h *History) Withdraw(tx store.Tx, number int, now time.Time) error {
	if err := tx.Lock(subject); err != nil {
		return err
	}
	kept, err := h.read(tx)
	if err != nil {
		return err
	}
	for _, v := range kept.versions {
		now = later(now, v.Loaded)
	}
	for _, v := range kept.versions {
		if v.Rules.Version != number {
			continue
		}
		if !v.From.After(now) {
			return ErrBegun
		}
		if err := versionRows.Delete(tx, versionKey(number)); err != nil {
			return err
		}
		return changeRows.Put(tx, changeRow{kept.changes + 1}, "all")
	}
	return ErrBegun
}

// fileRow says that the newest version was not read from the programme file but
// has yet to be written to it.
type fileRow struct {
	Version int    `json:"version"` // the newest
	Was     string `json:"was"`     // the digest of the file that it takes the place of
}

var fileRows = store.NewTable[fileRow]("programmefile/", store.Readable, guarded)

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Lead notes, in the transaction that took a version in, that the programme
// file with the text was is to be replaced by it. number is the newest then.
func Lead(tx store.Tx, number int, was []byte) error {
	if err := tx.Lock(subject); err != nil {
		return err
	}
	return fileRows.Put(tx, fileRow{number, digest(was)}, "all")
}

// Leads is the text that the programme file must be brought to, given what
// stands in it: that of the newest version, if it takes this very text's place;
// false where the file is anybody else's doing.
func (h *History) Leads(r store.Reader, text []byte) ([]byte, bool, error) {
	row, ok, err := fileRows.Get(r, "all")
	kept := h.now.Load()
	if err != nil || !ok || kept.newest() == nil || kept.newest().Rules.Version != row.Version || row.Was != digest(text) || kept.text() == string(text) {
		return nil, false, err
	}
	return []byte(kept.text()), true, nil
}

// moment is the start of a local day, or a local day and time, as a version's
// beginning is written.
func (r *reader) moment(t *table, key string, zone *time.Location) time.Time {
	if v := t.of[key]; v != nil && len(v.text) > len(time.DateOnly) {
		t.asked[key] = true
		for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
			if at, err := time.ParseInLocation(form, v.text, zone); err == nil {
				return at
			}
		}
		r.complain(v.line, t.join(key), quote(v.text)+" is no day or time", "a date, as in 2026-01-31, or a date and time, as in 2026-01-31T14:00:00")
		return time.Time{}
	}
	day, _ := r.day(t, key, zone)
	return day
}
