package people

import (
	"errors"
	"io"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Refusals of one line of a file. The others of the file are not touched by it.
var (
	// ErrImportKey refuses a line by which nobody can be found again.
	ErrImportKey = errors.New("people: neither a phone number nor a customer number")
	// ErrImportPhone refuses a second person with a number that another line of
	// the same source has: the number is what a balance is claimed with.
	ErrImportPhone = errors.New("people: the phone number is another customer's of the same source")
	// ErrImportTwice refuses a line that says something else of a person whom
	// this run has taken already.
	ErrImportTwice = errors.New("people: an earlier line says something else of the same customer")
	// ErrImportErased refuses to bring back somebody who had himself erased.
	ErrImportErased = errors.New("people: erased at their own wish, and not brought back")
)

// Imported is what a file says of a person. Source names the system that the
// file came from; with External, its customer number there, or where there is
// none with the phone number, it is the key by which the same line is known
// again.
type Imported struct {
	Source   string // a-z, 0-9 and "-"
	External string // at most 200 bytes
	Name     string
	Phone    Phone
	Birthday Birthday
	Language string    // BCP 47, "" where the file does not say
	Joined   time.Time // zero: now
	Promo    *bool     // agreed to marketing messages, or did not; nil: the file does not say
	Store    loyalty.Store
	// Line is where it stands in the file. Ids are given in this order, so that
	// the rows of neighbours lie beside each other.
	Line int
}

// WordingImported stands in the place of a wording's version where a consent
// was given to another system, and brought along by the shop.
const WordingImported = "imported"

var importedSaid = Said{Wording: WordingImported, Where: Where{Place: FromFile}}

// importRow is where a person came from, and how far his claim has come. It
// holds nothing that names him.
type importRow struct {
	Source string        `json:"source"`
	Store  loyalty.Store `json:"store,omitempty"`
	At     time.Time     `json:"at"`              // of the run that wrote it last
	Digest string        `json:"digest"`          // keyed, of what the file said
	Keyed  bool          `json:"keyed,omitempty"` // has a customer number
	// Born keeps the birthday out of its index until there is somebody to
	// celebrate with: month and day, as they stand there.
	Born    string        `json:"born,omitempty"`
	Reached time.Time     `json:"reached,omitzero"`
	Claimed time.Time     `json:"claimed,omitzero"`
	How     Proof         `json:"how,omitempty"`
	Where   loyalty.Store `json:"where,omitempty"` // the store of the claim
	// Keys are the rows of extid/ that lead to him, and Tombs where his tombstones
	// will stand: one of each a source and line that named him. Both are keyed
	// hashes, and he may have another number by the time when he is erased.
	Keys  []string `json:"keys,omitempty"`
	Tombs []string `json:"tombs,omitempty"`
}

// with is the row as a line leaves it that is of the same person.
func (row importRow) with(keys, tombs []string) importRow {
	row.Keys, row.Tombs = union(row.Keys, keys), union(row.Tombs, tombs)
	return row
}

// union is a list with those of more that it does not have.
func union(list, more []string) []string {
	list = slices.Clone(list)
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

var (
	imports   = store.NewTable[importRow]("imported/", store.Locked, store.FirstPart("member"))
	externals = store.NewTable[ident]("extid/", store.Readable, store.FirstPart("extid"))
)

// What says what came of a line about a person.
type What int

// What can come of one.
const (
	TakenNot     What = iota // see Taken.Err
	TakenNew                 // a person nobody knew
	TakenMember              // a member who had proven the number before: claimed at once
	TakenChanged             // known, and not claimed yet: what the file says now counts
	TakenSame                // known, and nothing is new, or it is the member's own word that counts
)

// Taken is what came of one line.
type Taken struct {
	Member loyalty.MemberID // "" when refused
	What   What
	Store  loyalty.Store
	Err    error // one of the refusals above
}

// Import writes persons, in the order of the list. Doing it again changes
// nothing. What a claimed person said himself is not overwritten by any file.
// The caller counts them with [CountImported], once, in the same transaction.
func (v *Vault) Import(tx store.Tx, list []*Prepared, now time.Time, rand io.Reader) ([]Taken, error) {
	came, err := v.importAll(tx, list, now, rand)
	for i, t := range came {
		if t.What != TakenNew {
			continue
		}
		for _, key := range list[i].names {
			if err := names.Put(tx, nameRow{}, key); err != nil {
				return nil, err
			}
		}
	}
	return came, err
}

// importAll is Import without the rows of name/.
func (v *Vault) importAll(tx store.Tx, list []*Prepared, now time.Time, rand io.Reader) ([]Taken, error) {
	out := make([]Taken, len(list))
	for i, x := range list {
		t, err := v.importOne(tx, x, now.UTC(), rand)
		if refusedImport(err) {
			t, err = Taken{Err: err}, nil
		}
		if err != nil {
			return nil, err
		}
		t.Store = x.who.Store
		out[i] = t
	}
	return out, nil
}

// CountImported counts what Import came to in the claims of the stores. It
// stands apart as all files of a store are counted in one row.
func CountImported(tx store.Tx, came []Taken) error {
	steps := map[loyalty.Store]Funnel{}
	for _, t := range came {
		switch t.What {
		case TakenNew:
			steps[t.Store] = steps[t.Store].Plus(Funnel{Imported: 1})
		case TakenMember:
			steps[t.Store] = steps[t.Store].Plus(Funnel{Imported: 1, Reached: 1, Contact: 1})
		}
	}
	for _, at := range sortedStores(steps) {
		if err := addFunnel(tx, at, steps[at]); err != nil {
			return err
		}
	}
	return nil
}

func refusedImport(err error) bool {
	return slices.Contains([]error{ErrImportKey, ErrImportPhone, ErrImportTwice, ErrImportErased}, err)
}

func (v *Vault) importOne(tx store.Tx, x *Prepared, now time.Time, rand io.Reader) (Taken, error) {
	if err := tx.Lock(x.subjects()...); err != nil {
		return Taken{}, err
	}
	known, ok, err := externals.Get(tx, x.key)
	if err != nil {
		return Taken{}, err
	}
	if ok {
		return v.importAgain(tx, known.Member, x, now, rand)
	}
	// Who was erased starts anew, also where he is a member again by now.
	for _, h := range x.tombs {
		there, err := stands(tx, h, now)
		if err != nil {
			return Taken{}, err
		}
		if there {
			return Taken{}, ErrImportErased
		}
	}
	if t, done, err := v.importByPhone(tx, x, now, rand); done || err != nil {
		return t, err
	}
	for _, row := range x.rows {
		if err := tx.Put(row.Key, row.Value); err != nil {
			return Taken{}, err
		}
	}
	// The ledger asks for its facts next; they need not be opened for it.
	v.lately.keep(x.person, x.life)
	if err := v.changed(tx, x.life.id); err != nil {
		return Taken{}, err
	}
	return Taken{Member: x.life.id, What: TakenNew}, x.lead(tx, x.life.id)
}

func (x *Prepared) subjects() []store.Subject {
	all := []store.Subject{Subject(x.life.id), store.Subject("extid/" + x.key)}
	if x.phone != "" {
		all = append(all, store.Subject("phone/"+x.phone))
	}
	for _, h := range x.tombs {
		all = append(all, store.Subject("tomb/"+h))
	}
	return all
}

// lead writes where the person came from, and lets his customer number, or the
// phone number where that is what he is known by, lead to him.
func (x *Prepared) lead(tx store.Tx, id loyalty.MemberID) error {
	return x.leadWith(tx, id, x.row.with([]string{x.key}, x.tombs))
}

func (x *Prepared) leadWith(tx store.Tx, id loyalty.MemberID, row importRow) error {
	if err := externals.Put(tx, ident{id}, x.key); err != nil {
		return err
	}
	return imports.Put(tx, row, string(id))
}

// importByPhone looks who has the number: a member who proved it is the same
// person, and so is somebody whom a file brought without a customer number of
// this source. What anybody else typed says nothing.
func (v *Vault) importByPhone(tx store.Tx, x *Prepared, now time.Time, rand io.Reader) (t Taken, done bool, err error) {
	if x.phone == "" {
		return t, false, nil
	}
	claims, err := phoneClaims(tx, x.phone)
	if err != nil {
		return t, false, err
	}
	for _, c := range claims {
		if err := tx.Lock(Subject(c.Member)); err != nil {
			return t, false, err
		}
		old, ok, err := imports.Get(tx, string(c.Member))
		switch {
		case err != nil:
			return t, false, err
		case ok && old.rivals(x):
			return t, true, ErrImportPhone
		case ok:
			if err := x.leadWith(tx, c.Member, old.with([]string{x.key}, x.tombs)); err != nil {
				return t, false, err
			}
			t, err = v.importAgain(tx, c.Member, x, now, rand)
			return t, true, err
		case c.Proven:
			x := *x
			x.row.Born, x.row.Reached, x.row.Claimed, x.row.How = "", now, now, ByContact
			return Taken{Member: c.Member, What: TakenMember}, true, x.lead(tx, c.Member)
		}
	}
	return t, false, nil
}

// rivals says that a line is of somebody else of the same source.
func (row importRow) rivals(x *Prepared) bool {
	return row.Source == x.who.Source && row.Keyed && x.who.External != ""
}

// FindImported is whom a file brought under a customer number of a source, or,
// where there is none, under a phone number; a member who proved the number
// comes before one who only has it. ErrNobody is somebody unknown.
func (v *Vault) FindImported(r store.Reader, source, external string, phone Phone) (loyalty.MemberID, error) {
	key, _ := v.importKeys(Imported{Source: source, External: external, Phone: phone})
	if row, ok, err := externals.Get(r, key); err != nil || ok {
		return row.Member, err
	}
	claims, err := v.ByPhone(r, phone)
	if err != nil {
		return "", err
	}
	for _, c := range claims {
		if c.Proven {
			return c.Member, nil
		}
		if ok, err := wasImported(r, c.Member); err != nil || ok {
			return c.Member, err
		}
	}
	return "", ErrNobody
}

// forgetImport takes away what leads from files to the person.
func (v *Vault) forgetImport(tx store.Tx, l *life) error {
	row, ok, err := imports.Get(tx, string(l.id))
	if err != nil || !ok {
		return err
	}
	for _, h := range row.Keys {
		if err := tx.Lock(store.Subject("extid/" + h)); err != nil {
			return err
		}
		if err := externals.Delete(tx, h); err != nil {
			return err
		}
	}
	return imports.Delete(tx, string(l.id))
}

// importTombs are where tombstones of a person stand who came with a file, so
// that the same file does not bring him back.
func (v *Vault) importTombs(r store.Reader, l *life) ([]string, error) {
	row, _, err := imports.Get(r, string(l.id))
	return row.Tombs, err
}
