package shop

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Persons is loyalty/people as package bot wants to see it.
type Persons struct {
	Vault *people.Vault
	// Rand gives nonces and keys; crypto/rand.Reader outside tests.
	Rand io.Reader
	// Lang is the shop's language, spoken to whoever's app names none of ours.
	Lang i18n.Lang
	// LaneKey keeps chat ids out of keys: 32 secret bytes.
	LaneKey []byte
}

// sealed is the purpose under which package bot's rows are sealed.
const sealed = "chat"

// Identity turns the bot's identity into the people's.
func Identity(i bot.Identity) people.Identity {
	return people.Identity{Channel: string(i.Channel), User: string(i.User)}
}

// Meet implements bot.Persons.
func (p *Persons) Meet(tx store.Tx, e *bot.Event, now time.Time) (bot.Person, error) {
	seen := people.Seen{DisplayName: e.Name, Username: e.Username}
	if l, ok := i18n.MatchNear(e.Language, p.Lang); ok && e.Language != "" {
		seen.Language = string(l)
	}
	person, isNew, err := p.Vault.Meet(tx, Identity(e.Identity()), seen, now, p.Rand)
	if err != nil {
		return bot.Person{}, err
	}
	out, err := p.known(tx, person, e.Identity())
	out.New = isNew
	return out, err
}

// Find implements bot.Persons.
func (p *Persons) Find(tx store.Tx, who bot.Identity) (bot.Person, error) {
	id, ok, err := p.Vault.Who(tx, Identity(who))
	if err != nil || !ok {
		return bot.Person{}, err
	}
	if err := tx.Lock(people.Subject(id)); err != nil {
		return bot.Person{}, err
	}
	person, err := p.Vault.Get(tx, id)
	if err != nil {
		return bot.Person{}, err
	}
	return p.known(tx, person, who)
}

// Introduce fills in the name and language of somebody whom the shop does not
// know yet, as profile tells them, or knows without a name: who first spoke in a
// group, where LINE tells no language, or while LINE did not answer. Of those it
// asks once while the program runs, for most of them never agreed to be known.
func (s *Shop) Introduce(ctx context.Context, db store.DB, e *bot.Event, profile func(context.Context, bot.UserID) (bot.Profile, error)) error {
	who := Identity(e.Identity())
	known, named := false, false
	err := db.View(ctx, func(r store.Reader) (err error) {
		var id loyalty.MemberID
		if id, known, err = s.Vault.Who(r, who); err == nil && known {
			// Opened here, side by side with others, they need not be opened in
			// the event's transaction, where others wait.
			var p people.Person
			p, err = s.Vault.Get(r, id)
			named = p.DisplayName != ""
		}
		return err
	})
	if err != nil || named || known && !s.nameless.first(who, e.Kind == bot.Followed) {
		return err
	}
	p, err := profile(ctx, e.From)
	if err == nil {
		s.nameless.first(who, true) // the platform has said what it will
		e.Name, e.Language = p.Name, p.Language
	}
	return err
}

// once remembers the accounts whose profile was asked for in vain, in memory
// only.
type once struct {
	mu   sync.Mutex
	seen map[people.Identity]struct{}
}

// mostRemembered bounds what once holds; beyond it, it begins anew.
const mostRemembered = 10_000

// first says that who was not seen yet, or that it is to be tried again anyhow.
func (o *once) first(who people.Identity, again bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, seen := o.seen[who]; seen && !again {
		return false
	}
	if o.seen == nil || len(o.seen) >= mostRemembered {
		o.seen = map[people.Identity]struct{}{}
	}
	o.seen[who] = struct{}{}
	return true
}

// known adds what the person may do at this moment.
func (p *Persons) known(r store.Reader, person people.Person, who bot.Identity) (bot.Person, error) {
	out := bot.Person{ID: bot.PersonID(person.ID), Lang: p.Speak(person), Frozen: frozen(person, who), MutedUntil: person.MutedUntil}
	if person.Status == people.Member {
		out.Role = bot.Member
	}
	if out.Frozen {
		return out, nil
	}
	staff, ok, err := p.Vault.StaffOfMember(r, person.ID)
	if err != nil || !ok {
		return out, err
	}
	out.Role = RoleOf(staff.Role)
	return out, nil
}

func frozen(person people.Person, who bot.Identity) bool {
	a, ok := person.Account(Identity(who))
	return person.Frozen || ok && a.Frozen
}

// RoleOf is the bot's rank of an employee's role.
func RoleOf(r loyalty.Role) bot.Role {
	switch r {
	case people.Owner:
		return bot.Owner
	case people.Manager:
		return bot.Manager
	default:
		return bot.Clerk
	}
}

// Speak is the language to use with a person.
func (p *Persons) Speak(person people.Person) i18n.Lang {
	if person.Language != "" {
		return i18n.Lang(person.Language)
	}
	return p.Lang
}

// Seal implements bot.Persons.
func (p *Persons) Seal(tx store.Tx, id bot.PersonID, plain []byte) ([]byte, error) {
	if id == "" {
		return p.Vault.SealShop(sealed, plain, p.Rand)
	}
	out, err := p.Vault.SealFor(tx, loyalty.MemberID(id), sealed, plain, p.Rand)
	return out, gone(err)
}

// Open implements bot.Persons.
func (p *Persons) Open(r store.Reader, id bot.PersonID, data []byte) ([]byte, error) {
	if id == "" {
		return p.Vault.OpenShop(sealed, data)
	}
	out, err := p.Vault.OpenFor(r, loyalty.MemberID(id), sealed, data)
	return out, gone(err)
}

func gone(err error) error {
	if errors.Is(err, people.ErrErased) || errors.Is(err, people.ErrNobody) {
		return fmt.Errorf("%w (%w)", bot.ErrGone, err)
	}
	return err
}

// Lane implements bot.Persons. Topics of one forum share a lane.
func (p *Persons) Lane(c bot.Chat) (lane bot.Lane) {
	mac := hmac.New(sha256.New, p.LaneKey)
	mac.Write([]byte(c.Channel))
	mac.Write([]byte{0})
	mac.Write([]byte(c.ID))
	copy(lane[:], mac.Sum(nil))
	return lane
}
