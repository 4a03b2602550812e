package admin

import (
	"context"
	"fmt"
	"strings"

	"regulars/loyalty"
	"regulars/loyalty/referral"
	"regulars/store"
)

// listReferrals prints the members whose referrals look like a farm.
func (d Desk) listReferrals(ctx context.Context, _ map[string]string, out Out) error {
	var all []referral.Flag
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = d.Shop.Club.Referrals.Flagged(r)
		return err
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		out.Say("nobody's referrals look odd")
		return nil
	}
	t := newTable("MEMBER", "SINCE", "SIGN", "ACCOUNTS", "WAITING", "REFUSED")
	for _, f := range all {
		t.add(string(f.Member), d.stamp(f.Since), string(f.Sign), fmt.Sprint(f.Count), fmt.Sprint(f.Held), d.stamp(f.Refused))
	}
	t.print(out)
	return nil
}

// decision is referral.Desk.Clear or Refuse.
type decision func(tx store.Tx, referrer loyalty.MemberID, act referral.Act) (more bool, err error)

func (d Desk) clearReferrals(ctx context.Context, args map[string]string, out Out) error {
	return d.decide(ctx, args["member"], d.Shop.Club.Referrals.Clear, out, "cleared: what waited of theirs is given within a minute")
}

func (d Desk) refuseReferrals(ctx context.Context, args map[string]string, out Out) error {
	return d.decide(ctx, args["member"], d.Shop.Club.Referrals.Refuse, out, "refused: what waited of theirs is given to nobody, and nothing more is until they are cleared")
}

// decide runs a decision to its end, in as many transactions as it takes.
func (d Desk) decide(ctx context.Context, member string, f decision, out Out, done string) error {
	id := loyalty.MemberID(strings.ToUpper(strings.TrimSpace(member)))
	flagged := false
	err := d.DB.View(ctx, func(r store.Reader) error {
		all, err := d.Shop.Club.Referrals.Flagged(r)
		for _, x := range all {
			flagged = flagged || x.Member == id
		}
		return err
	})
	if err != nil {
		return err
	}
	if !flagged {
		return fmt.Errorf("no flagged member has the id %s; `regulars referrals list` shows them", id)
	}
	for more := true; more; {
		err := d.DB.Update(ctx, func(tx store.Tx) (err error) {
			more, err = f(tx, id, referral.Act{Actor: operator, Now: d.now()})
			return err
		})
		if err != nil {
			return err
		}
	}
	out.Say("%s is %s.", id, done)
	return nil
}
