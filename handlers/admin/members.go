package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// findMembers prints whom an id, a phone number, a card's number or the
// beginning of a name means, masked.
func (d Desk) findMembers(ctx context.Context, args map[string]string, out Out) error {
	t := newTable("MEMBER", "NAME", "PHONE", "POINTS", "VISITS", "STATE")
	var found []loyalty.MemberID
	err := d.DB.View(ctx, func(r store.Reader) error {
		list, err := d.meant(r, args["who"], 20)
		for _, id := range list {
			if err == nil {
				err = d.addMember(r, t, id)
			}
		}
		found = list
		return err
	})
	if err == nil {
		err = d.found(ctx, found)
	}
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return errNobody(args["who"])
	}
	t.print(out)
	return nil
}

func errNobody(who string) error {
	return fmt.Errorf("nobody is found by what was typed (%d letters); give a member's id, a phone number, a card's number or the beginning of a name", len([]rune(who)))
}

// meant are at most n members whom a word means.
func (d Desk) meant(r store.Reader, who string, n int) (list []loyalty.MemberID, err error) {
	who = strings.TrimSpace(who)
	id := loyalty.MemberID(strings.ToUpper(who))
	if _, err := d.Shop.Vault.Get(r, id); !errors.Is(err, people.ErrNobody) {
		return []loyalty.MemberID{id}, err
	}
	if phone, err := people.ParsePhone(who, d.Shop.Programme(d.now()).Regions()...); err == nil {
		claims, err := d.Shop.Vault.ByPhone(r, phone)
		for _, c := range claims {
			list = append(list, c.Member)
		}
		return list[:min(len(list), n)], err
	}
	if code, err := people.ParseCardCode(who); err == nil {
		id, err := d.Shop.Vault.ByCard(r, code)
		if err == nil || errors.Is(err, people.ErrFrozen) {
			return []loyalty.MemberID{id}, nil
		}
		if !errors.Is(err, people.ErrNobody) {
			return nil, err
		}
	}
	return d.Shop.Vault.ByName(r, who, n)
}

// addMember is one line about a member.
func (d Desk) addMember(r store.Reader, t *table, id loyalty.MemberID) error {
	p, err := d.Shop.Vault.Get(r, id)
	if err != nil {
		return err
	}
	b, err := d.Shop.Book.Balance(r, id, d.now())
	if err != nil {
		return err
	}
	state := string(p.Status)
	switch {
	case p.Into != "":
		state = "part of " + string(p.Into)
	case p.Frozen:
		state += ", locked"
	}
	if n := len(p.Parts); n > 0 {
		state += fmt.Sprintf(", with %s", strings.Join(ids(p.Parts), ", "))
	}
	t.add(string(id), shop.Mask(p.Called()), p.Phone.String(), fmt.Sprint(b.Available), fmt.Sprint(b.Count.Visits), state)
	return nil
}

func ids(list []loyalty.MemberID) (out []string) {
	for _, id := range list {
		out = append(out, string(id))
	}
	return out
}

// mergeMembers makes one member a part of another.
func (d Desk) mergeMembers(ctx context.Context, args map[string]string, out Out) error {
	var m shop.Merged
	err := d.merging(ctx, "merge", func(tx store.Tx, act book.Act) error {
		from, err := d.one(tx, args["from"])
		if err != nil {
			return err
		}
		into, err := d.one(tx, args["into"])
		if err != nil {
			return err
		}
		m, err = d.Shop.Merge(tx, from, into, act)
		return err
	})
	if err != nil {
		return err
	}
	out.Say("%s is a part of %s now: %d points came over, %d in all (ref %s).", m.From, m.Into, m.Points, m.Balance.Available, m.Ref)
	out.Say("`regulars members unmerge %s` takes it back.", m.From)
	return nil
}

// unmergeMembers takes a merge back: of the member who went, or the newest of
// the one who stayed.
func (d Desk) unmergeMembers(ctx context.Context, args map[string]string, out Out) error {
	var m shop.Merged
	err := d.merging(ctx, "unmerge", func(tx store.Tx, act book.Act) error {
		from, err := d.one(tx, args["from"])
		if err != nil {
			return err
		}
		p, err := d.Shop.Vault.Get(tx, from)
		if err != nil {
			return err
		}
		if p.Into == "" && len(p.Parts) > 0 {
			from = p.Parts[len(p.Parts)-1]
		}
		m, err = d.Shop.Unmerge(tx, from, act)
		return err
	})
	if err != nil {
		return err
	}
	out.Say("%s and %s have a card each again: %d points went back (ref %s).", m.From, m.Into, m.Points, m.Ref)
	if m.Kept > 0 {
		out.Say("%d of its points were spent while they were one, and stay spent.", m.Kept)
	}
	return nil
}

// merging runs one of the two. What the rules refuse is said in words, and kept.
func (d Desk) merging(ctx context.Context, verb string, f func(store.Tx, book.Act) error) error {
	now := d.now()
	id, err := people.NewID(now, d.Shop.Rand)
	if err != nil {
		return err
	}
	act := book.Act{Op: loyalty.OpID("command-line/" + verb + "/" + string(id)), Actor: operator, Reason: []byte("command line"), Now: now}
	var refused error
	err = d.DB.Update(ctx, func(tx store.Tx) error {
		refused = f(tx, act)
		if loyalty.Refused(refused) {
			return nil
		}
		return refused
	})
	if err == nil {
		err = refused
	}
	for _, why := range mergeWords {
		if errors.Is(err, why.err) {
			return errors.New(why.words)
		}
	}
	return err
}

// mergeWords are the refusals of a merge, for an operator.
var mergeWords = []struct {
	err   error
	words string
}{
	{loyalty.ErrMerged, "they are one already, or one of them is a part of somebody; `regulars members find` shows whose"},
	{people.ErrMerged, "they are one already, or one of them is a part of somebody; `regulars members find` shows whose"},
	{loyalty.ErrNotMerged, "nobody was merged into this member; `regulars members find` shows who is a part of whom"},
	{people.ErrNotMerged, "nobody was merged into this member; `regulars members find` shows who is a part of whom"},
	{loyalty.ErrNewerMerge, "somebody else was merged with them later: take that back first"},
	{people.ErrMergeStaff, "the one who would go is an employee: name them as the one who stays"},
	{people.ErrNotMember, "both must be members: one has not joined, or has left"},
	{people.ErrErased, "one of them has left and was erased: that cannot be taken back"},
	{loyalty.ErrFull, "the account would have more open points, vouchers or refunds that wait than one can hold"},
}

// one is the only member whom a word means.
func (d Desk) one(tx store.Tx, who string) (loyalty.MemberID, error) {
	list, err := d.meant(tx, who, 2)
	switch {
	case err != nil:
		return "", err
	case len(list) == 0:
		return "", errNobody(who)
	case len(list) > 1:
		return "", errors.New("several members are meant; `regulars members find` lists them with their ids")
	}
	return list[0], nil
}
