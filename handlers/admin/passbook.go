package admin

import (
	"context"
	"errors"
	"fmt"
	"math"

	"regulars/loyalty"
	"regulars/loyalty/passbook"
	"regulars/store"
)

// verifyStatement holds a statement against the ledger: that the shop's own key signed
// it, and that each of its lines still is what the entry says.
func (d Desk) verifyStatement(ctx context.Context, args map[string]string, out Out) error {
	b, err := passbook.Read([]byte(args["text"]))
	if err != nil {
		return err
	}
	if own := d.Shop.PassbookPublic(); !own.Equal(b.Key) {
		return fmt.Errorf("this shop did not sign it: its key is %s, the shop's own is %s", passbook.Fingerprint(b.Key), passbook.Fingerprint(own))
	}
	if len(b.Lines) == 0 {
		out.Say("the ledger: nothing to compare, the statement has no entries")
		return nil
	}
	var faults []string
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		faults, err = d.statementFaults(r, b)
		return err
	})
	if err != nil {
		return err
	}
	for i, f := range faults {
		if i < maxFaults {
			out.Say("✗ %s", f)
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("the ledger does not have what the shop signed: %s, named above.\nThe signature is the shop's, so the ledger was changed since: look for the newest backup that is clean", count(len(faults), "fault", "faults"))
	}
	out.Say("the ledger: all %s stand in it as they were signed", count(len(b.Lines), "entry", "entries"))
	return nil
}

// statementOwner finds whose statement it is: an account is a digest that leads nowhere,
// but an entry's reference leads to its member.
func (d Desk) statementOwner(r store.Reader, b *passbook.Statement) (loyalty.MemberID, error) {
	for _, l := range b.Lines {
		if l.Ref == "" {
			continue
		}
		e, err := d.Shop.Book.ByRef(r, l.Ref)
		if errors.Is(err, loyalty.ErrUnknownRef) {
			continue
		}
		if err != nil || d.Shop.PassbookAccount(e.Member) == b.Account {
			return e.Member, err
		}
	}
	return "", errors.New("the ledger has no account with these entries: was the statement made beside another store, or a newer one?")
}

// statementFaults are where the ledger, whose own chain is checked too, has another
// account of things.
func (d Desk) statementFaults(r store.Reader, b *passbook.Statement) (faults []string, err error) {
	m, err := d.statementOwner(r, b)
	if err != nil {
		return nil, err
	}
	broken, _, err := d.Shop.Book.VerifyMember(r, m)
	if err != nil {
		return nil, err
	}
	for _, f := range broken {
		faults = append(faults, "the ledger itself: "+f.String())
	}
	newest, err := d.Shop.Book.History(r, m, 0, math.MaxInt)
	if err != nil {
		return nil, err
	}
	entries := map[uint64]loyalty.Entry{}
	for _, e := range newest {
		entries[e.Seq] = e
	}
	for _, l := range b.Lines {
		if wrong := statementLine(l, entries); wrong != "" {
			faults = append(faults, fmt.Sprintf("entry %d %s", l.Seq, wrong))
		}
	}
	return faults, nil
}

// statementLine says what is wrong with a line; "" is nothing.
func statementLine(l passbook.Line, entries map[uint64]loyalty.Entry) string {
	e, ok := entries[l.Seq]
	switch {
	case !ok:
		return "is not in the ledger"
	case e.Change() != l.Points || e.Ref != l.Ref || e.Kind != l.Kind:
		return fmt.Sprintf("was signed as %s of %+d points, and is %s of %+d now", l.Kind, l.Points, e.Kind, e.Change())
	case passbook.Mark(e.Hash) != l.Entry:
		return "has another place in the ledger's chain than when it was signed"
	}
	return ""
}
