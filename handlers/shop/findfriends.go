package shop

import (
	"context"
	"slices"

	"regulars/loyalty/fraud"
	"regulars/loyalty/referral"
	"regulars/store"
)

// fewSigns is from how many accounts on referrals are suspicious: [referral.Flag]
// tells nothing below its own bounds.
const fewSigns = 1

// FindMembers keeps a finding about each member whose referrals wait for a manager:
// their rewards are held until somebody decides. isNew is how many were not known.
func (s *Shop) FindMembers(ctx context.Context, db store.DB) (isNew int, err error) {
	var found []fraud.Finding
	err = db.View(ctx, func(r store.Reader) error {
		found = nil
		flags, err := s.Club.Referrals.Flagged(r)
		if err != nil {
			return err
		}
		for _, x := range flags {
			if !x.Refused.IsZero() {
				continue // decided already
			}
			f, ok, err := s.cluster(r, x)
			if err != nil {
				return err
			}
			if ok {
				found = append(found, f)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, f := range found {
		n, err := recordAll(ctx, db, []fraud.Finding{f})
		if isNew += n; err == nil && n == 0 {
			err = s.settleAgain(ctx, db, f.Key)
		}
		if err != nil {
			return isNew, err
		}
	}
	return isNew, nil
}

// cluster is the finding about a flagged member. It names the purchases whose rewards
// wait, and so the stores whose managers have to look at it.
func (s *Shop) cluster(r store.Reader, x referral.Flag) (f fraud.Finding, ok bool, err error) {
	f, ok = fraud.OfMemberDay(x.Member, fraud.Cluster, s.localDay(x.Since), max(x.Count, fewSigns), fewSigns, fraud.Numbers{
		"friends": int64(x.Count), "held": int64(x.Held),
	}, s.Clock.Now())
	if !ok {
		return f, false, nil
	}
	doubted, err := s.Club.Referrals.Doubted(r, x.Member)
	if err != nil {
		return f, false, err
	}
	for _, p := range doubted {
		list, err := s.Book.Since(r, p.Friend, p.Seq-1, 1)
		if err != nil {
			return f, false, err
		}
		for _, e := range list {
			f.Entries = append(f.Entries, fraud.Entry{Ref: e.Ref, Member: p.Friend, At: e.EffectiveAt})
			f.Happened(e.Store)
		}
	}
	return f, true, nil
}

// settleAgain does what a decision meant that was written down, and not done: the
// program stopped in between.
func (s *Shop) settleAgain(ctx context.Context, db store.DB, k fraud.Key) error {
	var f fraud.Finding
	err := db.View(ctx, func(r store.Reader) (err error) { f, _, err = fraud.Get(r, k); return err })
	if err != nil || f.Open() {
		return err
	}
	return s.Settle(ctx, db, f, referral.Act{Actor: f.By, Now: s.Clock.Now()})
}

// Settle does what a decision about referrals means: what was held is given, or is
// refused for good. A decision about an older sign says nothing of a newer one. It may
// run again.
func (s *Shop) Settle(ctx context.Context, db store.DB, f fraud.Finding, act referral.Act) error {
	if f.Rule != fraud.Cluster || f.Open() {
		return nil
	}
	var flags []referral.Flag
	err := db.View(ctx, func(r store.Reader) (err error) { flags, err = s.Club.Referrals.Flagged(r); return err })
	if err != nil || !slices.ContainsFunc(flags, func(x referral.Flag) bool {
		return s.friendsKey(x) == f.Key
	}) {
		return err
	}
	step := s.Club.Referrals.Clear
	if f.Decision == fraud.Fraud {
		step = s.Club.Referrals.Refuse
	}
	for more := true; more; {
		err := db.Update(ctx, func(tx store.Tx) (err error) {
			more, err = step(tx, f.Subject.MemberID(), act)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
