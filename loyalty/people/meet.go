package people

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// ident is the index from a chat account to its person.
type ident struct {
	Member loyalty.MemberID `json:"member"`
}

var idents = store.NewTable[ident]("ident/", store.Readable, store.FirstPart("ident"))

// username is the index from an @name last seen to the person who had it.
type username struct {
	Member loyalty.MemberID `json:"member"`
	At     time.Time        `json:"at"`
}

var usernames = store.NewTable[username]("uname/", store.Readable, store.FirstPart("uname"))

// Seen is what an event tells of the one who speaks. Empty fields tell nothing
// and change nothing.
type Seen struct {
	Language    string // taken only while no language is known
	DisplayName string
	Username    string // Telegram's @name, with or without @
}

// Who is the person behind an identity, known there or on a kindred channel; ok
// is false for a stranger.
func (v *Vault) Who(r store.Reader, who Identity) (id loyalty.MemberID, ok bool, err error) {
	row, ok, err := idents.Get(r, v.identHash(who))
	if err != nil || ok {
		return row.Member, ok, err
	}
	return v.kindred(r, who, "")
}

// Meet gives the person who speaks, and makes one with a key of his own at
// first contact (isNew); whom a kindred channel knows is the same person from his
// first word here. It notes what was seen, that this account is where to
// reach him, and that he cannot have blocked it. It writes only what changed,
// and nothing at all for an account that is frozen.
func (v *Vault) Meet(tx store.Tx, who Identity, seen Seen, now time.Time, rand io.Reader) (p Person, isNew bool, err error) {
	id, ok, err := v.settled(tx, who)
	if err != nil {
		return Person{}, false, err
	}
	if ok {
		if p, err = v.meetAgain(tx, id, who, seen, now, rand); !errors.Is(err, ErrNobody) && !errors.Is(err, ErrErased) {
			return p, false, err
		}
	}
	// Nobody yet, or gone since: look again under the lock, for two first
	// words may race, and a word with a link.
	if err := v.lockIdents(tx, who); err != nil {
		return Person{}, false, err
	}
	if id, ok, err = v.settled(tx, who); err != nil {
		return Person{}, false, err
	}
	if !ok {
		if id, isNew, err = v.arrive(tx, who, now, rand); err != nil {
			return Person{}, false, err
		}
	}
	p, err = v.meetAgain(tx, id, who, seen, now, rand)
	return p, isNew, err
}

func (v *Vault) create(tx store.Tx, who Identity, now time.Time, rand io.Reader) (loyalty.MemberID, error) {
	id, err := NewID(now, rand)
	if err != nil {
		return "", err
	}
	l := &life{id: id, row: personRow{Status: Contact, CreatedAt: now.UTC()}, key: make([]byte, 32)}
	if _, err := io.ReadFull(rand, l.key); err != nil {
		return "", fmt.Errorf("people: no randomness: %w", err)
	}
	l.Accounts = []Account{{Identity: who, LinkedAt: now.UTC()}}
	l.Home = who
	if err := tx.Lock(Subject(id)); err != nil {
		return "", err
	}
	if err := idents.Put(tx, ident{id}, v.identHash(who)); err != nil {
		return "", err
	}
	return id, v.save(tx, l, rand)
}

func (v *Vault) meetAgain(tx store.Tx, id loyalty.MemberID, who Identity, seen Seen, now time.Time, rand io.Reader) (Person, error) {
	p, err := v.Get(tx, id)
	if err != nil || !seen.news(p, who) {
		return p, err
	}
	err = v.change(tx, id, rand, func(l *life) (bool, error) {
		i := l.account(who)
		if i < 0 {
			return false, ErrNobody // linked elsewhere since
		}
		return true, v.note(tx, l, i, seen, now)
	})
	if err != nil {
		return Person{}, err
	}
	return v.Get(tx, id)
}

// news reports whether there is anything to write about p. Most events have
// none, and then nothing is locked.
func (s Seen) news(p Person, who Identity) bool {
	a, ok := p.Account(who)
	if !ok || a.Frozen {
		return false
	}
	return a.Blocked || p.Home != who ||
		s.Language != "" && p.Language == "" ||
		s.DisplayName != "" && s.DisplayName != p.DisplayName ||
		s.Username != "" && bareUsername(s.Username) != a.Username
}

