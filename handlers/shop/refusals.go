package shop

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
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
	voucher.ErrUnknownReward:   i18n.RefuseReward,
	voucher.ErrLevel:           i18n.RefuseRewardLevel,
	voucher.ErrOver:            i18n.RefuseRewardOver,
	voucher.ErrUnknownCode:     i18n.RefuseVoucherCode,
	voucher.ErrUnknown:         i18n.RefuseVoucher,
	voucher.ErrVoid:            i18n.RefuseVoid,
	voucher.ErrForfeit:         i18n.RefuseForfeit,
	voucher.ErrStaff:           i18n.RefuseVoucherStaff,
	voucher.ErrNotUsed:         i18n.RefuseNotUsed,
	club.ErrNoGift:             i18n.RefuseNoGift,
	club.ErrChoice:             i18n.RefuseChoice,
}

// plains are all tables of refusals without numbers; rooms with many of their
// own keep them in a file refusals_<room>.go and name them here.
var plains = []map[error]i18n.Key{plain, plainProve, plainReferral, plainMerge, plainFamily, plainMatch, plainStaff, plainEvents, plainVoices, plainChance, plainPlans, plainMissions, plainRooms}

// Words is the one place where typed refusals become words. It gives nil for
// an error that is no refusal.
func (s *Shop) Words(err error) *bot.Refusal {
	for _, table := range plains {
		for e, key := range table {
			if errors.Is(err, e) {
				return refusal(err, key)
			}
		}
	}
	if no := s.numbered(err); no != nil {
		return no
	}
	if no := stopWords(err); no != nil {
		return no
	}
	if no := s.offerWords(err); no != nil {
		return no
	}
	if no := s.eventWords(err); no != nil {
		return no
	}
	if no := s.saidWords(err); no != nil {
		return no
	}
	if no := s.chanceWords(err); no != nil {
		return no
	}
	if no := s.planWords(err); no != nil {
		return no
	}
	return s.voucherWords(err)
}

// numbered words the refusals that carry numbers.
func (s *Shop) numbered(err error) *bot.Refusal {
	var (
		short     *loyalty.ShortError
		limit     *loyalty.LimitError
		duplicate *loyalty.DuplicateError
		excess    *loyalty.ExcessError
		throttled *people.ThrottledError
		kind      *loyalty.KindError
	)
	switch {
	case errors.As(err, &short):
		return refusal(err, i18n.RefuseShort, "Need", points(short.Need), "Have", points(short.Have))
	case errors.As(err, &limit) && limit.Span == loyalty.SpanAct:
		return refusal(err, i18n.RefuseCapAct, "Limit", points(limit.Limit))
	case errors.As(err, &limit) && limit.Span == loyalty.SpanStoreAct:
		return refusal(err, i18n.ChainsCapAct, "Limit", points(limit.Limit))
	case errors.As(err, &limit) && limit.Span == loyalty.SpanStoreDay:
		return refusal(err, i18n.ChainsCapDay, "Limit", points(limit.Limit), "Used", points(limit.Used))
	case errors.As(err, &limit):
		return refusal(err, i18n.RefuseCapDay, "Limit", points(limit.Limit), "Used", points(limit.Used))
	case errors.As(err, &duplicate):
		return refusal(err, i18n.RefuseDuplicate, "Ref", string(duplicate.Ref))
	case errors.As(err, &excess):
		return refusal(err, i18n.RefuseExcess, "Money", s.amount(excess.Left))
	case errors.As(err, &kind):
		return refusal(err, i18n.RefuseKind)
	case errors.As(err, &throttled):
		return refusal(err, i18n.RefuseThrottled, "Time", throttled.Until.In(s.zone()).Format("15:04"))
	}
	return nil
}

// voucherWords words the refusals of rewards and vouchers that carry something.
func (s *Shop) voucherWords(err error) *bot.Refusal {
	var (
		soldOut *voucher.SoldOutError
		limit   *voucher.LimitError
		notYet  *voucher.NotYetError
		used    *voucher.UsedError
		lapsed  *voucher.LapsedError
		stores  *voucher.StoreError
	)
	switch {
	case errors.As(err, &soldOut):
		return refusal(err, i18n.RefuseSoldOut)
	case errors.As(err, &limit) && limit.Again.IsZero():
		return refusal(err, i18n.RefuseLimitEver)
	case errors.As(err, &limit):
		return refusal(err, i18n.RefuseLimit, "Date", s.Local(limit.Again))
	case errors.As(err, &notYet):
		return refusal(err, i18n.RefuseNotYet, "Date", s.Local(notYet.From))
	case errors.As(err, &used) && used.Store != "":
		return refusal(err, i18n.RefuseUsedAt, append(s.moment(used.At), "Store", s.StoreName(used.Store))...)
	case errors.As(err, &used):
		return refusal(err, i18n.RefuseUsed, s.moment(used.At)...)
	case errors.As(err, &lapsed):
		return refusal(err, i18n.RefuseLapsed, s.moment(s.LastMoment(lapsed.At))...)
	case errors.As(err, &stores):
		return refusal(err, i18n.RefuseStore, "Stores", s.StoreNames(stores.Stores))
	}
	return nil
}

// moment is a point in time for a text with places for its date and time.
func (s *Shop) moment(t time.Time) []any {
	t = s.Local(t)
	return []any{"Date", t, "Time", t.Format("15:04")}
}

// amount is money for a text whose language is not known yet.
func (s *Shop) amount(m loyalty.Money) i18n.Amount {
	c := s.Rules(s.Clock.Now()).Currency
	return i18n.Amount{Minor: int64(m), Code: c.Code, Digits: c.Digits}
}

func refusal(cause error, key i18n.Key, args ...any) *bot.Refusal {
	return &bot.Refusal{Text: i18n.T(key, args...), Cause: cause}
}

func points(n loyalty.Points) string { return i18n.Number(int64(n)) }
