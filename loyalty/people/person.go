package people

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"regulars/loyalty"
	"regulars/store"
)

var (
	// ErrNobody reports an id or an identity that no row knows.
	ErrNobody = errors.New("people: no such person")
	// ErrErased reports a person whose key was destroyed: nothing of his can
	// be read, written or sealed any more.
	ErrErased = errors.New("people: the person was erased")
	// ErrFrozen reports a card or an account that was frozen.
	ErrFrozen = errors.New("people: frozen")
)

// Status says how far a person has come.
type Status string

// The statuses, in the order of a life.
const (
	Contact Status = "contact" // wrote to the shop, did not consent to anything yet
	Member  Status = "member"  // tapped the consent
	Away    Status = "merged"  // turned out to be somebody else: a part of that person now
	Erased  Status = "erased"  // left: the row is nameless and stays so
)

// Person is an opened person row. Its String is the id only; the fields hold
// personal data and belong in no log.
type Person struct {
	ID          loyalty.MemberID
	Status      Status
	Language    string // BCP 47: "zh-TW"; "" until known
	CreatedAt   time.Time
	JoinedAt    time.Time // zero until consented
	ErasedAt    time.Time // zero unless erased
	Quiet       bool      // wants no message that he did not ask for
	MutedUntil  time.Time // the bot is silent until then: a human is talking
	Frozen      bool      // nothing is spent and no card is read
	PhoneProven bool      // a phone that is not proven may earn and never spend
	Consents    map[Purpose]Consent

	DisplayName string // what the platform calls him
	Name        string // what he told the shop
	Phone       Phone
	Birthday    Birthday
	BirthdayAt  time.Time // when it was entered or last changed
	// BirthdayChanged tells a change from a first entry (they may earn
	// differently: LEDGER invariant 24).
	BirthdayChanged bool
	Accounts        []Account
	Home            Identity // where he spoke last: the account to reach him at
	Card            CardCode // "" until first asked for

	Into  loyalty.MemberID   // of one who is Away: whose part he is
	Parts []loyalty.MemberID // who were merged into him, and were not parted since
}

// String is the id.
func (p Person) String() string { return "person " + string(p.ID) }

// GoString is the id.
func (p Person) GoString() string { return p.String() }

// LogValue is the id.
func (p Person) LogValue() slog.Value { return slog.StringValue(string(p.ID)) }

// Account is the person's account with this identity.
func (p Person) Account(i Identity) (Account, bool) {
	for _, a := range p.Accounts {
		if a.Identity == i {
			return a, true
		}
	}
	return Account{}, false
}

// Chats are the accounts at which the person can be reached, in the order in which
// to try them: where he spoke last, then where he spoke before that, and those of
// which nothing is known at the end, as they came.
func (p Person) Chats() (all []Account) {
	for _, a := range p.Accounts {
		if !a.Blocked && !a.Frozen {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b Account) int {
		switch {
		case a.Identity == p.Home:
			return -1
		case b.Identity == p.Home:
			return 1
		}
		return b.HeardAt.Compare(a.HeardAt)
	})
	return all
}

// Called is what to call the person: the name given to the shop, else the
// platform's, else "".
func (p Person) Called() string {
	if p.Name != "" {
		return p.Name
	}
	return p.DisplayName
}

// Subject is what to lock before acting on a person: the same as the ledger's
// for this member.
func Subject(id loyalty.MemberID) store.Subject { return store.Subject("member/" + string(id)) }

// personRow is the stored form. What stands here in the open is of no use
// without the key: no name, no number, no account.
type personRow struct {
	Status      Status              `json:"status"`
	Language    string              `json:"lang,omitempty"`
	CreatedAt   time.Time           `json:"created"`
	JoinedAt    time.Time           `json:"joined,omitzero"`
	ErasedAt    time.Time           `json:"erased,omitzero"`
	Quiet       bool                `json:"quiet,omitempty"`
	MutedUntil  time.Time           `json:"muted,omitzero"`
	Frozen      bool                `json:"frozen,omitempty"`
	PhoneProven bool                `json:"proven,omitempty"`
	Into        loyalty.MemberID    `json:"into,omitempty"`
	Parts       []loyalty.MemberID  `json:"parts,omitempty"`
	Consents    map[Purpose]Consent `json:"consents,omitempty"`
	Key         []byte              `json:"key,omitempty"`     // person's key, wrapped
	Profile     []byte              `json:"profile,omitempty"` // profile, sealed with that key
}

// profile is what only the person's key opens.
type profile struct {
	DisplayName     string    `json:"display,omitempty"`
	Name            string    `json:"name,omitempty"`
	Phone           string    `json:"phone,omitempty"`
	Birthday        Birthday  `json:"birthday,omitzero"`
	BirthdayAt      time.Time `json:"birthday_at,omitzero"`
	BirthdayChanged bool      `json:"birthday_changed,omitempty"`
	Accounts        []Account `json:"accounts,omitempty"`
	Home            Identity  `json:"home,omitzero"`
	Card            CardCode  `json:"card,omitempty"`
	CardSecret      []byte    `json:"card_secret,omitempty"`
	Brought         *brought  `json:"brought,omitempty"` // of one who is Away
}

var persons = store.NewTable[personRow]("person/", store.Readable, store.FirstPart("member"))

// life is one person being changed: row and profile, opened under the lock.
type life struct {
	id  loyalty.MemberID
	row personRow
	profile
	key []byte
}

// Get reads a person. An erased one comes back nameless, with StatusErased and
// no error; an unknown id is ErrNobody. To act on what it says, lock
// Subject(id) first.
func (v *Vault) Get(r store.Reader, id loyalty.MemberID) (Person, error) {
	l, err := v.read(r, id)
	if err != nil {
		return Person{}, err
	}
	return l.person(), nil
}

