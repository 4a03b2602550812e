package people

import (
	"io"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Channels that give one person the same user id ([Vault.Kin]) share their
// persons: whoever is known in one of them is known in all, from their first word
// there. Each account still has a row of its own under ident/, so a shop may name
// its providers late: nothing is rewritten, the other channels' rows are looked at
// where a channel has none.

// chats are an identity and those that the same user id has on kindred channels,
// itself first.
func (v *Vault) chats(who Identity) []Identity {
	all := []Identity{who}
	for _, channel := range v.Kin[who.Channel] {
		if channel != who.Channel {
			all = append(all, Identity{channel, who.User})
		}
	}
	return all
}

// SameAccount reports whether two identities are one account of the platform's,
// seen by two channels: whoever holds the phone of one holds the other.
func (v *Vault) SameAccount(a, b Identity) bool {
	return a == b || a.User == b.User && slices.Contains(v.Kin[a.Channel], b.Channel)
}

// lockIdents makes an identity and its kin this transaction's own, so that first
// words on two channels at once make one person.
func (v *Vault) lockIdents(tx store.Tx, who Identity) error {
	var all []store.Subject
	for _, i := range v.chats(who) {
		all = append(all, store.Subject("ident/"+v.identHash(i)))
	}
	return tx.Lock(all...)
}

// kindred is the person of a kindred channel who is not the one given.
func (v *Vault) kindred(r store.Reader, who Identity, but loyalty.MemberID) (id loyalty.MemberID, ok bool, err error) {
	for _, i := range v.chats(who)[1:] {
		row, ok, err := idents.Get(r, v.identHash(i))
		if err != nil || ok && row.Member != but {
			return row.Member, ok, err
		}
	}
	return "", false, nil
}

// settled is the person whose account it is, where there is nothing to bring
// together: ok is false for an account not seen yet, and for that of a mere
// contact whom a kindred channel knows as somebody.
func (v *Vault) settled(r store.Reader, who Identity) (id loyalty.MemberID, ok bool, err error) {
	row, ok, err := idents.Get(r, v.identHash(who))
	if err != nil || !ok || len(v.Kin[who.Channel]) == 0 {
		return row.Member, ok, err
	}
	p, err := v.Get(r, row.Member)
	if err != nil || !v.slight(p, who) {
		return row.Member, err == nil, err
	}
	_, twin, err := v.kindred(r, who, row.Member)
	if err != nil || !twin {
		return row.Member, err == nil, err
	}
	// An employee's acts are his own, whatever he has joined.
	_, employed, err := v.staffOf(r, row.Member)
	return row.Member, employed && err == nil, err
}

// slight says that nothing is lost when p becomes somebody else: no member, and
// no account but this one and its kin.
func (v *Vault) slight(p Person, who Identity) bool {
	return p.Status == Contact && !p.Frozen && !slices.ContainsFunc(p.Accounts, func(a Account) bool {
		return a.Frozen || !v.SameAccount(a.Identity, who)
	})
}

// arrive gives an account that is not settled its person: a kindred channel's,
// or a new one. The identity and its kin are locked.
func (v *Vault) arrive(tx store.Tx, who Identity, now time.Time, rand io.Reader) (id loyalty.MemberID, isNew bool, err error) {
	own, ok, err := idents.Get(tx, v.identHash(who))
	if err != nil {
		return "", false, err
	}
	to, twin, err := v.kindred(tx, who, own.Member)
	if err != nil {
		return "", false, err
	}
	if !twin {
		id, err = v.create(tx, who, now, rand)
		return id, true, err
	}
	come := []Account{{Identity: who, LinkedAt: now.UTC()}}
	if ok {
		if come, err = v.leaving(tx, own.Member, who, now, nil); err != nil {
			return "", false, err
		}
	}
	if err := v.adopt(tx, to, come, rand); err != nil || !ok {
		return to, false, err
	}
	return to, false, v.dissolve(tx, own.Member, now)
}

// adopt adds accounts whose kin the person has already. What is locked stays so:
// the same hand holds both.
func (v *Vault) adopt(tx store.Tx, id loyalty.MemberID, come []Account, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		for _, a := range come {
			if l.account(a.Identity) >= 0 {
				continue
			}
			a.Frozen = a.Frozen || slices.ContainsFunc(l.Accounts, func(o Account) bool {
				return o.Frozen && v.SameAccount(o.Identity, a.Identity)
			})
			l.Accounts = append(l.Accounts, a)
			if err := v.lead(tx, id, a); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}

// lead makes an account's rows lead to a person.
func (v *Vault) lead(tx store.Tx, id loyalty.MemberID, a Account) error {
	h := v.identHash(a.Identity)
	if err := tx.Lock(store.Subject("ident/" + h)); err != nil {
		return err
	}
	if a.Username != "" {
		if err := v.putUsername(tx, id, a, a.LinkedAt); err != nil {
			return err
		}
	}
	return idents.Put(tx, ident{id}, h)
}
