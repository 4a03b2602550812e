package shop

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// ErrUnreached refuses to say something to a customer who has no chat left.
var ErrUnreached = errors.New("shop: the customer cannot be reached")

// AnswerCase passes an employee's words on to a case's customer, and keeps them
// in the case. Refusals: ErrUnreached, loyalty.ErrSelf.
func (s *Shop) AnswerCase(tx store.Tx, tell func(bot.Telling), now time.Time, me people.Staff, k survey.Case, words string) (survey.Case, error) {
	if err := notOwn(me, k); err != nil {
		return k, err
	}
	sealed, err := s.SealWords(tx, k.Member, words)
	if errors.Is(err, people.ErrErased) || errors.Is(err, people.ErrNobody) {
		return k, ErrUnreached
	}
	if err != nil {
		return k, err
	}
	to, p, ok, err := s.Reach(tx, k.Member)
	if err != nil {
		return k, err
	}
	if !ok {
		return k, ErrUnreached
	}
	tell(bot.Telling{Person: bot.PersonID(k.Member), To: to, Class: bot.Receipt, Carriage: bot.PushNow, Messages: []bot.Message{{
		Title: p.Say(i18n.CaseFromShop, "Shop", s.Name(now, p.Lang)), Text: words,
		Buttons: []bot.Button{{Label: p.Say(i18n.CaseReplyButton), Do: bot.DoCommand, Value: "reply " + string(k.Ref)}},
	}}})
	return s.Surveys.Note(tx, k, survey.Note{At: now.UTC(), By: string(me.ID), Sealed: sealed})
}