// person is a copy that its receiver may do with as it likes.
func (l *life) person() Person {
	row, p := l.row, l.profile
	return Person{
		ID: l.id, Status: row.Status, Language: row.Language,
		CreatedAt: row.CreatedAt, JoinedAt: row.JoinedAt, ErasedAt: row.ErasedAt,
		Quiet: row.Quiet, MutedUntil: row.MutedUntil, Frozen: row.Frozen,
		PhoneProven: row.PhoneProven, Consents: maps.Clone(row.Consents),
		DisplayName: p.DisplayName, Name: p.Name, Phone: Phone{p.Phone},
		Birthday: p.Birthday, BirthdayAt: p.BirthdayAt, BirthdayChanged: p.BirthdayChanged,
		Accounts: slices.Clone(p.Accounts), Home: p.Home, Card: p.Card,
		Into: row.Into, Parts: slices.Clone(row.Parts),
	}
}

// change locks the person, lets f alter him, and writes him back sealed anew.
// f reports whether anything changed; when not, nothing is written.
func (v *Vault) change(tx store.Tx, id loyalty.MemberID, rand io.Reader, f func(*life) (bool, error)) error {
	if err := tx.Lock(Subject(id)); err != nil {
		return err
	}
	l, err := v.load(tx, id)
	if err != nil {
		return err
	}
	changed, err := f(l)
	if err != nil || !changed {
		return err
	}
	return v.save(tx, l, rand)
}

// load opens a person who can still be changed, or ErrNobody, ErrErased.
func (v *Vault) load(r store.Reader, id loyalty.MemberID) (*life, error) {
	row, ok, err := persons.Get(r, string(id))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrNobody
	}
	if row.Status == Erased {
		return nil, ErrErased
	}
	return v.openLife(id, row)
}

func (v *Vault) openLife(id loyalty.MemberID, row personRow) (*life, error) {
	key, err := v.unwrap(id, row)
	if err != nil {
		return nil, err
	}
	l := &life{id: id, row: row, key: key}
	plain, err := openWith(key, row.Profile, bind("person", string(id), "profile"))
	if err != nil {
		return nil, fmt.Errorf("person %s: %w", id, err)
	}
	if err := json.Unmarshal(plain, &l.profile); err != nil {
		return nil, fmt.Errorf("person %s: %w", id, ErrSealed) // the cause would quote the profile
	}
	return l, nil
}

// save seals the profile anew. A key that an older generation wrapped is
// wrapped by the current one on the way.
func (v *Vault) save(tx store.Tx, l *life, rand io.Reader) error {
	if err := v.sealLife(l, rand); err != nil {
		return err
	}
	if err := persons.Put(tx, l.row, string(l.id)); err != nil {
		return err
	}
	return v.changed(tx, l.id)
}

// changed tells whoever derives something from the person's row.
func (v *Vault) changed(tx store.Tx, id loyalty.MemberID) error {
	if v.Changed == nil {
		return nil
	}
	return v.Changed(tx, id)
}

func (v *Vault) sealLife(l *life, rand io.Reader) (err error) {
	if is := v.ring.Load(); len(l.row.Key) == 0 || l.row.Key[1] != is.current {
		ad := bind("person-key", string(l.id))
		if l.row.Key, err = seal(is.wrap[is.current], is.current, l.key, ad, rand); err != nil {
			return err
		}
	}
	plain, err := json.Marshal(l.profile)
	if err != nil {
		return err
	}
	l.row.Profile, err = sealWith(l.key, plain, bind("person", string(l.id), "profile"), rand)
	return err
}

func (v *Vault) unwrap(id loyalty.MemberID, row personRow) ([]byte, error) {
	key, err := v.openWrapped(row.Key, bind("person-key", string(id)))
	if err != nil {
		return nil, fmt.Errorf("person %s: %w", id, err)
	}
	return key, nil
}

// SealFor seals plain with the person's own key, so that erasing him makes it
// unreadable wherever it lies. purpose names the field ("session", "dead
// letter") and must be given again to open it. rand gives 24 bytes. The person
// must exist (ErrNobody) and not be erased (ErrErased).
func (v *Vault) SealFor(r store.Reader, id loyalty.MemberID, purpose string, plain []byte, rand io.Reader) ([]byte, error) {
	key, err := v.personKey(r, id)
	if err != nil {
		return nil, err
	}
	return sealWith(key, plain, bind("for", string(id), purpose), rand)
}

// OpenFor opens what SealFor sealed: ErrErased once the person is gone,
// ErrSealed when it is somebody else's or for another purpose.
func (v *Vault) OpenFor(r store.Reader, id loyalty.MemberID, purpose string, sealed []byte) ([]byte, error) {
	key, err := v.personKey(r, id)
	if err != nil {
		return nil, err
	}
	return openWith(key, sealed, bind("for", string(id), purpose))
}

func (v *Vault) personKey(r store.Reader, id loyalty.MemberID) ([]byte, error) {
	l, err := v.read(r, id)
	switch {
	case err != nil:
		return nil, err
	case l.row.Status == Erased:
		return nil, ErrErased
	}
	return l.key, nil
}

func sealWith(key, plain, ad []byte, rand io.Reader) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	return seal(aead, personKeyID, plain, ad, rand)
}

func openWith(key, sealed, ad []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < sealHead || sealed[1] != personKeyID {
		return nil, ErrSealed
	}
	return open(aead, sealed, ad)
}

// account is the index of identity among the person's accounts, or -1.
func (l *life) account(i Identity) int {
	return slices.IndexFunc(l.Accounts, func(a Account) bool { return a.Identity == i })
}
