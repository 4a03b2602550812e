package people

import (
	"errors"
	"io"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

var (
	// ErrCode is the one answer to a code that is unknown, used, expired or
	// somebody else's business.
	ErrCode = errors.New("people: the code is not valid")
	// ErrMergeNeeded refuses to link an identity that is a member with
	// something to lose, or an employee; the shop merges the two.
	ErrMergeNeeded = errors.New("people: both are members already; the shop must merge them")
	// ErrNotMember refuses what only members can do.
	ErrNotMember = errors.New("people: not a member")
)

// CodeLife is how long link and invite codes live by default.
const CodeLife = 10 * time.Minute

// linkRow is a link code that waits to be used. Its key is the code's hash.
type linkRow struct {
	Member  loyalty.MemberID `json:"member"`
	Expires time.Time        `json:"expires"`
	// Card stands for the card that the member had then. Another one is given
	// when a phone was lost: what that phone has drawn is good no more.
	Card string `json:"card"`
}

var links = store.NewTable[linkRow]("linkcode/", store.Locked, store.FirstPart("linkcode"))

// NewLinkCode draws a code, good once and until now plus [CodeLife], with
// which another chat account of the same person joins him. Refusals:
// ErrNotMember, ErrFrozen, *ThrottledError (five codes in ten minutes).
func (v *Vault) NewLinkCode(tx store.Tx, id loyalty.MemberID, now time.Time, rand io.Reader) (LinkCode, error) {
	l, err := v.load(tx, id)
	switch {
	case errors.Is(err, ErrNobody) || errors.Is(err, ErrErased) || err == nil && l.row.Status != Member:
		return "", ErrNotMember
	case err != nil:
		return "", err
	case l.row.Frozen:
		return "", ErrFrozen
	}
	if err := v.AttemptBy(tx, CodeThrottle.For("newlink"), string(id), now); err != nil {
		return "", err
	}
	c, err := newCode(rand)
	if err != nil {
		return "", err
	}
	h := v.hash("link", string(c))
	if err := tx.Lock(store.Subject("linkcode/" + h)); err != nil {
		return "", err
	}
	return LinkCode(c), links.Put(tx, linkRow{id, now.Add(CodeLife).UTC(), v.cardNow(l)}, h)
}

// cardNow stands for the card that a member has.
func (v *Vault) cardNow(l *life) string { return v.hash("link card", string(l.CardSecret)) }

// sameCard refuses a code whose member is gone, or has another card since.
func (v *Vault) sameCard(tx store.Tx, row linkRow) error {
	if err := tx.Lock(Subject(row.Member)); err != nil {
		return err
	}
	l, err := v.load(tx, row.Member)
	if errors.Is(err, ErrErased) || err == nil && v.cardNow(l) != row.Card {
		return ErrCode
	}
	return err
}

// Linked is what a link changed.
type Linked struct {
	Member loyalty.MemberID // whose the identity is now
	Tell   []Identity       // his other accounts: each is to be told of the new one
	Left   loyalty.MemberID // who the identity was before and is erased now; "" for a stranger
}

// Link joins the identity who to the member that drew code. who is the one who
// typed it, from the signed event. If who was a contact before, that person is
// dissolved; if he was a member, mayLeave says whether there is nothing to
// lose (no points, no history), and nil means no member may leave.
//
// Refusals, after which the transaction should commit: *ThrottledError,
// ErrCode, ErrMergeNeeded (only ever after a right code, which stays good).
func (v *Vault) Link(tx store.Tx, code LinkCode, who Identity, now time.Time, rand io.Reader, mayLeave func(loyalty.MemberID) (bool, error)) (Linked, error) {
	if err := v.Attempt(tx, CodeThrottle.For("link"), who, now); err != nil {
		return Linked{}, err
	}
	h := v.hash("link", string(code))
	if err := tx.Lock(store.Subject("linkcode/" + h)); err != nil {
		return Linked{}, err
	}
	if err := v.lockIdents(tx, who); err != nil {
		return Linked{}, err
	}
	row, ok, err := links.Get(tx, h)
	if err != nil {
		return Linked{}, err
	}
	before, known, err := v.Who(tx, who)
	if err != nil {
		return Linked{}, err
	}
	if !ok || !now.Before(row.Expires) || known && before == row.Member {
		return Linked{}, ErrCode
	}
	if err := v.sameCard(tx, row); err != nil {
		return Linked{}, err
	}
	moved := []Account{{Identity: who, LinkedAt: now.UTC()}}
	if known {
		if moved, err = v.leaving(tx, before, who, now, mayLeave); err != nil {
			return Linked{}, err
		}
	}
	done, err := v.attach(tx, row.Member, moved, now, rand)
	if err != nil {
		return Linked{}, err
	}
	if known {
		done.Left = before
		if err := v.dissolve(tx, before, now); err != nil {
			return Linked{}, err
		}
	}
	return done, links.Delete(tx, h)
}

// leaving checks that the person before may be dissolved, and gives his account
// as it moves over, and its kin with it.
func (v *Vault) leaving(tx store.Tx, before loyalty.MemberID, who Identity, now time.Time, mayLeave func(loyalty.MemberID) (bool, error)) ([]Account, error) {
	if err := tx.Lock(Subject(before)); err != nil {
		return nil, err
	}
	p, err := v.Get(tx, before)
	if err != nil {
		return nil, err
	}
	_, employed, err := v.staffOf(tx, before)
	if err != nil {
		return nil, err
	}
	moved, apart, locked := v.moving(p, who, now)
	switch {
	case locked:
		return nil, ErrCode
	case employed || p.Frozen || apart:
		return nil, ErrMergeNeeded
	case p.Status != Member:
		return moved, nil
	case mayLeave == nil:
		return nil, ErrMergeNeeded
	}
	ok, err := mayLeave(before)
	if err == nil && !ok {
		err = ErrMergeNeeded
	}
	return moved, err
}

// moving is a person's account and its kin as they come to somebody else, the
// one who speaks first. apart says that there are others, locked that it is not
// obeyed.
func (v *Vault) moving(p Person, who Identity, now time.Time) (moved []Account, apart, locked bool) {
	moved = []Account{{Identity: who, LinkedAt: now.UTC()}}
	for _, a := range p.Accounts {
		switch {
		case a.Identity == who:
			moved[0].Username, moved[0].Quiet, locked = a.Username, a.Quiet, locked || a.Frozen
		case v.SameAccount(a.Identity, who):
			a.LinkedAt = now.UTC()
			moved, locked = append(moved, a), locked || a.Frozen
		default:
			apart = true
		}
	}
	return moved, apart, locked
}

// attach adds the accounts to the member, who speaks in the first of them. A code whose member was frozen or
// erased since it was drawn is as good as unknown.
func (v *Vault) attach(tx store.Tx, id loyalty.MemberID, come []Account, now time.Time, rand io.Reader) (Linked, error) {
	done := Linked{Member: id}
	err := v.change(tx, id, rand, func(l *life) (bool, error) {
		if l.row.Frozen {
			return false, ErrCode
		}
		for _, other := range l.Accounts {
			done.Tell = append(done.Tell, other.Identity)
		}
		l.Home = come[0].Identity
		come[0].HeardAt = now.UTC()
		for _, a := range come {
			l.Accounts = append(l.Accounts, a)
			if err := v.lead(tx, id, a); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	if errors.Is(err, ErrErased) {
		err = ErrCode
	}
	return done, err
}

// Unlink takes an account away from its member, who keeps at least one: false
// when it is the last. The account is a stranger's again.
func (v *Vault) Unlink(tx store.Tx, who Identity, rand io.Reader) (bool, error) {
	h := v.identHash(who)
	if err := tx.Lock(store.Subject("ident/" + h)); err != nil {
		return false, err
	}
	id, ok, err := v.Who(tx, who)
	if err != nil || !ok {
		return false, err
	}
	gone := false
	err = v.change(tx, id, rand, func(l *life) (bool, error) {
		i := l.account(who)
		if i < 0 || len(l.Accounts) == 1 {
			return false, nil
		}
		if err := v.forgetUsername(tx, id, l.Accounts[i]); err != nil {
			return false, err
		}
		l.Accounts = append(l.Accounts[:i:i], l.Accounts[i+1:]...)
		if l.Home == who {
			l.Home = l.Accounts[0].Identity
		}
		gone = true
		return true, idents.Delete(tx, h)
	})
	return gone, err
}
