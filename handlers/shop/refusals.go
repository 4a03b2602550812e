package shop

import (
	"errors"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// plain are the refusals that need no numbers.
var plain = map[error]i18n.Key{
	loyalty.ErrAlreadyReversed: i18n.RefuseAlreadyUndone,
	loyalty.ErrSelf:            i18n.RefuseSelf,
	loyalty.ErrFrozen:          i18n.RefuseFrozen,
	loyalty.ErrAmount:          i18n.RefuseAmount,
	loyalty.ErrOverflow:        i18n.RefuseTooLarge,
	loyalty.ErrUnknownRef:      i18n.RefuseUnknownRef,
	loyalty.ErrHoldClosed:      i18n.RefuseHoldClosed,
	loyalty.ErrFull:            i18n.RefuseFull,
	loyalty.ErrReason:          i18n.RefuseReason,
	people.ErrCode:             i18n.RefuseCode,
	people.ErrCodeForm:         i18n.RefuseCodeForm,
	people.ErrMergeNeeded:      i18n.RefuseMerge,
	people.ErrPhoneTaken:       i18n.RefusePhoneTaken,
	people.ErrPhoneInvalid:     i18n.RefusePhone,
	people.ErrPhoneAmbiguous:   i18n.RefusePhoneAmbiguous,
	people.ErrFrozen:           i18n.RefuseFrozen,
	people.ErrCardExpired:      i18n.RefuseCardExpired,
	people.ErrCardToken:        i18n.RefuseCardUnknown,
}

// Words is the one place where typed refusals become words. It gives nil for
// an error that is no refusal.
func (s *Shop) Words(err error) *bot.Refusal {
	for e, key := range plain {
		if errors.Is(err, e) {
			return refusal(err, key)
		}
	}
	return s.numbered(err)
}

// numbered words the refusals that carry numbers.
func (s *Shop) numbered(err error) *bot.Refusal {
	var (
		short     *loyalty.ShortError
		limit     *loyalty.LimitError
		duplicate *loyalty.DuplicateError
		throttled *people.ThrottledError
		kind      *loyalty.KindError
	)
	switch {
	case errors.As(err, &short):
		return refusal(err, i18n.RefuseShort, "Need", points(short.Need), "Have", points(short.Have))
	case errors.As(err, &limit) && limit.Span == loyalty.SpanAct:
		return refusal(err, i18n.RefuseCapAct, "Limit", points(limit.Limit))
	case errors.As(err, &limit):
		return refusal(err, i18n.RefuseCapDay, "Limit", points(limit.Limit), "Used", points(limit.Used))
	case errors.As(err, &duplicate):
		return refusal(err, i18n.RefuseDuplicate, "Ref", string(duplicate.Ref))
	case errors.As(err, &kind):
		return refusal(err, i18n.RefuseKind)
	case errors.As(err, &throttled):
		return refusal(err, i18n.RefuseThrottled, "Time", throttled.Until.In(s.zone()).Format("15:04"))
	}
	return nil
}

func refusal(cause error, key i18n.Key, args ...any) *bot.Refusal {
	return &bot.Refusal{Text: i18n.T(key, args...), Cause: cause}
}

func points(n loyalty.Points) string { return i18n.Number(int64(n)) }
