package shop

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/passbook"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
)

// KeyWay is where the shop shows the key that signs statements, for whoever checks one
// (RFC 8615 gives well-known addresses their place).
const KeyWay = "/.well-known/regulars.json"

// PassbookWay is where statements stand, before their token.
const PassbookWay = "/s/"

// PassbookCheck is what somebody types to check a statement.
const PassbookCheck = "regulars verify --statement FILE"

// PassbookKey signs statements. It is drawn from the installation's oldest key, as the
// ledger's own chain is, so that a new generation of the key changes neither.
func (s *Shop) PassbookKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(s.Vault.Derive("statements"))
}

// PassbookPublic is the half of the key that everybody may see.
func (s *Shop) PassbookPublic() ed25519.PublicKey {
	return s.PassbookKey().Public().(ed25519.PublicKey)
}

// PassbookAccount names a member's account in a statement: the same in all of theirs,
// and nothing to who does not have the installation's key.
func (s *Shop) PassbookAccount(m loyalty.MemberID) string {
	mac := hmac.New(sha256.New, s.Vault.Derive("statement accounts"))
	mac.Write([]byte(m))
	return hex.EncodeToString(mac.Sum(nil)[:10])
}

// Passbook is a member's statement as the ledger has it, from the first entry to the
// last. It is for a View, and for whoever may see the member's history.
func (s *Shop) Passbook(r store.Reader, p i18n.Printer, who people.Person, now time.Time) (b passbook.Statement, err error) {
	newest, err := s.Book.History(r, who.ID, 0, math.MaxInt)
	if err != nil {
		return b, err
	}
	b = passbook.Statement{
		About: strings.Split(p.Say(i18n.PassbookAbout, "Shop", s.Name(now, p.Lang), "Program", "Regulars", "Command", PassbookCheck), "\n"),
		Shop:  s.Name(now, p.Lang), Account: s.PassbookAccount(who.ID), Card: maskCard(who.Card),
		Lang: string(p.Lang), Zone: s.Rules(now).Location(), Made: now.Truncate(time.Second),
	}
	if strings.HasPrefix(s.PublicURL, "https://") {
		b.Published = s.PublicURL + KeyWay
	}
	var sum loyalty.Points
	for i := len(newest) - 1; i >= 0; i-- {
		e := newest[i]
		sum += e.Change()
		b.Lines = append(b.Lines, passbook.Line{
			Seq: e.Seq, At: e.EffectiveAt.Truncate(time.Second), Ref: e.Ref, Kind: e.Kind, Points: e.Change(), Balance: sum,
			Words: s.EntryWords(p, now, e), Entry: passbook.Mark(e.Hash),
		})
	}
	a, err := s.Book.Account(r, who.ID)
	b.Owed, b.Lots = a.Owed, s.passbookLots(&a, b.Zone)
	return b, err
}

// passbookLots are what points there are, those that go on one day together.
func (s *Shop) passbookLots(a *loyalty.Account, zone *time.Location) (all []passbook.Lot) {
	var never loyalty.Points
	for _, l := range a.Lots { // ordered by expiry
		switch n := len(all); {
		case l.Remaining == 0:
		case l.ExpiresAt.IsZero():
			never += l.Remaining
		case n > 0 && sameDay(all[n-1].Until.Add(-1).In(zone), l.ExpiresAt.Add(-1).In(zone)):
			all[n-1].Points += l.Remaining
		default:
			all = append(all, passbook.Lot{Until: l.ExpiresAt, Points: l.Remaining})
		}
	}
	if never > 0 {
		all = append(all, passbook.Lot{Points: never})
	}
	return all
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

// maskCard leaves a card's last group, by which its owner knows it.
func maskCard(c people.CardCode) string {
	groups := strings.Split(c.String(), "-")
	if len(groups) < 2 {
		return ""
	}
	return strings.Repeat("••••-", len(groups)-1) + groups[len(groups)-1]
}

// EntryKinds are the words for what an entry is.
var EntryKinds = map[loyalty.Kind]i18n.Key{
	loyalty.KindEarn: i18n.EntryEarn, loyalty.KindGive: i18n.EntryGive, loyalty.KindAdjust: i18n.EntryAdjust,
	loyalty.KindSpend: i18n.EntrySpend, loyalty.KindHold: i18n.EntryHold, loyalty.KindCapture: i18n.EntrySpend,
	loyalty.KindRelease: i18n.EntryRelease, loyalty.KindTimeout: i18n.EntryRelease, loyalty.KindUndo: i18n.EntryUndo,
	loyalty.KindReverse: i18n.EntryReverse, loyalty.KindExpire: i18n.EntryExpire, loyalty.KindRepay: i18n.EntryRepay,
	loyalty.KindActivate: i18n.EntryActivate, loyalty.KindGift: i18n.EntryGiftSome, loyalty.KindForfeit: i18n.EntryExpire,
	loyalty.KindMerge: i18n.EntryMerge, loyalty.KindUnmerge: i18n.EntryUnmerge, loyalty.KindOpening: i18n.EntryOpening,
	loyalty.KindFreeze: i18n.ConsoleMembersKindFreeze, loyalty.KindThaw: i18n.ConsoleMembersKindThaw,
	loyalty.KindTier: i18n.ConsoleMembersKindTier, loyalty.KindTerms: i18n.ConsoleMembersKindTerms,
	loyalty.KindTransfer: i18n.FamilyMoved, loyalty.KindHome: i18n.FamilyMovedBack, loyalty.KindMatch: i18n.MatchEntry,
	loyalty.KindWait: i18n.ConsoleMembersKindWait, loyalty.KindAdopt: i18n.ConsoleMembersKindAdopt,
}

// EntryWords is what an entry is, with what it was for. It looks nothing up, so that
// the same entry is called the same for as long as the programme calls it so.
func (s *Shop) EntryWords(p i18n.Printer, now time.Time, e loyalty.Entry) string {
	words := p.Say(EntryKinds[e.Kind])
	more := ""
	switch {
	case e.Amount > 0 && e.Kind != loyalty.KindWait:
		more = s.Money(p, now, e.Amount)
	case (e.Kind == loyalty.KindTier || e.Kind == loyalty.KindMatch) && e.Standing != nil:
		more = s.LevelName(p, now, e.Standing.Level)
	case e.Kind == loyalty.KindGift:
		id, _, _ := strings.Cut(e.Gift, "/")
		more = s.Programme(now).Words(programme.Gift, id, string(p.Lang)).Name
	}
	if more == "" {
		return words
	}
	return words + " · " + more
}