func (v *Vault) note(tx store.Tx, l *life, i int, seen Seen, now time.Time) error {
	a := &l.Accounts[i]
	a.Blocked, a.BlockedAt = false, time.Time{}
	if l.Home != a.Identity {
		l.Home, a.HeardAt = a.Identity, now.UTC()
	}
	if l.row.Language == "" {
		l.row.Language = seen.Language
	}
	if name := bareUsername(seen.Username); name != "" && name != a.Username {
		if err := v.forgetUsername(tx, l.id, *a); err != nil {
			return err
		}
		a.Username = name
		if err := v.putUsername(tx, l.id, *a, now); err != nil {
			return err
		}
	}
	if seen.DisplayName != "" && seen.DisplayName != l.DisplayName {
		l.DisplayName = clip(seen.DisplayName)
		return v.indexNames(tx, l)
	}
	return nil
}

// ByUsername is the person who was last seen under an @name in a channel.
// Names change hands: show who it is before acting on it.
func (v *Vault) ByUsername(r store.Reader, channel, name string) (id loyalty.MemberID, ok bool, err error) {
	row, ok, err := usernames.Get(r, v.usernameHash(channel, bareUsername(name)))
	return row.Member, ok, err
}

func (v *Vault) putUsername(tx store.Tx, id loyalty.MemberID, a Account, now time.Time) error {
	h := v.usernameHash(a.Channel, a.Username)
	if err := tx.Lock(store.Subject("uname/" + h)); err != nil {
		return err
	}
	return usernames.Put(tx, username{id, now.UTC()}, h)
}

// forgetUsername removes the row of an @name, unless it changed hands.
func (v *Vault) forgetUsername(tx store.Tx, id loyalty.MemberID, a Account) error {
	if a.Username == "" {
		return nil
	}
	h := v.usernameHash(a.Channel, a.Username)
	if err := tx.Lock(store.Subject("uname/" + h)); err != nil {
		return err
	}
	row, ok, err := usernames.Get(tx, h)
	if err != nil || !ok || row.Member != id {
		return err
	}
	return usernames.Delete(tx, h)
}

// SetBlocked notes that the person blocked the shop's account in that channel,
// or took it back. An identity of nobody is no error: people block what they
// never wrote to.
func (v *Vault) SetBlocked(tx store.Tx, who Identity, blocked bool, now time.Time, rand io.Reader) error {
	return v.changeAccount(tx, who, rand, func(a *Account) bool {
		changed := a.Blocked != blocked
		a.Blocked, a.BlockedAt = blocked, time.Time{}
		if blocked {
			a.BlockedAt = now.UTC()
		}
		return changed
	})
}

// FreezeAccount stops obeying one account (a lost phone), or obeys it again, on
// all channels that see the same one.
// The person's other accounts keep working; an employee's sessions in browsers,
// one of which may be on that phone, end.
func (v *Vault) FreezeAccount(tx store.Tx, who Identity, frozen bool, rand io.Reader) error {
	var err error
	for _, i := range v.chats(who) {
		err = errors.Join(err, v.changeAccount(tx, i, rand, func(a *Account) bool {
			changed := a.Frozen != frozen
			a.Frozen = frozen
			return changed
		}))
	}
	if err != nil || !frozen {
		return err
	}
	id, ok, err := v.Who(tx, who)
	if err != nil || !ok {
		return err
	}
	return endSessionsOf(tx, id)
}

func (v *Vault) changeAccount(tx store.Tx, who Identity, rand io.Reader, f func(*Account) bool) error {
	id, ok, err := v.Who(tx, who)
	if err != nil || !ok {
		return err
	}
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		i := l.account(who)
		if i < 0 {
			return false, nil
		}
		changed := f(&l.Accounts[i])
		if l.Accounts[i].Frozen && l.Home == who {
			l.Home = l.otherHome(who)
		}
		return changed, nil
	})
}

// SetQuietAt records that the person wants no message in one chat that he did not
// ask for, or wants them again.
func (v *Vault) SetQuietAt(tx store.Tx, who Identity, quiet bool, rand io.Reader) error {
	return v.changeAccount(tx, who, rand, func(a *Account) bool {
		changed := a.Quiet != quiet
		a.Quiet = quiet
		return changed
	})
}

// otherHome is another account that can be reached, or who when there is none.
func (l *life) otherHome(who Identity) Identity {
	i := slices.IndexFunc(l.Accounts, func(a Account) bool {
		return a.Identity != who && !a.Frozen && !a.Blocked
	})
	if i < 0 {
		return who
	}
	return l.Accounts[i].Identity
}

func (v *Vault) identHash(i Identity) string { return v.hash("ident", i.Channel, i.User) }

func (v *Vault) usernameHash(channel, name string) string { return v.hash("uname", channel, name) }

// bareUsername is the form in which @names compare: they ignore case.
func bareUsername(s string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(s), "@"))
}
