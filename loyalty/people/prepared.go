package people

import (
	"io"
	"time"

	"regulars/store"
)

// Prepared is a person ready to be written: sealed, hashed and encoded, which
// needs no transaction and is most of the work.
type Prepared struct {
	who    Imported
	life   *life
	row    importRow
	key    string   // hash of source and customer number, or phone where there is none
	phone  string   // hash of the number; "" without one
	tombs  []string // where a tombstone would stand
	rows   []store.Row
	names  []string // keys of its rows of name/, after the prefix
	person []byte   // the encoded person row
}

// Prepare makes a person of what a file says, with a key of his own: a member
// without accounts, whose number is claimed and not proven. It touches no row
// and may be called from many goroutines. Refusals: ErrImportKey.
func (v *Vault) Prepare(p Imported, now time.Time, rand io.Reader) (*Prepared, error) {
	if p.External == "" && p.Phone.IsZero() {
		return nil, ErrImportKey
	}
	id, err := newIDAt(now, p.Line, rand)
	if err != nil {
		return nil, err
	}
	x := &Prepared{who: p, life: &life{id: id, key: make([]byte, 32)}}
	if _, err := io.ReadFull(rand, x.life.key); err != nil {
		return nil, err
	}
	x.fill(now.UTC())
	if err := v.sealLife(x.life, rand); err != nil {
		return nil, err
	}
	x.key, x.tombs = v.importKeys(p)
	if !p.Phone.IsZero() {
		x.phone = v.hash("phone", p.Phone.e164)
	}
	x.row = importRow{Source: p.Source, Store: p.Store, At: now.UTC(), Keyed: p.External != "", Digest: v.importDigest(p)}
	if !p.Birthday.IsZero() {
		x.row.Born = p.Birthday.monthDay()
	}
	return x, x.encode(v)
}

// fill writes down who it is.
func (x *Prepared) fill(now time.Time) {
	p, joined := x.who, x.who.Joined.UTC()
	if p.Joined.IsZero() {
		joined = now
	}
	x.life.row = personRow{
		Status: Member, Language: p.Language, CreatedAt: now, JoinedAt: joined,
		Consents: map[Purpose]Consent{ForJoining: importedSaid.consent(true, now)},
	}
	if p.Promo != nil {
		x.life.row.Consents[ForPromo] = importedSaid.consent(*p.Promo, now)
	}
	x.life.profile = profile{Name: clip(p.Name), Phone: p.Phone.e164, Birthday: p.Birthday}
	if !p.Birthday.IsZero() {
		x.life.BirthdayAt = now
	}
}

// encode makes the rows of a person whom nobody knows yet.
func (x *Prepared) encode(v *Vault) (err error) {
	put := func(key []byte, row any) (raw []byte) {
		if err == nil {
			raw, err = store.Encode(row)
			x.rows = append(x.rows, store.Row{Key: key, Value: raw})
		}
		return raw
	}
	id := string(x.life.id)
	x.person = put(persons.Key(id), x.life.row)
	for _, purpose := range []Purpose{ForJoining, ForPromo} {
		if c, said := x.life.row.Consents[purpose]; said {
			put(consents.Key(id, c.key(purpose)), ConsentEvent{purpose, c})
		}
	}
	var have []string
	for _, t := range indexTokens(x.life.Name) {
		h := v.hash("name", t)
		have = append(have, h)
		x.names = append(x.names, h+"/"+id)
	}
	if len(have) > 0 {
		put(namesOf.Key(id), have)
	}
	if x.phone != "" {
		put(phones.Key(x.phone, id), phoneRow{})
	}
	return err
}

// Subject is the subject of the person that it would be: nobody has the id, so
// no row is under it until Import wrote it.
func (x *Prepared) Subject() store.Subject { return Subject(x.life.id) }

// importKeys are the hash under which a customer number leads to its person, or,
// where a line has none, its phone number, which may be somebody else's in years;
// and those of the tombstones that would keep him from coming back.
func (v *Vault) importKeys(p Imported) (key string, tombs []string) {
	key = v.hash("external-phone", p.Source, p.Phone.e164)
	if p.External != "" {
		key = v.hash("external", p.Source, p.External)
		tombs = append(tombs, v.hash("tomb-import", p.Source, p.External))
	}
	if !p.Phone.IsZero() {
		tombs = append(tombs, v.hash("tomb-import-phone", p.Source, p.Phone.e164))
	}
	return key, tombs
}

// importDigest tells a line that was changed from one that was not.
func (v *Vault) importDigest(p Imported) string {
	promo := ""
	if p.Promo != nil {
		promo = map[bool]string{true: "yes", false: "no"}[*p.Promo]
	}
	return v.hash("import", p.External, p.Phone.e164, p.Name, p.Birthday.ISO(), p.Language,
		p.Joined.UTC().Format(time.RFC3339), promo, string(p.Store))
}
