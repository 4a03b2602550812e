package shop

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/match"
	"regulars/loyalty/people"
	"regulars/store"
)

// MatchPurpose is what the words of a request for a tier are sealed for.
const MatchPurpose = "status match"

// plainMatch are the refusals of matched tiers.
var plainMatch = map[error]i18n.Key{
	match.ErrOff:       i18n.MatchOff,
	match.ErrOnce:      i18n.MatchOnce,
	match.ErrWaiting:   i18n.MatchWaiting,
	match.ErrUnknown:   i18n.MatchUnknown,
	loyalty.ErrMatched: i18n.MatchHave,
}

// newMatches makes the desk of tiers that are given for what members have elsewhere.
func (s *Shop) newMatches() *match.Desk {
	return &match.Desk{Book: s.Book, Key: s.Vault.Derive("matches"), Programme: s.Rules}
}

// MatchWords are what a member said of their tier elsewhere; of somebody who was
// erased there are none, and the others' requests are to be read all the same.
func (s *Shop) MatchWords(r store.Reader, q match.Request) (string, error) {
	said, err := s.Vault.OpenFor(r, q.Member, MatchPurpose, q.Sealed)
	if errors.Is(err, people.ErrErased) {
		return "", nil
	}
	return string(said), err
}

// MatchReason is what a member said of their tier elsewhere, sealed as the reason of
// the ledger's entry. Refusal: match.ErrUnknown of somebody who was erased, who gets
// no tier any more.
func (s *Shop) MatchReason(tx store.Tx, q match.Request) ([]byte, error) {
	said, err := s.Vault.OpenFor(tx, q.Member, MatchPurpose, q.Sealed)
	if errors.Is(err, people.ErrErased) {
		err = match.ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	return s.Vault.SealFor(tx, q.Member, "reason", said, s.Rand)
}

// MatchNews tells a member what became of their request.
func (s *Shop) MatchNews(p i18n.Printer, now time.Time, q match.Request) bot.Message {
	tier := s.LevelName(p, now, q.Level)
	if q.State == match.Refused {
		return bot.Message{Text: p.Say(i18n.MatchRefused, "Tier", tier)}
	}
	return bot.Message{
		Text:    p.Say(i18n.MatchGranted, "Tier", tier, "Date", s.Local(q.Until.Add(-1))),
		Buttons: []bot.Button{{Label: p.Say(i18n.KeyMatch), Do: bot.DoCommand, Value: "match"}},
	}
}
