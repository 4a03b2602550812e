package shop

import (
	"errors"
	"time"

	"regulars/loyalty/fraud"
	"regulars/loyalty/referral"
	"regulars/store"
)

// FindingNote is what the words of a decision about a finding are sealed for.
const FindingNote = "fraud note"

// Judge writes down what a person made of a finding, and why. Refusals: as of
// [fraud.Decide].
func (s *Shop) Judge(tx store.Tx, k fraud.Key, d fraud.Decision, why string, act referral.Act) (f fraud.Finding, err error) {
	sealed, err := s.Vault.SealShop(FindingNote, []byte(why), s.Rand)
	if err != nil {
		return f, err
	}
	return fraud.Decide(tx, k, d, act.Actor, sealed, act.Now)
}

// JudgeFriends writes what was decided about a member's invitations on the finding
// about them too, so that it is decided once. There is none before the night's look.
func (s *Shop) JudgeFriends(tx store.Tx, x referral.Flag, d fraud.Decision, why string, act referral.Act) error {
	_, err := s.Judge(tx, s.friendsKey(x), d, why, act)
	if errors.Is(err, fraud.ErrNone) {
		return nil
	}
	return err
}

// friendsKey is the finding about a member's invitations: each sign has its own, by
// the day on which it was first seen.
func (s *Shop) friendsKey(x referral.Flag) fraud.Key {
	return fraud.Key{Subject: fraud.OfMember(x.Member), Day: s.localDay(x.Since).Format(time.DateOnly), Rule: fraud.Cluster}
}
